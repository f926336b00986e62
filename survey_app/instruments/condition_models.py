"""Conditions of ``show_if`` as data: a closed set of operators, never evaluated code."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from .texts import ConditionValue, Key, Strict

#: Operators of a comparison as written in a file.
OPERATORS = ("in", "not_in", "eq", "ge", "le")

Values = Annotated[tuple[ConditionValue, ...], Field(min_length=1)]


class Comparison(Strict):
    """The answer to ``item`` compared with a value or a list; exactly one operator is given."""

    item: Key
    in_: Values | None = Field(None, alias="in")
    not_in: Values | None = None
    eq: ConditionValue | None = None
    ge: ConditionValue | None = None
    le: ConditionValue | None = None

    @property
    def operator(self) -> str:
        """The one operator, as written in the file."""
        return next(name for name in OPERATORS if self._operand(name) is not None)

    @property
    def values(self) -> tuple[ConditionValue, ...]:
        """What the answer is compared with; one value for ``eq``, ``ge`` and ``le``."""
        operand = self._operand(self.operator)
        if operand is None:
            return ()
        return operand if isinstance(operand, tuple) else (operand,)

    def _operand(self, name: str) -> ConditionValue | tuple[ConditionValue, ...] | None:
        operands: dict[str, ConditionValue | tuple[ConditionValue, ...] | None] = {
            "in": self.in_, "not_in": self.not_in, "eq": self.eq, "ge": self.ge, "le": self.le,
        }  # fmt: skip
        return operands[name]


class AllOf(Strict):
    """True when every part is."""

    parts: Annotated[tuple[Condition, ...], Field(min_length=1, alias="all")]


class AnyOf(Strict):
    """True when at least one part is."""

    parts: Annotated[tuple[Condition, ...], Field(min_length=1, alias="any")]


class Negation(Strict):
    """True when its part is false."""

    part: Condition = Field(alias="not")


def _operator(value: object) -> str | None:
    """The tag of a condition, read from a mapping of the file or from a model."""
    if isinstance(value, dict):
        return next((f"<{name}>" for name in ("all", "any", "not") if name in value), "<compare>")
    tags = {AllOf: "<all>", AnyOf: "<any>", Negation: "<not>", Comparison: "<compare>"}
    return next((tag for model, tag in tags.items() if isinstance(value, model)), None)


Condition = Annotated[
    Annotated[Comparison, Tag("<compare>")]
    | Annotated[AllOf, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[Negation, Tag("<not>")],
    Discriminator(_operator),
]


def items_compared(condition: Condition | None) -> set[str]:
    """Keys of the items that the condition looks at."""
    if condition is None:
        return set()
    if isinstance(condition, Comparison):
        return {condition.item}
    parts = (condition.part,) if isinstance(condition, Negation) else condition.parts
    return set().union(*map(items_compared, parts))


AllOf.model_rebuild()
AnyOf.model_rebuild()
Negation.model_rebuild()
