"""`flask results …`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.command_line import echo_json, verb
from survey_app.results.estimates import estimate_survey
from survey_app.results.export import export_responses
from survey_app.results.importance import check_importance, weigh_importance
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


@group.command("importance")
@click.argument("slug")
@verb
def importance_command(session: Session, slug: str) -> None:
    """Print how much each criterion bears on satisfaction as a whole, and what the factors explain of it."""
    survey = find_survey(session, slug)
    check_importance(session, survey)
    echo_json(weigh_importance(session, survey))


@group.command("export")
@click.argument("slug")
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="A folder.")
@verb
def export_command(session: Session, slug: str, folder: Path) -> None:
    """Write responses.csv and design.json, from which `python -m analysis estimate` computes the same figures."""
    files = export_responses(session, find_survey(session, slug))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "responses.csv").write_text(files.responses, "utf-8")
    (folder / "design.json").write_text(files.design, "utf-8")
    click.echo(f"{folder / 'responses.csv'}\n{folder / 'design.json'}")
