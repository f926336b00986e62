"""What stands beside the answer of a survey: how many answered, how good the forms are, what is withheld."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from analysis.planning import FurtherForms, further_forms
from analysis.response_rates import OutcomeRates, outcome_rates
from survey_app.collection.queries import (
    count_flags,
    count_undrawn,
    progress_by_commune,
    set_aside_count,
)
from survey_app.collection.watch.counts import Reach, count_cases, count_received
from survey_app.collection.watch.dispositions import dispositions_of
from survey_app.results.estimates import Figures, Row
from survey_app.results.extract import read_extract
from survey_app.results.kept import keep
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey

MANY_TIMES = 20.0
"""So many times the present forms nobody collects: the rate lies too near to the target."""


@dataclass(frozen=True)
class Overview:
    """What a reader has to know beside the figures.

    Attributes
    ----------
    flagged : int
        Counted forms with at least one flag of quality, beside the one that tells of open links.
    set_aside : int
        Forms left out because of the work of who brought them.
    undrawn : int
        Forms of people who were not drawn.
    self_selected : int
        Counted forms that came through an open link.
    rates : OutcomeRates or None
        None where no people were drawn, so that nobody knows how many were asked.
    drawn : int
        Places drawn.
    silent : list of str
        Names of those from which nothing counts.
    withheld : list of Row
        Figures that are not shown.
    """

    flagged: int
    set_aside: int
    undrawn: int
    self_selected: int
    rates: OutcomeRates | None
    drawn: int
    silent: list[str]
    withheld: list[Row]


def read_overview(session: Session, survey: Survey, figures: Figures) -> Overview:
    """Gather it; all but the state of the cases is of the same responses as the figures."""
    has_cases = design_of(survey).sample.cases is not None
    places = progress_by_commune(session, survey)
    flagged, self_selected = keep(read_extract(session, survey), ("flags",), lambda: count_flags(session, survey))
    return Overview(
        flagged=flagged,
        set_aside=set_aside_count(session, survey)[0],
        undrawn=count_undrawn(session, survey) if has_cases else 0,
        self_selected=self_selected,
        rates=_rates(session, survey) if has_cases else None,
        drawn=len(places),
        silent=[place.name for place in places if place.received == 0],
        withheld=[row for row in figures.rows if row.withheld],
    )


def _rates(session: Session, survey: Survey) -> OutcomeRates | None:
    reach = Reach(survey.id, list(drawn_units(session, survey)), True)
    cases = count_cases(session, reach)
    if not cases:
        return None
    found = outcome_rates(dispositions_of(cases, count_received(session, reach)))
    return None if math.isnan(found.rr1) else found


def forms_to_decide(row: Row | None) -> FurtherForms | None:
    """How many more forms would bring an answer to a figure that is not proven; None where that cannot be said."""
    if row is None or row.verdict != "not_proven" or row.estimate is None or row.ci is None or row.target is None:
        return None
    basis: dict[str, Any] = row.ci
    found = further_forms(
        row.estimate, basis["n_effective"], basis["df"] or math.inf, row.respondents, row.target, level=basis["level"]
    )
    return found if found is not None and found.times <= MANY_TIMES else None
