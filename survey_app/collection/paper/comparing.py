"""Two readings of one form side by side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_app.collection.paper.models import PaperEntry
from survey_app.collection.paper.reading import UNCLEAR
from survey_app.instruments.conditions import visible_items
from survey_app.instruments.items import Item, TextItem
from survey_app.instruments.schema import Instrument


@dataclass(frozen=True)
class Difference:
    """An item that two people read differently; None is a blank, ``*`` what cannot be read."""

    item: Item
    first: object
    second: object


@dataclass(frozen=True)
class Comparison:
    """What two readings have in common.

    Attributes
    ----------
    compared : int
        Items on the path of either reading; both leaving one blank is agreement.
    same : dict
        Answers on which both agree; what both found unclear is no answer.
    differences : list of Difference
        In the order of the paper.
    """

    compared: int
    same: dict[str, object]
    differences: list[Difference]

    @property
    def agreed(self) -> int:
        """Items on which both said the same."""
        return self.compared - len(self.differences)


def compare(instrument: Instrument, first: PaperEntry, second: PaperEntry) -> Comparison:
    """Compare two readings item by item."""
    readings = [(entry.answers or {}, entry.unclear or []) for entry in (first, second)]
    paths = [{item.key for item in visible_items(instrument, answers)} for answers, _unclear in readings]
    compared, same, differences = 0, dict[str, object](), list[Difference]()
    for item in instrument.questions():
        if item.key not in paths[0] | paths[1]:
            continue
        compared += 1
        one, other = (_told(item, answers, unclear) for answers, unclear in readings)
        if not is_same(item, one, other):
            differences.append(Difference(item, one, other))
        elif one is not None and one != UNCLEAR:
            same[item.key] = one
    return Comparison(compared, same, differences)


def _told(item: Item, answers: Mapping[str, Any], unclear: Sequence[str]) -> object:
    return UNCLEAR if item.key in unclear else answers.get(item.key)


def is_same(item: Item, one: object, other: object) -> bool:
    """Whether two readings of an item say the same; of words neither case nor punctuation counts."""
    if isinstance(item, TextItem) and isinstance(one, str) and isinstance(other, str):
        return _plain(one) == _plain(other) and (one == UNCLEAR) == (other == UNCLEAR)
    return one == other


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", unicodedata.normalize("NFC", text).casefold()).split())
