"""A cube from a long table of counts, whoever counted them: a stored cube or another engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.cube.cube import CubePlan, Margin, PsuCube
from analysis.cube.frame import PsuFrame
from analysis.cube.levels import check_texts, place_levels
from analysis.cube.long_table import MOMENT_COLUMNS, key_column
from analysis.errors import MeasureError, TableError, check_columns

if TYPE_CHECKING:
    import pyarrow as pa

Places = NDArray[np.int64]


def from_table(table: pa.Table, frame: PsuFrame, plan: CubePlan) -> PsuCube:
    """Build a cube from a long table; lines of one cell add up, so the table may be pieced together.

    Parameters
    ----------
    table : pyarrow.Table
        With the columns that `long_table` tells; text may be dictionaries or plain. Responses have weights of their own
        where there is a column ``weighted``.
    frame : PsuFrame
    plan : CubePlan

    Returns
    -------
    PsuCube

    Raises
    ------
    DesignError
        ``unknown_column``, ``unknown_psu``, ``missing_label``, ``not_in_cube``, ``unknown_level``, ``same_text``,
        ``crossing_too_large``.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = pa.table({
    ...     "margin": [0, 0, 0], "psu": ["x1", "x1", "x1"], "item": [None, "q01", "q01"],
    ...     "level": [None, "yes", None], "count": [3, 2, 1]})
    >>> cube = from_table(table, PsuFrame.declare(psu=["x1"]), CubePlan.of({"q01": ["no", "yes"]}))
    >>> cube.rows.tolist(), cube.count("q01").tolist()
    ([3.0], [[[1.0, 0.0, 2.0]]])
    """
    check_texts(plan)
    cube = PsuCube(frame, plan)
    cube.row_weights = "weighted" in table.column_names
    lines = _Lines(table, cube)
    whole = lines.item < 0
    cube.rows += np.bincount(lines.psu[whole], weights=lines.sums["count"][whole], minlength=len(frame))
    for number, margin in enumerate(cube.margins.values()):
        here = ~whole & (lines.margin == number)
        group = lines.psu
        for key, size in zip(margin.keys, margin.shape, strict=True):
            group = group * size + lines.read_levels(key_column(key), plan.keys[key], here)
        for width, names in plan.widths.items():
            lines.add_answers(margin, names, width, group, here)
        for name in plan.pooled:
            lines.add_moments(margin, name, group, here)
    return cube


class _Lines:
    """The columns of a long table as numbers; an item of -1 is a line of a PSU's responses."""

    def __init__(self, table: pa.Table, cube: PsuCube) -> None:
        self.table, self.cube = table, cube
        plan = cube.plan
        self.names = [*plan.items, *plan.pooled]
        wanted = ["count", *(["weighted", "squared"] if cube.row_weights else [])]
        wanted += [name for name in MOMENT_COLUMNS.values() if plan.pooled and name not in {"count", "weighted"}]
        self.sums = {name: self._numbers(name) for name in wanted}
        self.margin = self._numbers("margin").astype(np.int64)
        if len(self.margin) and not 0 <= self.margin.min() <= self.margin.max() < len(cube.margins):
            raise TableError(
                "not_in_cube", "the table has a margin that the plan has not; give the plan it was made with"
            )
        self.psu = self._read_psu()
        place, texts = self._texts("item")
        unknown = [text for text in texts if text not in self.names]
        if unknown:
            raise TableError("not_in_cube", f"the table has an item {unknown[0]!r} that the plan has not")
        self.item = np.array([*(self.names.index(text) for text in texts), -1], dtype=np.int64)[place]
        self.answer = self._read_answers()

    def _column(self, name: str) -> pa.ChunkedArray:
        check_columns([name], self.table.column_names)
        return self.table.column(name)

    def _numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column as numbers, 0 where null."""
        import pyarrow as pa
        import pyarrow.compute as pc

        return pc.fill_null(self._column(name).cast(pa.float64()), 0.0).to_numpy()

    def _texts(self, name: str) -> tuple[Places, list[str]]:
        """Return a column as places among different texts, -1 where null."""
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self._column(name)
        if not pa.types.is_dictionary(column.type):
            column = column.cast(pa.string()).dictionary_encode()
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0)
        places = pc.fill_null(column.indices.cast(pa.int64()), -1)
        return places.to_numpy(zero_copy_only=False), column.dictionary.cast(pa.string()).to_pylist()

    def _read_psu(self) -> Places:
        place, texts = self._texts("psu")
        if (place < 0).any():
            raise TableError("missing_label", "psu is missing; give every response its psu")
        places = {name: number for number, name in enumerate(self.cube.frame.names)}
        unknown = [texts[number] for number in np.unique(place) if texts[number] not in places]
        if unknown:
            raise TableError("unknown_psu", f"the frame has no PSU {unknown[0]!r}; add it or leave its responses out")
        return np.array([places.get(text, -1) for text in texts], dtype=np.int64)[place]

    def _read_answers(self) -> Places:
        """Return the code of each line's answer, 0 where the line is not of an item."""
        place, texts = self._texts("level")
        items = self.cube.plan.items
        codes = np.zeros((len(self.names) + 1, len(texts) + 1), dtype=np.int64)
        for number, levels in enumerate(items.values()):
            codes[number, :-1] = place_levels(_blank_nan(texts, levels), levels)
        found: Places = codes[self.item, place]
        if (found < 0).any():
            line = int(np.argmax(found < 0))
            name = self.names[self.item[line]]
            raise _unknown_level(name, texts[place[line]], items[name])
        return found

    def read_levels(self, name: str, levels: Sequence[Any], here: NDArray[np.bool_]) -> Places:
        """Return a column of a key's levels as codes, checked where `here`."""
        place, texts = self._texts(name)
        codes = np.array([*place_levels(_blank_nan(texts, levels), levels), 0], dtype=np.int64)[place]
        wrong = here & (codes < 0)
        if wrong.any():
            raise _unknown_level(name.removeprefix("by_"), texts[place[np.argmax(wrong)]], levels)
        return codes

    def add_answers(
        self, margin: Margin, names: Sequence[str], width: int, group: Places, here: NDArray[np.bool_]
    ) -> None:
        """Add the lines of the items of one width to the margin's table, shape (J, p, L, a, c)."""
        table = margin.answers[width]
        of_item = np.full(len(self.names) + 1, -1)
        of_item[[self.names.index(name) for name in names]] = np.arange(len(names))
        lines = here & (of_item[self.item] >= 0)
        cells = len(self.cube.frame) * margin.combinations
        place = (of_item[self.item[lines]] * cells + group[lines]) * width + self.answer[lines]
        columns = ("count", "weighted", "squared") if self.cube.row_weights else ("count",)
        size = len(names) * cells * width
        sums = np.empty((size, len(columns)))
        for number, name in enumerate(columns):
            sums[:, number] = np.bincount(place, weights=self.sums[name][lines], minlength=size)
        margin.answers[width] = sums.reshape(*table.shape[:-1], len(columns))

    def add_moments(self, margin: Margin, name: str, group: Places, here: NDArray[np.bool_]) -> None:
        """Add the lines of a pooled measure to the margin's table, shape (p, L, 9)."""
        table = margin.moments[name]
        lines = here & (self.item == self.names.index(name))
        for number, column in enumerate(MOMENT_COLUMNS.values()):
            values = self.sums.get(column, self.sums["count"])[lines]
            size = len(self.cube.frame) * margin.combinations
            sums = np.bincount(group[lines], weights=values, minlength=size)
            table[..., number] = sums.reshape(table.shape[:-1])


def _blank_nan(texts: Sequence[str], levels: Sequence[Any]) -> list[str]:
    """Blank the text engines write for a number that is none."""
    return ["" if text.casefold() == "nan" and text not in levels else text for text in texts]


def _unknown_level(name: str, value: str, levels: Sequence[Any]) -> MeasureError:
    known = ", ".join(str(level) for level in levels)
    return MeasureError("unknown_level", f"{name} holds {value!r}; its levels are {known}")
