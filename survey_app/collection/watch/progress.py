"""Progress of a survey's fieldwork against its plan: everything the page, the command and the file show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.response_rates import Dispositions, OutcomeRates, outcome_rates
from survey_app.accounts.models import User
from survey_app.collection.models import CHANNELS, Quota
from survey_app.collection.queries import COUNTED
from survey_app.collection.watch.counts import (
    CaseCount,
    HeldCount,
    Reach,
    ReceivedCount,
    Work,
    WorkCounts,
    count_cases,
    count_days,
    count_held,
    count_received,
    count_work,
    days_tried,
)
from survey_app.collection.watch.dispositions import dispositions_of
from survey_app.collection.watch.pace import Pace, Presence, measure_pace, presence, working_days
from survey_app.collection.watch.tally import Place, PlaceGroup, Tally, group_places
from survey_app.geography.models import Unit
from survey_app.i18n import PROVINCE_TIME, today
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import Area, lies_within

RESTING_DAYS = 3


@dataclass(frozen=True)
class Collector:
    """What one collector has in hand and has brought.

    Attributes
    ----------
    held, late : int
        Open cases in their hands, and those of them after their day.
    received : int
        Forms they brought that count.
    minutes : float or None
        The median of their forms.
    """

    id: int
    name: str
    held: int
    late: int
    received: int
    minutes: float | None
    presence: Presence

    @property
    def share(self) -> float | None:
        """Received over received and still in hand; None with neither."""
        work = self.received + self.held
        return self.received / work if work else None


@dataclass(frozen=True)
class Channel:
    """What came by one channel, and the quota set for it if there is one."""

    name: str
    received: int
    goal: int | None
    minutes: float | None


@dataclass(frozen=True)
class Progress:
    """The state of fieldwork within somebody's reach.

    Attributes
    ----------
    on : date
        The day it is seen from: today, or the last day of a survey that is over.
    has_cases : bool
        Whether there are lists of drawn cases; without, ``rates`` and ``collectors`` know less.
    unlisted : int
        Forms that count but answer no drawn case, in a survey that has them.
    """

    on: date
    ends_on: date
    is_open: bool
    has_cases: bool
    places: list[Place]
    groups: list[PlaceGroup]
    total: Tally
    collectors: list[Collector]
    channels: list[Channel]
    dispositions: Dispositions
    minutes: float | None
    unlisted: int
    pace: Pace | None
    by_district: bool = True

    @property
    def rates(self) -> OutcomeRates:
        """The AAPOR rates of the cases."""
        return outcome_rates(self.dispositions)

    @property
    def silent(self) -> list[Place]:
        """Places from which nothing has come."""
        return [place for place in self.places if place.tally.received == 0]

    @property
    def overdue(self) -> list[Place]:
        """Places with cases open after their day, the most first."""
        return sorted((place for place in self.places if place.tally.late), key=lambda place: -place.tally.late)

    @property
    def resting(self) -> list[Collector]:
        """Collectors who hold open cases and have not worked for three working days or more, the longest first."""
        found = [one for one in self.collectors if one.held and one.presence.idle_since >= RESTING_DAYS]
        return sorted(found, key=lambda one: -one.presence.idle_since)


@dataclass
class _Counts:
    """What the database says, gathered before anything is put together."""

    cases: list[CaseCount]
    received: list[ReceivedCount]
    work: WorkCounts
    days: dict[tuple[int | None, date], int]
    held: list[HeldCount] = field(default_factory=list)
    tried: set[tuple[int, date]] = field(default_factory=set)


def watch_fieldwork(session: Session, area: Area) -> Progress:
    """See how far fieldwork is in an area: about ten queries, however large it is."""
    survey = area.survey
    entries = [entry for entry in drawn_units(session, survey) if area.holds(entry.unit)]
    reach = Reach(survey.id, entries, area.is_whole)
    is_open = survey.state in ("sampled", "collecting")
    on = today() if is_open else min(today(), survey.ends_on)
    counts = _Counts(
        cases=count_cases(session, reach),
        received=count_received(session, reach),
        work=count_work(session, reach),
        days=count_days(session, reach),
    )
    if counts.cases:
        counts.held = count_held(session, reach, on)
        counts.tried = days_tried(session, reach, counts.days.keys())
    places = _places(session, area, reach, counts, survey.cases_per_commune)
    groups, by_district = group_places(places)
    total = Tally.summed(place.tally for place in places)
    forms = sum(one.count for one in counts.received if one.status in COUNTED)
    daily: Counter[date] = Counter()
    for (_collector, day), count in counts.days.items():
        daily[day] += count
    return Progress(
        on=on,
        ends_on=survey.ends_on,
        is_open=is_open,
        has_cases=bool(counts.cases),
        places=places,
        groups=groups,
        total=total,
        collectors=_collectors(session, counts, min(survey.starts_on, on), min(on, survey.ends_on)),
        channels=_channels(session, reach, counts.work.by_channel),
        dispositions=dispositions_of(counts.cases, counts.received),
        minutes=counts.work.total.minutes,
        unlisted=forms - total.received if counts.cases else 0,
        pace=measure_pace(daily, total.left, on) if is_open else None,
        by_district=by_district,
    )


def _places(session: Session, area: Area, reach: Reach, counts: _Counts, usual: int) -> list[Place]:
    above = _names_above(session, area, with_communes=any(entry.unit.level == "agency" for entry in reach.entries))
    forms: Counter[int] = Counter()
    for one in counts.received:
        if one.status in COUNTED and (one.completeness is not None or not counts.cases):
            forms[one.unit_id] += one.count
    tallies = {entry.id: Tally() for entry in reach.entries}
    for case in counts.cases:
        tallies[case.frame_unit_id].add_cases(case)
    for held in counts.held:
        tallies[held.frame_unit_id].add_held(held)
    for entry in reach.entries:
        tally = tallies[entry.id]
        tally.received = forms[entry.unit_id]
        if not counts.cases:
            tally.planned = entry.invited or usual
    return [
        Place.of(entry, tallies[entry.id], [above[path] for path in _paths_above(entry.unit.path) if path in above])
        for entry in reach.entries
    ]


def _paths_above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(2, len(parts))]


def _names_above(session: Session, area: Area, *, with_communes: bool) -> dict[str, tuple[str, str]]:
    levels = ("district", "commune") if with_communes else ("district",)
    rows = session.execute(
        select(Unit.path, Unit.level, Unit.name).where(Unit.level.in_(levels), lies_within([area.survey.territory]))
    )
    return {path: (level, name) for path, level, name in rows}


def _collectors(session: Session, counts: _Counts, start: date, end: date) -> list[Collector]:
    held, late = Counter[int](), Counter[int]()
    since: dict[int, date] = {}
    work = counts.work.by_collector
    worked: dict[int, set[date]] = defaultdict(set)
    for one in counts.held:
        if one.collector_id is None:
            continue
        held[one.collector_id] += one.count
        late[one.collector_id] += one.late
        given = one.since.astimezone(PROVINCE_TIME).date()
        since[one.collector_id] = min(given, since.get(one.collector_id, given))
    for collector, day in (*counts.days, *counts.tried):
        if collector is not None:
            worked[collector].add(day)
    ids = {*held, *work, *worked}
    names = _names_of(session, ids)
    calendar = working_days(start, end)
    found = [
        Collector(
            number,
            names.get(number, f"#{number}"),
            held[number],
            late[number],
            work[number].received,
            work[number].minutes,
            presence(worked[number], calendar, since.get(number)),
        )
        for number in ids
    ]
    return sorted(found, key=lambda one: (one.name, one.id))


def _names_of(session: Session, ids: Iterable[int]) -> dict[int, str]:
    known = list(ids)
    if not known:
        return {}
    rows = session.execute(select(User.id, User.name, User.email).where(User.id.in_(known)))
    return {number: name or email.partition("@")[0] for number, name, email in rows}


def _channels(session: Session, reach: Reach, work: dict[str, Work]) -> list[Channel]:
    goals: dict[str, int] = {}
    if reach.whole:
        rows = session.execute(
            select(Quota.channel, Quota.goal).where(
                Quota.survey_id == reach.survey_id,
                Quota.channel.is_not(None),
                Quota.unit_id.is_(None),
                Quota.item.is_(None),
            )
        )
        goals = {str(channel): goal for channel, goal in rows}
    return [
        Channel(name, work[name].received, goals.get(name), work[name].minutes)
        for name in CHANNELS
        if work[name].received or name in goals
    ]
