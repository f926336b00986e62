"""`flask questionnaire …`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import find_person
from survey_app.audit.models import Actor
from survey_app.command_line import BY, echo_json, operator, verb
from survey_app.csv_reader import check_readable, read_rows
from survey_app.errors import NotFound
from survey_app.instruments.access import refuse_foreign_sector
from survey_app.instruments.comparison import compare_instruments
from survey_app.instruments.comparison_report import comparison_lines, comparison_to_json
from survey_app.instruments.drafts import next_version
from survey_app.instruments.json_schema import written_schema
from survey_app.instruments.loader import load_file
from survey_app.instruments.problems import QuestionnaireProblems
from survey_app.instruments.queries import all_questionnaires, find_questionnaire, instrument_of, versions_of
from survey_app.instruments.reading_cost import LONGEST_QUESTION, reading_cost
from survey_app.instruments.rewording import COLUMNS, reword
from survey_app.instruments.schema import Instrument
from survey_app.instruments.service import store_questionnaire
from survey_app.instruments.written import write_questionnaire
from survey_app.instruments.xlsform.commands import export_command, import_command
from survey_app.settings import ROOT

group = AppGroup("questionnaire", help="Questionnaire files and stored versions.")
group.add_command(export_command)
group.add_command(import_command)
SHIPPED = ROOT / "questionnaires"


def shipped_files() -> list[Path]:
    """The questionnaire files that come with the platform."""
    return sorted(SHIPPED.glob("*.yaml"))


def _load_or_tell(path: Path) -> Instrument | None:
    try:
        return load_file(path)
    except QuestionnaireProblems as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        return None


def _files_in(path: Path) -> list[Path]:
    """The questionnaire files of a folder; a file is its own."""
    found = sorted(one for one in path.iterdir() if one.suffix in (".yaml", ".yml")) if path.is_dir() else [path]
    if not found:
        raise NotFound(_("Thư mục %(name)s không có tệp .yaml nào.", name=path))
    return found


@group.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@verb
def check_command(session: Session, files: tuple[Path, ...]) -> None:
    """Check questionnaire files, or all in a folder (default: those of the platform); print every problem with line."""
    good = True
    for path in [one for file in files for one in _files_in(file)] if files else shipped_files():
        instrument = _load_or_tell(path)
        good = good and instrument is not None
        if instrument is not None:
            click.echo(f"{path.name}: {instrument.key} {instrument.version}, {instrument.count_questions()} questions")
    if not good:
        sys.exit(1)


def _storing(session: Session, instrument: Instrument, email: str | None) -> Actor:
    """Who stores: the operator, or a person who may store questionnaires of its sector."""
    if email is None:
        return operator()
    user = find_person(session, email)
    refuse_foreign_sector(instrument.key, instrument.sector, user)
    return Actor(user.id, user.email)


@group.command("add")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BY
@verb
def add_command(session: Session, file: Path, email: str | None) -> None:
    """Check a questionnaire file and store it as a version."""
    instrument = _load_or_tell(file)
    if instrument is None:
        sys.exit(1)
    stored, new = store_questionnaire(session, instrument, actor=_storing(session, instrument, email))
    click.echo(f"{stored.key} {stored.version} {'stored' if new else 'was there'} ({stored.content_hash[:12]})")


@group.command("list")
@verb
def list_command(session: Session) -> None:
    """List the stored versions with the words to read, the minutes and the number of questions that are too long."""
    for stored in all_questionnaires(session):
        cost = reading_cost(instrument_of(session, stored.id))
        click.echo(
            f"{stored.key}@{stored.version}  {stored.sector}  {stored.content_hash[:12]}  "
            f"{cost.words} words, {cost.minutes:.1f} min, {len(cost.long_items)} over {LONGEST_QUESTION} words"
        )


@group.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@verb
def diff_command(session: Session, before: str, after: str, form: str) -> None:
    """Say what changed between two versions (KEY@VERSION, KEY or FILE), and what stays comparable over time."""
    found = [_named(session, name) for name in (before, after)]
    comparison = compare_instruments(found[0], found[1])
    if form == "json":
        echo_json(comparison_to_json(comparison))
    else:
        click.echo("\n".join(comparison_lines(comparison)))


def _named(session: Session, name: str) -> Instrument:
    """The instrument of a file that is there, or else of a stored version."""
    path = Path(name)
    if not path.is_file():
        return instrument_of(session, find_questionnaire(session, name).id)
    instrument = _load_or_tell(path)
    if instrument is None:
        sys.exit(1)
    return instrument


@group.command("reword")
@click.argument("name", metavar="KEY")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="The document the words are from.")
@click.option("--version", help="The version to store; the next number by default.")
@click.option("--check", is_flag=True, help="Only say what would happen.")
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the new YAML here.")
@BY
@verb
def reword_command(
    session: Session, name: str, file: Path, source: str, version: str | None, check: bool, out: Path | None,
    email: str | None,
) -> None:  # fmt: skip
    """Store a version of KEY or KEY@VERSION in the official words of FILE (columns item, language, text)."""
    old = instrument_of(session, find_questionnaire(session, name).id)
    with file.open("rb") as table:
        check_readable(table, required=COLUMNS, known=COLUMNS)
        rows = list(read_rows(table, required=COLUMNS, known=COLUMNS))
    if version is None:
        version = next_version(find_questionnaire(session, old.key).version, versions_of(session, old.key))
    done = reword(old, rows, source=source, version=version)
    new = done.instrument
    store_questionnaire(session, new, actor=_storing(session, new, email))
    if check:
        session.rollback()
    elif out is not None:
        out.write_text(write_questionnaire(new), encoding="utf-8")
    click.echo(f"{new.key} {new.version} {'checked' if check else 'stored'} ({new.content_hash[:12]})")
    click.echo(_("Câu mang nguyên văn của văn bản (%(count)s): ", count=len(done.official)) + ", ".join(done.official))
    if done.english_left:
        click.echo(_("Bản tiếng Anh vẫn là bản cũ: %(keys)s", keys=", ".join(done.english_left)))


@group.command("schema")
@verb
def schema_command(session: Session) -> None:
    """Print the JSON Schema of questionnaire files, for editors (kept as questionnaires/schema.json)."""
    click.echo(written_schema(), nl=False)
