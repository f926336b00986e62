"""The pages of double entry: the desk where the next form is chosen, the form to key, the differences to decide."""

from __future__ import annotations

import json
import time

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from itsdangerous import BadSignature, TimestampSigner

from survey_app.accounts.guards import acting, may, requires
from survey_app.accounts.roles import DECIDE_PAPER, KEY_PAPER
from survey_app.collection.paper.batch_views import BASE, moved_words
from survey_app.collection.paper.entry import (
    LONGEST_SECONDS,
    Keyed,
    TypedRefused,
    check_may_key,
    compare_form,
    decide_form,
    entries_of,
    key_form,
)
from survey_app.collection.paper.forms import MoveForm, SerialForm
from survey_app.collection.paper.issuing import series_of
from survey_app.collection.paper.models import PaperForm
from survey_app.collection.paper.pages import Row, rows_to_decide, rows_to_key
from survey_app.collection.paper.pictures import keys_with_pictures, pictures_of
from survey_app.collection.paper.queries import (
    count_to_key,
    find_form,
    find_form_in,
    no_such_form,
    rates_of_keyers,
    waiting_forms,
)
from survey_app.collection.paper.reading import read_typed
from survey_app.collection.paper.scanning.pages import can_scan
from survey_app.collection.paper.serials import first_serial, read_serials
from survey_app.collection.paper.tracking import move_forms
from survey_app.collection.paper.words import STATE_WORDS
from survey_app.database import db
from survey_app.errors import Conflict, Forbidden, NotFound, UserError
from survey_app.instruments.conditions import path_to_json
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.sampling.work.area import area_of
from survey_app.sampling.work.forms import check_token
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.queries import all_surveys

blueprint = Blueprint("paper_entry", __name__)
DESK = "/nhap-phieu-giay"


@blueprint.route(DESK, methods=["GET", "POST"])
@requires(KEY_PAPER)
def desk() -> ResponseReturnValue:
    """Scan or type the serial of the next form, or record forms that came back."""
    if request.method == "GET":
        return _desk_page(SerialForm(formdata=None), MoveForm(formdata=None)), 200
    serial, pile = SerialForm(), MoveForm()
    try:
        check_token(serial)
        if request.form.get("do") == "receive":
            flash(_receive(pile.serials.data or ""), "ok")
            db.session.commit()
            return redirect(url_for("paper_entry.desk"))
        form = _find_own(serial.serial.data or "")
        check_may_key(db.session, form, current_user.id)
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _desk_page(serial, pile), error.status
    return redirect(url_for("paper_entry.key", serial=form.serial))


def _receive(text: str) -> str:
    """Record a pile of forms; all are of the survey of the first."""
    first = _find_own(first_serial(text))
    survey = first.batch.survey
    area = area_of(current_user, survey, KEY_PAPER)
    numbers = read_serials(text, series=series_of(db.session, survey))
    return moved_words(move_forms(db.session, area, numbers, "received", actor=acting()), "received")


def _find_own(text: str) -> PaperForm:
    """The form of a serial where this person keys forms."""
    form = find_form(db.session, text)
    survey = form.batch.survey
    try:
        reached = area_of(current_user, survey, KEY_PAPER).holds(form.batch.unit)
    except NotFound:
        reached = False
    if not reached:
        raise no_such_form(form.serial)
    return form


def _desk_page(serial: SerialForm, pile: MoveForm) -> str:
    waiting = []
    for survey in all_surveys(db.session, "collecting"):
        if may(current_user, KEY_PAPER, sector=survey.questionnaire.sector, territory=survey.territory):
            area = area_of(current_user, survey, KEY_PAPER)
            waiting.append((survey, *count_to_key(db.session, area, current_user.id)))
    return render_template(
        "paper/desk.html",
        serial=serial,
        pile=pile,
        waiting=waiting,
        can_scan=can_scan(),
        to_do=sum(first + second for _survey, first, second in waiting),
    )


@blueprint.route(f"{DESK}/<serial>", methods=["GET", "POST"])
@requires(KEY_PAPER)
def key(serial: str) -> ResponseReturnValue:
    """Key one form; what another person keyed is never on this page."""
    form = _find_own(serial)
    try:
        check_may_key(db.session, form, current_user.id)
    except Forbidden as error:
        if request.method == "GET":
            raise
        flash(error.message, "info")  # a second click: the first has saved the form
        return redirect(url_for("paper_entry.desk"))
    instrument = instrument_of(db.session, form.batch.survey.questionnaire_id)
    typed = {item.key: request.form.get(f"k-{item.key}", "") for item in instrument.questions()}
    if request.method == "GET":
        return _key_page(form, instrument, {}), 200
    try:
        check_token(ActionForm())
        if request.form.get("do") != "save":
            reading = read_typed(instrument, typed, language=form.batch.language)
            return _key_page(form, instrument, typed, reading.problems, checked=True), 200
        done = key_form(db.session, form, typed, keyer_id=current_user.id, seconds=_seconds_since(form), actor=acting())
        db.session.commit()
    except TypedRefused as error:
        db.session.rollback()
        return _key_page(form, instrument, typed, error.problems), error.status
    except Forbidden as error:
        db.session.rollback()
        flash(error.message, "info")
        return redirect(url_for("paper_entry.desk"))
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _key_page(form, instrument, typed), error.status
    _tell(form, done, instrument)
    return redirect(url_for("paper_entry.desk"))


