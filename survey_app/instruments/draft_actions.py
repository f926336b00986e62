"""What the buttons of the form editor do to a draft."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.comments import CommentedMap
from werkzeug.datastructures import MultiDict

from survey_app.characters import is_clean

from .draft_additions import add_item, add_option, add_section, add_target
from .draft_edits import (
    NoSuchPlace,
    ask_always,
    move,
    open_draft,
    place_of,
    remove,
    set_ticks,
    set_values,
    write_draft,
    written_place,
)
from .draft_parts import HEAD, INDICES


@dataclass(frozen=True)
class Changed:
    """The draft after a button: its text, the part to open, the text to go back to, what was done, was all found.

    ``focus`` is the field or button (``up:sections/1``) at which its author goes on. ``data`` is the tree of the text
    where it is at hand: reading a large draft again would take a second.
    """

    text: str
    opened: str
    undo: str = ""
    done: str = ""
    found: bool = True
    focus: str = ""
    data: CommentedMap | None = field(default=None, compare=False)


def change_draft(posted: MultiDict[str, str]) -> Changed:
    """Put in what was typed and do what the button (``do``) says.

    Raises
    ------
    NotEditable
        The text cannot be opened in a form.
    """
    text, earlier = posted.get("text", ""), posted.get("before", "")
    data = open_draft(text)
    before = deepcopy(data)
    set_values(data, {place_of(name[2:]): value for name, value in posted.items() if name.startswith("v:")})
    set_ticks(data, {place_of(name): f"t:{name}" in posted for name in posted.getlist("ticks")})
    typed = write_draft(data) if data != before else text
    verb, _colon, rest = posted.get("do", "check").partition(":")
    if verb == "undo":
        return Changed(earlier, posted.get("open", HEAD), undo=typed, done="undo", data=open_draft(earlier))
    try:
        opened, focus = _do(data, verb, rest, posted)
    except (NoSuchPlace, TypeError, ValueError):
        return Changed(typed, HEAD, undo=earlier, found=False)
    after = write_draft(data) if data != before else text
    again = None if _has_hidden_signs(posted) else data  # else the text is opened again, and refused
    if after != typed:
        return Changed(after, opened, undo=typed, done=verb, focus=focus, data=again)
    if typed != text:
        return Changed(typed, opened, undo=text, done="typed", data=again)
    return Changed(text, opened, undo=earlier, data=again)


def _has_hidden_signs(posted: MultiDict[str, str]) -> bool:
    return not all(is_clean(value.replace("\r\n", "\n")) for name, value in posted.items() if name.startswith("v:"))


def text_as_posted(posted: MultiDict[str, str]) -> str:
    """The text with what was typed beside it, for a button that only looks."""
    if not any(name.startswith("v:") for name in posted):
        return posted.get("text", "")
    kept: Mapping[str, Any] = {name: values for name, values in posted.lists() if name != "do"}
    return change_draft(MultiDict(kept)).text


def _do(data: Any, verb: str, rest: str, posted: Mapping[str, str]) -> tuple[str, str]:
    """Do what the button says; the part to open, and where the next word or press is expected."""
    place, opened = place_of(rest), posted.get("open", HEAD)
    is_section = len(place) == 2 and place[0] == "sections"
    if verb == "open":
        return rest, ""
    if verb == "open-chosen":
        return posted.get("chosen", HEAD), ""
    if verb in ("up", "down"):
        there = written_place((*place[:-1], move(data, place, -1 if verb == "up" else 1)))
        return there if is_section else opened, f"{verb}:{there}"
    if verb == "remove":
        remove(data, place)
        return HEAD if is_section else opened, ""
    if verb == "always":
        ask_always(data, place)
    elif verb == "add-item":
        added = written_place(add_item(data, int(place[1]), posted.get("kind", "single")))
        return added, f"{added}/text"
    elif verb == "add-section":
        added = written_place(add_section(data))
        return added, f"{added}/title"
    elif verb == "add-option":
        return opened, f"{written_place(add_option(data, place))}/label"
    elif verb == "add-target":
        return INDICES, f"{written_place(add_target(data))}/index"
    return opened, ""
