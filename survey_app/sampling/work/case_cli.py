"""`flask work attempt|replace|close|reopen`: what became of one case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import click
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.accounts.roles import COLLECT
from survey_app.accounts.service import find_user
from survey_app.command_line import BY, verb
from survey_app.errors import UserError
from survey_app.i18n import PROVINCE_TIME
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.attempting import FAILURES, close_case, record_attempt, reopen_case
from survey_app.sampling.work.cli import REASON, acting_in, group
from survey_app.sampling.work.queries import find_line, people_of
from survey_app.sampling.work.replacing import Replaced, replace_case


@group.command("attempt")
@click.argument("slug")
@click.argument("case", type=int)
@click.option("--outcome", required=True, type=click.Choice(FAILURES), help="What came of it.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]), help="When, in the province's time.")
@click.option("--id", "attempt_id", type=click.UUID, help="The try's own number; the same again changes nothing.")
@click.option("--by", "email", help="Who tried; absent: whoever has the case.")
@verb
def attempt_command(
    session: Session, slug: str, case: int, outcome: str, at: datetime | None, attempt_id: UUID | None,
    email: str | None,
) -> None:  # fmt: skip
    """Write down a try that brought no answer."""
    area, actor = acting_in(session, slug, email, COLLECT)
    tried = record_attempt(
        session,
        area,
        case,
        attempt_id=attempt_id or uuid4(),
        outcome=outcome,
        collector=find_user(session, email) if email else _holder_of(session, area, case),
        actor=actor,
        tried_at=at.replace(tzinfo=PROVINCE_TIME) if at else None,
    )
    known = ", on record before" if tried.repeated else ""
    click.echo(
        f"case {case}: {tried.counted} tries count, {'may' if tried.may_replace else 'not yet to'} be replaced{known}"
    )


def _holder_of(session: Session, area: Area, case: int) -> User:
    line = find_line(session, area, case)
    holder = people_of(session, {line.collector_id}).get(line.collector_id)
    if holder is None:
        raise UserError(_("Hồ sơ số %(number)s không ở chỗ ai; xin ghi --by là người đã thử.", number=case))
    return holder


def _with_reason(name: str, words: str, work: Callable[..., Any], tell: Callable[[Any], str]) -> None:
    """A command that takes a case and a reason."""

    @group.command(name, help=words)
    @click.argument("slug")
    @click.argument("case", type=int)
    @REASON
    @BY
    @verb
    def command(session: Session, slug: str, case: int, reason: str, email: str | None) -> None:
        area, actor = acting_in(session, slug, email)
        click.echo(tell(work(session, area, case, actor=actor, reason=reason)))


def _tell_replaced(done: Replaced) -> str:
    known = ", on record before" if done.repeated else ""
    return f"case {done.case_id}: replaced by case {done.reserve_id}, reserve {done.rank}{known}"


_with_reason(
    "replace",
    "Put the next reserve of the commune in the place of a case.",
    replace_case,
    _tell_replaced,
)
_with_reason("close", "Give a case up.", close_case, lambda case: f"case {case.id}: {case.state}")
_with_reason("reopen", "Take up a case that was given up.", reopen_case, lambda case: f"case {case.id}: {case.state}")
