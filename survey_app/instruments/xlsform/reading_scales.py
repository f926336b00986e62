"""Lists of choices that are rating scales in all but name: known by their words, from bad to good or the other way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .layout import CHOICES, SURVEY
from .losses import Remarks
from .reading_choices import ChoiceList
from .reading_words import Names, key_of
from .row_types import row_type
from .scale_words import FAMILIES, missing_kind, rank_of
from .sheets import Sheet

Node = dict[str, object]
Option = dict[str, object]
FEWEST, MOST, LARGEST = 3, 7, 99


def guess_scales(lists: Iterable[ChoiceList], keys: Names, remarks: Remarks) -> dict[str, tuple[str, Node]]:
    """Key and scale by the name of the list; the values of a list that had words for codes become numbers."""
    found: dict[str, tuple[str, Node]] = {}
    for choices in lists:
        ranks = _ranks(choices.options)
        if ranks is None:
            continue
        points = [option for option, rank in zip(choices.options, ranks, strict=True) if rank is not None]
        steps = [rank for rank in ranks if rank is not None]
        changed = _numbered(choices, points, steps)
        scale = _scale(choices.options, ranks)
        found[choices.name] = keys.take(key_of(choices.name)), scale
        sides = {name: ", ".join(map(str, _values(scale[name]))) for name in ("satisfied", "dissatisfied")}
        remarks.add("X64", CHOICES, choices.row, name=choices.name, **sides)
        for old, new in changed:
            remarks.add("X71", CHOICES, choices.row, value=old, name=choices.name, new=new)
    return found


def rated_lists(survey: Sheet, lists: Mapping[str, ChoiceList]) -> list[ChoiceList]:
    """The lists of which one choice is asked for."""
    kinds = [row_type(row.get("type")) for row in survey.rows]
    names = dict.fromkeys(kind.list_name for kind in kinds if kind.kind == "single" and not kind.with_other)
    return [lists[name] for name in names if name in lists]


def overall_index(sections: Iterable[Node], remarks: Remarks) -> list[Node]:
    """One index of all ratings, for a workbook that has ratings and no index; their sections become factors."""
    rated = []
    for section in sections:
        if any(isinstance(item, dict) and item["type"] == "scale" for item in _values(section["items"])):
            section["factor"] = True
            rated.append(section["key"])
    if not rated:
        return []
    remarks.add("X65", SURVEY, None, name=", ".join(map(str, rated)))
    title = {"vi": "Chỉ số hài lòng chung", "en": "Overall satisfaction"}
    return [{"key": "overall", "kind": "satisfied_share", "of": rated, "title": title}]


def missing_kind_of(label: object) -> str:
    """Why an answer is outside every base, by its words; „không biết” where they do not tell."""
    words = label.values() if isinstance(label, Mapping) else ()
    return next(filter(None, (missing_kind(str(one)) for one in words)), "dont_know")


def _ranks(options: list[Option]) -> list[int | None] | None:
    """How good each option is, ``None`` for one outside the scale; ``None`` for a list that is no scale."""
    for language in ("vi", "en"):
        labels = [_label(option, language) for option in options]
        for table in FAMILIES:
            ranks = [rank_of(label, table) for label in labels]
            outside = [label for label, rank in zip(labels, ranks, strict=True) if rank is None]
            if all(missing_kind(label) for label in outside) and _in_order([one for one in ranks if one is not None]):
                return ranks
    return None


def _label(option: Option, language: str) -> str:
    label = option["label"]
    return str(label[language]) if isinstance(label, Mapping) else ""


def _in_order(ranks: list[int]) -> bool:
    return (
        FEWEST <= len(ranks) <= MOST
        and len(set(ranks)) == len(ranks)
        and ranks in (sorted(ranks), sorted(ranks, reverse=True))
        and min(ranks) < 0 < max(ranks)
    )


def _numbered(choices: ChoiceList, points: list[Option], steps: list[int]) -> list[tuple[object, int]]:
    """Give every option a number, the best point the highest; numbers that are in order already stay."""
    values = [option["value"] for option in points]
    numbers = [value for value in values if isinstance(value, int) and value <= LARGEST]
    ordered = len(numbers) == len(values) and numbers in (sorted(numbers), sorted(numbers, reverse=True))
    changed: dict[object, int] = {}
    if not ordered:
        places = {rank: place for place, rank in enumerate(sorted(steps), start=1)}
        changed = {option["value"]: places[rank] for option, rank in zip(points, steps, strict=True)}
    taken = {*changed.values()} if changed else {*numbers}
    for option in choices.options:
        value = option["value"]
        if option in points:
            continue
        if not isinstance(value, int) or value > LARGEST or value in taken:
            changed[value] = next(free for free in (9, 8, 7, 99, 98, 97, *range(10, LARGEST)) if free not in taken)
        taken.add(changed.get(value, value if isinstance(value, int) else 0))
    for option in choices.options:
        option["value"] = changed.get(option["value"], option["value"])
    told = [(old, new) for old, new in changed.items() if old != new]
    choices.codes = {name: changed.get(code, code) for name, code in choices.codes.items()}
    return told


def _scale(options: list[Option], ranks: list[int | None]) -> Node:
    pairs = list(zip(options, ranks, strict=True))
    scale: Node = {
        "points": [{"value": one["value"], "label": one["label"]} for one, rank in pairs if rank is not None],
        "satisfied": sorted(_number(one) for one, rank in pairs if rank is not None and rank > 0),
        "dissatisfied": sorted(_number(one) for one, rank in pairs if rank is not None and rank < 0),
        "display": "list",
    }
    outside = []
    for option in (one for one, rank in pairs if rank is None):
        kind = missing_kind(_label(option, "vi")) or missing_kind(_label(option, "en")) or "no_opinion"
        point = {"value": option["value"], "label": option["label"]}
        if kind == "no_opinion" and "no_opinion" not in scale:
            scale["no_opinion"] = point
        else:
            outside.append({**point, "kind": kind})
    return {**scale, "missing": outside} if outside else scale


def _number(option: Option) -> int:
    value = option["value"]
    assert isinstance(value, int)
    return value


def _values(value: object) -> list[object]:
    return value if isinstance(value, list) else []
