"""`flask fieldwork …`: how far fieldwork is, with the figures of the page."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.collection.watch.export import progress_as_csv, progress_as_json, rates_as_json
from survey_app.collection.watch.progress import Progress, watch_fieldwork
from survey_app.collection.watch.words import DISPOSITION_WORDS, RATE_WORDS, answer_sentence
from survey_app.command_line import echo_json, verb
from survey_app.errors import UserError
from survey_app.i18n import number, percent
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.queries import find_survey

group = AppGroup("fieldwork", help="Watching fieldwork.")


@group.command("progress")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text")
@verb
def progress_command(session: Session, slug: str, form: str) -> None:
    """Tell how much of the plan is done, by district, commune, collector and channel."""
    survey = find_survey(session, slug)
    progress = watch_fieldwork(session, whole_area(survey))
    note = {"note": "dữ liệu mô phỏng"} if survey.simulated else {}
    if form == "json":
        echo_json({"survey": slug, **progress_as_json(progress), **note})
    elif form == "csv":
        click.echo(progress_as_csv(progress, simulated=survey.simulated), nl=False)
    else:
        click.echo(answer_sentence(progress) + (f" ({note['note']})" if note else ""))
        _echo_table(progress)


def _echo_table(progress: Progress) -> None:
    for one in progress.groups:
        tally = one.tally
        if one.name:
            click.echo(f"{one.name}: {number(tally.received)}/{number(tally.planned)}  {percent(tally.share)}")
        for place in one.places:
            tally = place.tally
            click.echo(
                f"  {place.code}  {place.name}: {number(tally.received)}/{number(tally.planned)}"
                f"  {percent(tally.share)}"
            )


@group.command("rates")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@verb
def rates_command(session: Session, slug: str, form: str) -> None:
    """Tell the response, refusal, contact and cooperation rates (AAPOR), with their formulas."""
    survey = find_survey(session, slug)
    progress = watch_fieldwork(session, whole_area(survey))
    if not progress.has_cases:
        raise UserError(
            _(
                "Đợt „%(slug)s” không có danh sách hồ sơ, nên không biết đã mời ai: không tính được tỷ lệ trả lời.",
                slug=slug,
            )
        )
    if form == "json":
        echo_json({"survey": slug, **rates_as_json(progress)})
        return
    found = rates_as_json(progress)
    for name, (code, words) in DISPOSITION_WORDS.items():
        click.echo(f"{code:<6}{number(getattr(progress.dispositions, name)):>9}  {words}")
    for _name, (code, words, formula) in RATE_WORDS.items():
        click.echo(f"{code:<6}{percent(found['rates'][code]['value']):>9}  {words} = {formula}")
