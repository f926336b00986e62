"""Published versions: a checklist before approval, an embargo, corrections and withdrawals, each kept for good."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from survey_app.database import UtcDateTime

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

Kept = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FROZEN = sa.text("state = 'frozen'")
ENDED = (
    "(ended_at IS NULL) = (ended_by IS NULL) AND "
    "(ended_at IS NOT NULL) = (approved_by IS NOT NULL AND state <> 'approved')"
)
APPROVAL = "(approved_by IS NULL) = (approved_at IS NULL) AND (approved_by IS NULL) = (public_from IS NULL)"
#: name → (table, event, condition on the row before, sentence)
RULES = {
    "publication_frozen": (
        "publication",
        "UPDATE OF snapshot, summary, sha256, reason, frozen_by, frozen_at, survey_id, number",
        "",
        "a frozen snapshot cannot change",
    ),
    "publication_no_delete": ("publication", "DELETE", "", "a frozen snapshot cannot be deleted"),
    "publication_decided": (
        "publication",
        "UPDATE OF review, approved_by, approved_at, public_from",
        "OLD.state <> 'frozen'",
        "what was decided on a version cannot change",
    ),
    "publication_ended": (
        "publication",
        "UPDATE OF state, ended_at, ended_by, withdrawal_reason",
        "OLD.state IN ('superseded', 'withdrawn')",
        "a version that has ended stays ended",
    ),
    "publication_stands": (
        "publication",
        "UPDATE OF state",
        "OLD.state = 'approved' AND NEW.state = 'frozen'",
        "an approved version cannot wait again",
    ),
}
OLD_RULES = {
    "publication_frozen": (
        "publication",
        "UPDATE OF snapshot, sha256, frozen_by, frozen_at, survey_id, number",
        "",
        "a frozen snapshot cannot change",
    ),
    "publication_no_delete": ("publication", "DELETE", "", "a frozen snapshot cannot be deleted"),
}
LATE_FILE = "a file cannot be added to a version that was decided on"


def upgrade() -> None:
    _drop_rules(OLD_RULES)
    with op.batch_alter_table("publication") as batch:
        batch.add_column(sa.Column("summary", Kept, nullable=False, server_default="{}"))
        batch.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("review", Kept, nullable=False, server_default="{}"))
        batch.add_column(sa.Column("public_from", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("ended_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("ended_by", sa.String(length=255), nullable=True))
        batch.add_column(sa.Column("withdrawal_reason", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE publication SET public_from = approved_at")
    _summarize()
    with op.batch_alter_table("publication") as batch:
        for name in ("summary", "reason", "review", "withdrawal_reason"):
            batch.alter_column(name, server_default=None)
        batch.drop_constraint(op.f("ck_publication_state"), type_="check")
        batch.drop_constraint(op.f("ck_publication_approved"), type_="check")
        batch.create_check_constraint(
            op.f("ck_publication_state"), "state IN ('frozen', 'approved', 'superseded', 'withdrawn')"
        )
        batch.create_check_constraint(
            op.f("ck_publication_approved"), "state NOT IN ('approved', 'withdrawn') OR approved_by IS NOT NULL"
        )
        batch.create_check_constraint(op.f("ck_publication_waiting"), "state <> 'frozen' OR approved_by IS NULL")
        batch.create_check_constraint(op.f("ck_publication_approval"), APPROVAL)
        batch.create_check_constraint(
            op.f("ck_publication_embargo"), "public_from IS NULL OR public_from >= approved_at"
        )
        batch.create_check_constraint(
            op.f("ck_publication_withdrawal"), "(state = 'withdrawn') = (withdrawal_reason <> '')"
        )
        batch.create_check_constraint(op.f("ck_publication_ended"), ENDED)
        batch.create_index(
            "uq_publication_frozen", ["survey_id"], unique=True, sqlite_where=FROZEN, postgresql_where=FROZEN
        )
    if not _is_sqlite():
        op.alter_column("published_file", "media_type", type_=sa.String(length=100))
    else:
        _drop_file_rules()
        with op.batch_alter_table("published_file") as batch:
            batch.alter_column("media_type", type_=sa.String(length=100), existing_nullable=False)
        _make_file_rules()
    _make_rules(RULES)
    _refuse_late_files()


def downgrade() -> None:
    sqlite = _is_sqlite()
    op.execute("DROP TRIGGER published_file_late" if sqlite else "DROP TRIGGER published_file_late ON published_file")
    if not sqlite:
        op.execute("DROP FUNCTION published_file_late()")
    _drop_rules(RULES)
    with op.batch_alter_table("publication") as batch:
        batch.drop_index("uq_publication_frozen")
        for name in ("state", "approved", "waiting", "approval", "embargo", "withdrawal", "ended"):
            batch.drop_constraint(op.f(f"ck_publication_{name}"), type_="check")
    op.execute(
        "UPDATE publication SET state = 'superseded', approved_by = NULL, approved_at = NULL "
        "WHERE state IN ('superseded', 'withdrawn')"
    )
    with op.batch_alter_table("publication") as batch:
        for name in ("summary", "reason", "review", "public_from", "ended_at", "ended_by", "withdrawal_reason"):
            batch.drop_column(name)
        batch.create_check_constraint(op.f("ck_publication_state"), "state IN ('frozen', 'approved', 'superseded')")
        batch.create_check_constraint(
            op.f("ck_publication_approved"), "(state = 'approved') = (approved_by IS NOT NULL)"
        )
    if not sqlite:
        op.alter_column("published_file", "media_type", type_=sa.String(length=60))
    else:
        _drop_file_rules()
        with op.batch_alter_table("published_file") as batch:
            batch.alter_column("media_type", type_=sa.String(length=60), existing_nullable=False)
        _make_file_rules()
    _make_rules(OLD_RULES)


def _summarize() -> None:
    """What lists need of each snapshot, for those frozen before there were summaries."""
    connection = op.get_bind()
    table = sa.table(
        "publication", sa.column("id", sa.Integer), sa.column("snapshot", Kept), sa.column("summary", Kept)
    )
    ids = list(connection.scalars(sa.select(table.c.id)))
    for key in ids:
        content = connection.scalar(sa.select(table.c.snapshot).where(table.c.id == key))
        summary = _summary(content if isinstance(content, dict) else json.loads(content))
        connection.execute(sa.update(table).where(table.c.id == key).values(summary=summary))


def _summary(content: dict[str, Any]) -> dict[str, Any]:
    survey = content.get("survey", {})
    names = ("title", "sector", "territory", "territory_code", "starts_on", "ends_on", "simulated")
    indices = [row for row in content.get("figures", {}).get("", ()) if row["kind"] == "index"]
    return {name: survey.get(name) for name in names} | {
        "questionnaire": content.get("questionnaire", {}).get("key"),
        "responses": content.get("responses"),
        "index": indices[0] if indices else None,
    }


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _make_rules(rules: dict[str, tuple[str, str, str, str]]) -> None:
    sqlite = _is_sqlite()
    for name, (table, event, condition, sentence) in rules.items():
        if sqlite:
            when = f"WHEN {condition} " if condition else ""
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            )
        else:
            when = f"WHEN ({condition}) " if condition else ""
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{sentence}'; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when}EXECUTE FUNCTION {name}()")


def _drop_rules(rules: dict[str, tuple[str, str, str, str]]) -> None:
    sqlite = _is_sqlite()
    for name, (table, _event, _condition, _sentence) in rules.items():
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON {table}")
        if not sqlite:
            op.execute(f"DROP FUNCTION {name}()")


FILE_RULES = {
    "published_file_frozen": ("published_file", "UPDATE", "", "a frozen file cannot change"),
    "published_file_no_delete": ("published_file", "DELETE", "", "a frozen file cannot be deleted"),
}


def _drop_file_rules() -> None:
    """SQLite makes the table anew, and its triggers go with the old one."""
    _drop_rules(FILE_RULES)


def _make_file_rules() -> None:
    _make_rules(FILE_RULES)


def _refuse_late_files() -> None:
    test = "SELECT state FROM publication WHERE id = NEW.publication_id"
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER published_file_late BEFORE INSERT ON published_file WHEN ({test}) <> 'frozen' "
            f"BEGIN SELECT RAISE(ABORT, '{LATE_FILE}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION published_file_late() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF ({test}) <> 'frozen' THEN RAISE EXCEPTION '{LATE_FILE}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER published_file_late BEFORE INSERT ON published_file FOR EACH ROW "
        "EXECUTE FUNCTION published_file_late()"
    )
