"""The reduction as one Ibis expression, for responses that lie in a database or a cluster: only counts come back.

The expression is the same for every engine that Ibis speaks to; it gives the long table that `long_reader` reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.cube.cube import CubePlan, PsuCube
from analysis.cube.frame import PsuFrame
from analysis.cube.levels import check_texts, list_margins
from analysis.cube.long_reader import from_table
from analysis.cube.long_table import MOMENT_COLUMNS, key_column
from analysis.cube.pooling import Pooled, check_pooled
from analysis.errors import check_columns

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from analysis.cube.measure import CubeMeasure


def reduction(
    table: Table,
    plan: CubePlan,
    *,
    psu: str = "psu",
    weights: str | None = None,
    columns: Mapping[str, str] | None = None,
    pooled: Pooled | None = None,
) -> Table:
    """Return the expression that counts a table's responses, one row a response.

    Parameters
    ----------
    table : ibis Table
        In any engine.
    plan : CubePlan
        Levels are found by their value in a column of numbers, by their text in any other; null, NaN and '' are no
        answer.
    psu, weights, columns, pooled
        As for `analysis.cube.parquet.reduce_parquet`.

    Returns
    -------
    ibis Table
        The long table that `long_table` tells, unexecuted.

    Raises
    ------
    DesignError
        ``unknown_column``, ``same_text``, and those of `check_pooled`.

    Examples
    --------
    >>> import ibis
    >>> responses = ibis.memtable({"commune": ["x1", "x1", "x2"], "q01": [5, 4, None]})
    >>> plan = CubePlan.of({"q01": [1, 2, 3, 4, 5]})
    >>> frame = PsuFrame.declare(psu=["x1", "x2"])
    >>> cube = cube_from(reduction(responses, plan, psu="commune"), frame, plan)
    >>> cube.rows.tolist(), cube.count("q01").sum(axis=(0, 1)).tolist()
    ([2.0, 1.0], [1.0, 0.0, 0.0, 0.0, 1.0, 1.0])
    """
    check_texts(plan)
    check_pooled(plan, pooled or {})
    counts = _Counts(table, plan, psu, weights, columns or {})
    parts = [counts.count_psus()]
    parts += [part for item in plan.items for part in counts.count_item(item)]
    parts += [part for name, rates in (pooled or {}).items() for part in counts.sum_pooled(name, rates)]
    return _unite(parts)


def cube_from(expression: Table, frame: PsuFrame, plan: CubePlan) -> PsuCube:
    """Run the expression of `reduction` where its table lies, and build the cube from the counts.

    Parameters
    ----------
    expression : ibis Table
    frame : PsuFrame
        Its names are the labels of the PSUs in the engine.
    plan : CubePlan
        The one given to `reduction`.

    Returns
    -------
    PsuCube

    Raises
    ------
    DesignError
        ``unknown_psu``, ``missing_label``, ``unknown_level``, ``crossing_too_large``.

    Examples
    --------
    >>> import ibis
    >>> responses = ibis.memtable({"psu": ["x1", "x1"], "q01": ["yes", "no"], "w": [1.5, 0.5]})
    >>> plan = CubePlan.of({"q01": ["no", "yes"]})
    >>> counts = reduction(responses, plan, weights="w")
    >>> cube_from(counts, PsuFrame.declare(psu=["x1"]), plan).margin(()).answers[3][0, 0, 0].tolist()
    [[0.0, 0.0, 0.0], [1.0, 0.5, 0.25], [1.0, 1.5, 2.25]]
    """
    return from_table(expression.to_pyarrow(), frame, plan)


class _Counts:
    """The tables of counts of a table's responses, their columns under names of our own."""

    def __init__(self, table: Table, plan: CubePlan, psu: str, weights: str | None, columns: Mapping[str, str]) -> None:
        self.plan = plan
        self.margins = list_margins(plan)
        self.keys = list(dict.fromkeys(key for keys in self.margins for key in keys))
        wanted = {"psu": psu}
        wanted |= {key_column(key): columns.get(key, key) for key in self.keys}
        wanted |= {_item_column(item): columns.get(item, item) for item in plan.items}
        wanted |= {"weight": weights} if weights else {}
        check_columns(wanted.values(), table.columns)
        self.table = table.select(**{name: table[column] for name, column in wanted.items()})
        self.sums = ["count", *(["weighted", "squared"] if weights else [])]
        self.sums += [name for name in MOMENT_COLUMNS.values() if plan.pooled and name not in {"count", "weighted"}]

    def count_psus(self) -> Table:
        """Return the responses of each PSU."""
        counted = self.table.group_by("psu").aggregate(count=self.table.count())
        return self._line_up(counted, 0, (), None, None)

    def count_item(self, item: str) -> list[Table]:
        """Return the counts of an item, one table a margin."""
        column = _item_column(item)
        sums: dict[str, Value] = {"count": self.table.count()}
        if "weighted" in self.sums:
            w = self.table["weight"].cast("float64")
            sums |= {"weighted": w.sum(), "squared": (w * w).sum()}
        return [
            self._line_up(counted, number, keys, item, column)
            for number, keys, counted in self._by_margin(self.table, [column], sums)
        ]

    def sum_pooled(self, name: str, rates: Sequence[CubeMeasure]) -> list[Table]:
        """Return the moments of a pooled measure, one table a margin."""
        import ibis

        agreed, answered = ibis.literal(0), ibis.literal(0)
        for rate in rates:
            column, values = self.table[_item_column(rate.name)], rate.values or {}
            agreed = agreed + _mark(column, [level for level, value in values.items() if value == 1])
            answered = answered + _mark(column, list(values))
        w = self.table["weight"].cast("float64") if "weighted" in self.sums else ibis.literal(1.0)
        # grouping by numerator and denominator first works them out once a respondent, not once a sum
        grouped = self.table.mutate(y=agreed, x=answered, w=w).group_by(["psu", *map(key_column, self.keys), "y", "x"])
        table = grouped.aggregate(n=lambda rows: rows.count(), w=lambda rows: rows["w"].sum(), w2=_sum_squares)
        table = table.filter(table["x"] > 0)
        y, x, w, w2 = (table[column].cast("float64") for column in ("y", "x", "w", "w2"))
        moments = {
            "count": table["n"].sum(), "x": (x * table["n"]).sum(), "weighted": w.sum(),
            "wy": (w * y).sum(), "wx": (w * x).sum(), "wyy": (w * y).sum(),
            "w2yy": (w2 * y * y).sum(), "w2xy": (w2 * x * y).sum(), "w2xx": (w2 * x * x).sum(),
        }  # fmt: skip
        sums = {column: value for column, value in moments.items() if column in self.sums}
        return [
            self._line_up(counted, number, keys, name, None)
            for number, keys, counted in self._by_margin(table, [], sums)
        ]

    def _by_margin(
        self, table: Table, columns: list[str], sums: Mapping[str, Value]
    ) -> Iterator[tuple[int, tuple[str, ...], Table]]:
        """Yield the sums of each margin; the responses are passed once, margins add up what was counted."""
        finest = table.group_by(["psu", *map(key_column, self.keys), *columns]).aggregate(**sums)
        for number, keys in enumerate(self.margins):
            if len(keys) == len(self.keys):
                yield number, keys, finest
            else:
                grouped = finest.group_by(["psu", *map(key_column, keys), *columns])
                yield number, keys, grouped.aggregate(**{name: finest[name].sum() for name in sums})

    def _line_up(
        self, counted: Table, margin: int, keys: tuple[str, ...], item: str | None, answer: str | None
    ) -> Table:
        """Return counts with the columns of the long table."""
        import ibis

        null = ibis.null("string")
        columns: dict[str, Value] = {"margin": ibis.literal(margin, "int32")}
        for key in self.keys:
            column = key_column(key)
            columns[column] = _text(counted[column], self.plan.keys[key]) if key in keys else null
        columns["psu"] = counted["psu"].cast("string")
        columns["item"] = null if item is None else ibis.literal(item, "string")
        columns["level"] = null if answer is None or item is None else _text(counted[answer], self.plan.items[item])
        for name in self.sums:
            kind = "int64" if name == "count" else "float64"
            columns[name] = counted[name].cast(kind) if name in counted.columns else ibis.null(kind)
        return counted.select(**columns)


