"""What is put into a draft empty, for its author to fill: questions, sections, options and targets."""

from __future__ import annotations

from collections.abc import Iterator

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from .draft_edits import NoSuchPlace, Place, part_at, written_place


def add_item(data: CommentedMap, section: int, kind: str) -> Place:
    """Put an empty item of a type at the end of a section; ``scale:name`` for one on a scale."""
    items = part_at(data, ("sections", section, "items"))
    item = CommentedMap({"key": _free_key(data, str(part_at(data, ("sections", section)).get("key") or "q"))})
    type_name, _colon, scale = kind.partition(":")
    if scale:
        item["scale"] = scale
    else:
        item["type"] = type_name
    item["text"] = _blank_text()
    if type_name in ("single", "multiple", "ranking"):
        item["options"] = CommentedSeq(_blank_option(value) for value in (1, 2))
    if items.fa.flow_style():
        items.fa.set_block_style()
    items.append(item)
    return ("sections", section, "items", len(items) - 1)


def add_section(data: CommentedMap) -> Place:
    """Put an empty section at the end."""
    section = CommentedMap({"key": _free_key(data, "part"), "title": _blank_text(), "items": CommentedSeq()})
    data["sections"].append(section)
    return ("sections", len(data["sections"]) - 1)


def add_option(data: CommentedMap, place: Place) -> Place:
    """Put an empty option at the end of an item's options."""
    options = part_at(data, place)
    if not isinstance(options, CommentedSeq):
        raise NoSuchPlace(written_place(place))
    values = [option.get("value") for option in options if isinstance(option, CommentedMap)]
    numbers = [value for value in values if isinstance(value, int)]
    options.append(_blank_option(max(numbers, default=0) + 1))
    return (*place, len(options) - 1)


def add_target(data: CommentedMap) -> Place:
    """Put a target for the first index at the end of the targets."""
    indices = data.get("indices") or [{}]
    if not isinstance(data.get("targets"), CommentedSeq):
        data["targets"] = CommentedSeq()
    data["targets"].append(CommentedMap({"index": str(indices[0].get("key", "")), "rate": 0.8}))
    return ("targets", len(data["targets"]) - 1)


def _blank_text() -> CommentedMap:
    return CommentedMap({"vi": "", "en": ""})


def _blank_option(value: int) -> CommentedMap:
    return CommentedMap({"value": value, "label": _blank_text()})


def _free_key(data: CommentedMap, stem: str) -> str:
    taken = {str(part.get("key")) for part in _keyed(data)}
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _keyed(data: CommentedMap) -> Iterator[CommentedMap]:
    for section in data["sections"]:
        yield section
        yield from section["items"]
