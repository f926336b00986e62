"""The pieces of the form editor as templates take them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DraftField:
    """One thing to type, choose or tick; ``kind``: text (Vietnamese and English), line, choice, tick or members.

    Members are names that can only be taken out.
    """

    kind: str
    name: str
    label: str
    values: tuple[str, ...]
    problems: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    rows: int = 2


@dataclass(frozen=True)
class Entry:
    """A row of a list that can be moved, taken out or opened, with its own fields."""

    place: str
    label: str
    fields: tuple[DraftField, ...] = ()
    problems: int = 0
    opens: bool = False


@dataclass(frozen=True)
class OpenPart:
    """The part of the draft that is open; ``condition`` is the place of an item that is not always asked."""

    key: str
    title: str
    fields: tuple[DraftField, ...]
    entries: tuple[Entry, ...] = ()
    entries_title: str = ""
    adds: str = ""
    note: str = ""
    key_of_item: str = ""
    condition: str = ""
    condition_problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutlinePart:
    """A line of the outline."""

    key: str
    label: str
    problems: int
    current: bool
    place: str = ""
