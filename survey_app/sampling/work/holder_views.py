"""One collector's page, one office's page: what they have; moving a part of it, taking it back, printing it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.models import User
from survey_app.accounts.roles import ASSIGN_WORK, VIEW_CONTACTS
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.pdf import pdf_response
from survey_app.sampling.work.area import Area, area_of
from survey_app.sampling.work.case_views import names_for
from survey_app.sampling.work.forms import GiveForm, check_token, read_count, read_day, read_number
from survey_app.sampling.work.holders import Holder, collectors_in, find_holder, office_of, offices_in
from survey_app.sampling.work.models import PostOffice
from survey_app.sampling.work.moving import choose_part, move_cases, withdraw_cases
from survey_app.sampling.work.printed_lists import list_page
from survey_app.sampling.work.queries import (
    LARGEST_ID,
    PAGE,
    CaseFilter,
    count_listed,
    list_by_road,
)
from survey_app.sampling.work.views import given_in_words
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.models import Survey

blueprint = Blueprint("holders", __name__)


@blueprint.route("/quan-ly/dot/<slug>/phan-cong/nguoi/<int:user_id>", methods=["GET", "POST"])
@requires(ASSIGN_WORK)
def person(slug: str, user_id: int) -> ResponseReturnValue:
    """What a collector has."""
    return _holder(slug, _person(open_survey(slug, ASSIGN_WORK), user_id))


@blueprint.route("/quan-ly/dot/<slug>/phan-cong/buu-dien/<int:office_id>", methods=["GET", "POST"])
@requires(ASSIGN_WORK)
def office(slug: str, office_id: int) -> ResponseReturnValue:
    """What a post office has, that of its collectors included."""
    return _holder(slug, _office(open_survey(slug, ASSIGN_WORK), office_id))


@blueprint.post("/quan-ly/dot/<slug>/phan-cong/nguoi/<int:user_id>/danh-sach.pdf")
@requires(ASSIGN_WORK)
def person_list(slug: str, user_id: int) -> ResponseReturnValue:
    """A collector's cases on paper."""
    return _printed(slug, _person(open_survey(slug, ASSIGN_WORK), user_id))


@blueprint.post("/quan-ly/dot/<slug>/phan-cong/buu-dien/<int:office_id>/danh-sach.pdf")
@requires(ASSIGN_WORK)
def office_list(slug: str, office_id: int) -> ResponseReturnValue:
    """A post office's cases on paper."""
    return _printed(slug, _office(open_survey(slug, ASSIGN_WORK), office_id))


def _area(survey: Survey) -> Area:
    return area_of(current_user, survey, ASSIGN_WORK)


def _person(survey: Survey, user_id: int) -> Holder:
    """The collector, if they collect in this person's area or have work there."""
    user = db.session.get(User, user_id) if user_id <= LARGEST_ID else None
    if user is not None:
        found, area = Holder(office_of(db.session, user.id), user), _area(survey)
        if any(area.touches(place) for place in found.reach(area)) or count_listed(
            db.session, area, CaseFilter(holder=user)
        ):
            return found
    raise NotFound(_("Không có điều tra viên này trong địa bàn của Ông/Bà."))


def _office(survey: Survey, office_id: int) -> Holder:
    found = db.session.get(PostOffice, office_id) if office_id <= LARGEST_ID else None
    if found is None or not _area(survey).touches(found.unit):
        raise NotFound(_("Không có bưu điện này trong địa bàn của Ông/Bà."))
    return Holder(found, None)


def _printed(slug: str, holder: Holder) -> ResponseReturnValue:
    check_token(GiveForm())
    survey = open_survey(slug, VIEW_CONTACTS)
    html = list_page(db.session, area_of(current_user, survey, VIEW_CONTACTS), holder, actor=acting())
    name = (holder.key.partition("@")[0] if holder.collector else holder.key).lower()
    return pdf_response(html, f"{slug}-{''.join(letter for letter in name if letter.isalnum() or letter in '-_')}")


def _holder(slug: str, holder: Holder) -> ResponseReturnValue:
    survey = open_survey(slug, ASSIGN_WORK)
    if request.method == "GET":
        return _holder_page(survey, holder, GiveForm(formdata=None)), 200
    form = GiveForm()
    try:
        check_token(form)
        done = _do(form, _area(survey), holder)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _holder_page(open_survey(slug, ASSIGN_WORK), holder, form), error.status
    flash(done, "ok")
    return redirect(request.full_path.rstrip("?"))


def _do(form: GiveForm, area: Area, holder: Holder) -> str:
    numbers = choose_part(
        db.session, area, holder, count=read_count(form.count.data), codes=request.form.getlist("noi")
    )
    if request.form.get("do") == "withdraw":
        count = withdraw_cases(db.session, area, numbers, actor=acting(), reason=form.reason.data or "")
        return _("Đã rút %(count)s hồ sơ về chỗ chưa giao.", count=count)
    to = find_holder(db.session, form.to.data or "")
    return given_in_words(move_cases(db.session, area, numbers, to, actor=acting(), due_on=read_day(form.due.data)))


def _holder_page(survey: Survey, holder: Holder, form: GiveForm) -> str:
    area = _area(survey)
    who = holder.collector or holder.office
    skip = min(read_number(request.args.get("tu", "")) or 0, 1_000_000)
    open_cases = CaseFilter(holder=who, state="open")
    lines = list_by_road(db.session, area, open_cases, skip=skip)
    count = count_listed(db.session, area, open_cases)
    endpoint, arguments = (
        ("person", {"user_id": holder.collector.id})
        if holder.collector
        else ("office", {"office_id": holder.office_id})
    )
    return render_template(
        "office/work_holder.html",
        holder=holder,
        lines=lines,
        count=count,
        overdue=count_listed(db.session, area, CaseFilter(holder=who, overdue=True)),
        answered=count_listed(db.session, area, CaseFilter(holder=who, state="answered")),
        skip=skip,
        page=PAGE,
        here=url_for(f"holders.{endpoint}", slug=survey.slug, **arguments),
        print_href=url_for(f"holders.{endpoint}_list", slug=survey.slug, **arguments),
        may_print=may_on(VIEW_CONTACTS, survey),
        ticked=set(request.form.getlist("noi")),
        communes={line.unit_code: line.unit_name for line in lines},
        form=form.offer(list(offices_in(db.session, area)), collectors_in(db.session, area)),
        open_for_work=survey.state in ("sampled", "collecting"),
        **names_for(lines),
        **frame(survey, "fieldwork"),
    )
