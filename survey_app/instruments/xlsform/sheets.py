"""A workbook as plain rows of text, with headings in one spelling whatever the author wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .layout import LANGUAGES

_ALIASES = {
    "relevance": "relevant",
    "caption": "label",
    "calculate": "calculation",
    "readonly": "read_only",
    "list": "list_name",
    "set_form_title": "form_title",
    "set_form_id": "form_id",
    "id_string": "form_id",
    "title": "form_title",
    "constraining_message": "constraint_message",
    "media::image": "image",
    "media::audio": "audio",
    "media::video": "video",
}
_LANGUAGE_NAMES = {"vi": "vi", "vietnamese": "vi", "tiếng việt": "vi", "tieng viet": "vi", "en": "en", "english": "en",
                   "tiếng anh": "en"}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row: its number in the sheet (from 1) and the text under each heading; blank cells are absent."""

    number: int
    cells: dict[str, str]

    def get(self, heading: str) -> str:
        """The text under the heading, or nothing."""
        return self.cells.get(heading, "")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name in one spelling, the author's words for each heading, and the rows that hold anything."""

    name: str
    headings: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def languages_of(self, column: str) -> set[str]:
        """The languages in which the column is there; the empty word for a column without one."""
        plain = {""} if column in self.headings else set()
        return plain | {name.partition("::")[2] for name in self.headings if name.startswith(column + "::")}

    def filled(self, heading: str) -> Iterator[Row]:
        """The rows with something under the heading."""
        return (row for row in self.rows if row.get(heading))


def sheet_name(name: str) -> str:
    """The name of a sheet in one spelling."""
    return name.strip().casefold()


def heading(text: str) -> str:
    """A heading in one spelling: ``Label :: English (en)`` is ``label::en``, ``List Name`` is ``list_name``."""
    first, *rest = [part.strip() for part in re.split("::?", text.strip())]
    name = re.sub(r"[\s-]+", "_", first.casefold())
    if name == "jr" and rest:  # jr:count
        return f"jr:{rest[0]}"
    if name in ("media", "bind", "control", "body", "instance") and rest:
        name, rest = f"{name}::{rest[0].casefold()}", rest[1:]
    name = _ALIASES.get(name, name)
    return f"{name}::{language_code(rest[0])}" if rest else name


def language_code(text: str) -> str:
    """The code of the language named in a heading, ``vi`` or ``en``; any other language as it is written."""
    text = text.strip()
    in_brackets = re.search(r"\(\s*([A-Za-z]{2,3})(-[A-Za-z0-9]+)*\s*\)$", text)
    code = (in_brackets[1] if in_brackets else text).casefold()
    return code if code in LANGUAGES else _LANGUAGE_NAMES.get(code, text)
