"""The survey."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, now
from survey_app.geography.models import Unit
from survey_app.i18n import language
from survey_app.instruments.models import Questionnaire

STATES = ("draft", "sampled", "collecting", "closed", "published")
RULES = ("total", "each_stratum")
STRATIFIERS = ("district", "commune_type", "area", "none")
OPERATORS = ("ge", "gt")


class Survey(Base):
    """One survey of one territory in one period."""

    __tablename__ = "survey"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"sample_rule IN {RULES}", name="sample_rule"),
        CheckConstraint(f"stratify_by IN {STRATIFIERS} OR stratify_by LIKE 'column:%'", name="stratify_by"),
        CheckConstraint(f"target_operator IN {OPERATORS}", name="target_operator"),
        CheckConstraint("sample_share > 0 AND sample_share <= 1", name="sample_share"),
        CheckConstraint("min_per_stratum >= 0", name="min_per_stratum"),
        CheckConstraint("cases_per_commune > 0", name="cases_per_commune"),
        CheckConstraint("target_rate > 0 AND target_rate < 1", name="target_rate"),
        CheckConstraint("confidence_level >= 0.5 AND confidence_level < 1", name="confidence_level"),
        CheckConstraint("ends_on >= starts_on", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title_vi: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str] = mapped_column(String(300))
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    territory_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    sample_share: Mapped[float]
    sample_rule: Mapped[str] = mapped_column(String(20))
    stratify_by: Mapped[str] = mapped_column(String(50))
    min_per_stratum: Mapped[int]
    sample_method: Mapped[str] = mapped_column(String(20))
    cases_per_commune: Mapped[int]
    design: Mapped[dict[str, Any]]
    target_rate: Mapped[float]
    target_operator: Mapped[str] = mapped_column(String(2))
    target_basis: Mapped[str] = mapped_column(Text, default="")
    confidence_level: Mapped[float]
    simulated: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(20), default="draft")
    created_at: Mapped[datetime] = mapped_column(default=now)

    questionnaire: Mapped[Questionnaire] = relationship(lazy="joined", innerjoin=True)
    territory: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)

    @property
    def title(self) -> str:
        """The title in the language of the present request."""
        return self.title_en if language() == "en" else self.title_vi
