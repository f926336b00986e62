"""The public form: one section a page, answers kept from page to page, sent once through the door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.accounts.guards import public
from survey_app.collection.begin import begin_form, render_closed
from survey_app.collection.drafts import (
    find_draft,
    find_invitation,
    find_receipt,
    keep_answers,
    submit_draft,
)
from survey_app.collection.first_views import keep_first_view
from survey_app.collection.holding import VISIT, is_tablet, opens_here, receipt_opens_here
from survey_app.collection.kiosk.pairing import device_here
from survey_app.collection.kiosk.visits import look_of_visit
from survey_app.collection.models import Draft, Response
from survey_app.collection.names import names_at
from survey_app.collection.service import DisputedResponse, NotCollecting
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.i18n import LANGUAGES, language, switch_language
from survey_app.instruments.form import SectionForm, section_form
from survey_app.instruments.path import attach_conditions, step_from
from survey_app.instruments.piping import fill_in
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.instruments.straight_lines import straight_lines
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys, find_survey

blueprint = Blueprint("respond", __name__, url_prefix="/s")
KIOSK_SECONDS = 10


@blueprint.get("/")
@public
def open_surveys() -> ResponseReturnValue:
    """The surveys that take answers now; straight to the only one."""
    surveys = all_surveys(db.session, "collecting")
    if len(surveys) == 1:
        return redirect(url_for("respond.start", slug=surveys[0].slug))
    return render_template("respond/open.html", surveys=surveys, simulated=any(s.simulated for s in surveys))


@blueprint.route("/<slug>", methods=["GET", "POST"])
@public
def start(slug: str) -> ResponseReturnValue:
    """The first page of the open link."""
    return begin_form(find_survey(db.session, slug), channel="link")


@blueprint.route("/<slug>/t/<token>", methods=["GET", "POST"])
@public
def start_with_token(slug: str, token: str) -> ResponseReturnValue:
    """The first page of a personal, single-use link."""
    survey = find_survey(db.session, slug)
    invitation = find_invitation(db.session, survey, token)
    return begin_form(survey, channel="link", fixed_commune=invitation.unit.code, invitation=invitation)


@blueprint.route("/<slug>/<uuid:draft_id>/<int:part>", methods=["GET", "POST"])
@public
def section(slug: str, draft_id: UUID, part: int) -> ResponseReturnValue:
    """One section of the form."""
    survey = find_survey(db.session, slug)
    draft = find_draft(db.session, survey, draft_id, to_change=request.method == "POST")
    if draft is None:
        return _without_draft(survey, draft_id)
    if not opens_here(draft):
        return _held_elsewhere(draft)
    if survey.state != "collecting":
        return render_closed(survey, unsent=True)
    instrument = instrument_of(db.session, survey.questionnaire_id)
    if not 1 <= part <= len(instrument.sections):
        raise NotFound(_("Phiếu này không có phần đó."))
    if request.method == "GET":
        message_waits = "_flashes" in session
        page, status = _show(survey, draft, instrument, part, _form(instrument, part, draft))
        if not message_waits:
            keep_first_view(slug, draft_id, part, page)
        return page, status
    return _take(survey, draft, instrument, part)


def _form(instrument: Instrument, part: int, draft: Draft) -> SectionForm:
    form = section_form(
        instrument,
        instrument.sections[part - 1].key,
        language=language(),
        answers=draft.answers,
        formdata=request.form if request.method == "POST" else None,
        names=names_at(draft.unit),
    )
    attach_conditions(form)
    return form


def _take(survey: Survey, draft: Draft, instrument: Instrument, part: int) -> ResponseReturnValue:
    form = _form(instrument, part, draft)
    switch = request.form.get("lang")
    step = step_from(form, part, go=request.form.get("go"), other_language=switch in LANGUAGES)
    if step.to == "stale":
        return _show(survey, draft, instrument, part, form, 400)
    keep_answers(db.session, draft, form.checked.answers)
    db.session.commit()  # what was typed stays, whatever comes next
    if step.to == "mistakes":
        if switch in LANGUAGES:
            switch_language(switch)  # what cannot be stored yet stays on the page, and so does its message
            form = _form(instrument, part, draft)
            form.validate()
        return _show(survey, draft, instrument, part, form, 400)
    if step.to == "done":
        return _send(survey, draft, instrument, part, form)
    if step.to == "same":
        return redirect(_part_url(survey, draft, part, lang=switch))
    if step.to == "revealed":
        return redirect(_part_url(survey, draft, part, _anchor=f"q-{step.revealed[0]}"))
    if step.to == "skipped":
        flash(_("Phần này còn câu chưa trả lời. Xin Ông/Bà trả lời rồi gửi phiếu."), "info")
    if step.to in ("next", "skipped"):
        _speak_of_straight_lines(form)
    return redirect(_part_url(survey, draft, step.part))


def _speak_of_straight_lines(form: SectionForm) -> None:
    """A gentle word on the next page, where no script has said it on this one."""
    said = request.form.getlist("same-said")
    if set(straight_lines(form.instrument, form.section.key, form.checked.answers)) - set(said):
        flash(_("Ở phần vừa rồi, Ông/Bà đã chọn cùng một mức cho mọi câu. Nếu muốn xem lại, xin bấm Quay lại."), "info")


def _send(survey: Survey, draft: Draft, instrument: Instrument, part: int, form: SectionForm) -> ResponseReturnValue:
    try:
        receipt = submit_draft(db.session, draft, language=language())
        db.session.commit()
    except NotCollecting:
        db.session.rollback()
        return render_closed(survey, unsent=True)
    except DisputedResponse:
        db.session.commit()
        raise
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _show(survey, draft, instrument, part, form, error.status)
    return redirect(url_for("respond.thanks", slug=survey.slug, draft_id=receipt.response_id))


def _show(
    survey: Survey, draft: Draft, instrument: Instrument, part: int, form: SectionForm, status: int = 200
) -> tuple[str, int]:
    section = instrument.sections[part - 1]
    names = names_at(draft.unit)
    errors = [(f"q-{key}", messages[0]) for key, messages in form.answer_errors.items()]
    if form.csrf_failed:
        errors.insert(0, ("answers", _("Trang này đã mở quá lâu. Những gì Ông/Bà chọn vẫn còn; xin bấm nút lần nữa.")))
    page = render_template(
        "respond/section.html",
        survey=survey,
        simulated=survey.simulated,
        instrument=instrument,
        section_title=fill_in(section.title.get(language()), names),
        section_intro=fill_in(section.intro.get(language()), names) if section.intro else "",
        form=form,
        progress=(part, len(instrument.sections)),
        error_list=errors,
        back_href=_part_url(survey, draft, part - 1) if part > 1 else None,
        **_tablet(draft),
    )
    return page, status


def _tablet(draft: Draft) -> dict[str, Any]:
    """What the page of a form on a tablet needs beside the rest."""
    device = device_here(db.session) if draft.device_id is not None else None
    if device is None:
        return {"kiosk": draft.channel == "kiosk"}
    links = [(code, name, "") for code, name in LANGUAGES.items() if code in device.languages]
    return {"kiosk": True, "device": device, "kiosk_look": look_of_visit(device), "language_links": links}


def _held_elsewhere(draft: Draft) -> ResponseReturnValue:
    """The form is on another phone or tablet, or its visitor has left."""
    if draft.device_id is not None and is_tablet():
        return redirect(url_for("kiosk.start"))
    raise NotFound(
        _("Phiếu này chỉ mở được trên máy đã bắt đầu làm. Xin Ông/Bà mở lại đường dẫn hoặc quét lại mã để làm phiếu.")
    )


def _part_url(survey: Survey, draft: Draft, part: int, **extra: Any) -> str:
    return url_for("respond.section", slug=survey.slug, draft_id=draft.id, part=part, **extra)


def _without_draft(survey: Survey, draft_id: UUID) -> ResponseReturnValue:
    """A second click, or a page asked for again, after the form was sent; or a form that is no more."""
    if is_tablet() and session.get(VISIT) != str(draft_id):
        return redirect(url_for("kiosk.start"))
    if find_receipt(db.session, survey, draft_id) is not None:
        return redirect(url_for("respond.thanks", slug=survey.slug, draft_id=draft_id))
    if is_tablet():
        return redirect(url_for("kiosk.start"))
    if survey.state != "collecting":
        return render_closed(survey)
    flash(_("Phiếu đang làm dở không còn nữa, có thể vì đã để quá một ngày. Xin Ông/Bà bắt đầu lại."), "error")
    return redirect(url_for("respond.start", slug=survey.slug))


@blueprint.get("/<slug>/<uuid:draft_id>/cam-on")
@public
def thanks(slug: str, draft_id: UUID) -> ResponseReturnValue:
    """The receipt."""
    survey = find_survey(db.session, slug)
    receipt = find_receipt(db.session, survey, draft_id)
    if receipt is None:
        raise NotFound(_("Không có phiếu nào mang mã này."))
    session.modified = True  # a new cookie makes the browser drop the answered pages it keeps for its Back button
    sent = db.session.get_one(Response, draft_id)
    if not receipt_opens_here(sent):
        return redirect(url_for("kiosk.start" if is_tablet() else "landing.landing"))
    device = device_here(db.session) if sent.device_id is not None else None
    counter = url_for("kiosk.start") if device else url_for("counter.start", slug=slug)
    href = {"kiosk": counter, "field": url_for("collection.work")}.get(sent.channel)
    seconds = device.countdown_seconds if device else KIOSK_SECONDS
    response = make_response(
        render_template(
            "respond/thanks.html",
            survey=survey,
            simulated=survey.simulated,
            receipt_code=receipt.code,
            restart_href=href,
            auto_return_seconds=seconds if sent.channel == "kiosk" else None,
            kiosk=sent.channel == "kiosk",
            device=device,
            kiosk_look=look_of_visit(device) if device else [],
        )
    )
    if sent.channel == "kiosk":
        response.headers["Refresh"] = f"{seconds}; url={href}"
    return response
