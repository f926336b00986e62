"""One check for each type of item: the value as it is stored, or what the respondent should do about it."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from flask_babel import get_locale
from flask_babel import gettext as _

from survey_app.characters import is_clean, with_plain_line_ends

from .items import DateItem, MultipleItem, NumberItem, RankingItem, ScaleItem, SingleItem, TextItem
from .schema import Instrument
from .typed_values import written_date, written_number

#: Whole numbers beyond this lose digits in JavaScript and in columns of doubles.
LARGEST_NUMBER = 10**15


class Refused(Exception):
    """The answer cannot be taken; ``message`` goes after „Câu 5: ”."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def check_scale(item: ScaleItem, value: object, instrument: Instrument) -> int:
    """A point of the scale, or its no-opinion value."""
    if isinstance(value, int) and not isinstance(value, bool) and value in instrument.scale_of(item).codes:
        return value
    raise Refused("not_an_option", _("mức đã chọn không có trong thang. Xin Ông/Bà chọn lại một mức."))


def check_single(item: SingleItem, value: object, instrument: Instrument) -> int | str:
    """The value of one option."""
    for option in item.options:
        if type(value) is type(option.value) and value == option.value:
            return option.value
    raise Refused("not_an_option", _("ý đã chọn không có trong danh sách. Xin Ông/Bà chọn lại một ý."))


def check_multiple(item: MultipleItem, value: object, instrument: Instrument) -> list[int | str]:
    """The values of the chosen options, in the order of the options."""
    chosen = value if isinstance(value, (list, tuple)) else [value]
    if len(chosen) > len(item.options):
        raise Refused("duplicate_option", _("có ý được chọn hai lần. Xin Ông/Bà chọn mỗi ý một lần."))
    for part in chosen:
        if not any(type(part) is type(option.value) and part == option.value for option in item.options):
            raise Refused("not_an_option", _("có ý đã chọn không nằm trong danh sách. Xin Ông/Bà chọn lại."))
    options = [option for option in item.options if option.value in chosen]
    if len(options) != len(chosen):
        raise Refused("duplicate_option", _("có ý được chọn hai lần. Xin Ông/Bà chọn mỗi ý một lần."))
    alone = [option.label.get(_language()) for option in options if option.alone]
    if alone and len(options) > 1:
        raise Refused(
            "exclusive_option",
            _(
                "ý «%(label)s» không đi cùng ý khác. Xin Ông/Bà chỉ chọn ý này, hoặc bỏ ý này.",
                label=alone[0],
            ),
        )
    return [option.value for option in options]


def check_ranking(item: RankingItem, value: object, instrument: Instrument) -> list[int | str]:
    """The values of the options put in order, the most important first; fewer than asked for are taken as they are."""
    ranked = list(value) if isinstance(value, (list, tuple)) else [value]
    while ranked and ranked[-1] in (None, ""):
        ranked.pop()
    if any(part in (None, "") for part in ranked):
        raise Refused("gap_in_order", _("thứ tự bị bỏ trống ở giữa. Xin Ông/Bà chọn lần lượt từ thứ nhất."))
    if len(ranked) > item.places:
        raise Refused("too_many_in_order", _("chỉ xếp tối đa %(limit)s ý. Xin Ông/Bà bỏ bớt.", limit=item.places))
    known = [option.value for option in item.options]
    places = [next((one for one in known if type(one) is type(part) and one == part), None) for part in ranked]
    if None in places:
        raise Refused("not_an_option", _("có ý đã chọn không nằm trong danh sách. Xin Ông/Bà chọn lại."))
    found = [place for place in places if place is not None]
    if len(set(found)) != len(found):
        raise Refused("duplicate_option", _("có ý được xếp hai lần. Xin Ông/Bà xếp mỗi ý một lần."))
    return found


