"""What to estimate from a cube."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class CubeMeasure:
    """What to estimate from an item's counts, or a pooled measure by its name.

    Attributes
    ----------
    name : str
        The item or pooled measure.
    values : dict of level to float, or None
        The value of each answer; an answer that is not there is left out like a missing one. None: a pooled measure.
    """

    name: str
    values: Mapping[Any, float] | None = None

    @classmethod
    def rate(cls, name: str, satisfied: Sequence[Any], valid: Sequence[Any]) -> CubeMeasure:
        """Measure the share of satisfied answers among the valid answers of an item.

        Parameters
        ----------
        name : str
            The item.
        satisfied, valid : sequence
            Levels; a satisfied one is valid too.
        """
        return cls(name, {level: float(level in satisfied) for level in (*valid, *satisfied)})

    @classmethod
    def mean(cls, name: str, scores: Mapping[Any, float]) -> CubeMeasure:
        """Measure the mean score of the answers of an item.

        Parameters
        ----------
        name : str
            The item.
        scores : mapping of level to float
            In any unit; an answer without a score is left out.
        """
        return cls(name, dict(scores))
