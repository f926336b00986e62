"""What pydantic says about a questionnaire, in the codes of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .condition_models import AllOf, AnyOf, Comparison, Negation
from .indices import (
    INDEX_KINDS,
    AllSatisfied,
    ExpectationMet,
    MeanScore,
    PapiDimension,
    PapiTotal,
    SatisfiedShare,
)
from .items import (
    ITEM_TYPES,
    DateItem,
    InformationItem,
    MultipleItem,
    NumberItem,
    RankingItem,
    ScaleItem,
    SingleItem,
    TextItem,
)
from .problems import EXPECTED, NONE_ALIKE, Finding, Path, dotted
from .schema import Instrument

_TAGGED: dict[object, type[BaseModel]] = {
    "<compare>": Comparison, "<all>": AllOf, "<any>": AnyOf, "<not>": Negation,
    "<scale>": ScaleItem, "<single>": SingleItem, "<multiple>": MultipleItem, "<ranking>": RankingItem,
    "<number>": NumberItem, "<text>": TextItem, "<date>": DateItem, "<information>": InformationItem,
    "<satisfied_share>": SatisfiedShare, "<mean_score>": MeanScore, "<all_satisfied>": AllSatisfied,
    "<expectation_met>": ExpectationMet, "<papi_dimension>": PapiDimension, "<papi_total>": PapiTotal,
}  # fmt: skip
LANGUAGES = ("vi", "en")
_TAGS = {"[key]", *_TAGGED}

_KINDS = {
    "string_type": "text", "int_type": "integer", "int_from_float": "integer", "float_type": "number",
    "bool_type": "truth", "tuple_type": "list", "list_type": "list", "dict_type": "mapping",
    "model_type": "mapping", "model_attributes_type": "mapping", "date_type": "date",
    "integer_or_word": "choice", "finite_number": "number", "int_parsing_size": "integer",
}  # fmt: skip


def schema_findings(error: ValidationError) -> Iterator[Finding]:
    """One finding for each thing pydantic refused."""
    for details in error.errors(include_url=False, include_context=True):
        if not _follows_from_another(details):
            yield _finding(details)


def _follows_from_another(details: ErrorDetails) -> bool:
    """Whether pydantic only says again that a part inside is wrong."""
    given = details.get("input")
    if details["type"] == "too_short" and isinstance(given, list):
        return len(given) >= int(details["ctx"]["min_length"])
    return details["type"] == "default_factory_not_called"


def closest(name: str, known: list[str]) -> str:
    """The known name most like ``name``, or words that there is none."""
    found = get_close_matches(name.lower(), known, n=1, cutoff=0.6)  # keys are written small
    return found[0] if found else str(NONE_ALIKE)


def _finding(details: ErrorDetails) -> Finding:
    kind, given, context = details["type"], details.get("input"), details.get("ctx", {})
    path = _path_in_file(details)
    name = str(path[-1]) if path else ""
    absent = kind == "missing" or (given is None and kind != "extra_forbidden")
    if name in LANGUAGES and (absent or not str(given).strip()):
        return Finding("Q024", path, {"language": name, "key": dotted(path[:-1])})
    if absent:
        return Finding("Q021", path, {"name": name})
    if kind == "extra_forbidden":
        suggestion = closest(name, _keys_allowed(details["loc"][:-1]))
        return Finding("Q020", path, {"name": path[-1], "suggestion": suggestion})
    if kind in _WORDING:
        return _WORDING[kind](path, given, context)
    if kind.startswith("date_") and kind != "date_type":
        return Finding("Q029", path)
    return Finding("Q022", path, {"expected": EXPECTED[_KINDS.get(kind, "other")]})


def _path_in_file(details: ErrorDetails) -> Path:
    """The place without pydantic's own parts: tags of unions, and the mark that a mapping's key is meant."""
    place = details["loc"]
    last = place[-1:] if details["type"] in ("extra_forbidden", "missing") else ()  # the author's own word
    inner = place[: len(place) - len(last)]
    return (*(part for part in inner if part not in _TAGS), *last)


def _keys_allowed(place: tuple[str | int, ...]) -> list[str]:
    """The keys that may stand in a place as pydantic names it."""
    models: list[type[BaseModel]] = [Instrument]
    for part in place:
        fields = {field.alias or name: field for model in models for name, field in model.model_fields.items()}
        if part in _TAGGED:
            models = [_TAGGED[part]]
        elif part in fields:  # the others are numbers in a list and names of scales
            models = _models_in(fields[str(part)].annotation)
    return sorted({field.alias or name for model in models for name, field in model.model_fields.items()})


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _without_type(path: Path, given: object, context: Mapping[str, object]) -> Finding:
    if isinstance(given, dict):
        name, _known = _tag_of(path)
        return Finding("Q021", (*path, name), {"name": name})
    return Finding("Q022", path, {"expected": EXPECTED["mapping"]})


def _unknown_type(path: Path, given: object, context: Mapping[str, object]) -> Finding:
    name, known = _tag_of(path)
    value = given.get(name) if isinstance(given, dict) else given
    return Finding("Q023", (*path, name), {"value": value, "allowed": ", ".join(known)})


def _tag_of(path: Path) -> tuple[str, tuple[str, ...]]:
    """The key that says which model is meant, and its values."""
    return ("kind", INDEX_KINDS) if path[:1] == ("indices",) else ("type", ITEM_TYPES)


def _not_listed(path: Path, given: object, context: Mapping[str, object]) -> Finding:
    allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ")
    return Finding("Q023", path, {"value": given, "allowed": allowed})


def _bad_key(path: Path, given: object, context: Mapping[str, object]) -> Finding:
    return Finding("Q025", path, {"value": given})


def _too_few(path: Path, given: object, context: Mapping[str, object]) -> Finding:
    return Finding("Q027", path, {"least": context["min_length"]})


def _too_many(path: Path, given: object, context: Mapping[str, object]) -> Finding:
    return Finding("Q032", path, {"most": context["max_length"]})


def _outside(path: Path, given: object, context: Mapping[str, object]) -> Finding:
    if path[:1] == ("targets",):
        return Finding("Q083", path)
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
    limits = [f"{signs[name]} {limit}" for name, limit in context.items() if name in signs]
    return Finding("Q028", path, {"limits": ", ".join(limits) or context.get("limits", "")})


def _blank_or_long(path: Path, given: object, context: Mapping[str, object]) -> Finding:
    return Finding("Q030", path, {"limit": context.get("max_length", 300)})


_WORDING: dict[str, Callable[[Path, object, Mapping[str, object]], Finding]] = {
    "union_tag_not_found": _without_type,
    "union_tag_invalid": _unknown_type,
    "literal_error": _not_listed,
    "string_pattern_mismatch": _bad_key,
    "option_word": _bad_key,
    "too_short": _too_few,
    "too_long": _too_many,
    "greater_than": _outside,
    "greater_than_equal": _outside,
    "less_than": _outside,
    "less_than_equal": _outside,
    "number_range": _outside,
    "string_too_short": _blank_or_long,
    "string_too_long": _blank_or_long,
}
