"""Rules between the parts of a questionnaire, which no single model can see.

They read the plain tree of the file and skip whatever has the wrong shape (the schema reports that), so that
one reading tells the author everything.
"""

from __future__ import annotations

from collections.abc import Iterator

from survey_app.characters import refused_characters

from .condition_rules import condition_findings
from .problems import Finding, Path
from .schema_problems import closest
from .texts import RESERVED_KEYS
from .tree_walk import entries, items_of, mapping, name_of, numbers, sections_of, words
from .yaml_tree import Tree


def rule_findings(tree: Tree) -> Iterator[Finding]:
    """Every broken rule, in no particular order."""
    root = mapping(tree.value)
    yield from _hidden_characters(tree.value, ())
    yield from _keys_used_twice(root, tree)
    yield from _scales(root, tree)
    yield from _items(root, tree)
    yield from condition_findings(root)
    yield from _indices(root, tree)
    yield from _targets(root)


def _hidden_characters(value: object, path: Path) -> Iterator[Finding]:
    if isinstance(value, str):
        found = refused_characters(value)
        if found:
            yield Finding("Q011", path, {"characters": ", ".join(sorted({name for _, name in found}))})
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _hidden_characters(part, (*path, place))
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _hidden_characters(name, (*path, name))
            yield from _hidden_characters(part, (*path, name))


def _keys_used_twice(root: dict[str, object], tree: Tree) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for path, part in [*sections_of(root), *items_of(root)]:
        key, place = name_of(part.get("key")), (*path, "key")
        if not key:
            continue
        if key in RESERVED_KEYS:
            yield Finding("Q026", place, {"value": key})
        if key in first:
            earlier, later = sorted((first[key], place), key=lambda where: tree.line_of(where) or 0)
            yield Finding("Q040", later, {"value": key, "first": tree.line_of(earlier)})
        first.setdefault(key, place)


def _values_used_twice(
    choices: object, path: Path, tree: Tree, *, others: tuple[object, ...] = ()
) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for place, choice in entries(choices, path):
        value, where = choice.get("value"), (*place, "value")
        if not isinstance(value, (int, str)) or isinstance(value, bool):
            continue
        if str(value) in first:  # 1 and "1" look the same in a form and in a CSV cell
            yield Finding("Q041", where, {"value": value, "first": tree.line_of(first[str(value)])})
        first.setdefault(str(value), where)


def _scales(root: dict[str, object], tree: Tree) -> Iterator[Finding]:
    for name, content in mapping(root.get("scales")).items():
        scale, path = mapping(content), ("scales", name)
        yield from _values_used_twice(scale.get("points"), (*path, "points"), tree)
        points = numbers(point.get("value") for _, point in entries(scale.get("points"), ()))
        satisfied = numbers(scale.get("satisfied"))
        for place, value in enumerate(words(scale.get("satisfied"))):
            if points and value not in points:
                values = {"value": value, "known": ", ".join(map(str, points))}
                yield Finding("Q051", (*path, "satisfied", place), values)
        for place, value in enumerate(words(scale.get("dissatisfied"))):
            if points and (value not in points or value in satisfied):
                yield Finding("Q052", (*path, "dissatisfied", place), {"value": value})
        value = mapping(scale.get("no_opinion")).get("value")
        if value in points:
            yield Finding("Q053", (*path, "no_opinion", "value"), {"value": value})


def _items(root: dict[str, object], tree: Tree) -> Iterator[Finding]:
    known = list(mapping(root.get("scales")))
    for path, item in items_of(root):
        scale = item.get("scale")
        if isinstance(scale, str) and scale not in known:
            yield Finding("Q050", (*path, "scale"), {"value": scale, "known": ", ".join(known) or "–"})
        yield from _values_used_twice(item.get("options"), (*path, "options"), tree)
        least, most = item.get("min"), item.get("max")
        if item.get("type") == "date" and isinstance(least, str) and isinstance(most, str):
            crossed = least > most  # ISO dates sort as text
        else:
            crossed = len(numbers([least, most])) == 2 and least > most  # type: ignore[operator]
        if crossed:
            yield Finding("Q070", (*path, "min"))


def _indices(root: dict[str, object], tree: Tree) -> Iterator[Finding]:
    rated = {name_of(item.get("key")): "scale" in item for _, item in items_of(root)}
    for _, section in sections_of(root):
        inside = [part for _, part in entries(section.get("items"), ())]
        rated[name_of(section.get("key"))] = any("scale" in item for item in inside)
    first: dict[str, Path] = {}
    for path, index in entries(root.get("indices"), ("indices",)):
        key = name_of(index.get("key"))
        if key in first:
            yield Finding("Q042", (*path, "key"), {"value": key, "first": tree.line_of(first[key])})
        first.setdefault(key, (*path, "key"))
        for place, part in enumerate(words(index.get("of"))):
            if part not in rated:
                values = {"value": part, "suggestion": closest(str(part), sorted(rated))}
                yield Finding("Q080", (*path, "of", place), values)
            elif not rated[str(part)]:
                yield Finding("Q081", (*path, "of", place), {"value": part})


def _targets(root: dict[str, object]) -> Iterator[Finding]:
    known = [name_of(index.get("key")) for _, index in entries(root.get("indices"), ())]
    for path, target in entries(root.get("targets"), ("targets",)):
        index = target.get("index")
        if isinstance(index, str) and index not in known:
            yield Finding("Q082", (*path, "index"), {"value": index, "known": ", ".join(known) or "–"})
