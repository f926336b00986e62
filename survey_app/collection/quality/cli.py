"""`flask quality …`."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_as, find_person
from survey_app.accounts.roles import SET_ASIDE
from survey_app.audit.models import Actor
from survey_app.collection.quality.report import QualityReport, read_quality
from survey_app.collection.quality.words import unusual_words
from survey_app.collection.queries import set_aside_count
from survey_app.collection.set_aside.queries import all_set_asides
from survey_app.collection.set_aside.service import approve_set_aside, ask_set_aside, lift_set_aside
from survey_app.command_line import BY, echo_json, operator, verb
from survey_app.database import read_only
from survey_app.errors import Forbidden
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

group = AppGroup("quality", help="Quality of fieldwork: flags, collectors, work set aside.")


@group.command("report")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@verb
def report_command(session: Session, slug: str, form: str) -> None:
    """Print the flags and the figures of every collector; answers are compared now."""
    survey = find_survey(session, slug)
    with read_only(session):
        report = read_quality(session, survey, fresh=True)
        aside = set_aside_count(session, survey)
        instrument = instrument_of(session, survey.questionnaire_id)
        if form == "json":
            echo_json(_as_json(report, instrument, aside))
            return
        click.echo(f"{slug}: {report.flagged} of {report.forms} forms flagged, {report.compared} comparisons")
        click.echo(f"set aside: {aside[0]} forms of {aside[1]} collectors")
        for flag, count in report.flags.items():
            click.echo(f"{flag}\t{count}")
        for one in report.collectors:
            median = "-" if one.median_minutes is None else f"{one.median_minutes:.1f}"
            fast = "-" if one.fast_share is None else f"{one.fast_share:.1%}"
            flags = " ".join(f"{flag}={count}" for flag, count in one.flags.items())
            click.echo(f"{one.email}\t{one.forms} forms\tmedian {median} min\tfast {fast}\t{flags}")
            for share in one.unusual:
                click.echo("  " + unusual_words(instrument, share))


@group.command("set-aside")
@click.argument("slug")
@click.argument("collector")
@click.option("--reason", required=True)
@BY
@verb
def set_aside_command(session: Session, slug: str, collector: str, reason: str, email: str | None) -> None:
    """Ask that all forms of a collector (by e-mail) be left out; a second person approves."""
    survey = find_survey(session, slug)
    actor = _actor(session, survey, email)
    aside = ask_set_aside(session, survey, find_person(session, collector).id, reason=reason, actor=actor)
    click.echo(f"{slug}: request {aside.id} waits for a second person")


@group.command("requests")
@click.argument("slug")
@verb
def requests_command(session: Session, slug: str) -> None:
    """Print every request to set work aside, with its number."""
    for one in all_set_asides(session, find_survey(session, slug)):
        aside = one.aside
        state = "ended" if aside.ended_at else "set aside" if aside.approved_at else "waits"
        click.echo(f"{aside.id}\t{state}\t{one.email}\t{one.forms} forms\t{aside.asked_by}\t{aside.reason}")


@group.command("approve")
@click.argument("slug")
@click.argument("number", type=int)
@BY
@verb
def approve_command(session: Session, slug: str, number: int, email: str | None) -> None:
    """Leave the forms of a request out, in the name of another person than the one who asked."""
    survey = find_survey(session, slug)
    if email is None:
        raise Forbidden(_("Việc duyệt phải đứng tên một người có quyền để riêng phiếu. Xin thêm --by EMAIL."))
    count = approve_set_aside(session, survey, number, actor=_actor(session, survey, email))
    click.echo(f"{slug}: {count} forms set aside")


@group.command("lift")
@click.argument("slug")
@click.argument("number", type=int)
@click.option("--reason", required=True)
@BY
@verb
def lift_command(session: Session, slug: str, number: int, reason: str, email: str | None) -> None:
    """Withdraw a request, or take its forms back in."""
    survey = find_survey(session, slug)
    back, late = lift_set_aside(session, survey, number, reason=reason, actor=_actor(session, survey, email))
    click.echo(f"{slug}: {back} forms count again, {late} superseded")


def _actor(session: Session, survey: Survey, email: str | None) -> Actor:
    if email is None:
        return operator()
    return acting_as(session, email, SET_ASIDE, sector=survey.questionnaire.sector, territory=survey.territory)


def _as_json(report: QualityReport, instrument: Instrument, aside: tuple[int, int]) -> dict[str, Any]:
    return {
        "forms": report.forms,
        "flagged": report.flagged,
        "flags": report.flags,
        "comparisons": report.compared,
        "set_aside": {"forms": aside[0], "collectors": aside[1]},
        "collectors": [
            {
                "email": one.email,
                "forms": one.forms,
                "median_minutes": one.median_minutes,
                "too_fast_share": one.fast_share,
                "flags": one.flags,
                "unusual": [
                    {
                        "item": share.item,
                        "n": share.n,
                        "share": share.share,
                        "rest_share": share.rest_share,
                        "p_value": share.p_value,
                        "p_adjusted": share.p_adjusted,
                        "words": unusual_words(instrument, share),
                    }
                    for share in one.unusual
                ],
            }
            for one in report.collectors
        ],
    }
