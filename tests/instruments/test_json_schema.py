"""The JSON Schema for editors: current, described, and of one mind with the loader about what files may hold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from survey_app.instruments.json_schema import questionnaire_schema, written_schema
from survey_app.instruments.json_schema_words import COMMON, MODELS
from survey_app.instruments.loader import load_file
from survey_app.instruments.problems import QuestionnaireProblems
from survey_app.instruments.yaml_tree import read_tree

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "questionnaires"
GOOD = sorted([*(ROOT / "questionnaires").glob("*.yaml"), *EXAMPLES.glob("*.yaml")])
#: Problems that a schema can see: keys, types, lists, lengths and limits of one place.
SEEN = ("Q020", "Q021", "Q022", "Q023", "Q024", "Q025", "Q027", "Q028", "Q030", "Q032")
BROKEN = sorted(path for path in (EXAMPLES / "broken").glob("*.yaml") if path.name.startswith(SEEN))
#: Broken in a way that the schema leaves to the check.
UNSEEN = {
    "Q024_blank_english", "Q025_missing_word_is_a_number", "Q025_option_value_with_semicolon",
    "Q028_option_value_too_large", "Q030_blank_line",
}  # fmt: skip
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "array": (list,),
    "object": (dict,),
}  # fmt: skip


def accepts(schema: dict[str, Any], value: Any) -> bool:
    """Whether the value is valid; the few words of draft 7 that our schema uses, and any other is an error."""
    return all(WORDS[word](argument, value, schema) for word, argument in schema.items())


def _object(argument: dict[str, Any], value: Any) -> bool:
    given = value if isinstance(value, dict) else {}
    return all(accepts(part, given[key]) for key, part in argument.items() if key in given)


def _closed(argument: bool, value: Any, schema: dict[str, Any]) -> bool:
    patterns = schema.get("patternProperties", {})
    known = schema.get("properties", {})
    return not isinstance(value, dict) or all(
        key in known or any(re.search(pattern, key) for pattern in patterns) for key in value
    )


def _type(name: str, value: Any) -> bool:
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _sized(value: Any, kind: type | tuple[type, ...], compare: Any) -> bool:
    return not isinstance(value, kind) or compare(value)


WORDS: dict[str, Any] = {
    "$schema": lambda *_: True,
    "definitions": lambda *_: True,
    "description": lambda *_: True,
    "default": lambda *_: True,
    "format": lambda *_: True,
    "$ref": lambda name, value, _: accepts(DEFINITIONS[name.removeprefix("#/definitions/")], value),
    "allOf": lambda parts, value, _: all(accepts(part, value) for part in parts),
    "anyOf": lambda parts, value, _: any(accepts(part, value) for part in parts),
    "oneOf": lambda parts, value, _: sum(accepts(part, value) for part in parts) == 1,
    "type": lambda name, value, _: _type(name, value),
    "const": lambda only, value, _: value == only,
    "enum": lambda allowed, value, _: value in allowed,
    "pattern": lambda pattern, value, _: _sized(value, str, lambda text: bool(re.search(pattern, text))),
    "minLength": lambda least, value, _: _sized(value, str, lambda text: len(text) >= least),
    "maxLength": lambda most, value, _: _sized(value, str, lambda text: len(text) <= most),
    "minimum": lambda least, value, _: _sized(value, (int, float), lambda number: number >= least),
    "maximum": lambda most, value, _: _sized(value, (int, float), lambda number: number <= most),
    "exclusiveMinimum": lambda least, value, _: _sized(value, (int, float), lambda number: number > least),
    "minItems": lambda least, value, _: _sized(value, list, lambda parts: len(parts) >= least),
    "maxItems": lambda most, value, _: _sized(value, list, lambda parts: len(parts) <= most),
    "items": lambda part, value, _: _sized(value, list, lambda parts: all(accepts(part, one) for one in parts)),
    "required": lambda keys, value, _: _sized(value, dict, lambda mapping: all(key in mapping for key in keys)),
    "properties": lambda fields, value, _: _object(fields, value),
    "patternProperties": lambda fields, value, _: _sized(
        value, dict, lambda mapping: all(accepts(part, one) for part in fields.values() for one in mapping.values())
    ),
    "additionalProperties": _closed,
}
SCHEMA = questionnaire_schema()
DEFINITIONS = SCHEMA["definitions"]


def test_the_committed_schema_is_current() -> None:
    committed = (ROOT / "questionnaires" / "schema.json").read_text(encoding="utf-8")

    assert committed == written_schema(), "run: flask --app wsgi questionnaire schema > questionnaires/schema.json"


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_the_schema_accepts_what_the_loader_accepts(path: Path) -> None:
    assert load_file(path)
    assert accepts(SCHEMA, read_tree(path.read_text(encoding="utf-8")).value)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_the_schema_refuses_mistakes_of_one_place(path: Path) -> None:
    with pytest.raises(QuestionnaireProblems):
        load_file(path)

    refused = not accepts(SCHEMA, read_tree(path.read_text(encoding="utf-8")).value)

    assert refused == (path.stem not in UNSEEN)


def test_every_key_is_described_in_vietnamese_and_no_description_is_left_over() -> None:
    for name, definition in {**DEFINITIONS, "Instrument": SCHEMA}.items():
        assert all(field["description"] for field in definition["properties"].values()), name
        assert MODELS[name][1].keys() <= definition["properties"].keys(), name
    assert MODELS.keys() == {*DEFINITIONS, "Instrument"}
    own = {key for _about, fields in MODELS.values() for key in fields}
    used = {key for definition in [*DEFINITIONS.values(), SCHEMA] for key in definition["properties"]}
    assert COMMON.keys() <= used
    assert used <= own | COMMON.keys()


def test_nothing_of_our_english_is_left_in_the_schema() -> None:
    text = json.dumps(SCHEMA, ensure_ascii=False)

    assert "The share of" not in text
    assert '"title": "' not in text
    assert '"null"' not in text
