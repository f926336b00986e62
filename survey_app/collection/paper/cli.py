"""`flask paper …`: the same verbs as the pages, with the same checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.roles import ASSIGN_WORK, DECIDE_PAPER, KEY_PAPER, VIEW_FIELDWORK
from survey_app.collection.paper.batch_files import print_batch
from survey_app.collection.paper.entry import TypedRefused, compare_form, decide_form, key_form
from survey_app.collection.paper.issuing import find_batch, hand_over, issue_batch, series_of, tie_form
from survey_app.collection.paper.queries import (
    batches_of,
    count_by_holder,
    counts_of_batches,
    find_form_in,
    rates_of_keyers,
    waiting_forms,
)
from survey_app.collection.paper.serials import read_serials, write_serial
from survey_app.collection.paper.tracking import move_forms
from survey_app.command_line import BY, echo_json, verb
from survey_app.errors import Forbidden, UserError
from survey_app.sampling.work.cli import acting_in
from survey_app.sampling.work.holders import find_holder

group = AppGroup("paper", help="Paper forms: batches, receipt, double entry.")
SERIALS = click.argument("serials", nargs=-1, required=True)
REASON = click.option("--reason", required=True, help="Why; without anybody's personal data.")
FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")


@group.command("issue")
@click.argument("slug")
@click.option("--in", "unit_code", required=True, help="Code of a drawn commune or agency.")
@click.option("--count", type=int, required=True)
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi")
@click.option("--large", is_flag=True, help="Large print.")
@BY
@verb
def issue_command(
    session: Session, slug: str, unit_code: str, count: int, language: str, large: bool, email: str | None
) -> None:
    """Give serials to a batch of forms."""
    area, actor = acting_in(session, slug, email, ASSIGN_WORK)
    batch = issue_batch(session, area, unit_code=unit_code, count=count, language=language, large=large, actor=actor)
    series = series_of(session, area.survey)
    click.echo(f"batch {batch.id}: {write_serial(series, batch.first)} to {write_serial(series, batch.last)}")


@group.command("print")
@click.argument("slug")
@click.argument("batch", type=int)
@click.option("--file", type=click.Path(path_type=Path), required=True, help="Where the PDF goes.")
@BY
@verb
def print_command(session: Session, slug: str, batch: int, file: Path, email: str | None) -> None:
    """Write the PDF of a batch."""
    area, _actor = acting_in(session, slug, email, ASSIGN_WORK)
    found = find_batch(session, area, batch)
    file.write_bytes(print_batch(session, found))
    click.echo(f"batch {found.id}: {found.count} forms in {file}")


@group.command("hand-over")
@click.argument("slug")
@click.argument("batch", type=int)
@click.option("--to", required=True, help="A collector's address or an office's code.")
@BY
@verb
def hand_over_command(session: Session, slug: str, batch: int, to: str, email: str | None) -> None:
    """Give a batch to an office or a collector; forms are tied to the cases they hold there."""
    area, actor = acting_in(session, slug, email, ASSIGN_WORK)
    holder = find_holder(session, to)
    tied = hand_over(session, area, find_batch(session, area, batch), holder, actor=actor)
    click.echo(f"batch {batch}: {holder.key}, {tied} forms tied to cases")


@group.command("tie")
@click.argument("slug")
@click.argument("serial")
@click.argument("case", type=int)
@BY
@verb
def tie_command(session: Session, slug: str, serial: str, case: int, email: str | None) -> None:
    """Tie a form to another drawn case of its place."""
    area, actor = acting_in(session, slug, email, ASSIGN_WORK)
    form = find_form_in(session, area, serial)
    tie_form(session, area, form, case, actor=actor)
    click.echo(f"{form.serial}: case {case}")


@group.command("receive")
@click.argument("slug")
@SERIALS
@BY
@verb
def receive_command(session: Session, slug: str, serials: tuple[str, ...], email: str | None) -> None:
    """Record that filled-in forms came back; two serials with .. between them are a range."""
    _move(session, slug, serials, "received", email, permission=KEY_PAPER if email else ASSIGN_WORK)


@group.command("return")
@click.argument("slug")
@SERIALS
@BY
@verb
def return_command(session: Session, slug: str, serials: tuple[str, ...], email: str | None) -> None:
    """Record that forms came back unused."""
    _move(session, slug, serials, "returned", email)


@group.command("lose")
@click.argument("slug")
@SERIALS
@REASON
@BY
@verb
def lose_command(session: Session, slug: str, serials: tuple[str, ...], reason: str, email: str | None) -> None:
    """Record that forms are lost."""
    _move(session, slug, serials, "lost", email, reason=reason)


@group.command("void")
@click.argument("slug")
@SERIALS
@REASON
@BY
@verb
def void_command(session: Session, slug: str, serials: tuple[str, ...], reason: str, email: str | None) -> None:
    """Take forms out: spoilt, or without consent. What was keyed from them is forgotten."""
    _move(session, slug, serials, "void", email, reason=reason)


def _move(
    session: Session,
    slug: str,
    serials: tuple[str, ...],
    to: str,
    email: str | None,
    *,
    reason: str = "",
    permission: str = ASSIGN_WORK,
) -> None:
    area, actor = acting_in(session, slug, email, permission)
    numbers = read_serials(" ".join(serials), series=series_of(session, area.survey))
    done = move_forms(session, area, numbers, to, actor=actor, reason=reason)
    click.echo(f"{slug}: {done.changed} {to}, {done.before} before")


@group.command("list")
@click.argument("slug")
@FORMAT
@BY
@verb
def list_command(session: Session, slug: str, form: str, email: str | None) -> None:
    """Print every batch, and the forms of each office and person by state."""
    area, _actor = acting_in(session, slug, email, VIEW_FIELDWORK)
    counts, series = counts_of_batches(session, area), series_of(session, area.survey)
    batches: list[dict[str, Any]] = [
        {
            "batch": batch.id,
            "place": batch.unit.code,
            "first": write_serial(series, batch.first),
            "last": write_serial(series, batch.last),
            "language": batch.language,
            "large": batch.large,
            "holder": batch.collector.email if batch.collector else batch.office.code if batch.office else None,
            "states": counts.get(batch.id, {}),
        }
        for batch in batches_of(session, area)
    ]
    holders: list[dict[str, Any]] = [
        {"holder": line.key or None, "states": line.by_state} for line in count_by_holder(session, area)
    ]
    if form == "json":
        echo_json({"batches": batches, "holders": holders})
        return
    for one in batches:
        states = ", ".join(f"{count} {state}" for state, count in one["states"].items())
        click.echo(f"{one['batch']}\t{one['place']}\t{one['first']}\t{one['last']}\t{one['holder'] or '-'}\t{states}")
    for line in holders:
        states = ", ".join(f"{count} {state}" for state, count in line["states"].items())
        click.echo(f"{line['holder'] or '-'}: {states}")


@group.command("key")
@click.argument("slug")
@click.argument("serial")
@click.option("--file", type=click.File("rb"), required=True, help="JSON: item key to what would be typed.")
@click.option("--seconds", type=float, default=0.0)
@BY
@verb
def key_command(session: Session, slug: str, serial: str, file: click.File, seconds: float, email: str | None) -> None:
    """Key a form in a person's name; nobody keys a form twice."""
    if email is None:
        raise Forbidden(_("Nhập phiếu phải có tên người nhập. Xin thêm --by và thư điện tử của người ấy."))
    area, actor = acting_in(session, slug, email, KEY_PAPER)
    assert actor.user_id is not None
    form = find_form_in(session, area, serial)
    try:
        done = key_form(session, form, _typed(file), keyer_id=actor.user_id, seconds=seconds, actor=actor)
    except TypedRefused as error:
        raise UserError(error.in_full()) from error
    click.echo(f"{form.serial}: {done.state}, pass {done.passes}")
    if done.off_path:
        click.echo(f"off the path, not counted: {', '.join(done.off_path)}")
    if done.refusal:
        click.echo(done.refusal)


