"""Numbers and dates as people type them, in Vietnamese or in English habits."""

from __future__ import annotations

import re
from datetime import date

from flask_babel import gettext as _

_PLAIN = re.compile(r"[-+]?[0-9]{1,15}([.,][0-9]{1,9})?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:(?:\.[0-9]{3})+(?:,[0-9]{1,9})?|(?:,[0-9]{3})+(?:\.[0-9]{1,9})?)")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LOCAL_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


class TypedValueError(ValueError):
    """What was typed is not a number or a date; the message says how to write it."""


def parse_number(text: str) -> int | float:
    """The number typed; ``,`` and ``.`` both mark decimals, ``1.234,5`` and ``1,234.5`` are read as grouped.

    ``1.234`` alone is refused: it is one thousand to some readers and one to others.

    Raises
    ------
    TypedValueError
        When it is no number, too long, or can be read in two ways.
    """
    text = text.strip()
    plain, grouped = _PLAIN.fullmatch(text), _GROUPED.fullmatch(text)
    if plain and grouped and re.search("[.,]", text) and not text.lstrip("+-").startswith("0"):
        raise TypedValueError(
            _("Con số này có thể hiểu theo hai cách. Xin viết liền, không tách hàng nghìn, ví dụ 1234.")
        )
    if plain:
        return _number(text.replace(",", "."))
    if grouped:
        decimal_mark = "," if re.match(r"[-+]?[0-9]{1,3}\.", text) else "."
        whole, mark, decimals = text.partition(decimal_mark)
        return _number(re.sub("[.,]", "", whole) + ("." if mark else "") + decimals)
    raise TypedValueError(_("Đây chưa phải là một con số. Xin chỉ viết chữ số, ví dụ 3 hoặc 2,5."))


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def parse_date(text: str) -> date:
    """The day typed as ``2026-11-20`` or ``20/11/2026``.

    Raises
    ------
    TypedValueError
        When it is neither, or no such day exists.
    """
    text = text.strip()
    iso, local = _ISO_DATE.fullmatch(text), _LOCAL_DATE.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if local:
            return date(int(local[3]), int(local[2]), int(local[1]))
    except ValueError:
        pass
    raise TypedValueError(_("Ngày này không có thật hoặc viết chưa đúng. Xin viết ngày/tháng/năm, ví dụ 20/11/2026."))


def written_number(value: float, language: str = "vi") -> str:
    """The number as a person would type it back: 2.5 → ``2,5`` in Vietnamese, ``2.5`` in English."""
    text = str(int(value)) if float(value).is_integer() else format(value, ".9f").rstrip("0")
    return text if language.startswith("en") else text.replace(".", ",")


def written_date(value: date, language: str = "vi") -> str:
    """The day as a person would write it: ``20/11/2026``, or the ISO form in English."""
    return value.isoformat() if language.startswith("en") else value.strftime("%d/%m/%Y")
