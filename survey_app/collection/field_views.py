"""The collector's own pages: the communes of a survey without lists, the cases of one with them; made for a phone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import select

from survey_app.accounts.guards import acting, may, places, requires
from survey_app.accounts.models import User
from survey_app.accounts.roles import COLLECT
from survey_app.collection.drafts import DRAFT_LIFETIME, begin_draft
from survey_app.collection.models import Draft
from survey_app.collection.queries import CommuneProgress, progress_by_commune
from survey_app.collection.views import blueprint
from survey_app.database import db, now
from survey_app.errors import NotFound, UserError
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import Area, own_work
from survey_app.sampling.work.attempting import hold_case, may_replace, record_attempt
from survey_app.sampling.work.contacts import show_contacts
from survey_app.sampling.work.forms import (
    AttemptForm,
    ReasonForm,
    check_token,
    read_attempt_id,
    read_moment,
    read_number,
)
from survey_app.sampling.work.queries import (
    CaseFilter,
    CaseLine,
    count_listed,
    find_line,
    has_cases,
    list_by_road,
)
from survey_app.sampling.work.replacing import replace_case
from survey_app.sampling.work.words import OUTCOME_WORDS
from survey_app.surveys.design import design_of
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys, find_survey

PAGE = 25


@dataclass(frozen=True)
class OwnWork:
    """What a collector has in one survey."""

    survey: Survey
    count: int
    overdue: int


@blueprint.get("/thu-phieu")
@requires(COLLECT)
def work() -> ResponseReturnValue:
    """The surveys in which this person has cases, and the communes where they collect without."""
    surveys: list[tuple[Survey, list[CommuneProgress]]] = []
    for survey in all_surveys(db.session, "collecting"):
        if has_cases(db.session, survey.id):
            continue
        codes = {entry.unit.code for entry in _within_reach(survey)}
        own = [commune for commune in progress_by_commune(db.session, survey) if commune.code in codes]
        if own:
            surveys.append((survey, own))
    mine = _own_surveys()
    return render_template(
        "collection/work.html",
        surveys=surveys,
        mine=mine,
        form=ActionForm(),
        simulated=any(s.simulated for s, _c in surveys) or any(one.survey.simulated for one in mine),
    )


def _within_reach(survey: Survey) -> list[FrameUnit]:
    found = places(current_user, COLLECT, sector=survey.questionnaire.sector, territory=survey.territory)
    return [entry for entry in drawn_units(db.session, survey) if any(entry.unit.lies_in(place) for place in found)]


def _own_surveys() -> list[OwnWork]:
    found = []
    for survey in all_surveys(db.session, "collecting"):
        if may(current_user, COLLECT, sector=survey.questionnaire.sector, territory=survey.territory):
            area = own_work(current_user, survey, COLLECT)
            count = count_listed(db.session, area, CaseFilter(state="open"))
            if count:
                found.append(OwnWork(survey, count, count_listed(db.session, area, CaseFilter(overdue=True))))
    return found


@blueprint.post("/thu-phieu/<slug>/<code>")
@requires(COLLECT)
def collect(slug: str, code: str) -> ResponseReturnValue:
    """Begin a form in a commune and hand the device to the respondent."""
    survey = find_survey(db.session, slug)
    entry = next((one for one in _within_reach(survey) if one.unit.code == code), None)
    if entry is None:
        raise NotFound(_("Xã mang mã „%(code)s” không thuộc phần việc của Ông/Bà trong đợt này.", code=code[:30]))
    check_token(ActionForm())
    if survey.state != "collecting":
        flash(_("Đợt khảo sát này không nhận phiếu lúc này."), "error")
        return redirect(url_for("collection.work"))
    if has_cases(db.session, survey.id):
        flash(_("Đợt này phỏng vấn theo hồ sơ đã bốc. Xin chọn một hồ sơ được giao."), "error")
        return redirect(url_for("collection.cases"))
    draft = begin_draft(db.session, survey, entry, channel="field", collector_id=current_user.id)
    db.session.commit()
    return redirect(url_for("respond.section", slug=slug, draft_id=draft.id, part=1))


@blueprint.get("/thu-phieu/ho-so")
@requires(COLLECT)
def cases() -> ResponseReturnValue:
    """This person's open cases by commune, with how to reach each."""
    return _cases_page(request.args.get("dot", ""))


