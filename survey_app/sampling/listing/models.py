"""The frame as offices list it: units with their size, cases with the contact data apart from everything else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, now
from survey_app.geography.models import Unit

KINDS = ("units", "cases")


class FrameFile(Base):
    """One list brought in for a survey, whole or not at all."""

    __tablename__ = "frame_file"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("row_count > 0", name="row_count"),
        UniqueConstraint("survey_id", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, Any]]
    row_count: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(default=now)
    imported_by: Mapped[str] = mapped_column(String(255))


class ListedUnit(Base):
    """A commune or an agency of the survey's frame, with its size and what else the list says of it."""

    __tablename__ = "listed_unit"
    __table_args__ = (
        UniqueConstraint("survey_id", "unit_id"),
        CheckConstraint("size IS NULL OR size > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("frame_file.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    size: Mapped[float | None]
    attributes: Mapped[dict[str, Any]]

    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)


class ListedCase(Base):
    """A finished dossier, a discharge, a pupil, an enterprise: known by marks, described without personal data.

    Attributes
    ----------
    reference : bytes
        Keyed mark of the number the list gives it; no two cases of a survey have the same.
    person : bytes or None
        Keyed mark of the person's name and telephone, to find one person in several lists.
    """

    __tablename__ = "listed_case"
    __table_args__ = (
        UniqueConstraint("survey_id", "reference"),
        Index(None, "survey_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # counted on by the import
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("frame_file.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    line: Mapped[int]
    reference: Mapped[bytes] = mapped_column(LargeBinary(16))
    person: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    attributes: Mapped[dict[str, Any]]


class CaseContact(Base):
    """How to reach a listed case, sealed; deleted when it is no longer needed."""

    __tablename__ = "case_contact"

    listed_case_id: Mapped[int] = mapped_column(ForeignKey("listed_case.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
