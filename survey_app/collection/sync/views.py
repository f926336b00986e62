"""The device endpoint of collectors, and the list where a coordinator settles what could not enter."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from flask_wtf.csrf import validate_csrf
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from wtforms.validators import ValidationError as TokenRefused

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.models import User
from survey_app.accounts.roles import ASSIGN_WORK, COLLECT
from survey_app.collection.sync.queries import list_disputes, list_held
from survey_app.collection.sync.record import Envelope
from survey_app.collection.sync.sender import collector_as_sender
from survey_app.collection.sync.service import MOST_AT_ONCE, Sender, discard_held, enter_held, receive_forms
from survey_app.collection.sync.settling import settle_dispute
from survey_app.collection.words import CHANNEL_WORDS
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.sampling.work.area import area_of
from survey_app.sampling.work.forms import check_token
from survey_app.surveys.access import frame
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.queries import find_survey

blueprint = Blueprint("sync", __name__)


class SentForm(BaseModel):
    """A sealed form as it comes."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(max_length=36)
    sealed: str
    sha256: str = Field(max_length=64)


class Sack(BaseModel):
    """What a device sends at once."""

    model_config = ConfigDict(extra="forbid")

    forms: list[SentForm] = Field(max_length=MOST_AT_ONCE)


@blueprint.post("/thu-phieu/gui")
@requires(COLLECT)
def send() -> ResponseReturnValue:
    """Take in the sealed forms that a collector's device brings, and tell what became of each."""
    try:
        validate_csrf(request.headers.get("X-CSRFToken", ""))
    except TokenRefused:
        return {"reason": _("Phiên làm việc đã cũ. Xin mở lại ứng dụng khi có mạng rồi gửi."), "stale": True}, 400
    collector = db.session.get_one(User, current_user.id)
    return take_in(collector_as_sender(db.session, collector))


def take_in(sender: Sender) -> ResponseReturnValue:
    """What became of each form of the request, in the order they came; refusals of the whole are JSON too."""
    try:
        outcomes = receive_forms(db.session, read_sack(), sender)
    except UserError as error:
        return {"reason": error.message}, error.status
    return {"forms": [outcome._asdict() for outcome in outcomes]}


def read_sack() -> list[Envelope]:
    """The envelopes of the request.

    Raises
    ------
    UserError
        The body is not the JSON that devices send.
    """
    try:
        sack = Sack.model_validate_json(request.get_data(cache=False))
    except ValidationError as error:
        raise UserError(_("Dữ liệu gửi lên không đúng dạng. Xin cập nhật ứng dụng rồi gửi lại.")) from error
    return [Envelope(form.id, form.sealed, form.sha256) for form in sack.forms]


@blueprint.get("/quan-ly/dot/<slug>/phieu-giu-lai")
@requires(ASSIGN_WORK)
def held(slug: str) -> ResponseReturnValue:
    """What waits for a decision in this person's area."""
    return _held_page(slug)


def _held_page(slug: str, refused: int | None = None, status: int = 200) -> ResponseReturnValue:
    survey = find_survey(db.session, slug)
    area = area_of(current_user, survey, ASSIGN_WORK)
    page = render_template(
        "office/held_forms.html",
        held=list_held(db.session, area),
        disputes=list_disputes(db.session, area),
        channel_words=CHANNEL_WORDS,
        form=ActionForm(formdata=None),
        refused=refused,
        typed=request.form.get("reason", "") if refused else "",
        **frame(survey, "fieldwork"),
    )
    return page, status


@blueprint.post("/quan-ly/dot/<slug>/phieu-giu-lai")
@requires(ASSIGN_WORK)
def settle(slug: str) -> ResponseReturnValue:
    """Let a held form in, put it away, or keep the first of two."""
    survey = find_survey(db.session, slug)
    area = area_of(current_user, survey, ASSIGN_WORK)
    number = request.form.get("number", type=int) or 0
    do, reason = request.form.get("do"), request.form.get("reason", "")
    try:
        check_token(ActionForm())
        if do == "enter":
            receipt = enter_held(db.session, area, number, actor=acting())
            words = _("Phiếu đã vào số liệu, mã %(code)s.", code=receipt.code)
        elif do == "discard":
            discard_held(db.session, area, number, reason=reason, actor=acting())
            words = _("Phiếu giữ lại số %(number)s đã được bỏ.", number=number)
        elif do == "keep":
            settle_dispute(db.session, area, number, actor=acting())
            words = _("Giữ phiếu trước; phiếu gửi sau đã được bỏ.")
        else:
            raise UserError(_("Không rõ việc cần làm với phiếu. Xin bấm một nút trên trang."))
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _held_page(slug, refused=number, status=error.status)
    flash(words, "ok")
    return redirect(url_for("sync.held", slug=slug))
