"""Snapshots of figures, who froze and who approved them. A trigger keeps what is frozen as it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, now
from survey_app.surveys.models import Survey

STATES = ("frozen", "approved", "superseded")


class Publication(Base):
    """One snapshot of one survey."""

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("survey_id", "number"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("approved_by IS NULL OR approved_by <> frozen_by", name="two_people"),
        CheckConstraint("(state = 'approved') = (approved_by IS NOT NULL)", name="approved"),
        Index(
            "uq_publication_approved",
            "survey_id",
            unique=True,
            sqlite_where=text("state = 'approved'"),
            postgresql_where=text("state = 'approved'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="frozen")
    snapshot: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime] = mapped_column(default=now)
    frozen_by: Mapped[str] = mapped_column(String(255))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(255))

    survey: Mapped[Survey] = relationship(lazy="joined")
    files: Mapped[list[PublishedFile]] = relationship(back_populates="publication")


class PublishedFile(Base):
    """A file of a snapshot: a chart or a table, as bytes."""

    __tablename__ = "published_file"
    __table_args__ = (UniqueConstraint("publication_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    media_type: Mapped[str] = mapped_column(String(60))
    content: Mapped[bytes] = mapped_column(LargeBinary)

    publication: Mapped[Publication] = relationship(back_populates="files")