def check_number(item: NumberItem, value: object, instrument: Instrument) -> int | float | str:
    """A finite number within the item's limits and on its steps, whole ones as ``int``; or a word for a missing one."""
    if isinstance(value, str) and _is_missing_word(item, value):
        return value
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise Refused("not_a_number", _("cần một con số. Xin Ông/Bà chỉ viết chữ số, ví dụ 3 hoặc 2,5."))
    if (isinstance(value, float) and not math.isfinite(value)) or abs(value) > LARGEST_NUMBER:
        raise Refused("not_a_number", _("con số quá lớn. Xin Ông/Bà viết lại."))
    if item.min is not None and value < item.min:
        raise Refused(
            "too_small",
            _(
                "con số nhỏ nhất có thể ghi là %(limit)s. Xin Ông/Bà viết lại.",
                limit=written_number(item.min, _language()),
            ),
        )
    if item.max is not None and value > item.max:
        raise Refused(
            "too_large",
            _(
                "con số lớn nhất có thể ghi là %(limit)s. Xin Ông/Bà viết lại.",
                limit=written_number(item.max, _language()),
            ),
        )
    if (Fraction(str(value)) - Fraction(str(item.min or 0))) % Fraction(str(item.step)):
        raise Refused("wrong_step", _wrong_step(item))
    return int(value) if float(value).is_integer() else value


def _is_missing_word(item: NumberItem | DateItem, value: str) -> bool:
    return any(word.value == value for word in item.missing or ())


def _language() -> str:
    return str(get_locale() or "vi")


def _wrong_step(item: NumberItem) -> str:
    if item.step == 1:
        return str(_("cần một số nguyên. Xin Ông/Bà viết lại, không ghi phần lẻ."))
    step = written_number(item.step, _language())
    return str(_("con số phải đi theo từng bước %(step)s. Xin Ông/Bà viết lại.", step=step))


def check_text(item: TextItem, value: object, instrument: Instrument) -> str:
    """The words in NFC, without spaces around them; an empty string means nothing was said."""
    if not isinstance(value, str):
        raise Refused("wrong_type", _("cần câu trả lời bằng chữ. Xin Ông/Bà viết lại."))
    text = with_plain_line_ends(value)
    if not is_clean(text):
        raise Refused(
            "hidden_characters",
            _("câu trả lời có ký tự ẩn không nhận được. Xin Ông/Bà xóa đi và gõ lại, không dán từ nơi khác."),
        )
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > item.max_length:
        raise Refused(
            "text_too_long",
            _(
                "câu trả lời dài %(length)s ký tự, nhiều nhất là %(limit)s. Xin Ông/Bà viết ngắn lại.",
                length=len(text),
                limit=item.max_length,
            ),
        )
    return text


def check_date(item: DateItem, value: object, instrument: Instrument) -> str:
    """The day in ISO form, within the item's limits; or a word for a missing one."""
    if isinstance(value, str) and _is_missing_word(item, value):
        return value
    day = _day(value)
    if day is None:
        raise Refused(
            "not_a_date",
            _("ngày này không có thật hoặc viết chưa đúng. Xin Ông/Bà viết lại, ví dụ 20/11/2026."),
        )
    if item.min is not None and day < item.min:
        raise Refused(
            "too_early",
            _(
                "ngày sớm nhất có thể ghi là %(limit)s. Xin Ông/Bà viết lại.",
                limit=written_date(item.min, _language()),
            ),
        )
    if item.max is not None and day > item.max:
        raise Refused(
            "too_late",
            _(
                "ngày muộn nhất có thể ghi là %(limit)s. Xin Ông/Bà viết lại.",
                limit=written_date(item.max, _language()),
            ),
        )
    return day.isoformat()


def _day(value: object) -> date | None:
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.isoformat() == value else None  # week dates are ISO too, but nobody means them


CHECK_FOR_TYPE: dict[str, Callable[..., object]] = {
    "scale": check_scale,
    "single": check_single,
    "multiple": check_multiple,
    "ranking": check_ranking,
    "number": check_number,
    "text": check_text,
    "date": check_date,
}
