"""The office's pages of paper forms: batches and where each form is; differences between keyers and their rates."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import ASSIGN_WORK, VIEW_FIELDWORK
from survey_app.collection.paper.batch_files import ask_for_print, file_of
from survey_app.collection.paper.forms import IssueForm, MoveForm, TieForm
from survey_app.collection.paper.issuing import find_batch, hand_over, issue_batch, series_of, tie_form
from survey_app.collection.paper.models import STATES, PaperBatch
from survey_app.collection.paper.queries import (
    batches_of,
    count_by_holder,
    counts_of_batches,
    find_form_in,
    forms_of,
    passes_of,
    totals,
)
from survey_app.collection.paper.serials import read_serials, write_serial
from survey_app.collection.paper.tracking import Moved, move_forms
from survey_app.collection.paper.words import STATE_WORDS
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import Area, area_of
from survey_app.sampling.work.forms import GiveForm, check_token, read_number
from survey_app.sampling.work.holders import collectors_in, find_holder, offices_in
from survey_app.sampling.work.queries import has_cases
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.forms import ActionForm

blueprint = Blueprint("paper", __name__)
BASE = "/quan-ly/dot/<slug>/phieu-giay"


@blueprint.get(BASE)
@requires(VIEW_FIELDWORK)
def batches(slug: str) -> ResponseReturnValue:
    """How many forms are where; every batch."""
    return _batches_page(slug, IssueForm(formdata=None), MoveForm(formdata=None)), 200


@blueprint.post(BASE)
@requires(ASSIGN_WORK)
def issue(slug: str) -> ResponseReturnValue:
    """Give serials to a new batch."""
    area = _area(slug, ASSIGN_WORK)
    form = IssueForm()
    try:
        check_token(form)
        batch = issue_batch(
            db.session, area, unit_code=form.unit.data or "", count=form.read_count(),
            language=form.language.data or "", large=bool(form.large.data), actor=acting(),
        )  # fmt: skip
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _batches_page(slug, form, MoveForm(formdata=None)), error.status
    flash(_("Lô số %(number)s đã có số phiếu. Bấm In để có tệp PDF.", number=batch.id), "ok")
    return redirect(url_for("paper.batch", slug=slug, number=batch.id))


@blueprint.post(f"{BASE}/ghi")
@requires(ASSIGN_WORK)
def move(slug: str) -> ResponseReturnValue:
    """Record that forms came back, are lost, returned unused or void."""
    area = _area(slug, ASSIGN_WORK)
    form = MoveForm()
    try:
        check_token(form)
        numbers = read_serials(form.serials.data or "", series=series_of(db.session, area.survey))
        to = request.form.get("do", "")
        done = move_forms(db.session, area, numbers, to, actor=acting(), reason=form.reason.data or "")
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _batches_page(slug, IssueForm(formdata=None), form), error.status
    flash(moved_words(done, to), "ok")
    return redirect(url_for("paper.batches", slug=slug))


def moved_words(done: Moved, to: str) -> str:
    """What was recorded, in a sentence."""
    words = ngettext(
        "Đã ghi %(num)s phiếu: %(state)s.", "Đã ghi %(num)s phiếu: %(state)s.", done.changed, state=STATE_WORDS[to]
    )
    if done.before:
        words += " " + ngettext("%(num)s phiếu đã ghi từ trước.", "%(num)s phiếu đã ghi từ trước.", done.before)
    return str(words)


@blueprint.get(f"{BASE}/lo/<int:number>")
@requires(ASSIGN_WORK)
def batch(slug: str, number: int) -> ResponseReturnValue:
    """One batch: its forms, who has it, its PDF."""
    area = _area(slug, ASSIGN_WORK)
    return _batch_page(area, find_batch(db.session, area, number), TieForm(formdata=None)), 200


@blueprint.post(f"{BASE}/lo/<int:number>")
@requires(ASSIGN_WORK)
def change_batch(slug: str, number: int) -> ResponseReturnValue:
    """Print a batch, hand it over, or tie a form of it to a case."""
    area = _area(slug, ASSIGN_WORK)
    found = find_batch(db.session, area, number)
    tie = TieForm()
    try:
        check_token(ActionForm())
        do = request.form.get("do")
        if do == "print":
            back = url_for("paper.batch", slug=slug, number=number, viec="")
            job = ask_for_print(db.session, found, actor=acting(), return_to=back)
            db.session.commit()
            return redirect(url_for("jobs.job", job_id=job.id))
        if do == "hand":
            holder = find_holder(db.session, request.form.get("to", ""))
            tied = hand_over(db.session, area, found, holder, actor=acting())
            words = _("Đã ghi lô số %(number)s giao cho %(name)s.", number=number, name=holder.name)
            if tied:
                words += " " + ngettext("%(num)s phiếu được gắn với hồ sơ.", "%(num)s phiếu được gắn với hồ sơ.", tied)
        elif do == "tie":
            form = find_form_in(db.session, area, tie.serial.data or "")
            case = read_number((tie.case.data or "").strip())
            if case is None:
                raise UserError(_("Số hồ sơ phải là một số nguyên, ví dụ 1204."))
            tie_form(db.session, area, form, case, actor=acting())
            words = _("Phiếu %(serial)s nay gắn với hồ sơ số %(number)s.", serial=form.serial, number=case)
        else:
            raise UserError(_("Không rõ việc cần làm với lô phiếu. Xin bấm một nút trên trang."))
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _batch_page(area, find_batch(db.session, area, number), tie), error.status
    flash(words, "ok")
    return redirect(url_for("paper.batch", slug=slug, number=number))


@blueprint.get(f"{BASE}/lo/<int:number>/phieu.pdf")
@requires(ASSIGN_WORK)
def batch_file(slug: str, number: int) -> ResponseReturnValue:
    """The forms to print."""
    area = _area(slug, ASSIGN_WORK)
    found = find_batch(db.session, area, number)
    path = file_of(found)
    if not path.exists():
        raise NotFound(_("Lô này chưa có tệp PDF. Xin mở trang của lô rồi bấm In."))
    name = f"phieu-{slug}-lo-{number}.pdf"
    return Response(
        path.read_bytes(),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _area(slug: str, permission: str) -> Area:
    return area_of(current_user, open_survey(slug, permission), permission)


def _batches_page(slug: str, form: IssueForm, moving: MoveForm) -> str:
    survey = open_survey(slug, VIEW_FIELDWORK)
    area = area_of(current_user, survey, VIEW_FIELDWORK)
    holders = count_by_holder(db.session, area)
    units = [entry.unit for entry in drawn_units(db.session, survey) if area.holds(entry.unit)]
    return render_template(
        "paper/batches.html",
        holders=holders,
        totals=totals(holders),
        states=[state for state in STATES if any(line.by_state.get(state) for line in holders)],
        state_words=STATE_WORDS,
        batches=batches_of(db.session, area),
        counts=counts_of_batches(db.session, area),
        series=series_of(db.session, survey),
        write_serial=write_serial,
        form=form.offer(units),
        moving=moving,
        may_assign=may_on(ASSIGN_WORK, survey),
        is_open=survey.state in ("sampled", "collecting") and bool(units),
        **frame(survey, "fieldwork"),
    )


def _batch_page(area: Area, found: PaperBatch, tie: TieForm) -> str:
    survey = area.survey
    give = GiveForm(formdata=None).offer(list(offices_in(db.session, area)), collectors_in(db.session, area))
    if found.handed_at is not None:
        give.to.data = found.collector.email if found.collector else found.office.code if found.office else ""
    return render_template(
        "paper/batch.html",
        batch=found,
        forms=forms_of(db.session, found),
        passes=passes_of(db.session, found),
        state_words=STATE_WORDS,
        first=write_serial(series_of(db.session, survey), found.first),
        last=write_serial(series_of(db.session, survey), found.last),
        by_cases=has_cases(db.session, survey.id),
        has_file=file_of(found).exists(),
        give=give,
        tie=tie,
        action=ActionForm(formdata=None),
        **frame(survey, "fieldwork"),
    )
