"""The questionnaire format as a JSON Schema, for editors that complete keys and underline mistakes while one types.

Generated from the models, so that it cannot say anything else than they do; the committed file
``questionnaires/schema.json`` is what ``questionnaire schema`` prints. An editor sees less than
``questionnaire check``: nothing that links two places.
"""

from __future__ import annotations

import json
from typing import Any

from .json_schema_words import COMMON, MODELS
from .schema import Instrument

DIALECT = "http://json-schema.org/draft-07/schema#"


def questionnaire_schema() -> dict[str, Any]:
    """The schema of a questionnaire file (draft 7, which the YAML editors read), described in Vietnamese."""
    generated = Instrument.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = generated.pop("$defs")
    for name, definition in {**definitions, "Instrument": generated}.items():
        _describe(name, definition)
    schema = {"$schema": DIALECT, **_plain(generated), "definitions": _plain(definitions)}
    return schema


def written_schema() -> str:
    """The schema as the text of its file."""
    return json.dumps(questionnaire_schema(), ensure_ascii=False, indent=2) + "\n"


def _describe(model: str, definition: dict[str, Any]) -> None:
    """Put the Vietnamese words where pydantic put our English ones."""
    about, fields = MODELS[model]
    definition["description"] = about
    for name, field in definition["properties"].items():
        field["description"] = fields[name] if name in fields else COMMON[name]


def _plain(part: Any) -> Any:
    """Without pydantic's titles, and without null: a key that is left empty is better left away."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "properties" in part:
        part = {**part, "properties": {name: _plain(field) for name, field in part["properties"].items()}}
        return {name: value for name, value in part.items() if name != "title"}
    kept = {name: _plain(value) for name, value in part.items() if name != "title"}
    if kept.get("default", 0) is None:
        del kept["default"]
    if "anyOf" in kept:
        choices = [choice for choice in kept.pop("anyOf") if choice != {"type": "null"}]
        kept = _with(choices[0] if len(choices) == 1 else {"anyOf": choices}, kept)
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    return _with({}, kept) if "$ref" in kept else kept


def _with(choice: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """One mapping of both; in draft 7 nothing beside a ``$ref`` is read, so that goes into an ``allOf``."""
    both = {**choice, **rest}
    reference = both.pop("$ref", None)
    if reference is None:
        return both
    return {**both, "allOf": [{"$ref": reference}]} if both else {"$ref": reference}
