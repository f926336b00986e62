"""The work of the field: drawn cases, who has them, what was tried."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, now
from survey_app.geography.models import Unit
from survey_app.sampling.listing.models import ListedCase
from survey_app.sampling.models import FrameUnit

ROLES = ("main", "reserve")
STATES = ("todo", "tried", "answered", "replaced", "closed")
OUTCOMES = ("not_home", "later", "moved", "refused", "unreachable", "unable", "died", "wrong_data", "answered")


class Case(Base):
    """A case that was drawn, or stands in reserve for one.

    Attributes
    ----------
    rank : int
        Order within its commune and role, from 1; reserves are used in this order.
    position : int or None
        Place in the list of its commune, from 0.
    probability : float
        Chance of the case within its commune, m/M.
    outcome : str or None
        Outcome of the last attempt.
    replaces_id : int or None
        The case whose place this reserve took.
    """

    __tablename__ = "survey_case"
    __table_args__ = (
        CheckConstraint(f"role IN {ROLES}", name="role"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("probability > 0 AND probability <= 1", name="probability"),
        CheckConstraint("replaces_id IS NULL OR role = 'reserve'", name="replaces"),
        UniqueConstraint("frame_unit_id", "role", "rank"),
        UniqueConstraint("frame_unit_id", "listed_case_id"),
        UniqueConstraint("replaces_id"),
        CheckConstraint(f"outcome IS NULL OR outcome IN {OUTCOMES}", name="outcome"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_survey_case_place", "survey_id", "frame_unit_id", "state", "role", "outcome", "replaces_id"),
        Index(None, "listed_case_id"),
        {"sqlite_autoincrement": True},  # a number on a printed list never comes to mean another person
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    frame_unit_id: Mapped[int] = mapped_column(ForeignKey("frame_unit.id", ondelete="CASCADE"))
    listed_case_id: Mapped[int | None] = mapped_column(ForeignKey("listed_case.id"))
    role: Mapped[str] = mapped_column(String(10))
    rank: Mapped[int]
    position: Mapped[int | None]
    probability: Mapped[float]
    state: Mapped[str] = mapped_column(String(10), default="todo")
    outcome: Mapped[str | None] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("survey_case.id"))
    changed_at: Mapped[datetime] = mapped_column(default=now)

    frame_unit: Mapped[FrameUnit] = relationship()
    listed: Mapped[ListedCase | None] = relationship()


class PostOffice(Base):
    """An office that does fieldwork in an area; its collectors are its members."""

    __tablename__ = "post_office"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))

    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)


class OfficeMember(Base):
    """A collector of a post office; nobody belongs to two."""

    __tablename__ = "post_office_member"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("post_office.id", ondelete="CASCADE"), index=True)


class Assignment(Base):
    """A case in the hands of a post office, and of one of its collectors once it names one; ended ones stay."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index(
            "uq_assignment_in_force",
            "case_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("office_id IS NOT NULL OR collector_id IS NOT NULL", name="holder"),
        Index(None, "collector_id"),
        Index(None, "office_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("survey_case.id", ondelete="CASCADE"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("post_office.id"))
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    assigned_by: Mapped[str] = mapped_column(String(255))
    assigned_at: Mapped[datetime] = mapped_column(default=now)
    due_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship()


class Attempt(Base):
    """One try to reach a case; its id is made on the device, so that it is counted once."""

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        Index(None, "case_id"),
        Index("ix_attempt_day", "collector_id", "day", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[int] = mapped_column(ForeignKey("survey_case.id", ondelete="CASCADE"))
    collector_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    outcome: Mapped[str] = mapped_column(String(12))
    tried_at: Mapped[datetime]
    day: Mapped[date]

    case: Mapped[Case] = relationship()
