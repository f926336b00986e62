"""Tablets at counters; personal links in batches that can be revoked; forms in progress bound to a device."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey_app.database import Json, UtcDateTime

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("languages", Json, nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("countdown_seconds", sa.Integer(), nullable=False),
        sa.Column("on_wipe", sa.String(length=8), nullable=False),
        sa.Column("night", sa.Boolean(), nullable=False),
        sa.Column("large_text", sa.Boolean(), nullable=False),
        sa.Column("high_contrast", sa.Boolean(), nullable=False),
        sa.Column("pin_hash", sa.String(length=255), nullable=False),
        sa.Column("pin_failures", sa.Integer(), nullable=False),
        sa.Column("pin_locked_until", UtcDateTime(), nullable=True),
        sa.Column("code_mark", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", UtcDateTime(), nullable=True),
        sa.Column("token_sha256", sa.String(length=64), nullable=True),
        sa.Column("paired_at", UtcDateTime(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("hourly_limit", sa.Integer(), nullable=False),
        sa.Column("hour_started_at", UtcDateTime(), nullable=True),
        sa.Column("hour_count", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_device_name")),
        sa.CheckConstraint("on_wipe IN ('discard', 'partial')", name=op.f("ck_device_on_wipe")),
        sa.CheckConstraint("idle_seconds BETWEEN 20 AND 600", name=op.f("ck_device_idle_seconds")),
        sa.CheckConstraint("countdown_seconds BETWEEN 5 AND 60", name=op.f("ck_device_countdown_seconds")),
        sa.CheckConstraint("hourly_limit BETWEEN 1 AND 1000", name=op.f("ck_device_hourly_limit")),
        sa.CheckConstraint("(code_mark IS NULL) = (code_expires_at IS NULL)", name=op.f("ck_device_code")),
        sa.CheckConstraint("hour_count >= 0", name=op.f("ck_device_hour_count")),
        sa.CheckConstraint("pin_failures >= 0", name=op.f("ck_device_pin_failures")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_device_survey_id_survey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_device_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("code_mark", name=op.f("uq_device_code_mark")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_device_token_sha256")),
    )
    op.create_index(
        "uq_device_name",
        "device",
        ["survey_id", "name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "invitation_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_invitation_batch_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_batch")),
    )
    op.create_index(op.f("ix_invitation_batch_survey_id"), "invitation_batch", ["survey_id"])
    with op.batch_alter_table("invitation") as batch:
        batch.add_column(sa.Column("batch_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("revoked", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_foreign_key(
            op.f("fk_invitation_batch_id_invitation_batch"), "invitation_batch", ["batch_id"], ["id"]
        )
        batch.create_check_constraint(op.f("ck_invitation_used_or_revoked"), "NOT (used AND revoked)")
        batch.create_index(op.f("ix_invitation_batch_id"), ["batch_id"])
    with op.batch_alter_table("invitation") as batch:
        batch.alter_column("revoked", server_default=None)
    with op.batch_alter_table("draft") as batch:
        batch.add_column(sa.Column("device_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("holder_sha256", sa.String(length=64), nullable=True))
        batch.create_foreign_key(op.f("fk_draft_device_id_device"), "device", ["device_id"], ["id"], ondelete="CASCADE")
        batch.create_index(op.f("ix_draft_device_id"), ["device_id"])
        batch.create_index(op.f("ix_draft_invitation_id"), ["invitation_id"])
    with op.batch_alter_table("response") as batch:
        batch.add_column(sa.Column("device_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_response_device_id_device"), "device", ["device_id"], ["id"])
    with op.batch_alter_table("held_form") as batch:
        batch.add_column(sa.Column("device_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_held_form_device_id_device"), "device", ["device_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("held_form") as batch:
        batch.drop_constraint(op.f("fk_held_form_device_id_device"), type_="foreignkey")
        batch.drop_column("device_id")
    with op.batch_alter_table("response") as batch:
        batch.drop_constraint(op.f("fk_response_device_id_device"), type_="foreignkey")
        batch.drop_column("device_id")
    with op.batch_alter_table("draft") as batch:
        batch.drop_index(op.f("ix_draft_invitation_id"))
        batch.drop_index(op.f("ix_draft_device_id"))
        batch.drop_constraint(op.f("fk_draft_device_id_device"), type_="foreignkey")
        batch.drop_column("holder_sha256")
        batch.drop_column("device_id")
    with op.batch_alter_table("invitation") as batch:
        batch.drop_index(op.f("ix_invitation_batch_id"))
        batch.drop_constraint(op.f("ck_invitation_used_or_revoked"), type_="check")
        batch.drop_constraint(op.f("fk_invitation_batch_id_invitation_batch"), type_="foreignkey")
        batch.drop_column("revoked")
        batch.drop_column("batch_id")
    op.drop_table("invitation_batch")
    op.drop_table("device")
