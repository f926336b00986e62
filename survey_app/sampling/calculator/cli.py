"""`flask sample size …`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from survey_app.command_line import echo_json, verb
from survey_app.errors import UserError
from survey_app.i18n import number
from survey_app.sampling.calculator import words
from survey_app.sampling.calculator.at_hand import Reckoning, form_for, reckon, take_up
from survey_app.sampling.calculator.outlook import Prospect
from survey_app.sampling.calculator.size import GOALS, sizes_by_margin
from survey_app.sampling.cli import group
from survey_app.surveys.form_values import show_percentage
from survey_app.surveys.queries import find_survey


@group.command("size")
@click.argument("slug", required=False)
@click.option("--goal", type=click.Choice(GOALS), help="margin by default.")
@click.option("--domains", type=click.Choice(["whole", "strata"]), help="Who shall be able to say it.")
@click.option("--margin", help="Points, such as 3.")
@click.option("--rate", help="Expected rate in per cent.")
@click.option("--target", help="To prove: the target in per cent.")
@click.option("--true-rate", help="To prove: the true rate in per cent.")
@click.option("--earlier-rate", help="For a change: the rate of the earlier survey in per cent.")
@click.option("--correlation", help="For a change: between the two surveys, 0 to 0.99.")
@click.option("--power", help="Probability of the proof in per cent.")
@click.option("--confidence", help="In per cent.")
@click.option("--deff", help="Design effect.")
@click.option("--response", help="Response rate in per cent.")
@click.option("--population", help="People or cases in all; very many when absent.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@verb
def size_command(session: Session, slug: str | None, form: str, **typed: str | None) -> None:
    """How many answers are needed; with SLUG also what this survey will give by its design."""
    at_hand = take_up(session, find_survey(session, slug)) if slug else None
    fields = form_for(at_hand, MultiDict({name: value for name, value in typed.items() if value is not None}))
    question = fields.read()
    if question is None:
        raise UserError("\n".join(message for _field, message in fields.mistakes()))
    reckoning = reckon(question, at_hand)
    if form == "json":
        echo_json(_as_json(reckoning, at_hand.obstacle if at_hand else ""))
        return
    click.echo(words.answer_sentence(question, reckoning.answer, reckoning.outlook))
    for name, size in reckoning.answer.domains.items():
        click.echo(f"  {name}\t{number(size.answers)}\t{number(size.invited)}")
    for margin, size in sizes_by_margin(question):
        click.echo(f"  ±{show_percentage(margin)}\t{number(size.answers)}\t{number(size.invited)}")
    if at_hand is not None and at_hand.obstacle:
        click.echo(at_hand.obstacle)
    if reckoning.outlook is None:
        return
    click.echo(words.outlook_sentence(reckoning.outlook, question, reckoning.answer))
    strata = reckoning.outlook.strata if len(reckoning.outlook.strata) > 1 else []
    for row in [reckoning.outlook.whole, *strata] if reckoning.outlook.probability else []:
        click.echo("  " + _line(row))
    for warning in words.warnings(reckoning.outlook, at_hand.survey.target_rate if at_hand else question.target):
        click.echo(warning)


def _line(row: Prospect) -> str:
    chances = "\t".join(
        f"{show_percentage(one.true_rate)}%: {words.whole_percent(one.met)} / {words.whole_percent(one.not_met)} / "
        f"{words.whole_percent(one.not_proven)}"
        for one in row.chances
    )
    mark = f" ({_('chỉ tham khảo')})" if row.supported else ""
    name = row.name or _("Cả địa bàn")
    counts = f"{row.drawn}/{row.size}\t{number(row.answers)}\tdf {row.df}"
    return f"{name}{mark}\t{counts}\t{words.points(row.margin)}\t{chances}"


def _as_json(reckoning: Reckoning, obstacle: str) -> dict[str, Any]:
    outlook = reckoning.outlook
    return {
        "question": asdict(reckoning.question),
        "answer": asdict(reckoning.answer),
        "by_margin": [{"margin": margin, **asdict(size)} for margin, size in sizes_by_margin(reckoning.question)],
        "outlook": None if outlook is None else asdict(outlook),
        "obstacle": obstacle,
    }
