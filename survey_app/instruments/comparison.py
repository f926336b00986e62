"""Two versions of a questionnaire: what changed between them, and what can be compared over time.

Pure: two instruments in, a :class:`Comparison` out. The words are made in :mod:`.comparison_words`, the verdicts in
:mod:`.comparability`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from .comparability import Verdict, compare_indices, compare_items
from .comparison_words import change_in_words
from .condition_models import AllOf, AnyOf, Condition, Negation
from .indices import Index, Target
from .items import Item
from .scales import Option, Point, Scale
from .schema import Instrument, Section
from .texts import Text

Choices = Sequence[Option | Point | Any]

#: Settings of an item that are told by their own name, whatever the type of the item.
_SETTINGS = (
    "type", "scale", "direction", "criterion", "wording", "source", "required", "choose", "min", "max", "step",
    "max_length", "rows",
)  # fmt: skip
_HEAD = ("key", "sector", "audience", "minutes")
_INDEX_SETTINGS = ("kind", "pool", "rescale", "of")


@dataclass(frozen=True)
class Change:
    """One thing that differs: ``kind`` for programs (``item.text``), the key it is about, and how it was and is."""

    kind: str
    key: str
    before: object = None
    after: object = None
    name: str = ""

    @property
    def words(self) -> str:
        """The change as a sentence, in the language of the moment."""
        return change_in_words(self.kind, key=self.key, name=self.name, before=self.before, after=self.after)


@dataclass(frozen=True)
class Comparison:
    """All changes in file order, and for each item and index of both versions whether it is comparable."""

    before: Instrument
    after: Instrument
    changes: tuple[Change, ...]
    items: tuple[Verdict, ...]
    indices: tuple[Verdict, ...]


def compare_instruments(before: Instrument, after: Instrument) -> Comparison:
    """What changed from one version to the other; the version number itself is no change."""
    items = compare_items(before, after)
    return Comparison(
        before=before,
        after=after,
        changes=tuple(_changes(before, after)),
        items=items,
        indices=compare_indices(before, after, items),
    )


def _changes(before: Instrument, after: Instrument) -> Iterator[Change]:
    yield from _settings("head", "", before, after, _HEAD)
    for name in ("title", "intro", "consent"):
        yield from _text("head", "", name, getattr(before, name), getattr(after, name))
    yield from _list_of_documents(before, after)
    yield from _scales(before.scales, after.scales)
    yield from _sections(before, after)
    yield from _items(before, after)
    yield from _indices(before.indices, after.indices)
    yield from _targets(before.targets, after.targets)


def _settings(place: str, key: str, before: object, after: object, names: Iterable[str]) -> Iterator[Change]:
    for name in names:
        was, now = _plain(getattr(before, name, None)), _plain(getattr(after, name, None))
        if was != now:
            yield Change(f"{place}.setting", key, was, now, name)


def _plain(value: object) -> object:
    """A setting as JSON and people write it: 3 for 3.0, days in ISO form, lists with commas."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (bool, int, float, str)) or value is None else str(value)


def _text(place: str, key: str, name: str, before: Text | None, after: Text | None) -> Iterator[Change]:
    for language in ("vi", "en"):
        was = before.get(language) if before else None
        now = after.get(language) if after else None
        if was != now:
            yield Change(f"{place}.text", key, was, now, f"{name} ({language})")


def _list_of_documents(before: Instrument, after: Instrument) -> Iterator[Change]:
    was, now = ([" – ".join(str(part) for part in (basis.document, basis.date, basis.issuer) if part)
                 for basis in instrument.basis] for instrument in (before, after))  # fmt: skip
    yield from (Change("basis.removed", document) for document in was if document not in now)
    yield from (Change("basis.added", document) for document in now if document not in was)


def _came_and_went(place: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Change]:
    was, now = list(before), list(after)
    yield from (Change(f"{place}.removed", key) for key in was if key not in now)
    yield from (Change(f"{place}.added", key) for key in now if key not in was)


