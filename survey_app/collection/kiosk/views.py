"""What a tablet shows: the start screen of its survey, a form, the thanks, and the start screen again."""

from __future__ import annotations

import hashlib
from uuid import UUID

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, session, url_for
from flask import Response as Reply
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import holds, public
from survey_app.accounts.roles import OPERATE_COUNTER
from survey_app.collection.begin import DEFAULT_CONSENT, render_closed
from survey_app.collection.counter_views import counter_surveys
from survey_app.collection.holding import LOOK, VISIT
from survey_app.collection.kiosk.dossiers import asks_for_dossier, find_case
from survey_app.collection.kiosk.forms import PairForm, PinForm, VisitForm
from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.pairing import check_pin, device_here, give_cookie, pair_device, pin_verifier
from survey_app.collection.kiosk.service import count_by_device
from survey_app.collection.kiosk.visits import LOOKS, begin_visit, count_try, end_visit
from survey_app.collection.kiosk.words import queue_words
from survey_app.database import db, now
from survey_app.errors import UserError
from survey_app.i18n import LANGUAGES, language, switch_language
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units

blueprint = Blueprint("kiosk", __name__, url_prefix="/quay")
#: A screen that waits for the office looks again after so many seconds; an untouched start screen renews itself.
LOOK_AGAIN, RENEW = 60, 3600
#: On the start screen the camera may read the code of a receipt.
CAMERA = "camera=(self), geolocation=(), microphone=()"


@blueprint.get("")
@public
def start() -> ResponseReturnValue:
    """The start screen of this tablet; the page for a pairing code, where the browser is no tablet yet."""
    device = device_here(db.session)
    if device is None:
        if current_user.is_authenticated and holds(current_user, OPERATE_COUNTER):
            return counter_surveys()
        return render_template("respond/kiosk_pair.html", form=PairForm(formdata=None), error_list=[])
    forget_visitor(device)
    return _screen(device, VisitForm(formdata=None))


@blueprint.post("/ghep")
@public
def pair() -> ResponseReturnValue:
    """Make this browser the tablet whose code was typed."""
    form = PairForm()
    message = _("Trang đã mở quá lâu. Mã vẫn còn; xin bấm nút lần nữa.")
    if form.validate_on_submit():
        try:
            _device, token = pair_device(db.session, form.code.data or "")
        except UserError as error:
            db.session.rollback()
            message = error.message
        else:
            db.session.commit()
            reply = make_response(redirect(url_for("kiosk.start")))
            give_cookie(reply, token)
            return reply
    form.code.errors = [message]
    return render_template("respond/kiosk_pair.html", form=form, error_list=[("code", message)]), 400


@blueprint.post("")
@public
def begin() -> ResponseReturnValue:
    """Begin a form, for the drawn case of a dossier number where one was typed."""
    device = device_here(db.session)
    if device is None or _obstacle(device) is not None:
        return redirect(url_for("kiosk.start"))
    entry = _place(device)
    form = VisitForm()
    if entry is None:
        return redirect(url_for("kiosk.start"))
    if not form.validate_on_submit():
        return _screen(device, form, _("Trang đã mở quá lâu. Xin bấm Đồng ý và bắt đầu lần nữa.")), 400
    number = "" if request.form.get("without") else (form.dossier.data or "").strip()
    try:
        case_id = find_case(db.session, device.survey, entry, number) if number else None
    except UserError as error:
        return _refuse_number(device, form, error)
    try:
        draft = begin_visit(db.session, device, entry, case_id=case_id)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _screen(device, form, error.message), error.status
    session[VISIT], session[LOOK] = str(draft.id), _look(device)
    return redirect(url_for("respond.section", slug=device.survey.slug, draft_id=draft.id, part=1))


@blueprint.post("/ket-thuc")
@public
def end() -> ResponseReturnValue:
    """Wipe the form in progress, because its respondent pressed the button or left. The cookie is the guard here."""
    device = device_here(db.session)
    if device is not None:
        left = request.form.get("left") == "idle"
        draft_id = _visit()
        if draft_id is not None:
            end_visit(db.session, device, draft_id, keep=left, language=language())
            db.session.commit()
        forget_visitor(device)
        if left:
            return "", 204
    return redirect(url_for("kiosk.start"), code=303)


@blueprint.post("/song")
@public
def alive() -> ResponseReturnValue:
    """Tell the office that the tablet is there, and the tablet whether its screen still holds."""
    device = device_here(db.session)
    if device is None:
        return jsonify({"state": ""})
    device.last_seen_at = now()
    db.session.commit()
    return jsonify({"state": state_of(device)})


@blueprint.route("/can-bo", methods=["GET", "POST"])
@public
def staff() -> ResponseReturnValue:
    """The staff corner, behind the PIN: what this tablet is, and how it fares. It shows no answer."""
    device = device_here(db.session)
    if device is None:
        return redirect(url_for("kiosk.start"))
    form, errors = PinForm(), []
    if request.method == "POST":
        message = _("Trang đã mở quá lâu. Xin nhập lại mã PIN.")
        status = 400
        if form.validate_on_submit():
            try:
                check_pin(db.session, device, (form.pin.data or "").strip())
            except UserError as error:
                message, status = error.message, error.status
            else:
                count = count_by_device(db.session, device.survey).get(device.id, 0)
                verifier = pin_verifier(form.pin.data or "")
                return render_template(
                    "respond/kiosk_staff.html",
                    received=count,
                    verifier=verifier,
                    queue_words=queue_words(),
                    **_frame(device),
                )
        form.pin.data, form.pin.errors, errors = "", [message], [("pin", message)]
        return render_template("respond/kiosk_pin.html", form=form, error_list=errors, **_frame(device)), status
    return render_template("respond/kiosk_pin.html", form=form, error_list=errors, **_frame(device))


