"""What lies inside the seal: one form, as the device filled it in."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from survey_app.collection.sealing import from_base64url, open_sealed
from survey_app.errors import UserError

LARGEST_SEALED = 256 * 1024
LARGEST_NUMBER = 2**31 - 1
#: Names, of which none holds a control character; PostgreSQL takes no zero byte.
NAME = r"^[^\x00-\x1f]*$"


class FormRecord(BaseModel):
    """One form; the door checks what it says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    survey: Annotated[str, Field(max_length=80, pattern=NAME)]
    unit: Annotated[str, Field(max_length=30, pattern=NAME)]
    language: Annotated[str, Field(max_length=5, pattern=NAME)] = "vi"
    answers: dict[str, Any]
    day: date | None = None
    minutes: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None
    filled_at: datetime | None = None
    case: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] | None = None
    position: (
        tuple[
            Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)],
            Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)],
        ]
        | None
    ) = None
    questionnaire: Annotated[str, Field(max_length=64)] | None = None


@dataclass(frozen=True)
class Envelope:
    """A sealed form with the hash that tells whether it came whole."""

    id: str
    sealed: str
    sha256: str


@dataclass(frozen=True)
class Opened:
    """An envelope that came whole, and what is in it."""

    form_id: UUID
    sealed: bytes
    sha256: str
    record: FormRecord


def open_envelope(envelope: Envelope) -> Opened:
    """Check the hash, break the seal and read the record.

    Raises
    ------
    UserError
        The bytes are not those that were sent, not sealed for this server, or hold no form.
    """
    try:
        form_id = UUID(envelope.id)
    except ValueError as error:
        raise UserError(_("Mã phiếu không đúng dạng. Xin cập nhật ứng dụng rồi gửi lại.")) from error
    if len(envelope.sealed) > LARGEST_SEALED:
        raise UserError(_("Phiếu này lớn quá mức cho phép nên không gửi được. Xin xuất ra tệp và báo điều phối."))
    sealed = from_base64url(envelope.sealed)
    sha256 = hashlib.sha256(sealed).hexdigest()
    if not hmac.compare_digest(sha256.encode(), envelope.sha256.lower().encode()):
        raise UserError(_("Phiếu bị lỗi trên đường truyền. Xin gửi lại."))
    return Opened(form_id, sealed, sha256, read_record(open_sealed(sealed, str(form_id))))


def read_record(text: bytes) -> FormRecord:
    """The form that the bytes hold.

    Raises
    ------
    UserError
        They hold none.
    """
    try:
        return FormRecord.model_validate_json(text)
    except ValidationError as error:
        raise UserError(_("Nội dung phiếu không đọc được. Xin cập nhật ứng dụng rồi gửi lại.")) from error
