"""`flask user …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_anywhere
from survey_app.accounts.roles import MANAGE_USERS
from survey_app.accounts.service import add_user, find_user, renew_password, set_active
from survey_app.command_line import BY, verb

group = AppGroup("user", help="People and their roles.")


@group.command("add")
@click.argument("address", metavar="EMAIL")
@click.option("--role", required=True, help="Role, for example survey_manager, approver, collector.")
@click.option("--scope", "scopes", multiple=True, help="sector:health or unit:899; may be repeated.")
@click.option("--name", help="Name shown to colleagues.")
@click.option("--password", envvar="HAILONG_PASSWORD", help="Password; made at random and printed when absent.")
@BY
@verb
def add_command(
    session: Session, address: str, role: str, scopes: tuple[str, ...], name: str | None, password: str | None,
    email: str | None,
) -> None:  # fmt: skip
    """Add a person with a role, or give a known person one more role."""
    actor = acting_anywhere(session, email, MANAGE_USERS)
    user, made = add_user(session, address, role=role, scopes=list(scopes), actor=actor, name=name, password=password)
    click.echo(f"{user.email}: {role}" + (f"  password: {made}" if made and not password else ""))


@group.command("deactivate")
@click.argument("address", metavar="EMAIL")
@BY
@verb
def deactivate_command(session: Session, address: str, email: str | None) -> None:
    """Shut an account; its sessions end at once."""
    actor = acting_anywhere(session, email, MANAGE_USERS)
    set_active(session, find_user(session, address), False, actor=actor)
    click.echo(f"{address}: inactive")


@group.command("activate")
@click.argument("address", metavar="EMAIL")
@BY
@verb
def activate_command(session: Session, address: str, email: str | None) -> None:
    """Open a shut account again."""
    actor = acting_anywhere(session, email, MANAGE_USERS)
    set_active(session, find_user(session, address), True, actor=actor)
    click.echo(f"{address}: active")


@group.command("password")
@click.argument("address", metavar="EMAIL")
@BY
@verb
def password_command(session: Session, address: str, email: str | None) -> None:
    """Give a new random password and print it this once; old sessions end."""
    actor = acting_anywhere(session, email, MANAGE_USERS)
    click.echo(f"{address}  password: {renew_password(session, find_user(session, address), actor=actor)}")
