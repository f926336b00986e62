"""`flask survey …`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.command_line import operator, verb
from survey_app.surveys.definition_file import read_definition_file
from survey_app.surveys.queries import all_surveys, find_survey
from survey_app.surveys.service import change_design, create_survey, set_state
from survey_app.surveys.words import describe_design

group = AppGroup("survey", help="Surveys and their states.")


@group.command("create")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@verb
def create_command(session: Session, file: Path) -> None:
    """Create a survey from a YAML file."""
    survey = create_survey(session, read_definition_file(file.read_bytes(), name=file.name), actor=operator())
    click.echo(f"{survey.slug}: {survey.state}")


@group.command("change")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@verb
def change_command(session: Session, slug: str, file: Path) -> None:
    """Change a draft to what a YAML file says; its slug, questionnaire and territory stay."""
    survey = find_survey(session, slug)
    definition = read_definition_file(file.read_bytes(), name=file.name)
    changed = change_design(session, survey, definition, actor=operator())
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
@verb
def state_command(session: Session, slug: str, state: str, reason: str) -> None:
    """Take a survey to another state: collecting or closed."""
    survey = find_survey(session, slug)
    set_state(session, survey, state, actor=operator(), reason=reason)
    click.echo(f"{survey.slug}: {survey.state}")


@group.command("list")
@verb
def list_command(session: Session) -> None:
    """List the surveys."""
    for survey in all_surveys(session):
        click.echo(f"{survey.slug}  {survey.state}  {survey.title_vi}")
