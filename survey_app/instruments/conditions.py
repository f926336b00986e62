"""The respondent's path: which items are asked, given the answers so far.

Two-valued logic: a comparison with an item that is not answered is false, whatever the operator, and so
``not`` of it is true. A missing code (no opinion, not used, refused, do not know) counts as not answered unless the
condition lists it.
"""

from __future__ import annotations

from collections.abc import Mapping

from .condition_models import AllOf, AnyOf, Comparison, Condition, Negation
from .items import DateItem, Item, MultipleItem, NumberItem, ScaleItem, SingleItem
from .scales import missing_values
from .schema import Instrument


def holds(condition: Condition, answers: Mapping[str, object], instrument: Instrument) -> bool:
    """Whether the condition is true of the answers."""
    if isinstance(condition, AllOf):
        return all(holds(part, answers, instrument) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(holds(part, answers, instrument) for part in condition.parts)
    if isinstance(condition, Negation):
        return not holds(condition.part, answers, instrument)
    return _compare(condition, answers.get(condition.item), missing_codes(condition.item, instrument))


def missing_codes(item_key: str, instrument: Instrument) -> tuple[int | str, ...]:
    """Answers of the item that stand for none."""
    item = instrument.item(item_key)
    if isinstance(item, ScaleItem):
        return tuple(point.value for point in instrument.scale_of(item).outside)
    if isinstance(item, (SingleItem, MultipleItem)):
        return missing_values(item.options)
    if isinstance(item, (NumberItem, DateItem)):
        return tuple(word.value for word in item.missing or ())
    return ()


def _compare(comparison: Comparison, answer: object, missing: tuple[int | str, ...]) -> bool:
    if answer is None or answer in ([], ""):
        return False
    chosen = answer if isinstance(answer, list) else [answer]
    listed = any(_same(value, part) for value in comparison.values for part in chosen)
    if comparison.operator in ("in", "eq"):
        return listed
    if any(_same(code, part) for code in missing for part in chosen):
        return False
    if comparison.operator == "not_in":
        return not listed
    return _in_order(comparison.operator, answer, comparison.values[0])


def _in_order(operator: str, answer: object, limit: int | float | str) -> bool:
    if isinstance(answer, str) and isinstance(limit, str):  # ISO dates sort as text
        return answer >= limit if operator == "ge" else answer <= limit
    if isinstance(answer, (int, float)) and not isinstance(answer, bool) and isinstance(limit, (int, float)):
        return answer >= limit if operator == "ge" else answer <= limit
    return False


def _same(value: object, answer: object) -> bool:
    """Equality that does not take ``True`` for 1, nor ``"1"`` for 1."""
    return value == answer and isinstance(value, bool) == isinstance(answer, bool)


def is_visible(item: Item, answers: Mapping[str, object], instrument: Instrument) -> bool:
    """Whether the item is asked, given the answers to the items before it."""
    return item.show_if is None or holds(item.show_if, answers, instrument)


def visible_items(instrument: Instrument, answers: Mapping[str, object]) -> list[Item]:
    """The items on the respondent's path, in order; answers that lie off the path do not count."""
    path: list[Item] = []
    counted: dict[str, object] = {}
    for item in instrument.items():
        if is_visible(item, counted, instrument):
            path.append(item)
            if item.key in answers:
                counted[item.key] = answers[item.key]
    return path


def path_to_json(instrument: Instrument) -> list[dict[str, object]]:
    """Every item with its condition or ``None``, in order, for ``path`` of static/js/conditions.js."""
    return [
        {
            "key": item.key,
            "show_if": None if item.show_if is None else condition_to_json(item.show_if, instrument),
        }
        for item in instrument.items()
    ]


def condition_to_json(condition: Condition, instrument: Instrument) -> dict[str, object]:
    """The condition for the page's script, one shape for every node.

    A group is ``{"op": "all" | "any" | "not", "of": [node, …]}``. A comparison is ``{"op": "in" | "not_in" |
    "eq" | "ge" | "le", "item": key, "values": […], "missing": [codes that are no answer unless listed]}``.
    """
    if isinstance(condition, (AllOf, AnyOf)):
        operator = "all" if isinstance(condition, AllOf) else "any"
        return {"op": operator, "of": [condition_to_json(part, instrument) for part in condition.parts]}
    if isinstance(condition, Negation):
        return {"op": "not", "of": [condition_to_json(condition.part, instrument)]}
    return {
        "op": condition.operator,
        "item": condition.item,
        "values": list(condition.values),
        "missing": list(missing_codes(condition.item, instrument)),
    }
