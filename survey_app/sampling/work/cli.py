"""`flask work …`: the same verbs as the pages, with the same checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import find_person
from survey_app.accounts.guards import may
from survey_app.accounts.models import User
from survey_app.accounts.roles import ASSIGN_WORK, VIEW_CONTACTS, VIEW_FIELDWORK
from survey_app.audit.models import Actor
from survey_app.command_line import BY, echo_json, operator, verb
from survey_app.errors import Forbidden, UserError
from survey_app.sampling.work.area import Area, area_of, whole_area
from survey_app.sampling.work.assigning import Given, assign_cases, assign_places
from survey_app.sampling.work.counts import read_board
from survey_app.sampling.work.forms import read_day
from survey_app.sampling.work.holders import find_holder
from survey_app.sampling.work.moving import choose_part, move_cases, withdraw_cases
from survey_app.sampling.work.printed_lists import list_page
from survey_app.sampling.work.queries import CaseFilter, find_place, list_cases, offices_of, people_of
from survey_app.sampling.work.sharing import assign_balanced
from survey_app.sampling.work.words import STATE_WORDS
from survey_app.surveys.queries import find_survey

group = AppGroup("work", help="Post offices, assignments, attempts, replacements.")
PLACES = click.option("--in", "places", multiple=True, help="Code of a commune or district; may be repeated.")
CASES = click.option("--case", "cases", multiple=True, type=int, help="Number of a case; may be repeated.")
DUE = click.option("--due", help="Last day, for example 2026-11-20; absent: by the survey's rule.")
REASON = click.option("--reason", required=True, help="Why.")


def acting_in(session: Session, slug: str, email: str | None, permission: str = ASSIGN_WORK) -> tuple[Area, Actor]:
    """The area in which a command works, and who acts, as the trail names them.

    Raises
    ------
    NotFound
        There is no such account, or it holds the permission nowhere in the survey.
    """
    survey = find_survey(session, slug)
    if email is None:
        return whole_area(survey), operator()
    user = find_person(session, email)
    return area_of(user, survey, permission), Actor(user.id, user.email)


def echo_given(given: Given) -> None:
    """One line about what somebody got."""
    due = f", due {given.due_on.isoformat()}" if given.due_on else ""
    click.echo(f"{given.holder.key}: {given.count} cases in {given.communes} communes{due}")


@group.command("assign")
@click.argument("slug")
@click.option("--to", required=True, help="A collector's address or an office's code.")
@PLACES
@CASES
@DUE
@BY
@verb
def assign_command(
    session: Session, slug: str, to: str, places: tuple[str, ...], cases: tuple[int, ...], due: str | None,
    email: str | None,
) -> None:  # fmt: skip
    """Give cases, or all that nobody has yet in places, to an office or a collector."""
    area, actor = acting_in(session, slug, email)
    _one_of(places, cases)
    holder, due_on = find_holder(session, to), read_day(due)
    if cases:
        echo_given(assign_cases(session, area, cases, holder, actor=actor, due_on=due_on))
    else:
        echo_given(assign_places(session, area, places, holder, actor=actor, due_on=due_on))


@group.command("balance")
@click.argument("slug")
@click.option("--among", multiple=True, required=True, help="A collector's address; at least two.")
@PLACES
@CASES
@DUE
@BY
@verb
def balance_command(
    session: Session, slug: str, among: tuple[str, ...], places: tuple[str, ...], cases: tuple[int, ...],
    due: str | None, email: str | None,
) -> None:  # fmt: skip
    """Share cases among collectors equally; absent places and cases: all that nobody has yet."""
    area, actor = acting_in(session, slug, email)
    holders = [find_holder(session, key) for key in among]
    for given in assign_balanced(
        session, area, holders, actor=actor, codes=places, case_ids=cases, due_on=read_day(due)
    ):
        echo_given(given)


@group.command("move")
@click.argument("slug")
@click.option("--from", "source", help="Whose open cases; a part of them with --in or --count.")
@click.option("--to", required=True, help="A collector's address or an office's code.")
@click.option("--count", type=int, help="How many, those never tried first.")
@PLACES
@CASES
@DUE
@BY
@verb
def move_command(
    session: Session, slug: str, source: str | None, to: str, count: int | None, places: tuple[str, ...],
    cases: tuple[int, ...], due: str | None, email: str | None,
) -> None:  # fmt: skip
    """Move cases, or all or a part of somebody's, to somebody else."""
    area, actor = acting_in(session, slug, email)
    numbers = _chosen(session, area, source, count, places, cases)
    echo_given(move_cases(session, area, numbers, find_holder(session, to), actor=actor, due_on=read_day(due)))


