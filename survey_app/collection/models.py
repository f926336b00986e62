"""Responses, forms in progress, invitations, and submissions kept for review."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.collection.kiosk.models import Device  # noqa: F401  the table that device_id points to
from survey_app.database import Base, now
from survey_app.geography.models import Unit
from survey_app.sampling.work.models import Case  # the table that case_id points to
from survey_app.surveys.models import Survey

CHANNELS = ("kiosk", "link", "field", "paper", "file")
LANGUAGES = ("vi", "en")
STATUSES = ("accepted", "flagged", "rejected", "superseded", "set_aside")
COMPLETENESS = ("complete", "partial", "broken_off")
CALL_BACK_RESULTS = ("confirmed", "differs", "did_not_happen", "not_reached")


class Response(Base):
    """An answered form. It holds no name, no address, no hour; its tie to a drawn case is cut when the survey closes.

    Attributes
    ----------
    completeness : str or None
        How much of the form was answered, where it answers a drawn case; it stays when the tie to the case is cut.
    distance_km : float or None
        How far from the commune it was filled in, where a position was given; the position is not kept.
    answers_digest : bytes or None
        First bytes of a digest of the answers alone, to find the same answers twice.
    """

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        CheckConstraint(f"language IN {LANGUAGES}", name="language"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint("minutes IS NULL OR minutes >= 0", name="minutes"),
        CheckConstraint("distance_km IS NULL OR distance_km >= 0", name="distance_km"),
        CheckConstraint(f"completeness IS NULL OR completeness IN {COMPLETENESS}", name="completeness"),
        # all that the fieldwork page counts by, and which responses make figures, so that neither reads answers
        Index("ix_response_place", "survey_id", "unit_id", "status", "completeness", "id"),
        Index("ix_response_work", "survey_id", "collector_id", "day", "status", "channel", "unit_id", "minutes"),
        # one counted answer a case; one that was set aside keeps its tie, so that it can come back
        Index(
            "uq_response_case",
            "case_id",
            unique=True,
            sqlite_where=text("status IN ('accepted', 'flagged')"),
            postgresql_where=text("status IN ('accepted', 'flagged')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    channel: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(5))
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("survey_case.id"))
    minutes: Mapped[float | None]
    day: Mapped[date]
    answers: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(12), default="accepted")
    quality_flags: Mapped[list[Any]]
    completeness: Mapped[str | None] = mapped_column(String(10))
    distance_km: Mapped[float | None]
    answers_digest: Mapped[bytes | None] = mapped_column(LargeBinary(8))
    sha256: Mapped[str] = mapped_column(String(64))


class ResponseChange(Base):
    """A response of a survey came to stand otherwise, or was removed; written by the database itself.

    It tells neither which nor when: the number of them, with that of the responses, tells whether figures may differ.
    """

    __tablename__ = "response_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)


class Draft(Base):
    """A form in progress, kept until it is sent or left for too long; its id becomes the response's id.

    Attributes
    ----------
    device_id : int or None
        The tablet at a counter it is filled in on; it opens nowhere else.
    holder_sha256 : str or None
        Hash of a secret in a cookie: a form begun from a personal link opens on the phone it was begun on alone.
    """

    __tablename__ = "draft"
    __table_args__ = (
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        Index(None, "updated_at"),
        Index(None, "device_id"),
        Index(None, "invitation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    channel: Mapped[str] = mapped_column(String(10))
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
    holder_sha256: Mapped[str | None] = mapped_column(String(64))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("survey_case.id", ondelete="CASCADE"))
    answers: Mapped[dict[str, Any]]
    started_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    survey: Mapped[Survey] = relationship()
    unit: Mapped[Unit] = relationship()


class InvitationBatch(Base):
    """Personal links that were made together, and can be revoked together."""

    __tablename__ = "invitation_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    note: Mapped[str] = mapped_column(String(200), default="")
    expires_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(255))


class Invitation(Base):
    """A single-use personal link to a commune's form. Only the hash of its token is stored."""

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint("NOT (used AND revoked)", name="used_or_revoked"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("invitation_batch.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used: Mapped[bool] = mapped_column(default=False)
    revoked: Mapped[bool] = mapped_column(default=False)

    survey: Mapped[Survey] = relationship()
    unit: Mapped[Unit] = relationship()


class Dispute(Base):
    """A submission that came under a known id with other content; refused, and kept for a person to look at.

    Once somebody has looked, the first stands and the answers of the second are gone.
    """

    __tablename__ = "dispute"
    __table_args__ = (Index("uq_dispute_response_id_sha256", "response_id", "sha256", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    channel: Mapped[str] = mapped_column(String(10))
    day: Mapped[date]
    answers: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(255))


class Quota(Base):
    """A count that a part of the responses may not pass unseen: a place, a channel, an answer, or several at once.

    Attributes
    ----------
    rule : {"refuse", "flag"}
        What happens to a response beyond the goal.
    received : int
        Kept under a lock with every response.
    """

    __tablename__ = "quota"
    __table_args__ = (
        CheckConstraint("goal > 0", name="goal"),
        CheckConstraint("received >= 0 AND (rule = 'flag' OR received <= goal)", name="received"),
        CheckConstraint("rule IN ('refuse', 'flag')", name="rule"),
        CheckConstraint("(item IS NULL) = (value IS NULL)", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    channel: Mapped[str | None] = mapped_column(String(10))
    item: Mapped[str | None] = mapped_column(String(60))
    value: Mapped[str | None] = mapped_column(String(100))
    goal: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    rule: Mapped[str] = mapped_column(String(6))
    made_by: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)

    unit: Mapped[Unit | None] = relationship()


# as with grants: two NULLs are never equal to a unique constraint
Index(
    "uq_quota_part",
    Quota.survey_id,
    func.coalesce(Quota.unit_id, 0),
    func.coalesce(Quota.channel, ""),
    func.coalesce(Quota.item, ""),
    func.coalesce(Quota.value, ""),
    unique=True,
)


class CallBack(Base):
    """An answered case to be phoned or visited again, and what came of it.

    Attributes
    ----------
    ended_at : datetime or None
        When the answer it is about was set aside; the case may then be chosen again for its next answer.
    """

    __tablename__ = "call_back"
    __table_args__ = (
        CheckConstraint(f"result IS NULL OR result IN {CALL_BACK_RESULTS}", name="result"),
        CheckConstraint("(result IS NULL) = (checked_at IS NULL)", name="checked"),
        Index(
            "uq_call_back_standing",
            "case_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "survey_id", "collector_id"),
        Index(None, "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("survey_case.id", ondelete="CASCADE"))
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    chosen_by: Mapped[str] = mapped_column(String(255))
    chosen_at: Mapped[datetime] = mapped_column(default=now)
    result: Mapped[str | None] = mapped_column(String(14))
    checked_by: Mapped[str | None] = mapped_column(String(255))
    checked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()


class SetAside(Base):
    """All forms of a collector left out of the figures, once a second person has agreed; it can be lifted.

    Attributes
    ----------
    flagged : list of str
        Ids of the forms whose status was ``flagged``; lifting gives it back to them, ``accepted`` to all others.
    cases : list of int
        Numbers of the cases, remembered when closing cuts the ties between forms and cases.
    """

    __tablename__ = "set_aside"
    __table_args__ = (
        Index(
            "uq_set_aside_standing",
            "survey_id",
            "collector_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name="second_person"),
        CheckConstraint("ended_at IS NULL OR length(end_reason) > 0", name="end_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    collector_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(255))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    approved_by: Mapped[str | None] = mapped_column(String(255))
    approved_at: Mapped[datetime | None]
    flagged: Mapped[list[Any]] = mapped_column(default=list)
    cases: Mapped[list[Any]] = mapped_column(default=list)
    ended_by: Mapped[str | None] = mapped_column(String(255))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(Text, default="")
