"""Where: what can be said of the order of places, and a map of their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.joint import by_group
from analysis.ranks import Ranks, rank_shares
from survey_app.geography.bubbles import Label, label_parts, lay_out_places, without_kind
from survey_app.i18n import language
from survey_app.results.crossing.coded import CodedResponses
from survey_app.results.crossing.facets import Facet
from survey_app.results.crossing.measures import Shown
from survey_app.results.crossing.respondents import satisfied_of
from survey_app.results.design import SampleDesign
from survey_app.results.estimates import Row
from survey_app.results.heat_chart import step_of
from survey_app.sampling.frame import district_of

LABELLED_RADIUS = 10.0


@dataclass(frozen=True, eq=False)
class Ranking:
    """Rows in an order that claims nothing unproven, and the rank of each that has one.

    Attributes
    ----------
    ranked, unranked : list of Row
        Highest possible rank first, then by name; those that have too few communes, or no figure.
    low, high : dict of str to int
        By the value of the facet.
    ties : list of list of Row
        Runs of rows no two of which can be ranked.
    proven : list of (Row, Row)
        Pairs of which the first is proven to lie higher.
    together : bool
        Nothing is ranked because the parts share communes, and of this measure nobody can tell how they go together.
    """

    ranked: list[Row]
    unranked: list[Row]
    low: dict[str, int]
    high: dict[str, int]
    ties: list[list[Row]]
    proven: list[tuple[Row, Row]]
    together: bool = False


def rank_rows(coded: CodedResponses, one: Shown, facet: Facet, rows: Sequence[Row]) -> Ranking:
    """The possible ranks of the parts of a facet by a share; a part that is only for reference is never ranked."""
    parts = [row for row in rows if row.domain[facet.by]]
    fit = [row for row in parts if _may_be_ranked(row)]
    if len(fit) > 1 and satisfied_of(coded, one) is None and _share_units(coded, facet, fit):
        return Ranking([], parts, {}, {}, [], [], together=True)
    ranks = _rank(coded, one, facet, fit) if len(fit) > 1 else None
    if ranks is None:
        return Ranking([], parts, {}, {}, [], [])
    low = {row.domain[facet.by]: int(rank) for row, rank in zip(fit, ranks.low, strict=True)}
    high = {row.domain[facet.by]: int(rank) for row, rank in zip(fit, ranks.high, strict=True)}
    ordered = sorted(fit, key=lambda row: (low[row.domain[facet.by]], high[row.domain[facet.by]]))
    proven = [(fit[i], fit[j]) for i, j in np.argwhere(ranks.above).tolist()]
    rest = [row for row in parts if row not in fit]
    return Ranking(ordered, rest, low, high, [[fit[place] for place in run] for run in ranks.ties], proven)


def _may_be_ranked(row: Row) -> bool:
    limits = row.ci or {}
    return (
        row.unit == "share"
        and row.estimate is not None
        and "model_assisted" not in row.marks
        and (limits.get("n_effective") or 0) > 0
        and (limits.get("df") or 0) > 0
    )


def _share_units(coded: CodedResponses, facet: Facet, rows: Sequence[Row]) -> bool:
    """Whether any two of the parts have responses of one primary unit."""
    levels = list(facet.levels)
    codes = coded.facet(facet.by)
    inside = np.isin(codes, [1 + levels.index(row.domain[facet.by]) for row in rows])
    pairs = np.unique(np.column_stack([coded.psu[inside], codes[inside]]), axis=0)
    return len(np.unique(pairs[:, 0])) < len(pairs)


def _rank(coded: CodedResponses, one: Shown, facet: Facet, rows: Sequence[Row]) -> Ranks:
    limits = [row.ci or {} for row in rows]
    return rank_shares(
        [row.estimate or 0.0 for row in rows],
        [limit["n_effective"] for limit in limits],
        [limit["df"] for limit in limits],
        level=coded.rule.level,
        correlation=_correlate(coded, one, facet, [row.domain[facet.by] for row in rows]),
    )


def _correlate(coded: CodedResponses, one: Shown, facet: Facet, values: list[str]) -> np.ndarray | None:
    """How the figures of parts that share primary units go together; None where each part has its own."""
    found = satisfied_of(coded, one)
    if facet.by in ("district", "commune") or found is None:
        return None
    satisfied, given = found
    names = np.array(["", *facet.levels], dtype=object)[coded.facet(facet.by)]
    joint = by_group(coded.responses.design, satisfied, names.tolist(), denominator=given, order=values)
    together = np.nan_to_num(joint.correlation)
    np.fill_diagonal(together, 1.0)
    return together


@dataclass(frozen=True)
class PlaceSpot:
    """A commune on the map or as a tile: its figure, its shade, and where it stands."""

    row: Row
    name: str
    short_name: str
    step: int
    x: float = 0.0
    y: float = 0.0
    radius: float = 0.0

    @property
    def is_labelled(self) -> bool:
        """Whether the figure fits into the bubble."""
        return self.radius >= LABELLED_RADIUS


@dataclass(frozen=True)
class PlaceMap:
    """Bubbles where every place has a position, else tiles by district."""

    height: float
    bubbles: list[PlaceSpot]
    labels: list[Label]
    blocks: list[tuple[str, list[PlaceSpot]]]


def draw_places(design: SampleDesign, rows: Sequence[Row], limits: Sequence[float]) -> PlaceMap:
    """The drawn places with their figures; of a bubble the area tells the answers, the shade the figure."""
    units = {code: place.unit for code, place in design.places.items()}
    shown = [row for row in rows if row.domain.get("commune") in units]
    inside = [units[row.domain["commune"]] for row in shown]
    districts = [found.name if (found := district_of(unit)) else "" for unit in inside]
    spots = [
        PlaceSpot(row, row.domain_title[language()], without_kind(row.domain_title[language()]), step_of(row, limits))
        for row in shown
    ]
    canvas = lay_out_places([(unit.longitude, unit.latitude) for unit in inside], [row.respondents for row in shown])
    if canvas is None:
        blocks: dict[str, list[PlaceSpot]] = {}
        for district, spot in zip(districts, spots, strict=True):
            blocks.setdefault(district, []).append(spot)
        return PlaceMap(0.0, [], [], list(blocks.items()))
    circles = [
        (round(x, 1), round(y, 1), round(canvas.radius(row.respondents), 1))
        for (x, y), row in zip(canvas.spots, shown, strict=True)
    ]
    placed = [
        PlaceSpot(spot.row, spot.name, spot.short_name, spot.step, *circle)
        for spot, circle in zip(spots, circles, strict=True)
    ]
    ordered = sorted(placed, key=lambda one: -one.radius)
    return PlaceMap(canvas.height, ordered, label_parts(districts, circles), [])