@group.command("withdraw")
@click.argument("slug")
@click.option("--from", "source", help="Whose open cases; a part of them with --in or --count.")
@click.option("--count", type=int, help="How many, those never tried first.")
@PLACES
@CASES
@REASON
@BY
@verb
def withdraw_command(
    session: Session, slug: str, source: str | None, count: int | None, places: tuple[str, ...],
    cases: tuple[int, ...], reason: str, email: str | None,
) -> None:  # fmt: skip
    """Take cases back, so that nobody has them."""
    area, actor = acting_in(session, slug, email)
    numbers = _chosen(session, area, source, count, places, cases)
    click.echo(f"{withdraw_cases(session, area, numbers, actor=actor, reason=reason)} cases withdrawn")


def _one_of(first: tuple[Any, ...], second: tuple[Any, ...]) -> None:
    if bool(first) == bool(second):
        raise UserError(_("Xin ghi hoặc --in hoặc --case, một trong hai."))


def _chosen(
    session: Session, area: Area, source: str | None, count: int | None, places: tuple[str, ...], cases: tuple[int, ...]
) -> list[int]:
    if bool(source) == bool(cases):
        raise UserError(_("Xin ghi hoặc --from hoặc --case, một trong hai."))
    if cases:
        return list(cases)
    return choose_part(session, area, find_holder(session, source or "", receiving=False), count=count, codes=places)


def _may_give_out(session: Session, area: Area, email: str) -> bool:
    """Whether the person of an address gives out work of the survey."""
    survey = area.survey
    return may(find_person(session, email), ASSIGN_WORK, sector=survey.questionnaire.sector, territory=survey.territory)


def _named(collector: User, gives_out: bool) -> str:
    """Who gives out work needs addresses; who watches is shown names, as on the pages."""
    return collector.email if gives_out else collector.name


@group.command("list")
@click.argument("slug")
@click.option("--in", "place", help="Code of a commune or district.")
@click.option("--state", type=click.Choice(["open", *STATE_WORDS]), help="Only cases in this state.")
@click.option("--of", "holder", help="A collector's address or an office's code.")
@click.option("--unassigned", is_flag=True, help="Only those that nobody has.")
@click.option("--overdue", is_flag=True, help="Only those past their day.")
@click.option("--reserves", is_flag=True, help="Reserves that were not called up as well.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@BY
@verb
def list_command(
    session: Session, slug: str, place: str | None, state: str | None, holder: str | None, unassigned: bool,
    overdue: bool, reserves: bool, form: str, email: str | None,
) -> None:  # fmt: skip
    """List cases, without contact data."""
    area, _actor = acting_in(session, slug, email, VIEW_FIELDWORK)
    gives_out = email is None or _may_give_out(session, area, email)
    if holder and not gives_out:
        raise Forbidden(_("Chỉ người giao việc mới xem riêng hồ sơ của một người bằng --of."))
    who = find_holder(session, holder, receiving=False) if holder else None
    unit = find_place(session, area, place) if place else None
    wanted = CaseFilter(
        unit=unit,
        state=state or "",
        holder=(who.collector or who.office) if who else None,
        unassigned=unassigned,
        overdue=overdue,
        reserves=reserves,
    )
    lines = list_cases(session, area, wanted, limit=None)
    people = people_of(session, {line.collector_id for line in lines})
    offices = offices_of(session, {line.office_id for line in lines})
    rows = [
        {
            "case": line.id,
            "unit": line.unit_code,
            "name": line.unit_name,
            "role": line.role,
            "rank": line.rank,
            "state": line.state,
            "outcome": line.outcome,
            "attempts": line.attempts,
            "collector": _named(people[line.collector_id], gives_out) if line.collector_id else None,
            "office": offices[line.office_id].code if line.office_id else None,
            "due_on": line.due_on.isoformat() if line.due_on else None,
            "overdue": line.is_overdue,
            "replaces": line.replaces_id,
        }
        for line in lines
    ]
    if form == "json":
        echo_json(rows)
        return
    for row in rows:
        click.echo("\t".join("-" if value is None else str(value) for value in row.values()))
    total = read_board(session, area).total
    click.echo(
        f"{len(rows)} shown; {total.live} in the sample, {total.unassigned} with nobody, {total.overdue} overdue, "
        f"{total.answered} answered, {total.replaced} replaced, {total.reserves} reserves left"
    )


@group.command("print")
@click.argument("slug")
@click.option("--of", "holder", required=True, help="A collector's address or an office's code.")
@click.option("--output", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@BY
@verb
def print_command(session: Session, slug: str, holder: str, output: Path, email: str | None) -> None:
    """Write somebody's open cases with their contact data as a PDF; that it was made is on the trail."""
    from survey_app.pdf import render_pdf  # Pango may be missing

    if email:
        acting_in(session, slug, email)
    area, actor = acting_in(session, slug, email, VIEW_CONTACTS)
    with current_app.test_request_context():  # templates know their addresses only in a request
        content = render_pdf(list_page(session, area, find_holder(session, holder), actor=actor))
    output.touch(mode=0o600)
    output.chmod(0o600)  # also a file that was there before
    output.write_bytes(content)
    click.echo(f"{output}: {len(content)} bytes")
