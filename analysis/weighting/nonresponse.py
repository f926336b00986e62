"""Adjust for people who were invited and did not answer: a factor for each response class, small classes merged.

Within a class everybody is taken to be as likely to answer, so those who did stand for those who did not (Kalton G,
Flores-Cervantes I 2003, Weighting methods, J Off Stat 19:81-97, sec. 3).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.errors import DesignError
from analysis.labels import Labels, Numbers, read_positive
from analysis.weighting.margins import number_levels

MINIMUM_INVITED = 20
MAXIMUM_FACTOR = 2.5


@dataclass(frozen=True, slots=True)
class ResponseClass:
    """One cell, or neighbouring cells that were merged, and its factor.

    Attributes
    ----------
    cells : tuple
        Labels of the cells, several where they were merged.
    invited, responded : float
        People.
    invited_weight, responded_weight : float
        Sums of their base weights; equal to the people where no base weights were given.
    factor : float
        ``invited_weight / responded_weight``.
    within_limits : bool
        False for a last class left that still breaks a limit.
    """

    cells: tuple[Hashable, ...]
    invited: float
    responded: float
    invited_weight: float
    responded_weight: float
    within_limits: bool

    @property
    def factor(self) -> float:
        """The non-response factor, infinite where nobody answered."""
        return self.invited_weight / self.responded_weight if self.responded_weight > 0 else math.inf

    @property
    def merged(self) -> bool:
        """Whether the class holds several cells."""
        return len(self.cells) > 1


@dataclass(frozen=True, eq=False, slots=True)
class ResponseAdjustment:
    """Factors to multiply base weights by, and the classes they come from.

    Attributes
    ----------
    factor : ndarray, shape (n,)
    classes : tuple of ResponseClass
        In the order of the cells.
    """

    factor: NDArray[np.float64]
    classes: tuple[ResponseClass, ...]

    @property
    def merged(self) -> tuple[ResponseClass, ...]:
        """The classes that hold several cells."""
        return tuple(one for one in self.classes if one.merged)


def adjust_for_nonresponse(
    cells: Labels,
    invited: Numbers,
    responded: Numbers,
    *,
    base: Numbers | None = None,
    order: Sequence[Hashable] | None = None,
    minimum_invited: float = MINIMUM_INVITED,
    maximum_factor: float = MAXIMUM_FACTOR,
) -> ResponseAdjustment:
    """Return the factor of each row's class: invited over responded, both weighted where `base` is given.

    Parameters
    ----------
    cells : sequence of hashable, shape (n,)
        The response cell of each row.
    invited, responded : sequence of float, shape (n,)
        People of the row: 1 and 0 or 1 for a row a person, counts for a row a group.
    base : sequence of float, shape (n,), optional
        Base weight of each person of the row: the factor is Σ base·invited / Σ base·responded.
    order : sequence of hashable, optional
        The cells in the order in which they are neighbours; None: in order of first appearance.
    minimum_invited : float
        A cell with fewer people invited is merged.
    maximum_factor : float
        A cell with a larger factor is merged.

    Returns
    -------
    ResponseAdjustment

    Raises
    ------
    DesignError
        ``bad_count``, ``more_responded_than_invited``, ``bad_weight``, ``missing_label``, ``unknown_level``,
        ``wrong_length`` with the row; ``nobody_responded``.

    Notes
    -----
    The merging rule: as long as several classes are left and one breaks a limit, the one of those with the fewest
    invited (the earlier, if equal) joins the class just before or just after it in `order`, the one with the nearer
    response rate (the earlier, if equal). A single class left is used whatever its factor.

    Examples
    --------
    >>> result = adjust_for_nonresponse(["a", "b", "c"], [40, 10, 60], [20, 8, 48])
    >>> result.factor.tolist(), [one.cells for one in result.merged]
    ([2.0, 1.25, 1.25], [('b', 'c')])
    """
    n = len(cells)
    asked, answered = _read_counts(invited, n, "invited"), _read_counts(responded, n, "responded")
    if (answered > asked).any():
        row = int(np.argmax(answered > asked))
        raise DesignError(
            "more_responded_than_invited",
            f"{answered[row]:g} responded but {asked[row]:g} were invited; correct one of them",
            row,
        )
    weight = np.ones(n) if base is None else read_positive(base, n, "base weight", "bad_weight")
    number, levels = number_levels(cells, "the response cell", order)
    people = [np.bincount(number, values, minlength=len(levels)).tolist() for values in (asked, answered)]
    sums = [np.bincount(number, weight * values, minlength=len(levels)).tolist() for values in (asked, answered)]
    single = [
        ResponseClass((level,), invited_here, responded_here, before, after, within_limits=True)
        for level, invited_here, responded_here, before, after in zip(levels, *people, *sums, strict=True)
    ]
    classes = _merge_small(single, minimum_invited, maximum_factor)
    empty = next((one for one in classes if one.responded == 0), None)
    if empty:
        names = ", ".join(map(str, empty.cells))
        raise DesignError("nobody_responded", f"nobody answered in {names}; merge it with another response cell")
    factor_of = {cell: one.factor for one in classes for cell in one.cells}
    return ResponseAdjustment(np.array([factor_of[level] for level in levels])[number], tuple(classes))


def _merge_small(classes: list[ResponseClass], minimum: float, maximum: float) -> list[ResponseClass]:
    """Merge neighbours by the rule of `adjust_for_nonresponse`."""
    classes = list(classes)

    def breaks(one: ResponseClass) -> bool:
        return one.invited < minimum or one.factor > maximum

    while len(classes) > 1 and any(map(breaks, classes)):
        place = min((i for i, one in enumerate(classes) if breaks(one)), key=lambda i: (classes[i].invited, i))
        rate = 1 / classes[place].factor
        neighbours = [i for i in (place - 1, place + 1) if 0 <= i < len(classes)]
        other = min(neighbours, key=lambda i: (abs(1 / classes[i].factor - rate), i))
        first = min(place, other)
        classes[first : first + 2] = [_join(classes[first], classes[first + 1])]
    return [
        ResponseClass(one.cells, one.invited, one.responded, one.invited_weight, one.responded_weight, not breaks(one))
        for one in classes
    ]


def _join(one: ResponseClass, other: ResponseClass) -> ResponseClass:
    return ResponseClass(
        one.cells + other.cells,
        one.invited + other.invited,
        one.responded + other.responded,
        one.invited_weight + other.invited_weight,
        one.responded_weight + other.responded_weight,
        within_limits=True,
    )


def _read_counts(values: Numbers, n: int, name: str) -> NDArray[np.float64]:
    """Read counts, finite and at least 0."""
    counts = np.asarray(values, dtype=np.float64)
    if counts.shape != (n,):
        raise DesignError("wrong_length", f"{name} must hold one count a row, {n} in all, in one column")
    bad = ~(np.isfinite(counts) & (counts >= 0))
    if bad.any():
        row = int(np.argmax(bad))
        raise DesignError("bad_count", f"{name} is {counts[row]}; it must be a finite number, 0 or more", row)
    return counts
