"""Items: the questions and statements of a questionnaire, one model for each type of answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from .condition_models import Comparison, Condition
from .scales import ChoiceOption, MissingWord, MultipleOption, Option
from .texts import Key, Line, Strict, Text, unless

#: What is added to the key of an item for the respondent's own words beside its „other” option.
OTHER_SUFFIX = "_other"
OTHER_LENGTH = 200


class BaseItem(Strict):
    """What every item has."""

    key: Key
    text: Text
    show_if: Condition | None = None


class Question(BaseItem):
    """What every item with an answer has.

    ``criterion`` is the official number (``III.10``), ``wording`` whose words, ``source`` the document they are from.
    """

    criterion: Line | None = None
    wording: Literal["official", "own"] = "own"
    source: Line | None = None
    hint: Text | None = None
    required: bool = False


class ScaleItem(Question):
    """A statement rated on a scale; required by default when the scale has a no-opinion answer.

    Of a ``negative`` statement (to agree is bad) the satisfied and the dissatisfied points change places.
    """

    type: Literal["scale"] = "scale"
    scale: Key
    direction: Annotated[Literal["positive", "negative"] | None, unless("positive")] = None


class SingleItem(Question):
    """A question with one answer out of several."""

    type: Literal["single"]
    options: Annotated[tuple[ChoiceOption, ...], Field(min_length=2)]


class MultipleItem(Question):
    """A question with any number of answers."""

    type: Literal["multiple"]
    options: Annotated[tuple[MultipleOption, ...], Field(min_length=2)]


class RankingItem(Question):
    """Options to put in order, the most important first; ``choose`` of them, or all."""

    type: Literal["ranking"]
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=12)]
    choose: Annotated[int | None, Field(ge=1, le=12)] = None

    @property
    def places(self) -> int:
        """How many options can be put in order."""
        return self.choose or len(self.options)


class NumberItem(Question):
    """A number; whole numbers unless ``step`` says otherwise (0.5: halves, counted from ``min`` or 0)."""

    type: Literal["number"]
    min: float | None = None
    max: float | None = None
    step: Annotated[float, Field(gt=0)] = 1
    unit: Text | None = None
    missing: Annotated[tuple[MissingWord, ...] | None, Field(min_length=1)] = None


class TextItem(Question):
    """An answer in the respondent's own words; one row is a single line."""

    type: Literal["text"]
    max_length: Annotated[int, Field(ge=1, le=10_000)] = 1000
    rows: Annotated[int, Field(ge=1, le=20)] = 3


class OtherText(TextItem):
    """The line beside the „other” option of an item; the instrument makes it, no file holds it."""

    key: str  # its item's key, which may be as long as a key can be, and a suffix
    parent: Key


class DateItem(Question):
    """A day."""

    type: Literal["date"]
    min: date | None = None
    max: date | None = None
    missing: Annotated[tuple[MissingWord, ...] | None, Field(min_length=1)] = None


class InformationItem(BaseItem):
    """A paragraph between questions, without an answer and without a number."""

    type: Literal["information"]
    hint: ClassVar[None] = None
    criterion: ClassVar[None] = None
    required: ClassVar[bool] = False
    wording: ClassVar[str] = "own"


#: Every type of item; a new type is one entry here, one in ``answer_checks`` and one in ``fields``.
ITEM_TYPES = ("scale", "single", "multiple", "ranking", "number", "text", "date", "information")


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
    | Annotated[RankingItem, Tag("<ranking>")]
    | Annotated[NumberItem, Tag("<number>")]
    | Annotated[TextItem, Tag("<text>")]
    | Annotated[DateItem, Tag("<date>")]
    | Annotated[InformationItem, Tag("<information>")],
    Discriminator(_item_type),
]


def with_other(item: Item) -> tuple[Item, ...]:
    """The item and, where one of its options says „other”, the line for it."""
    option = other_option(item)
    if option is None:
        return (item,)
    condition = Comparison.model_validate({"item": item.key, "in": (option.value,)})
    other = OtherText(
        key=item.key + OTHER_SUFFIX,
        type="text",
        text=option.label,
        show_if=condition,
        max_length=OTHER_LENGTH,
        rows=1,
        parent=item.key,
    )
    return item, other


def other_option(item: Item) -> ChoiceOption | None:
    """The option of an item after which the respondent may write."""
    if not isinstance(item, (SingleItem, MultipleItem)):
        return None
    return next((option for option in item.options if option.other), None)