def _typed(file: click.File) -> dict[str, str]:
    try:
        data = json.load(file)  # type: ignore[arg-type]  # click opens it
    except ValueError as error:
        raise UserError(_('Tệp không phải JSON. Xin ghi dạng {"câu": "số gõ"}.')) from error
    if not isinstance(data, dict):
        raise UserError(_('Tệp không phải JSON. Xin ghi dạng {"câu": "số gõ"}.'))
    return {str(key): str(value) for key, value in data.items()}


@group.command("differences")
@click.argument("slug")
@FORMAT
@BY
@verb
def differences_command(session: Session, slug: str, form: str, email: str | None) -> None:
    """Print the forms on which two keyers differ, and those the door refused; the answers only as JSON."""
    area, _actor = acting_in(session, slug, email, DECIDE_PAPER)
    lines: list[dict[str, Any]] = []
    for one in waiting_forms(session, area):
        differences = compare_form(session, one).differences if one.state == "keyed" else []
        lines.append(
            {
                "serial": one.serial,
                "state": one.state,
                "refusal": one.refusal,
                "items": [{"item": part.item.key, "first": part.first, "second": part.second} for part in differences],
            }
        )
    if form == "json":
        echo_json(lines)
        return
    for line in lines:
        keys = ", ".join(part["item"] for part in line["items"])
        click.echo(f"{line['serial']}\t{line['state']}\t{keys or line['refusal'] or '-'}")


