"""Who: do groups differ by more than chance, said with a correction for the number of tables looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from analysis.errors import MeasureError
from analysis.models.rao_scott import assess_answers
from analysis.verdict import adjust
from survey_app.results.crossing.cells import split_by
from survey_app.results.crossing.coded import CodedResponses
from survey_app.results.crossing.facets import PEOPLE, Facet
from survey_app.results.crossing.measures import Shown
from survey_app.results.crossing.respondents import satisfied_of
from survey_app.results.estimates import Row
from survey_app.results.kept import keep

FEW_GROUPS = 2
ALSO = ("area", "kind")
"""Facets of places that say what kind of place people live in."""

MODE = "channel"


@dataclass(frozen=True, eq=False)
class Difference:
    """One table: the groups of a facet, and the test that they do not differ.

    Attributes
    ----------
    rows : list of Row
        The groups that anybody is in, and last everyone who told their group.
    statistic, p_value : float
        Rao and Scott's F of second order; NaN where there is no test: nobody drew the sample, one group, a measure that
        is no rate.
    adjusted_p : float
        Holm's p value among all the tables of the page; NaN without a test.
    level : float
        Confidence level.
    """

    facet: Facet
    rows: list[Row]
    statistic: float
    p_value: float
    adjusted_p: float
    level: float

    @property
    def differs(self) -> bool:
        """Whether the groups differ by more than chance."""
        return self.adjusted_p <= 1 - self.level

    @property
    def groups(self) -> list[Row]:
        """The groups that have a figure."""
        return [row for row in self.rows[:-1] if row.estimate is not None]


def find_differences(coded: CodedResponses, one: Shown) -> list[Difference]:
    """A measure by every facet that tells who answers; kept while the responses are the same."""
    return coded.once("differences", one.measure.key, lambda: _compute(coded, one, facets_of_people(coded)))


def facets_of_people(coded: CodedResponses) -> list[Facet]:
    """The facets of the page „Ai”: background questions first, then the kind of place, the channel last."""
    people = [facet for facet in coded.facets.values() if facet.group == PEOPLE and facet.by != MODE]
    places = [coded.facets[by] for by in ALSO if by in coded.facets]
    return [*people, *places, coded.facets[MODE]]


def _compute(coded: CodedResponses, one: Shown, facets: Sequence[Facet]) -> list[Difference]:
    found = []
    for facet in facets:
        rows = split_by(coded, [one], facet)[one.measure.key]
        name = ("difference", one.measure.key, facet.by, list(facet.levels))
        tested = keep(coded.extract, name, partial(_test, coded, one, facet, rows)) or {}
        f, p = tested.get("f", math.nan), tested.get("p", math.nan)
        found.append(Difference(facet, rows, f, p, math.nan, coded.rule.level))
    tests = [place for place, table in enumerate(found) if table.p_value >= 0]
    for place, p_value in zip(tests, adjust([found[place].p_value for place in tests], "holm"), strict=True):
        found[place] = replace(found[place], adjusted_p=float(p_value))
    return found


def _test(coded: CodedResponses, one: Shown, facet: Facet, rows: Sequence[Row]) -> dict[str, float]:
    """Rao and Scott's test over the groups that have a figure; the others stay in the design."""
    found = satisfied_of(coded, one)
    values = [row.domain[facet.by] for row in rows[:-1] if row.estimate is not None]
    if found is None or len(values) < FEW_GROUPS or not coded.counts.design.probability:
        return {}
    satisfied, given = found
    place = {value: number for number, value in enumerate(facet.levels, start=1)}
    group = np.array([0, *(0 for _value in facet.levels)])
    group[[place[value] for value in values]] = np.arange(1, 1 + len(values))
    codes = group[coded.facet(facet.by)]
    counts = np.zeros((len(coded), len(values), 2))
    inside = np.flatnonzero(codes)
    counts[inside, codes[inside] - 1, 0] = satisfied[inside]
    counts[inside, codes[inside] - 1, 1] = (given - satisfied)[inside]
    if not counts.any(axis=0).all():
        return {}
    try:
        test = assess_answers(coded.responses.design, counts, values, ["satisfied", "other"]).second_order
    except MeasureError:
        return {}
    return {"f": test.statistic, "p": test.p_value} if math.isfinite(test.p_value) else {}
