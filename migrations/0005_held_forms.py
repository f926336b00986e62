"""Sealed forms that could not enter are held; a dispute is settled once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey_app.database import UtcDateTime

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

CHANNELS = "'kiosk', 'link', 'field', 'paper', 'file'"


def upgrade() -> None:
    with op.batch_alter_table("dispute") as batch:
        batch.add_column(sa.Column("settled_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("settled_by", sa.String(length=255), nullable=True))
    op.create_table(
        "held_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("case_number", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("collector_id", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_at", UtcDateTime(), nullable=False),
        sa.Column("settlement", sa.String(length=9), nullable=True),
        sa.Column("settled_by", sa.String(length=255), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settle_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(f"channel IN ({CHANNELS})", name=op.f("ck_held_form_channel")),
        sa.CheckConstraint(
            "settlement IS NULL OR settlement IN ('entered', 'discarded')", name=op.f("ck_held_form_settlement")
        ),
        sa.CheckConstraint("(settlement IS NULL) = (settled_at IS NULL)", name=op.f("ck_held_form_settled")),
        sa.CheckConstraint("(settlement IS NULL) = (sealed IS NOT NULL)", name=op.f("ck_held_form_sealed")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_held_form_survey_id_survey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_held_form_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["user_account.id"], name=op.f("fk_held_form_collector_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_form")),
    )
    op.create_index("uq_held_form_form_id_sha256", "held_form", ["form_id", "sha256"], unique=True)
    op.create_index(op.f("ix_held_form_survey_id_held_form_settled_at"), "held_form", ["survey_id", "settled_at"])


def downgrade() -> None:
    op.drop_table("held_form")
    with op.batch_alter_table("dispute") as batch:
        batch.drop_column("settled_by")
        batch.drop_column("settled_at")
