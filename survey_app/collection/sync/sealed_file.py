"""A file of sealed forms from a device that could not send; it comes in as what devices send themselves."""

from __future__ import annotations

from collections import Counter

from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from survey_app.collection.sync.record import Envelope
from survey_app.collection.sync.service import MOST_AT_ONCE, Outcome, Sender, receive_forms
from survey_app.errors import UserError

MOST_IN_A_FILE = 100_000


class _Sealed(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str = Field(max_length=36)
    sealed: str
    sha256: str = Field(max_length=64)


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")

    forms: list[_Sealed] = Field(max_length=MOST_IN_A_FILE)


def bring_file(session: Session, content: bytes, sender: Sender) -> list[Outcome]:
    """Take in the forms of a file, each committed before the next; the same file again changes nothing.

    Raises
    ------
    UserError
        It is no file of sealed forms.
    """
    try:
        forms = _File.model_validate_json(content).forms
    except ValidationError as error:
        raise UserError(
            _("Đây không phải tệp phiếu niêm phong do máy xuất ra, hoặc tệp đã hỏng. Xin xuất lại từ máy.")
        ) from error
    envelopes = [Envelope(form.id, form.sealed, form.sha256) for form in forms]
    found: list[Outcome] = []
    for start in range(0, len(envelopes), MOST_AT_ONCE):
        found += receive_forms(session, envelopes[start : start + MOST_AT_ONCE], sender)
    return found


def told(outcomes: list[Outcome]) -> str:
    """What became of the forms, in one sentence."""
    counts = Counter(outcome.state for outcome in outcomes)
    return _(
        "Tệp có %(all)s phiếu: %(accepted)s mới nhận, %(repeated)s đã nhận từ trước, "
        "%(kept)s điều phối xem, %(refused)s chưa nhận.",
        all=len(outcomes),
        accepted=counts["accepted"],
        repeated=counts["repeated"],
        kept=counts["disputed"] + counts["held"],
        refused=counts["refused"] + counts["later"],
    )
