"""Serials of paper forms: HL-KG20-000123-8, the series of the survey, a number, a check digit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from survey_app.errors import UserError

MARK = "HL"
DIGITS = 6
LARGEST_NUMBER = 10**DIGITS - 1
#: More at once would be a slip of the finger.
MOST_AT_ONCE = 2000
_SERIAL = re.compile(r"(?:HL-?)?(?:([A-Z][A-Z0-9]{1,7})-?)?([0-9]{6})-?([0-9])(?:/[0-9]{1,2})?")
_RANGE = re.compile(r"\.\.+|…|→|–|—")

#: Damm's quasigroup of order 10 (H. M. Damm, Total anti-symmetrische Quasigruppen, 2004, page 111): finds every
#: single wrong digit and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


@dataclass(frozen=True)
class Serial:
    """A serial taken apart; ``series`` is empty where only number and check digit were typed."""

    series: str
    number: int


def check_digit(series: str, number: int) -> int:
    """The digit after the number; it depends on the series as well, so that forms of two surveys are not mixed up."""
    state = 0
    for figure in "".join(str(int(letter, 36)) for letter in series) + f"{number:0{DIGITS}d}":
        state = _DAMM[state][int(figure)]
    return state


def write_serial(series: str, number: int) -> str:
    """The serial as it stands on the paper."""
    return f"{MARK}-{series}-{number:0{DIGITS}d}-{check_digit(series, number)}"


def read_serial(text: str, *, series: str = "") -> Serial:
    """The serial that was typed or scanned, in any case, with or without dashes, with or without the side of the sheet.

    Parameters
    ----------
    series : str
        The series meant where none was typed.

    Raises
    ------
    UserError
        It is no serial, belongs to another series, or its check digit says that a digit is wrong.
    """
    shown = text.strip()[:40]
    found = _SERIAL.fullmatch("".join(text.split()).upper())
    if found is None:
        raise UserError(
            _("„%(text)s” không phải số phiếu. Xin gõ đủ như trên giấy, ví dụ HL-KG20-000123-8.", text=shown)
        )
    typed, number, digit = found[1] or series, int(found[2]), int(found[3])
    if series and typed != series:
        raise UserError(_("Phiếu %(serial)s thuộc đợt khảo sát khác. Xin để riêng phiếu này.", serial=shown))
    if typed and check_digit(typed, number) != digit:
        raise UserError(_("Số phiếu %(serial)s có chữ số sai. Xin nhìn lại trên giấy rồi gõ lại.", serial=shown))
    return Serial(typed, number)


def read_serials(text: str, *, series: str) -> list[int]:
    """The numbers of every serial typed, in order; two serials with „..” between them are a range.

    Raises
    ------
    UserError
        Nothing was typed, something is no serial of the series, a range runs backwards or is too long.
    """
    numbers: dict[int, None] = {}
    for token in _tokens(text):
        ends = [read_serial(part, series=series).number for part in _RANGE.split(token)]
        if len(ends) > 2 or ends[-1] < ends[0]:
            raise UserError(
                _("Dãy „%(text)s” viết chưa đúng. Xin ghi số phiếu đầu, hai dấu chấm, số phiếu cuối.", text=token[:60])
            )
        if ends[-1] - ends[0] >= MOST_AT_ONCE or len(numbers) > MOST_AT_ONCE:
            raise UserError(_("Mỗi lần ghi nhiều nhất %(limit)s phiếu. Xin chia nhỏ.", limit=MOST_AT_ONCE))
        numbers.update(dict.fromkeys(range(ends[0], ends[-1] + 1)))
    if not numbers:
        raise UserError(_("Chưa có số phiếu nào. Xin quét hoặc gõ ít nhất một số phiếu."))
    return list(numbers)


def first_serial(text: str) -> str:
    """The first serial of what `read_serials` reads, as it was typed; empty where nothing was."""
    return _RANGE.split(next(iter(_tokens(text)), ""))[0]


def _tokens(text: str) -> Iterator[str]:
    joined = re.sub(r"\s*(\.\.+|…|→|–|—)\s*", r"\1", text)
    return filter(None, re.split(r"[\s,;]+", joined))


def series_from(slug: str) -> str:
    """A short series from the name of a survey: kien-giang-2020 gives KG20."""
    words = [word for word in slug.upper().split("-") if word.isascii()]
    letters = "".join(word[0] for word in words if word[0].isalpha())[:4]
    year = next((word[-2:] for word in words if re.fullmatch("(19|20)[0-9]{2}", word)), "")
    return (letters if len(letters) > 1 else (letters + "PG")[:3]) + year
