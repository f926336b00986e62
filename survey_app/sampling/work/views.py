"""The board: what is unassigned and where, who has how much, what is overdue; giving work out by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user
from werkzeug.datastructures import MultiDict

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import ASSIGN_WORK
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.geography.models import Unit
from survey_app.i18n import day as in_words
from survey_app.i18n import today
from survey_app.sampling.work.area import Area, area_of
from survey_app.sampling.work.assigning import Given, assign_places
from survey_app.sampling.work.counts import Board, HolderKey, Tally, read_board
from survey_app.sampling.work.deadlines import days_off_between, deadline
from survey_app.sampling.work.forms import GiveForm, check_token, read_day
from survey_app.sampling.work.holders import Holder, collectors_in, find_holder, offices_in
from survey_app.sampling.work.queries import find_place, offices_of, people_of
from survey_app.sampling.work.sharing import assign_balanced
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey

blueprint = Blueprint("work", __name__)


@dataclass(frozen=True)
class HolderRow:
    """Who has work, with the address of their page."""

    name: str
    office: str
    href: str
    tally: Tally
    is_person: bool


@blueprint.route("/quan-ly/dot/<slug>/phan-cong", methods=["GET", "POST"])
@requires(ASSIGN_WORK)
def board(slug: str) -> ResponseReturnValue:
    """How the work stands; giving out what nobody has in the places ticked, to one or shared among several."""
    survey = open_survey(slug, ASSIGN_WORK)
    area = area_of(current_user, survey, ASSIGN_WORK)
    if request.method == "GET":
        return _board_page(survey, area, GiveForm(formdata=None)), 200
    form = GiveForm()
    try:
        check_token(form)
        done = _give(form, area)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        survey = open_survey(slug, ASSIGN_WORK)
        return _board_page(survey, area_of(current_user, survey, ASSIGN_WORK), form), error.status
    for words in done:
        flash(words, "ok")
    return redirect(url_for("work.board", slug=slug, noi=request.args.get("noi")))


def _give(form: GiveForm, area: Area) -> list[str]:
    """Carry out what the board's form asks for; what was done, in words."""
    codes = request.form.getlist("noi")
    if not codes:
        raise UserError(_("Chưa chọn địa bàn nào. Xin đánh dấu ít nhất một dòng rồi bấm lại."))
    due_on = read_day(form.due.data)
    if request.form.get("do") == "balance":
        people = [find_holder(db.session, key) for key in request.form.getlist("nguoi")]
        given = assign_balanced(db.session, area, people, actor=acting(), codes=codes, due_on=due_on)
    else:
        holder = find_holder(db.session, form.to.data or "")
        given = [assign_places(db.session, area, codes, holder, actor=acting(), due_on=due_on)]
    return [given_in_words(one) for one in given]


def given_in_words(given: Given) -> str:
    """What was given to whom, until when."""
    words = ngettext(
        "Đã giao %(num)s hồ sơ cho %(name)s", "Đã giao %(num)s hồ sơ cho %(name)s", given.count, name=given.holder.name
    )
    return words + (_(", hạn %(day)s.", day=in_words(given.due_on)) if given.due_on else ".")


def _board_page(survey: Survey, area: Area, form: GiveForm) -> str:
    code = request.args.get("noi", "")
    within = find_place(db.session, area, code) if code else None
    found = read_board(db.session, area, within)
    people = collectors_in(db.session, area)
    due = deadline(survey)
    return render_template(
        "office/work_board.html",
        board=found,
        within=within,
        above=_above(within, survey, area),
        holders=_holder_rows(survey, found, people),
        form=form.offer(list(offices_in(db.session, area)), people),
        people=people,
        ticked=_ticked(request.form),
        due=due,
        days_off=days_off_between(today(), due) if due else [],
        due_in=design_of(survey).work.due_in,
        open_for_work=survey.state in ("sampled", "collecting"),
        **frame(survey, "fieldwork"),
    )


def _ticked(posted: MultiDict[str, str]) -> dict[str, set[str]]:
    return {name: set(posted.getlist(name)) for name in ("noi", "nguoi")}


def _above(within: Unit | None, survey: Survey, area: Area) -> list[tuple[str, str]]:
    """The way back up from a district."""
    if within is None:
        return []
    return [(survey.territory.name, url_for("work.board", slug=survey.slug))]


def _holder_rows(survey: Survey, found: Board, people: list[Holder]) -> list[HolderRow]:
    """Everybody who has work, the largest load first; then the people who have none."""
    keys = dict(found.holders)
    busy = {key.collector_id for key in keys}
    for one in people:
        if one.collector_id not in busy:
            keys[HolderKey(one.office_id, one.collector_id)] = Tally()
    users = people_of(db.session, {key.collector_id for key in keys})
    offices = offices_of(db.session, {key.office_id for key in keys})
    rows = []
    for key, tally in keys.items():
        office, user = offices.get(key.office_id), users.get(key.collector_id)
        arguments: dict[str, Any] = {"user_id": user.id} if user else {"office_id": key.office_id}
        endpoint = "holders.person" if user else "holders.office"
        rows.append(
            HolderRow(
                user.name if user else office.name if office else "",
                office.name if office and user else "",
                url_for(endpoint, slug=survey.slug, **arguments),
                tally,
                user is not None,
            )
        )
    return sorted(rows, key=lambda row: (-row.tally.open, -row.tally.answered, row.office, row.name))
