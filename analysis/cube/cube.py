"""Responses reduced once to counts by PSU, item and answer; every table is then computed from those.

A response adds one to a cell an item, so a cube is kept and brought up to date as responses come, and its size depends
on communes, questions and answers, not on respondents.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cube.batch import Batch, Codes
from analysis.cube.counting import add_counts, add_moments, stack_powers
from analysis.cube.frame import PsuFrame
from analysis.errors import DesignError, MeasureError
from analysis.labels import read_positive

Level = Any


@dataclass(frozen=True)
class CubePlan:
    """What a cube counts.

    Attributes
    ----------
    items : dict of str to tuple
        The answers (levels) of each item.
    keys : dict of str to tuple
        The levels of each breakdown that cuts through PSUs: sex, age, channel.
    crossings : tuple of tuple of str
        Keys counted together: ``(("sex", "age"), ("channel",))`` gives tables by sex, by age, by both and by
        channel. Counts by PSU alone are always there.
    pooled : tuple of str
        Measures that are sums over several items a respondent, such as the pooled index.
    """

    items: Mapping[str, tuple[Level, ...]]
    keys: Mapping[str, tuple[Level, ...]]
    crossings: tuple[tuple[str, ...], ...]
    pooled: tuple[str, ...]

    @classmethod
    def of(
        cls,
        items: Mapping[str, Sequence[Level]],
        keys: Mapping[str, Sequence[Level]] | None = None,
        crossings: Sequence[Sequence[str]] | None = None,
        pooled: Sequence[str] = (),
    ) -> CubePlan:
        """Check and build a plan.

        Parameters
        ----------
        items, keys : mapping of str to sequence
            The levels of each.
        crossings : sequence of sequence of str, optional
            Keys counted together; None: each key alone.
        pooled : sequence of str

        Raises
        ------
        DesignError
            ``unknown_key``, ``name_twice``.
        """
        by = dict(keys or {})
        crossed = tuple(tuple(some) for some in crossings) if crossings is not None else tuple((key,) for key in by)
        for name in (name for some in crossed for name in some):
            if name not in by:
                raise DesignError("unknown_key", f"crossing names {name!r}, which is no key; there are {', '.join(by)}")
        twice = set(pooled) & set(items)
        if twice:
            raise DesignError("name_twice", f"{min(twice)!r} is both an item and a pooled measure; rename one")
        return cls(
            {name: tuple(levels) for name, levels in items.items()},
            {name: tuple(levels) for name, levels in by.items()},
            crossed,
            tuple(pooled),
        )

    @property
    def widths(self) -> dict[int, list[str]]:
        """The items by 1 + their number of answers, in order."""
        found: dict[int, list[str]] = {}
        for name, levels in self.items.items():
            found.setdefault(1 + len(levels), []).append(name)
        return found


MOMENTS = ("n", "x", "w", "wy", "wx", "wyy", "w2yy", "w2xy", "w2xx")
"""Sums of a pooled measure over rows with a denominator: rows, x, w, wy, wx, w times the squares of the answers behind
the row (y, as each is 0 or 1), w²y², w²xy, w²x²."""

LARGEST = 50_000_000
"""Cells an array may have; a crossing of many keys passes it and is refused."""


@dataclass(eq=False, slots=True)
class Margin:
    """Counts by PSU and the levels of some keys, L combinations of levels in all.

    Attributes
    ----------
    keys : tuple of str
    shape : tuple of int
        1 + levels of each key: place 0 is for a respondent who gave none.
    answers : dict of int to ndarray, shape (J, p, L, a, c)
        For the J items with a - 1 answers, in the order of the plan, the responses by answer, place 0 without one.
        c = 1: their number, every response weighing as its PSU does; c = 3: their number, Σw and Σw².
    moments : dict of str to ndarray, shape (p, L, 9)
        For each pooled measure, the sums of `MOMENTS`, with weights of 1 while every response weighs as its PSU does.
    """

    keys: tuple[str, ...]
    shape: tuple[int, ...]
    answers: dict[int, NDArray[np.float64]]
    moments: dict[str, NDArray[np.float64]]

    @property
    def combinations(self) -> int:
        """L, the combinations of levels of the keys."""
        return math.prod(self.shape)

    def sum_to(self, wanted: Set[str]) -> Margin:
        """Return the margin of only some of the keys.

        Parameters
        ----------
        wanted : set of str
        """
        if wanted == set(self.keys):
            return self
        shape = tuple(size for key, size in zip(self.keys, self.shape, strict=True) if key in wanted)
        away = tuple(place for place, key in enumerate(self.keys) if key not in wanted)

        def collapse(table: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
            before, after = table.shape[:axis], table.shape[axis + 1 :]
            sums = table.reshape(*before, *self.shape, *after)
            for gone, place in enumerate(away):  # one key after the other, which numpy adds up in long runs
                sums = sums.sum(axis=axis + place - gone)
            return sums.reshape(*before, math.prod(shape), *after)

        return Margin(
            tuple(key for key in self.keys if key in wanted),
            shape,
            {width: collapse(table, 2) for width, table in self.answers.items()},
            {name: collapse(table, 1) for name, table in self.moments.items()},
        )


class PsuCube:
    """Counts of a survey's responses by PSU, item and answer.

    Parameters
    ----------
    frame : PsuFrame
        p PSUs.
    plan : CubePlan

    Attributes
    ----------
    rows : ndarray, shape (p,)
        Responses of each PSU.
    row_weights : bool
        Whether responses have weights of their own; False: each weighs as its PSU in `frame`, which may then be
        given other weights at any time.

    Raises
    ------
    DesignError
        ``crossing_too_large``.

    Examples
    --------
    >>> from analysis.cube import Batch, CubePlan, PsuCube, PsuFrame
    >>> frame = PsuFrame.declare(psu=["x1", "x2"], psu_population=[8, 8])
    >>> cube = PsuCube(frame, CubePlan.of({"q01": [1, 2, 3, 4, 5]}))
    >>> cube.add(Batch(np.array([0, 0, 1]), {"q01": np.array([4, 5, 0])}))
    >>> cube.rows.tolist(), cube.count("q01").sum(axis=(0, 1)).tolist()
    ([2.0, 1.0], [1.0, 0.0, 0.0, 0.0, 1.0, 1.0])
    """

    def __init__(self, frame: PsuFrame, plan: CubePlan) -> None:
        self.frame = frame
        self.plan = plan
        self.rows = np.zeros(len(frame))
        self.row_weights = False
        crossings = dict.fromkeys(keys for keys in plan.crossings if keys)
        self.margins: dict[tuple[str, ...], Margin] = {keys: self._empty(keys) for keys in crossings or {(): None}}
        self._summed: dict[frozenset[str], Margin] = {}

    def _empty(self, keys: tuple[str, ...]) -> Margin:
        shape = tuple(1 + len(self.plan.keys[key]) for key in keys)
        place = (len(self.frame), math.prod(shape))
        widths = self.plan.widths
        cells = math.prod(place) * sum(width * len(names) for width, names in widths.items())
        if cells > LARGEST:
            raise DesignError(
                "crossing_too_large", f"crossing {', '.join(keys)} makes too many cells; cross fewer keys"
            )
        return Margin(
            keys,
            shape,
            {width: np.zeros((len(names), *place, width, 1)) for width, names in widths.items()},
            {name: np.zeros((*place, len(MOMENTS))) for name in self.plan.pooled},
        )

    def margin(self, keys: Sequence[str]) -> Margin:
        """Return the margin that tells just `keys` apart, summed from a larger one where need be.

        Parameters
        ----------
        keys : sequence of str

        Returns
        -------
        Margin

        Raises
        ------
        DesignError
            ``not_in_cube`` if they are not counted together.
        """
        wanted = frozenset(keys)
        if wanted not in self._summed:
            fitting = [margin for margin in self.margins.values() if wanted <= set(margin.keys)]
            if not fitting:
                raise DesignError(
                    "not_in_cube", f"the cube does not cross {', '.join(keys)}; count them together first"
                )
            self._summed[wanted] = min(fitting, key=lambda margin: margin.combinations).sum_to(wanted)
        return self._summed[wanted]

    def count(self, item: str, keys: Sequence[str] = ()) -> NDArray[np.float64]:
        """Return the responses of an item by PSU, combination of `keys` as in `margin`, and answer, shape (p, L, a)."""
        width = 1 + len(self.plan.items[item])
        return self.margin(keys).answers[width][self.plan.widths[width].index(item), ..., 0]

    def add(self, batch: Batch) -> None:
        """Count n more responses; takes time in proportion to n alone.

        Parameters
        ----------
        batch : Batch

        Raises
        ------
        MeasureError
            ``wrong_length``, ``bad_code``, ``not_in_batch``, ``bad_weight``, ``negative_denominator``, before anything
            is counted.
        """
        self._count(batch, 1.0)

    def remove(self, batch: Batch) -> None:
        """Take back responses that were counted; errors as in `add`."""
        self._count(batch, -1.0)

    def merge(self, other: PsuCube) -> None:
        """Count all of another cube.

        Parameters
        ----------
        other : PsuCube
            Of the same frame and plan; it may be given row weights.

        Raises
        ------
        DesignError
            ``other_plan`` if it counts other things.
        """
        if other.plan != self.plan or other.frame.names != self.frame.names:
            raise DesignError("other_plan", "the cubes count other things; build them from one frame and plan")
        if self.row_weights or other.row_weights or not np.array_equal(self.frame.weight, other.frame.weight):
            self.give_row_weights()
            other.give_row_weights()
        self.rows += other.rows
        self._summed.clear()
        for keys, margin in self.margins.items():
            for width, theirs in other.margins[keys].answers.items():
                margin.answers[width] += theirs
            for name, theirs in other.margins[keys].moments.items():
                margin.moments[name] += theirs

    def give_row_weights(self) -> None:
        """Write out the weights that were the PSUs', so that a response may have its own."""
        if self.row_weights:
            return
        w = self.frame.weight[:, None, None, None]
        factors = np.concatenate([np.ones_like(w), w, w * w], axis=-1)
        for margin in self.margins.values():
            if self.rows.any():
                margin.answers = {width: table * factors for width, table in margin.answers.items()}
            else:  # nothing to weigh yet: memory that nobody has touched
                margin.answers = {width: np.zeros((*table.shape[:-1], 3)) for width, table in margin.answers.items()}
            margin.moments = {name: table * moment_weights(self.frame.weight) for name, table in margin.moments.items()}
        self.row_weights = True
        self._summed.clear()

    def _count(self, batch: Batch, sign: float) -> None:
        _check(batch, self)
        psu = batch.psu.astype(np.intp, copy=False)
        w = self._read_weights(batch, psu)
        if w is not None:
            self.give_row_weights()
        values = None if w is None else stack_powers(w, sign)
        for margin in self.margins.values():
            group = psu
            for key, size in zip(margin.keys, margin.shape, strict=True):
                group = group * size + batch.keys[key]
            for width, table in margin.answers.items():
                columns = [batch.answers[name] for name in self.plan.widths[width]]
                add_counts(table, group, columns, values, sign)
            for name, table in margin.moments.items():
                add_moments(table, group, *batch.counts[name], w, sign)
        self.rows += sign * np.bincount(psu, minlength=len(self.rows))
        self._summed.clear()

    def _read_weights(self, batch: Batch, psu: NDArray[np.intp]) -> NDArray[np.float64] | None:
        """Return a weight a row where the cube needs them: None while all weigh as their PSU."""
        if batch.weights is None:
            return self.frame.weight[psu] if self.row_weights else None
        w = np.asarray(batch.weights, dtype=np.float64)
        return w if self.row_weights or not np.array_equal(w, self.frame.weight[psu]) else None


