"""`flask response import-sealed`: the file that a tablet exported, when it cannot send by itself any more."""

from __future__ import annotations

import sys
from collections import Counter
from typing import IO

import click
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_anywhere, find_person
from survey_app.accounts.guards import may
from survey_app.accounts.roles import IMPORT_RESPONSES
from survey_app.audit.service import record
from survey_app.collection.cli import group
from survey_app.collection.kiosk.models import Device
from survey_app.collection.sync.record import FormRecord
from survey_app.collection.sync.sealed_file import bring_file
from survey_app.collection.sync.service import Sender
from survey_app.command_line import BY, echo_json, verb
from survey_app.database import by_number
from survey_app.errors import Forbidden, NotFound
from survey_app.surveys.queries import find_survey

SHOWN_LINES = 50


@group.command("import-sealed")
@click.argument("file", type=click.File("rb"))
@click.option("--device", "number", type=int, help="Number of the tablet that exported it.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@BY
@verb
def import_sealed_command(session: Session, file: IO[bytes], number: int | None, form: str, email: str | None) -> None:
    """Bring in a tablet's file of sealed forms; what was sent before counts once, what cannot enter is held."""
    actor = acting_anywhere(session, email, IMPORT_RESPONSES)
    person = find_person(session, email) if email else None
    if number is not None and by_number(session, Device, number) is None:
        raise NotFound(_("Không có máy số %(number)s.", number=number))

    def check(record: FormRecord) -> None:
        survey = find_survey(session, record.survey)
        sector, territory = survey.questionnaire.sector, survey.territory
        if person is not None and not may(person, IMPORT_RESPONSES, sector=sector, territory=territory):
            raise Forbidden(_("Tài khoản „%(email)s” không có quyền này.", email=person.email))

    outcomes = bring_file(session, file.read(), Sender("kiosk", None, check, device_id=number))
    counts = Counter(outcome.state for outcome in outcomes)
    record(session, actor, "response.import_sealed", "sealed", device=number, **counts)
    if form == "json":
        echo_json({"forms": len(outcomes), **counts})
    else:
        told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        click.echo(f"{len(outcomes)} forms: {told or 'nothing'}")
    left = [(place, one) for place, one in enumerate(outcomes, 1) if one.state not in ("accepted", "repeated")]
    for place, outcome in left[:SHOWN_LINES]:
        click.echo(f"  {place}: {outcome.state}: {outcome.reason}", err=True)
    if counts["refused"] or counts["later"]:
        session.commit()
        sys.exit(1)
