"""A CSV file as columns of text, read as numbers or labels where a function asks for them."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.errors import TableError, check_columns

MISSING = ("", "NA")
"""Cells that hold nothing."""


@dataclass(frozen=True, eq=False)
class CsvTable:
    """The cells of a file by column; read one with `CsvTable.read`.

    Attributes
    ----------
    cells : dict of str to ndarray of str, each shape (n,)
    codes_as_numbers : bool
        Whether labels of a column of numbers are those of the numbers, so that „01”, „1” and „1.0” are one label, as
        programs take them that guess the type of a column.
    decimal_comma : bool
        Whether numbers are written 0,8.

    Examples
    --------
    >>> table = CsvTable({"q1": np.array(["5", "", "2"]), "sex": np.array(["F", "M", "F"])})
    >>> table.numbers("q1").tolist(), table.successes("q1", [4, 5]).tolist()
    ([5.0, nan, 2.0], [1.0, nan, 0.0])
    >>> table.select(table.matching({"sex": "F"})).labels("q1").tolist()
    ['5', '2']
    """

    cells: dict[str, NDArray[np.str_]]
    codes_as_numbers: bool = False
    decimal_comma: bool = False
    _numbers: dict[str, NDArray[np.float64]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, path: Path, *, codes_as_numbers: bool = False) -> CsvTable:
        """Read a UTF-8 file with a header line, quotes as in RFC 4180.

        Parameters
        ----------
        path : Path
            Cells apart by commas, semicolons or tabs, as the header shows; with semicolons, numbers may have a decimal
            comma, as spreadsheets in Vietnamese write them.
        codes_as_numbers : bool
            As in the attribute.

        Raises
        ------
        TableError
            ``unreadable_file``, ``empty_file``, ``column_twice``, ``wrong_cells`` (with the row).
        """
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                delimiter = _find_delimiter(file.readline())
                file.seek(0)
                lines = csv.reader(file, strict=True, delimiter=delimiter)
                header = next(lines, [])
                rows = [row for row in lines if row]
        except OSError as error:
            raise TableError("unreadable_file", f"{path} cannot be opened: {error.strerror}") from error
        except (UnicodeDecodeError, csv.Error) as error:
            advice = "save it as CSV in UTF-8"
            raise TableError("unreadable_file", f"{path} is no CSV file in UTF-8 ({error}); {advice}") from error
        if header and header[0].startswith("PK\x03\x04"):
            raise TableError("unreadable_file", f"{path} is a workbook, not a CSV file; save it as CSV in UTF-8")
        if not header:
            raise TableError("empty_file", f"{path} is empty; give it a line of column names")
        twice = {name for name in header if header.count(name) > 1}
        if twice:
            raise TableError("column_twice", f"column {min(twice)!r} stands twice in {path}; rename one")
        for row, cells in enumerate(rows):
            if len(cells) != len(header):
                raise TableError("wrong_cells", f"{len(cells)} cells, but the header has {len(header)} columns", row)
        columns = zip(*rows, strict=True) if rows else ([] for _ in header)
        cells_by_name = {name: np.array(column, dtype=str) for name, column in zip(header, columns, strict=True)}
        return cls(cells_by_name, codes_as_numbers, decimal_comma=delimiter == ";")

    def __len__(self) -> int:
        return len(next(iter(self.cells.values())))

    def __contains__(self, name: object) -> bool:
        return name in self.cells

    def labels(self, name: str) -> NDArray[np.str_]:
        """Return a column as text, '' where the cell holds nothing.

        Parameters
        ----------
        name : str
            The column.

        Returns
        -------
        ndarray of str, shape (n,)

        Raises
        ------
        TableError
            ``unknown_column``.
        """
        check_columns([name], self.cells)
        column = self.cells[name]
        text = np.where(np.isin(column, MISSING), "", column)
        return _write_numbers(text) if self.codes_as_numbers else text

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column as numbers, NaN where the cell holds nothing.

        Parameters
        ----------
        name : str
            The column.

        Returns
        -------
        ndarray, shape (n,)

        Raises
        ------
        TableError
            ``unknown_column``, or ``not_a_number`` with the row.
        """
        if name not in self._numbers:
            column = self.cells.get(name)
            text = self.labels(name) if column is None else np.where(np.isin(column, MISSING), "", column)
            if self.decimal_comma:
                text = np.char.replace(text, ",", ".")
            try:
                self._numbers[name] = np.where(text == "", "nan", text).astype(np.float64)
            except ValueError as error:
                row = next(row for row, cell in enumerate(text) if not _is_number(cell))
                raise TableError(
                    "not_a_number", f"column {name!r} holds {str(text[row])!r}, not a number", row
                ) from error
        return self._numbers[name]

    def successes(self, name: str, codes: list[float]) -> NDArray[np.float64]:
        """Return which answers of a column are among the given codes.

        Parameters
        ----------
        name : str
            The column; its errors as in `numbers`.
        codes : list of float
            Such as the satisfied levels, 4 and 5.

        Returns
        -------
        ndarray, shape (n,)
            1 for one of the codes, 0 for another number, NaN for none.
        """
        values = self.numbers(name)
        return np.where(np.isnan(values), np.nan, np.isin(values, codes).astype(np.float64))

    def select(self, rows: NDArray[np.bool_]) -> CsvTable:
        """Return the table of the rows marked True.

        Parameters
        ----------
        rows : ndarray of bool, shape (n,)
        """
        chosen = {name: column[rows] for name, column in self.cells.items()}
        return CsvTable(chosen, self.codes_as_numbers, self.decimal_comma)

    def matching(self, domain: dict[str, str]) -> NDArray[np.bool_]:
        """Mark the rows whose columns hold the given labels.

        Parameters
        ----------
        domain : dict of str to str
            The label wanted in each column; empty: everyone.

        Returns
        -------
        ndarray of bool, shape (n,)

        Raises
        ------
        TableError
            ``unknown_column``.
        """
        rows = np.ones(len(self), dtype=np.bool_)
        for name, label in domain.items():
            column = self.labels(name)
            wanted = str(label)
            if self.codes_as_numbers and not (column == wanted).any():
                wanted = str(_write_numbers(np.array([wanted]))[0])
            rows &= column == wanted
        return rows


def _find_delimiter(header: str) -> str:
    """Return the sign that most often parts the names of a header, outside quotes."""
    bare = "".join(part for place, part in enumerate(header.split('"')) if place % 2 == 0)
    return max(",;\t", key=lambda sign: (bare.count(sign), sign == ","))


def _write_numbers(text: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return the numbers of a column in their shortest form; a column with other text as it is."""
    try:
        values = np.where(text == "", "nan", text).astype(np.float64)
    except ValueError:
        return text
    return np.array(["" if value != value else f"{value:.15g}" for value in values.tolist()], dtype=str)  # noqa: PLR0124 - NaN


def _is_number(text: str) -> bool:
    try:
        float(text or "nan")
    except ValueError:
        return False
    return True
