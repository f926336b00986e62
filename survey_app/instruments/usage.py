"""What stored versions are used for; the rooms that use them say so, as this room may not look into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

What = Literal["surveys", "answered"]
Count = Callable[[Session], Mapping[int, int]]

_COUNTS: dict[What, Count] = {}


@dataclass(frozen=True)
class Usage:
    """How many surveys ask with a version, and how many of them have responses."""

    surveys: int = 0
    answered: int = 0


def counts_usage(what: What) -> Callable[[Count], Count]:
    """Register a function that counts, by id of the stored version."""

    def register(function: Count) -> Count:
        _COUNTS[what] = function
        return function

    return register


def usage_of_all(session: Session) -> dict[int, Usage]:
    """The usage of every version that is used, by its id."""
    surveys, answered = (_COUNTS[what](session) for what in ("surveys", "answered"))
    return {key: Usage(number, answered.get(key, 0)) for key, number in surveys.items()}
