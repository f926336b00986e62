"""The small words of the schema: the strict base of every model, keys, lines, texts in two languages."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

#: Names that the form built from an instrument needs for itself.
RESERVED_KEYS = frozenset(
    {
        "answer_errors", "blocks", "checked", "collected", "csrf_failed", "csrf_token", "data", "earlier_answers",
        "errors", "form_errors", "go", "hidden_tag", "instrument", "is_submitted", "items", "lang", "meta",
        "newly_visible", "populate_obj", "post_process", "process", "section", "section_key", "shown", "validate",
        "validate_on_submit",
    }
)  # fmt: skip


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _integer_or_word(value: object) -> int | str:
    """An option's value: a whole number from 0 to 9999 or a word; both are safe in a form and in a cell."""
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value <= 9999:
            return value
        raise PydanticCustomError("number_range", "0 – 9999", {"limits": "0 – 9999"})
    if isinstance(value, str):
        if value.isascii() and value.isidentifier() and len(value) <= 40:
            return value
        raise PydanticCustomError("option_word", "an option's value is a number or a plain word")
    raise PydanticCustomError("integer_or_word", "an option's value is a whole number or a word")


def _word(value: str) -> str:
    """A plain word, which no number or day can be mistaken for."""
    if value.isascii() and value.isidentifier() and len(value) <= 40:
        return value
    raise PydanticCustomError("option_word", "a missing answer of a number or a day is a plain word")


def unless(default: object) -> AfterValidator:
    """Leave a key that only repeats its default unsaid, so that both spellings are the same version."""
    return AfterValidator(lambda value: None if value == default else value)


def _scalar(value: object) -> int | float | str:
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("integer_or_word", "a condition compares with a number or a word")


Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
InstrumentKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(_composed)]
Passage = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_composed)
]
OptionValue = Annotated[int | str, PlainValidator(_integer_or_word, json_schema_input_type=int | str)]
ConditionValue = Annotated[int | float | str, PlainValidator(_scalar, json_schema_input_type=int | float | str)]
Word = Annotated[str, AfterValidator(_word)]


class Strict(BaseModel):
    """Base of every model of a questionnaire: frozen, no unknown key, no silent change of type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Text(Strict):
    """The same words in Vietnamese and in English."""

    vi: Passage
    en: Passage

    def get(self, language: str) -> str:
        """The words in ``language`` (``en``, ``en_GB``, …); Vietnamese for every other language."""
        return self.en if language.lower().startswith("en") else self.vi
