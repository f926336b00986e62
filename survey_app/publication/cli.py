"""`flask publication …`."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_as
from survey_app.accounts.roles import APPROVE, FREEZE, REVIEW
from survey_app.audit.models import Actor
from survey_app.command_line import BY, echo_json, operator, verb
from survey_app.errors import Conflict, Forbidden, UserError
from survey_app.i18n import PROVINCE_TIME
from survey_app.publication.forms import read_moment
from survey_app.publication.models import Publication
from survey_app.publication.public_choice import SECTIONS, PublicChoice
from survey_app.publication.queries import find_waiting, is_correction, publications_of
from survey_app.publication.review import LINES, Answer, lines_left, review_publication
from survey_app.publication.review_words import facts_in_words
from survey_app.publication.service import approve_publication, freeze_publication, withdraw_publication
from survey_app.publication.snapshot_format import read_content
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys, find_survey

group = AppGroup("publication", help="Freezing, approving, correcting and withdrawing results.")

WITHOUT = click.option("--without", "without", multiple=True, help=f"Leave a section out: {', '.join(SECTIONS)}.")
BREAKDOWN = click.option(
    "--breakdown", "breakdowns", multiple=True, help="A breakdown that becomes public; absent: the usual ones."
)
FILES = click.option("--file", "files", multiple=True, help="A document or data set to add; absent: all.")
NO_FILES = click.option("--no-files", is_flag=True, help="Add no document and no data set.")


def _actor(session: Session, survey: Survey, email: str | None, permission: str) -> Actor:
    if email is None:
        return operator()
    return acting_as(session, email, permission, sector=survey.questionnaire.sector, territory=survey.territory)


def _approver(session: Session, survey: Survey, email: str | None) -> Actor:
    if email is None:
        raise Forbidden(_("Việc duyệt phải đứng tên một người có vai trò approver. Xin thêm --by EMAIL."))
    return _actor(session, survey, email, APPROVE)


def _choice(
    without: tuple[str, ...], breakdowns: tuple[str, ...], files: tuple[str, ...], *, no_files: bool
) -> PublicChoice:
    return PublicChoice(
        tuple(name for name in SECTIONS if name not in without),
        breakdowns or None,
        () if no_files else files or None,
    )


def _tell_frozen(publication: Publication) -> None:
    click.echo(
        f"{publication.survey.slug}: snapshot {publication.number} frozen by {publication.frozen_by}, "
        f"{publication.sha256}"
    )


@group.command("freeze")
@click.argument("slug")
@WITHOUT
@BREAKDOWN
@FILES
@NO_FILES
@BY
@verb
def freeze_command(
    session: Session,
    slug: str,
    without: tuple[str, ...],
    breakdowns: tuple[str, ...],
    files: tuple[str, ...],
    no_files: bool,
    email: str | None,
) -> None:
    """Take a snapshot of a closed survey."""
    survey = find_survey(session, slug)
    actor = _actor(session, survey, email, FREEZE)
    choice = _choice(without, breakdowns, files, no_files=no_files)
    _tell_frozen(freeze_publication(session, survey, actor=actor, choice=choice))


@group.command("correct")
@click.argument("slug")
@click.option("--reason", required=True, help="What was wrong; the public reads it.")
@WITHOUT
@BREAKDOWN
@FILES
@NO_FILES
@BY
@verb
def correct_command(
    session: Session,
    slug: str,
    reason: str,
    without: tuple[str, ...],
    breakdowns: tuple[str, ...],
    files: tuple[str, ...],
    no_files: bool,
    email: str | None,
) -> None:
    """Take a snapshot that corrects a published one, once it is approved."""
    survey = find_survey(session, slug)
    actor = _actor(session, survey, email, FREEZE)
    if not is_correction(session, survey):
        raise Conflict(_("Đợt khảo sát này chưa công bố nên chưa có gì để đính chính. Xin dùng lệnh freeze."))
    choice = _choice(without, breakdowns, files, no_files=no_files)
    _tell_frozen(freeze_publication(session, survey, actor=actor, choice=choice, reason=reason))


@group.command("check")
@click.argument("slug")
@click.option("--ok", "ticked", multiple=True, help=f"Tick a line, or all: {', '.join(LINES)}.")
@click.option("--comment", "comments", multiple=True, metavar="LINE=TEXT", help="Say something of a line.")
@click.option("--json", "as_json", is_flag=True, help="The facts and the answers as JSON.")
@BY
@verb
def check_command(
    session: Session, slug: str, ticked: tuple[str, ...], comments: tuple[str, ...], as_json: bool, email: str | None
) -> None:
    """Show the reviewer's checklist of the snapshot that waits, and answer its lines."""
    survey = find_survey(session, slug)
    actor = _actor(session, survey, email, REVIEW)
    if ticked or comments:
        review_publication(session, survey, _answers(ticked, comments), actor=actor)
    waiting = find_waiting(session, survey)
    if waiting is None:
        raise Conflict(_("Không có bản chốt nào đang chờ duyệt."))
    content = read_content(waiting.snapshot)
    if as_json:
        echo_json({"number": waiting.number, "facts": content.get("review"), "answers": waiting.review})
        return
    facts = facts_in_words(content)
    for line, words in LINES.items():
        answer = waiting.review.get(line)
        mark = "[ ]" if answer is None else "[x]" if answer["ok"] else "[!]"
        click.echo(f"{mark} {line}: {words}")
        for fact in facts.get(line, []):
            click.echo(f"      {fact}")
        if answer and answer["comment"]:
            click.echo(f"    > {answer['comment']}")
    click.echo(f"{len(LINES) - len(lines_left(waiting))}/{len(LINES)}")


