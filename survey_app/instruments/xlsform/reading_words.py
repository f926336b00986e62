"""Words of a workbook as texts in two languages, and its names as keys of a questionnaire."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from survey_app.instruments.piping import NAMES
from survey_app.instruments.texts import RESERVED_KEYS

from .layout import CHOICES, LANGUAGES, OWN, SURVEY, named
from .losses import Remarks
from .sheets import Row, Sheet, language_code

LONGEST_TEXT = 4000
_PIPED = re.compile(r"\$\{([^{}]*)\}")
_MARKUP = re.compile(r"\*\*|__|^#+ |</?[a-z]+[ >]", re.M)
_SPOKEN = {"vi": "tiếng Việt", "en": "tiếng Anh"}
_VIETNAMESE = re.compile("[đĐăĂơƠưƯ\u1ea0-\u1ef9]")


@dataclass
class Words:
    """Reads texts of one workbook; knows which rows stand for ``{agency}`` and its like.

    ``plain`` is the language of a column that names none, ``others`` are the languages to borrow from where both of
    ours are missing, ``borrowed`` counts the cells borrowed by sheet and heading.
    """

    remarks: Remarks
    piped: dict[str, str] = field(default_factory=dict)
    plain: str | None = "vi"
    others: list[str] = field(default_factory=list)
    borrowed: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def of(cls, sheets: Mapping[str, Sheet], default_language: str, remarks: Remarks) -> Words:
        """The reader for a workbook with this ``default_language`` in its settings."""
        known = [sheets[name] for name in (SURVEY, CHOICES) if name in sheets]
        labels = dict.fromkeys(heading for sheet in known for heading in sheet.headings if heading.startswith("label"))
        others = [language for _mark, _sign, language in (label.partition("::") for label in labels) if language]
        default = language_code(default_language)
        words = cls(remarks, others=sorted({*others} - LANGUAGES.keys(), key=lambda one: (one != default, one)))
        if default in ("", "default"):
            words.plain = words._guess(known)
        else:
            words.plain = default if default in LANGUAGES else None
        return words

    def _guess(self, sheets: list[Sheet]) -> str:
        """The language of the labels that name none, by their letters."""
        plain = " ".join(row.get("label") for sheet in sheets for row in sheet.rows)
        code = "vi" if _VIETNAMESE.search(plain) else "en"
        if plain.strip():
            self.remarks.add("X63", SURVEY, None, language=_SPOKEN[code])
        return code

    def text(self, sheet: Sheet, row: Row, column: str, name: str, *, braces: bool = False) -> dict[str, str] | None:
        """The words under ``column`` in both languages, or ``None``; with ``braces`` names may stand in them."""
        found = {code: row.get(f"{column}::{code}") for code in LANGUAGES}
        plain = row.get(column)
        if plain and self.plain and not found[self.plain]:
            found[self.plain] = plain
        elif plain and plain not in found.values() and any(found.values()):
            self.remarks.add("X33", sheet.name, row.number, column=column, name=name, value=plain)
        if not any(found.values()):
            found = self._borrowed(sheet, row, column)
        if not any(found.values()):
            return None
        for code, other in (("vi", "en"), ("en", "vi")):
            if not found[code]:
                found[code] = found[other]
                self._tell_untranslated(sheet, row, column, code)
        return {code: self._plain(words, sheet, row, name, braces=braces) for code, words in found.items()}

    def in_lines(self, sheet: Sheet, row: Row, name: str, *texts: dict[str, str] | None) -> dict[str, str] | None:
        """The texts under each other in one."""
        found = [text for text in texts if text]
        if not found:
            return None
        return {code: self._short("\n".join(text[code] for text in found), sheet, row, name) for code in LANGUAGES}

    def _borrowed(self, sheet: Sheet, row: Row, column: str) -> dict[str, str]:
        """The words of a third language, until somebody translates them."""
        for heading in (column, *(f"{column}::{language}" for language in self.others)):
            words = row.get(heading)
            if words:
                self.borrowed[sheet.name, heading] += 1
                number = row.number if {"vi", "en"} & sheet.languages_of(column) else None
                told = {"column": column, "name": sheet.headings.get(heading, heading), "heading": LANGUAGES["vi"]}
                self.remarks.add("X60", sheet.name, number, **told)
                return dict.fromkeys(LANGUAGES, words)
        return dict.fromkeys(LANGUAGES, "")

    def tell_columns(self, sheet: Sheet, known: Collection[str]) -> None:
        """Columns that nothing has read, and languages that are not carried."""
        for heading, told in sheet.headings.items():
            column, _mark, language = heading.partition("::")
            count = len(list(sheet.filled(heading))) - self.borrowed[sheet.name, heading]
            if count <= 0 or heading in known:
                continue
            if told.startswith("$") or column.startswith("kobo_") or column == "kuid":
                self.remarks.add("X61", sheet.name, None, name=told, count=count)
            elif column not in known or column.startswith(OWN):
                self.remarks.add("X06", sheet.name, None, name=told, count=count)
            elif language not in ("", "vi", "en"):
                self.remarks.add("X07", sheet.name, None, name=language, count=count)

    def _tell_untranslated(self, sheet: Sheet, row: Row, column: str, code: str) -> None:
        there = code in sheet.languages_of(column) or (code == self.plain and "" in sheet.languages_of(column))
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
        return self._short(words.replace("\ue000", "{").replace("\ue001", "}"), sheet, row, name)

    def _short(self, words: str, sheet: Sheet, row: Row, name: str) -> str:
        if len(words) <= LONGEST_TEXT:
            return words
        place = max(words.rfind(" ", 0, LONGEST_TEXT - 1), LONGEST_TEXT // 2)
        self.remarks.add("X35", sheet.name, row.number, name=name, count=LONGEST_TEXT, value=words[place:])
        return words[:place].rstrip() + "…"


class Names:
    """Names that are each given once; a number goes after one that is wanted again."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def take(self, wanted: str) -> str:
        """The wanted name, or the one most like it that is free."""
        name, number = wanted, self._next.get(wanted, 2)
        while name in self._taken:
            name = f"{wanted[:34]}_{number}"
            number += 1
        self._next[wanted] = number
        self._taken.add(name)
        return name


def new_keys() -> Names:
    """Names for the keys of one questionnaire."""
    return Names(RESERVED_KEYS)


def key_of(name: str) -> str:
    """The key most like the name: lower case without marks, at most 40 characters."""
    key = _ascii(name)
    key = re.sub("[^a-z0-9_]+", "_", key).strip("_")[:36] if not re.fullmatch("[a-z][a-z0-9_]{0,39}", key) else key
    return key if re.match("[a-z]", key) else f"q_{key}".rstrip("_")[:36]


def form_key(name: str) -> str:
    """The key of the questionnaire for the identifier of the form."""
    key = re.sub("[^a-z0-9-]+", "-", _ascii(name)).strip("-")
    return (key if re.match("[a-z]", key) else f"phieu-{key}".rstrip("-"))[:60].rstrip("-")


def word_of(code: str) -> str:
    """A plain word for the code of a choice that is neither a number nor a plain word."""
    word = re.sub("[^A-Za-z0-9_]+", "_", _ascii(code, lower=False)).strip("_")[:34]
    return word if re.match("[A-Za-z_]", word) else f"c_{word}".rstrip("_")[:34]


def _ascii(text: str, *, lower: bool = True) -> str:
    text = text.replace("đ", "d").replace("Đ", "D")
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return text.lower() if lower else text
