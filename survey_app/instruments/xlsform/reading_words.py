"""Words of a workbook as texts in two languages, and its names as keys of a questionnaire."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from survey_app.instruments.piping import NAMES
from survey_app.instruments.texts import RESERVED_KEYS

from .layout import LANGUAGES, free_name, named
from .losses import Remarks
from .sheets import Row, Sheet

_PIPED = re.compile(r"\$\{([^{}]*)\}")
_MARKUP = re.compile(r"\*\*|__|^#+ |</?[a-z]+[ >]", re.M)
_SPOKEN = {"vi": "tiếng Việt", "en": "tiếng Anh"}


@dataclass
class Words:
    """Reads texts of one workbook; knows which rows stand for ``{agency}`` and its like."""

    remarks: Remarks
    piped: dict[str, str] = field(default_factory=dict)
    default: str = "vi"

    def text(self, sheet: Sheet, row: Row, column: str, name: str, *, braces: bool = False) -> dict[str, str] | None:
        """The words under ``column`` in both languages, or ``None``; with ``braces`` names may stand in them."""
        found = {code: row.get(f"{column}::{code}") for code in LANGUAGES}
        plain = row.get(column)
        if plain and not found[self.default]:
            found[self.default] = plain
        elif plain and plain not in found.values():
            self.remarks.add("X33", sheet.name, row.number, column=column, name=name, value=plain)
        if not any(found.values()):
            return None
        for code, other in (("vi", "en"), ("en", "vi")):
            if not found[code]:
                found[code] = found[other]
                self._tell_untranslated(sheet, row, column, code)
        return {code: self._plain(words, sheet, row, name, braces=braces) for code, words in found.items()}

    def _tell_untranslated(self, sheet: Sheet, row: Row, column: str, code: str) -> None:
        there = code in sheet.languages_of(column) or (code == self.default and "" in sheet.languages_of(column))
        number = row.number if there else None  # a language that is missing altogether is told once
        self.remarks.add("X52", sheet.name, number, column=column, language=_SPOKEN[code], heading=LANGUAGES[code])

    def _plain(self, words: str, sheet: Sheet, row: Row, name: str, *, braces: bool) -> str:
        for piped_row, word in self.piped.items():
            if braces:
                words = words.replace(named(piped_row), f"\ue000{word}\ue001")
        if braces:
            words = re.sub("{(" + "|".join(NAMES) + ")}", "\ue000\\1\ue001", words)
        for found in _PIPED.findall(words):
            self.remarks.add("X34", sheet.name, row.number, name=name, value=named(found))
        words = _PIPED.sub("…", words)
        for sign in sorted(set(re.findall("[{}]", words))):
            self.remarks.add("X34", sheet.name, row.number, name=name, value=sign)
        words = words.replace("{", "…").replace("}", "…")
        if _MARKUP.search(words):
            self.remarks.add("X57", sheet.name, row.number, name=name)
        return words.replace("\ue000", "{").replace("\ue001", "}")


def key_of(name: str, taken: set[str]) -> str:
    """A key for the name: lower case without marks, at most 40 characters, borne by nothing else."""
    key = _ascii(name)
    key = re.sub("[^a-z0-9_]+", "_", key).strip("_")[:36] if not re.fullmatch("[a-z][a-z0-9_]{0,39}", key) else key
    if not re.match("[a-z]", key):
        key = f"q_{key}".rstrip("_")[:36]
    return free_name(key, taken | RESERVED_KEYS)


def form_key(name: str) -> str:
    """The key of the questionnaire for the identifier of the form."""
    key = re.sub("[^a-z0-9-]+", "-", _ascii(name)).strip("-")
    return (key if re.match("[a-z]", key) else f"phieu-{key}".rstrip("-"))[:60].rstrip("-")


def word_of(code: str, taken: set[str]) -> str:
    """A plain word for the code of a choice that is neither a number nor a plain word."""
    word = re.sub("[^A-Za-z0-9_]+", "_", _ascii(code, lower=False)).strip("_")[:36]
    return free_name(word if re.match("[A-Za-z_]", word) else f"c_{word}".rstrip("_"), taken)


def _ascii(text: str, *, lower: bool = True) -> str:
    text = text.replace("đ", "d").replace("Đ", "D")
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return text.lower() if lower else text
