"""The text of a YAML file as plain Python values with the line of every part, and nothing else YAML can do.

Built from ruamel.yaml's parse events rather than its constructors: anchors, aliases and tags are refused
where they stand, nesting is limited, every duplicate key is reported, and no value becomes anything but text,
number, truth value, null, list or mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from .problems import Finding, Path

MAX_DEPTH = 24
#: Values in a file; the longest questionnaire that comes with the platform has under four thousand.
MAX_PARTS = 30_000

_CODE = re.compile(r"0[0-9]+")  # 01 is the code of a province, not the number one
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,2})?")
_WORDS: dict[str, object] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass
class Tree:
    """Plain values, the line (from 1) of each path, and what was found wrong on the way.

    ``readable`` is false when the values are not worth checking further.
    """

    value: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    readable: bool = True
    parts: int = 0

    def line_of(self, path: Path) -> int | None:
        """The line of the path, or of the nearest part around it that is in the file."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path)

    def refuse(self, code: str, line: int, path: Path = (), **values: object) -> None:
        """Note a problem after which the values cannot be trusted."""
        self.findings.append(Finding(code, path, values, line))
        self.readable = False


def read_tree(text: str) -> Tree:
    """Read the text of one YAML document; never raises on bad input, see ``findings`` and ``readable``."""
    tree = Tree()
    events = YAML(typ="safe", pure=True).parse(text)
    try:
        _read_document(events, tree)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        tree.refuse(_syntax_code(str(error.problem)), mark.line + 1 if mark else 1)
    except ReaderError as error:  # a control character
        tree.refuse("Q004", text.count("\n", 0, error.position) + 1)
    except (YAMLError, ValueError, OverflowError):  # such as an escape for a character that does not exist
        tree.refuse("Q004", max(tree.lines.values(), default=1))
    except _Stop:
        pass
    return tree


class _Stop(Exception):
    """Reading on makes no sense."""


def _syntax_code(problem: str) -> str:
    if "\\t" in problem or "tab" in problem.lower():
        return "Q005"
    return "Q006" if "mapping values are not allowed" in problem else "Q004"


def _read_document(events: Iterator[Event], tree: Tree) -> None:
    documents = 0
    for event in events:
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                tree.refuse("Q009", _line(event))
                raise _Stop
        elif isinstance(event, NodeEvent):
            tree.value = _value(event, events, (), tree)


def _value(event: Event, events: Iterator[Event], path: Path, tree: Tree) -> object:
    """The value that starts with ``event``; recursion is bounded by the depth limit."""
    tree.lines.setdefault(path, _line(event))
    tree.parts += 1
    if tree.parts > MAX_PARTS:
        tree.refuse("Q012", _line(event), limit=MAX_PARTS)
        raise _Stop
    _refuse_names_and_tags(event, path, tree)
    if isinstance(event, ScalarEvent):
        return _scalar(event)
    if isinstance(event, AliasEvent):
        return None
    if len(path) >= MAX_DEPTH:
        tree.refuse("Q008", _line(event), limit=MAX_DEPTH)
        raise _Stop
    if isinstance(event, SequenceStartEvent):
        return [_value(part, events, (*path, place), tree) for place, part in enumerate(_until_end(events))]
    return _mapping(events, path, tree)


def _mapping(events: Iterator[Event], path: Path, tree: Tree) -> dict[str, object]:
    mapping: dict[str, object] = {}
    for event in _until_end(events):
        if not isinstance(event, ScalarEvent):
            tree.refuse("Q004", _line(event))
            raise _Stop
        _refuse_names_and_tags(event, path, tree)
        name = str(event.value)
        place = (*path, name)
        if name in mapping:
            values = {"name": name, "first": tree.lines[place]}
            tree.findings.append(Finding("Q010", place, values, _line(event)))
            _value(next(events), events, (*path, name, "again"), tree)
            continue
        tree.lines[place] = _line(event)
        mapping[name] = _value(next(events), events, place, tree)
    return mapping


def _until_end(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        if not isinstance(event, NodeEvent):  # the end of the list or mapping
            return
        yield event


def _refuse_names_and_tags(event: Event, path: Path, tree: Tree) -> None:
    anchor = getattr(event, "anchor", None)
    if anchor is not None:
        sign = "*" if isinstance(event, AliasEvent) else "&"
        tree.refuse("Q007", _line(event), path, sign=f"{sign}{anchor}")
    elif getattr(event, "tag", None):
        tree.refuse("Q007", _line(event), path, sign="!")


def _scalar(event: ScalarEvent) -> object:
    text = str(event.value)
    if not event.implicit[0]:  # quoted or a block: text, whatever it looks like
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _CODE.fullmatch(text):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1