def forget_visitor(device: Device) -> None:
    """Nothing of the last visitor stays in the session: no form, no language, no way of showing, no message."""
    for key in (VISIT, LOOK, "_flashes"):
        session.pop(key, None)
    if request.args.get("lang") not in device.languages:
        switch_language(device.languages[0])


def state_of(device: Device) -> str:
    """A short fingerprint of everything the start screen shows; when it changes, the tablet loads it anew."""
    shown = [
        device.survey.slug, device.survey.state, device.unit.code, device.paused, device.revoked_at is not None,
        device.languages, device.look, device.on_wipe, device.idle_seconds, device.countdown_seconds, device.moved,
    ]  # fmt: skip
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def is_serving(device: Device) -> bool:
    """Whether it may show its survey now."""
    return (
        device.revoked_at is None
        and not device.paused
        and device.survey.state == "collecting"
        and _place(device) is not None
    )


def _screen(device: Device, form: VisitForm, message: str = "") -> Reply:
    obstacle = _obstacle(device)
    if obstacle is not None:
        return obstacle
    instrument = instrument_of(db.session, device.survey.questionnaire_id)
    look = _look(device)
    asked = request.args.get("lang") in device.languages or "xem" in request.args
    reply = make_response(
        render_template(
            "respond/kiosk_start.html",
            form=form,
            minutes=instrument.minutes,
            consent_text=instrument.consent.get(language()) if instrument.consent else str(DEFAULT_CONSENT),
            asks_dossier=asks_for_dossier(db.session, device.survey),
            message=message,
            looks=[(name, name in look, _href(look, name)) for name in LOOKS],
            language_links=[
                (code, LANGUAGES[code], url_for("kiosk.start", lang=code, xem=",".join(look)))
                for code in device.languages
            ],
            action=url_for("kiosk.begin", lang=language(), xem=",".join(look)),
            state=state_of(device),
            **_frame(device, look),
        )
    )
    reply.headers["Refresh"] = f"{device.idle_seconds if asked or message else RENEW}; url={url_for('kiosk.start')}"
    reply.headers["Permissions-Policy"] = CAMERA
    return reply


def _refuse_number(device: Device, form: VisitForm, error: UserError) -> ResponseReturnValue:
    """Say it gently, with a way on; trying numbers counts against the hour."""
    try:
        count_try(db.session, device)
        db.session.commit()
    except UserError as full:
        db.session.rollback()
        return _screen(device, form, full.message), full.status
    form.dossier.errors = [error.message]
    return _screen(device, form), 400


def _obstacle(device: Device) -> Reply | None:
    """The page that says plainly why this tablet shows no survey now; None when it does."""
    if device.revoked_at is not None:
        words = (
            _("Máy này đã bị thu hồi"),
            _("Máy không nhận phiếu nữa. Cán bộ: nếu cần dùng lại, xin người phụ trách thêm máy mới và cấp mã ghép."),
        )
    elif device.paused:
        words = (
            _("Máy này đang tạm dừng"),
            _("Xin Ông/Bà dùng máy khác, hoặc hỏi cán bộ Bộ phận Một cửa. Máy tự mở lại khi người phụ trách cho phép."),
        )
    elif device.survey.state != "collecting":
        reply = make_response(render_closed(device.survey))
        reply.status_code = 200
        reply.headers["Refresh"] = f"{LOOK_AGAIN}; url={url_for('kiosk.start')}"
        return reply
    elif _place(device) is None:
        words = (
            _("Máy này chưa có nơi phục vụ"),
            _("%(place)s không còn trong mẫu của đợt. Cán bộ: xin người phụ trách chuyển máy.", place=device.unit.name),
        )
    else:
        return None
    reply = make_response(
        render_template("respond/kiosk_message.html", heading=words[0], sentence=words[1], **_frame(device))
    )
    reply.headers["Refresh"] = f"{LOOK_AGAIN}; url={url_for('kiosk.start')}"
    return reply


def _frame(device: Device, look: list[str] | None = None) -> dict[str, object]:
    return {
        "survey": device.survey,
        "simulated": device.survey.simulated,
        "device": device,
        "kiosk": True,
        "kiosk_look": device.look if look is None else look,
    }


def _place(device: Device) -> FrameUnit | None:
    return next((entry for entry in drawn_units(db.session, device.survey) if entry.unit_id == device.unit_id), None)


def _look(device: Device) -> list[str]:
    """The way of showing that the address says, else the tablet's own."""
    if "xem" not in request.args:
        return device.look
    asked = request.args["xem"].split(",")
    return [name for name in LOOKS if name in asked]


def _href(look: list[str], name: str) -> str:
    changed = [one for one in LOOKS if (one in look) != (one == name)]
    return url_for("kiosk.start", lang=language(), xem=",".join(changed))


def _visit() -> UUID | None:
    try:
        return UUID(session.get(VISIT, ""))
    except ValueError:
        return None
