"""The type of an item and the values it can be answered with, read from the plain tree of a file."""

from __future__ import annotations

from .tree_walk import entries, mapping, name_of


def type_of(item: dict[str, object]) -> object:
    """The type of the item: the one it names, or ``scale`` where it only names a scale."""
    return item.get("type", "scale" if "scale" in item else None)


def answers_of(item: dict[str, object], root: dict[str, object]) -> list[object]:
    """The values the item can be answered with; of numbers and dates only the words for missing ones."""
    if type_of(item) == "scale":
        scale = mapping(mapping(root.get("scales")).get(name_of(item.get("scale"))))
        no_opinion = ((), mapping(scale.get("no_opinion")))
        choices = [*entries(scale.get("points"), ()), no_opinion, *entries(scale.get("missing"), ())]
    else:
        choices = [*entries(item.get("options"), ()), *entries(item.get("missing"), ())]
    return [choice["value"] for _, choice in choices if "value" in choice]
