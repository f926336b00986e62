"""Documents: the office's words in them, its Word templates, the files that were made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey_app.database import UtcDateTime

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

#: Who wrote what, and which template stood when: kept as it was.
RULES = {
    "document_text_no_update": ("document_text", "UPDATE", "an edition of a text cannot change"),
    "document_text_no_delete": ("document_text", "DELETE", "an edition of a text cannot be deleted"),
    "document_template_no_update": ("document_template", "UPDATE", "a template can only be succeeded"),
    "document_template_no_delete": ("document_template", "DELETE", "a template can only be succeeded"),
}


def upgrade() -> None:
    op.create_table(
        "document_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sector", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("uploaded_by", sa.String(length=255), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('report', 'summary', 'decision')", name=op.f("ck_document_template_kind")),
        sa.CheckConstraint("(content IS NULL) = (sha256 IS NULL)", name=op.f("ck_document_template_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_template")),
    )
    op.create_index("ix_document_template_sector", "document_template", ["sector", "kind"])
    op.create_table(
        "document_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("key", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("edited_by", sa.String(length=255), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('report', 'summary', 'decision')", name=op.f("ck_document_text_kind")),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_document_text_language")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_document_text_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_text")),
    )
    op.create_index("ix_document_text_survey", "document_text", ["survey_id", "kind", "language"])
    op.create_table(
        "made_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=5), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('report', 'summary', 'decision', 'tables', 'responses')", name=op.f("ck_made_document_kind")
        ),
        sa.CheckConstraint("form IN ('docx', 'pdf', 'xlsx')", name=op.f("ck_made_document_form")),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_made_document_language")),
        sa.CheckConstraint("size > 0", name=op.f("ck_made_document_size")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_made_document_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_made_document")),
    )
    op.create_index("ix_made_document_survey", "made_document", ["survey_id", "made_at"])
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
    op.drop_table("made_document")
    op.drop_table("document_text")
    op.drop_table("document_template")
