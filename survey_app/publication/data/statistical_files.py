"""The responses for SPSS (.sav) and Stata (.dta), with Vietnamese labels and declared missing codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from survey_app.publication.data.columns import Category, Column
from survey_app.publication.data.microdata import Cells, Microdata

#: Stata's letter of each reason why there is no answer; what has none yet takes the next free one.
LETTERS = {"no_opinion": "a", "not_used": "b", "refused": "c", "dont_know": "d", "not_asked": "n", "hidden": "h"}
SPARE_LETTERS = "efgijklm"
MOST_DISCRETE = 3
"""SPSS declares at most three single missing codes, or a range and one."""
LONGEST = {"sav": 255, "dta": 80}
"""Characters of a variable's label."""


@dataclass(frozen=True)
class Coding:
    """The numbers and words of a column in a statistical file; a column of text has none."""

    numbers: tuple[float, ...]
    missing: tuple[Category, ...]

    @classmethod
    def of(cls, column: Column) -> Coding | None:
        """Whole numbers as they are, other codes by their place; None for a column without categories or with codes.

        Codes of places stay text.
        """
        if not column.categories or column.kind == "design":
            return None
        if column.numeric:
            numbers = [float(one.code) for one in column.categories]
        else:
            taken = [one.code for one in column.categories if isinstance(one.code, int)]
            free = (float(number) for number in range(1, 1000) if number not in taken)
            numbers = [float(one.code) if isinstance(one.code, int) else next(free) for one in column.categories]
        return cls(tuple(numbers), column.missing)


def spss_missing(column: Column, coding: Coding) -> tuple[tuple[float, ...], list[Any]]:
    """The numbers of a column and what is declared missing of them.

    Where more codes are missing than SPSS can name one by one, those of the questionnaire move to -11 and below, and
    all below 0 are declared.
    """
    gone = [n for n, one in zip(coding.numbers, column.categories, strict=True) if one.missing is not None]
    if len(gone) <= MOST_DISCRETE:
        return coding.numbers, list(gone)
    moved = iter(range(-11, -99, -1))
    numbers = tuple(
        float(next(moved)) if one.missing is not None and number >= 0 else number
        for number, one in zip(coding.numbers, column.categories, strict=True)
    )
    return numbers, [{"lo": -99.0, "hi": -1.0}]


def write_sav(microdata: Microdata, path: Path, *, title: str) -> None:
    """SPSS: missing codes stay numbers and are declared."""
    import pandas as pd
    import pyreadstat

    data, labels, missing, measures = {}, {}, {}, {}
    for cells in microdata.cells:
        column = cells.column
        coding = Coding.of(column)
        if coding is None:
            data[column.name] = _plain(cells)
            continue
        numbers, gone = spss_missing(column, coding)
        data[column.name] = np.array([np.nan, *numbers], dtype=np.float32)[cells.values]
        labels[column.name] = {number: one.label["vi"] for number, one in zip(numbers, column.categories, strict=True)}
        if gone:
            missing[column.name] = gone
        measures[column.name] = "ordinal" if column.kind == "scale" else "nominal"
    pyreadstat.write_sav(
        pd.DataFrame(data, copy=False),
        path,
        file_label=title[:64],
        column_labels=_labels(microdata.columns, "sav"),
        variable_value_labels=labels,
        missing_ranges=missing,
        variable_measure=measures,
        row_compress=True,
        note=_notes(microdata),
    )


def write_dta(microdata: Microdata, path: Path, *, title: str) -> None:
    """Stata: missing codes become extended missing values, .a for no opinion, .n for not asked, .h for hidden."""
    import pandas as pd
    import pyreadstat

    data: dict[str, Any] = {}
    labels: dict[str, dict[Any, str]] = {}
    missing: dict[str, list[str]] = {}
    for cells in microdata.cells:
        column = cells.column
        coding = Coding.of(column)
        if coding is None:
            data[column.name] = _plain(cells)
            continue
        letters = stata_letters(column)
        codes = [letters.get(one.code, number) for number, one in zip(coding.numbers, column.categories, strict=True)]
        # as categories, for a column of objects whose first rows are all letters would be taken for text
        data[column.name] = (
            pd.Categorical.from_codes(cells.values - 1, categories=pd.Index(codes, dtype=object))
            if letters
            else np.array([np.nan, *codes])[cells.values]
        )
        labels[column.name] = {code: one.label["vi"] for code, one in zip(codes, column.categories, strict=True)}
        if letters:
            missing[column.name] = list(letters.values())
    pyreadstat.write_dta(
        pd.DataFrame(data, copy=False),
        path,
        file_label=title[:80],
        column_labels=_labels(microdata.columns, "dta"),
        variable_value_labels=labels,
        missing_user_values=missing,
        version=15,
    )


def stata_letters(column: Column) -> dict[int | str, str]:
    """The letter of every missing code of a column."""
    found: dict[int | str, str] = {}
    spare = iter(SPARE_LETTERS)
    for one in column.missing:
        letter = LETTERS.get(one.missing or "", "")
        found[one.code] = letter if letter and letter not in found.values() else next(spare)
    return found


def _plain(cells: Cells) -> Any:
    """Numbers, and codes as text; what is endless has no value in these files, the label says so."""
    if cells.column.categories:
        return np.array(cells.texts(slice(None)), dtype=object).astype(str)
    values = cells.values
    return np.where(np.isinf(values), np.nan, values) if values.dtype.kind == "f" else values


def _labels(columns: Sequence[Column], form: str) -> dict[str, str | None]:
    return {column.name: column.label["vi"][: LONGEST[form]] for column in columns}


def _notes(microdata: Microdata) -> list[str]:
    return ["du lieu mo phong / simulated data"] if microdata.simulated else []
