"""An instrument as the text of a questionnaire file, in the style of the files that come with the platform."""

from __future__ import annotations

import io
import re

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from survey_app.instruments.items import ScaleItem
from survey_app.instruments.schema import Instrument

WIDTH = 120
_SHORT = 84
#: What YAML would take for something else than text.
_NOT_PLAIN = re.compile(r"[-+.0-9~].*|(?i:true|false|null|yes|no|on|off|y|n)|.*[\s]$|^\s.*|", re.S)


def write_yaml(instrument: Instrument) -> str:
    """The file; what the format takes as given is left out."""
    content = instrument.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    for section, told in zip(instrument.sections, content["sections"], strict=True):
        for item, item_told in zip(section.items, told["items"], strict=True):
            if isinstance(item, ScaleItem):
                _tell_required(item, item_told, instrument)
    yaml = YAML()
    yaml.width = WIDTH
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(_styled(content), out)
    return out.getvalue()


def _tell_required(item: ScaleItem, told: dict[str, object], instrument: Instrument) -> None:
    """Whether an answer is required is said only where the scale does not say it."""
    told.pop("required", None)
    if item.required != (instrument.scale_of(item).no_opinion is not None):
        told["required"] = item.required


def _styled(value: object) -> object:
    if isinstance(value, dict):
        mapping = CommentedMap((name, _styled(part)) for name, part in value.items())
        if _is_short(value):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq(_styled(part) for part in value)
        if not any(isinstance(part, (dict, list)) for part in value):
            sequence.fa.set_flow_style()
        return sequence
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _NOT_PLAIN.fullmatch(value):
        return DoubleQuotedScalarString(value)
    return value


def _is_short(value: dict[str, object]) -> bool:
    """Whether the mapping goes on one line: labels, points, conditions, but no item."""
    return "key" not in value and not value.keys() & {"points", "sections"} and len(str(value)) <= _SHORT
