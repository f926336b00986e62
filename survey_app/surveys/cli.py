"""`flask survey …`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.command_line import operator, verb
from survey_app.surveys.definition_file import read_definition_file
from survey_app.surveys.queries import all_surveys, find_survey
from survey_app.surveys.service import create_survey, set_state

group = AppGroup("survey", help="Surveys and their states.")


@group.command("create")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@verb
def create_command(session: Session, file: Path) -> None:
    """Create a survey from a YAML file."""
    survey = create_survey(session, read_definition_file(file.read_bytes(), name=file.name), actor=operator())
    click.echo(f"{survey.slug}: {survey.state}")


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
