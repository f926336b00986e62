"""A map of the drawn places coloured by progress: bubbles where every place has a position, else tiles by district.

Nothing here is told by colour alone: a tile carries its percentage, is hatched where nothing has come and ticked
where all has; a bubble is a ring as large as the plan, hatched or with a disc in it as large as what has come.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from survey_app.collection.watch.tally import Place, PlaceGroup
from survey_app.geography.bubbles import Canvas, Label, Spot, label_parts, lay_out_places, without_kind

#: Lower limits of the steps 1 to 4; step 0 is nothing at all, step 5 everything.
STEP_LIMITS = (0.25, 0.5, 0.75)
LABELLED_RADIUS = 10.0


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
                    without_kind(place.name),
                    whole_percent(place.tally.share) if place.tally.received else 0,
                    step_of(place.tally.share, place.tally.received),
                )
                for place in group.places
            ],
        )
        for group in groups
    ]


def place_bubbles(places: Sequence[Place]) -> BubbleMap | None:
    """The places where they lie, a ring as large as the plan.

    Returns
    -------
    BubbleMap or None
        None where a place has no position, or all lie on one spot.
    """
    planned = [max(place.tally.planned, 1) for place in places]
    canvas = lay_out_places([(place.longitude, place.latitude) for place in places], planned)
    if canvas is None:
        return None
    bubbles = [_bubble(place, spot, canvas) for place, spot in zip(places, canvas.spots, strict=True)]
    return BubbleMap(
        canvas.height,
        sorted(bubbles, key=lambda bubble: (-bubble.radius, bubble.step == 0)),
        label_parts([place.district for place in places], [(one.x, one.y, one.radius) for one in bubbles]),
    )


def _bubble(place: Place, spot: Spot, canvas: Canvas) -> Bubble:
    radius = canvas.radius(place.tally.planned)
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
