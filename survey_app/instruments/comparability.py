"""Which items and indices of two versions measure the same thing, so that their figures can stand in one line.

An item is comparable when key, type, answers and their meaning, direction and condition are the same. What changes only
how it reads or looks is comparable with care. The reasons are codes; :mod:`.comparison_words` says them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from .comparison_words import reason_in_words
from .condition_models import Condition, items_compared
from .indices import ExpectationMet, Index, PapiDimension, PapiTotal
from .items import (
    DateItem,
    InformationItem,
    Item,
    MultipleItem,
    NumberItem,
    Question,
    RankingItem,
    ScaleItem,
    SingleItem,
)
from .schema import Instrument

Level = Literal["comparable", "with_care", "not_comparable"]

#: Reasons that break a series; every other reason asks for care only.
BREAKING = frozenset(
    {
        "type", "answers", "favourable", "base", "direction", "condition", "asked_after", "unit", "places",
        "index_kind", "members", "broken_member",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """Whether the item or index with this key can be compared, and the codes of the reasons against it."""

    key: str
    reasons: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """The worst that the reasons say."""
        if BREAKING.intersection(self.reasons):
            return "not_comparable"
        return "with_care" if self.reasons else "comparable"

    @property
    def words(self) -> str:
        """The reasons as a phrase, in the language of the moment."""
        return "; ".join(reason_in_words(reason) for reason in self.reasons)


def compare_items(before: Instrument, after: Instrument) -> tuple[Verdict, ...]:
    """A verdict on each question that both versions ask, in the order of the later one."""
    was = {item.key: item for section in before.sections for item in section.items}
    verdicts: dict[str, Verdict] = {}
    for section in after.sections:
        for item in section.items:
            old = was.get(item.key)
            if isinstance(item, InformationItem) or old is None or isinstance(old, InformationItem):
                continue
            reasons = list(dict.fromkeys(_reasons(old, item, before, after)))
            if "condition" not in reasons and _asked_after_a_break(item.show_if, verdicts):
                reasons.append("asked_after")
            verdicts[item.key] = Verdict(item.key, tuple(reasons))
    return tuple(verdicts.values())


def _reasons(old: Question, new: Question, before: Instrument, after: Instrument) -> Iterator[str]:
    if type(old) is not type(new):
        yield "type"
        return
    if old.show_if != new.show_if:
        yield "condition"
    if isinstance(old, ScaleItem) and isinstance(new, ScaleItem):
        yield from _scale_reasons(old, new, before, after)
    if isinstance(old, (SingleItem, MultipleItem, RankingItem)) and isinstance(new, type(old)):
        yield from _option_reasons(old, new)
    if isinstance(old, NumberItem) and isinstance(new, NumberItem):
        if old.unit != new.unit:
            yield "unit"
        if old.step != new.step:
            yield "limits"
    if isinstance(old, (NumberItem, DateItem)) and isinstance(new, type(old)):
        if (old.min, old.max) != (new.min, new.max):
            yield "limits"
        if old.missing != new.missing:
            yield "missing_words"
    if old.text != new.text or old.hint != new.hint:
        yield "wording"
    if old.required != new.required:
        yield "required"


def _scale_reasons(old: ScaleItem, new: ScaleItem, before: Instrument, after: Instrument) -> Iterator[str]:
    was, now = before.scale_of(old), after.scale_of(new)
    labels_was = {point.value: point.label for point in was.answers}
    labels_now = {point.value: point.label for point in now.answers}
    if old.direction != new.direction:
        yield "direction"
    if labels_was.keys() != labels_now.keys():
        yield "answers"
        return
    if [set(side) for side in (was.satisfied, was.dissatisfied)] != [
        set(side) for side in (now.satisfied, now.dissatisfied)
    ]:
        yield "favourable"
    if set(was.values) != set(now.values):
        yield "base"
    if labels_was != labels_now:
        yield "labels"
    if list(labels_was) != list(labels_now):
        yield "order"
    if (was.display, was.shows_faces) != (now.display, now.shows_faces):
        yield "display"


def _option_reasons(
    old: SingleItem | MultipleItem | RankingItem, new: SingleItem | MultipleItem | RankingItem
) -> Iterator[str]:
    was = {option.value: option for option in old.options}
    now = {option.value: option for option in new.options}
    if isinstance(old, RankingItem) and isinstance(new, RankingItem) and old.places != new.places:
        yield "places"
    if was.keys() != now.keys():
        yield "answers"
        return
    pairs = [(was[value], now[value]) for value in was]
    if any(getattr(one, "missing", None) != getattr(two, "missing", None) for one, two in pairs):
        yield "base"
    if any(one.label != two.label for one, two in pairs):
        yield "labels"
    if any(
        getattr(one, role, None) != getattr(two, role, None) for one, two in pairs for role in ("exclusive", "other")
    ):
        yield "roles"
    if list(was) != list(now):
        yield "order"


def _asked_after_a_break(condition: Condition | None, verdicts: dict[str, Verdict]) -> bool:
    """Whether the condition looks at a question that is new or no longer the same."""
    return any(key not in verdicts or verdicts[key].level == "not_comparable" for key in items_compared(condition))


def compare_indices(before: Instrument, after: Instrument, items: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """A verdict on each index of both versions: the same rule over the same, still comparable, items."""
    was = {index.key: index for index in before.indices}
    levels = {verdict.key: verdict.level for verdict in items}
    return tuple(
        Verdict(index.key, tuple(_index_reasons(was[index.key], index, before, after, levels)))
        for index in after.indices
        if index.key in was
    )


def _index_reasons(
    old: Index, new: Index, before: Instrument, after: Instrument, levels: dict[str, Level]
) -> Iterator[str]:
    rules = ("kind", "pool", "sub_dimensions")
    if any(_rule(old, name) != _rule(new, name) for name in rules):
        yield "index_kind"
        return
    was, now = members_of(old, before), members_of(new, after)
    if was != now:
        yield "members"
        return
    found = {levels.get(key, "not_comparable") for key in now}
    if "not_comparable" in found:
        yield "broken_member"
    elif "with_care" in found:
        yield "changed_member"


def _rule(index: Index, name: str) -> object:
    """A rule of the index without the words in it."""
    value = getattr(index, name, None)
    return (
        [[one.model_dump() for one in part.indicators] for part in value]
        if name == "sub_dimensions" and value
        else value
    )


def members_of(index: Index, instrument: Instrument) -> frozenset[str]:
    """Keys of the items from whose answers an index is computed."""
    if isinstance(index, PapiDimension):
        return frozenset(one.item for part in index.sub_dimensions for one in part.indicators)
    if isinstance(index, PapiTotal):
        dimensions = (other for other in instrument.indices if other.key in index.of)
        return frozenset(key for dimension in dimensions for key in members_of(dimension, instrument))
    counted = NumberItem if isinstance(index, ExpectationMet) else ScaleItem
    sections = {section.key: section.items for section in instrument.sections}
    named: Iterator[Item] = (item for name in index.of for item in sections.get(name, ()) or (instrument.item(name),))
    return frozenset(item.key for item in named if isinstance(item, counted))
