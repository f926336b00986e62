"""Lists of units and of cases, drawn cases and the work on them, quotas, checks, weights; agencies below communes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey_app.database import Json, UtcDateTime

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

LEVELS = "level IN ('province', 'district', 'commune')"
MORE_LEVELS = "level IN ('province', 'district', 'commune', 'agency')"
STRATIFIERS = "stratify_by IN ('district', 'commune_type', 'none')"
MORE_STRATIFIERS = "stratify_by IN ('district', 'commune_type', 'area', 'none') OR stratify_by LIKE 'column:%'"
POSITION = "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180"
STATUSES = "status IN ('accepted', 'flagged', 'rejected', 'superseded')"
MORE_STATUSES = "status IN ('accepted', 'flagged', 'rejected', 'superseded', 'set_aside')"
COMPLETENESS = "completeness IS NULL OR completeness IN ('complete', 'partial', 'broken_off')"
OUTCOMES = "'not_home', 'later', 'moved', 'refused', 'unreachable', 'unable', 'died', 'wrong_data', 'answered'"
INVITED = "invited IS NULL OR (invited >= 1 AND invited <= list_size)"


def upgrade() -> None:
    with op.batch_alter_table("unit") as batch:
        batch.drop_constraint(op.f("ck_unit_level"), type_="check")
        batch.create_check_constraint(op.f("ck_unit_level"), MORE_LEVELS)
        batch.add_column(sa.Column("latitude", sa.Double(), nullable=True))
        batch.add_column(sa.Column("longitude", sa.Double(), nullable=True))
        batch.create_check_constraint(op.f("ck_unit_position"), POSITION)
    with op.batch_alter_table("survey") as batch:
        batch.add_column(sa.Column("design", Json, nullable=False, server_default="{}"))
        batch.alter_column("stratify_by", type_=sa.String(length=50))
        batch.drop_constraint(op.f("ck_survey_stratify_by"), type_="check")
        batch.create_check_constraint(op.f("ck_survey_stratify_by"), MORE_STRATIFIERS)
    with op.batch_alter_table("draw") as batch:
        batch.alter_column("stratify_by", type_=sa.String(length=50))
        batch.add_column(sa.Column("design", Json, nullable=False, server_default="{}"))
        batch.add_column(sa.Column("approved_by", sa.String(length=255), nullable=True))
    with op.batch_alter_table("frame_unit") as batch:
        batch.add_column(sa.Column("cluster", sa.String(length=20), nullable=False, server_default=""))
        batch.add_column(sa.Column("size", sa.Double(), nullable=True))
        batch.add_column(sa.Column("certainty", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("list_size", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("list_sha256", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("invited", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("reserved", sa.Integer(), nullable=True))
        batch.create_check_constraint(op.f("ck_frame_unit_invited"), INVITED)
        batch.create_check_constraint(op.f("ck_frame_unit_size"), "size IS NULL OR size > 0")
    op.execute("UPDATE frame_unit SET cluster = (SELECT code FROM unit WHERE unit.id = frame_unit.unit_id)")
    for table, column in (
        ("survey", "design"),
        ("draw", "design"),
        ("frame_unit", "cluster"),
        ("frame_unit", "certainty"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, server_default=None)
    _create_lists()
    _create_work()
    with op.batch_alter_table("response") as batch:
        batch.add_column(sa.Column("case_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_response_case_id_survey_case"), "survey_case", ["case_id"], ["id"])
        batch.drop_constraint(op.f("ck_response_status"), type_="check")
        batch.create_check_constraint(op.f("ck_response_status"), MORE_STATUSES)
        batch.add_column(sa.Column("distance_km", sa.Double(), nullable=True))
        batch.add_column(sa.Column("answers_digest", sa.LargeBinary(length=8), nullable=True))
        batch.create_check_constraint(op.f("ck_response_distance_km"), "distance_km IS NULL OR distance_km >= 0")
        batch.add_column(sa.Column("completeness", sa.String(length=10), nullable=True))
        batch.create_check_constraint(op.f("ck_response_completeness"), COMPLETENESS)
        batch.drop_index(op.f("ix_response_survey_id_response_unit_id"))
    op.create_index("ix_response_place", "response", ["survey_id", "unit_id", "status", "completeness"])
    op.create_index(
        "ix_response_work",
        "response",
        ["survey_id", "collector_id", "day", "status", "channel", "unit_id", "minutes"],
    )
    op.create_index(
        "uq_response_case",
        "response",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('accepted', 'flagged')"),
        postgresql_where=sa.text("status IN ('accepted', 'flagged')"),
    )
    with op.batch_alter_table("draft") as batch:
        batch.add_column(sa.Column("case_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_draft_case_id_survey_case"), "survey_case", ["case_id"], ["id"], ondelete="CASCADE"
        )
    _create_redraws()
    _create_checks()
    _create_weights()


def _create_lists() -> None:
    op.create_table(
        "frame_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("imported_by", sa.String(length=255), nullable=False),
        sa.CheckConstraint("kind IN ('units', 'cases')", name=op.f("ck_frame_file_kind")),
        sa.CheckConstraint("row_count > 0", name=op.f("ck_frame_file_row_count")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_frame_file_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frame_file")),
        sa.UniqueConstraint("survey_id", "sha256", name=op.f("uq_frame_file_survey_id_sha256")),
    )
    op.create_table(
        "listed_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Double(), nullable=True),
        sa.Column("attributes", Json, nullable=False),
        sa.CheckConstraint("size IS NULL OR size > 0", name=op.f("ck_listed_unit_size")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["frame_file.id"], name=op.f("fk_listed_unit_file_id_frame_file"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_listed_unit_survey_id_survey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_listed_unit_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_unit")),
        sa.UniqueConstraint("survey_id", "unit_id", name=op.f("uq_listed_unit_survey_id_unit_id")),
    )
    op.create_index(op.f("ix_listed_unit_file_id"), "listed_unit", ["file_id"])
    op.create_table(
        "listed_case",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reference", sa.LargeBinary(length=16), nullable=False),
        sa.Column("person", sa.LargeBinary(length=16), nullable=True),
        sa.Column("attributes", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["frame_file.id"], name=op.f("fk_listed_case_file_id_frame_file"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_listed_case_survey_id_survey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_listed_case_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_case")),
        sa.UniqueConstraint("survey_id", "reference", name=op.f("uq_listed_case_survey_id_reference")),
    )
    op.create_index(op.f("ix_listed_case_file_id"), "listed_case", ["file_id"])
    op.create_index(op.f("ix_listed_case_survey_id_listed_case_unit_id"), "listed_case", ["survey_id", "unit_id"])
    op.create_table(
        "case_contact",
        sa.Column("listed_case_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listed_case_id"],
            ["listed_case.id"],
            name=op.f("fk_case_contact_listed_case_id_listed_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listed_case_id", name=op.f("pk_case_contact")),
    )


def _create_work() -> None:
    op.create_table(
        "survey_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("frame_unit_id", sa.Integer(), nullable=False),
        sa.Column("listed_case_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_survey_case_attempts")),
        sa.CheckConstraint(f"outcome IS NULL OR outcome IN ({OUTCOMES})", name=op.f("ck_survey_case_outcome")),
        sa.CheckConstraint("probability > 0 AND probability <= 1", name=op.f("ck_survey_case_probability")),
        sa.CheckConstraint("replaces_id IS NULL OR role = 'reserve'", name=op.f("ck_survey_case_replaces")),
        sa.CheckConstraint("role IN ('main', 'reserve')", name=op.f("ck_survey_case_role")),
        sa.CheckConstraint(
            "state IN ('todo', 'tried', 'answered', 'replaced', 'closed')", name=op.f("ck_survey_case_state")
        ),
        sa.ForeignKeyConstraint(
            ["frame_unit_id"],
            ["frame_unit.id"],
            name=op.f("fk_survey_case_frame_unit_id_frame_unit"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["listed_case_id"], ["listed_case.id"], name=op.f("fk_survey_case_listed_case_id_listed_case")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["survey_case.id"], name=op.f("fk_survey_case_replaces_id_survey_case")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_case_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_case")),
        sa.UniqueConstraint("frame_unit_id", "role", "rank", name=op.f("uq_survey_case_frame_unit_id_role_rank")),
        sa.UniqueConstraint(
            "frame_unit_id", "listed_case_id", name=op.f("uq_survey_case_frame_unit_id_listed_case_id")
        ),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_survey_case_replaces_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_survey_case_place",
        "survey_case",
        ["survey_id", "frame_unit_id", "state", "role", "outcome", "replaces_id"],
    )
    op.create_index(op.f("ix_survey_case_listed_case_id"), "survey_case", ["listed_case_id"])
    op.create_table(
        "post_office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_post_office_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_office")),
        sa.UniqueConstraint("code", name=op.f("uq_post_office_code")),
    )
    op.create_table(
        "post_office_member",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"],
            ["post_office.id"],
            name=op.f("fk_post_office_member_office_id_post_office"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_post_office_member_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_post_office_member")),
    )
    op.create_index(op.f("ix_post_office_member_office_id"), "post_office_member", ["office_id"])
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("collector_id", sa.Integer(), nullable=True),
        sa.Column("assigned_by", sa.String(length=255), nullable=False),
        sa.Column("assigned_at", UtcDateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["survey_case.id"], name=op.f("fk_assignment_case_id_survey_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["user_account.id"], name=op.f("fk_assignment_collector_id_user_account")
        ),
        sa.CheckConstraint("office_id IS NOT NULL OR collector_id IS NOT NULL", name=op.f("ck_assignment_holder")),
        sa.ForeignKeyConstraint(["office_id"], ["post_office.id"], name=op.f("fk_assignment_office_id_post_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_office_id"), "assignment", ["office_id"])
    op.create_index(op.f("ix_assignment_collector_id"), "assignment", ["collector_id"])
    op.create_index(
        "uq_assignment_in_force",
        "assignment",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint(
            f"outcome IN ({OUTCOMES})",
            name=op.f("ck_attempt_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["survey_case.id"], name=op.f("fk_attempt_case_id_survey_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["user_account.id"], name=op.f("fk_attempt_collector_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_case_id"), "attempt", ["case_id"])
    op.create_index("ix_attempt_day", "attempt", ["collector_id", "day", "case_id"])


def _create_redraws() -> None:
    op.create_table(
        "redraw_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=255), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=255), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_redraw_request_reason")),
        sa.CheckConstraint("NOT granted OR decided_by <> asked_by", name=op.f("ck_redraw_request_second_person")),
        sa.CheckConstraint("(decided_at IS NULL) = (granted IS NULL)", name=op.f("ck_redraw_request_decision")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_redraw_request_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redraw_request")),
    )
    op.create_index(
        "uq_redraw_request_open",
        "redraw_request",
        ["survey_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )


def _create_checks() -> None:
    op.create_table(
        "quota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=True),
        sa.Column("item", sa.String(length=60), nullable=True),
        sa.Column("value", sa.String(length=100), nullable=True),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=6), nullable=False),
        sa.Column("made_by", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("goal > 0", name=op.f("ck_quota_goal")),
        sa.CheckConstraint("received >= 0 AND (rule = 'flag' OR received <= goal)", name=op.f("ck_quota_received")),
        sa.CheckConstraint("rule IN ('refuse', 'flag')", name=op.f("ck_quota_rule")),
        sa.CheckConstraint("(item IS NULL) = (value IS NULL)", name=op.f("ck_quota_answer")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_quota_survey_id_survey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_quota_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
    )
    op.create_index(
        "uq_quota_part",
        "quota",
        [
            "survey_id",
            sa.text("coalesce(unit_id, 0)"),
            sa.text("coalesce(channel, '')"),
            sa.text("coalesce(item, '')"),
            sa.text("coalesce(value, '')"),
        ],
        unique=True,
    )
    op.create_table(
        "call_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("collector_id", sa.Integer(), nullable=True),
        sa.Column("chosen_by", sa.String(length=255), nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.Column("result", sa.String(length=14), nullable=True),
        sa.Column("checked_by", sa.String(length=255), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "result IS NULL OR result IN ('confirmed', 'differs', 'did_not_happen', 'not_reached')",
            name=op.f("ck_call_back_result"),
        ),
        sa.CheckConstraint("(result IS NULL) = (checked_at IS NULL)", name=op.f("ck_call_back_checked")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_call_back_survey_id_survey")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["survey_case.id"], name=op.f("fk_call_back_case_id_survey_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["user_account.id"], name=op.f("fk_call_back_collector_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
        sa.UniqueConstraint("case_id", name=op.f("uq_call_back_case_id")),
    )
    op.create_index(op.f("ix_call_back_survey_id_call_back_collector_id"), "call_back", ["survey_id", "collector_id"])
    op.create_table(
        "set_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=255), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by", sa.String(length=255), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("flagged", Json, nullable=False),
        sa.Column("ended_by", sa.String(length=255), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_set_aside_reason")),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name=op.f("ck_set_aside_second_person")),
        sa.CheckConstraint("ended_at IS NULL OR length(end_reason) > 0", name=op.f("ck_set_aside_end_reason")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_set_aside_survey_id_survey")),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["user_account.id"], name=op.f("fk_set_aside_collector_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
    )
    op.create_index(
        "uq_set_aside_standing",
        "set_aside",
        ["survey_id", "collector_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _create_weights() -> None:
    op.create_table(
        "weight_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("made_by", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("undone_by", sa.String(length=255), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('nonresponse', 'poststratify', 'rake', 'trim')", name=op.f("ck_weight_step_kind")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_weight_step_position")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_weight_step_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_step")),
    )
    op.create_index(
        "uq_weight_step_in_force",
        "weight_step",
        ["survey_id", "position"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("weight_step", "set_aside", "call_back", "quota", "redraw_request"):
        op.drop_table(table)
    with op.batch_alter_table("draft") as batch:
        batch.drop_constraint(op.f("fk_draft_case_id_survey_case"), type_="foreignkey")
        batch.drop_column("case_id")
    op.execute("UPDATE response SET status = 'rejected' WHERE status = 'set_aside'")
    op.drop_index("uq_response_case", table_name="response")
    op.drop_index("ix_response_work", table_name="response")
    op.drop_index("ix_response_place", table_name="response")
    with op.batch_alter_table("response") as batch:
        batch.create_index(op.f("ix_response_survey_id_response_unit_id"), ["survey_id", "unit_id"], unique=False)
        batch.drop_constraint(op.f("ck_response_completeness"), type_="check")
        batch.drop_column("completeness")
        batch.drop_constraint(op.f("ck_response_distance_km"), type_="check")
        batch.drop_column("distance_km")
        batch.drop_column("answers_digest")
        batch.drop_constraint(op.f("ck_response_status"), type_="check")
        batch.create_check_constraint(op.f("ck_response_status"), STATUSES)
        batch.drop_constraint(op.f("fk_response_case_id_survey_case"), type_="foreignkey")
        batch.drop_column("case_id")
    for table in (
        "attempt",
        "assignment",
        "post_office_member",
        "post_office",
        "survey_case",
        "case_contact",
        "listed_case",
        "listed_unit",
        "frame_file",
    ):
        op.drop_table(table)
    with op.batch_alter_table("frame_unit") as batch:
        batch.drop_constraint(op.f("ck_frame_unit_invited"), type_="check")
        batch.drop_constraint(op.f("ck_frame_unit_size"), type_="check")
        for column in ("cluster", "size", "certainty", "list_size", "list_sha256", "invited", "reserved"):
            batch.drop_column(column)
    with op.batch_alter_table("draw") as batch:
        batch.drop_column("design")
        batch.drop_column("approved_by")
    op.execute("UPDATE survey SET stratify_by = 'none' WHERE stratify_by = 'area' OR stratify_by LIKE 'column:%'")
    with op.batch_alter_table("survey") as batch:
        batch.drop_column("design")
        batch.drop_constraint(op.f("ck_survey_stratify_by"), type_="check")
        batch.create_check_constraint(op.f("ck_survey_stratify_by"), STRATIFIERS)
    op.execute("DELETE FROM unit WHERE level = 'agency'")
    with op.batch_alter_table("unit") as batch:
        batch.drop_constraint(op.f("ck_unit_position"), type_="check")
        batch.drop_column("latitude")
        batch.drop_column("longitude")
        batch.drop_constraint(op.f("ck_unit_level"), type_="check")
        batch.create_check_constraint(op.f("ck_unit_level"), LEVELS)
