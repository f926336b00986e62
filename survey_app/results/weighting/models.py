"""A step of the weighting of a survey."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, now

KINDS = ("nonresponse", "poststratify", "rake", "trim")


class WeightStep(Base):
    """One step after the base weights, in force until somebody undoes it; undone ones stay in the record.

    Attributes
    ----------
    position : int
        Order in which the steps in force are applied, from 1.
    settings : dict
        What the step was asked to do, as `survey_app.results.weighting` reads it.
    """

    __tablename__ = "weight_step"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("position >= 1", name="position"),
        Index(
            "uq_weight_step_in_force",
            "survey_id",
            "position",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    settings: Mapped[dict[str, Any]]
    made_by: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)
    undone_by: Mapped[str | None] = mapped_column(String(255))
    undone_at: Mapped[datetime | None]
