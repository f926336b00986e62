"""Crosses in boxes: which boxes of a flat side are marked, which are not, and about which only a person can say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from survey_app.collection.paper.codes import WORD_MARK, choices_of
from survey_app.collection.paper.reading import UNCLEAR
from survey_app.collection.paper.scanning.sheet import DENSITY
from survey_app.instruments.items import (
    OTHER_SUFFIX,
    Item,
    MultipleItem,
    OtherText,
    ScaleItem,
    SingleItem,
    other_option,
)
from survey_app.instruments.schema import Instrument

#: What of a box is not looked at, from its outer edge: the printed line and a little, in millimetres.
INSET = 0.9
#: Share of ink below which a box is empty, and from which it is marked; between them it is doubtful.
EMPTY, MARKED = 0.03, 0.12
#: From this share on a box is filled in, which takes the cross back; a little below nobody can tell.
ALMOST_FILLED, FILLED = 0.68, 0.82
#: How much darker than the paper around it ink is, of 255.
INK = 60

Layout = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class SideReading:
    """What a side says.

    Attributes
    ----------
    typed : dict
        Item key → what a keyer would type; ``*`` where only a person can say.
    doubtful : list of str
        Keys of those.
    """

    typed: dict[str, str]
    doubtful: list[str]


def read_side(image: Any, layout: Layout, instrument: Instrument, language: str) -> SideReading:
    """Read every question of a flat side.

    Words, numbers, days and ranks in handwriting are never read by the machine.
    """
    typed: dict[str, str] = {}
    for item in instrument.questions():
        if isinstance(item, OtherText) or f"q:{item.key}" not in layout:
            continue
        typed[item.key] = _read_item(image, layout, item, instrument, language)
        if other_option(item) is not None:
            typed[item.key + OTHER_SUFFIX] = UNCLEAR  # off the path, and so dropped, unless „other” is marked
    return SideReading(typed, [key for key, text in typed.items() if text == UNCLEAR])


def _read_item(image: Any, layout: Layout, item: Item, instrument: Instrument, language: str) -> str:
    codes = [choice.code for choice in choices_of(item, instrument, language)]
    states = {code: state_of(image, layout[f"b:{item.key}:{code}"]) for code in codes}
    marked = [code for code, state in states.items() if state == "marked"]
    if "doubtful" in states.values():
        return UNCLEAR
    if isinstance(item, MultipleItem):
        return " ".join(marked)
    if isinstance(item, (ScaleItem, SingleItem)) or (marked and all(code.startswith(WORD_MARK) for code in marked)):
        return UNCLEAR if len(marked) > 1 else (marked or [""])[0]
    return UNCLEAR


def state_of(image: Any, place: Sequence[float]) -> str:
    """Whether a box is empty, marked, filled (taken back) or doubtful.

    Parameters
    ----------
    place : sequence of float
        Left, top, right, bottom in millimetres.
    """
    share = ink_share(image, place)
    if share < EMPTY:
        return "empty"
    if share >= FILLED:
        return "filled"
    return "marked" if MARKED <= share < ALMOST_FILLED else "doubtful"


def ink_share(image: Any, place: Sequence[float]) -> float:
    """Share of the inside of a box that is darker than the paper around it."""
    inside = _cut(image, place, -INSET)
    paper = float(np.percentile(_cut(image, place, 1.5), 90))
    return float(np.mean(inside < paper - INK))


def cut_out(image: Any, place: Sequence[float]) -> Any:
    """The part of a side with a question, for a person to look at."""
    return _cut(image, place, 1.0)


def _cut(image: Any, place: Sequence[float], margin: float) -> Any:
    left, top, right, bottom = place
    rows = slice(max(0, round((top - margin) * DENSITY)), round((bottom + margin) * DENSITY))
    return image[rows, max(0, round((left - margin) * DENSITY)) : round((right + margin) * DENSITY)]
