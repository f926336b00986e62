"""Places on a picture by their positions: where each bubble stands, how large it may be, the names above them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from survey_app.plain_text import KIND_WORDS

WIDTH = 360.0
TALLEST, LOWEST = 480.0, 200.0
MARGIN = 26.0
LARGEST_RADIUS, SMALLEST_RADIUS = 22.0, 3.5
#: Part of the picture that the bubbles may cover in all.
COVER = 0.22
#: Radius of a usual place, in usual distances of neighbours.
CLOSENESS = 0.7

Spot = tuple[float, float]


@dataclass(frozen=True)
class Label:
    """A name above its places."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Canvas:
    """A picture 360 wide.

    Attributes
    ----------
    spots : list of (float, float)
        The middle of each place.
    unit : float
        The radius of a place of size 1.
    """

    height: float
    spots: list[Spot]
    unit: float

    def radius(self, size: float) -> float:
        """The radius of a place whose area tells its size."""
        return min(max(self.unit * math.sqrt(max(size, 1)), SMALLEST_RADIUS), LARGEST_RADIUS)


def lay_out_places(positions: Sequence[tuple[float | None, float | None]], sizes: Sequence[float]) -> Canvas | None:
    """Places by longitude and latitude on an equirectangular projection true to scale at their middle latitude.

    Returns
    -------
    Canvas or None
        None where a place has no position, or all lie on one spot.
    """
    points = [(x, y) for x, y in positions if x is not None and y is not None]
    if len(points) < len(positions) or len(set(points)) < 2:
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
    return Canvas(round(height, 1), spots, _radius_of_one([max(size, 1) for size in sizes], spots, height))


def _radius_of_one(sizes: Sequence[float], spots: Sequence[Spot], height: float) -> float:
    """The radius of a place of size 1: as large as the picture bears and the usual distance of neighbours allows."""
    nearest = [
        min(math.dist(here, there) for other, there in enumerate(spots) if other != number)
        for number, here in enumerate(spots)
    ]
    return min(
        math.sqrt(COVER * WIDTH * height / (math.pi * sum(sizes))),
        LARGEST_RADIUS / math.sqrt(max(sizes)),
        max(CLOSENESS * median(nearest), SMALLEST_RADIUS) / math.sqrt(median(sizes)),
    )


def label_parts(parts: Sequence[str], circles: Sequence[tuple[float, float, float]]) -> list[Label]:
    """The name of each part above its circles (x, y, radius); none for a single part."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for name, circle in zip(parts, circles, strict=True):
        if name:
            found.setdefault(name, []).append(circle)
    if len(found) < 2:
        return []
    return [
        Label(
            without_kind(name),
            round(min(max(sum(x for x, _y, _r in part) / len(part), 2 * MARGIN), WIDTH - 2 * MARGIN), 1),
            round(min(y - radius for _x, y, radius in part) - 3, 1),
        )
        for name, part in found.items()
    ]


def without_kind(name: str) -> str:
    """„Xã Tân Hiệp A” → „Tân Hiệp A”; „Phường 2” stays, for a number alone is no name."""
    for word in KIND_WORDS:
        rest = name[len(word) :]
        if name.casefold().startswith(word) and not rest.isdecimal():
            return rest
    return name
