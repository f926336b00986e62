"""What is written in the trail and what is frozen stays as it is: the database itself refuses."""

from __future__ import annotations

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

#: name → (table, event, sentence)
RULES = {
    "audit_entry_no_update": ("audit_entry", "UPDATE", "the trail is append-only"),
    "audit_entry_no_delete": ("audit_entry", "DELETE", "the trail is append-only"),
    "publication_frozen": (
        "publication",
        "UPDATE OF snapshot, sha256, frozen_by, frozen_at, survey_id, number",
        "a frozen snapshot cannot change",
    ),
    "publication_no_delete": ("publication", "DELETE", "a frozen snapshot cannot be deleted"),
    "published_file_frozen": ("published_file", "UPDATE", "a frozen file cannot change"),
    "published_file_no_delete": ("published_file", "DELETE", "a frozen file cannot be deleted"),
    "questionnaire_frozen": (
        "questionnaire",
        "UPDATE OF key, version, content_hash, content",
        "a stored version can only be succeeded",
    ),
}


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (table, event, sentence) in RULES.items():
        if sqlite:
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{sentence}'); END")
        else:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{sentence}'; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (table, _event, _sentence) in RULES.items():
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON {table}")
        if not sqlite:
            op.execute(f"DROP FUNCTION {name}()")