def _answers(ticked: tuple[str, ...], comments: tuple[str, ...]) -> dict[str, Answer]:
    said: dict[str, str] = {}
    for one in comments:
        line, mark, text = one.partition("=")
        if not mark:
            raise UserError(_("Lời ghi viết là DÒNG=LỜI, ví dụ --comment coverage=…"))
        said[line] = text
    lines = set(LINES) if "all" in ticked else set(ticked)
    return {line: Answer(line in lines, said.get(line, "")) for line in lines | set(said)}


@group.command("approve")
@click.argument("slug")
@click.option("--public-from", default="", help="End of an embargo, in the province's time: 2026-12-01 08:00.")
@BY
@verb
def approve_command(session: Session, slug: str, public_from: str, email: str | None) -> None:
    """Approve the snapshot that waits, in the name of another person than the one who froze it (--by)."""
    survey = find_survey(session, slug)
    actor = _approver(session, survey, email)
    day, _gap, hour = public_from.strip().replace("T", " ").partition(" ")
    publication = approve_publication(session, survey, actor=actor, public_from=read_moment(day, hour))
    when = f" from {_local(publication.public_from)}" if public_from else ""
    click.echo(
        f"{slug}: snapshot {publication.number} approved by {publication.approved_by}; public at /ket-qua/{slug}{when}"
    )


@group.command("withdraw")
@click.argument("slug")
@click.option("--reason", required=True, help="Why; the public reads it.")
@BY
@verb
def withdraw_command(session: Session, slug: str, reason: str, email: str | None) -> None:
    """Take a published result back (--by an approver); its page then says why."""
    survey = find_survey(session, slug)
    publication = withdraw_publication(session, survey, actor=_approver(session, survey, email), reason=reason)
    click.echo(f"{slug}: snapshot {publication.number} withdrawn by {publication.ended_by}")


@group.command("list")
@click.argument("slug", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@verb
def list_command(session: Session, slug: str | None, as_json: bool) -> None:
    """The versions of a survey, or of all, newest first."""
    surveys = [find_survey(session, slug)] if slug else all_surveys(session)
    versions = [one for survey in surveys for one in publications_of(session, survey)]
    if as_json:
        echo_json([_described(one) for one in versions])
        return
    for one in versions:
        approved = f", approved by {one.approved_by}, public from {_local(one.public_from)}" if one.approved_by else ""
        reason = one.withdrawal_reason or one.reason
        click.echo(
            f"{one.survey.slug} {one.number} {one.state}: frozen by {one.frozen_by} {_local(one.frozen_at)}{approved}"
            + (f" ({reason})" if reason else "")
        )


def _described(one: Publication) -> dict[str, object]:
    return {
        "survey": one.survey.slug,
        "number": one.number,
        "state": one.state,
        "sha256": one.sha256,
        "reason": one.reason,
        "frozen_by": one.frozen_by,
        "frozen_at": one.frozen_at.isoformat(timespec="seconds"),
        "review": one.review,
        "approved_by": one.approved_by,
        "public_from": one.public_from.isoformat(timespec="seconds") if one.public_from else None,
        "ended_at": one.ended_at.isoformat(timespec="seconds") if one.ended_at else None,
        "ended_by": one.ended_by,
        "withdrawal_reason": one.withdrawal_reason,
    }


def _local(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(PROVINCE_TIME).strftime("%Y-%m-%d %H:%M")
