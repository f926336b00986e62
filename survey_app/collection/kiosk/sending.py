"""What a tablet queued while the network was broken, brought in through the one door."""

from __future__ import annotations

import time
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import bindparam, select

from survey_app.accounts.guards import public
from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.pairing import COOKIE, known_tablets, token_sha256
from survey_app.collection.kiosk.views import blueprint
from survey_app.collection.sync.record import FormRecord
from survey_app.collection.sync.service import Sender
from survey_app.collection.sync.views import take_in
from survey_app.database import db
from survey_app.errors import Forbidden
from survey_app.geography.models import Unit
from survey_app.prepared_query import PreparedQuery, prepared
from survey_app.surveys.models import Survey

KNOWN_SECONDS, MOST_KNOWN = 5.0, 2_000
_DEVICE = (
    select(Device.id, Device.revoked_at, Survey.slug, Unit.code)
    .join_from(Device, Survey, Device.survey_id == Survey.id)
    .join(Unit, Device.unit_id == Unit.id)
    .where(Device.token_sha256 == bindparam("token"))
)


@blueprint.post("/gui")
@public
def send() -> ResponseReturnValue:
    """Take in the sealed forms of this tablet, also of one that is paused. The cookie is the guard here."""
    token = request.cookies.get(COOKIE)
    device = _find(token_sha256(token)) if token else None
    if device is None:
        return {"reason": _("Máy này chưa ghép với hệ thống nên chưa gửi được. Xin người phụ trách cấp mã ghép.")}, 403
    if device.revoked_at is not None:
        reason = _("Máy này đã bị thu hồi. Phiếu còn trên máy: xin mở góc cán bộ và xuất ra tệp.")
        return {"reason": reason}, 403
    return take_in(_tablet_as_sender(device))


def _find(token: str) -> Any:
    """The tablet of a token, known for some seconds: it sends many forms one after the other.

    Read outside the transaction, which holds SQLite's one place for writers and begins when the seal is open.
    """
    kept = known_tablets(db.session)
    device, until = kept.get(token, (None, 0.0))
    if time.monotonic() >= until:
        query = prepared(db.session, "tablet", lambda engine: PreparedQuery(engine, _DEVICE))
        device = query.first(token=token)
        if len(kept) >= MOST_KNOWN:
            kept.clear()
        if device is not None and device.revoked_at is None:
            kept[token] = (device, time.monotonic() + KNOWN_SECONDS)
    return device


def _tablet_as_sender(device: Any) -> Sender:
    """A tablet brings forms of its own survey and place; those from before it was moved wait for the coordinator."""

    def check(form: FormRecord) -> None:
        if (form.survey, form.unit) != (device.slug, device.code):
            raise Forbidden(_("Phiếu làm trên máy tại quầy trước khi máy được chuyển đi. Điều phối sẽ xem."))

    return Sender("kiosk", None, check, device_id=device.id)
