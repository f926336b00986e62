"""Figures of each collector: flags, speed, and answers that come unusually often."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from analysis.fieldwork_checks import ShareComparison
from survey_app.accounts.models import User
from survey_app.collection.models import Response
from survey_app.collection.quality.comparisons import compare_now, find_comparisons
from survey_app.collection.quality.flags import FLAGS, TOO_FAST
from survey_app.collection.queries import COUNTED
from survey_app.geography.models import Unit
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class CollectorQuality:
    """One collector's forms that count.

    Attributes
    ----------
    timed : int
        Forms with a time.
    flags : dict
        How many forms carry each flag.
    units : frozenset of int
        Ids of the units the forms are from.
    unusual : list of ShareComparison
        Answers whose share is unusual beside the others in the same strata.
    """

    collector_id: int
    name: str
    email: str
    forms: int
    timed: int
    median_minutes: float | None
    flags: dict[str, int]
    units: frozenset[int]
    unusual: list[ShareComparison]

    @property
    def fast_share(self) -> float | None:
        """Share of the timed forms that were too fast."""
        return self.flags.get(TOO_FAST, 0) / self.timed if self.timed else None

    @property
    def flagged(self) -> int:
        """Flags in all; a form may carry several."""
        return sum(self.flags.values())


@dataclass(frozen=True)
class QualityReport:
    """All of a survey.

    Attributes
    ----------
    flags : dict
        How many counted forms carry each flag, with or without a collector.
    compared, compared_at, compared_forms : int, datetime, int or None
        Comparisons of a collector with the others by an item, when they were made, over how many forms; None where
        they were not made yet.
    """

    forms: int
    flagged: int
    flags: dict[str, int]
    collectors: list[CollectorQuality]
    compared: int | None
    compared_at: datetime | None
    compared_forms: int | None


def read_quality(
    session: Session, survey: Survey, *, places: Iterable[Unit] | None = None, fresh: bool = False
) -> QualityReport:
    """The figures of every collector.

    Parameters
    ----------
    places : iterable of Unit, optional
        Only collectors who have forms from these.
    fresh : bool
        Compare answers now, however many there are.
    """
    combinations = session.execute(
        select(Response.collector_id, cast(Response.quality_flags, String), func.count())
        .where(Response.survey_id == survey.id, Response.status.in_(COUNTED))
        .group_by(Response.collector_id, cast(Response.quality_flags, String))
    ).all()
    found = compare_now(session, survey) if fresh else find_comparisons(session, survey)
    by_collector: dict[int, list[tuple[str, int]]] = {}
    for collector_id, text, count in combinations:
        if collector_id is not None:
            by_collector.setdefault(collector_id, []).append((text, count))
    people = {
        number: (name or email, email)
        for number, name, email in session.execute(
            select(User.id, User.name, User.email).where(User.id.in_(list(by_collector)))
        )
    }
    collectors = [
        CollectorQuality(
            collector_id,
            *people[collector_id],
            forms=len(times),
            timed=int((~np.isnan(times)).sum()),
            median_minutes=_median(times),
            flags=_count_flags(by_collector[collector_id]),
            units=units,
            unusual=found.unusual.get(collector_id, []) if found else [],
        )
        for collector_id, times, units in _times(session, survey)
    ]
    if places is not None:
        reach = _units_in(session, survey, list(places))
        collectors = [one for one in collectors if one.units & reach]
    return QualityReport(
        forms=sum(count for _who, _flags, count in combinations),
        flagged=sum(count for _who, flags, count in combinations if json.loads(flags)),
        flags=_count_flags((flags, count) for _who, flags, count in combinations),
        collectors=sorted(collectors, key=lambda one: (-len(one.unusual), -one.flagged / one.forms, one.name)),
        compared=found.compared if found else None,
        compared_at=found.at if found else None,
        compared_forms=found.forms if found else None,
    )


def _times(session: Session, survey: Survey) -> list[tuple[int, NDArray[np.float64], frozenset[int]]]:
    """Each collector's minutes, NaN where not measured, and units; counted by the database from an index alone."""
    theirs = (Response.survey_id == survey.id, Response.collector_id.is_not(None), Response.status.in_(COUNTED))
    times: dict[int | None, list[tuple[float, int]]] = {}
    for collector_id, minutes, count in session.execute(
        select(Response.collector_id, Response.minutes, func.count())
        .where(*theirs)
        .group_by(Response.collector_id, Response.minutes)
    ):
        times.setdefault(collector_id, []).append((np.nan if minutes is None else minutes, count))
    units: dict[int | None, set[int]] = {}
    for collector_id, unit_id in session.execute(
        select(Response.collector_id, Response.unit_id).where(*theirs).distinct()
    ):
        units.setdefault(collector_id, set()).add(unit_id)
    return [
        (collector_id, np.repeat(*map(np.array, zip(*some, strict=True))), frozenset(units[collector_id]))
        for collector_id, some in times.items()
        if collector_id is not None
    ]


def _count_flags(combinations: Iterable[tuple[str, int]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for text, count in combinations:
        for flag in json.loads(text):
            counts[flag] += count
    return {flag: counts[flag] for flag in FLAGS if counts[flag]}


def _median(times: NDArray[np.float64]) -> float | None:
    known = times[~np.isnan(times)]
    return float(np.median(known)) if len(known) else None


def _units_in(session: Session, survey: Survey, places: list[Unit]) -> set[int]:
    return {
        entry.unit_id for entry in drawn_units(session, survey) if any(entry.unit.lies_in(place) for place in places)
    }
