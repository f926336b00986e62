"""`flask survey …`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.acting import find_person
from survey_app.accounts.roles import EDIT_SURVEYS
from survey_app.audit.models import Actor
from survey_app.command_line import BY, operator, verb
from survey_app.surveys.acting import actor_on
from survey_app.surveys.definition_file import read_definition_file
from survey_app.surveys.queries import all_surveys, find_survey
from survey_app.surveys.service import change_design, create_survey, set_state
from survey_app.surveys.words import describe_design

group = AppGroup("survey", help="Surveys and their states.")


@group.command("create")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BY
@verb
def create_command(session: Session, file: Path, email: str | None) -> None:
    """Create a survey from a YAML file."""
    user = find_person(session, email) if email else None
    actor = Actor(user.id, user.email) if user else operator()
    survey = create_survey(session, read_definition_file(file.read_bytes(), name=file.name), actor=actor)
    actor_on(session, survey, email, EDIT_SURVEYS)  # its sector and territory are known only now
    click.echo(f"{survey.slug}: {survey.state}")


@group.command("change")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BY
@verb
def change_command(session: Session, slug: str, file: Path, email: str | None) -> None:
    """Change a draft to what a YAML file says; its slug, questionnaire and territory stay."""
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, EDIT_SURVEYS)
    definition = read_definition_file(file.read_bytes(), name=file.name)
    changed = change_design(session, survey, definition, actor=actor)
    click.echo(f"{survey.slug}: {', '.join(changed) or '–'}")


@group.command("show")
@click.argument("slug")
@verb
def show_command(session: Session, slug: str) -> None:
    """Print the design of a survey in plain words."""
    survey = find_survey(session, slug)
    click.echo(f"{survey.slug}: {survey.state}")
    for part in describe_design(survey):
        click.echo(f"\n{part.title}")
        for label, words in part.lines:
            click.echo(f"  {label}: {words}")


@group.command("state")
@click.argument("slug")
@click.argument("state")
@click.option("--reason", default="", help="Why a closed survey is opened again.")
@BY
@verb
def state_command(session: Session, slug: str, state: str, reason: str, email: str | None) -> None:
    """Take a survey to another state: collecting or closed."""
    survey = find_survey(session, slug)
    set_state(session, survey, state, actor=actor_on(session, survey, email, EDIT_SURVEYS), reason=reason)
    click.echo(f"{survey.slug}: {survey.state}")


@group.command("list")
@verb
def list_command(session: Session) -> None:
    """List the surveys."""
    for survey in all_surveys(session):
        click.echo(f"{survey.slug}  {survey.state}  {survey.title_vi}")
