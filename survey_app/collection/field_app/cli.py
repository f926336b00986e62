"""`flask held bring`: the sealed file of a device that could not send."""

from __future__ import annotations

from pathlib import Path

import click
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import find_person
from survey_app.accounts.guards import holds
from survey_app.accounts.roles import COLLECT
from survey_app.collection.sync.cli import group
from survey_app.collection.sync.sealed_file import bring_file
from survey_app.collection.sync.sender import collector_as_sender
from survey_app.command_line import verb
from survey_app.errors import Forbidden


@group.command("bring")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", "email", required=True, help="The collector whose device it is.")
@verb
def bring_command(session: Session, file: Path, email: str) -> None:
    """Take in the sealed file of a collector's device."""
    person = find_person(session, email)
    if not holds(person, COLLECT):
        raise Forbidden(_("Tài khoản „%(email)s” không có quyền này.", email=email[:80]))
    outcomes = bring_file(session, file.read_bytes(), collector_as_sender(session, person))
    for outcome in outcomes:
        click.echo(f"{outcome.id}\t{outcome.state}\t{outcome.code or outcome.reason or ''}")
    click.echo(f"{len(outcomes)} forms")
