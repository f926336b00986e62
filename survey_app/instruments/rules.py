"""Rules between the parts of a questionnaire, which no single model can see.

They read the plain tree of the file and skip whatever has the wrong shape (the schema reports that), so that
one reading tells the author everything.
"""

from __future__ import annotations

from collections.abc import Iterator

from survey_app.characters import refused_characters

from .condition_rules import condition_findings
from .index_rules import index_findings
from .items import OTHER_SUFFIX
from .option_rules import option_findings, scale_findings, values_used_twice
from .piping import brace_findings
from .problems import Finding, Path
from .texts import RESERVED_KEYS
from .tree_walk import entries, items_of, mapping, name_of, numbers, sections_of
from .yaml_tree import Tree


def rule_findings(tree: Tree) -> Iterator[Finding]:
    """Every broken rule, in no particular order."""
    root = mapping(tree.value)
    yield from _hidden_characters(tree.value, ())
    yield from _keys_used_twice(root, tree)
    yield from _keys_of_other_lines(root)
    yield from scale_findings(root, tree)
    yield from _items(root, tree)
    yield from condition_findings(root)
    yield from index_findings(root, tree)
    yield from brace_findings(root)


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


def _keys_of_other_lines(root: dict[str, object]) -> Iterator[Finding]:
    """A key that the line of an „other” option needs."""
    asked = {
        name_of(item.get("key")) + OTHER_SUFFIX: item.get("key")
        for _, item in items_of(root)
        if any(option.get("other") is True for _, option in entries(item.get("options"), ()))
    }
    for path, part in [*sections_of(root), *items_of(root)]:
        key = name_of(part.get("key"))
        if key in asked:
            yield Finding("Q043", (*path, "key"), {"value": key, "item": asked[key]})


def _items(root: dict[str, object], tree: Tree) -> Iterator[Finding]:
    known = list(mapping(root.get("scales")))
    for path, item in items_of(root):
        scale = item.get("scale")
        if isinstance(scale, str) and scale not in known:
            yield Finding("Q050", (*path, "scale"), {"value": scale, "known": ", ".join(known) or "–"})
        yield from values_used_twice(item.get("options"), (*path, "options"), tree)
        yield from values_used_twice(item.get("missing"), (*path, "missing"), tree)
        yield from option_findings(path, item)
        least, most = item.get("min"), item.get("max")
        if item.get("type") == "date" and isinstance(least, str) and isinstance(most, str):
            crossed = least > most  # ISO dates sort as text
        else:
            both = numbers([least, most])
            crossed = len(both) == 2 and both[0] > both[1]
        if crossed:
            yield Finding("Q070", (*path, "min"))
