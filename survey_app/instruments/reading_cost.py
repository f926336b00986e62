"""What a questionnaire costs its respondents: the words to read, the minutes, and the questions that are too long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .items import Item, MultipleItem, OtherText, RankingItem, ScaleItem, SingleItem
from .scales import Option, Point
from .schema import Instrument

#: Seconds to read and answer an item, on a scale one already knows and of any other type.
SECONDS_ON_SCALE, SECONDS_ELSEWHERE = 6, 10
#: A question of more words is hard to hold in mind while it is read aloud.
LONGEST_QUESTION = 25


@dataclass(frozen=True)
class ReadingCost:
    """Words of all that is read, minutes to answer, and the keys of the questions of more than 25 words."""

    words: int
    minutes: float
    long_items: tuple[str, ...]


def reading_cost(instrument: Instrument, language: str = "vi") -> ReadingCost:
    """The cost of the longest way through the questionnaire: every conditional question is counted.

    Words are those of the opening, the sections, the questions with their hints and options, and of a scale once, where
    it first stands; after that one knows it.
    """
    asked = [item for item in instrument.questions() if not isinstance(item, OtherText)]
    seconds = sum(SECONDS_ON_SCALE if item.type == "scale" else SECONDS_ELSEWHERE for item in asked)
    return ReadingCost(
        words=sum(map(count_words, _texts(instrument, language))),
        minutes=seconds / 60,
        long_items=tuple(item.key for item in asked if count_words(item.text.get(language)) > LONGEST_QUESTION),
    )


def count_words(text: str) -> int:
    """The words of a text: what stands between spaces and holds a letter or a digit; in Vietnamese its syllables."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


def _texts(instrument: Instrument, language: str) -> Iterator[str]:
    parts = [instrument.title, instrument.intro, instrument.consent]
    known: set[str] = set()
    for section in instrument.sections:
        parts.extend([section.title, section.intro])
        for item in section.items:
            parts.extend([item.text, item.hint])
            parts.extend(choice.label for choice in _choices(item, instrument, known))
    return (text.get(language) for text in parts if text is not None)


def _choices(item: Item, instrument: Instrument, known: set[str]) -> tuple[Option | Point, ...]:
    """The choices that are read with an item; the scales met before it are ``known``."""
    if isinstance(item, ScaleItem):
        met = item.scale in known
        known.add(item.scale)
        return () if met else instrument.scale_of(item).answers
    return item.options if isinstance(item, (SingleItem, MultipleItem, RankingItem)) else ()
