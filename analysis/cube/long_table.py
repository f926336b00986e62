"""A cube as a long Arrow table, one line a cell that is not 0; `long_reader` builds a cube from such a table.

Columns: ``margin`` (the number of the margin among the plan's, from 0), ``by_`` and the name of each key (its level;
null where the margin has no such key or the respondent gave none), ``psu``, ``item``, ``level`` (null without an
answer), ``count``; ``weighted`` and ``squared`` (Σw and Σw²) where responses have weights of their own. A line of a
pooled measure has its name as ``item``, no level, and the sums of `MOMENTS` in columns of their own. A line without an
item holds the responses of a PSU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.cube.cube import MOMENTS, Margin, PsuCube
from analysis.cube.levels import check_texts

if TYPE_CHECKING:
    import pyarrow as pa

MOMENT_COLUMNS = dict(zip(MOMENTS, ("count", "x", "weighted", *MOMENTS[3:]), strict=True))
"""The column that holds each moment of a pooled measure."""

Numbers = NDArray[np.float64]


def key_column(key: str) -> str:
    """Return the name of a key's column.

    Parameters
    ----------
    key : str

    Returns
    -------
    str

    Examples
    --------
    >>> key_column("sex")
    'by_sex'
    """
    return f"by_{key}"


def to_table(cube: PsuCube) -> pa.Table:
    """Write a cube as a long table.

    Parameters
    ----------
    cube : PsuCube

    Returns
    -------
    pyarrow.Table
        With the columns told above, texts as dictionaries.

    Raises
    ------
    DesignError
        ``same_text`` where two levels of an item or key are written alike.

    Examples
    --------
    >>> from analysis.cube import Batch, CubePlan, PsuFrame
    >>> cube = PsuCube(PsuFrame.declare(psu=["x1", "x2"]), CubePlan.of({"q01": ["no", "yes"]}))
    >>> cube.add(Batch(np.array([0, 0, 1]), {"q01": np.array([2, 2, 0])}))
    >>> for line in to_table(cube).select(["psu", "item", "level", "count"]).to_pylist():
    ...     print(*line.values())
    x1 None None 2
    x2 None None 1
    x1 q01 yes 2
    x2 q01 None 1
    """
    check_texts(cube.plan)
    lines = _Lines(cube)
    for number, margin in enumerate(cube.margins.values()):
        for width, table in margin.answers.items():
            lines.add_answers(number, margin, cube.plan.widths[width], table)
        for name, table in margin.moments.items():
            lines.add_moments(number, margin, name, table)
    return lines.build()


class _Lines:
    """The columns of the table as they grow."""

    def __init__(self, cube: PsuCube) -> None:
        self.cube, plan = cube, cube.plan
        self.items = {name: number for number, name in enumerate([*plan.items, *plan.pooled])}
        texts = dict.fromkeys(str(level) for levels in plan.items.values() for level in levels)
        self.levels = {text: number for number, text in enumerate(texts)}
        self.keys = list(dict.fromkeys(key for keys in cube.margins for key in keys))
        self.sums = ["count", *(["weighted", "squared"] if cube.row_weights else [])]
        self.sums += [name for name in MOMENT_COLUMNS.values() if plan.pooled and name not in {"count", "weighted"}]
        self.codes: dict[str, list[NDArray[np.int32]]] = {}
        self.values: dict[str, list[Numbers]] = {}
        (psu,) = np.nonzero(cube.rows)
        self._add(0, psu, {}, np.full(len(psu), -1), np.full(len(psu), -1), {"count": cube.rows[psu]})

    def _add(
        self,
        margin: int,
        psu: NDArray[Any],
        keys: dict[str, NDArray[Any]],
        item: NDArray[Any],
        level: NDArray[Any],
        values: dict[str, Numbers],
    ) -> None:
        """Add lines; -1 stands for null."""
        codes = {"margin": np.full(len(psu), margin), "psu": psu, "item": item, "level": level}
        codes |= {key_column(key): keys.get(key, np.full(len(psu), -1)) for key in self.keys}
        for name, column in codes.items():
            self.codes.setdefault(name, []).append(column.astype(np.int32))
        for name in self.sums:
            self.values.setdefault(name, []).append(values.get(name, np.full(len(psu), np.nan)))

    def add_answers(self, number: int, margin: Margin, names: Sequence[str], table: Numbers) -> None:
        """Add the cells of the items of one width, shape (J, p, L, a, c)."""
        item, psu, combination, answer = np.nonzero((table != 0).any(axis=-1))
        cells = table[item, psu, combination, answer]
        level = np.full((len(names), table.shape[-2]), -1)
        for place, name in enumerate(names):
            level[place, 1:] = [self.levels[str(value)] for value in self.cube.plan.items[name]]
        self._add(
            number, psu, _digits(margin, combination),
            np.array([self.items[name] for name in names])[item], level[item, answer],
            dict(zip(("count", "weighted", "squared"), cells.T, strict=False)),
        )  # fmt: skip

    def add_moments(self, number: int, margin: Margin, name: str, table: Numbers) -> None:
        """Add the cells of a pooled measure, shape (p, L, 9)."""
        psu, combination = np.nonzero((table != 0).any(axis=-1))
        cells = dict(zip(MOMENT_COLUMNS.values(), table[psu, combination].T, strict=True))
        none = np.full(len(psu), -1)
        self._add(number, psu, _digits(margin, combination), np.full(len(psu), self.items[name]), none, cells)

    def build(self) -> pa.Table:
        """Return the table."""
        import pyarrow as pa

        plan = self.cube.plan
        texts = {"psu": list(self.cube.frame.names), "item": list(self.items), "level": list(self.levels)}
        texts |= {key_column(key): [str(level) for level in plan.keys[key]] for key in self.keys}
        codes = {name: np.concatenate(parts) for name, parts in self.codes.items()}
        columns: dict[str, pa.Array] = {"margin": pa.array(codes.pop("margin"), pa.int32())}
        for name, column in codes.items():
            indices = pa.array(column, mask=column < 0)
            columns[name] = pa.DictionaryArray.from_arrays(indices, pa.array(texts[name], pa.string()))
        for name, parts in self.values.items():
            numbers = np.concatenate(parts)
            kind = pa.int64() if name == "count" else pa.float64()
            columns[name] = pa.array(numbers, mask=np.isnan(numbers)).cast(kind)
        return pa.table(columns)


def _digits(margin: Margin, combination: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    """Return the place of each key's level, -1 where the respondent gave none."""
    if not margin.shape:
        return {}
    digits = np.unravel_index(combination, margin.shape)
    return {key: digit - 1 for key, digit in zip(margin.keys, digits, strict=True)}
