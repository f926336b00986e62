"""The files of a frozen snapshot stay too."""

from __future__ import annotations

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

NAME, SENTENCE = "published_file_no_delete", "a frozen file cannot be deleted"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {NAME} BEFORE DELETE ON published_file BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$"
    )
    op.execute(f"CREATE TRIGGER {NAME} BEFORE DELETE ON published_file FOR EACH ROW EXECUTE FUNCTION {NAME}()")


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(f"DROP TRIGGER {NAME}" if sqlite else f"DROP TRIGGER {NAME} ON published_file")
    if not sqlite:
        op.execute(f"DROP FUNCTION {NAME}()")
