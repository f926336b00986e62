"""`flask frame …`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.roles import DRAW_SAMPLE
from survey_app.command_line import BY, echo_json, verb
from survey_app.errors import UserError
from survey_app.sampling.listing import import_work  # noqa: F401  its work
from survey_app.sampling.listing.columns import FIELDS, Columns, guess_columns, read_columns
from survey_app.sampling.listing.complaints import Complaints
from survey_app.sampling.listing.queries import frame_files, remembered_columns
from survey_app.sampling.listing.retention import forget_contacts
from survey_app.sampling.listing.service import ListReport, import_case_list, import_unit_list, remove_list
from survey_app.sampling.listing.simulation import CASE_HEADINGS, simulate_cases
from survey_app.sampling.listing.table_file import open_table
from survey_app.surveys.acting import actor_on
from survey_app.surveys.queries import find_survey

group = AppGroup("frame", help="Lists of units and of cases.")
_PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


def _import_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.argument("file", type=_PATH),
        click.argument("slug"),
        click.option("--column", "chosen", multiple=True, metavar="FIELD=HEADING", help="Else guessed."),
        click.option("--attribute", "attributes", multiple=True, metavar="HEADING", help="A column to keep."),
        click.option("--show-columns", is_flag=True, help="Say which columns would be read, and stop."),
        click.option("--refusals", type=_OUT, help="Write every refused row with its reason to this CSV file."),
        click.option("--format", "form", type=click.Choice(["text", "json"]), default="text"),
        BY,
    ):
        function = option(function)
    return function


@group.command("import-units")
@_import_options
@verb
def import_units_command(session: Session, **given: Any) -> None:
    """Bring in communes or agencies with their size; all rows or none."""
    _import(session, "units", import_unit_list, **given)


@group.command("import-cases")
@_import_options
@verb
def import_cases_command(session: Session, **given: Any) -> None:
    """Bring in cases (dossiers, discharges, pupils, enterprises); all rows or none, contact data sealed."""
    _import(session, "cases", import_case_list, **given)


def _import(
    session: Session,
    kind: str,
    bring_in: Callable[..., ListReport],
    *,
    slug: str,
    file: Path,
    chosen: tuple[str, ...],
    attributes: tuple[str, ...],
    show_columns: bool,
    refusals: Path | None,
    form: str,
    email: str | None,
) -> None:
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, DRAW_SAMPLE)
    columns = _columns(session, kind, file, chosen, attributes)
    if show_columns:
        echo_json(columns.as_json())
        return
    with refusals.open("w", encoding="utf-8", newline="") if refusals else nullcontext() as written:
        report = bring_in(
            session, survey, file, file.name, columns, actor=actor, complaints=Complaints(written), progress=_tell
        )
    if form == "json":
        echo_json(report.as_json())
        return
    click.echo(f"{slug}: {report.rows} {kind} of {report.places} units, list {report.file_id}")
    if report.repeated_persons:
        click.echo(f"{report.repeated_persons} people stand in the lists more than once")
    if report.restored_phones:
        click.echo(f"{report.restored_phones} telephone numbers got their leading zero back")


def _columns(session: Session, kind: str, file: Path, chosen: tuple[str, ...], attributes: tuple[str, ...]) -> Columns:
    headings = open_table(file).headings
    guess = guess_columns(kind, headings, remembered_columns(session, kind))
    fields = dict(guess.fields)
    for entry in chosen:
        key, equals, heading = entry.partition("=")
        if not equals or key not in {field.key for field in FIELDS[kind]}:
            names = ", ".join(field.key for field in FIELDS[kind])
            raise UserError(
                _("--column viết là TÊN=Tên cột, TÊN là một trong: %(names)s. Ví dụ --column size=Quy mô.", names=names)
            )
        fields = {other: name for other, name in fields.items() if name != heading} | {key: heading}
    kept = attributes or tuple(name for name in guess.attributes.values() if name not in fields.values())
    return read_columns(kind, headings, fields, kept)


def _tell(done: int, share: float) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done:>9,} {share:>4.0%}", nl=share >= 1, err=True)


@group.command("list")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@verb
def list_command(session: Session, slug: str, form: str) -> None:
    """Say which lists a survey has."""
    files = frame_files(session, find_survey(session, slug))
    if form == "json":
        echo_json(
            [
                {
                    "id": file.id,
                    "kind": file.kind,
                    "name": file.name,
                    "rows": file.row_count,
                    "sha256": file.sha256,
                    "columns": file.columns,
                    "imported_at": file.imported_at.isoformat(),
                    "imported_by": file.imported_by,
                }
                for file in files
            ]
        )
        return
    for file in files:
        click.echo(f"{file.id}\t{file.kind}\t{file.row_count}\t{file.imported_at:%Y-%m-%d %H:%M}\t{file.name}")


@group.command("remove")
@click.argument("slug")
@click.argument("file_id", type=int)
@BY
@verb
def remove_command(session: Session, slug: str, file_id: int, email: str | None) -> None:
    """Take a list back with all its rows and contact data, before the draw."""
    survey = find_survey(session, slug)
    file = remove_list(session, survey, file_id, actor=actor_on(session, survey, email, DRAW_SAMPLE))
    click.echo(f"{slug}: removed list {file.id}, {file.row_count} {file.kind}")


@group.command("forget")
@click.argument("slug")
@BY
@verb
def forget_command(session: Session, slug: str, email: str | None) -> None:
    """Delete contact data now: of an open survey that of undrawn cases, of a closed one all of it."""
    survey = find_survey(session, slug)
    count = forget_contacts(session, survey, actor=actor_on(session, survey, email, DRAW_SAMPLE))
    click.echo(f"{slug}: contact data of {count} cases deleted")


@group.command("simulate")
@click.argument("slug")
@click.option("--cases", "count", type=click.IntRange(1, 500_000), required=True)
@click.option("--seed", required=True)
@click.option("--file", "target", type=_OUT, required=True)
@verb
def simulate_command(session: Session, slug: str, count: int, seed: str, target: Path) -> None:
    """Write a made-up list of finished dossiers for a survey that is marked as simulated."""
    rows = simulate_cases(session, find_survey(session, slug), count, seed)
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        _write(file, rows)
    click.echo(f"{slug}: {count} made-up cases in {target}")


def _write(file: IO[str], rows: Iterable[tuple[str, ...]]) -> None:
    writer = csv.writer(file)
    writer.writerow(CASE_HEADINGS)
    writer.writerows(rows)
