"""`flask api-key …`."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_anywhere
from survey_app.accounts.roles import MANAGE_USERS, SECTORS
from survey_app.accounts.service import find_user
from survey_app.api.keys import (
    DEFAULT_PER_MINUTE,
    MOST_PER_MINUTE,
    PER_MINUTE_OF_PHONES,
    Reach,
    all_keys,
    find_key,
    issue_key,
    revoke_key,
)
from survey_app.api.models import ApiKey
from survey_app.api.scopes import SCOPES
from survey_app.command_line import BY, echo_json, verb

group = AppGroup("api-key", help="Keys of other systems.")


@group.command("add")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(list(SCOPES)), help="May be repeated."
)
@click.option("--survey", "surveys", multiple=True, metavar="SLUG", help="Only this survey; may be repeated.")
@click.option("--sector", type=click.Choice(list(SECTORS)))
@click.option("--unit", metavar="CODE", help="Only what lies in this unit.")
@click.option("--collector", metavar="EMAIL", help="Whose app password for ODK Collect it is (scope openrosa).")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="The last day on which it opens.")
@click.option(
    "--per-minute",
    type=click.IntRange(1, MOST_PER_MINUTE),
    help=f"Requests a minute; {DEFAULT_PER_MINUTE} when absent, {PER_MINUTE_OF_PHONES} for a phone.",
)
@BY
@verb
def add_command(
    session: Session,
    name: str,
    scopes: tuple[str, ...],
    surveys: tuple[str, ...],
    sector: str | None,
    unit: str | None,
    collector: str | None,
    expires: datetime | None,
    per_minute: int | None,
    email: str | None,
) -> None:
    """Make a key and print it this once."""
    actor = acting_anywhere(session, email, MANAGE_USERS)
    key, text = issue_key(
        session,
        name,
        scopes,
        actor=actor,
        reach=Reach(sector, unit, surveys),
        user=find_user(session, collector) if collector else None,
        expires_on=expires.date() if expires else None,
        per_minute=per_minute,
    )
    click.echo(f"{key.prefix}\t{key.name}\t{', '.join(key.scopes)}")
    click.echo(f"key: {text}")


@group.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@BY
@verb
def list_command(session: Session, form: str, email: str | None) -> None:
    """Say which keys there are, what each may do and when it was last used."""
    acting_anywhere(session, email, MANAGE_USERS)
    found = all_keys(session)
    if form == "json":
        echo_json([_as_json(key) for key in found])
        return
    for key in found:
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
        click.echo(f"{key.prefix}\t{key.state}\t{used}\t{', '.join(key.scopes)}\t{key.name}")


def _as_json(key: ApiKey) -> dict[str, object]:
    return {
        "prefix": key.prefix,
        "name": key.name,
        "state": key.state,
        "scopes": key.scopes,
        "sector": key.sector,
        "unit": key.unit.code if key.unit else None,
        "surveys": key.survey_slugs,
        "collector": key.user.email if key.user else None,
        "per_minute": key.per_minute,
        "created_at": key.created_at.isoformat(),
        "created_by": key.created_by,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "last_used_at": key.last_used_at.isoformat() if key.last_used_at else None,
    }


@group.command("revoke")
@click.argument("name", metavar="PREFIX_OR_NAME")
@BY
@verb
def revoke_command(session: Session, name: str, email: str | None) -> None:
    """End a key for good."""
    actor = acting_anywhere(session, email, MANAGE_USERS)
    key = find_key(session, name)
    revoke_key(session, key, actor=actor)
    click.echo(f"{key.prefix}: revoked")
