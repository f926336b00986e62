"""`flask sample …`."""

from __future__ import annotations

import secrets

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.command_line import echo_json, operator, verb
from survey_app.sampling.queries import find_draw
from survey_app.sampling.report import draw_report
from survey_app.sampling.service import draw_sample
from survey_app.surveys.queries import find_survey

group = AppGroup("sample", help="Drawing communes.")


@group.command("draw")
@click.argument("slug")
@click.option("--seed", help="Published seed; made at random and printed when absent.")
@click.option("--reason", default="", help="Why the draw is done again.")
@verb
def draw_command(session: Session, slug: str, seed: str | None, reason: str) -> None:
    """Draw the communes of a survey."""
    survey = find_survey(session, slug)
    seed = seed if seed is not None else str(secrets.randbelow(10**9))
    draw = draw_sample(session, survey, seed=seed, actor=operator(), reason=reason)
    drawn = sum(unit.drawn for unit in draw.units)
    click.echo(f"{slug}: drew {drawn} of {len(draw.units)} communes, seed {draw.seed}, frame {draw.frame_sha256}")


@group.command("report")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@verb
def report_command(session: Session, slug: str, form: str) -> None:
    """Print the draw report: method, seed, frame hash, every unit drawn and not drawn."""
    survey = find_survey(session, slug)
    report = draw_report(survey, find_draw(session, survey))
    if form == "json":
        echo_json(report)
        return
    for key in (
        "survey",
        "number",
        "method",
        "recipe",
        "seed",
        "share",
        "rule",
        "stratify_by",
        "min_per_stratum",
        "frame_sha256",
        "frame_size",
        "drawn",
        "drawn_at",
        "drawn_by",
    ):
        click.echo(f"{key}: {report[key]}")
    for unit in report["units"]:
        mark = "DRAWN" if unit["drawn"] else "-"
        click.echo(f"{unit['stratum']}\t{unit['code']}\t{unit['name']}\t{unit['u']:.15f}\t{mark}")
