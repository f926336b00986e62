"""Refused rows with their reasons: the first in hand, all of them in a file if one is given."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import IO

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.errors import LinesRefused

MAXIMUM_IN_HAND = 500


class Complaints:
    """The refused rows of a file.

    Parameters
    ----------
    file : text file, optional
        Every complaint is written there as CSV, with a byte order mark for spreadsheets.

    Attributes
    ----------
    rows : list of (int, str)
        Line and reason of the first.
    count : int
        How many there were.
    """

    def __init__(self, file: IO[str] | None = None) -> None:
        self.rows: list[tuple[int, str]] = []
        self.count = 0
        self._writer = csv.writer(file) if file is not None else None
        if file is not None and self._writer is not None:
            file.write("\ufeff")
            self._writer.writerow([_("Dòng"), _("Lý do")])

    def add(self, rows: Iterable[tuple[int, str]]) -> None:
        """Refuse rows."""
        for line, reason in rows:
            self.count += 1
            if len(self.rows) < MAXIMUM_IN_HAND:
                self.rows.append((line, reason))
            if self._writer is not None:
                self._writer.writerow([line, reason])

    def refuse(self) -> None:
        """Refuse the whole file if any row was refused.

        Raises
        ------
        LinesRefused
            With the first complaints.
        """
        if self.count:
            raise LinesRefused(
                ngettext(
                    "Không nhập gì cả: có %(num)s dòng sai. Xin sửa rồi nhập lại cả tệp.",
                    "Không nhập gì cả: có %(num)s dòng sai. Xin sửa rồi nhập lại cả tệp.",
                    self.count,
                ),
                self.rows,
            )
