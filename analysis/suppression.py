"""Which cells of a table with totals to withhold, so that those with too few people cannot be computed from others."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


def choose_withheld(counts: ArrayLike, *, minimum: int = 10) -> Flags:
    """Choose the cells and totals of a two-way table to withhold.

    Parameters
    ----------
    counts : array_like of int, shape (r, c)
        People in each cell; the totals follow from them.
    minimum : int
        Fewer people than this, and at least one: the cell or total is withheld. An empty one is shown.

    Returns
    -------
    ndarray of bool, shape (r + 1, c + 1)
        The totals of the rows in the last column, those of the columns in the last row.

    Raises
    ------
    ValueError
        No table, or a negative count.

    Notes
    -----
    A reader who knows every shown number, that a withheld one counts at least one person and that rows and columns add
    up, must find for each withheld cell at least two possible counts; and what a row or column leaves for its withheld
    cells together must be at least `minimum` people, for the figure of those together can be computed. A cell is
    protected by the cheapest cycle through it (rows and columns are the nodes of a network, cells its edges): a cell
    on no cycle of withheld cells is known exactly (Gusfield 1988), and along a cycle counts can shift where all
    of those that shrink stay at least 1.

    Examples
    --------
    >>> choose_withheld([[4, 30, 40], [25, 28, 60], [33, 35, 50]]).astype(int).tolist()
    [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    """
    table = _with_totals(counts)
    withheld: Flags = (table > 0) & (table < minimum)
    while _protect_cells(table, withheld) or _fill_lines(table, withheld, minimum):
        pass
    return withheld


def choose_withheld_parts(counts: ArrayLike, *, minimum: int = 10) -> Flags:
    """Choose the parts of a whole to withhold, by the rule of `choose_withheld` for one line.

    Parameters
    ----------
    counts : array_like of int, shape (r,)
    minimum : int

    Returns
    -------
    ndarray of bool, shape (r + 1,)
        The whole last.

    Examples
    --------
    >>> choose_withheld_parts([4, 30, 25, 60]).astype(int).tolist()
    [1, 0, 1, 0, 0]
    """
    line = _with_totals(np.asarray(counts, dtype=np.int64).reshape(1, -1))[0]
    hidden: Flags = (line > 0) & (line < minimum)
    while not hidden[-1] and hidden.any() and (hidden.sum() < 2 or line[hidden].sum() < minimum):
        shown = np.flatnonzero(~hidden[:-1] & (line[:-1] > 0))
        hidden[shown[np.argmin(line[shown])] if len(shown) else -1] = True
    return hidden


def find_bounds(counts: ArrayLike, withheld: Flags) -> list[tuple[tuple[int, int], bool, bool]]:
    """Say of each withheld cell whether a reader must think that it may count more, or fewer, people than it does.

    Parameters
    ----------
    counts : array_like of int, shape (r, c)
    withheld : ndarray of bool, shape (r + 1, c + 1)

    Returns
    -------
    list of ((int, int), bool, bool)
        Cell, may be more, may be fewer; a cell that may be neither is known.

    Examples
    --------
    >>> alone = np.zeros((3, 3), bool); alone[0, 0] = True
    >>> find_bounds([[4, 30], [25, 28]], alone)
    [((0, 0), False, False)]
    """
    table = _with_totals(counts)
    return [
        (cell, _can_shift(table, withheld, cell, 1), _can_shift(table, withheld, cell, -1))
        for cell in _cells_of(withheld)
    ]


def _with_totals(counts: ArrayLike) -> Counts:
    inner = np.asarray(counts, dtype=np.int64)
    if inner.ndim != 2 or (inner < 0).any():
        raise ValueError("a table has rows and columns of counts that are not negative")
    rows = np.concatenate([inner, inner.sum(axis=1, keepdims=True)], axis=1)
    return np.concatenate([rows, rows.sum(axis=0, keepdims=True)], axis=0)


def _cells_of(flags: Flags) -> list[tuple[int, int]]:
    return [(int(i), int(j)) for i, j in np.argwhere(flags)]


def _protect_cells(table: Counts, withheld: Flags) -> bool:
    """Withhold what keeps each withheld cell from being known, in place; say whether anything was added."""
    added = False
    for cell in _cells_of(withheld):
        if _can_shift(table, withheld, cell, 1) or _can_shift(table, withheld, cell, -1):
            continue
        for one in _close_cycle(table, withheld, cell) or _next_smallest(table, withheld, cell):
            withheld[one] = added = True
    return added


def _fill_lines(table: Counts, withheld: Flags, minimum: int) -> bool:
    """Withhold so much of each row and column that what it leaves is not too few, in place; say if any was added."""
    added = False
    for line, hidden in [*zip(table, withheld, strict=True), *zip(table.T, withheld.T, strict=True)]:
        while not hidden[-1] and hidden.any() and line[:-1][hidden[:-1]].sum() < minimum:
            shown = np.flatnonzero(~hidden[:-1] & (line[:-1] > 0))
            hidden[shown[np.argmin(line[shown])] if len(shown) else -1] = added = True
    return added


def _next_smallest(table: Counts, withheld: Flags, cell: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the smallest shown cell that shares a row or column with the cell, else of all."""
    shown = [(int(table[one]), one) for one in _cells_of(~withheld & (table > 0))]
    near = [entry for entry in shown if entry[1][0] == cell[0] or entry[1][1] == cell[1]]
    return [min(near or shown)[1]] if shown else []


def _close_cycle(table: Counts, withheld: Flags, cell: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the shown cells of the cheapest cycle through a cell; withheld cells cost nothing, others their people."""
    rows, start, goal = len(table), cell[0], len(table) + cell[1]
    best, came, waiting = {start: 0}, dict[int, tuple[int, tuple[int, int]]](), [(0, start)]
    while waiting:
        cost, node = heapq.heappop(waiting)
        if node == goal:
            break
        if cost > best[node]:
            continue
        for edge, other in _edges(table, node, rows):
            price = cost + (0 if withheld[edge] else int(table[edge]))
            if edge != cell and table[edge] > 0 and price < best.get(other, price + 1):
                best[other], came[other] = price, (node, edge)
                heapq.heappush(waiting, (price, other))
    if goal not in came:
        return []
    node, path = goal, []
    while node != start:
        node, edge = came[node]
        path.append(edge)
    return [edge for edge in path if not withheld[edge]]


def _edges(table: Counts, node: int, rows: int) -> Iterator[tuple[tuple[int, int], int]]:
    if node < rows:
        yield from (((node, j), rows + j) for j in range(table.shape[1]))
    else:
        yield from (((i, node - rows), i) for i in range(rows))


def _can_shift(table: Counts, withheld: Flags, cell: tuple[int, int], step: int) -> bool:
    """Whether the cell could count one more (1) or one fewer (-1), everything shown staying as it is."""
    if step < 0 and table[cell] <= 1:
        return False
    last = table.shape[0] - 1, table.shape[1] - 1
    rows, start, goal = len(table), cell[0], len(table) + cell[1]
    # a row's cells less its total add up to nothing, so a total counts the other way round; so does a column's
    sign = step * _side(cell, last)
    seen, waiting = {start}, deque([start])
    while waiting:
        node = waiting.popleft()
        for other in _neighbours(withheld, node, rows):
            edge = (node, other - rows) if node < rows else (other, node - rows)
            if edge == cell or other in seen:
                continue
            # edges change in turns: leaving a row for a column undoes the change of the cell, entering a row repeats it
            change = (-sign if node < rows else sign) * _side(edge, last)
            if change > 0 or table[edge] > 1:
                if other == goal:
                    return True
                seen.add(other)
                waiting.append(other)
    return False


def _neighbours(withheld: Flags, node: int, rows: int) -> list[int]:
    """Return the columns of the withheld cells of a row, as nodes, or the rows of those of a column."""
    if node < rows:
        found: list[int] = (np.flatnonzero(withheld[node]) + rows).tolist()
    else:
        found = np.flatnonzero(withheld[:, node - rows]).tolist()
    return found


def _side(cell: tuple[int, int], last: tuple[int, int]) -> int:
    """Return -1 for a total of a row or a column, 1 for a cell and for the total of all."""
    return (-1 if cell[0] == last[0] else 1) * (-1 if cell[1] == last[1] else 1)
