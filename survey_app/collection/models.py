"""Responses, forms in progress, invitations, and submissions kept for review."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, now
from survey_app.geography.models import Unit
from survey_app.sampling.work.models import Case as Case  # the table that case_id points to
from survey_app.surveys.models import Survey

CHANNELS = ("kiosk", "link", "field", "paper", "file")
LANGUAGES = ("vi", "en")
STATUSES = ("accepted", "flagged", "rejected", "superseded")


class Response(Base):
    """An answered form. It holds no name, no address, no hour; its tie to a drawn case is cut when the survey closes."""

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        CheckConstraint(f"language IN {LANGUAGES}", name="language"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint("minutes IS NULL OR minutes >= 0", name="minutes"),
        Index(None, "survey_id", "unit_id"),
        UniqueConstraint("case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    channel: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(5))
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("survey_case.id"))
    minutes: Mapped[float | None]
    day: Mapped[date]
    answers: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(12), default="accepted")
    quality_flags: Mapped[list[Any]]
    sha256: Mapped[str] = mapped_column(String(64))


class Draft(Base):
    """A form in progress, kept until it is sent or a day has passed; its id becomes the response's id."""

    __tablename__ = "draft"
    __table_args__ = (
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        Index(None, "updated_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    channel: Mapped[str] = mapped_column(String(10))
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
    answers: Mapped[dict[str, Any]]
    started_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    survey: Mapped[Survey] = relationship()
    unit: Mapped[Unit] = relationship()


class Invitation(Base):
    """A single-use personal link to a commune's form. Only the hash of its token is stored."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used: Mapped[bool] = mapped_column(default=False)

    survey: Mapped[Survey] = relationship()
    unit: Mapped[Unit] = relationship()


class Dispute(Base):
    """A submission that came under a known id with other content; refused, and kept for a person to look at."""

    __tablename__ = "dispute"
    __table_args__ = (Index("uq_dispute_response_id_sha256", "response_id", "sha256", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    channel: Mapped[str] = mapped_column(String(10))
    day: Mapped[date]
    answers: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
