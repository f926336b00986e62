"""`flask response …` and `flask invitation …`."""

from __future__ import annotations

import csv
import sys
from typing import IO

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import find_person
from survey_app.accounts.roles import IMPORT_RESPONSES, ISSUE_INVITATIONS
from survey_app.collection.drafts import issue_invitations
from survey_app.collection.file_import import import_responses
from survey_app.command_line import BY, echo_json, verb
from survey_app.errors import NotFound
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import area_of, whole_area
from survey_app.surveys.acting import actor_on
from survey_app.surveys.queries import find_survey

group = AppGroup("response", help="Responses.")
invitations = AppGroup("invitation", help="Single-use personal links.")
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


@invitations.command("issue")
@click.argument("slug")
@click.option("--per-commune", type=click.IntRange(1, 1000), required=True)
@click.option("--commune", "code", help="Only this commune's code.")
@BY
@verb
def issue_command(session: Session, slug: str, per_commune: int, code: str | None, email: str | None) -> None:
    """Make single-use links and print them as CSV; they are shown this once."""
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, ISSUE_INVITATIONS)
    area = area_of(find_person(session, email), survey, ISSUE_INVITATIONS) if email else whole_area(survey)
    units = [
        entry for entry in drawn_units(session, survey) if code in (None, entry.unit.code) and area.holds(entry.unit)
    ]
    if not units:
        raise NotFound(_("%(slug)s: không có xã nào trong mẫu khớp.", slug=slug))
    writer = csv.writer(sys.stdout)
    writer.writerow(["commune_code", "commune_name", "path"])
    for entry, token in issue_invitations(session, survey, units, per_commune, actor=actor):
        writer.writerow([entry.unit.code, entry.unit.name, f"/s/{survey.slug}/t/{token}"])