def _tell(form: PaperForm, done: Keyed, instrument: Instrument) -> None:
    words = {
        "received": _("Phiếu %(serial)s đã lưu lần nhập này. Cần thêm một người nhập nữa.", serial=form.serial),
        "accepted": _("Phiếu %(serial)s: hai lần nhập khớp nhau, phiếu đã vào hệ thống.", serial=form.serial),
        "keyed": _("Phiếu %(serial)s đã lưu. Điều phối sẽ xem lại phiếu này.", serial=form.serial),
        "disputed": _("Phiếu %(serial)s đã lưu nhưng trùng với phiếu khác. Điều phối sẽ xem lại.", serial=form.serial),
    }
    flash(words[form.state], "ok")
    if done.off_path:
        numbers = ", ".join(instrument.number_of(key) for key in done.off_path)
        flash(
            _("Không tính câu %(numbers)s: theo các câu trước thì người này không phải trả lời.", numbers=numbers),
            "info",
        )


def _begun(form: PaperForm) -> str:
    return TimestampSigner(current_app.secret_key or "", salt="paper-begun").sign(form.serial).decode()


def _seconds_since(form: PaperForm) -> float:
    """How long the page was open; a time that is not ours counts as nothing."""
    signer = TimestampSigner(current_app.secret_key or "", salt="paper-begun")
    try:
        serial, moment = signer.unsign(request.form.get("begun", ""), return_timestamp=True)
    except BadSignature:
        return 0.0
    return min(time.time() - moment.timestamp(), LONGEST_SECONDS) if serial.decode() == form.serial else 0.0


def _key_page(
    form: PaperForm,
    instrument: Instrument,
    typed: dict[str, str],
    problems: dict[str, str] | None = None,
    *,
    checked: bool = False,
) -> str:
    batch = form.batch
    return render_template(
        "paper/key.html",
        form=form,
        instrument=instrument,
        sections=rows_to_key(instrument, batch, typed, problems or {}),
        problems=problems or {},
        checked=checked,
        begun=request.form.get("begun") or _begun(form),
        path=json.dumps(path_to_json(instrument), ensure_ascii=False),
        action=ActionForm(formdata=None),
        simulated=batch.survey.simulated,
    )


@blueprint.get(f"{BASE}/nhap-kep")
@requires(DECIDE_PAPER)
def differences(slug: str) -> ResponseReturnValue:
    """Forms on which the keyers differ, and how far each keyer agrees with the other."""
    survey = open_survey(slug, DECIDE_PAPER)
    area = area_of(current_user, survey, DECIDE_PAPER)
    page = render_template(
        "paper/differences.html",
        waiting=waiting_forms(db.session, area),
        rates=rates_of_keyers(db.session, area),
        state_words=STATE_WORDS,
        **frame(survey, "fieldwork"),
    )
    return page, 200


@blueprint.route(f"{BASE}/nhap-kep/<serial>", methods=["GET", "POST"])
@requires(DECIDE_PAPER)
def decide(slug: str, serial: str) -> ResponseReturnValue:
    """Both readings side by side, and what the paper says."""
    survey = open_survey(slug, DECIDE_PAPER)
    form = find_form_in(db.session, area_of(current_user, survey, DECIDE_PAPER), serial)
    if request.method == "GET":
        return _decide_page(form, {}, {}), 200
    typed: dict[str, str] = {}
    try:
        check_token(ActionForm())
        found = compare_form(db.session, form)
        typed = {one.item.key: request.form.get(f"k-{one.item.key}", "") for one in found.differences}
        done = decide_form(db.session, form, typed, actor=acting())
        db.session.commit()
    except TypedRefused as error:
        db.session.rollback()
        return _decide_page(form, typed, error.problems), error.status
    except UserError as error:
        db.session.rollback()
        if isinstance(error, Conflict) and form.state == "accepted":  # a second click: the first has decided
            return _after_decision(slug, form)
        flash(error.message, "error")
        return _decide_page(form, typed, {}), error.status
    return _after_decision(slug, form, done.refusal)


def _after_decision(slug: str, form: PaperForm, refusal: str | None = None) -> ResponseReturnValue:
    if refusal:
        flash(refusal, "error")
    else:
        flash(_("Phiếu %(serial)s đã vào hệ thống.", serial=form.serial), "ok")
    return redirect(url_for("paper_entry.differences", slug=slug))


@blueprint.get(f"{BASE}/nhap-kep/<serial>/<key>.png")
@requires(DECIDE_PAPER)
def picture(slug: str, serial: str, key: str) -> ResponseReturnValue:
    """A question of a scanned form as it looks on the paper."""
    survey = open_survey(slug, DECIDE_PAPER)
    form = find_form_in(db.session, area_of(current_user, survey, DECIDE_PAPER), serial)
    if key not in keys_with_pictures(form.id):
        raise NotFound(_("Không có ảnh của câu này."))
    return send_file(pictures_of(form.id) / f"{key}.png", max_age=0)


def _decide_page(form: PaperForm, typed: dict[str, str], problems: dict[str, str]) -> str:
    survey = form.batch.survey
    instrument = instrument_of(db.session, survey.questionnaire_id)
    found = compare_form(db.session, form)
    rows: list[Row] = rows_to_decide(instrument, form.batch, found, typed, problems)
    return render_template(
        "paper/decide.html",
        form=form,
        found=found,
        rows=rows,
        by_scanner=entries_of(db.session, form)[0].keyer_id is None,
        pictures=keys_with_pictures(form.id),
        problems=problems,
        action=ActionForm(formdata=None),
        **frame(survey, "fieldwork"),
    )
