"""A CSV file as columns of text, read as numbers or labels where a function asks for them."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.errors import TableError

MISSING = ("", "NA")
"""Cells that hold nothing."""


@dataclass(frozen=True, eq=False)
class CsvTable:
    """The cells of a file by column; read one with `CsvTable.read`.

    Attributes
    ----------
    cells : dict of str to ndarray of str, each shape (n,)

    Examples
    --------
    >>> table = CsvTable({"q1": np.array(["5", "", "2"]), "sex": np.array(["F", "M", "F"])})
    >>> table.numbers("q1").tolist(), table.successes("q1", [4, 5]).tolist()
    ([5.0, nan, 2.0], [1.0, nan, 0.0])
    >>> table.select(table.matching({"sex": "F"})).labels("q1").tolist()
    ['5', '2']
    """

    cells: dict[str, NDArray[np.str_]]
    _numbers: dict[str, NDArray[np.float64]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, path: Path) -> CsvTable:
        """Read a UTF-8 file with a header line, commas and quotes as in RFC 4180.

        Parameters
        ----------
        path : Path

        Raises
        ------
        TableError
            ``unreadable_file``, ``empty_file``, ``column_twice``, ``wrong_cells`` (with the line).
        """
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                lines = csv.reader(file, strict=True)
                header = next(lines, [])
                rows = [row for row in lines if row]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise TableError("unreadable_file", f"{path} cannot be read as CSV in UTF-8: {error}") from error
        if not header:
            raise TableError("empty_file", f"{path} is empty; give it a line of column names")
        twice = {name for name in header if header.count(name) > 1}
        if twice:
            raise TableError("column_twice", f"column {min(twice)!r} stands twice in {path}; rename one")
        for row, cells in enumerate(rows):
            if len(cells) != len(header):
                raise TableError("wrong_cells", f"{len(cells)} cells, but the header has {len(header)} columns", row)
        columns = zip(*rows, strict=True) if rows else ([] for _ in header)
        return cls({name: np.array(column, dtype=str) for name, column in zip(header, columns, strict=True)})

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
        if name not in self.cells:
            raise TableError("unknown_column", f"there is no column {name!r}; there are: {', '.join(self.cells)}")
        column = self.cells[name]
        return np.where(np.isin(column, MISSING), "", column)

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
            text = self.labels(name)
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
        return CsvTable({name: column[rows] for name, column in self.cells.items()})

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
            rows &= self.labels(name) == str(label)
        return rows


def _is_number(text: str) -> bool:
    try:
        float(text or "nan")
    except ValueError:
        return False
    return True
