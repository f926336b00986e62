"""Errors of declaring a design or handing over measures: each says which row and what to do."""


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
