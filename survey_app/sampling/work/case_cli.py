"""`flask work show|attempt|replace|close|reopen`: one case, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

import click
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import find_person
from survey_app.accounts.guards import places
from survey_app.accounts.models import User
from survey_app.accounts.roles import ASSIGN_WORK, COLLECT, VIEW_FIELDWORK
from survey_app.audit.models import Actor
from survey_app.command_line import BY, echo_json, operator, verb
from survey_app.errors import NotFound, UserError
from survey_app.i18n import PROVINCE_TIME
from survey_app.sampling.work.area import Area, area_of, own_work, whole_area
from survey_app.sampling.work.attempting import FAILURES, close_case, record_attempt, reopen_case, who_tried
from survey_app.sampling.work.cli import REASON, acting_in, group
from survey_app.sampling.work.history import history_as_json, read_history
from survey_app.sampling.work.models import Case
from survey_app.sampling.work.queries import CaseLine, find_line, people_of
from survey_app.sampling.work.replacing import replace_case
from survey_app.surveys.queries import find_survey


@group.command("attempt")
@click.argument("slug")
@click.argument("case", type=int)
@click.option("--outcome", required=True, type=click.Choice(FAILURES), help="What came of it.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]), help="When, in the province's time.")
@click.option("--id", "attempt_id", type=click.UUID, help="The try's own number; the same again changes nothing.")
@BY
@verb
def attempt_command(
    session: Session, slug: str, case: int, outcome: str, at: datetime | None, attempt_id: UUID | None,
    email: str | None,
) -> None:  # fmt: skip
    """Write down a try that brought no answer, for whoever has the case."""
    area, actor, writer = _working_on(session, slug, case, email)
    line = find_line(session, area, case)
    tried = record_attempt(
        session,
        area,
        case,
        attempt_id=attempt_id or uuid4(),
        outcome=outcome,
        collector=who_tried(session, line, writer.id) if writer else _holder_of(session, line),
        actor=actor,
        tried_at=at.replace(tzinfo=PROVINCE_TIME) if at else None,
    )
    known = ", on record before" if tried.repeated else ""
    click.echo(
        f"case {case}: {tried.counted} tries count, {'may' if tried.may_replace else 'not yet to'} be replaced{known}"
    )


def _working_on(session: Session, slug: str, case: int, email: str | None) -> tuple[Area, Actor, User | None]:
    """Where somebody works with a case: a coordinator in their area, a collector on what is in their own hands.

    Raises
    ------
    NotFound
        There is no such account, or the case is none of theirs.
    """
    survey = find_survey(session, slug)
    if email is None:
        return whole_area(survey), operator(), None
    user = find_person(session, email)
    actor = Actor(user.id, user.email)
    if places(user, ASSIGN_WORK, sector=survey.questionnaire.sector, territory=survey.territory):
        area = area_of(user, survey, ASSIGN_WORK)
        with suppress(NotFound):
            find_line(session, area, case)
            return area, actor, user
    return own_work(user, survey, COLLECT), actor, user


def _holder_of(session: Session, line: CaseLine) -> User:
    holder = people_of(session, {line.collector_id}).get(line.collector_id)
    if holder is None:
        raise UserError(_("Hồ sơ số %(number)s không ở chỗ ai; xin ghi --by là người đã thử.", number=line.id))
    return holder


@group.command("show")
@click.argument("slug")
@click.argument("case", type=int)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@BY
@verb
def show_command(session: Session, slug: str, case: int, form: str, email: str | None) -> None:
    """Say all that happened to a case, without contact data."""
    area, _actor = acting_in(session, slug, email, VIEW_FIELDWORK)
    found = history_as_json(area, read_history(session, area, case))
    if form == "json":
        echo_json(found)
        return
    for key, value in found.items():
        if isinstance(value, list):
            for one in value:
                click.echo("\t".join([key, *("-" if part in (None, "") else str(part) for part in one.values())]))
        elif value not in (None, "", False):
            click.echo(f"{key}: {value}")


@group.command("replace")
@click.argument("slug")
@click.argument("case", type=int)
@REASON
@BY
@verb
def replace_command(session: Session, slug: str, case: int, reason: str, email: str | None) -> None:
    """Put the next reserve of the commune in the place of a case."""
    area, actor, _writer = _working_on(session, slug, case, email)
    done = replace_case(session, area, case, actor=actor, reason=reason)
    known = ", on record before" if done.repeated else ""
    click.echo(f"case {done.case_id}: replaced by case {done.reserve_id}, reserve {done.rank}{known}")


def _with_reason(name: str, words: str, work: Callable[..., Case]) -> None:
    """A command that takes a case and a reason."""

    @group.command(name, help=words)
    @click.argument("slug")
    @click.argument("case", type=int)
    @REASON
    @BY
    @verb
    def command(session: Session, slug: str, case: int, reason: str, email: str | None) -> None:
        area, actor = acting_in(session, slug, email)
        done = work(session, area, case, actor=actor, reason=reason)
        click.echo(f"case {done.id}: {done.state}")


_with_reason("close", "Give a case up.", close_case)
_with_reason("reopen", "Take up a case that was given up.", reopen_case)