@group.command("decide")
@click.argument("slug")
@click.argument("serial")
@click.option("--file", type=click.File("rb"), required=True, help="JSON: differing item to what the paper says.")
@BY
@verb
def decide_command(session: Session, slug: str, serial: str, file: click.File, email: str | None) -> None:
    """Say what the paper says where two keyers differ; not one of them."""
    area, actor = acting_in(session, slug, email, DECIDE_PAPER)
    form = find_form_in(session, area, serial)
    try:
        done = decide_form(session, form, _typed(file), actor=actor)
    except TypedRefused as error:
        raise UserError(error.in_full()) from error
    click.echo(f"{form.serial}: {done.state}" + (f" ({done.refusal})" if done.refusal else ""))


@group.command("rates")
@click.argument("slug")
@FORMAT
@BY
@verb
def rates_command(session: Session, slug: str, form: str, email: str | None) -> None:
    """Print how far each keyer agrees with the other, and who was right where a third decided."""
    area, _actor = acting_in(session, slug, email, DECIDE_PAPER)
    rates = rates_of_keyers(session, area)
    if form == "json":
        echo_json([vars(one) | {"agreement": one.agreement} for one in rates])
        return
    for one in rates:
        share = "-" if one.agreement is None else f"{one.agreement:.1%}"
        click.echo(
            f"{one.name}: {one.forms} forms, {share} of {one.compared} items agree, right in {one.won} of {one.decided}"
            f" decided, {one.seconds or 0:.0f} s a form"
        )


@group.command("scan")
@click.argument("slug")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BY
@verb
def scan_command(session: Session, slug: str, files: tuple[Path, ...], email: str | None) -> None:
    """Take scans of forms (pictures of one side each, or PDF) as their first reading; a person keys each form after."""
    from survey_app.collection.paper.scanning.service import scan_forms  # needs requirements-scan.txt

    area, actor = acting_in(session, slug, email, KEY_PAPER)
    report = scan_forms(session, area, ((path.name, path.read_bytes()) for path in files), actor=actor)
    for serial, unclear in report.read.items():
        click.echo(f"{serial}: read, {unclear} questions for a person")
    for name, reason in report.refused:
        click.echo(f"{name}: {reason}")
    click.echo(f"{slug}: {len(report.read)} forms read, {len(report.refused)} pictures or forms refused")
