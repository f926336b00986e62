"""Scales and options: what a respondent can choose from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from .texts import OptionValue, Strict, Text, Word, unless

#: Why an answer is outside the base of every rate.
MissingKind = Literal["no_opinion", "not_used", "refused", "dont_know"]


class Point(Strict):
    """One step of a scale, or its no-opinion answer."""

    value: Annotated[int, Field(ge=0, le=99)]
    label: Text


class MissingPoint(Point):
    """A further answer beside a scale, outside the base of every rate."""

    kind: MissingKind


class MissingWord(Strict):
    """A word to choose instead of a number or a day: „Không biết”."""

    value: Word
    kind: MissingKind
    label: Text


class Option(Strict):
    """Something to choose or to put in order."""

    value: OptionValue
    label: Text


class ChoiceOption(Option):
    """One answer of a single-choice item.

    ``missing`` declares it outside the base of every rate; ``other`` gives it a line for the respondent's own words.
    """

    missing: MissingKind | None = None
    other: Annotated[bool | None, unless(False)] = None


class MultipleOption(ChoiceOption):
    """One answer of a multiple-choice item; an exclusive one (none of these) stands alone."""

    exclusive: bool = False

    @property
    def alone(self) -> bool:
        """Whether it goes with no other option, as an exclusive or a missing one does."""
        return self.exclusive or self.missing is not None


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
    with 3 it is 1. What is neither is neutral. ``no_opinion`` and ``missing`` are answers outside the base of every
    rate. Without ``display`` a scale of five points is shown with faces, as in the first edition of the format.
    """

    points: Annotated[tuple[Point, ...], Field(min_length=2)]
    satisfied: Annotated[tuple[int, ...], Field(min_length=1)]
    dissatisfied: tuple[int, ...] = Field(default_factory=_far_from_satisfied)
    no_opinion: Point | None = None
    missing: Annotated[tuple[MissingPoint, ...] | None, Field(min_length=1)] = None
    display: Literal["list", "grid", "faces"] | None = None

    @property
    def neutral(self) -> tuple[int, ...]:
        """Values of the points that are neither satisfied nor dissatisfied, in the order of the scale."""
        taken = {*self.satisfied, *self.dissatisfied}
        return tuple(point.value for point in self.points if point.value not in taken)

    @property
    def outside(self) -> tuple[Point, ...]:
        """The answers outside the base: no opinion, then the other missing ones."""
        return (() if self.no_opinion is None else (self.no_opinion,)) + (self.missing or ())

    @property
    def answers(self) -> tuple[Point, ...]:
        """The points and, last, the answers outside the base."""
        return self.points + self.outside

    @cached_property
    def codes(self) -> frozenset[int]:
        """Every value that an answer can have."""
        return frozenset(point.value for point in self.answers)

    @property
    def values(self) -> tuple[int, ...]:
        """The values of the points, which are the base of every rate."""
        return tuple(point.value for point in self.points)

    @property
    def shows_faces(self) -> bool:
        """Whether a face is drawn beside each point."""
        return self.display == "faces" or (self.display is None and len(self.points) == 5)


def missing_values(options: Sequence[ChoiceOption]) -> tuple[int | str, ...]:
    """The values of the options that are declared outside the base."""
    return tuple(option.value for option in options if option.missing is not None)
