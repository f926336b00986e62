"""Stages of a declared sample: which units lie in which, how many of them, and what part of the population they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analysis.declaration import find_fraction
from analysis.errors import DesignError
from analysis.labels import Labels, Numbers, check_length, number_labels, take_constant

LonelyPsu = Literal["adjust", "average", "certainty", "remove", "fail"]
DfRule = Literal["counted", "satterthwaite"]


@dataclass(frozen=True, eq=False, slots=True)
class Stage:
    """u units drawn within g groups: PSUs in strata, lists in PSUs, people in lists.

    Attributes
    ----------
    group_of_unit : ndarray of int, shape (u,)
    count : ndarray, shape (g,)
        Units of the file in each group.
    fraction : ndarray, shape (g,)
        Units of the file over units of the population; 0 where the stage counts as drawn with replacement.
    """

    group_of_unit: NDArray[np.intp]
    count: NDArray[np.float64]
    fraction: NDArray[np.float64]

    def factor(self, *, keep_lone: bool) -> NDArray[np.float64]:
        """Return what the squared deviations within each group are multiplied by.

        Parameters
        ----------
        keep_lone : bool
            Whether a unit alone in its group counts with 1-f, not 0.

        Returns
        -------
        ndarray, shape (g,)
            (1-f)·m/(m-1) for m units.
        """
        alone = 1.0 if keep_lone else 0.0
        correction = np.where(self.count > 1, self.count / np.maximum(self.count - 1, 1), alone)
        return (1 - self.fraction) * correction


@dataclass(frozen=True, eq=False, slots=True)
class Rules:
    """What a design says beside its units.

    Attributes
    ----------
    lonely_psu, adjust_domain_lonely, probability, df_rule
        As in `SurveyDesign.declare`.
    """

    lonely_psu: LonelyPsu = "adjust"
    adjust_domain_lonely: bool = False
    probability: bool = True
    df_rule: DfRule = "counted"

    def __post_init__(self) -> None:
        """Refuse a rule that there is not: `DesignError` ``unknown_rule``."""
        for name, rules in (("lonely_psu", get_args(LonelyPsu)), ("df_rule", get_args(DfRule))):
            if getattr(self, name) not in rules:
                raise DesignError("unknown_rule", f"{name} must be one of {', '.join(rules)}")

    @property
    def keeps_lone_units(self) -> bool:
        """Whether a unit alone in its group shows its own square, not nothing."""
        return self.lonely_psu == "adjust"


def number_stages(
    units: Sequence[Labels],
    populations: Sequence[Numbers | None],
    strata: Labels | None,
    n: int,
    *,
    elements: bool,
) -> tuple[tuple[Stage, ...], tuple[NDArray[np.intp], ...]]:
    """Number the units of every stage and count them.

    Parameters
    ----------
    units : sequence of label columns, each shape (n,)
        The label of each row's unit, one column a stage; a label of an inner stage counts within its PSU only.
        None at all: each row is a PSU.
    populations : sequence of number columns or None
        Units of the population in the row's group, one column a stage, maybe fewer.
    strata : label column or None
    n : int
        Rows.
    elements : bool
        Whether the rows themselves are a last stage, drawn within the last unit.

    Returns
    -------
    stages : tuple of Stage
    unit_of_row : tuple of ndarray of int, each shape (n,)
        The number of the row's unit at each stage.

    Raises
    ------
    DesignError
        ``missing_label``, ``psu_in_two_strata``, ``bad_population``, ``population_not_constant``,
        ``more_sampled_than_population``, ``wrong_length``.

    Examples
    --------
    >>> populations = [[8, 8, 8], [20, 20, 10]]
    >>> stages, unit_of_row = number_stages([["a", "a", "b"]], populations, None, 3, elements=True)
    >>> [stage.fraction.tolist() for stage in stages]  # 2 of 8 PSUs; 2 of 20 people and 1 of 10
    [[0.25], [0.1, 0.1]]
    >>> [numbers.tolist() for numbers in unit_of_row]
    [[0, 0, 1], [0, 1, 2]]
    """
    group, total = (np.zeros(n, dtype=np.intp), min(n, 1)) if strata is None else number_labels(strata, "stratum")
    check_length(len(group), n, "strata")
    rows = np.arange(n, dtype=np.intp)
    numbered: list[tuple[NDArray[np.intp], int]] = []
    for level, labels in enumerate(units):
        number, count = number_labels(labels, "psu" if level == 0 else f"unit of stage {level + 1}")
        check_length(len(number), n, "psu" if level == 0 else f"unit of stage {level + 1}")
        if level > 0:
            number, count = _nest(numbered[-1][0], number)
        numbered.append((number, count))
    if elements or not numbered:
        numbered.append((rows, n))
    stages: list[Stage] = []
    for level, (number, count) in enumerate(numbered):
        place = ("psu", "the stratum of this PSU") if level == 0 else ("", "")
        group_of_unit = (
            take_constant(group.astype(np.float64), number, count, place[1], "psu_in_two_strata").astype(np.intp)
            if level == 0
            else _first_group(number, count, group)
        )
        inside = np.bincount(group_of_unit, minlength=total).astype(np.float64)
        sizes = populations[level] if level < len(populations) else None
        fraction = find_fraction(sizes, group, inside, _name(level, len(numbered)))
        stages.append(Stage(group_of_unit, inside, fraction))
        group, total = number, count
    return tuple(stages), tuple(number for number, _count in numbered)


def _name(level: int, levels: int) -> str:
    if level == 0:
        return "psu_population of this stratum"
    return "element_population of this PSU" if level == levels - 1 == 1 else f"population of stage {level + 1}"


def _nest(outer: NDArray[np.intp], inner: NDArray[np.intp]) -> tuple[NDArray[np.intp], int]:
    """Number the pairs of an outer and an inner unit."""
    pairs = outer.astype(np.int64) * (int(inner.max(initial=0)) + 1) + inner
    values, number = np.unique(pairs, return_inverse=True)
    return number.astype(np.intp), len(values)


def _first_group(number: NDArray[np.intp], count: int, group: NDArray[np.intp]) -> NDArray[np.intp]:
    """Take the group of each unit from any of its rows: nested units have one."""
    found = np.zeros(count, dtype=np.intp)
    found[number] = group
    return found
