"""Rules for indices and targets: of what exists, of what can be counted, against what can be reached."""

from __future__ import annotations

from collections.abc import Iterator

from .answer_values import answers_of, type_of
from .indices import SHARES
from .problems import Finding, Path
from .schema_problems import closest
from .tree_walk import entries, items_of, mapping, name_of, numbers, sections_of, words
from .yaml_tree import Tree

Root = dict[str, object]


def index_findings(root: Root, tree: Tree) -> Iterator[Finding]:
    """Every broken rule in the indices and targets."""
    yield from _keys_used_twice(root, tree)
    items = {name_of(item.get("key")): item for _, item in items_of(root)}
    for path, index in entries(root.get("indices"), ("indices",)):
        if index.get("kind") == "papi_total":
            yield from _sum_findings(root, path, index)
        else:
            yield from _part_findings(root, path, index, items)
        if index.get("kind") == "mean_score":
            yield from _range_findings(root, path, index)
        for place, part in entries(index.get("sub_dimensions"), (*path, "sub_dimensions")):
            for where, indicator in entries(part.get("indicators"), (*place, "indicators")):
                yield from _indicator_findings(root, where, indicator, items)
    yield from _target_findings(root)


def _keys_used_twice(root: Root, tree: Tree) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for path, index in entries(root.get("indices"), ("indices",)):
        for place, part in [(path, index), *entries(index.get("sub_dimensions"), (*path, "sub_dimensions"))]:
            key = name_of(part.get("key"))
            if key in first:
                yield Finding("Q042", (*place, "key"), {"value": key, "first": tree.line_of(first[key])})
            first.setdefault(key, (*place, "key"))


def _members(root: Root, part: object) -> list[dict[str, object]] | None:
    """The items of a section, or the one item, of this key; None when there is none."""
    for _, section in sections_of(root):
        if section.get("key") == part:
            return [item for _, item in entries(section.get("items"), ())]
    found = [item for _, item in items_of(root) if item.get("key") == part]
    return found or None


def _part_findings(
    root: Root, path: Path, index: dict[str, object], items: dict[str, dict[str, object]]
) -> Iterator[Finding]:
    counted, code = ("number", "Q084") if index.get("kind") == "expectation_met" else ("scale", "Q081")
    for place, part in enumerate(words(index.get("of"))):
        members = _members(root, part)
        if members is None:
            known = sorted({*items, *(name_of(section.get("key")) for _, section in sections_of(root))})
            values = {"value": part, "suggestion": closest(str(part), known)}
            yield Finding("Q080", (*path, "of", place), values)
        elif not any(type_of(item) == counted for item in members):
            yield Finding(code, (*path, "of", place), {"value": part})


def _range_findings(root: Root, path: Path, index: dict[str, object]) -> Iterator[Finding]:
    """A mean of points needs one range of points."""
    ranges = set()
    for part in words(index.get("of")):
        for item in _members(root, part) or []:
            scale = mapping(mapping(root.get("scales")).get(name_of(item.get("scale"))))
            points = numbers(point.get("value") for _, point in entries(scale.get("points"), ()))
            if points:
                ranges.add((min(points), max(points)))
    if len(ranges) > 1:
        yield Finding("Q088", (*path, "of"))


def _sum_findings(root: Root, path: Path, index: dict[str, object]) -> Iterator[Finding]:
    kinds = {name_of(other.get("key")): other.get("kind") for _, other in entries(root.get("indices"), ())}
    known = [key for key, kind in kinds.items() if kind == "papi_dimension"]
    for place, part in enumerate(words(index.get("of"))):
        if part not in known:
            yield Finding("Q085", (*path, "of", place), {"value": part, "known": ", ".join(known) or "–"})


def _indicator_findings(
    root: Root, path: Path, indicator: dict[str, object], items: dict[str, dict[str, object]]
) -> Iterator[Finding]:
    key = name_of(indicator.get("item"))
    limits = numbers([indicator.get("min"), indicator.get("max")])
    if len(limits) == 2 and limits[0] >= limits[1]:
        yield Finding("Q089", (*path, "min"))
    if not key:
        return
    if key not in items:
        yield Finding("Q080", (*path, "item"), {"value": key, "suggestion": closest(key, sorted(items))})
        return
    kind, known = type_of(items[key]), answers_of(items[key], root)
    if "codes" not in indicator:
        if kind not in ("scale", "number") and not (kind == "single" and len(numbers(known)) == len(known)):
            yield Finding("Q086", (*path, "item"), {"value": key})
        return
    if kind not in ("scale", "single"):
        yield Finding("Q086", (*path, "item"), {"value": key})
        return
    for place, code in enumerate(words(indicator.get("codes"))):
        if not any(type(code) is type(answer) and code == answer for answer in known):
            values = {"value": code, "item": key, "known": ", ".join(map(str, known)) or "–"}
            yield Finding("Q062", (*path, "codes", place), values)


def _target_findings(root: Root) -> Iterator[Finding]:
    kinds = {name_of(index.get("key")): index.get("kind") for _, index in entries(root.get("indices"), ())}
    for path, target in entries(root.get("targets"), ("targets",)):
        index = target.get("index")
        if not isinstance(index, str):
            continue
        if index not in kinds:
            yield Finding("Q082", (*path, "index"), {"value": index, "known": ", ".join(kinds) or "–"})
        elif kinds[index] not in SHARES:
            yield Finding("Q087", (*path, "index"), {"value": index})
