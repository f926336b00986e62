"""A workbook as plain rows of text, with headings in one spelling whatever the author wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from survey_app.characters import cleaned

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
    "constraint_msg": "constraint_message",
    "noapperrorstring": "no_app_error_string",
    "requiredmsg": "required_message",
    "command": "type",
    "tag": "name",
    "count": "repeat_count",
    "media::image": "image",
    "media::big-image": "big_image",
    "media::audio": "audio",
    "media::video": "video",
    "bind::relevant": "relevant",
    "bind::required": "required",
    "bind::constraint": "constraint",
    "bind::calculate": "calculation",
    "bind::readonly": "read_only",
    "bind::jr:constraintmsg": "constraint_message",
    "bind::jr:requiredmsg": "required_message",
    "control::appearance": "appearance",
    "body::appearance": "appearance",
}
_LANGUAGE_NAMES = {
    "vi": {"vi", "vn", "vie", "vietnamese", "viet", "viet nam", "vietnam", "tieng viet"},
    "en": {"en", "eng", "english", "anh", "tieng anh"},
}
#: Marks without a width that spreadsheets and web pages leave behind; they mean nothing at the ends of a cell.
BLANK = " \t\n\r\u00a0\u200b\u200c\u200d\u2060\ufeff"


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
    return name.strip(BLANK).casefold()


def heading(text: str) -> str:
    """A heading in one spelling: ``Label :: English (en)`` is ``label::en``, ``List Name`` is ``list_name``."""
    first, *rest = [part.strip(BLANK) for part in re.split("::?", unicodedata.normalize("NFC", text).strip(BLANK))]
    name = re.sub(r"[\s-]+", "_", first.casefold())
    if name == "jr" and rest:  # jr:count
        return f"jr:{rest[0]}"
    if name in ("media", "bind", "control", "body", "instance") and rest:
        if rest[0] == "jr" and len(rest) > 1:
            rest = [f"jr:{rest[1]}", *rest[2:]]
        name, rest = f"{name}::{rest[0].casefold()}", rest[1:]
    name = _ALIASES.get(name, name)
    return f"{name}::{language_code(rest[0])}" if rest else name


def language_code(text: str) -> str:
    """The code of the language named in a heading, ``vi`` or ``en``; any other language as it is written."""
    text = text.strip(BLANK)
    in_brackets = re.search(r"\(\s*([A-Za-z]{2,3})([-_][A-Za-z0-9]+)*\s*\)$", text)
    code = re.sub(r"[-_][A-Za-z]{2,4}$", "", in_brackets[1] if in_brackets else text)
    for told in (code, text.partition("(")[0]):
        found = next((known for known, names in _LANGUAGE_NAMES.items() if without_marks(told) in names), None)
        if found:
            return found
    return text


def without_marks(text: str) -> str:
    """The text in small letters without accents, for comparing words that people type."""
    text = text.replace("đ", "d").replace("Đ", "D")
    letters = (sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join("".join(letters).casefold().split())


def without_refused(text: str) -> str:
    """The text without the characters that no questionnaire may hold."""
    return cleaned(text).replace("\ufffd", "")
