"""The choice lists of an instrument: equal lists are written once, each under a name of its own."""

from __future__ import annotations

from dataclasses import dataclass

from survey_app.instruments.items import DateItem, Item, MultipleItem, NumberItem, RankingItem, ScaleItem, SingleItem
from survey_app.instruments.scales import ChoiceOption, MissingPoint, MissingWord, MultipleOption, Scale
from survey_app.instruments.schema import Instrument
from survey_app.instruments.texts import Text

from .layout import CONSENT_LIST, free_name


@dataclass(frozen=True)
class Choice:
    """One row of a list, and what XLSForm cannot say of it."""

    value: str
    label: Text
    missing: str = ""
    other: bool = False
    exclusive: bool = False


Choices = tuple[Choice, ...]


@dataclass(frozen=True)
class OptionLists:
    """The lists by their names in the order of the form, and the name of the list of each item."""

    lists: dict[str, Choices]
    names: dict[str, str]

    @classmethod
    def of(cls, instrument: Instrument) -> OptionLists:
        """Scales under their keys; other lists under the key of the first item that has them."""
        lists = {key: _of_scale(scale) for key, scale in instrument.scales.items()}
        found: dict[Choices, str] = {}
        names: dict[str, str] = {}
        for item in (item for section in instrument.sections for item in section.items):
            choices = _of_item(item)
            if isinstance(item, ScaleItem):
                names[item.key] = item.scale
            elif choices:
                if choices not in found:
                    found[choices] = free_name(item.key, {*lists, CONSENT_LIST})
                    lists[found[choices]] = choices
                names[item.key] = found[choices]
        return cls(lists, names)

    def name_of(self, item: Item) -> str:
        """The name of the list with the item's answers, or with its words for missing ones."""
        return self.names[item.key]


def _of_scale(scale: Scale) -> Choices:
    return tuple(
        Choice(str(point.value), point.label, missing=point.kind if isinstance(point, MissingPoint) else "")
        for point in scale.answers
    )


def _of_item(item: Item) -> Choices:
    if isinstance(item, (NumberItem, DateItem)):
        return tuple(_of_word(word) for word in item.missing or ())
    if isinstance(item, RankingItem):
        return tuple(Choice(str(option.value), option.label) for option in item.options)
    if isinstance(item, (SingleItem, MultipleItem)):
        return tuple(_of_option(option) for option in item.options)
    return ()


def _of_word(word: MissingWord) -> Choice:
    return Choice(word.value, word.label, missing=word.kind)


def _of_option(option: ChoiceOption) -> Choice:
    return Choice(
        str(option.value),
        option.label,
        missing=option.missing or "",
        other=bool(option.other),
        exclusive=isinstance(option, MultipleOption) and option.exclusive,
    )
