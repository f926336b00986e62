"""Paper forms: batches with serials, what two people keyed from each form, who decided where they differ."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from survey_app.database import UtcDateTime

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

Kept = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
LIVE = sa.text("state IN ('issued', 'received', 'keyed', 'accepted', 'disputed')")


def upgrade() -> None:
    op.create_table(
        "paper_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("large", sa.Boolean(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("collector_id", sa.Integer(), nullable=True),
        sa.Column("issued_by", sa.String(length=255), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("handed_at", UtcDateTime(), nullable=True),
        sa.Column("layout", Kept, nullable=True),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_paper_batch_language")),
        sa.CheckConstraint(
            "(office_id IS NULL AND collector_id IS NULL) = (handed_at IS NULL)", name=op.f("ck_paper_batch_handed")
        ),
        sa.CheckConstraint("first >= 1 AND last >= first", name=op.f("ck_paper_batch_numbers")),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["user_account.id"], name=op.f("fk_paper_batch_collector_id_user_account")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["post_office.id"], name=op.f("fk_paper_batch_office_id_post_office")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_paper_batch_survey_id_survey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_paper_batch_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batch")),
        sa.UniqueConstraint("survey_id", "first", name=op.f("uq_paper_batch_survey_id_first")),
    )
    op.create_table(
        "paper_series",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_paper_series_last_number")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_paper_series_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_paper_series")),
        sa.UniqueConstraint("code", name=op.f("uq_paper_series_code")),
    )
    op.create_table(
        "paper_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('issued', 'received', 'keyed', 'accepted', 'disputed', 'returned', 'lost', 'void')",
            name=op.f("ck_paper_form_state"),
        ),
        sa.CheckConstraint("state NOT IN ('lost', 'void') OR length(reason) > 0", name=op.f("ck_paper_form_reason")),
        sa.ForeignKeyConstraint(["batch_id"], ["paper_batch.id"], name=op.f("fk_paper_form_batch_id_paper_batch")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["survey_case.id"], name=op.f("fk_paper_form_case_id_survey_case"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_form")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_paper_form_batch_id_number")),
        sa.UniqueConstraint("serial", name=op.f("uq_paper_form_serial")),
    )
    op.create_index(op.f("ix_paper_form_batch_id_paper_form_state"), "paper_form", ["batch_id", "state"], unique=False)
    op.create_index(
        "uq_paper_form_case", "paper_form", ["case_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_table(
        "paper_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("keyer_id", sa.Integer(), nullable=True),
        sa.Column("pass_number", sa.Integer(), nullable=False),
        sa.Column("answers", Kept, nullable=True),
        sa.Column("unclear", Kept, nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("keyed_at", UtcDateTime(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=True),
        sa.Column("agreed", sa.Integer(), nullable=True),
        sa.Column("decided", sa.Integer(), nullable=True),
        sa.Column("won", sa.Integer(), nullable=True),
        sa.CheckConstraint("(answers IS NULL) = (sha256 IS NULL)", name=op.f("ck_paper_entry_forgotten")),
        sa.CheckConstraint("agreed >= 0 AND agreed <= compared", name=op.f("ck_paper_entry_agreed")),
        sa.CheckConstraint("keyer_id IS NOT NULL OR pass_number = 1", name=op.f("ck_paper_entry_scan_first")),
        sa.CheckConstraint("pass_number IN (1, 2)", name=op.f("ck_paper_entry_pass_number")),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_paper_entry_seconds")),
        sa.CheckConstraint(
            "won >= 0 AND won <= decided AND decided <= compared - agreed", name=op.f("ck_paper_entry_won")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["paper_form.id"], name=op.f("fk_paper_entry_form_id_paper_form")),
        sa.ForeignKeyConstraint(["keyer_id"], ["user_account.id"], name=op.f("fk_paper_entry_keyer_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_entry")),
        sa.UniqueConstraint("form_id", "keyer_id", name=op.f("uq_paper_entry_form_id_keyer_id")),
        sa.UniqueConstraint("form_id", "pass_number", name=op.f("uq_paper_entry_form_id_pass_number")),
    )
    op.create_index(op.f("ix_paper_entry_keyer_id"), "paper_entry", ["keyer_id"], unique=False)
    op.create_table(
        "paper_decision",
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=True),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=255), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.CheckConstraint("decider_id IS NULL OR decider_id <> second_id", name=op.f("ck_paper_decision_not_second")),
        sa.CheckConstraint(
            "first_id IS NULL OR decider_id IS NULL OR decider_id <> first_id", name=op.f("ck_paper_decision_not_first")
        ),
        sa.ForeignKeyConstraint(
            ["decider_id"], ["user_account.id"], name=op.f("fk_paper_decision_decider_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["form_id", "first_id"], ["paper_entry.form_id", "paper_entry.keyer_id"], name="fk_paper_decision_first"
        ),
        sa.ForeignKeyConstraint(
            ["form_id", "second_id"], ["paper_entry.form_id", "paper_entry.keyer_id"], name="fk_paper_decision_second"
        ),
        sa.ForeignKeyConstraint(["form_id"], ["paper_form.id"], name=op.f("fk_paper_decision_form_id_paper_form")),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_paper_decision")),
    )


def downgrade() -> None:
    op.drop_table("paper_decision")
    op.drop_index(op.f("ix_paper_entry_keyer_id"), table_name="paper_entry")
    op.drop_table("paper_entry")
    op.drop_index("uq_paper_form_case", table_name="paper_form")
    op.drop_index(op.f("ix_paper_form_batch_id_paper_form_state"), table_name="paper_form")
    op.drop_table("paper_form")
    op.drop_table("paper_series")
    op.drop_table("paper_batch")
