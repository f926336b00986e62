"""`flask response …`."""

from __future__ import annotations

import sys
from typing import IO

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.roles import IMPORT_RESPONSES
from survey_app.collection.file_import import import_responses
from survey_app.command_line import BY, echo_json, verb
from survey_app.surveys.acting import actor_on
from survey_app.surveys.queries import find_survey

group = AppGroup("response", help="Responses.")
SHOWN_LINES = 50


@group.command("import")
@click.argument("slug")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Check every line and keep nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@BY
@verb
def import_command(session: Session, slug: str, file: IO[bytes], dry_run: bool, form: str, email: str | None) -> None:
    """Bring in the responses of a CSV file; refused lines are told and do not stop the others."""
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, IMPORT_RESPONSES)
    report = import_responses(session, survey, file, actor=actor, dry_run=dry_run)
    if form == "json":
        echo_json(report.as_json())
    else:
        kind = "dry run, nothing kept: " if dry_run else ""
        click.echo(
            f"{kind}{report.lines} lines: {report.accepted} accepted, {report.repeated} known already, "
            f"{report.refused_count} refused"
        )
    for line, reason in report.refused[:SHOWN_LINES]:
        click.echo(_("dòng %(line)s: %(reason)s", line=line, reason=reason), err=True)
    if report.refused_count > SHOWN_LINES:
        click.echo(f"… {report.refused_count - SHOWN_LINES}", err=True)
    if report.refused_count:
        sys.exit(1)
