"""Which units took the place of which; surveys known by their counts; themes of open answers and what may be quoted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey_app.database import Json, UtcDateTime

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade() -> None:
    op.create_table(
        "succession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("new_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("basis", sa.String(10), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(300), nullable=False),
        sa.CheckConstraint("length(document) > 0", name=op.f("ck_succession_document")),
        sa.UniqueConstraint("old_id", "new_id", name=op.f("uq_succession_old_id_new_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_succession")),
        sa.ForeignKeyConstraint(["old_id"], ["unit.id"], name=op.f("fk_succession_old_id_unit")),
        sa.ForeignKeyConstraint(["new_id"], ["unit.id"], name=op.f("fk_succession_new_id_unit")),
        sa.CheckConstraint("basis IN ('whole', 'population', 'area', 'assumed')", name=op.f("ck_succession_basis")),
        sa.CheckConstraint("(basis = 'whole') = (share = 1)", name=op.f("ck_succession_whole")),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_succession_share")),
        sa.CheckConstraint("old_id <> new_id", name=op.f("ck_succession_two_units")),
    )
    op.create_index(op.f("ix_succession_new_id"), "succession", ["new_id"])
    op.create_table(
        "counted_survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("title_vi", sa.String(300), nullable=False),
        sa.Column("title_en", sa.String(300), nullable=False),
        sa.Column("sector", sa.String(20), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("selection", sa.String(10), nullable=False),
        sa.Column("unit_level", sa.String(10), nullable=False),
        sa.Column("units_drawn", sa.Integer(), nullable=True),
        sa.Column("units_all", sa.Integer(), nullable=True),
        sa.Column("design_effect", sa.Double(), nullable=True),
        sa.Column("correlation", sa.Double(), nullable=True),
        sa.Column("clustering_source", sa.Text(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("target_rate", sa.Double(), nullable=False),
        sa.Column("target_operator", sa.String(2), nullable=False),
        sa.Column("target_basis", sa.Text(), nullable=False),
        sa.Column("confidence_level", sa.Double(), nullable=False),
        sa.Column("note_vi", sa.Text(), nullable=False),
        sa.Column("note_en", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("entered_by", sa.String(255), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "confidence_level >= 0.5 AND confidence_level < 1", name=op.f("ck_counted_survey_confidence_level")
        ),
        sa.CheckConstraint("selection IN ('drawn', 'assumed', 'not_drawn')", name=op.f("ck_counted_survey_selection")),
        sa.ForeignKeyConstraint(["territory_id"], ["unit.id"], name=op.f("fk_counted_survey_territory_id_unit")),
        sa.CheckConstraint(
            "(design_effect IS NULL AND correlation IS NULL) OR length(clustering_source) > 0",
            name=op.f("ck_counted_survey_assumption_source"),
        ),
        sa.CheckConstraint("decimals >= 0 AND decimals <= 6", name=op.f("ck_counted_survey_decimals")),
        sa.CheckConstraint("design_effect >= 1", name=op.f("ck_counted_survey_design_effect")),
        sa.CheckConstraint("correlation >= 0 AND correlation <= 1", name=op.f("ck_counted_survey_correlation")),
        sa.CheckConstraint(
            "design_effect IS NULL OR correlation IS NULL", name=op.f("ck_counted_survey_one_assumption")
        ),
        sa.CheckConstraint("target_rate > 0 AND target_rate < 1", name=op.f("ck_counted_survey_target_rate")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_counted_survey_period")),
        sa.CheckConstraint(
            "unit_level IN ('commune', 'district', 'agency')", name=op.f("ck_counted_survey_unit_level")
        ),
        sa.CheckConstraint("units_drawn >= 1 AND units_drawn <= units_all", name=op.f("ck_counted_survey_units")),
        sa.CheckConstraint("(units_drawn IS NULL) = (units_all IS NULL)", name=op.f("ck_counted_survey_units_known")),
        sa.CheckConstraint(
            "correlation IS NULL OR units_drawn IS NOT NULL", name=op.f("ck_counted_survey_clusters_known")
        ),
        sa.CheckConstraint("length(source) > 0", name=op.f("ck_counted_survey_source")),
        sa.CheckConstraint("target_operator IN ('ge', 'gt')", name=op.f("ck_counted_survey_target_operator")),
        sa.UniqueConstraint("slug", name=op.f("uq_counted_survey_slug")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted_survey")),
    )
    op.create_table(
        "counted_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label_vi", sa.String(300), nullable=False),
        sa.Column("label_en", sa.String(300), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=True),
        sa.Column("neutral", sa.Integer(), nullable=True),
        sa.Column("dissatisfied", sa.Integer(), nullable=True),
        sa.Column("percent_satisfied", sa.Double(), nullable=True),
        sa.Column("percent_neutral", sa.Double(), nullable=True),
        sa.Column("percent_dissatisfied", sa.Double(), nullable=True),
        sa.Column("of", sa.String(80), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.CheckConstraint("n >= 1", name=op.f("ck_counted_row_n")),
        sa.CheckConstraint("satisfied + neutral + dissatisfied = n", name=op.f("ck_counted_row_counts_sum")),
        sa.CheckConstraint(
            "percent_satisfied >= 0 AND percent_satisfied <= 100", name=op.f("ck_counted_row_percentage")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted_row")),
        sa.CheckConstraint("(satisfied IS NULL) <> (percent_satisfied IS NULL)", name=op.f("ck_counted_row_one_kind")),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["counted_survey.id"],
            name=op.f("fk_counted_row_survey_id_counted_survey"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("survey_id", "position", name=op.f("uq_counted_row_survey_id_position")),
        sa.CheckConstraint("(satisfied IS NULL) = (neutral IS NULL)", name=op.f("ck_counted_row_counts_known")),
        sa.CheckConstraint("(satisfied IS NULL) = (dissatisfied IS NULL)", name=op.f("ck_counted_row_counts_whole")),
        sa.CheckConstraint("satisfied >= 0 AND neutral >= 0 AND dissatisfied >= 0", name=op.f("ck_counted_row_counts")),
        sa.CheckConstraint(
            "(percent_neutral IS NULL) = (percent_dissatisfied IS NULL)", name=op.f("ck_counted_row_percentages_known")
        ),
        sa.CheckConstraint("(value = '') = (\"by\" = '')", name=op.f("ck_counted_row_part")),
    )
    op.create_table(
        "opinion_theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title_vi", sa.String(100), nullable=False),
        sa.Column("title_en", sa.String(100), nullable=False),
        sa.Column("terms", Json, nullable=False),
        sa.UniqueConstraint("survey_id", "position", name=op.f("uq_opinion_theme_survey_id_position")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_opinion_theme_position")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_opinion_theme_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_theme")),
        sa.CheckConstraint("length(title_vi) > 0", name=op.f("ck_opinion_theme_title")),
    )
    op.create_table(
        "reviewed_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(80), nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.String(255), nullable=False),
        sa.Column("reviewed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("decision IN ('quotable', 'refused')", name=op.f("ck_reviewed_answer_decision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewed_answer")),
        sa.UniqueConstraint("survey_id", "mark", name=op.f("uq_reviewed_answer_survey_id_mark")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_reviewed_answer_survey_id_survey")),
        sa.CheckConstraint("(decision = 'quotable') = (length(text) > 0)", name=op.f("ck_reviewed_answer_text")),
    )


def downgrade() -> None:
    op.drop_table("reviewed_answer")
    op.drop_table("opinion_theme")
    op.drop_table("counted_row")
    op.drop_table("counted_survey")
    op.drop_table("succession")
