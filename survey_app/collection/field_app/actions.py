"""What a collector did without network, carried out by the same verbs as on the page: tries and replacements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from flask_babel import gettext as _
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.accounts.roles import COLLECT
from survey_app.audit.models import Actor
from survey_app.collection.sync.record import NAME
from survey_app.errors import UserError
from survey_app.sampling.work.area import own_work
from survey_app.sampling.work.attempting import record_attempt
from survey_app.sampling.work.replacing import replace_case
from survey_app.surveys.queries import find_survey

MOST_AT_ONCE = 50
LARGEST_NUMBER = 2**31 - 1


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    survey: Annotated[str, Field(max_length=80, pattern=NAME)]
    case: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]


class ToldAttempt(_Told):
    """A try that brought no answer."""

    kind: Literal["attempt"]
    outcome: Annotated[str, Field(max_length=12)]
    tried_at: AwareDatetime | None = None


class ToldReplacement(_Told):
    """A case whose place the next reserve shall take."""

    kind: Literal["replace"]
    reason: Annotated[str, Field(max_length=500)]


Told = Annotated[ToldAttempt | ToldReplacement, Field(discriminator="kind")]
_TOLD: TypeAdapter[ToldAttempt | ToldReplacement] = TypeAdapter(Told)


@dataclass(frozen=True)
class Outcome:
    """What became of one thing: ``done``, ``repeated``, ``refused`` with a reason, or ``later``."""

    id: str
    state: str
    reason: str | None = None


def carry_out(session: Session, told: Sequence[object], collector: User, *, actor: Actor) -> list[Outcome]:
    """Do each thing that a device tells, committed one by one; one that is refused stops no other.

    Raises
    ------
    UserError
        More than `MOST_AT_ONCE` at once.
    """
    if len(told) > MOST_AT_ONCE:
        raise UserError(_("Mỗi lần gửi được nhiều nhất %(count)s việc.", count=MOST_AT_ONCE))
    return [_carry_out(session, one, collector, actor) for one in told]


def _carry_out(session: Session, raw: object, collector: User, actor: Actor) -> Outcome:
    name = str(raw.get("id", ""))[:36] if isinstance(raw, dict) else ""
    try:
        one = _TOLD.validate_python(raw)
    except ValidationError:
        return Outcome(name, "refused", _("Việc này không đọc được. Xin cập nhật ứng dụng rồi ghi lại."))
    try:
        repeated = _do(session, one, collector, actor)
        session.commit()
    except UserError as error:
        session.rollback()
        return Outcome(name, "refused", error.message)
    except OperationalError:
        session.rollback()
        return Outcome(name, "later", _("Máy chủ đang bận. Ứng dụng sẽ tự gửi lại."))
    return Outcome(name, "repeated" if repeated else "done")


def _do(session: Session, one: ToldAttempt | ToldReplacement, collector: User, actor: Actor) -> bool:
    area = own_work(collector, find_survey(session, one.survey), COLLECT)
    if isinstance(one, ToldReplacement):
        return replace_case(session, area, one.case, actor=actor, reason=one.reason).repeated
    moment: datetime | None = one.tried_at
    return record_attempt(
        session,
        area,
        one.case,
        attempt_id=one.id,
        outcome=one.outcome,
        collector=collector,
        actor=actor,
        tried_at=moment,
    ).repeated
