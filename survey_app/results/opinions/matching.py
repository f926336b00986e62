"""Words in answers: the same word however its tone mark is set or left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_WORD = re.compile(r"[^\W_]+")


def spelled(text: str) -> str:
    """Lower-case words with single spaces, each with its tone at the end: hòa and hoà are one word."""
    words = _WORD.findall(unicodedata.normalize("NFC", text).casefold())
    return " ".join(_tone_last(word) for word in words)


@lru_cache(maxsize=20_000)
def _tone_last(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    tones = "".join(part for part in parts if part in _TONES)
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES)) + tones


def folded(text: str) -> str:
    """The same without any mark: chờ đợi and cho doi are one."""
    parts = unicodedata.normalize("NFD", spelled(text))
    return "".join(part for part in parts if not unicodedata.combining(part)).replace("đ", "d")


class Prepared(NamedTuple):
    """Whether an answer has marks, so that chờ and cho can be told apart, and its words as terms are compared."""

    marked: bool
    words: str


def prepare(text: str) -> Prepared:
    """An answer made ready once for any number of terms."""
    plain, bare = spelled(text), folded(text)
    return Prepared(plain != bare, f" {plain} ")  # without marks both are one


class Terms:
    """A list of terms that answers are searched for.

    An answer written with marks is searched for the terms as they are written; one without any is searched for the
    terms without theirs, for else nothing typed on an old telephone would be found.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        self.terms = list(terms)
        self._spelled = [f" {spelled(term)} " for term in terms]
        self._folded = [f" {folded(term)} " for term in terms]

    def found_in(self, text: str | Prepared) -> list[str]:
        """Which of the terms an answer holds, as whole words."""
        marked, whole = prepare(text) if isinstance(text, str) else text
        wanted = self._spelled if marked else self._folded
        return [term for term, plain in zip(self.terms, wanted, strict=True) if plain.strip() and plain in whole]


def matches_search(text: str, words: str) -> bool:
    """Whether an answer holds every word of a search, marks aside, wherever it stands."""
    plain = folded(text)
    return all(word in plain for word in folded(words).split())


def mark_found(text: str, words: str) -> list[tuple[str, bool]]:
    """The answer in pieces, and which of them a search found, to be shown."""
    wanted = folded(words).split()
    pieces: list[tuple[str, bool]] = []
    end = 0
    for found in _WORD.finditer(unicodedata.normalize("NFC", text)):
        if any(word in folded(found.group()) for word in wanted):
            pieces += [(found.string[end : found.start()], False), (found.group(), True)]
            end = found.end()
    return [piece for piece in [*pieces, (unicodedata.normalize("NFC", text)[end:], False)] if piece[0]]
