"""`flask held list|enter|discard|keep`: forms that could not enter, and what a person decides on them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.roles import ASSIGN_WORK
from survey_app.collection.sync.queries import DisputeLine, HeldLine, list_disputes, list_held
from survey_app.collection.sync.service import discard_held, enter_held
from survey_app.collection.sync.settling import settle_dispute
from survey_app.command_line import BY, echo_json, verb
from survey_app.sampling.work.cli import REASON, acting_in

group = AppGroup("held", help="Forms that could not enter.")
NUMBER = click.argument("number", type=int)


@group.command("list")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@BY
@verb
def list_command(session: Session, slug: str, form: str, email: str | None) -> None:
    """The forms that wait for a decision; never their answers."""
    area, _actor = acting_in(session, slug, email, ASSIGN_WORK)
    held, disputes = list_held(session, area), list_disputes(session, area)
    if form == "json":
        echo_json({"held": [_plain(one) for one in held], "disputes": [_plain(one) for one in disputes]})
        return
    for one in held:
        case = f"case {one.case_number}" if one.case_number else "no case"
        click.echo(f"held {one.number}\t{one.unit_name}\t{case}\t{one.collector}\t{one.reason}")
    for two in disputes:
        click.echo(f"dispute {two.number}\t{two.unit_name}\t{two.collector}\t{two.differing} answers differ")
    click.echo(f"{len(held)} held, {len(disputes)} came twice")


def _plain(line: HeldLine | DisputeLine) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(line).items()}


@group.command("enter")
@click.argument("slug")
@NUMBER
@BY
@verb
def enter_command(session: Session, slug: str, number: int, email: str | None) -> None:
    """Let a held form in after all."""
    area, actor = acting_in(session, slug, email, ASSIGN_WORK)
    click.echo(f"held {number}: entered, receipt {enter_held(session, area, number, actor=actor).code}")


@group.command("discard")
@click.argument("slug")
@NUMBER
@REASON
@BY
@verb
def discard_command(session: Session, slug: str, number: int, reason: str, email: str | None) -> None:
    """Put a held form away for good."""
    area, actor = acting_in(session, slug, email, ASSIGN_WORK)
    discard_held(session, area, number, reason=reason, actor=actor)
    click.echo(f"held {number}: discarded")


@group.command("keep")
@click.argument("slug")
@NUMBER
@BY
@verb
def keep_command(session: Session, slug: str, number: int, email: str | None) -> None:
    """Keep the first of two forms; the answers of the second go."""
    area, actor = acting_in(session, slug, email, ASSIGN_WORK)
    settle_dispute(session, area, number, actor=actor)
    click.echo(f"dispute {number}: the first form stands")
