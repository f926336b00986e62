"""Changes to a draft that leave the rest of its text alone: comments, quotes and folded lines stay as they were.

A place in the draft is written ``sections/0/items/2/text/vi``. Nothing is checked here but that the place exists; what
is wrong after a change is said by the checks of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from survey_app.characters import is_clean

from .written import dump, round_trip, text_to_write
from .yaml_tree import read_tree

Place = tuple[str | int, ...]

#: What a person types as digits and the file holds as a number.
_NUMBERS = frozenset({"value", "minutes", "choose", "min", "max", "step", "max_length", "rows"})
#: Texts that may be left out.
_OPTIONAL = frozenset(
    {"intro", "consent", "hint", "unit", "criterion", "basis", "operator", "min", "max", "source", "wording"}
)
#: What may be typed though the file does not say it yet.
_ADDABLE = _OPTIONAL | {"vi", "en", "choose", "minutes", "rate", "index", "key", "value"}


class NotEditable(Exception):
    """The text is not regular enough for a form; it has to be mended as text first."""


class NoSuchPlace(LookupError):
    """The draft has no such part, as after two tabs changed it."""


def place_of(written: str) -> Place:
    """The place in its parts."""
    return tuple(int(part) if part.isdecimal() else part for part in written.split("/"))


def written_place(place: Place) -> str:
    """The place as forms carry it."""
    return "/".join(map(str, place))


def open_draft(text: str) -> CommentedMap:
    """The draft as a tree that can be changed and written again.

    Raises
    ------
    NotEditable
        The text is no YAML, uses what questionnaires may not use, or is no mapping with sections.
    """
    tree = read_tree(text)
    if not tree.readable or not all(map(is_clean, _words_in(tree.value))):
        raise NotEditable
    try:
        data = round_trip().load(text)
    except (YAMLError, ValueError) as error:
        raise NotEditable from error
    if not isinstance(data, CommentedMap) or not _is_regular(data):
        raise NotEditable
    return data


def _words_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _words_in(part)


def _is_regular(data: CommentedMap) -> bool:
    sections = data.get("sections")
    if not isinstance(sections, CommentedSeq) or not all(isinstance(part, CommentedMap) for part in sections):
        return False
    lists = [section.setdefault("items", CommentedSeq()) for section in sections]
    return all(
        isinstance(items, CommentedSeq) and all(isinstance(one, CommentedMap) for one in items) for items in lists
    )


def write_draft(data: CommentedMap) -> str:
    """The text of the changed draft."""
    return dump(data)


def part_at(data: Any, place: Place) -> Any:
    """The part at a place; raises :class:`NoSuchPlace`."""
    for name in place:
        try:
            data = data[name]
        except (KeyError, IndexError, TypeError):
            raise NoSuchPlace(written_place(place)) from None
    return data


def set_values(data: CommentedMap, typed: Mapping[Place, str]) -> None:
    """Put what was typed where it belongs; places whose value is the same are not touched."""
    for place, words in typed.items():
        try:
            part = _part_for_text(data, place[:-1], words)
        except NoSuchPlace:
            continue
        if isinstance(part, CommentedMap) and (place[-1] in part or place[-1] in _ADDABLE):
            _set_value(data, part, place, words.replace("\r\n", "\n").strip())
    _drop_blank_texts(data, {place[:-1] for place in typed if place[-1] in ("vi", "en")})


def _part_for_text(data: CommentedMap, above: Place, words: str) -> Any:
    """The mapping that holds a text; an optional one that is not there yet is made when something was typed."""
    if above and above[-1] in _OPTIONAL:
        owner = part_at(data, above[:-1])
        if isinstance(owner, CommentedMap) and above[-1] not in owner:
            if not words.strip():
                return None
            owner[above[-1]] = CommentedMap({"vi": "", "en": ""})
    return part_at(data, above)


def _set_value(data: CommentedMap, part: Any, place: Place, words: str) -> None:
    name = place[-1]
    if typed_form(part.get(name), str(name)) == words:
        return
    if not words and name in _OPTIONAL:
        part.pop(name, None)
        return
    value: object = words
    if name in _NUMBERS:
        value = _number(words)
    elif name == "rate":
        value = _rate(words)
    elif not _in_flow(data, place):
        value = text_to_write(words, indent=2 * len(place))
    part[name] = value


def _drop_blank_texts(data: CommentedMap, places: set[Place]) -> None:
    for place in places:
        if place and place[-1] in _OPTIONAL:
            owner = part_at(data, place[:-1])
            text = owner.get(place[-1])
            if isinstance(text, CommentedMap) and not any(text.get(language) for language in ("vi", "en")):
                del owner[place[-1]]


def typed_form(value: object, name: str) -> str:
    """A value of the file as a person types it in the form; rates in percent."""
    if value is None:
        return ""
    if name == "rate" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{round(value * 100, 6):g}".replace(".", ",")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _number(words: str) -> object:
    if re.fullmatch(r"-?[0-9]{1,15}", words):
        return int(words)
    plain = words.replace(",", ".")
    return float(plain) if re.fullmatch(r"-?[0-9]{1,15}\.[0-9]{1,9}", plain) else words


def _rate(words: str) -> object:
    number = _number(words.removesuffix("%").strip())
    return round(number / 100, 8) if isinstance(number, (int, float)) else words


def _in_flow(data: Any, place: Place) -> bool:
    """Whether the place lies in braces or brackets, where no text can be folded over lines."""
    for name in place[:-1]:
        data = data[name]
        if data.fa.flow_style():
            return True
    return False


def set_ticks(data: CommentedMap, ticks: Mapping[Place, bool]) -> None:
    """Set yes or no; what is the default is left unsaid where it was."""
    for place, yes in ticks.items():
        try:
            part = part_at(data, place[:-1])
        except NoSuchPlace:
            continue
        if not isinstance(part, CommentedMap) or place[-1] not in ("factor", "required"):
            continue
        if bool(part.get(place[-1], _default(data, part, str(place[-1])))) != yes:
            part[place[-1]] = yes


def _default(data: CommentedMap, part: CommentedMap, name: str) -> bool:
    """A scale item is required without saying so when its scale has a no-opinion answer."""
    if name == "required" and "scale" in part:
        scale = (data.get("scales") or {}).get(part["scale"])
        return isinstance(scale, Mapping) and bool(scale.get("no_opinion"))
    return False


def is_ticked(data: CommentedMap, place: Place) -> bool:
    """Whether a yes-or-no is yes, said or unsaid."""
    part = part_at(data, place[:-1])
    return bool(part.get(place[-1], _default(data, part, str(place[-1]))))


def move(data: CommentedMap, place: Place, step: int) -> int:
    """Move an entry of a list up (-1) or down (+1); its new position, the old one at either end."""
    entries, position = part_at(data, place[:-1]), place[-1]
    part_at(data, place)
    if not isinstance(entries, CommentedSeq) or not isinstance(position, int):
        raise NoSuchPlace(written_place(place))
    other = position + step
    if not 0 <= other < len(entries):
        return position
    entries[position], entries[other] = entries[other], entries[position]
    return other


def remove(data: CommentedMap, place: Place) -> None:
    """Take an entry out of a list."""
    entries = part_at(data, place[:-1])
    part_at(data, place)
    if not isinstance(entries, CommentedSeq):
        raise NoSuchPlace(written_place(place))
    del entries[place[-1]]


def ask_always(data: CommentedMap, place: Place) -> None:
    """Take the condition away from an item."""
    item = part_at(data, place)
    if not isinstance(item, CommentedMap) or "show_if" not in item:
        raise NoSuchPlace(written_place(place))
    del item["show_if"]
