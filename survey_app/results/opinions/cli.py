"""`flask results opinions …`: open answers by theme, searching, reading for quotation."""

from __future__ import annotations

from typing import IO, Any

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from sqlalchemy.orm import Session

from survey_app.accounts.roles import REVIEW_OPINIONS, VIEW_OPINIONS, VIEW_RESULTS
from survey_app.command_line import BY, echo_json, verb
from survey_app.errors import NotFound, UserError
from survey_app.results.cli import group as results_group
from survey_app.results.opinions.figures import describe_opinions, find_answer
from survey_app.results.opinions.matching import matches_search
from survey_app.results.opinions.review import quotations, review_answer
from survey_app.results.opinions.themes import change_themes, read_themes
from survey_app.surveys.acting import actor_on
from survey_app.surveys.queries import find_survey

group = AppGroup("opinions", help="Open answers by theme; what may be quoted.")
results_group.add_command(group)


@group.command("show")
@click.argument("slug")
@BY
@verb
def show_command(session: Session, slug: str, email: str | None) -> None:
    """Print the themes of every question in own words with their shares and terms; no answer."""
    survey = find_survey(session, slug)
    actor_on(session, survey, email, VIEW_RESULTS)
    echo_json(
        [
            {
                "question": one.key,
                "n": one.n,
                "asked": one.asked,
                "ungrouped": one.ungrouped,
                "themes": [
                    {
                        "title": figure.theme.title,
                        "n": figure.n,
                        "share": figure.share,
                        "low": figure.low,
                        "high": figure.high,
                        "terms": dict(figure.terms),
                    }
                    for figure in one.themes
                ],
            }
            for one in describe_opinions(session, survey)
        ]
    )


@group.command("search")
@click.argument("slug")
@click.argument("words")
@BY
@verb
def search_command(session: Session, slug: str, words: str, email: str | None) -> None:
    """Print the answers that hold all the words, marks aside: mark, question, answer."""
    survey = find_survey(session, slug)
    actor_on(session, survey, email, VIEW_OPINIONS)
    for question in describe_opinions(session, survey):
        for answer in question.answers:
            if matches_search(answer.text, words):
                click.echo(f"{answer.mark}\t{question.key}\t{' '.join(answer.text.split())}")


@group.command("review")
@click.argument("slug")
@click.argument("mark")
@click.option("--text", default="", help="The words that may be quoted, what tells of a person cut out.")
@click.option("--refuse", is_flag=True, help="The answer may not be quoted.")
@BY
@verb
def review_command(session: Session, slug: str, mark: str, text: str, refuse: bool, email: str | None) -> None:
    """Let an answer be quoted, or not."""
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, REVIEW_OPINIONS)
    found = find_answer(session, survey, mark)
    if found is None:
        raise NotFound(_("Không có ý kiến này. Có thể phiếu đã bị loại."))
    question, answer = found
    kept = review_answer(
        session,
        survey,
        item=question.key,
        mark=mark,
        original=answer.text,
        text=text,
        quotable=not refuse,
        actor=actor,
    )
    click.echo(f"{mark}: {kept.decision}.")


@group.command("quotations")
@click.argument("slug")
@BY
@verb
def quotations_command(session: Session, slug: str, email: str | None) -> None:
    """Print what may be quoted, one a line: question, words."""
    survey = find_survey(session, slug)
    actor_on(session, survey, email, VIEW_RESULTS)
    for one in quotations(session, survey):
        click.echo(f"{one.item}\t{' '.join(one.text.split())}")


@group.command("themes")
@click.argument("slug")
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--shipped", is_flag=True, help="Go back to the themes that come with the platform.")
@BY
@verb
def themes_command(session: Session, slug: str, file: IO[bytes] | None, shipped: bool, email: str | None) -> None:
    """Give a survey its own themes from a YAML file as data/themes/themes.yaml."""
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, REVIEW_OPINIONS)
    if file is None and not shipped:
        raise UserError(_("Xin nêu tệp chủ đề, hoặc --shipped."))
    themes = [] if shipped or file is None else read_themes(_read(file))
    change_themes(session, survey, themes, actor=actor)
    click.echo(f"{slug}: {len(themes) or 'shipped'} themes.")


def _read(file: IO[bytes]) -> list[tuple[str, str, str]]:
    try:
        found: Any = YAML(typ="safe", pure=True).load(file.read().decode("utf-8-sig"))
        return [
            (str(one["title"]["vi"]), str(one["title"].get("en", "")), ",".join(str(term) for term in one["terms"]))
            for one in found
        ]
    except (YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise UserError(_("Tệp chủ đề không đọc được. Xin theo mẫu data/themes/themes.yaml.")) from error
