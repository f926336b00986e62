"""`flask geography …`."""

from __future__ import annotations

from datetime import date, datetime
from typing import IO

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_anywhere
from survey_app.accounts.roles import MANAGE_GEOGRAPHY
from survey_app.command_line import BY, verb
from survey_app.geography.service import import_units
from survey_app.geography.successors import import_successors

group = AppGroup("geography", help="Provinces, districts and communes.")
DAY = click.DateTime(["%Y-%m-%d"])


@group.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--code-system", help="Name of the code system (default tctk-2020, or tctk-2025 without districts).")
@click.option("--valid-from", type=DAY, help="First day the units are valid.")
@click.option("--valid-to", type=DAY, help="Last day the units are valid.")
@BY
@verb
def import_command(
    session: Session,
    file: IO[bytes],
    code_system: str | None,
    valid_from: datetime | None,
    valid_to: datetime | None,
    email: str | None,
) -> None:
    """Bring in the units of a CSV file, all of it or nothing."""
    result = import_units(
        session,
        file,
        actor=acting_anywhere(session, email, MANAGE_GEOGRAPHY),
        code_system=code_system,
        valid_from=_day(valid_from),
        valid_to=_day(valid_to),
    )
    click.echo(f"{result.province}: {result.districts} districts, {result.communes} communes ({result.code_system}).")


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


successors = AppGroup("successors", help="Which communes became part of which.")
group.add_command(successors)


@successors.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--old-system", default="tctk-2020", show_default=True, help="Code system of the old communes.")
@click.option("--new-system", default="tctk-2025", show_default=True, help="Code system of the new communes.")
@BY
@verb
def successors_command(session: Session, file: IO[bytes], old_system: str, new_system: str, email: str | None) -> None:
    """Bring in the successors of communes from a CSV file, all of it or nothing."""
    actor = acting_anywhere(session, email, MANAGE_GEOGRAPHY)
    found = import_successors(session, file, actor=actor, old_system=old_system, new_system=new_system)
    click.echo(f"{found.old} old communes, {found.new} new, {found.split} split, {found.unnamed} old ones not named.")
