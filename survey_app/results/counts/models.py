"""A survey of which only a published table is known."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, now
from survey_app.geography.models import Unit
from survey_app.i18n import language
from survey_app.surveys.models import OPERATORS

SELECTIONS = ("drawn", "assumed", "not_drawn")
UNIT_LEVELS = ("commune", "district", "agency")


class CountedSurvey(Base):
    """A published table, what is known of its sample, and what has to be assumed.

    Attributes
    ----------
    selection : {"drawn", "assumed", "not_drawn"}
        The source says that the sample was drawn at random; it does not say, and we assume so; it was not.
    units_drawn, units_all : int or None
        Primary units in the sample and in the territory, of `unit_level`; None: people were drawn directly.
    design_effect, correlation : float or None
        What is assumed of clustering, one of the two or none (simple random), with its source in `clustering_source`.
    decimals : int
        To how many decimals percentages were published.
    """

    __tablename__ = "counted_survey"
    __table_args__ = (
        CheckConstraint(f"selection IN {SELECTIONS}", name="selection"),
        CheckConstraint(f"unit_level IN {UNIT_LEVELS}", name="unit_level"),
        CheckConstraint("(units_drawn IS NULL) = (units_all IS NULL)", name="units_known"),
        CheckConstraint("units_drawn >= 1 AND units_drawn <= units_all", name="units"),
        CheckConstraint("design_effect >= 1", name="design_effect"),
        CheckConstraint("correlation >= 0 AND correlation <= 1", name="correlation"),
        CheckConstraint("design_effect IS NULL OR correlation IS NULL", name="one_assumption"),
        CheckConstraint("correlation IS NULL OR units_drawn IS NOT NULL", name="clusters_known"),
        CheckConstraint(
            "(design_effect IS NULL AND correlation IS NULL) OR length(clustering_source) > 0", name="assumption_source"
        ),
        CheckConstraint("length(source) > 0", name="source"),
        CheckConstraint("decimals >= 0 AND decimals <= 6", name="decimals"),
        CheckConstraint(f"target_operator IN {OPERATORS}", name="target_operator"),
        CheckConstraint("target_rate > 0 AND target_rate < 1", name="target_rate"),
        CheckConstraint("confidence_level >= 0.5 AND confidence_level < 1", name="confidence_level"),
        CheckConstraint("ends_on >= starts_on", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title_vi: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str] = mapped_column(String(300))
    sector: Mapped[str] = mapped_column(String(20))
    territory_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    source: Mapped[str] = mapped_column(Text)
    selection: Mapped[str] = mapped_column(String(10))
    unit_level: Mapped[str] = mapped_column(String(10))
    units_drawn: Mapped[int | None]
    units_all: Mapped[int | None]
    design_effect: Mapped[float | None]
    correlation: Mapped[float | None]
    clustering_source: Mapped[str] = mapped_column(Text)
    decimals: Mapped[int]
    target_rate: Mapped[float]
    target_operator: Mapped[str] = mapped_column(String(2))
    target_basis: Mapped[str] = mapped_column(Text)
    confidence_level: Mapped[float]
    note_vi: Mapped[str] = mapped_column(Text)
    note_en: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    entered_by: Mapped[str] = mapped_column(String(255))
    entered_at: Mapped[datetime] = mapped_column(default=now)

    territory: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)
    rows: Mapped[list[CountedRow]] = relationship(
        order_by="CountedRow.position", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def title(self) -> str:
        """The title in the language of the present request."""
        return self.title_en if language() == "en" else self.title_vi

    @property
    def note(self) -> str:
        """What else the source tells, in the language of the present request."""
        return self.note_en if language() == "en" and self.note_en else self.note_vi

    @property
    def forms(self) -> int:
        """Forms in all rows."""
        return sum(row.n for row in self.rows)


class CountedRow(Base):
    """A line of the table: counts, or forms and percentages.

    Attributes
    ----------
    satisfied, neutral, dissatisfied : int or None
        Of `n`; None where the source gives percentages.
    percent_satisfied, percent_neutral, percent_dissatisfied : float or None
        As published; the last two may be unknown.
    of, by, value : str
        The measure of a questionnaire that the line tells of, and in which part; empty where it has no counterpart.
    """

    __tablename__ = "counted_row"
    __table_args__ = (
        UniqueConstraint("survey_id", "position"),
        CheckConstraint("n >= 1", name="n"),
        CheckConstraint("(satisfied IS NULL) <> (percent_satisfied IS NULL)", name="one_kind"),
        CheckConstraint("(satisfied IS NULL) = (neutral IS NULL)", name="counts_known"),
        CheckConstraint("(satisfied IS NULL) = (dissatisfied IS NULL)", name="counts_whole"),
        CheckConstraint("satisfied >= 0 AND neutral >= 0 AND dissatisfied >= 0", name="counts"),
        CheckConstraint("satisfied + neutral + dissatisfied = n", name="counts_sum"),
        CheckConstraint("(percent_neutral IS NULL) = (percent_dissatisfied IS NULL)", name="percentages_known"),
        CheckConstraint("percent_satisfied >= 0 AND percent_satisfied <= 100", name="percentage"),
        CheckConstraint("(value = '') = (\"by\" = '')", name="part"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("counted_survey.id", ondelete="CASCADE"))
    position: Mapped[int]
    label_vi: Mapped[str] = mapped_column(String(300))
    label_en: Mapped[str] = mapped_column(String(300))
    n: Mapped[int]
    satisfied: Mapped[int | None]
    neutral: Mapped[int | None]
    dissatisfied: Mapped[int | None]
    percent_satisfied: Mapped[float | None]
    percent_neutral: Mapped[float | None]
    percent_dissatisfied: Mapped[float | None]
    of: Mapped[str] = mapped_column(String(80))
    by: Mapped[str] = mapped_column(String(80))
    value: Mapped[str] = mapped_column(String(80))
