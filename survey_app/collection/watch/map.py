"""A map of the drawn places coloured by progress: bubbles where every place has a position, else tiles by district.

Nothing here is told by colour alone: a tile carries its percentage, is hatched where nothing has come and ticked
where all has; a bubble is a ring as large as the plan, hatched or with a disc in it as large as what has come.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from survey_app.collection.watch.tally import Place, PlaceGroup
from survey_app.plain_text import KIND_WORDS

#: Lower limits of the steps 1 to 4; step 0 is nothing at all, step 5 everything.
STEP_LIMITS = (0.25, 0.5, 0.75)
WIDTH = 360.0
TALLEST, LOWEST = 480.0, 200.0
MARGIN = 26.0
LARGEST_RADIUS, SMALLEST_RADIUS = 22.0, 3.5
#: Part of the picture that the rings may cover in all.
COVER = 0.22
LABELLED_RADIUS = 10.0
#: Radius of a usual place, in usual distances of neighbours.
CLOSENESS = 0.7


def step_of(share: float, received: int) -> int:
    """The step of the colour scale: 0 for nothing, 1 to 4 by quarters, 5 for everything."""
    if received == 0:
        return 0
    return 5 if share >= 1 else 1 + sum(share >= limit for limit in STEP_LIMITS)


def whole_percent(share: float) -> int:
    """A percentage without decimals that says 0 and 100 only where they are true."""
    return 100 if share >= 1 else 0 if share <= 0 else min(max(round(share * 100), 1), 99)


@dataclass(frozen=True)
class Tile:
    """A place as a tile."""

    name: str
    short_name: str
    percent: int
    step: int


@dataclass(frozen=True)
class TileBlock:
    """The tiles of a district."""

    name: str
    percent: int
    tiles: list[Tile]


@dataclass(frozen=True)
class Bubble:
    """A place as a ring with a disc in it, in the units of the picture."""

    name: str
    percent: int
    step: int
    x: float
    y: float
    radius: float
    disc: float

    @property
    def is_labelled(self) -> bool:
        """Whether the percentage fits into it."""
        return self.radius >= LABELLED_RADIUS


@dataclass(frozen=True)
class Label:
    """The name of a district, above its places."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class BubbleMap:
    """Bubbles on a picture 360 wide: the larger first, and of one size those from which something has come."""

    height: float
    bubbles: list[Bubble]
    labels: list[Label]


def lay_tiles(groups: Sequence[PlaceGroup]) -> list[TileBlock]:
    """The tiles of every district, in the order of the frame."""
    return [
        TileBlock(
            group.name,
            whole_percent(group.tally.share),
            [
                Tile(
                    place.name,
                    _without_kind(place.name),
                    whole_percent(place.tally.share) if place.tally.received else 0,
                    step_of(place.tally.share, place.tally.received),
                )
                for place in group.places
            ],
        )
        for group in groups
    ]


def place_bubbles(places: Sequence[Place]) -> BubbleMap | None:
    """The places on an equirectangular projection true to scale at their middle latitude.

    Returns
    -------
    BubbleMap or None
        None where a place has no position, or all lie on one spot.
    """
    points = [
        (place.longitude, place.latitude)
        for place in places
        if place.longitude is not None and place.latitude is not None
    ]
    if len(points) < len(places) or len(set(points)) < 2:
        return None
    middle = math.radians((min(y for _x, y in points) + max(y for _x, y in points)) / 2)
    flat = [(longitude * math.cos(middle), -latitude) for longitude, latitude in points]
    left, top = min(x for x, _y in flat), min(y for _x, y in flat)
    wide, tall = max(x for x, _y in flat) - left, max(y for _x, y in flat) - top
    inner = WIDTH - 2 * MARGIN
    scale = min(inner / wide if wide else math.inf, (TALLEST - 2 * MARGIN) / tall if tall else math.inf)
    height = max(tall * scale + 2 * MARGIN, LOWEST)
    shift_x, shift_y = (WIDTH - wide * scale) / 2, (height - tall * scale) / 2
    spots = [((x - left) * scale + shift_x, (y - top) * scale + shift_y) for x, y in flat]
    unit = _radius_of_one(places, spots, height)
    bubbles = [_bubble(place, spot, unit) for place, spot in zip(places, spots, strict=True)]
    return BubbleMap(
        round(height, 1),
        sorted(bubbles, key=lambda bubble: (-bubble.radius, bubble.step == 0)),
        _labels(places, bubbles),
    )


def _radius_of_one(places: Sequence[Place], spots: Sequence[tuple[float, float]], height: float) -> float:
    """The radius of a plan of one form: as large as the picture bears and the usual distance of neighbours allows."""
    planned = [max(place.tally.planned, 1) for place in places]
    nearest = [
        min(math.dist(here, there) for other, there in enumerate(spots) if other != number)
        for number, here in enumerate(spots)
    ]
    return min(
        math.sqrt(COVER * WIDTH * height / (math.pi * sum(planned))),
        LARGEST_RADIUS / math.sqrt(max(planned)),
        max(CLOSENESS * median(nearest), SMALLEST_RADIUS) / math.sqrt(median(planned)),
    )


def _bubble(place: Place, spot: tuple[float, float], unit: float) -> Bubble:
    radius = min(max(unit * math.sqrt(max(place.tally.planned, 1)), SMALLEST_RADIUS), LARGEST_RADIUS)
    share = place.tally.share if place.tally.received else 0.0
    return Bubble(
        place.name,
        whole_percent(share),
        step_of(share, place.tally.received),
        round(spot[0], 1),
        round(spot[1], 1),
        round(radius, 1),
        round(radius * math.sqrt(share), 1),
    )


def _labels(places: Sequence[Place], bubbles: Sequence[Bubble]) -> list[Label]:
    parts: dict[str, list[Bubble]] = {}
    for place, bubble in zip(places, bubbles, strict=True):
        if place.district:
            parts.setdefault(place.district, []).append(bubble)
    if len(parts) < 2:
        return []
    return [
        Label(
            _without_kind(name),
            round(min(max(sum(one.x for one in part) / len(part), 2 * MARGIN), WIDTH - 2 * MARGIN), 1),
            round(min(one.y - one.radius for one in part) - 3, 1),
        )
        for name, part in parts.items()
    ]


def _without_kind(name: str) -> str:
    """„Xã Tân Hiệp A” → „Tân Hiệp A”; „Phường 2” stays, for a number alone is no name."""
    for word in KIND_WORDS:
        rest = name[len(word) :]
        if name.casefold().startswith(word) and not rest.isdecimal():
            return rest
    return name
