"""A list of cases to tick, and the page of one case with all that happened to it."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import ASSIGN_WORK, VIEW_CONTACTS, VIEW_FIELDWORK
from survey_app.database import db
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.sampling.work.area import Area, area_of
from survey_app.sampling.work.assigning import assign_cases
from survey_app.sampling.work.attempting import close_case, may_replace, record_attempt, reopen_case, who_tried
from survey_app.sampling.work.contacts import show_contacts
from survey_app.sampling.work.forms import (
    AttemptForm,
    GiveForm,
    ReasonForm,
    check_token,
    read_attempt_id,
    read_day,
    read_moment,
    read_number,
    ticked_numbers,
)
from survey_app.sampling.work.history import read_history
from survey_app.sampling.work.holders import collectors_in, find_holder, offices_in
from survey_app.sampling.work.moving import move_cases, withdraw_cases
from survey_app.sampling.work.queries import (
    PAGE,
    CaseFilter,
    CaseLine,
    count_listed,
    find_line,
    find_place,
    list_cases,
    offices_of,
    people_of,
)
from survey_app.sampling.work.replacing import replace_case
from survey_app.sampling.work.views import given_in_words
from survey_app.sampling.work.words import OUTCOME_WORDS, STATE_WORDS
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey

blueprint = Blueprint("cases", __name__)
SHOWN = {
    "chua-giao": CaseFilter(unassigned=True),
    "qua-han": CaseFilter(overdue=True),
    "du-bi": CaseFilter(unused=True),
}


@blueprint.route("/quan-ly/dot/<slug>/phan-cong/ho-so", methods=["GET", "POST"])
@requires(VIEW_FIELDWORK)
def cases(slug: str) -> ResponseReturnValue:
    """Cases of an area, fifty a page; those ticked are given out, moved or taken back."""
    if request.method == "GET":
        return _list_page(open_survey(slug, VIEW_FIELDWORK), GiveForm(formdata=None)), 200
    survey = open_survey(slug, ASSIGN_WORK)
    form = GiveForm()
    try:
        check_token(form)
        done = _do_with_ticked(form, area_of(current_user, survey, ASSIGN_WORK))
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _list_page(open_survey(slug, ASSIGN_WORK), form), error.status
    flash(done, "ok")
    return redirect(request.full_path.rstrip("?"))


def _do_with_ticked(form: GiveForm, area: Area) -> str:
    numbers, do = ticked_numbers(), request.form.get("do")
    if do == "withdraw":
        count = withdraw_cases(db.session, area, numbers, actor=acting(), reason=form.reason.data or "")
        return _("Đã rút %(count)s hồ sơ về chỗ chưa giao.", count=count)
    holder, due_on = find_holder(db.session, form.to.data or ""), read_day(form.due.data)
    verb = move_cases if do == "move" else assign_cases
    return given_in_words(verb(db.session, area, numbers, holder, actor=acting(), due_on=due_on))


def _list_page(survey: Survey, form: GiveForm) -> str:
    area = area_of(current_user, survey, VIEW_FIELDWORK)
    code, shown = request.args.get("noi", ""), request.args.get("xem", "")
    unit = find_place(db.session, area, code) if code else None
    wanted = SHOWN.get(shown, CaseFilter(state=shown if shown in STATE_WORDS else ""))
    wanted = replace(wanted, unit=unit)
    lines = list_cases(db.session, area, wanted, after=read_number(request.args.get("sau", "")) or 0, limit=PAGE + 1)
    more, lines = len(lines) > PAGE, lines[:PAGE]
    return render_template(
        "office/work_cases.html",
        lines=lines,
        more=lines[-1].id if more else None,
        count=count_listed(db.session, area, wanted),
        unit=unit,
        shown=shown,
        ticked=set(request.form.getlist("ho_so")),
        may_assign=may_on(ASSIGN_WORK, survey) and survey.state in ("sampled", "collecting"),
        form=form.offer(list(offices_in(db.session, area)), collectors_in(db.session, area)),
        **names_for(lines),
        **frame(survey, "fieldwork"),
    )


def names_for(lines: list[CaseLine]) -> dict[str, object]:
    """What a list of cases needs beside the cases."""
    return {
        "people": people_of(db.session, {line.collector_id for line in lines}),
        "offices": offices_of(db.session, {line.office_id for line in lines}),
        "state_words": STATE_WORDS,
        "outcome_words": OUTCOME_WORDS,
    }


@blueprint.route("/quan-ly/dot/<slug>/phan-cong/ho-so/<int:case_id>", methods=["GET", "POST"])
@requires(VIEW_FIELDWORK)
def case(slug: str, case_id: int) -> ResponseReturnValue:
    """One case: its state, who has had it, every try; writing a try down, replacing, closing, opening again."""
    if request.method == "GET":
        return _case_page(open_survey(slug, VIEW_FIELDWORK), case_id), 200
    survey = open_survey(slug, ASSIGN_WORK)
    area = area_of(current_user, survey, ASSIGN_WORK)
    try:
        check_token(ReasonForm())
        done = _do_with_case(area, find_line(db.session, area, case_id))
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        if isinstance(error, NotFound):
            raise
        flash(error.message, "error")
        return _case_page(open_survey(slug, ASSIGN_WORK), case_id, posted=True), error.status
    flash(done, "ok")
    return redirect(url_for("cases.case", slug=slug, case_id=case_id))


def _do_with_case(area: Area, line: CaseLine) -> str:
    do, reason = request.form.get("do"), request.form.get("reason", "")
    if do == "attempt":
        form = AttemptForm()
        tried = record_attempt(
            db.session,
            area,
            line.id,
            attempt_id=read_attempt_id(form.attempt.data),
            outcome=form.outcome.data or "",
            collector=who_tried(db.session, line, current_user.id),
            actor=acting(),
            tried_at=read_moment(form.day.data, form.hour.data),
        )
        return _("Đã ghi lần thử; tính đến nay có %(count)s lần được tính.", count=tried.counted)
    if do == "replace":
        done = replace_case(db.session, area, line.id, actor=acting(), reason=reason)
        return _("Đã thay bằng hồ sơ dự bị số %(number)s (thứ %(rank)s).", number=done.reserve_id, rank=done.rank)
    if do == "close":
        close_case(db.session, area, line.id, actor=acting(), reason=reason)
        return _("Đã khép hồ sơ số %(number)s.", number=line.id)
    if do == "reopen":
        reopen_case(db.session, area, line.id, actor=acting(), reason=reason)
        return _("Đã mở lại hồ sơ số %(number)s.", number=line.id)
    raise UserError(_("Không rõ việc cần làm với hồ sơ. Xin bấm một nút trên trang."))


@blueprint.post("/quan-ly/dot/<slug>/phan-cong/ho-so/<int:case_id>/lien-he")
@requires(VIEW_CONTACTS)
def contact(slug: str, case_id: int) -> ResponseReturnValue:
    """The case's page with how to reach it; that it was shown is on the trail first."""
    survey = open_survey(slug, VIEW_CONTACTS)
    line = find_line(db.session, area_of(current_user, survey, VIEW_CONTACTS), case_id)
    check_token(ReasonForm())
    if not line.is_live:
        raise Conflict(_("Hồ sơ số %(number)s là dự bị chưa dùng nên chưa ai cần liên hệ.", number=case_id))
    found = show_contacts(db.session, survey, [line], actor=acting(), purpose="case")
    return _case_page(survey, case_id, words=found.get(case_id, {}), asked=True), 200


def _case_page(
    survey: Survey, case_id: int, *, words: dict[str, str] | None = None, asked: bool = False, posted: bool = False
) -> str:
    history = read_history(db.session, area_of(current_user, survey, VIEW_FIELDWORK), case_id)
    line = history.line
    attempt = AttemptForm() if posted else AttemptForm(formdata=None)
    return render_template(
        "office/work_case.html",
        line=line,
        held=history.held,
        tries=history.tries,
        contact=words,
        contact_asked=asked,
        decisions=history.decisions,
        replaced_by=history.replaced_by,
        attempt=attempt.fresh(),
        reason=ReasonForm() if posted else ReasonForm(formdata=None),
        rule=design_of(survey).work,
        may_replace=may_replace(survey, line),
        may_assign=may_on(ASSIGN_WORK, survey) and survey.state == "collecting",
        may_see=may_on(VIEW_CONTACTS, survey) and line.listed_case_id is not None and line.is_live,
        everyone=history.people,
        every_office=history.offices,
        **names_for([line]),
        **frame(survey, "fieldwork"),
    )
