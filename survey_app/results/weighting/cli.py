"""`flask weight …`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_as
from survey_app.accounts.roles import FREEZE
from survey_app.audit.models import Actor
from survey_app.command_line import BY, echo_json, operator, verb
from survey_app.results.weighting.ask import make_plan
from survey_app.results.weighting.describe import describe_preview, describe_weighting
from survey_app.results.weighting.models import KINDS
from survey_app.results.weighting.plans import TIMES_MEAN
from survey_app.results.weighting.service import add_step, preview_step, undo_step
from survey_app.results.weighting.totals import read_totals
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

group = AppGroup("weight", help="Weights: base, non-response, known totals, trimming.")


def _actor(session: Session, survey: Survey, email: str | None) -> Actor:
    if email is None:
        return operator()
    return acting_as(session, email, FREEZE, sector=survey.questionnaire.sector, territory=survey.territory)


@group.command("list")
@click.argument("slug")
@verb
def list_command(session: Session, slug: str) -> None:
    """Print the steps in force, one a line: number, kind, variables, responses, sum, smallest, largest, Kish's deff."""
    found = describe_weighting(session, find_survey(session, slug))
    for step in ([{"number": 0, "kind": "base", "settings": {}} | found["base"]] if found["base"] else []) + found[
        "steps"
    ]:
        click.echo(_one_line(step))
    if found["problem"]:
        click.echo(f"{found['problem']['step']}: {found['problem']['reason']}", err=True)


def _one_line(step: dict[str, Any]) -> str:
    settings, summary = step["settings"], step.get("summary")
    names = settings.get("by") or [" × ".join(one["variables"]) for one in settings.get("margins", ())]
    head = f"{step['number']}\t{step['kind']}\t{', '.join(names) or '–'}"
    if summary is None:
        return head
    figures = (summary["total"], summary["minimum"], summary["maximum"], summary["kish_deff"])
    return f"{head}\t{summary['n']}\t" + "\t".join(f"{one:.6g}" for one in figures)


@group.command("show")
@click.argument("slug")
@verb
def show_command(session: Session, slug: str) -> None:
    """Print every step with what it did as JSON."""
    echo_json(describe_weighting(session, find_survey(session, slug)))


@group.command("add")
@click.argument("slug")
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--variable",
    "variables",
    multiple=True,
    help="stratum, district, kind, size, column:NAME or item:KEY; may be repeated.",
)
@click.option(
    "--totals",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with variable,level,total, or a column a variable and total; else the totals of the frame.",
)
@click.option("--shares", is_flag=True, help="Only the proportions of the totals count.")
@click.option("--times-mean", type=float, default=TIMES_MEAN, show_default=True, help="For trim.")
@click.option("--dry-run", is_flag=True, help="Print what the step would do and store nothing.")
@BY
@verb
def add_command(
    session: Session,
    slug: str,
    kind: str,
    variables: tuple[str, ...],
    file: Path | None,
    shares: bool,
    times_mean: float,
    dry_run: bool,
    email: str | None,
) -> None:
    """Put one step more into force."""
    survey = find_survey(session, slug)
    actor = _actor(session, survey, email)
    totals = None
    if file is not None:
        with file.open("rb") as opened:
            totals = read_totals(opened)
    plan = make_plan(kind, [name.strip() for name in variables], totals, shares=shares, times_mean=times_mean)
    if dry_run:
        echo_json(describe_preview(session, survey, plan, preview_step(session, survey, plan)))
        return
    step = add_step(session, survey, plan, actor=actor)
    click.echo(f"{slug}: step {step.position}, {step.kind}")


@group.command("undo")
@click.argument("slug")
@click.option("--step", "position", type=int, help="Position of the step, as list prints it; the last unless given.")
@BY
@verb
def undo_command(session: Session, slug: str, position: int | None, email: str | None) -> None:
    """Take a step out of force; it stays in the record."""
    survey = find_survey(session, slug)
    step = undo_step(session, survey, position, actor=_actor(session, survey, email))
    click.echo(f"{slug}: step {step.position}, {step.kind}, undone")
