"""`flask results cross`, `ranks`, `differences`, `view …`: the pages of crossing at the command line."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.roles import VIEW_RESULTS
from survey_app.command_line import BY, echo_json, verb
from survey_app.results.cli import group
from survey_app.results.crossing.cells import split_by
from survey_app.results.crossing.choice import NO_COLUMN, Asked, choose
from survey_app.results.crossing.coded import code_responses
from survey_app.results.crossing.differences import find_differences
from survey_app.results.crossing.facets import find_facet
from survey_app.results.crossing.files import table_as_csv, table_as_json
from survey_app.results.crossing.measures import find_measure, usual_measure
from survey_app.results.crossing.page_words import difference_sentence, ranking_sentence
from survey_app.results.crossing.places import rank_rows
from survey_app.results.crossing.saving import delete_view, save_view, saved_views
from survey_app.results.crossing.table import cross
from survey_app.surveys.acting import actor_on
from survey_app.surveys.queries import find_survey


@group.command("cross")
@click.argument("slug")
@click.option("--rows", default="", help="district, commune, area, kind, channel, column:NAME or a question's key.")
@click.option("--columns", default=NO_COLUMN, help="The same; absent: one column.")
@click.option("--measure", default="", help="An index, a factor, an item, mean:ITEM or option:ITEM:VALUE.")
@click.option("--filter", "filters", multiple=True, help="FACET=VALUE; the same facet twice: either value.")
@click.option("--query", default="", help="The part of a page's address after „?”, instead of all of these.")
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json")
@verb
def cross_command(
    session: Session,
    slug: str,
    rows: str,
    columns: str,
    measure: str,
    filters: tuple[str, ...],
    query: str,
    form: str,
) -> None:
    """Print a cross table; cells that must be withheld have no number at all."""
    survey = find_survey(session, slug)
    coded = code_responses(session, survey)
    asked = Asked.read(query) if query else Asked(rows, columns, measure, filters)
    table = cross(coded, choose(coded, asked))
    if form == "json":
        echo_json(table_as_json(table, simulated=survey.simulated))
    else:
        click.echo(table_as_csv(table, simulated=survey.simulated), nl=False)


@group.command("ranks")
@click.argument("slug")
@click.option("--of", "measure", default="", help="An index, a factor or an item; absent: the first index.")
@click.option("--by", "facet_name", default="district", show_default=True)
@verb
def ranks_command(session: Session, slug: str, measure: str, facet_name: str) -> None:
    """Print the possible ranks of the parts of a facet, and what may be said of their order."""
    coded = code_responses(session, find_survey(session, slug))
    instrument = coded.counts.instrument
    one = find_measure(instrument, measure or usual_measure(instrument))
    facet = find_facet(coded.facets, facet_name)
    ranking = rank_rows(coded, one, facet, split_by(coded, [one], facet)[one.measure.key])
    echo_json(
        {
            "sentence": ranking_sentence(ranking),
            "ranked": [
                _part(row.domain[facet.by], row.domain_title, row.estimate)
                | {"low": ranking.low[row.domain[facet.by]], "high": ranking.high[row.domain[facet.by]]}
                for row in ranking.ranked
            ],
            "unranked": [_part(row.domain[facet.by], row.domain_title, row.estimate) for row in ranking.unranked],
            "ties": [[row.domain[facet.by] for row in run] for run in ranking.ties],
        }
    )


def _part(value: str, title: dict[str, str], estimate: float | None) -> dict[str, Any]:
    return {"value": value, "title": title, "estimate": estimate}


@group.command("differences")
@click.argument("slug")
@click.option("--of", "measure", default="", help="An index, a factor or an item; absent: the first index.")
@verb
def differences_command(session: Session, slug: str, measure: str) -> None:
    """Print for every question about people whether groups differ: F, p, and p adjusted for the number of tables."""
    coded = code_responses(session, find_survey(session, slug))
    instrument = coded.counts.instrument
    one = find_measure(instrument, measure or usual_measure(instrument))
    echo_json(
        [
            {
                "by": table.facet.by,
                "sentence": difference_sentence(table),
                "f": table.statistic if table.p_value >= 0 else None,
                "p": table.p_value if table.p_value >= 0 else None,
                "adjusted_p": table.adjusted_p if table.adjusted_p >= 0 else None,
                "differs": table.differs,
            }
            for table in find_differences(coded, one)
        ]
    )


views = AppGroup("view", help="Cross tables that a person keeps under a name.")
group.add_command(views)


@views.command("list")
@click.argument("slug")
@BY
@verb
def list_command(session: Session, slug: str, email: str | None) -> None:
    """Print the tables that a person keeps: number, name, address."""
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, VIEW_RESULTS)
    for view in saved_views(session, survey, actor.user_id):
        click.echo(f"{view.id}\t{view.name}\t{view.query}")


@views.command("save")
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--query", required=True, help="The part of the page's address after „?”.")
@BY
@verb
def save_command(session: Session, slug: str, name: str, query: str, email: str | None) -> None:
    """Keep a cross table under a name, for the person of --by."""
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, VIEW_RESULTS)
    choice = choose(code_responses(session, survey), Asked.read(query))
    view = save_view(session, survey, name=name, query=choice.query, actor=actor)
    click.echo(f"{view.id}\t{view.name}\t{view.query}")


@views.command("delete")
@click.argument("slug")
@click.argument("number", type=int)
@BY
@verb
def delete_command(session: Session, slug: str, number: int, email: str | None) -> None:
    """Forget a table that the person of --by keeps."""
    survey = find_survey(session, slug)
    delete_view(session, survey, number, actor=actor_on(session, survey, email, VIEW_RESULTS))
    click.echo(f"{slug}: view {number} deleted")
