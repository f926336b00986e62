"""`flask work offices` and `flask work office …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import find_person
from survey_app.accounts.models import User
from survey_app.accounts.service import find_user
from survey_app.audit.models import Actor
from survey_app.command_line import BY, operator, verb
from survey_app.errors import Forbidden
from survey_app.geography.models import Unit
from survey_app.geography.queries import find_unit
from survey_app.sampling.work.cli import group
from survey_app.sampling.work.holders import find_office
from survey_app.sampling.work.offices import add_member, add_office, all_offices, may_manage, members_of, remove_member

office = AppGroup("office", help="Adding a post office, its members.")
group.add_command(office)


def _manager(session: Session, email: str | None, unit: Unit) -> tuple[Actor, User | None]:
    """Who manages the offices of a unit: the operator, or a person who gives out work there."""
    if email is None:
        return operator(), None
    user = find_person(session, email)
    if not may_manage(user, unit):
        raise Forbidden(_("%(email)s không quản lý bưu điện ở %(place)s.", email=user.email, place=unit.name))
    return Actor(user.id, user.email), user


@group.command("offices")
@BY
@verb
def offices_command(session: Session, email: str | None) -> None:
    """List the post offices with their members; with --by those that the person's page shows."""
    viewer = find_person(session, email) if email else None
    members = members_of(session, seen_by=viewer)
    for one in all_offices(session):
        if viewer is not None and not may_manage(viewer, one.unit):
            continue
        click.echo(
            f"{one.code}\t{one.name}\t{one.unit.code}\t{' '.join(user.email for user in members.get(one.id, []))}"
        )


@office.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--unit", required=True, help="Where it works: 91, 899, or 899@tctk-2020.")
@BY
@verb
def add_command(session: Session, code: str, name: str, unit: str, email: str | None) -> None:
    """Add a post office."""
    place, _at, system = unit.partition("@")
    found = find_unit(session, place, code_system=system or None)
    actor, _giver = _manager(session, email, found)
    made = add_office(session, code=code, name=name, unit=found, actor=actor)
    click.echo(f"{made.code}: {made.name}, {found.name}")


@office.command("member")
@click.argument("code")
@click.argument("person")
@click.option("--remove", is_flag=True, help="End the membership.")
@BY
@verb
def member_command(session: Session, code: str, person: str, remove: bool, email: str | None) -> None:
    """Make a person a collector of an office, or end it."""
    found, user = find_office(session, code.upper()), find_user(session, person)
    change = remove_member if remove else add_member
    actor, giver = _manager(session, email, found.unit)
    change(session, found, user, actor=actor, giver=giver)
    click.echo(f"{found.code}: {user.email} {'removed' if remove else 'added'}")