def _cases_page(slug: str, *, refused: int | None = None, status: int = 200) -> ResponseReturnValue:
    surveys = _own_surveys()
    chosen = next((one for one in surveys if one.survey.slug == slug), surveys[0] if surveys else None)
    if chosen is None:
        return render_template("collection/cases.html", surveys=[], chosen=None), status
    survey = chosen.survey
    area = own_work(current_user, survey, COLLECT)
    skip = min(read_number(request.args.get("tu", "")) or 0, 1_000_000)
    lines = list_by_road(db.session, area, CaseFilter(state="open"), skip=skip, limit=PAGE)
    problem = ""
    try:
        contacts = show_contacts(db.session, survey, lines, actor=acting(), purpose="phone")
    except UserError as error:
        db.session.rollback()
        contacts, problem = {}, error.message
    page = render_template(
        "collection/cases.html",
        surveys=surveys,
        chosen=chosen,
        communes=[list(part) for _unit, part in groupby(lines, key=lambda line: line.frame_unit_id)],
        contacts=contacts,
        problem=problem,
        begun=_begun(lines),
        replaceable={line.id for line in lines if may_replace(survey, line)},
        attempts={line.id: _attempt_form(line.id, refused) for line in lines},
        reason=ReasonForm() if refused else ReasonForm(formdata=None),
        refused=refused,
        rule=design_of(survey).work,
        outcome_words=OUTCOME_WORDS,
        skip=skip,
        page=PAGE,
        simulated=survey.simulated,
    )
    return page, status


def _attempt_form(case_id: int, refused: int | None) -> AttemptForm:
    form = AttemptForm() if case_id == refused else AttemptForm(formdata=None)
    return form.fresh()


def _begun(lines: list[CaseLine]) -> set[int]:
    """The cases whose form was begun by this person and may be gone on with."""
    query = select(Draft.case_id).where(
        Draft.case_id.in_([line.id for line in lines]),
        Draft.collector_id == current_user.id,
        Draft.updated_at >= now() - DRAFT_LIFETIME,
    )
    return {number for number in db.session.scalars(query) if number is not None}


@blueprint.post("/thu-phieu/ho-so/<slug>/<int:case_id>")
@requires(COLLECT)
def change_case(slug: str, case_id: int) -> ResponseReturnValue:
    """Begin the form of a case, write down a try, or put a reserve in its place."""
    survey = find_survey(db.session, slug)
    area = own_work(current_user, survey, COLLECT)
    do = request.form.get("do")
    try:
        check_token(ActionForm())
        if do == "begin":
            return _begin(area, case_id)
        if do == "attempt":
            form = AttemptForm()
            tried = record_attempt(
                db.session,
                area,
                case_id,
                attempt_id=read_attempt_id(form.attempt.data),
                outcome=form.outcome.data or "",
                collector=db.session.get_one(User, current_user.id),
                actor=acting(),
                tried_at=read_moment(form.day.data, form.hour.data),
            )
            words = _("Đã ghi lần thử với hồ sơ số %(number)s.", number=case_id)
            if tried.may_replace:
                words += " " + _("Hồ sơ này nay được thay bằng hồ sơ dự bị.")
        elif do == "replace":
            done = replace_case(db.session, area, case_id, actor=acting(), reason=request.form.get("reason", ""))
            words = _(
                "Hồ sơ số %(number)s đã được thay bằng hồ sơ dự bị số %(reserve)s.",
                number=case_id,
                reserve=done.reserve_id,
            )
        else:
            raise UserError(_("Không rõ việc cần làm với hồ sơ. Xin bấm một nút trên trang."))
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        if isinstance(error, NotFound):
            raise
        flash(error.message, "error")
        return _cases_page(slug, refused=case_id, status=error.status)
    flash(words, "ok")
    return redirect(url_for("collection.cases", dot=slug, tu=request.args.get("tu")))


def _begin(area: Area, case_id: int) -> ResponseReturnValue:
    """The form of a case: the one this person began a while ago, or a new one."""
    survey, line = area.survey, find_line(db.session, area, case_id)
    hold_case(db.session, area, case_id)  # so that of two clicks the second finds the form of the first
    draft = db.session.scalar(
        select(Draft)
        .where(
            Draft.case_id == line.id,
            Draft.collector_id == current_user.id,
            Draft.updated_at >= now() - DRAFT_LIFETIME,
        )
        .order_by(Draft.updated_at.desc())
        .limit(1)
    )
    if draft is None or survey.state != "collecting" or not line.is_open:
        if survey.state != "collecting":
            raise UserError(_("Đợt khảo sát này không nhận phiếu lúc này."))
        entry = db.session.get_one(FrameUnit, line.frame_unit_id)
        draft = begin_draft(db.session, survey, entry, channel="field", collector_id=current_user.id, case_id=line.id)
        db.session.commit()
    return redirect(url_for("respond.section", slug=survey.slug, draft_id=draft.id, part=1))