def _moved(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """Keys of both lists that change places against the longest rest that keeps its order."""
    was, now = list(before), list(after)
    was, now = [key for key in was if key in now], [key for key in now if key in was]
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    kept = {key for start, _, size in blocks for key in was[start : start + size]}
    return [key for key in now if key not in kept]


def _scales(before: Mapping[str, Scale], after: Mapping[str, Scale]) -> Iterator[Change]:
    yield from _came_and_went("scale", before, after)
    for key in after:
        if key in before:
            yield from _choices("scale", key, before[key].answers, after[key].answers)
            was, now = before[key], after[key]
            yield from _settings("scale", key, was, now, ("satisfied", "dissatisfied", "display"))
            yield from _kinds("scale", key, _outside(was), _outside(now))


def _outside(scale: Scale) -> dict[int | str, str | None]:
    return {point.value: getattr(point, "kind", "no_opinion") for point in scale.outside}


def _kinds(
    place: str, key: str, before: Mapping[int | str, str | None], after: Mapping[int | str, str | None]
) -> Iterator[Change]:
    """Answers of both versions that go into the base of a rate, or out of it, or are missing for another reason."""
    for value in {**before, **after}:
        if before.get(value) != after.get(value):
            yield Change(f"{place}.missing", key, before.get(value), after.get(value), str(value))


def _choices(place: str, key: str, before: Choices, after: Choices) -> Iterator[Change]:
    was = {choice.value: choice for choice in before}
    now = {choice.value: choice for choice in after}
    for value, old in was.items():
        if value not in now:
            yield Change(f"{place}.choice_removed", key, old.label.vi, None, str(value))
    for value, new in now.items():
        if value not in was:
            yield Change(f"{place}.choice_added", key, None, new.label.vi, str(value))
        else:
            yield from _text(f"{place}.choice", key, str(value), was[value].label, new.label)
    if _moved(map(str, was), map(str, now)):
        yield Change(f"{place}.choice_order", key, ", ".join(map(str, was)), ", ".join(map(str, now)))


def _sections(before: Instrument, after: Instrument) -> Iterator[Change]:
    was: dict[str, Section] = {section.key: section for section in before.sections}
    now: dict[str, Section] = {section.key: section for section in after.sections}
    yield from _came_and_went("section", was, now)
    yield from (Change("section.moved", key) for key in _moved(was, now))
    for key, new in now.items():
        if key in was:
            yield from _text("section", key, "title", was[key].title, new.title)
            yield from _text("section", key, "intro", was[key].intro, new.intro)
            yield from _settings("section", key, was[key], new, ("factor",))


def _items(before: Instrument, after: Instrument) -> Iterator[Change]:
    was, now = _by_key(before), _by_key(after)
    for key in was:
        if key not in now:
            twin = next((new for new in now if new not in was and now[new].text.vi == was[key].text.vi), None)
            yield Change("item.removed" if twin is None else "item.renamed", key, None, twin)
    yield from (Change("item.added", key, None, now[key].text.vi) for key in now if key not in was)
    reordered = {
        key
        for section in after.sections
        if section.key in {part.key for part in before.sections}
        for key in _moved(
            (item.key for item in before.section(section.key).items), (item.key for item in section.items)
        )
    }
    for key in now:
        if key in was:
            from_, to = before.section_of(key).key, after.section_of(key).key
            if from_ != to:
                yield Change("item.section", key, from_, to)
            elif key in reordered:
                yield Change("item.moved", key, None, to)
            yield from _item(was[key], now[key])


def _by_key(instrument: Instrument) -> dict[str, Item]:
    return {item.key: item for section in instrument.sections for item in section.items}


def _item(before: Item, after: Item) -> Iterator[Change]:
    key = after.key
    yield from _text("item", key, "text", before.text, after.text)
    yield from _text("item", key, "hint", before.hint, after.hint)
    yield from _settings("item", key, before, after, _SETTINGS)
    yield from _text("item", key, "unit", getattr(before, "unit", None), getattr(after, "unit", None))
    was, now = getattr(before, "options", ()), getattr(after, "options", ())
    yield from _choices("item", key, was, now)
    kinds = ({choice.value: getattr(choice, "missing", None) for choice in choices} for choices in (was, now))
    yield from _kinds("item", key, *kinds)
    for role in ("exclusive", "other"):
        roles = (", ".join(str(one.value) for one in choices if getattr(one, role, False)) for choices in (was, now))
        role_was, role_now = roles
        if role_was != role_now:
            yield Change("item.setting", key, role_was or None, role_now or None, role)
    if was == now == ():  # the words to choose instead of a number or a day
        yield from _choices("item", key, getattr(before, "missing", None) or (), getattr(after, "missing", None) or ())
    if before.show_if != after.show_if:
        yield Change("item.condition", key, condition_in_words(before.show_if), condition_in_words(after.show_if))


def condition_in_words(condition: Condition | None) -> str | None:
    """A condition on one line, near to how the file writes it: ``n5 in 3``, ``all (a1 le 2, sex eq 1)``."""
    if condition is None:
        return None
    if isinstance(condition, (AllOf, AnyOf)):
        name = "all" if isinstance(condition, AllOf) else "any"
        return f"{name} ({', '.join(str(condition_in_words(part)) for part in condition.parts)})"
    if isinstance(condition, Negation):
        return f"not ({condition_in_words(condition.part)})"
    return f"{condition.item} {condition.operator} {', '.join(str(_plain(value)) for value in condition.values)}"


def _indices(before: Sequence[Index], after: Sequence[Index]) -> Iterator[Change]:
    was, now = {index.key: index for index in before}, {index.key: index for index in after}
    yield from _came_and_went("index", was, now)
    if before and after and before[0].key != after[0].key:
        yield Change("index.first", after[0].key, before[0].key, after[0].key)
    for key, new in now.items():
        if key in was:
            yield from _text("index", key, "title", was[key].title, new.title)
            yield from _settings("index", key, was[key], new, _INDEX_SETTINGS)
            if getattr(was[key], "sub_dimensions", None) != getattr(new, "sub_dimensions", None):
                yield Change("index.sub_dimensions", key)


def _targets(before: Sequence[Target], after: Sequence[Target]) -> Iterator[Change]:
    was, now = ({_target(target): target.index for target in targets} for targets in (before, after))
    yield from (Change("target.removed", index, target) for target, index in was.items() if target not in now)
    yield from (Change("target.added", index, None, target) for target, index in now.items() if target not in was)


def _target(target: Target) -> str:
    words = f"{target.index} {'>' if target.operator == 'gt' else '≥'} {target.rate:g}"
    return words if target.basis is None else f"{words} ({target.basis})"
