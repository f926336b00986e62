"""`flask sample …`."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.roles import APPROVE_DRAW, DRAW_SAMPLE
from survey_app.command_line import BY, echo_json, verb
from survey_app.errors import Forbidden, NotFound
from survey_app.pdf import render_pdf
from survey_app.sampling.models import Draw
from survey_app.sampling.plan import plan_draw
from survey_app.sampling.queries import all_draws, find_draw
from survey_app.sampling.report import draw_report, report_for_print
from survey_app.sampling.service import ask_redraw, decide_redraw, draw_sample
from survey_app.sampling.verification import verify_draw
from survey_app.surveys.acting import actor_on
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

group = AppGroup("sample", help="Drawing communes, agencies and cases.")
FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")


@group.command("plan")
@click.argument("slug")
@verb
def plan_command(session: Session, slug: str) -> None:
    """Print what a draw would take of every stratum."""
    plan = plan_draw(session, find_survey(session, slug))
    for stratum in plan.strata:
        short = f"\tfewer than the minimum of {stratum.minimum}, taken whole" if stratum.is_short else ""
        click.echo(f"{stratum.stratum}\t{stratum.name}\t{stratum.drawn}\t{stratum.size}{short}")
    click.echo(f"{slug}: {plan.drawn} of {plan.size}, {plan.listed} cases listed")


@group.command("draw")
@click.argument("slug")
@click.option("--seed", help="Published seed; made at random and printed when absent.")
@BY
@verb
def draw_command(session: Session, slug: str, seed: str | None, email: str | None) -> None:
    """Draw the sample of a survey."""
    survey = find_survey(session, slug)
    draw = draw_sample(session, survey, seed=_seed(seed), actor=actor_on(session, survey, email, DRAW_SAMPLE))
    click.echo(_summary(slug, draw))


@group.command("ask-redraw")
@click.argument("slug")
@click.option("--seed", help="Published seed; made at random and printed when absent.")
@click.option("--reason", required=True, help="Why the draw is done again.")
@BY
@verb
def ask_redraw_command(session: Session, slug: str, seed: str | None, reason: str, email: str | None) -> None:
    """Ask for another draw; it is done when a second person grants it."""
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, DRAW_SAMPLE)
    request = ask_redraw(session, survey, seed=_seed(seed), reason=reason, actor=actor)
    click.echo(f"{slug}: another draw with seed {request.seed} waits for a second person")


@group.command("decide-redraw")
@click.argument("slug")
@click.option("--grant/--refuse", "granted", required=True, default=None, help="Draw anew, or leave all as it is.")
@BY
@verb
def decide_redraw_command(session: Session, slug: str, granted: bool, email: str | None) -> None:
    """Grant or refuse the request that waits, in the name of another person than the one who asked (--by)."""
    survey = find_survey(session, slug)
    if email is None:
        raise Forbidden(_("Việc duyệt phải đứng tên một người có quyền duyệt bốc mẫu. Xin thêm --by EMAIL."))
    draw = decide_redraw(session, survey, granted=granted, actor=actor_on(session, survey, email, APPROVE_DRAW))
    click.echo(_summary(slug, draw) if draw else f"{slug}: the request was refused; the draw stands")


@group.command("verify")
@click.argument("slug")
@click.option("--number", type=int, help="An earlier draw; the one in force when absent.")
@FORMAT
@verb
def verify_command(session: Session, slug: str, number: int | None, form: str) -> None:
    """Draw again from the frozen frame and the recorded seed, and compare; exit code 1 when they differ."""
    survey = find_survey(session, slug)
    verification = verify_draw(session, survey, _find(session, survey, number))
    if form == "json":
        echo_json(verification.as_json())
    else:
        for sentence in (*verification.differences, *verification.changes):
            click.echo(sentence)
        verdict = "agrees with its record" if verification.agrees else "DIFFERS from its record"
        click.echo(
            f"{slug}: draw {verification.number} {verdict}: {verification.units} units, {verification.cases} cases, "
            f"frame {verification.frame_sha256}"
        )
    if not verification.agrees:
        sys.exit(1)


@group.command("report")
@click.argument("slug")
@click.option("--number", type=int, help="An earlier draw; the one in force when absent.")
@click.option("--format", "form", type=click.Choice(["text", "json", "pdf"]), default="text")
@click.option("--file", "path", type=click.Path(path_type=Path, dir_okay=False), help="Where the PDF goes.")
@verb
def report_command(session: Session, slug: str, number: int | None, form: str, path: Path | None) -> None:
    """Print the draw report: method, seed, frame hash, every unit drawn and not drawn."""
    survey = find_survey(session, slug)
    draw = _find(session, survey, number)
    if form == "json":
        echo_json(draw_report(survey, draw))
    elif form == "pdf":
        path = path or Path(f"{slug}.pdf")
        path.write_bytes(render_pdf(report_for_print(survey, draw)))
        click.echo(path)
    else:
        _print(draw_report(survey, draw))


def _print(report: dict[str, object]) -> None:
    for key, value in report.items():
        if key not in ("territory", "strata", "units", "simulated", "frame_recipe") and value not in (None, "", []):
            click.echo(f"{key}: {value}")
    units = report["units"]
    assert isinstance(units, list)
    for unit in units:
        mark = "DRAWN" if unit["drawn"] else "-"
        cases = f"\t{unit['invited']}/{unit['list_size']}" if "invited" in unit else ""
        click.echo(f"{unit['stratum']}\t{unit['code']}\t{unit['name']}\t{unit['u']:.15f}\t{mark}{cases}")


def _seed(seed: str | None) -> str:
    return seed if seed is not None else str(secrets.randbelow(10**9))


def _find(session: Session, survey: Survey, number: int | None) -> Draw:
    if number is None:
        return find_draw(session, survey)
    found = next((draw for draw in all_draws(session, survey) if draw.number == number), None)
    if found is None:
        raise NotFound(_("Đợt này không có lần bốc số %(number)s.", number=number))
    return found


def _summary(slug: str, draw: Draw) -> str:
    drawn = sum(unit.drawn for unit in draw.units)
    cases = sum(unit.invited or 0 for unit in draw.units)
    more = f" and {cases} cases" if cases else ""
    return f"{slug}: drew {drawn} of {len(draw.units)} units{more}, seed {draw.seed}, frame {draw.frame_sha256}"
