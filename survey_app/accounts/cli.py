"""`flask user …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.service import add_user, find_user, renew_password, set_active
from survey_app.command_line import operator, verb

group = AppGroup("user", help="People and their roles.")


@group.command("add")
@click.argument("email")
@click.option("--role", required=True, help="Role, for example survey_manager, approver, collector.")
@click.option("--scope", "scopes", multiple=True, help="sector:health or unit:899; may be repeated.")
@click.option("--name", help="Name shown to colleagues.")
@click.option("--password", envvar="HAILONG_PASSWORD", help="Password; made at random and printed when absent.")
@verb
def add_command(
    session: Session, email: str, role: str, scopes: tuple[str, ...], name: str | None, password: str | None
) -> None:
    """Add a person with a role, or give a known person one more role."""
    user, made = add_user(
        session, email, role=role, scopes=list(scopes), actor=operator(), name=name, password=password
    )
    click.echo(f"{user.email}: {role}" + (f"  password: {made}" if made and not password else ""))


@group.command("deactivate")
@click.argument("email")
@verb
def deactivate_command(session: Session, email: str) -> None:
    """Shut an account; its sessions end at once."""
    set_active(session, find_user(session, email), False, actor=operator())
    click.echo(f"{email}: inactive")


@group.command("activate")
@click.argument("email")
@verb
def activate_command(session: Session, email: str) -> None:
    """Open a shut account again."""
    set_active(session, find_user(session, email), True, actor=operator())
    click.echo(f"{email}: active")


@group.command("password")
@click.argument("email")
@verb
def password_command(session: Session, email: str) -> None:
    """Give a new random password and print it this once; old sessions end."""
    click.echo(f"{email}  password: {renew_password(session, find_user(session, email), actor=operator())}")
