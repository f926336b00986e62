"""Local suppression: hide single cells until every row looks like at least k rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.disclosure.classes import Codes, class_sizes, count_below, number_classes

HIDDEN = -1
"""What a hidden cell holds; it counts as a value of its own."""

Flags = NDArray[np.bool_]


class Unreachable(ValueError):
    """Groups that the file shows in any case hold fewer than k rows.

    Attributes
    ----------
    rows : ndarray of bool, shape (n,)
        The rows of these groups.
    """

    def __init__(self, rows: Flags) -> None:
        super().__init__(f"{int(rows.sum())} rows are in groups smaller than k that cannot be hidden")
        self.rows = rows


@dataclass(frozen=True, eq=False)
class Suppression:
    """What was hidden, and why.

    Attributes
    ----------
    hidden : ndarray of bool, shape (n, q)
        The cells to hide.
    at_risk : int
        Rows that fewer than k rows looked like before.
    k : int
    """

    hidden: Flags
    at_risk: int
    k: int

    @property
    def cells(self) -> list[int]:
        """Hidden cells of each key."""
        return [int(count) for count in self.hidden.sum(axis=0)]

    @property
    def rows(self) -> int:
        """Rows with a hidden cell."""
        return int(self.hidden.any(axis=1).sum())


def suppress_cells(
    keys: ArrayLike, k: int, *, shown: ArrayLike | None = None, costs: Sequence[float] | None = None
) -> Suppression:
    """Choose cells to hide so that every combination shown is shown by at least k rows.

    Parameters
    ----------
    keys : array_like of int, shape (n, q)
        Values from 0 of the keys that may be hidden; no answer is a value too.
    k : int
        At least 1.
    shown : array_like of int, shape (n, r), optional
        Keys that the file shows in any case, such as the stratum.
    costs : sequence of float, length q, optional
        What a hidden cell of each key costs; 1 each by default.

    Returns
    -------
    Suppression

    Raises
    ------
    Unreachable
        A combination of the keys shown in any case has fewer than k rows.
    ValueError
        For a k below 1, or values below 0.

    Notes
    -----
    Greedy, not the optimum, which is NP-hard (Meyerson and Williams 2004): sets of keys are tried from the cheapest to
    the dearest; of sets that cost the same the one that frees most rows goes first. Hiding a set frees a row at risk
    where at least k rows then look alike. What is left in a group of the keys shown is hidden whole, with as many
    further rows, the cheapest, as k needs. A hidden cell is a value of its own: that it could be anything protects
    nobody.

    Examples
    --------
    >>> found = suppress_cells([[1, 1], [1, 1], [1, 2], [1, 3]], 2)
    >>> found.at_risk, found.hidden.tolist()
    (2, [[False, False], [False, False], [False, True], [False, True]])
    """
    table = np.asarray(keys, dtype=np.int64)
    groups = number_classes(np.zeros((len(table), 0)) if shown is None else shown)
    if k < 1 or (table.size and table.min() < 0):
        raise ValueError(f"k is {k} and must be at least 1; values must not be below 0")
    price = np.ones(table.shape[1]) if costs is None else np.asarray(costs, dtype=np.float64)
    small = class_sizes(groups[:, None]) < k
    if small.any():
        raise Unreachable(small)
    hidden = np.zeros(table.shape, dtype=np.bool_)
    at_risk = class_sizes(np.column_stack([groups, table])) < k
    before = int(at_risk.sum())
    for sets in _sets_by_cost(price):
        while at_risk.any():
            freed = [(_freed_by(groups, table, hidden, at_risk, keys_hidden, k), keys_hidden) for keys_hidden in sets]
            rows, best = max(freed, key=lambda pair: int(pair[0].sum()))
            if not rows.any():
                break
            hidden[:, best] |= rows[:, None]
            at_risk &= ~rows
    hidden[at_risk] = True
    _complete_groups(groups, table, hidden, at_risk, price, k)
    return Suppression(hidden, before, k)


def _sets_by_cost(price: NDArray[np.float64]) -> Iterator[list[list[int]]]:
    """The sets of keys that cost the same, the cheapest first."""
    keys = range(len(price))
    sets = [list(chosen) for size in range(1, len(price) + 1) for chosen in combinations(keys, size)]
    sets.sort(key=lambda chosen: float(price[chosen].sum()))
    for _cost, alike in groupby(sets, key=lambda chosen: float(price[chosen].sum())):
        yield list(alike)


def _freed_by(groups: Codes, table: Codes, hidden: Flags, at_risk: Flags, keys: list[int], k: int) -> Flags:
    """The rows at risk that at least k rows look like once these keys are hidden in all rows at risk."""
    pattern = np.zeros(table.shape[1], dtype=np.bool_)
    pattern[keys] = True
    involved = np.flatnonzero(at_risk | (hidden == pattern).all(axis=1))
    seen = np.where(pattern, HIDDEN, table[involved])
    freed = np.zeros(len(table), dtype=np.bool_)
    freed[involved] = class_sizes(np.column_stack([groups[involved], seen])) >= k
    freed &= at_risk
    return freed


def _complete_groups(
    groups: Codes, table: Codes, hidden: Flags, left: Flags, price: NDArray[np.float64], k: int
) -> None:
    """Hide further rows whole where fewer than k rows of a group are hidden whole."""
    for group in np.unique(groups[left]).tolist():
        inside = np.flatnonzero(groups == group)
        while (missing := k - int(hidden[inside].all(axis=1).sum())) > 0:
            others = inside[~hidden[inside].all(axis=1)]
            seen = number_classes(np.where(hidden[others], HIDDEN, table[others]))
            size = np.bincount(seen)
            cost = (~hidden[others]) @ price
            spare = (size - k)[seen]
            first = others[np.lexsort((seen, -spare, cost, spare <= 0))[0]]
            alike = others[seen == seen[others == first][0]]
            taken = min(missing, len(alike) - k) if len(alike) > k else len(alike)
            hidden[alike[:taken]] = True


def rows_at_risk(keys: ArrayLike, suppression: Suppression, shown: ArrayLike | None = None) -> int:
    """Count the rows that fewer than k rows look like after cells were hidden: 0, or the suppression is wrong.

    Parameters
    ----------
    keys : array_like of int, shape (n, q)
    suppression : Suppression
    shown : array_like of int, shape (n, r), optional

    Returns
    -------
    int

    Examples
    --------
    >>> keys = [[1, 1], [1, 1], [1, 2], [1, 3]]
    >>> rows_at_risk(keys, suppress_cells(keys, 2))
    0
    """
    seen = np.where(suppression.hidden, HIDDEN, np.asarray(keys, dtype=np.int64))
    groups = np.zeros((len(seen), 0)) if shown is None else np.asarray(shown, dtype=np.int64)
    return count_below(np.column_stack([groups, seen]), suppression.k)
