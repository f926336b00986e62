"""A call-back ends with the answer it is about; work set aside remembers its cases when ties are cut."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey_app.database import Json, UtcDateTime

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

STANDING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("call_back") as batch:
        batch.add_column(sa.Column("ended_at", UtcDateTime(), nullable=True))
        batch.drop_constraint(op.f("uq_call_back_case_id"), type_="unique")
        batch.create_index(op.f("ix_call_back_case_id"), ["case_id"])
    with op.batch_alter_table("set_aside") as batch:
        batch.add_column(sa.Column("cases", Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("set_aside") as batch:
        batch.alter_column("cases", server_default=None)
    op.create_index(
        "uq_call_back_standing",
        "call_back",
        ["case_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def downgrade() -> None:
    with op.batch_alter_table("set_aside") as batch:
        batch.drop_column("cases")
    op.execute("DELETE FROM call_back WHERE ended_at IS NOT NULL")
    op.drop_index("uq_call_back_standing", "call_back")
    with op.batch_alter_table("call_back") as batch:
        batch.drop_index(op.f("ix_call_back_case_id"))
        batch.create_unique_constraint(op.f("uq_call_back_case_id"), ["case_id"])
        batch.drop_column("ended_at")
