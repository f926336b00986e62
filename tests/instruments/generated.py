"""Questionnaires made up at random that the loader must accept: every type of item, conditions in conditions.

Made from a ``random.Random``, so that Hypothesis can shrink them, as the plain mappings of a file.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import strategies as st

from survey_app.instruments.loader import load_questionnaire
from survey_app.instruments.schema import Instrument

KINDS = ("scale", "scale", "single", "multiple", "ranking", "number", "text", "date", "information")
MISSING = ("no_opinion", "not_used", "refused", "dont_know")
WORDS = (
    "Ông/Bà thấy thế nào?",
    "Chờ <b>lâu</b> & xa",
    'Nói „thật”, "thẳng"',
    "100% \\ / ' %s",
    "👩‍👧 {agency} ở {commune}",
)
DAYS = ("2026-01-01", "2026-02-28", "2026-06-15", "2026-12-31")


def questionnaires() -> st.SearchStrategy[dict[str, Any]]:
    """Questionnaires as the mappings of a file."""
    return st.builds(make_questionnaire, st.randoms(use_true_random=False))


def as_instrument(plain: dict[str, Any]) -> Instrument:
    """The instrument, read through the whole loader: JSON is YAML."""
    return load_questionnaire(json.dumps(plain, ensure_ascii=False))


def make_questionnaire(chance: Random) -> dict[str, Any]:
    """A questionnaire of up to three sections with up to five items each, and an index of most kinds."""
    scales = {f"s{number}": _scale(chance) for number in range(chance.randint(1, 2))}
    items: list[dict[str, Any]] = []
    sections: list[dict[str, Any]] = []
    for number in range(chance.randint(1, 3)):
        new = [_item(chance, f"i{len(items) + place}", scales) for place in range(chance.randint(1, 5))]
        for item in new:
            earlier = [one for one in items if one.get("type") not in ("text", "information")]
            if earlier and chance.random() < 0.5:
                item["show_if"] = _condition(chance, earlier, scales, depth=chance.randint(0, 3))
            items.append(item)
        rated = any("scale" in item for item in new)
        section = {"key": f"part{number}", "title": _text(chance), "items": new, "factor": rated}
        sections.append(section | ({"intro": _text(chance)} if chance.random() < 0.3 else {}))
    return {
        "key": "made-up",
        "version": "1",
        "sector": chance.choice(["administrative", "health", "education", "governance", "enterprise"]),
        "audience": ["citizen"],
        "minutes": 5,
        "title": _plain_text(),
        "scales": scales,
        "sections": sections,
        "indices": _indices(items),
    }


def _text(chance: Random) -> dict[str, str]:
    return {"vi": chance.choice(WORDS), "en": chance.choice(WORDS)}


def _plain_text(words: str = "Tên") -> dict[str, str]:
    return {"vi": words, "en": f"{words} (en)"}


def _scale(chance: Random) -> dict[str, Any]:
    count = chance.randint(2, 7)
    points = [{"value": value, "label": _plain_text(f"Mức {value}")} for value in range(count)]
    scale: dict[str, Any] = {"points": points, "satisfied": sorted(chance.sample(range(count), max(count // 2, 1)))}
    if chance.random() < 0.5:
        scale["no_opinion"] = {"value": 9, "label": _plain_text("Không có ý kiến")}
    if chance.random() < 0.4:
        scale["missing"] = [{"value": 8, "kind": chance.choice(MISSING), "label": _plain_text("Không dùng")}]
    shown = ["list", "grid", *(["faces"] if count in (3, 5) else [])]
    return scale | ({"display": chance.choice(shown)} if chance.random() < 0.6 else {})


def _item(chance: Random, key: str, scales: dict[str, Any]) -> dict[str, Any]:
    kind = chance.choice(KINDS)
    item: dict[str, Any] = {"key": key, "type": kind, "text": _text(chance)}
    if kind == "information":
        return item
    if chance.random() < 0.3:
        item["hint"] = _text(chance)
    if chance.random() < 0.3:
        item["required"] = chance.random() < 0.5
    if kind == "scale":
        item["scale"] = chance.choice(list(scales))
        return item | ({"direction": "negative"} if chance.random() < 0.3 else {})
    if kind in ("single", "multiple", "ranking"):
        return item | _choices(chance, kind)
    if kind == "number":
        step = chance.choice([1, 0.5, 0.1, 5])
        low = chance.choice([-10, 0, 1])
        item |= {"step": step} | chance.choice([{}, {"min": low}, {"min": low, "max": low + 20 * step}])
    if kind == "date":
        item |= chance.choice([{}, {"min": DAYS[0]}, {"min": DAYS[1], "max": DAYS[2]}])
    if kind in ("number", "date") and chance.random() < 0.4:
        item["missing"] = [{"value": "dk", "kind": "dont_know", "label": _plain_text("Không biết")}]
    if kind == "text":
        item |= {"max_length": chance.choice([1, 20, 1000]), "rows": chance.choice([1, 3])}
    return item


def _choices(chance: Random, kind: str) -> dict[str, Any]:
    values = chance.sample([0, 1, 2, 3, 44, 9999, "post", "shop", "none", "constructor"], chance.randint(2, 6))
    options: list[dict[str, Any]] = [{"value": value, "label": _plain_text(f"Ý {value}")} for value in values]
    if kind == "ranking":
        return {"options": options} | ({"choose": chance.randint(1, len(options))} if chance.random() < 0.6 else {})
    if chance.random() < 0.4:
        options[-1]["missing"] = chance.choice(MISSING)
    if chance.random() < 0.4:
        options[0]["other"] = True
    if kind == "multiple" and chance.random() < 0.4:
        options[1]["exclusive"] = True
    return {"options": options}


def answers_to(item: dict[str, Any], scales: dict[str, Any]) -> list[Any]:
    """What can be chosen as an answer; of numbers and days the words alone."""
    if "scale" in item:
        scale = scales[item["scale"]]
        no_opinion = [scale["no_opinion"]] if "no_opinion" in scale else []
        return [one["value"] for one in [*scale["points"], *no_opinion, *scale.get("missing", ())]]
    return [one["value"] for one in item.get("options", item.get("missing", ()))]


def _condition(chance: Random, earlier: list[dict[str, Any]], scales: dict[str, Any], depth: int) -> dict[str, Any]:
    if depth:
        how = chance.choice(["all", "any", "not"])
        parts = [_condition(chance, earlier, scales, depth - 1) for _ in range(chance.randint(1, 3))]
        return {"not": parts[0]} if how == "not" else {how: parts}
    item = chance.choice(earlier)
    choices = answers_to(item, scales)
    if item["type"] in ("number", "date"):
        plain = [*DAYS] if item["type"] == "date" else [-3, 0, 1, 2.5, 10]
        operator = chance.choice(["in", "not_in", "eq", "ge", "le"])
        value = chance.choice(plain if operator in ("ge", "le") else [*plain, *choices])
        return {"item": item["key"], operator: [value] if operator in ("in", "not_in") else value}
    operator = chance.choice(["in", "not_in", "eq", *(["ge", "le"] if "scale" in item else [])])
    some = chance.sample(choices, chance.randint(1, min(3, len(choices))))
    return {"item": item["key"], operator: some if operator in ("in", "not_in") else some[0]}


def _indices(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rated = [item["key"] for item in items if "scale" in item]
    counted = [item["key"] for item in items if item["type"] == "number"]
    found: list[dict[str, Any]] = []
    if rated:
        found += [
            {"key": "share", "kind": "satisfied_share", "of": rated},
            {"key": "items", "kind": "satisfied_share", "of": rated, "pool": "items", "title": _plain_text()},
            {"key": "score", "kind": "mean_score", "of": rated[:1], "rescale": True, "title": _plain_text()},
            {"key": "every", "kind": "all_satisfied", "of": rated, "title": _plain_text()},
        ]
    if counted:
        found.append({"key": "expected", "kind": "expectation_met", "of": counted, "title": _plain_text()})
    if rated or counted:
        indicators = [{"item": key, "min": 0, "max": 10} for key in [*rated, *counted]]
        parts = [{"key": "d1_1", "title": _plain_text(), "indicators": indicators}]
        found.append({"key": "d1", "kind": "papi_dimension", "title": _plain_text(), "sub_dimensions": parts})
        found.append({"key": "total", "kind": "papi_total", "of": ["d1"], "title": _plain_text()})
    return found
