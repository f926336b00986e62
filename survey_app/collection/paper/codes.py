"""The numbers printed beside the boxes, which are what keyers type."""

from __future__ import annotations

from dataclasses import dataclass

from survey_app.instruments.items import DateItem, Item, MultipleItem, NumberItem, RankingItem, ScaleItem, SingleItem
from survey_app.instruments.schema import Instrument

#: Before the number of a word that stands for a missing number or day, so that it is no number itself.
WORD_MARK = "/"


@dataclass(frozen=True)
class Choice:
    """A box: the number printed beside it, the answer it stands for, its words."""

    code: str
    value: int | str
    label: str


def choices_of(item: Item, instrument: Instrument, language: str) -> tuple[Choice, ...]:
    """The boxes of an item in the order of the paper; none for an item that is written in words only.

    Points of a scale have their own value, options are counted from 1.
    """
    if isinstance(item, ScaleItem):
        points = instrument.scale_of(item).answers
        return tuple(Choice(str(point.value), point.value, point.label.get(language)) for point in points)
    if isinstance(item, (SingleItem, MultipleItem, RankingItem)):
        return tuple(
            Choice(str(place), option.value, option.label.get(language)) for place, option in enumerate(item.options, 1)
        )
    if isinstance(item, (NumberItem, DateItem)):
        return tuple(
            Choice(f"{WORD_MARK}{place}", word.value, word.label.get(language))
            for place, word in enumerate(item.missing or (), 1)
        )
    return ()
