"""Rules for scales and options: values that exist and stand once, faces that can be drawn."""

from __future__ import annotations

from collections.abc import Iterator

from .problems import Finding, Path
from .tree_walk import entries, mapping, numbers, words
from .yaml_tree import Tree

#: Numbers of points for which there are faces.
FACES = (3, 5)


def scale_findings(root: dict[str, object], tree: Tree) -> Iterator[Finding]:
    """Every broken rule in the scales."""
    for name, content in mapping(root.get("scales")).items():
        scale, path = mapping(content), ("scales", name)
        yield from values_used_twice(scale.get("points"), (*path, "points"), tree)
        points = numbers(point.get("value") for _, point in entries(scale.get("points"), ()))
        satisfied = numbers(scale.get("satisfied"))
        for place, value in enumerate(words(scale.get("satisfied"))):
            if points and value not in points:
                values = {"value": value, "known": ", ".join(map(str, points))}
                yield Finding("Q051", (*path, "satisfied", place), values)
        for place, value in enumerate(words(scale.get("dissatisfied"))):
            if points and (value not in points or value in satisfied):
                yield Finding("Q052", (*path, "dissatisfied", place), {"value": value})
        yield from values_used_twice(scale.get("missing"), (*path, "missing"), tree)
        no_opinion = mapping(scale.get("no_opinion")).get("value")
        for where, missing in entries(scale.get("missing"), (*path, "missing")):
            if missing.get("value") in (*points, no_opinion) and missing.get("value") is not None:
                yield Finding("Q054", (*where, "value"), {"value": missing["value"]})
        if scale.get("display") == "faces" and len(points) not in FACES:
            yield Finding("Q055", (*path, "display"))
        if no_opinion in points:
            yield Finding("Q053", (*path, "no_opinion", "value"), {"value": no_opinion})


def option_findings(path: Path, item: dict[str, object]) -> Iterator[Finding]:
    """Broken rules in the options of one item."""
    options = list(entries(item.get("options"), (*path, "options")))
    for place, _ in [(place, option) for place, option in options if option.get("other") is True][1:]:
        yield Finding("Q044", (*place, "other"))
    choose = item.get("choose")
    if options and isinstance(choose, int) and choose > len(options):
        yield Finding("Q071", (*path, "choose"), {"value": choose, "known": len(options)})


def values_used_twice(choices: object, path: Path, tree: Tree) -> Iterator[Finding]:
    """Values that stand twice in one list of choices."""
    first: dict[str, Path] = {}
    for place, choice in entries(choices, path):
        value, where = choice.get("value"), (*place, "value")
        if not isinstance(value, (int, str)) or isinstance(value, bool):
            continue
        if str(value) in first:  # 1 and "1" look the same in a form and in a CSV cell
            yield Finding("Q041", where, {"value": value, "first": tree.line_of(first[str(value)])})
        first.setdefault(str(value), where)
