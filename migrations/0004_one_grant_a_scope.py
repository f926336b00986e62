"""A role is given once in each scope; "everywhere" is a scope too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

NAME = "uq_role_grant_scope"


def upgrade() -> None:
    scope = [sa.text("coalesce(sector, '')"), sa.text("coalesce(unit_id, 0)")]
    op.create_index(NAME, "role_grant", ["user_id", "role_id", *scope], unique=True)


def downgrade() -> None:
    op.drop_index(NAME, table_name="role_grant")
