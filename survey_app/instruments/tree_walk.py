"""Reading a plain tree of any shape: each function gives what has the right shape and skips the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .problems import Path

Entry = tuple[Path, dict[str, object]]


def mapping(value: object) -> dict[str, object]:
    """The mapping, or an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: object, path: Path) -> Iterator[Entry]:
    """The mappings in a list, each with its path."""
    for place, part in enumerate(value if isinstance(value, list) else []):
        if isinstance(part, dict):
            yield (*path, place), part


def words(value: object) -> list[object]:
    """The parts of a list; other shapes give none, and so do parts that are lists or mappings."""
    parts = value if isinstance(value, list) else []
    return [None if isinstance(part, (list, dict)) else part for part in parts]


def numbers(value: object) -> list[float]:
    """The numbers in a list or an iterable; truth values are no numbers."""
    parts = value if isinstance(value, Iterable) and not isinstance(value, (str, dict)) else []
    return [part for part in parts if isinstance(part, (int, float)) and not isinstance(part, bool)]


def name_of(value: object) -> str:
    """The text, or nothing."""
    return value if isinstance(value, str) else ""


def sections_of(root: dict[str, object]) -> Iterator[Entry]:
    """Every section."""
    yield from entries(root.get("sections"), ("sections",))


def items_of(root: dict[str, object]) -> Iterator[Entry]:
    """Every item in the order it is asked."""
    for path, section in sections_of(root):
        yield from entries(section.get("items"), (*path, "items"))