def _item_column(item: str) -> str:
    return f"item_{item}"


def _text(column: Value, levels: Sequence[Any]) -> Value:
    """Write a column's values as the texts of the levels they equal."""
    import ibis

    kind = column.type()
    if kind.is_boolean():
        column = column.cast("int8")
    numbers = [level for level in levels if isinstance(level, int | float | np.number)]
    if not (kind.is_numeric() or kind.is_boolean()) or not numbers:
        return column.cast("string")
    same = [(column == float(level), str(level)) for level in numbers]
    return ibis.cases(*same, else_=column.cast("string"))


def _mark(column: Value, levels: Sequence[Any]) -> Value:
    """Return 1 where a column holds one of the levels, else 0."""
    import ibis

    numbers = [float(level) for level in levels if isinstance(level, int | float | np.number)]
    if column.type().is_numeric() and len(numbers) == len(levels):
        held = column.isin(numbers)
    else:
        held = _text(column, levels).isin([str(level) for level in levels])
    return ibis.cases((held, 1), else_=0)


def _sum_squares(rows: Table) -> Value:
    return (rows["w"] * rows["w"]).sum()


def _unite(tables: Sequence[Table]) -> Table:
    """Put tables one below the other, nested no deeper than need be."""
    if len(tables) == 1:
        return tables[0]
    middle = len(tables) // 2
    return _unite(tables[:middle]).union(_unite(tables[middle:]))
