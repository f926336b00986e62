"""Errors of declaring a design or handing over measures: each says which row and what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path


class DesignError(ValueError):
    """A survey design that cannot be true.

    Parameters
    ----------
    code : str
        A stable name of the problem, for translation: ``missing_label``, ``bad_weight``, ...
    message : str
        What is wrong and what to do.
    row : int or None
        The first row at fault, counted from 0; None where no single row is.
    """

    def __init__(self, code: str, message: str, row: int | None = None) -> None:
        self.code = code
        self.row = row
        super().__init__(message if row is None else f"row {row}: {message}")


class MeasureError(DesignError):
    """Measured values or a domain that do not fit the design they are given to."""


class TableError(DesignError):
    """A file or column that cannot be read as asked."""


def check_columns(wanted: Iterable[str], columns: Collection[str], file: Path | None = None) -> None:
    """Refuse a table that lacks a wanted column.

    Parameters
    ----------
    wanted : iterable of str
    columns : collection of str
        Those of the table.
    file : Path, optional
        Where the table lies; None where its user knows.

    Raises
    ------
    TableError
        ``unknown_column``, with the columns there are.

    Examples
    --------
    >>> check_columns(["q02"], ["commune", "q01"])
    Traceback (most recent call last):
    analysis.errors.TableError: there is no column 'q02'; there are: commune, q01
    """
    for name in wanted:
        if name not in columns:
            place = "" if file is None else f" in {file}"
            raise TableError("unknown_column", f"there is no column {name!r}{place}; there are: {', '.join(columns)}")
