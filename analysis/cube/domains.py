"""Gather the counts of a cube into the domains of a table, and score them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.cube.cube import MOMENTS, Margin, PsuCube, moment_weights
from analysis.cube.measure import CubeMeasure
from analysis.errors import DesignError

PART = 2000
"""PSUs times places that are computed at once: enough to be fast, few enough to stay small."""


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """Some places of a breakdown and the PSUs that their variances need.

    Attributes
    ----------
    psus : ndarray of int, shape (p',)
    places : ndarray of int, shape (D_p',)
    """

    psus: NDArray[np.intp]
    places: NDArray[np.intp]


@dataclass(frozen=True, eq=False, slots=True)
class Layout:
    """How PSUs and combinations of keys fall into D = D_p D_k domains.

    Attributes
    ----------
    margin : Margin
    domains : list of tuple of str
    of_psu : ndarray, shape (p, D_p)
        1 where the PSU lies in the place.
    of_combination : ndarray, shape (L, D_k)
        1 where the combination of levels belongs to the domain.
    order : ndarray of int, shape (D,)
        The number, places before keys, of each of `domains`.
    """

    margin: Margin
    domains: list[tuple[str, ...]]
    of_psu: NDArray[np.float64]
    of_combination: NDArray[np.float64]
    order: NDArray[np.intp]

    @classmethod
    def of(cls, cube: PsuCube, by: tuple[str, ...]) -> Layout:
        """Lay out the domains of a breakdown.

        Parameters
        ----------
        cube : PsuCube
        by : tuple of str
            Places of the frame and keys of the plan.

        Raises
        ------
        DesignError
            ``not_in_cube`` if the cube cannot tell them apart.
        """
        keys = [name for name in by if name in cube.plan.keys]
        places = [name for name in by if name not in cube.plan.keys]
        for name in places:
            if name not in cube.frame.places:
                known = ", ".join([*cube.frame.places, *cube.plan.keys])
                raise DesignError("not_in_cube", f"the cube knows no breakdown {name!r}; it knows {known}")
        margin = cube.margin(keys)
        digits = np.unravel_index(np.arange(margin.combinations), margin.shape) if margin.shape else ()
        levels: dict[str, list[str]] = {}
        of_psu, of_combination = np.ones((len(cube.frame), 1)), np.ones((margin.combinations, 1))
        for name in places:
            labels = np.array(cube.frame.places[name], dtype=str)
            levels[name] = sorted(set(labels[labels != ""].tolist()))
            of_psu = _cross(of_psu, np.column_stack([labels == level for level in levels[name]]))
        for name in keys:
            levels[name] = [str(level) for level in cube.plan.keys[name]]
            digit = digits[margin.keys.index(name)]
            wanted = np.arange(1, 1 + len(levels[name]))
            of_combination = _cross(of_combination, digit[:, None] == wanted)
        sizes = [len(levels[name]) for name in (*places, *keys)]
        number = np.arange(int(np.prod(sizes, dtype=np.int64))).reshape(sizes)
        order = number.transpose([[*places, *keys].index(name) for name in by]).reshape(-1)
        domains: list[tuple[str, ...]] = [()]
        for name in by:
            domains = [(*some, level) for some in domains for level in levels[name]]
        return cls(margin, domains, of_psu, of_combination, order)

    def gather(self, values: NDArray[np.float64], part: Part) -> NDArray[np.float64]:
        """Sum values by PSU and combination into the domains of a part.

        Parameters
        ----------
        values : ndarray, shape (..., p, L, c)
        part : Part

        Returns
        -------
        ndarray, shape (..., p', D', c)
        """
        by_key = self.of_combination.T @ values[..., part.psus, :, :]  # (..., p', D_k, c)
        of_psu = self.of_psu[part.psus][:, part.places]
        crossed = by_key[..., :, None, :, :] * of_psu[:, :, None, None]  # (..., p', D_p', D_k, c)
        *before, p, places, keys, columns = crossed.shape
        return crossed.reshape(*before, p, places * keys, columns)

    def total(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum values by PSU and combination over PSUs into domains.

        Parameters
        ----------
        values : ndarray, shape (..., p, L, c)

        Returns
        -------
        ndarray, shape (..., D, c)
        """
        by_key = self.of_combination.T @ values  # (..., p, D_k, c)
        *before, p, keys, columns = by_key.shape
        sums = self.of_psu.T @ by_key.reshape(*before, p, keys * columns)  # (..., D_p, D_k c)
        return sums.reshape(*before, len(self.order), columns)[..., self.order, :]

    def parts(self, stratum: NDArray[np.intp]) -> Iterator[Part]:
        """Split the places into parts that need few PSUs each: all those of the strata that the places reach into.

        Parameters
        ----------
        stratum : ndarray of int, shape (p,)
            Of each PSU.

        Yields
        ------
        Part
        """
        reached = [frozenset(stratum[column > 0].tolist()) for column in self.of_psu.T]
        size = np.bincount(stratum, minlength=int(stratum.max(initial=0)) + 1)
        places: list[int] = []
        strata: frozenset[int] = frozenset()
        for place in sorted(range(len(reached)), key=lambda number: sorted(reached[number])):
            wider = strata | reached[place]
            if places and sum(size[h] for h in wider) * (len(places) + 1) > PART:
                yield Part(np.flatnonzero(np.isin(stratum, list(strata))), np.array(places, dtype=np.intp))
                places, wider = [], reached[place]
            places, strata = [*places, place], wider
        if places:
            yield Part(np.flatnonzero(np.isin(stratum, list(strata))), np.array(places, dtype=np.intp))

    def numbers(self, part: Part) -> NDArray[np.intp]:
        """Return the places in `domains` of the domains of a part.

        Parameters
        ----------
        part : Part

        Returns
        -------
        ndarray of int, shape (D',)
            In the order of `gather`.
        """
        keys = self.of_combination.shape[1]
        numbered = (part.places[:, None] * keys + np.arange(keys)).reshape(-1)
        return np.argsort(self.order)[numbered]


def _cross(left: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return every product of a column of one with a column of the other."""
    return (left[:, :, None] * right[:, None, :]).reshape(len(left), left.shape[1] * right.shape[1])


def gather_moments(cube: PsuCube, measures: Sequence[CubeMeasure], layout: Layout, part: Part) -> NDArray[np.float64]:
    """Return the sums of `MOMENTS` of every measure, PSU and domain of a part.

    Parameters
    ----------
    cube : PsuCube
    measures : sequence of CubeMeasure, length k
    layout : Layout
    part : Part

    Returns
    -------
    ndarray, shape (9, k, p', D')

    Raises
    ------
    DesignError
        ``unknown_measure``, ``unknown_level``.

    Examples
    --------
    >>> from analysis.cube import Batch, CubePlan, PsuFrame
    >>> frame = PsuFrame.declare(psu=["x1", "x2"], weights=[2, 1], places={"district": ["A", "B"]})
    >>> cube = PsuCube(frame, CubePlan.of({"q01": ["no", "yes"]}))
    >>> cube.add(Batch(np.array([0, 0, 1]), {"q01": np.array([1, 2, 2])}))
    >>> rate, part = CubeMeasure.rate("q01", ["yes"], ["no", "yes"]), Part(np.array([0, 1]), np.array([0]))
    >>> found = gather_moments(cube, [rate], Layout.of(cube, ()), part)[:, 0, :, 0]
    >>> {name: sums for name, sums in zip(MOMENTS, found.tolist()) if name in {"n", "wy", "wx", "w2xx"}}
    {'n': [2.0, 1.0], 'wy': [2.0, 1.0], 'wx': [4.0, 1.0], 'w2xx': [8.0, 1.0]}
    """
    p, d = len(part.psus), len(part.places) * layout.of_combination.shape[1]
    found = np.zeros((len(MOMENTS), len(measures), p, d))
    for width, names in cube.plan.widths.items():
        wanted = [
            number for number, measure in enumerate(measures) if measure.name in names and measure.values is not None
        ]
        if wanted:
            chosen = [measures[number] for number in wanted]
            found[:, wanted] = _score(cube, chosen, width, names, layout, part)
    for number, measure in enumerate(measures):
        if measure.values is None:
            if measure.name not in cube.plan.pooled:
                raise DesignError("unknown_measure", f"the cube has no pooled measure {measure.name!r}")
            moments = layout.margin.moments[measure.name]
            weighted = moments if cube.row_weights else moments * moment_weights(cube.frame.weight)
            found[:, number] = layout.gather(weighted, part).transpose(2, 0, 1)
        elif measure.name not in cube.plan.items:
            raise DesignError("unknown_measure", f"the cube has no item {measure.name!r}")
    return found


def _score(
    cube: PsuCube, measures: list[CubeMeasure], width: int, names: list[str], layout: Layout, part: Part
) -> NDArray[np.float64]:
    """Return the moments of measures on items of one width, shape (9, k, p', D')."""
    table = layout.margin.answers[width]
    wanted = [names.index(measure.name) for measure in measures]
    table = table if wanted == list(range(len(names))) else table[wanted]
    k, p, combinations, answers, columns = table.shape
    scores = np.stack([_read_scores(cube, measure) for measure in measures])  # (k, a, 3): valid, y, y²
    factors = _place_scores(scores, columns)
    # scoring first leaves fewer columns to gather, and one product a measure
    scored = (table.reshape(k, p * combinations, answers * columns) @ factors).reshape(
        k, p, combinations, factors.shape[-1]
    )
    sums = np.ascontiguousarray(np.moveaxis(layout.gather(scored, part), -1, 0))  # (columns, k, p', D')
    if cube.row_weights:
        n, w, wy, wyy, w2, w2y, w2yy = sums
        return np.stack([n, n, w, wy, w, wyy, w2yy, w2y, w2])
    n, y, yy = sums
    weight = cube.frame.weight[part.psus, None]
    w, wy, wyy = weight * n, weight * y, weight * yy
    return np.stack([n, n, w, wy, w, wyy, weight * wyy, weight * wy, weight * w])


def _place_scores(scores: NDArray[np.float64], columns: int) -> NDArray[np.float64]:
    """Return what turns the counts of a cell into its sums, shape (k, ac, 3) for c = 1 or (k, ac, 7) for c = 3."""
    if columns == 1:
        return scores
    k, answers, _three = scores.shape
    factors = np.zeros((k, answers, columns, 7))
    factors[:, :, 0, 0] = scores[..., 0]
    factors[:, :, 1, 1:4] = scores
    factors[:, :, 2, 4:7] = scores
    return factors.reshape(k, answers * columns, 7)


def _read_scores(cube: PsuCube, measure: CubeMeasure) -> NDArray[np.float64]:
    """Return for each answer whether it counts, its value and its square, shape (a, 3)."""
    values = measure.values or {}
    levels = cube.plan.items[measure.name]
    unknown = [level for level in values if level not in levels]
    if unknown:
        raise DesignError("unknown_level", f"{measure.name} has no answer {unknown[0]!r} in the cube")
    scores = np.zeros((1 + len(levels), 3))
    for place, level in enumerate(levels, start=1):
        if level in values:
            scores[place] = 1.0, values[level], values[level] ** 2
    return scores


def count_rows(cube: PsuCube, layout: Layout) -> NDArray[np.int64]:
    """Count the responses of each domain, with an answer or without.

    Parameters
    ----------
    cube : PsuCube
    layout : Layout

    Returns
    -------
    ndarray of int, shape (D,)

    Examples
    --------
    >>> from analysis.cube import Batch, CubePlan, PsuFrame
    >>> frame = PsuFrame.declare(psu=["x1", "x2"], weights=[2, 1], places={"district": ["A", "B"]})
    >>> cube = PsuCube(frame, CubePlan.of({"q01": ["no", "yes"]}))
    >>> cube.add(Batch(np.array([0, 0, 1]), {"q01": np.array([1, 2, 2])}))
    >>> count_rows(cube, Layout.of(cube, ("district",))).tolist()
    [2, 1]
    """
    for table in layout.margin.answers.values():
        return np.rint(layout.total(table[0, ..., 0].sum(axis=-1, keepdims=True))[:, 0]).astype(np.int64)
    return np.zeros(len(layout.domains), dtype=np.int64)
