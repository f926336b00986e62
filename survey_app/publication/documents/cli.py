"""`flask documents …`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_as
from survey_app.accounts.roles import EDIT_SURVEYS, FREEZE, VIEW_RESULTS
from survey_app.audit.models import Actor
from survey_app.command_line import BY, echo_json, operator, verb
from survey_app.i18n import LANGUAGES
from survey_app.publication.documents.drafts import KINDS as WRITTEN
from survey_app.publication.documents.drafts import Text, texts_of
from survey_app.publication.documents.queries import made_documents, own_texts, path_of
from survey_app.publication.documents.service import (
    FORMS_OF,
    edit_texts,
    make_document,
    read_report,
    replace_template,
)
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

group = AppGroup("documents", help="Reports, summaries, decisions and workbooks of a survey's results.")
TYPE = click.option("--type", "kind", type=click.Choice(list(FORMS_OF)), required=True)
WRITTEN_TYPE = click.option("--type", "kind", type=click.Choice(list(WRITTEN)), required=True)
LANGUAGE = click.option("--language", type=click.Choice(list(LANGUAGES)), default="vi", show_default=True)
SNAPSHOT = click.option("--snapshot", "number", type=int, help="Its number; absent: the figures of the moment.")


def _actor(session: Session, survey: Survey, email: str | None, permission: str) -> Actor:
    if email is None:
        return operator()
    return acting_as(session, email, permission, sector=survey.questionnaire.sector, territory=survey.territory)


@group.command("make")
@click.argument("slug")
@TYPE
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help=".docx, .pdf or .xlsx")
@LANGUAGE
@SNAPSHOT
@BY
@verb
def make_command(
    session: Session, slug: str, kind: str, output: Path, language: str, number: int | None, email: str | None
) -> None:
    """Make a document; the form is the ending of --output."""
    survey = find_survey(session, slug)
    actor = _actor(session, survey, email, FREEZE if kind == "responses" else VIEW_RESULTS)
    form = output.suffix.removeprefix(".").lower()
    made = make_document(session, survey, kind=kind, form=form, language=language, number=number, actor=actor)
    shutil.copyfile(path_of(made), output)
    rows = "" if made.rows is None else f", {made.rows} rows"
    click.echo(f"{output}: {made.size} bytes{rows}, sha256 {made.sha256}")


@group.command("list")
@click.argument("slug")
@BY
@verb
def list_command(session: Session, slug: str, email: str | None) -> None:
    """Print what was made of a survey, newest first."""
    survey = find_survey(session, slug)
    _actor(session, survey, email, VIEW_RESULTS)
    echo_json(
        [
            {
                "name": one.name,
                "type": one.kind,
                "language": one.language,
                "snapshot": one.number,
                "figures_sha256": one.content_sha256,
                "bytes": one.size,
                "rows": one.rows,
                "sha256": one.sha256,
                "made_by": one.made_by,
                "made_at": one.made_at.isoformat(timespec="seconds"),
                "path": str(path_of(one)),
            }
            for one in made_documents(session, survey)
        ]
    )


@group.command("texts")
@click.argument("slug")
@WRITTEN_TYPE
@LANGUAGE
@SNAPSHOT
@BY
@verb
def texts_command(session: Session, slug: str, kind: str, language: str, number: int | None, email: str | None) -> None:
    """Print every text of a document: its draft, and what the office wrote in its place."""
    survey = find_survey(session, slug)
    _actor(session, survey, email, VIEW_RESULTS)
    found = _texts(session, survey, kind, language, number)
    echo_json({key: {"draft": one.draft, "text": one.text, "edited": one.edited} for key, one in found.items()})


@group.command("edit")
@click.argument("slug")
@WRITTEN_TYPE
@click.option("--key", required=True, help="As `documents texts` names it.")
@click.option("--text", help="The office's words; absent: they are read from stdin.")
@click.option("--draft", is_flag=True, help="Back to the draft.")
@LANGUAGE
@SNAPSHOT
@BY
@verb
def edit_command(
    session: Session,
    slug: str,
    kind: str,
    key: str,
    text: str | None,
    draft: bool,
    language: str,
    number: int | None,
    email: str | None,
) -> None:
    """Put the office's own words in the place of a draft."""
    survey = find_survey(session, slug)
    actor = _actor(session, survey, email, VIEW_RESULTS)
    texts = _texts(session, survey, kind, language, number)
    given = texts[key].draft if draft and key in texts else text if text is not None else sys.stdin.read()
    changed = edit_texts(session, survey, kind=kind, language=language, texts=texts, changes={key: given}, actor=actor)
    click.echo(f"{slug}: {key} {'kept' if changed else 'unchanged'}")


@group.command("template")
@click.argument("slug")
@WRITTEN_TYPE
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@BY
@verb
def template_command(session: Session, slug: str, kind: str, file: Path | None, email: str | None) -> None:
    """Use a Word template for the surveys of the same sector; without FILE the shipped one again."""
    survey = find_survey(session, slug)
    actor = _actor(session, survey, email, EDIT_SURVEYS)
    content = None if file is None else file.read_bytes()
    made = replace_template(session, survey, kind=kind, name=file.name if file else "", content=content, actor=actor)
    click.echo(f"{made.sector} {kind}: {made.sha256 or 'shipped'}")


def _texts(session: Session, survey: Survey, kind: str, language: str, number: int | None) -> dict[str, Text]:
    with force_locale(language):
        report = read_report(session, survey, language, number)
        return texts_of(report, kind, own_texts(session, survey, kind, language))
