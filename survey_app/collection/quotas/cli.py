"""`flask quota …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.roles import EDIT_SURVEYS
from survey_app.collection.models import Quota
from survey_app.collection.quotas.service import RULES, add_quota, all_quotas, change_quota, remove_quota
from survey_app.collection.quotas.words import part_words
from survey_app.command_line import BY, echo_json, verb
from survey_app.instruments.queries import instrument_of
from survey_app.surveys.acting import actor_on
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

group = AppGroup("quota", help="Quotas: how many responses of a part are wanted.")


@group.command("add")
@click.argument("slug")
@click.option("--goal", type=int, required=True)
@click.option("--rule", type=click.Choice(RULES), default="refuse", help="Beyond the goal: refuse, or flag.")
@click.option("--place", default="", help="Code of a unit of the survey's territory.")
@click.option("--channel", default="")
@click.option("--item", default="", help="Key of a scale or single-choice item.")
@click.option("--value", default="", help="One of its answers.")
@BY
@verb
def add_command(session: Session, slug: str, goal: int, rule: str, email: str | None, **parts: str) -> None:
    """Count a part of the responses against a goal; what has come is counted at once."""
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, EDIT_SURVEYS)
    quota = add_quota(session, survey, goal=goal, rule=rule, actor=actor, **parts)
    click.echo(_line(session, survey, quota))


@group.command("list")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@verb
def list_command(session: Session, slug: str, form: str) -> None:
    """Print every quota with what has come."""
    survey = find_survey(session, slug)
    quotas = all_quotas(session, survey)
    if form == "json":
        echo_json(
            [
                {
                    "number": quota.id,
                    "place": quota.unit.code if quota.unit else None,
                    "channel": quota.channel,
                    "item": quota.item,
                    "value": quota.value,
                    "goal": quota.goal,
                    "received": quota.received,
                    "rule": quota.rule,
                }
                for quota in quotas
            ]
        )
    else:
        for quota in quotas:
            click.echo(_line(session, survey, quota))


@group.command("change")
@click.argument("slug")
@click.argument("number", type=int)
@click.option("--goal", type=int, required=True)
@click.option("--rule", type=click.Choice(RULES), required=True)
@BY
@verb
def change_command(session: Session, slug: str, number: int, goal: int, rule: str, email: str | None) -> None:
    """Give a quota another goal or rule."""
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, EDIT_SURVEYS)
    click.echo(_line(session, survey, change_quota(session, survey, number, goal=goal, rule=rule, actor=actor)))


@group.command("remove")
@click.argument("slug")
@click.argument("number", type=int)
@BY
@verb
def remove_command(session: Session, slug: str, number: int, email: str | None) -> None:
    """Stop counting a part; its responses stay."""
    survey = find_survey(session, slug)
    remove_quota(session, survey, number, actor=actor_on(session, survey, email, EDIT_SURVEYS))
    click.echo(f"{slug}: quota {number} removed")


def _line(session: Session, survey: Survey, quota: Quota) -> str:
    words = part_words(quota, instrument_of(session, survey.questionnaire_id))
    return f"{quota.id}\t{quota.received}/{quota.goal}\t{quota.rule}\t{words}"
