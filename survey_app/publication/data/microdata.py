"""The anonymised responses: in random order, coded, with cells hidden where somebody stands out.

Never in them: identifiers, days, hours, words of the respondent, numbers that no index is made of, the language, the
collector, the device.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.disclosure import Suppression, class_sizes
from survey_app.instruments.schema import Instrument
from survey_app.publication.data.columns import FIRST_OUTSIDE, Column, answer_columns, design_columns
from survey_app.publication.data.disclosure import DisclosureReport, hide_cells
from survey_app.publication.data.settings import DataSettings
from survey_app.results.cube import NOT_ASKED, SurveyCube
from survey_app.results.extract import asked_column
from survey_app.sampling.frame import district_of

Order = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Cells:
    """A column and what stands in it.

    Attributes
    ----------
    column : Column
    values : ndarray, shape (n,)
        Of a column with categories 0 for nothing and i for the i-th category; else the values themselves.
    """

    column: Column
    values: NDArray[Any]

    def texts(self, rows: slice) -> list[Any]:
        """The cells of some rows as they stand in a CSV file."""
        if not self.column.categories:
            found = self.values[rows].tolist()
            return ["" if isinstance(value, float) and math.isnan(value) else value for value in found]
        codes = np.array(["", *(one.code for one in self.column.categories)], dtype=object)
        return list(codes[self.values[rows]])


@dataclass(frozen=True, eq=False)
class Microdata:
    """The columns of the file and the report of what was hidden in it."""

    cells: list[Cells]
    report: DisclosureReport
    simulated: bool

    def __len__(self) -> int:
        return len(self.cells[0].values)

    @property
    def columns(self) -> list[Column]:
        """The columns in order."""
        return [one.column for one in self.cells]


def build_microdata(
    counts: SurveyCube,
    table: pa.Table,
    settings: DataSettings,
    *,
    published: Sequence[str],
    weighted_by: Sequence[str],
    secret: str,
) -> Microdata:
    """The responses of an extract as columns, anonymised.

    Parameters
    ----------
    counts, table
        The responses, their design and weights.
    published : sequence of str
        The breakdowns that are published: districts are named if they are among them, and cells of these questions
        are hidden last.
    weighted_by : sequence of str
        Questions that the weights tell of within a primary unit.
    secret : str
        Known to the installation alone; makes the order of the rows where no seed is given.

    Raises
    ------
    UserError
        Too few people are alike by what the file shows in any case.
    """
    order, design = _begin(counts, table, settings, published, secret)
    instrument = counts.instrument
    answers = [Cells(column, _values(instrument, column, table, order)) for column in answer_columns(instrument)]
    report, suppression = _check(design, answers, settings, published, weighted_by)
    hidden = dict(zip(report.hideable, suppression.hidden.T, strict=True)) if suppression is not None else {}
    answers = [_hide(one, hidden.get(one.column.item)) if one.column.kind == "single" else one for one in answers]
    return Microdata(design + answers, report, counts.survey.simulated)


def check_microdata(
    counts: SurveyCube,
    table: pa.Table,
    settings: DataSettings,
    *,
    published: Sequence[str],
    weighted_by: Sequence[str],
    secret: str,
) -> DisclosureReport:
    """What `build_microdata` would hide, with arguments and errors as there."""
    order, design = _begin(counts, table, settings, published, secret)
    keys = [one for one in answer_columns(counts.instrument) if one.kind == "single" and one.item in settings.keys]
    answers = [Cells(column, _values(counts.instrument, column, table, order)) for column in keys]
    return _check(design, answers, settings, published, weighted_by)[0]


def _begin(
    counts: SurveyCube, table: pa.Table, settings: DataSettings, published: Sequence[str], secret: str
) -> tuple[Order, list[Cells]]:
    """The order of the rows, and the design in that order with new codes."""
    chance = np.random.default_rng(_number(settings.seed or f"{secret}|{counts.survey.slug}|{counts.fingerprint}"))
    order = chance.permutation(len(table))
    return order, _design_cells(counts, table, settings, order, chance, published)


def _check(
    design: list[Cells],
    answers: list[Cells],
    settings: DataSettings,
    published: Sequence[str],
    weighted_by: Sequence[str],
) -> tuple[DisclosureReport, Suppression | None]:
    return hide_cells(
        {one.column.name: one.values for one in design},
        {one.column.item: one.values for one in answers if one.column.kind == "single"},
        settings,
        published=published,
        weighted_by=weighted_by,
    )


def _number(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], "big")


def _hide(cells: Cells, hidden: NDArray[np.bool_] | None) -> Cells:
    if hidden is None or not hidden.any():
        return cells
    column = cells.column.with_hidden()
    return Cells(column, np.where(hidden, len(column.categories), cells.values))


def _design_cells(
    counts: SurveyCube,
    table: pa.Table,
    settings: DataSettings,
    order: Order,
    chance: np.random.Generator,
    published: Sequence[str],
) -> list[Cells]:
    codes = _column(table, "commune")[order].tolist()
    places = counts.design.places
    frame = counts.cube.frame
    lists = dict(zip(frame.names, frame.list_size.tolist(), strict=True))
    strata = _new_codes("T", sorted({one.stratum for one in places.values()}), chance)
    units = _new_codes("P", sorted({one.psu for one in places.values()}), chance)
    found = {code: district_of(place.unit) for code, place in places.items()}
    districts = {one.code: one.name for one in found.values() if one} if "district" in published else None
    communes = {code: place.unit.name for code, place in places.items()} if settings.communes else None
    values: dict[str, list[Any]] = {
        "row": list(range(1, len(codes) + 1)),
        "stratum": [strata[places[code].stratum] for code in codes],
        "stratum_size": [_size(places[code].population) for code in codes],
        "psu": [units[places[code].psu] for code in codes],
        "list_size": [_size(lists[places[code].psu]) for code in codes],
        "district": [one.code if (one := found[code]) else "" for code in codes],
        "commune": codes,
        "weight": counts.weighting.of_row[order].tolist(),
        "channel": _column(table, "channel")[order].tolist(),
    }
    return [
        Cells(column, _coded(column, values[column.name]) if column.categories else np.array(values[column.name]))
        for column in design_columns(districts or None, communes)
    ]


def _size(population: float) -> float:
    return population if math.isfinite(population) else math.inf


def _new_codes(letter: str, names: list[str], chance: np.random.Generator) -> dict[str, str]:
    """Codes that tell nothing: T1, T2, … in an order drawn by lot."""
    width = len(str(len(names)))
    places = chance.permutation(len(names)).tolist()
    return {name: f"{letter}{place + 1:0{width}d}" for name, place in zip(names, places, strict=True)}


def _values(instrument: Instrument, column: Column, table: pa.Table, order: Order) -> NDArray[Any]:
    cells = _column(table, column.item)[order]
    item = instrument.item(column.item)
    if column.kind == "number":
        values: NDArray[Any] = cells.astype(np.float64)
    elif column.kind == "option":
        values = _coded(column, [_answer_to_option(item, column.option, cell) for cell in cells])
    elif column.kind == "ranking":
        place = int(column.option) - 1
        values = _coded(column, [cell[place] if cell is not None and len(cell) > place else None for cell in cells])
    else:
        values = _coded(column, cells.tolist())
    if item.show_if is not None:
        asked = _column(table, asked_column(column.item))[order].astype(bool)
        unasked = NOT_ASKED if column.kind == "number" else _place(column, NOT_ASKED)
        values = np.where(asked, values, unasked)
    return values


def _answer_to_option(item: Any, option: str, cell: Any) -> int | None:
    if cell is None:
        return None
    given = set(cell)
    outside = [str(one.value) for one in item.options if one.missing is not None]
    for number, value in enumerate(outside):
        if value in given:
            return FIRST_OUTSIDE - number
    return int(option in given)


def _place(column: Column, code: int) -> int:
    return next(number for number, one in enumerate(column.categories, 1) if one.code == code)


def _coded(column: Column, values: list[Any]) -> NDArray[np.int16]:
    """The place of each value among the categories; 0 for none."""
    place = {_plain(one.code): number for number, one in enumerate(column.categories, 1)}
    return np.array([0 if value is None else place.get(_plain(value), 0) for value in values], dtype=np.int16)


def _plain(value: Any) -> str:
    """A code as text; numbers with nothing behind the point as whole ones, as columns with gaps hold them."""
    return str(int(value)) if isinstance(value, float) and math.isfinite(value) else str(value)


def _column(table: pa.Table, name: str) -> NDArray[Any]:
    found: NDArray[Any] = table.column(name).to_numpy(zero_copy_only=False)
    return found


def smallest_class(microdata: Microdata, keys: Sequence[str]) -> int:
    """How many rows the rarest combination of columns has, as the file shows it; a hidden cell is a value."""
    columns = [one.values for one in microdata.cells if one.column.name in keys]
    numbers = [np.unique(values, return_inverse=True)[1] for values in columns]
    return int(class_sizes(np.column_stack(numbers)).min()) if numbers and len(microdata) else 0
