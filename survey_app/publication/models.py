"""Versions of published figures: who froze, approved, corrected and withdrew them; triggers keep each as it is.

A version goes ``frozen`` → ``approved`` → ``superseded`` (by a correction) or ``withdrawn``; one that waits and is
frozen anew is ``superseded`` too, without ever having been approved.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, now
from survey_app.surveys.models import Survey

STATES = ("frozen", "approved", "superseded", "withdrawn")
APPROVED, FROZEN = text("state = 'approved'"), text("state = 'frozen'")


class Publication(Base):
    """One version of the results of one survey.

    Attributes
    ----------
    summary : dict
        What lists need of the snapshot: title, place, sector, period, first index.
    reason : str
        Why there is another version after one that was approved; empty for the first.
    review : dict
        The reviewer's checklist: line → ``ok, comment, by, at``.
    public_from : datetime, optional
        Set by the approval; later than it where there is an embargo.
    ended_at, ended_by : optional
        When an approved version was superseded or withdrawn, and by whom.
    """

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("survey_id", "number"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("approved_by IS NULL OR approved_by <> frozen_by", name="two_people"),
        CheckConstraint("state NOT IN ('approved', 'withdrawn') OR approved_by IS NOT NULL", name="approved"),
        CheckConstraint("state <> 'frozen' OR approved_by IS NULL", name="waiting"),
        CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL) AND (approved_by IS NULL) = (public_from IS NULL)",
            name="approval",
        ),
        CheckConstraint("public_from IS NULL OR public_from >= approved_at", name="embargo"),
        CheckConstraint("(state = 'withdrawn') = (withdrawal_reason <> '')", name="withdrawal"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND "
            "(ended_at IS NOT NULL) = (approved_by IS NOT NULL AND state <> 'approved')",
            name="ended",
        ),
        Index("uq_publication_approved", "survey_id", unique=True, sqlite_where=APPROVED, postgresql_where=APPROVED),
        Index("uq_publication_frozen", "survey_id", unique=True, sqlite_where=FROZEN, postgresql_where=FROZEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="frozen")
    snapshot: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    summary: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    frozen_at: Mapped[datetime] = mapped_column(default=now)
    frozen_by: Mapped[str] = mapped_column(String(255))
    review: Mapped[dict[str, Any]] = mapped_column(default=dict)
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(255))
    public_from: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(255))
    withdrawal_reason: Mapped[str] = mapped_column(Text, default="")

    survey: Mapped[Survey] = relationship(lazy="joined")
    files: Mapped[list[PublishedFile]] = relationship(back_populates="publication")

    @property
    def ended_unseen(self) -> bool:
        """Whether it ended before its embargo did, so that the public never read it."""
        return self.ended_at is not None and self.public_from is not None and self.ended_at <= self.public_from


class PublishedFile(Base):
    """A file of a snapshot: a chart, a table, a document, as bytes."""

    __tablename__ = "published_file"
    __table_args__ = (UniqueConstraint("publication_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    media_type: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    publication: Mapped[Publication] = relationship(back_populates="files")
