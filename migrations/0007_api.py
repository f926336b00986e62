"""Keys of other systems, and answers kept for repeated requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey_app.database import UtcDateTime

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

SECTORS = "('administrative', 'health', 'education', 'governance', 'enterprise')"
SCOPES = (
    "('cases.push', 'invitations.issue', 'responses.push', 'responses.channel', 'progress.read', 'results.read', "
    "'openrosa')"
)


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("prefix", sa.String(8), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("sector", sa.String(20), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(255), nullable=True),
        sa.CheckConstraint(f"sector IS NULL OR sector IN {SECTORS}", name=op.f("ck_api_key_sector")),
        sa.CheckConstraint("per_minute > 0", name=op.f("ck_api_key_per_minute")),
        sa.CheckConstraint("calls >= 0", name=op.f("ck_api_key_calls")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_api_key_name")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_api_key_revoked")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_api_key_user_id_user_account")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_api_key_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("name", name=op.f("uq_api_key_name")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
    )
    op.create_index(op.f("ix_api_key_user_id"), "api_key", ["user_id"])
    op.create_table(
        "api_key_scope",
        sa.Column("api_key_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(30), nullable=False),
        sa.CheckConstraint(f"scope IN {SCOPES}", name=op.f("ck_api_key_scope_scope")),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("fk_api_key_scope_api_key_id_api_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("api_key_id", "scope", name=op.f("pk_api_key_scope")),
    )
    op.create_table(
        "api_key_survey",
        sa.Column("api_key_id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("fk_api_key_survey_api_key_id_api_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_api_key_survey_survey_id_survey")),
        sa.PrimaryKeyConstraint("api_key_id", "survey_id", name=op.f("pk_api_key_survey")),
    )
    op.create_table(
        "api_idempotency",
        sa.Column("api_key_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(status IS NULL) = (body IS NULL)", name=op.f("ck_api_idempotency_answered")),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("fk_api_idempotency_api_key_id_api_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("api_key_id", "key", name=op.f("pk_api_idempotency")),
    )
    op.create_index(op.f("ix_api_idempotency_created_at"), "api_idempotency", ["created_at"])


def downgrade() -> None:
    for table in ("api_idempotency", "api_key_survey", "api_key_scope", "api_key"):
        op.drop_table(table)
