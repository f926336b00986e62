"""`flask results …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.command_line import echo_json, verb
from survey_app.results.estimates import estimate_survey
from survey_app.results.tables import rows_as_csv, rows_as_json
from survey_app.surveys.queries import find_survey

group = AppGroup("results", help="Rates with their intervals.")


@group.command("estimate")
@click.argument("slug")
@click.option("--by", default="", help="district, commune, channel or the key of a single-choice question.")
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json")
@verb
def estimate_command(session: Session, slug: str, by: str, form: str) -> None:
    """Print every figure of a survey: the whole, then each part of the breakdown."""
    survey = find_survey(session, slug)
    figures = estimate_survey(session, survey, by.strip().lower())
    if form == "json":
        echo_json(rows_as_json(figures.rows, simulated=survey.simulated))
    else:
        click.echo(rows_as_csv(figures.rows, simulated=survey.simulated), nl=False)
