"""What a workbook holds that a questionnaire cannot, and what had to be assumed, told to somebody who is no programmer.

The words stand in ``loss_words``. Codes X0x to X4x are losses. X5x to X7x are remarks: nothing that a respondent reads
or answers is lost, but something was changed or assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .layout import CHOICES, SETTINGS, SURVEY
from .loss_words import CATALOGUE
from .sheets import without_refused

SHOWN = 120
_ORDER = (SURVEY, CHOICES, SETTINGS)


@dataclass(frozen=True)
class Remark:
    """One thing to know: sheet and row (from 1) of the workbook, what it is, what to do."""

    code: str
    sheet: str
    row: int | None
    message: str
    advice: str

    @property
    def lost(self) -> bool:
        """Whether something of the workbook is not in the questionnaire."""
        return self.code < "X5"

    def __str__(self) -> str:
        place = f"{self.sheet}:{self.row}" if self.row else self.sheet
        return f"{self.code} {place} {self.message} {self.advice}"


class Remarks:
    """The losses and remarks of one workbook, each once."""

    def __init__(self) -> None:
        self._found: dict[Remark, None] = {}

    def add(self, code: str, sheet: str, row: int | None, **values: object) -> None:
        """Note a loss or a remark; values are words of the workbook, shown shortened."""
        message, advice = CATALOGUE[code]
        short = {name: _short(str(value)) for name, value in values.items()}
        self._found[Remark(code, sheet, row, str(message) % short, str(advice) % short)] = None

    def __iter__(self) -> Iterator[Remark]:
        return iter(sorted(self._found, key=_place))

    @property
    def losses(self) -> list[Remark]:
        """What is not carried."""
        return [remark for remark in self if remark.lost]


def _place(remark: Remark) -> tuple[bool, int, str, int, str]:
    """Losses first; then sheet by sheet from the top, what concerns a whole sheet last."""
    order = _ORDER.index(remark.sheet) if remark.sheet in _ORDER else len(_ORDER)
    return not remark.lost, order, remark.sheet, remark.row or 10**9, remark.code


def _short(text: str) -> str:
    text = without_refused(" ".join(text.split()))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
