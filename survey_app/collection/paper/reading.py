"""From what a keyer typed to answers: numbers of boxes, written numbers and days, words."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _

from survey_app.collection.paper.codes import WORD_MARK, Choice, choices_of
from survey_app.instruments.answers import check_answers
from survey_app.instruments.conditions import visible_items
from survey_app.instruments.items import DateItem, Item, MultipleItem, NumberItem, RankingItem, TextItem
from survey_app.instruments.schema import Instrument
from survey_app.instruments.typed_values import TypedValueError, parse_date, parse_number, written_date, written_number

#: What a keyer types where the paper cannot be read, or two boxes are marked and one was meant.
UNCLEAR = "*"
_BARE_DAY = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_NOTHING = ("0", "-")
_RANK = re.compile(r"[0-9]{1,2}")


class NotReadable(ValueError):
    """What was typed stands for no answer to the item; the message says what can be typed."""


@dataclass(frozen=True)
class Reading:
    """What was read from a form.

    Attributes
    ----------
    answers : dict
        Checked answers on the respondent's path.
    unclear : list of str
        Keys of items on the path that cannot be read.
    problems : dict
        Item key → what is wrong with what was typed.
    off_path : list of str
        Keys of answers that lie off the path and do not count.
    """

    answers: dict[str, object]
    unclear: list[str]
    problems: dict[str, str] = field(default_factory=dict)
    off_path: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """SHA-256 of what was read."""
        text = json.dumps([self.answers, self.unclear], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def read_typed(
    instrument: Instrument, typed: Mapping[str, str], *, language: str, known: Mapping[str, object] | None = None
) -> Reading:
    """Read everything typed for a form; an empty text is an item left blank on the paper.

    Parameters
    ----------
    known : mapping, optional
        Answers that are settled already; together with what was typed they make the path.
    """
    raw: dict[str, object] = dict(known or {})
    unclear: list[str] = []
    problems: dict[str, str] = {}
    for item in instrument.questions():
        text = typed.get(item.key, "").strip()
        if text == UNCLEAR:
            unclear.append(item.key)
        elif text:
            try:
                raw[item.key] = read_item(item, text, choices_of(item, instrument, language))
            except (NotReadable, TypedValueError) as error:
                problems[item.key] = str(error)
    checked = check_answers(instrument, raw)
    problems |= {one.item: one.message for one in checked.problems}
    path = {item.key for item in visible_items(instrument, checked.answers)}
    off_path = [*checked.dropped, *(key for key in unclear if key not in path)]
    return Reading(checked.answers, [key for key in unclear if key in path], problems, off_path)


def read_item(item: Item, text: str, choices: tuple[Choice, ...]) -> object:
    """The value typed for an item.

    Raises
    ------
    NotReadable, TypedValueError
    """
    if isinstance(item, (NumberItem, DateItem)) and text.startswith(WORD_MARK):
        return _chosen(text, choices)
    return next((read for kind, read in _READERS.items() if isinstance(item, kind)), _one)(text, choices)


def _chosen(code: str, choices: tuple[Choice, ...]) -> int | str:
    for choice in choices:
        if choice.code == code:
            return choice.value
    raise NotReadable(
        _(
            "không có ô số „%(code)s”. Xin gõ một trong: %(codes)s; phím %(unclear)s nếu không rõ.",
            code=code[:20],
            codes=", ".join(choice.code for choice in choices) or "–",
            unclear=UNCLEAR,
        )
    )


def _one(text: str, choices: tuple[Choice, ...]) -> object:
    return _chosen(text, choices)


def _several(text: str, choices: tuple[Choice, ...]) -> object:
    return [_chosen(code, choices) for code in dict.fromkeys(_codes(text, choices))]


def _codes(text: str, choices: tuple[Choice, ...]) -> list[str]:
    """The numbers one by one; without anything between them where each is a single figure."""
    parts = [part for part in re.split(r"[\s,;.+]+", text) if part]
    if len(choices) <= 9 and all(part.isdigit() for part in parts):
        return [figure for part in parts for figure in part]
    return parts


def _ranks(text: str, choices: tuple[Choice, ...]) -> object:
    """The rank written beside each option, in the order of the paper; 0 or - where nothing is written."""
    ranks = re.split(r"[\s,;.+]+", text)
    if len(ranks) == 1 and len(choices) <= 9:
        ranks = list(text)
    if len(ranks) > len(choices) or not all(_RANK.fullmatch(rank) or rank in _NOTHING for rank in ranks):
        raise NotReadable(_("xin gõ lần lượt số ghi ở từng ô, ô trống gõ 0, ví dụ 2013."))
    places = {int(rank): choice.value for rank, choice in zip(ranks, choices, strict=False) if rank not in _NOTHING}
    written = [rank for rank in ranks if rank not in _NOTHING]
    if sorted(places) != list(range(1, len(written) + 1)):
        raise NotReadable(
            _(
                "thứ tự ghi trên giấy bị trùng hoặc bị hở. Xin gõ %(unclear)s nếu trên giấy đúng là như vậy.",
                unclear=UNCLEAR,
            )
        )
    return [places[rank] for rank in sorted(places)]


def _number(text: str, choices: tuple[Choice, ...]) -> object:
    return parse_number(text)


def _day(text: str, choices: tuple[Choice, ...]) -> object:
    bare = _BARE_DAY.fullmatch(text)
    return parse_date(f"{bare[1]}/{bare[2]}/{bare[3]}" if bare else text).isoformat()


def _words(text: str, choices: tuple[Choice, ...]) -> object:
    return text


_READERS: dict[type, Callable[[str, tuple[Choice, ...]], object]] = {
    MultipleItem: _several,
    RankingItem: _ranks,
    NumberItem: _number,
    DateItem: _day,
    TextItem: _words,
}


def write_value(item: Item, value: object, instrument: Instrument, language: str) -> str:
    """An answer in words, for the person who compares two readings."""
    labels = {str(choice.value): f"{choice.code} · {choice.label}" for choice in choices_of(item, instrument, language)}
    if isinstance(value, list):
        return "; ".join(labels.get(str(part), str(part)) for part in value)
    if isinstance(item, DateItem) and isinstance(value, str) and value not in labels:
        return written_date(date.fromisoformat(value), language)
    if isinstance(item, NumberItem) and isinstance(value, (int, float)):
        return written_number(value, language)
    return labels.get(str(value), str(value))
