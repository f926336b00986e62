"""A questionnaire as validated, frozen objects, in the YAML format of DESIGN.md ("Questionnaire files").

Build one with :mod:`survey_app.instruments.loader`, which also checks what the models cannot see (references
between parts). A stored version is read back with ``Instrument.model_validate_json``.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from functools import cached_property
from string import ascii_lowercase
from typing import Annotated, Literal, Never, Self

from pydantic import Field, model_validator

from .condition_models import AllOf, AnyOf, Comparison, Condition, Negation, items_compared
from .indices import Index, Target
from .items import (
    ITEM_TYPES,
    BaseItem,
    DateItem,
    InformationItem,
    Item,
    MultipleItem,
    NumberItem,
    OtherText,
    Question,
    RankingItem,
    ScaleItem,
    SingleItem,
    TextItem,
    with_other,
)
from .scales import ChoiceOption, MultipleOption, Option, Point, Scale
from .texts import InstrumentKey, Key, Line, Strict, Text

__all__ = [
    "ITEM_TYPES", "AllOf", "AnyOf", "BaseItem", "Basis", "ChoiceOption", "Comparison", "Condition", "DateItem",
    "Index", "InformationItem", "Instrument", "Item", "MultipleItem", "MultipleOption", "Negation", "NumberItem",
    "Option", "OtherText", "Point", "Question", "RankingItem", "Scale", "ScaleItem", "Section", "SingleItem",
    "Target", "Text", "TextItem",
]  # fmt: skip


Audience = Literal["citizen", "enterprise", "patient", "parent", "pupil", "student", "staff"]


class Basis(Strict):
    """The document a questionnaire rests on."""

    document: Line
    date: datetime.date | None = None
    issuer: Line | None = None


class Section(Strict):
    """A part of the questionnaire, one page on a phone; ``factor`` marks those whose items are rated."""

    key: Key
    factor: bool = False
    title: Text
    intro: Text | None = None
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @cached_property
    def takes_names(self) -> bool:
        """Whether a text of the section has a place for the name of the agency, the commune or the province."""
        texts = [self.title, self.intro, *(text for item in self.items for text in (item.text, item.hint))]
        return any("{" in text.vi + text.en for text in texts if text is not None)


class Instrument(Strict):
    """One version of a questionnaire."""

    key: InstrumentKey
    version: Annotated[Line, Field(max_length=40)]
    sector: Literal["administrative", "health", "education", "governance", "enterprise"]
    audience: Annotated[tuple[Audience, ...], Field(min_length=1)]
    title: Text
    minutes: Annotated[int, Field(ge=1, le=120)]
    basis: tuple[Basis, ...] = ()
    intro: Text | None = None
    consent: Text | None = None
    scales: dict[Key, Scale] = Field(default_factory=dict)
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    indices: tuple[Index, ...] = ()
    targets: tuple[Target, ...] = ()

    @model_validator(mode="after")
    def _require_where_no_opinion_is_an_answer(self) -> Self:
        sections = tuple(
            section.model_copy(update={"items": tuple(self._settled(item) for item in section.items)})
            for section in self.sections
        )
        object.__setattr__(self, "sections", sections)  # the model is frozen, but not yet in anybody's hands
        return self

    def _settled(self, item: Item) -> Item:
        if isinstance(item, ScaleItem) and "required" not in item.model_fields_set:
            scale = self.scales.get(item.scale)
            return item.model_copy(update={"required": scale is not None and scale.no_opinion is not None})
        return item

    @cached_property
    def _items(self) -> dict[str, tuple[Item, ...]]:
        return {
            section.key: tuple(part for item in section.items for part in with_other(item)) for section in self.sections
        }

    @cached_property
    def _by_key(self) -> dict[str, Item]:
        return {item.key: item for items in self._items.values() for item in items}

    def items(self) -> list[Item]:
        """Every item in the order it is asked, and the line of an „other” option after its item."""
        return list(self._by_key.values())

    def items_in(self, section_key: str) -> tuple[Item, ...]:
        """The items of a section in the same way; ``KeyError`` when there is no such section."""
        return self._items[section_key]

    def looked_at(self, section_key: str) -> frozenset[str]:
        """Keys of the items of earlier sections on which conditions of this section depend."""
        return self._looked_at[section_key]

    @cached_property
    def _looked_at(self) -> dict[str, frozenset[str]]:
        return {
            key: frozenset[str]().union(*(items_compared(item.show_if) for item in items))
            - {item.key for item in items}
            for key, items in self._items.items()
        }

    def questions(self) -> list[Item]:
        """The items that can be answered."""
        return list(self._questions)

    @cached_property
    def _questions(self) -> tuple[Item, ...]:
        return tuple(item for item in self._by_key.values() if not isinstance(item, InformationItem))

    @cached_property
    def question_keys(self) -> frozenset[str]:
        """The keys of the items that can be answered."""
        return frozenset(item.key for item in self._questions)

    def rated(self, section_key: str | None = None) -> dict[str, str]:
        """The scale of each item that is rated, in order, of a section or of the whole form."""
        return self._rated[section_key]

    @cached_property
    def _rated(self) -> dict[str | None, dict[str, str]]:
        def rated(items: Iterable[Item]) -> dict[str, str]:
            return {item.key: item.scale for item in items if isinstance(item, ScaleItem)}

        return {None: rated(self._questions)} | {section: rated(items) for section, items in self._items.items()}

    def count_questions(self) -> int:
        """How many questions respondents see; the line of an „other” option belongs to its question."""
        return sum(not isinstance(item, OtherText) for item in self.questions())

    def item(self, key: str) -> Item:
        """The item with this key; ``KeyError`` when there is none."""
        return self._by_key[key]

    def section(self, key: str) -> Section:
        """The section with this key; ``KeyError`` when there is none."""
        return next((section for section in self.sections if section.key == key), None) or _missing(key)

    def section_of(self, item_key: str) -> Section:
        """The section that holds the item; ``KeyError`` when no section does."""
        found = self.item(item_key)
        item_key = found.parent if isinstance(found, OtherText) else item_key
        holders = (part for part in self.sections if any(item.key == item_key for item in part.items))
        return next(holders, None) or _missing(item_key)

    def numbers(self) -> dict[str, str]:
        """The number of every item as respondents see it: 1, 2, 3; a conditional one is 3a, 3b after the 3rd.

        So no number is missing for somebody who is not asked a conditional question. The line of an „other” option has
        the number of its item, a paragraph has none.
        """
        return self._numbers

    @cached_property
    def _numbers(self) -> dict[str, str]:
        numbers: dict[str, str] = {}
        count, letters = 0, 0
        for item in self.questions():
            if isinstance(item, OtherText):
                numbers[item.key] = numbers[item.parent]
            elif item.show_if is None:
                count, letters = count + 1, 0
                numbers[item.key] = str(count)
            else:
                numbers[item.key] = f"{count}{ascii_lowercase[letters % 26]}"
                letters += 1
        return numbers

    def number_of(self, item_key: str) -> str:
        """The number of the item as respondents see it; ``KeyError`` when there is none."""
        return self.numbers()[item_key]

    def scale_of(self, item: ScaleItem) -> Scale:
        """The scale on which the item is rated."""
        return self.scales[item.scale]

    def sides_of(self, item: ScaleItem) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The points of an item that count as satisfied and as dissatisfied; of a negative statement swapped."""
        scale = self.scale_of(item)
        sides = scale.satisfied, scale.dissatisfied
        return sides if item.direction is None else sides[::-1]

    def canonical_json(self) -> str:
        """The one written form of this version: sorted keys, no spaces, defaults spelled out, no nulls.

        A key added to the schema later must be optional and null by default: old versions keep their hash.
        """
        content = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def content_hash(self) -> str:
        """SHA-256 of the canonical form in UTF-8, in hexadecimal; identifies the version."""
        return hashlib.sha256(self.canonical_json().encode("utf-8")).hexdigest()


def _missing(key: str) -> Never:
    raise KeyError(key)
