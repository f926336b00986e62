"""The design that a survey's figures rest on: primary units, strata and population sizes of every drawn place.

The rules are those of decision 0019; a survey that drew communes with equal chances has them as in decision 0006.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from survey_app.geography.models import Unit
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.design import is_probability_sample
from survey_app.surveys.models import Survey

UNEQUAL = ("pareto", "systematic")
"""Methods that draw with probabilities in proportion to size."""


@dataclass(frozen=True, eq=False)
class Place:
    """A drawn commune or agency, and its part in the design.

    Attributes
    ----------
    entry : FrameUnit
    psu : str
        What was drawn: its own code, or that of the district drawn whole.
    stratum : str
        Of the design: units taken for certain, beside others of their stratum that were not, have one of their own.
    population : float
        Primary units in the population of the stratum; infinity where the draw counts as with replacement.
    equal : bool
        Whether all of the stratum had the same chance.
    """

    entry: FrameUnit
    psu: str
    stratum: str
    population: float
    equal: bool

    @property
    def unit(self) -> Unit:
        """The commune or agency."""
        return self.entry.unit


@dataclass(frozen=True, eq=False)
class SampleDesign:
    """The drawn places of a survey by their codes.

    Attributes
    ----------
    probability : bool
        Whether anybody drew them.
    draw : int
        Of which draw; 0 before there is one.
    """

    places: dict[str, Place]
    probability: bool
    draw: int

    @cached_property
    def members(self) -> dict[str, list[str]]:
        """The places of each primary unit."""
        found: dict[str, list[str]] = {}
        for code, place in self.places.items():
            found.setdefault(place.psu, []).append(code)
        return found

    @property
    def listed(self) -> bool:
        """Whether the people to be asked were drawn from lists, so that it is known how many."""
        return bool(self.places) and all(place.entry.invited for place in self.places.values())

    @property
    def clustered(self) -> bool:
        """Whether a primary unit holds several places, as a district drawn whole does."""
        return any(place.psu != code for code, place in self.places.items())

    @cached_property
    def list_sizes(self) -> dict[str, float]:
        """M of each primary unit; infinity where there are no lists, and people count as drawn with replacement."""
        if not self.listed or not self.probability:
            return dict.fromkeys(self.members, math.inf)
        return {
            psu: float(sum(self.places[code].entry.list_size or 0 for code in codes))
            for psu, codes in self.members.items()
        }

    def first(self, psu: str) -> Place:
        """The first place of a primary unit."""
        return self.places[self.members[psu][0]]


def read_design(session: Session, survey: Survey) -> SampleDesign:
    """The design of the draw in force; empty before the draw."""
    entries = drawn_units(session, survey)
    unequal = bool(entries) and entries[0].draw.method in UNEQUAL
    certain = Counter(entry.stratum for entry in _one_a_cluster(entries) if entry.certainty)
    probability = is_probability_sample(survey)
    return SampleDesign(
        {entry.unit.code: _place(entry, certain, unequal=unequal) for entry in entries},
        probability,
        entries[0].draw_id if entries else 0,
    )


def _one_a_cluster(entries: Sequence[FrameUnit]) -> list[FrameUnit]:
    return list({entry.cluster: entry for entry in entries}.values())


def _place(entry: FrameUnit, certain: Counter[str], *, unequal: bool) -> Place:
    if not unequal or entry.stratum_drawn == entry.stratum_size:
        return Place(entry, entry.cluster, entry.stratum, float(entry.stratum_size), True)
    if entry.certainty:
        return Place(entry, entry.cluster, f"{entry.stratum}|certain", float(certain[entry.stratum]), True)
    return Place(entry, entry.cluster, entry.stratum, math.inf, False)