def moment_weights(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what turns moments counted with weights of 1 into weighted ones.

    Parameters
    ----------
    weight : ndarray, shape (p,)
        Of a response of each PSU.

    Returns
    -------
    ndarray, shape (p, 1, 9)
        1, w or w² for each of `MOMENTS`.

    Examples
    --------
    >>> moment_weights(np.array([3.0])).tolist()
    [[[1.0, 1.0, 3.0, 3.0, 3.0, 3.0, 9.0, 9.0, 9.0]]]
    """
    one, w = np.ones_like(weight), weight
    return np.stack([one, one, w, w, w, w, w * w, w * w, w * w], axis=-1)[:, None, :]


def _check(batch: Batch, cube: PsuCube) -> None:
    """Refuse a batch whose columns are missing, of another length, or out of range."""
    n, plan = len(batch.psu), cube.plan
    _check_codes("psu", batch.psu, n, 0, len(cube.frame))
    for name, levels in plan.items.items():
        _check_codes(name, batch.answers.get(name), n, 0, 1 + len(levels))
    for key in {key for keys in plan.crossings for key in keys}:
        _check_codes(key, batch.keys.get(key), n, 0, 1 + len(plan.keys[key]))
    for name in plan.pooled:
        for column in batch.counts.get(name, ()):
            if column.shape != (n,):
                raise MeasureError("wrong_length", f"{name} must hold one value a response, {n} in all")
        if name not in batch.counts:
            raise MeasureError("not_in_batch", f"the batch has no counts {name!r}, which the cube counts")
        if (batch.counts[name][1] < 0).any():
            raise MeasureError("negative_denominator", f"{name} has a denominator below 0; it counts answers")
    if batch.weights is not None:
        read_positive(batch.weights, n, "weight", "bad_weight")


def _check_codes(name: str, codes: Codes | None, n: int, low: int, high: int) -> None:
    if codes is None:
        raise MeasureError("not_in_batch", f"the batch has no column {name!r}, which the cube counts")
    if codes.shape != (n,):
        raise MeasureError("wrong_length", f"{name} must hold one value a response, {n} in all")
    if n and (codes.min() < low or codes.max() >= high):
        row = int(np.argmax((codes < low) | (codes >= high)))
        raise MeasureError("bad_code", f"{name} has the code {codes[row]}; codes run from {low} to {high - 1}", row)
