"""Every change to a response that figures may be made of is noted by the database itself.

Responses that come are counted; those that stand otherwise than before are noted here. Both numbers only grow, so that
together they tell whether any figure of a survey may have changed. Which responses make figures, an index alone tells.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

COLUMNS = (
    "id", "survey_id", "questionnaire_id", "unit_id", "channel", "language", "day", "answers", "status", "completeness",
    "quality_flags",
)  # fmt: skip
PLACE = ["survey_id", "unit_id", "status", "completeness"]
UPDATED, DELETED = "response_change_noted", "response_removal_noted"


def upgrade() -> None:
    op.create_table(
        "response_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_response_change_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_change")),
    )
    op.create_index("ix_response_change_survey_id", "response_change", ["survey_id"])
    op.drop_index("ix_response_place", table_name="response")
    op.create_index("ix_response_place", "response", [*PLACE, "id"])
    columns = ", ".join(COLUMNS)
    note = "INSERT INTO response_change (survey_id) "
    new, old = f"{note} VALUES (NEW.survey_id)", f"{note} VALUES (OLD.survey_id)"
    moved = f"{note} SELECT OLD.survey_id WHERE OLD.survey_id <> NEW.survey_id"
    if op.get_bind().dialect.name == "sqlite":
        differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in COLUMNS)
        op.execute(
            f"CREATE TRIGGER {UPDATED} AFTER UPDATE OF {columns} ON response WHEN {differs} BEGIN {new}; {moved}; END"
        )
        op.execute(f"CREATE TRIGGER {DELETED} AFTER DELETE ON response BEGIN {old}; END")
        return
    for name, work in ((UPDATED, f"{new}; {moved};"), (DELETED, f"{old};")):
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {work} RETURN NULL; END $$")
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in COLUMNS)
    op.execute(
        f"CREATE TRIGGER {UPDATED} AFTER UPDATE OF {columns} ON response "
        f"FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION {UPDATED}()"
    )
    op.execute(f"CREATE TRIGGER {DELETED} AFTER DELETE ON response FOR EACH ROW EXECUTE FUNCTION {DELETED}()")


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in (UPDATED, DELETED):
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON response")
        if not sqlite:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("response_change")
    op.drop_index("ix_response_place", table_name="response")
    op.create_index("ix_response_place", "response", PLACE)
