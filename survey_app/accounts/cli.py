"""`flask user …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.service import add_user
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
