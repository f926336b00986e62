"""The counts of a place, and of the places of a district together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

from survey_app.collection.watch.counts import OPEN, CaseCount, HeldCount
from survey_app.sampling.models import FrameUnit


@dataclass
class Tally:
    """Counts of one or many places.

    Attributes
    ----------
    planned : int
        Forms to be got: the cases drawn in the first place, or the plan for a commune where there is no list.
    received : int
        Of them, those that have come and count.
    open, answered, refused, lost, replaced : int
        Cases still to do; answered; whose last outcome is a refusal; closed without an answer; replaced.
    called_up, reserves_left : int
        Reserves that took another's place, and those left.
    held, late : int
        Open cases in somebody's hands; those of them after their day.
    """

    planned: int = 0
    received: int = 0
    open: int = 0
    answered: int = 0
    refused: int = 0
    lost: int = 0
    replaced: int = 0
    called_up: int = 0
    reserves_left: int = 0
    held: int = 0
    late: int = 0

    @property
    def share(self) -> float:
        """Received over planned, at most 1; 1 where nothing was planned."""
        return min(self.received / self.planned, 1.0) if self.planned else 1.0

    @property
    def left(self) -> int:
        """Forms still missing."""
        return max(self.planned - self.received, 0)

    @property
    def unassigned(self) -> int:
        """Open cases in nobody's hands."""
        return max(self.open - self.held, 0)

    def add_cases(self, one: CaseCount) -> None:
        """Count cases in; a reserve that nobody called up only as left."""
        if not one.standing:
            self.reserves_left += one.count if one.state == "todo" else 0
            return
        self.planned += one.count if one.role == "main" else 0
        self.called_up += one.count if one.role == "reserve" else 0
        self.open += one.count if one.state in OPEN else 0
        self.answered += one.count if one.state == "answered" else 0
        self.lost += one.count if one.state == "closed" else 0
        self.replaced += one.count if one.state == "replaced" else 0
        self.refused += one.count if one.outcome == "refused" and one.state != "answered" else 0

    def add_held(self, one: HeldCount) -> None:
        """Count in what somebody holds."""
        self.held += one.count
        self.late += one.late

    @classmethod
    def summed(cls, parts: Iterable[Tally]) -> Tally:
        """All together."""
        total = cls()
        for part in parts:
            for each in fields(cls):
                setattr(total, each.name, getattr(total, each.name) + getattr(part, each.name))
        return total


@dataclass(frozen=True)
class Place:
    """A drawn commune or agency."""

    level: str
    code: str
    name: str
    path: str
    district: str
    commune: str
    stratum_name: str
    latitude: float | None
    longitude: float | None
    tally: Tally

    @classmethod
    def of(cls, entry: FrameUnit, tally: Tally, above: Sequence[tuple[str, str]]) -> Place:
        """The place of a drawn unit; ``above``: levels and names of what it lies in."""
        names = dict(above)
        unit = entry.unit
        return cls(
            unit.level,
            unit.code,
            unit.name,
            unit.path,
            names.get("district", ""),
            names.get("commune", ""),
            entry.stratum_name,
            unit.latitude,
            unit.longitude,
            tally,
        )


@dataclass(frozen=True)
class PlaceGroup:
    """The places of a district; of a stratum where there are no districts."""

    name: str
    places: list[Place] = field(default_factory=list)

    @property
    def tally(self) -> Tally:
        """All of them together."""
        return Tally.summed(place.tally for place in self.places)


def group_places(places: Sequence[Place]) -> tuple[list[PlaceGroup], bool]:
    """The places by district, or by stratum where there are no districts, in the order of the frame.

    Returns
    -------
    groups : list of PlaceGroup
    by_district : bool
    """
    by_district = any(place.district for place in places)
    groups: dict[str, PlaceGroup] = {}
    for place in places:
        name = place.district if by_district else place.stratum_name
        groups.setdefault(name, PlaceGroup(name)).places.append(place)
    return list(groups.values()), by_district
