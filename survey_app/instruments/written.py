"""A stored version as the text of a questionnaire file, in the order and style in which people write one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, FoldedScalarString

from survey_app.settings import ROOT

from .items import ScaleItem
from .loader import load_questionnaire
from .problems import QuestionnaireProblems
from .schema import Instrument

#: A text longer than this is folded over lines, and so are mappings that would be wider.
WIDTH = 100

_FIRST = (
    "key", "version", "sector", "audience", "minutes", "title", "basis", "intro", "consent", "value", "kind", "type",
    "criterion", "scale", "wording", "required", "show_if", "text", "hint", "label",
)  # fmt: skip
_BLOCKS = frozenset({"intro", "consent", "scales", "sections", "items", "options", "points", "missing", "indices"})


def round_trip() -> YAML:
    """The reader and writer that keep comments, quotes and folded lines of a file."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def dump(data: object) -> str:
    """The text of a round-trip tree."""
    stream = StringIO()
    round_trip().dump(data, stream)
    return stream.getvalue()


def source_of(instrument: Instrument) -> str:
    """The text of a version: the file that came with the platform, with its comments, or one written from the content.

    Reading it gives the same version, with the same hash.
    """
    shipped = ROOT / "questionnaires" / f"{instrument.key}.yaml"
    if shipped.exists():
        text = shipped.read_text(encoding="utf-8")
        try:
            if load_questionnaire(text).content_hash == instrument.content_hash:
                return text
        except QuestionnaireProblems:
            pass  # a file half changed on this server; the stored content is what counts
    return write_questionnaire(instrument)


def write_questionnaire(instrument: Instrument) -> str:
    """The text of a version, written from its content."""
    content = instrument.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    for section, told in zip(instrument.sections, content["sections"], strict=True):
        for item, entry in zip(section.items, told["items"], strict=True):
            _settle(entry, item, instrument)
    for index, told in zip(instrument.indices, content.get("indices", ()), strict=True):
        told["kind"] = index.kind
    return dump(_styled(content, ""))


def write_plain(content: object) -> str:
    """The text of plain values that are no questionnaire yet, such as a workbook with mistakes."""
    return dump(_styled(content, ""))


def _settle(entry: dict[str, Any], item: object, instrument: Instrument) -> None:
    """Say ``required`` of a scale item only where it is not what its scale makes it."""
    if isinstance(item, ScaleItem):
        entry.pop("required", None)
        if item.required != (instrument.scale_of(item).no_opinion is not None):
            entry["required"] = item.required


def _styled(value: object, name: str) -> object:
    if isinstance(value, Mapping):
        ordered = sorted(value, key=lambda key: _FIRST.index(key) if key in _FIRST else len(_FIRST))
        told = CommentedMap((key, _styled(value[key], key)) for key in ordered)
        if name not in _BLOCKS and _is_short(value):
            told.fa.set_flow_style()
        return told
    if isinstance(value, list):
        parts = CommentedSeq(_styled(part, "") for part in value)
        if name not in _BLOCKS and not any(isinstance(part, Mapping) for part in value):
            parts.fa.set_flow_style()
        return parts
    return _scalar(value, name)


def _scalar(value: object, name: str) -> object:
    if name == "version":
        return DoubleQuotedScalarString(str(value))
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and name in ("date", "min", "max"):
        return _day(value)
    return text_to_write(value) if isinstance(value, str) else value


def _day(value: str) -> object:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value


def text_to_write(text: str, *, indent: int = 12) -> str:
    """The text as it stands in a block: folded at spaces when it is long, as it is when short or in lines."""
    if len(text) <= WIDTH or not text.isprintable() or "  " in text or text != text.strip():
        return text
    folded = FoldedScalarString(text)
    places, start = [], 0
    while len(text) - start > WIDTH - indent:
        place = text.rfind(" ", start + 1, start + WIDTH - indent)
        if place < 0:
            break
        places.append(place)
        start = place
    folded.fold_pos = places
    return folded


def _is_short(value: object) -> bool:
    """Whether the mapping fits on a line and holds no list of mappings."""
    return len(json.dumps(value, ensure_ascii=False)) <= WIDTH and '": [{' not in json.dumps(value)
