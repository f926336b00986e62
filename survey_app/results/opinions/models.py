"""Themes that an office groups open answers by, and answers that a reviewer has read for quoting."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, now

DECISIONS = ("quotable", "refused")


class OpinionTheme(Base):
    """A list of terms under a title, of one survey; a survey without any is grouped by the shipped themes."""

    __tablename__ = "opinion_theme"
    __table_args__ = (
        UniqueConstraint("survey_id", "position"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("length(title_vi) > 0", name="title"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    position: Mapped[int]
    title_vi: Mapped[str] = mapped_column(String(100))
    title_en: Mapped[str] = mapped_column(String(100))
    terms: Mapped[list[Any]]


class ReviewedAnswer(Base):
    """What a reviewer decided about one open answer.

    Attributes
    ----------
    mark : str
        Of the answer, made from the response's number and the question; the number itself is not kept.
    text : str
        The words that may be quoted, without what tells of a person; empty where the answer may not be quoted.
    """

    __tablename__ = "reviewed_answer"
    __table_args__ = (
        UniqueConstraint("survey_id", "mark"),
        CheckConstraint(f"decision IN {DECISIONS}", name="decision"),
        CheckConstraint("(decision = 'quotable') = (length(text) > 0)", name="text"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    item: Mapped[str] = mapped_column(String(80))
    mark: Mapped[str] = mapped_column(String(32))
    decision: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    reviewed_by: Mapped[str] = mapped_column(String(255))
    reviewed_at: Mapped[datetime] = mapped_column(default=now)
