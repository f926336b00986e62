"""What a tablet queued while the network was broken, brought in through the one door."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.accounts.guards import public
from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.pairing import device_here
from survey_app.collection.kiosk.views import blueprint
from survey_app.collection.sync.record import FormRecord
from survey_app.collection.sync.service import Sender
from survey_app.collection.sync.views import take_in
from survey_app.database import db
from survey_app.errors import Forbidden
from survey_app.surveys.models import Survey


@blueprint.post("/gui")
@public
def send() -> ResponseReturnValue:
    """Take in the sealed forms of this tablet, also of one that is paused. The cookie is the guard here."""
    device = device_here(db.session)
    if device is None:
        return {"reason": _("Máy này chưa ghép với hệ thống nên chưa gửi được. Xin người phụ trách cấp mã ghép.")}, 403
    if device.revoked_at is not None:
        reason = _("Máy này đã bị thu hồi. Phiếu còn trên máy: xin mở góc cán bộ và xuất ra tệp.")
        return {"reason": reason}, 403
    return take_in(device_as_sender(device))


def device_as_sender(device: Device) -> Sender:
    """A tablet brings forms of its own survey and place; those from before it was moved wait for the coordinator."""
    survey_id, code = device.survey_id, device.unit.code

    def check(survey: Survey, form: FormRecord) -> None:
        if survey.id != survey_id or form.unit != code:
            raise Forbidden(_("Phiếu làm trên máy tại quầy trước khi máy được chuyển đi. Điều phối sẽ xem."))

    return Sender("kiosk", None, check, device_id=device.id)
