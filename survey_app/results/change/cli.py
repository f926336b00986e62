"""`flask results change`: two waves side by side."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy.orm import Session

from survey_app.command_line import echo_json, verb
from survey_app.results.change.compare import compare_surveys, compare_with_table
from survey_app.results.change.figures import Change
from survey_app.results.change.waves import COUNTS
from survey_app.results.change.words import change_words
from survey_app.results.cli import group
from survey_app.results.counts.queries import find_counted
from survey_app.surveys.queries import find_survey


@group.command("change")
@click.argument("slug")
@click.option("--since", required=True, help="The earlier survey, or bang:NAME for a published table.")
@click.option("--by", default="", help="Also the parts of a breakdown that both waves have.")
@click.option("--of", "measure", default="", help="The measure to follow in the parts.")
@click.option("--with-care", is_flag=True, help="Also questions that only read differently.")
@verb
def change_command(session: Session, slug: str, since: str, by: str, measure: str, with_care: bool) -> None:
    """Print the change of every comparable figure, with its interval, and what was left out and why."""
    later = find_survey(session, slug)
    if since.startswith(COUNTS):
        found = compare_with_table(session, find_counted(session, since.removeprefix(COUNTS)), later)
    else:
        earlier = find_survey(session, since)
        found = compare_surveys(session, earlier, later, by=by, of=measure, with_care=with_care)
    echo_json(
        {
            "changes": [_as_json(one) for one in found.changes],
            "parts": [_as_json(one) for one in found.parts],
            "communes": [_as_json(one.change) | {"commune": one.name, "split": one.split} for one in found.communes],
            "left_out": [{"of": one.row.of, "reason": one.reason} for one in found.left_out],
        }
    )


def _as_json(change: Change) -> dict[str, Any]:
    return {
        "of": change.later.of,
        "domain": change.later.domain,
        "earlier": change.earlier.estimate,
        "later": change.later.estimate,
        "n_earlier": change.earlier.n,
        "n_later": change.later.n,
        "difference": change.difference,
        "low": change.low,
        "high": change.high,
        "covariance": change.covariance,
        "p_value": change.p_value,
        "p_adjusted": change.adjusted,
        "proven": change.proven,
        "reference_only": change.reference,
        "words": change_words(change),
    }
