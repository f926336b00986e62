"""Rules for ``show_if``: only earlier items, only operators that fit, only answers that exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .answer_values import answers_of, type_of
from .condition_models import OPERATORS
from .problems import Finding, Path
from .schema_problems import closest
from .tree_walk import Entry, entries, items_of, mapping, name_of, words

ORDERED_TYPES = ("scale", "number", "date")


def condition_findings(root: dict[str, object]) -> Iterator[Finding]:
    """Every broken rule in the conditions of every item."""
    known = {name_of(item.get("key")): item for _, item in items_of(root)}
    earlier: set[str] = set()
    for path, item in items_of(root):
        for place, comparison in _comparisons(item.get("show_if"), (*path, "show_if")):
            yield from _comparison_findings(place, comparison, root, known, earlier)
        earlier.add(name_of(item.get("key")))


def _comparisons(condition: object, path: Path) -> Iterator[Entry]:
    content = mapping(condition)
    for name in ("all", "any"):
        for place, part in entries(content.get(name), (*path, name)):
            yield from _comparisons(part, place)
    if "not" in content:
        yield from _comparisons(content["not"], (*path, "not"))
    if content and not {"all", "any", "not"} & content.keys():
        yield path, content


def _comparison_findings(
    path: Path, comparison: dict[str, object], root: dict[str, object], known: dict[str, dict[str, object]],
    earlier: set[str],
) -> Iterator[Finding]:  # fmt: skip
    operators = [name for name in OPERATORS if comparison.get(name) is not None]
    if len(operators) != 1:
        yield Finding("Q064", path)
    key = name_of(comparison.get("item"))
    if not key:
        return
    if key not in known:
        values = {"value": key, "suggestion": closest(key, sorted(known))}
        yield Finding("Q060", (*path, "item"), values)
        return
    if key not in earlier:
        yield Finding("Q061", (*path, "item"), {"value": key})
    for operator in operators:
        if not _fits(operator, known[key]):
            yield Finding("Q063", (*path, operator), {"operator": operator, "item": key})
            continue
        operand = comparison[operator]
        values_given = words(operand) if operator in ("in", "not_in") else words([operand])
        answers = answers_of(known[key], root)
        for place, value in enumerate(values_given):
            if not _possible(value, known[key], answers, operator):
                where = (*path, operator, place) if operator in ("in", "not_in") else (*path, operator)
                known_answers = ", ".join(map(str, answers)) or "–"
                yield Finding("Q062", where, {"value": value, "item": key, "known": known_answers})


def _fits(operator: str, item: dict[str, object]) -> bool:
    kind = type_of(item)
    if kind in ("text", "information"):
        return False
    return operator not in ("ge", "le") or kind in ORDERED_TYPES


def _possible(value: object, item: dict[str, object], answers: list[object], operator: str) -> bool:
    kind = type_of(item)
    listed = any(type(value) is type(answer) and value == answer for answer in answers)
    if kind in ("number", "date") and listed and operator not in ("ge", "le"):  # „Không biết”
        return True
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "date":
        return isinstance(value, str) and _is_date(value)
    return not answers or listed


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
