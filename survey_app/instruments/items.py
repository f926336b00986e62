"""Items: the questions and statements of a questionnaire, one model for each type of answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from .condition_models import Condition
from .scales import MultipleOption, Option
from .texts import Key, Line, Strict, Text


class BaseItem(Strict):
    """What every item has: ``criterion`` is the official number (``III.10``), ``wording`` whose words."""

    key: Key
    criterion: Line | None = None
    wording: Literal["official", "own"] = "own"
    text: Text
    hint: Text | None = None
    required: bool = False
    show_if: Condition | None = None


class ScaleItem(BaseItem):
    """A statement rated on a scale; required by default when the scale has a no-opinion answer."""

    type: Literal["scale"] = "scale"
    scale: Key


class SingleItem(BaseItem):
    """A question with one answer out of several."""

    type: Literal["single"]
    options: Annotated[tuple[Option, ...], Field(min_length=2)]


class MultipleItem(BaseItem):
    """A question with any number of answers."""

    type: Literal["multiple"]
    options: Annotated[tuple[MultipleOption, ...], Field(min_length=2)]


class NumberItem(BaseItem):
    """A number; whole numbers unless ``step`` says otherwise (0.5: halves, counted from ``min`` or 0)."""

    type: Literal["number"]
    min: float | None = None
    max: float | None = None
    step: Annotated[float, Field(gt=0)] = 1
    unit: Text | None = None


class TextItem(BaseItem):
    """An answer in the respondent's own words; one row is a single line."""

    type: Literal["text"]
    max_length: Annotated[int, Field(ge=1, le=10_000)] = 1000
    rows: Annotated[int, Field(ge=1, le=20)] = 3


class DateItem(BaseItem):
    """A day."""

    type: Literal["date"]
    min: date | None = None
    max: date | None = None


#: Every type of item; a new type is one entry here, one in ``answer_checks`` and one in ``fields``.
ITEM_TYPES = ("scale", "single", "multiple", "number", "text", "date")


def _item_type(value: object) -> str | None:
    """The tag of an item: its type, or ``scale`` where only a scale is named."""
    if isinstance(value, dict):
        given = value.get("type", "scale" if "scale" in value else None)
        return None if given is None else f"<{given}>"
    return f"<{value.type}>" if isinstance(value, BaseItem) and hasattr(value, "type") else None


Item = Annotated[
    Annotated[ScaleItem, Tag("<scale>")]
    | Annotated[SingleItem, Tag("<single>")]
    | Annotated[MultipleItem, Tag("<multiple>")]
    | Annotated[NumberItem, Tag("<number>")]
    | Annotated[TextItem, Tag("<text>")]
    | Annotated[DateItem, Tag("<date>")],
    Discriminator(_item_type),
]
