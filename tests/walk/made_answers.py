"""Made-up answers to any questionnaire file, and which of them count, from the plain YAML and nothing of the product.

Everybody answers everything that comes to mind, asked or not; `on_path` is what a careful clerk would keep.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Answers = dict[str, Any]


@functools.cache
def read_plainly(path: Path) -> dict[str, Any]:
    """The file as mappings and lists, dates as text."""
    reader = YAML(typ="safe", pure=True)
    reader.constructor.yaml_constructors.pop("tag:yaml.org,2002:timestamp", None)
    reader.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _loader, node: node.value)
    found: dict[str, Any] = reader.load(path.read_text(encoding="utf-8"))
    return found


def items_of(plain: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every item that can be answered, in order."""
    for section in plain["sections"]:
        yield from (item for item in section["items"] if item.get("type") != "information")


def missing_codes(plain: dict[str, Any], item: dict[str, Any]) -> list[Any]:
    """The answers to an item that are no opinion."""
    if "scale" in item:
        scale = plain["scales"][item["scale"]]
        none = [scale["no_opinion"]] if "no_opinion" in scale else []
        return [one["value"] for one in [*none, *scale.get("missing", ())]]
    if "options" in item:
        return [one["value"] for one in item["options"] if one.get("missing")]
    return [one["value"] for one in item.get("missing", ())]


def answer_everything(plain: dict[str, Any], chance: random.Random, *, blanks: float = 0.06) -> Answers:
    """One person's answers to all items, whatever the path; few people skip a question, fewer every rating."""
    mood, silent = chance.gauss(0, 0.5), chance.random() < blanks / 2
    answers: Answers = {}
    for item in items_of(plain):
        other = next((one["value"] for one in item.get("options", ()) if one.get("other")), None)
        if other is not None and chance.random() < 0.5:
            answers[item["key"] + "_other"] = "Ý khác, có dấu phẩy; và chấm phẩy"
        if chance.random() < blanks or (silent and "scale" in item):
            continue
        answers[item["key"]] = _one_answer(plain, item, chance, mood)
    first = next(items_of(plain), None)
    if first is not None and not on_path(plain, answers)[0]:
        answers[first["key"]] = _one_answer(plain, first, chance, mood)
    return answers


def _one_answer(plain: dict[str, Any], item: dict[str, Any], chance: random.Random, mood: float) -> Any:
    outside = missing_codes(plain, item)
    kind = "scale" if "scale" in item else item["type"]
    if outside and kind != "multiple" and chance.random() < 0.08:
        return chance.choice(outside)
    if kind == "scale":
        scale = plain["scales"][item["scale"]]
        points = [one["value"] for one in scale["points"]]
        good = scale["satisfied"] if item.get("direction") != "negative" else _opposite(scale)
        return chance.choice(good) if chance.gauss(mood, 1) > -1.3 and good else chance.choice(points)
    if kind == "single":
        return chance.choice([one["value"] for one in item["options"]])
    if kind == "multiple":
        return _some(item, chance)
    if kind == "ranking":
        values = [one["value"] for one in item["options"]]
        return chance.sample(values, chance.randint(1, item.get("choose", len(values))))
    if kind == "number":
        low, step = item.get("min", 0), item.get("step", 1)
        high = item.get("max", low + 100)
        number = round(low + step * chance.randrange(int((high - low) / step) + 1), 6)
        return int(number) if float(number).is_integer() else number
    if kind == "date":
        return chance.choice([str(item.get("min", "2026-02-01")), str(item.get("max", "2026-06-30"))])
    return "Cảm ơn, rất tốt"[: item.get("max_length", 1000)]


def _some(item: dict[str, Any], chance: random.Random) -> list[Any]:
    alone = [one["value"] for one in item["options"] if one.get("exclusive") or one.get("missing")]
    if alone and chance.random() < 0.15:
        return [chance.choice(alone)]
    free = [one["value"] for one in item["options"] if one["value"] not in alone]
    chance.shuffle(free)
    return [value for value in free if chance.random() < 0.4] or free[:1]


def _opposite(scale: dict[str, Any]) -> list[Any]:
    values = sorted(one["value"] for one in scale["points"])
    free = [value for value in values if value not in scale["satisfied"]]
    if values[0] in scale["satisfied"]:
        free.reverse()
    given: list[Any] = scale.get("dissatisfied", sorted(free[: len(scale["satisfied"])]))
    return given


def sides_of(plain: dict[str, Any], item: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Satisfied and dissatisfied points of a scale item."""
    scale = plain["scales"][item["scale"]]
    sides = scale["satisfied"], _opposite(scale)
    return sides if item.get("direction") != "negative" else sides[::-1]


def on_path(plain: dict[str, Any], answers: Answers) -> tuple[Answers, set[str]]:
    """The answers to questions that are asked, and the keys of all that are asked."""
    kept: Answers = {}
    asked: set[str] = set()
    codes = {item["key"]: missing_codes(plain, item) for item in items_of(plain)}
    for item in items_of(plain):
        if "show_if" in item and not _true(item["show_if"], kept, codes):
            continue
        asked.add(item["key"])
        if item["key"] in answers:
            kept[item["key"]] = answers[item["key"]]
        other = next((one["value"] for one in item.get("options", ()) if one.get("other")), None)
        chosen = kept.get(item["key"])
        if other is not None and other in (chosen if isinstance(chosen, list) else [chosen]):
            asked.add(item["key"] + "_other")
            if item["key"] + "_other" in answers:
                kept[item["key"] + "_other"] = answers[item["key"] + "_other"]
    return kept, asked


def _true(condition: dict[str, Any], kept: Answers, codes: dict[str, list[Any]]) -> bool:
    if "all" in condition:
        return all(_true(part, kept, codes) for part in condition["all"])
    if "any" in condition:
        return any(_true(part, kept, codes) for part in condition["any"])
    if "not" in condition:
        return not _true(condition["not"], kept, codes)
    if condition["item"] not in kept:
        return False
    answer = kept[condition["item"]]
    chosen = answer if isinstance(answer, list) else [answer]
    if "in" in condition or "eq" in condition:
        return any(value in chosen for value in condition.get("in", [condition.get("eq")]))
    if any(code in chosen for code in codes[condition["item"]]):
        return False
    if "not_in" in condition:
        return not any(value in chosen for value in condition["not_in"])
    return bool(answer >= condition["ge"] if "ge" in condition else answer <= condition["le"])


def as_cell(answer: Any) -> str:
    """The answer as an office types it: lists with semicolons, decimals with a comma."""
    if isinstance(answer, list):
        return ";".join(map(str, answer))
    return str(answer).replace(".", ",") if isinstance(answer, float) else str(answer)
