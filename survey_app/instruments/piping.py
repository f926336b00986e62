"""Names put into the words of a questionnaire: „{agency}” becomes the agency at which the respondent is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .problems import Finding, Path
from .tree_walk import items_of, sections_of

#: What may stand in braces.
NAMES = ("agency", "commune", "province")

#: Words for the names where nobody in particular is asked, such as a table of results, by language.
GENERAL_NAMES = {
    "vi": {"agency": "cơ quan", "commune": "xã, phường", "province": "tỉnh"},
    "en": {"agency": "the agency", "commune": "the commune", "province": "the province"},
}

_PIPED = re.compile("{(" + "|".join(NAMES) + ")}")
_PLACES = {"sections": ("title", "intro"), "items": ("text", "hint")}


def fill_in(text: str, names: Mapping[str, str]) -> str:
    """The text with its names; plain text, which the template escapes like any other."""
    return _PIPED.sub(lambda found: names.get(found[1], found[0]), text)


def brace_findings(root: dict[str, object]) -> Iterator[Finding]:
    """Braces in words that hold no known name, or stand where names are not filled in."""
    piped = {(*path, name) for path, _part in sections_of(root) for name in _PLACES["sections"]}
    piped |= {(*path, name) for path, _part in items_of(root) for name in _PLACES["items"]}
    for path, text in _texts(root, ()):
        rest = _PIPED.sub("", text) if path[:-1] in piped else text
        if "{" in rest or "}" in rest:
            yield Finding("Q031", path)


def _texts(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Every Vietnamese or English text of the file."""
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, str) and name in ("vi", "en"):
                yield (*path, name), part
            else:
                yield from _texts(part, (*path, name))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _texts(part, (*path, place))
