"""The one check that every answer passes, whatever the channel: page, tablet, paper, file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from .answer_checks import CHECK_FOR_TYPE, Refused
from .cells import CellError, parse_cell
from .conditions import is_visible
from .schema import Instrument

__all__ = ["AnswerProblem", "CellError", "CheckedAnswers", "check_answers", "is_blank", "parse_cell"]


@dataclass(frozen=True)
class AnswerProblem:
    """An answer that cannot be taken: the item's key, a code for programs, a message for the respondent."""

    item: str
    code: str
    message: str


@dataclass(frozen=True)
class CheckedAnswers:
    """What can be stored, what cannot, and the keys of answers that lie off the respondent's path."""

    answers: dict[str, object]
    problems: list[AnswerProblem]
    dropped: list[str]


def check_answers(instrument: Instrument, raw: Mapping[str, object]) -> CheckedAnswers:
    """Clean and check answers, walking the path in order so that only answers on it count.

    Returns
    -------
    CheckedAnswers
        ``answers`` in item order: scale int, single option value, multiple list in option order, ranking list
        with the most important first, number int or float, text str in NFC, date ISO str; of numbers and dates also
        a word for a missing one. A blank, refused or off-path answer leaves nothing.
        Checking ``answers`` again gives the same. Never raises on values that JSON can carry.
    """
    answers: dict[str, object] = {}
    problems: list[AnswerProblem] = []
    dropped: list[str] = []
    for item in instrument.questions():
        value = raw.get(item.key)
        if is_blank(value):
            continue
        if not is_visible(item, answers, instrument):
            dropped.append(item.key)
            continue
        try:
            value = CHECK_FOR_TYPE[item.type](item, value, instrument)
        except Refused as refused:
            message = _("Câu %(number)s: %(message)s", number=instrument.number_of(item.key), message=refused.message)
            problems.append(AnswerProblem(item.key, refused.code, message))
            continue
        if not is_blank(value):
            answers[item.key] = value
    known = instrument.question_keys
    problems.extend(_unknown(key) for key in raw if not (isinstance(key, str) and key in known))
    return CheckedAnswers(answers, problems, dropped)


def is_blank(value: object) -> bool:
    """Whether nothing was answered: nothing, spaces only, or an empty list."""
    return value is None or (isinstance(value, str) and not value.strip(" \t\r\n")) or value in ([], ())


def _unknown(key: object) -> AnswerProblem:
    name = key[:60].encode("utf-8", "replace").decode() if isinstance(key, str) else type(key).__name__
    return AnswerProblem(
        name, "unknown_item", _("Phiếu này không có câu «%(key)s». Xin tải lại phiếu rồi gửi lại.", key=name)
    )
