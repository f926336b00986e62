"""Scales and options: what a respondent can choose from."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from .texts import OptionValue, Strict, Text


class Point(Strict):
    """One step of a scale, or its no-opinion answer."""

    value: Annotated[int, Field(ge=0, le=99)]
    label: Text


class Option(Strict):
    """One answer of a single-choice item."""

    value: OptionValue
    label: Text


class MultipleOption(Option):
    """One answer of a multiple-choice item; an exclusive one (none of these) stands alone."""

    exclusive: bool = False


def _far_from_satisfied(data: dict[str, Any]) -> tuple[int, ...]:
    values = sorted(point.value for point in data.get("points", ()))
    satisfied = set(data.get("satisfied", ()))
    if values and values[0] in satisfied and values[-1] not in satisfied:
        values.reverse()
    free = [value for value in values if value not in satisfied]
    return tuple(sorted(free[: len(satisfied)]))


class Scale(Strict):
    """An ordered set of points with those that count as satisfied.

    ``dissatisfied`` may be given; by default as many points as are satisfied are taken from the opposite end:
    of five points with 4 and 5 satisfied these are 1 and 2, of four with 3 and 4 they are 1 and 2, of three
    with 3 it is 1. What is neither is neutral. ``no_opinion`` is an answer outside the base of every rate.
    """

    points: Annotated[tuple[Point, ...], Field(min_length=2)]
    satisfied: Annotated[tuple[int, ...], Field(min_length=1)]
    dissatisfied: tuple[int, ...] = Field(default_factory=_far_from_satisfied)
    no_opinion: Point | None = None

    @property
    def neutral(self) -> tuple[int, ...]:
        """Values of the points that are neither satisfied nor dissatisfied, in the order of the scale."""
        taken = {*self.satisfied, *self.dissatisfied}
        return tuple(point.value for point in self.points if point.value not in taken)

    @property
    def answers(self) -> tuple[Point, ...]:
        """The points and, last, the no-opinion answer where there is one."""
        return self.points if self.no_opinion is None else (*self.points, self.no_opinion)
