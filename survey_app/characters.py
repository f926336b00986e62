"""Characters that no text of ours may hold: in questionnaires, answers, names or files.

Only what can harm is refused: controls, lone surrogates, noncharacters and the marks that turn the direction
of what follows. Invisible but harmless marks (a zero-width space pasted from a web page) pass: a citizen
cannot see them, so a refusal could not be mended.
"""

from __future__ import annotations

import re

_REFUSED = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, save the line feed and the tab
    "\u2028\u2029"  # line separators that break scripts and CSV
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates of direction
    "\ud800-\udfff\ufffe\uffff"  # lone surrogates and noncharacters
    "]"
)


def with_plain_line_ends(text: str) -> str:
    """The text with every kind of line end written as a line feed."""
    return re.sub("\r\n|\r|\u2028|\u2029", "\n", text)


def refused_characters(text: str) -> list[tuple[int, str]]:
    """Position and name (``U+202E``) of each character that is refused, in order."""
    return [(found.start(), f"U+{ord(found.group()):04X}") for found in _REFUSED.finditer(text)]


def is_clean(text: str) -> bool:
    """Whether the text holds no refused character."""
    return _REFUSED.search(text) is None


def cleaned(text: str) -> str:
    """The text with each refused character shown as U+FFFD, to go on reading after it was reported."""
    return _REFUSED.sub("\ufffd", text)
