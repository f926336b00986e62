"""A draw and every unit of its frozen frame, drawn or not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, now
from survey_app.geography.models import Unit


class Draw(Base):
    """One draw of a survey; the last is in force, the earlier ones stay in the record."""

    __tablename__ = "draw"
    __table_args__ = (
        UniqueConstraint("survey_id", "number"),
        Index(
            "uq_draw_in_force",
            "survey_id",
            unique=True,
            sqlite_where=text("in_force = 1"),
            postgresql_where=text("in_force"),
        ),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("number = 1 OR length(reason) > 0", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    number: Mapped[int]
    in_force: Mapped[bool]
    seed: Mapped[str] = mapped_column(String(100))
    method: Mapped[str] = mapped_column(String(20))
    share: Mapped[float]
    rule: Mapped[str] = mapped_column(String(20))
    stratify_by: Mapped[str] = mapped_column(String(50))
    min_per_stratum: Mapped[int]
    design: Mapped[dict[str, Any]]
    frame_sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    drawn_at: Mapped[datetime] = mapped_column(default=now)
    drawn_by: Mapped[str] = mapped_column(String(255))
    approved_by: Mapped[str | None] = mapped_column(String(255))

    units: Mapped[list[FrameUnit]] = relationship(back_populates="draw", order_by="FrameUnit.position")


class RedrawRequest(Base):
    """A wish to draw again, with its reason; a second person grants or refuses it."""

    __tablename__ = "redraw_request"
    __table_args__ = (
        Index(
            "uq_redraw_request_open",
            "survey_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint("NOT granted OR decided_by <> asked_by", name="second_person"),
        CheckConstraint("(decided_at IS NULL) = (granted IS NULL)", name="decision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    seed: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(255))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    decided_by: Mapped[str | None] = mapped_column(String(255))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]


class FrameUnit(Base):
    """A commune or an agency of the frozen frame, with its stratum, its random number and what the draw made of it.

    Attributes
    ----------
    cluster : str
        Code of what was drawn: the unit itself, or the district that was drawn as a whole.
    size : float or None
        Its measure of size in the frame.
    list_size, invited, reserved : int or None
        M cases on its list, m of them drawn, and the reserves; None where no cases were listed.
    list_sha256 : str or None
        Fingerprint of its list: the marks of its cases, in the order of the list.
    """

    __tablename__ = "frame_unit"
    __table_args__ = (
        UniqueConstraint("draw_id", "unit_id"),
        UniqueConstraint("draw_id", "position"),
        CheckConstraint("inclusion_probability > 0 AND inclusion_probability <= 1", name="inclusion_probability"),
        CheckConstraint("drawn = (base_weight IS NOT NULL)", name="base_weight"),
        CheckConstraint("stratum_drawn >= 0 AND stratum_drawn <= stratum_size", name="stratum"),
        CheckConstraint("invited IS NULL OR (invited >= 1 AND invited <= list_size)", name="invited"),
        CheckConstraint("size IS NULL OR size > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    position: Mapped[int]
    stratum: Mapped[str] = mapped_column(String(40))
    stratum_name: Mapped[str] = mapped_column(String(200))
    stratum_size: Mapped[int]
    stratum_drawn: Mapped[int]
    cluster: Mapped[str] = mapped_column(String(20))
    size: Mapped[float | None]
    certainty: Mapped[bool] = mapped_column(default=False)
    list_size: Mapped[int | None]
    list_sha256: Mapped[str | None] = mapped_column(String(64))
    invited: Mapped[int | None]
    reserved: Mapped[int | None]
    random_number: Mapped[float]
    drawn: Mapped[bool]
    inclusion_probability: Mapped[float]
    base_weight: Mapped[float | None]

    draw: Mapped[Draw] = relationship(back_populates="units")
    unit: Mapped[Unit] = relationship(lazy="joined")
