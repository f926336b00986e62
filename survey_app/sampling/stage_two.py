"""The second stage of a draw: cases within units, by their places in the lists, and a reserve in random order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from flask_babel import gettext as _
from numpy.typing import NDArray

from analysis.sampling import allocate_whole, permanent_random_number, select_respondents
from survey_app.errors import UserError


@dataclass(frozen=True, slots=True)
class CaseRules:
    """How cases are drawn within drawn units.

    Attributes
    ----------
    method : {"systematic", "simple"}
    allocation : {"fixed", "proportional", "optimal"}
        ``fixed``: ``number`` in each unit; ``proportional``: ``number`` in all, in proportion to the lists;
        ``optimal``: ``number`` in all, in proportion to what each list stands for, so that all cases weigh the same.
    reserve : float
        Reserves for each case, 0.2 for one in five, rounded up.
    """

    method: str
    allocation: str
    number: int
    reserve: float = 0.2


@dataclass(frozen=True, slots=True)
class CaseDraw:
    """The cases of a unit, as places in its list counted from 0; the reserve in the order of its use."""

    list_size: int
    main: NDArray[np.int64]
    reserve: NDArray[np.int64]

    @property
    def probability(self) -> float:
        """m/M."""
        return len(self.main) / self.list_size


def plan_cases(list_sizes: Mapping[str, int], weights: Mapping[str, float], rules: CaseRules) -> dict[str, int]:
    """How many cases each drawn unit gives.

    Parameters
    ----------
    weights : mapping of str to float
        The base weight of each unit.

    Raises
    ------
    UserError
        A drawn unit has no list, or the lists together cannot give the number wanted.
    """
    empty = [code for code, size in list_sizes.items() if size < 1]
    if empty:
        raise UserError(
            _(
                "%(count)s đơn vị được bốc chưa có danh sách hồ sơ: %(codes)s. Xin nhập đủ danh sách rồi bốc lại.",
                count=len(empty),
                codes=", ".join(empty[:20]),
            )
        )
    if rules.allocation == "fixed":
        return {code: min(rules.number, size) for code, size in list_sizes.items()}
    if not len(list_sizes) <= rules.number <= sum(list_sizes.values()):
        raise UserError(
            _(
                "Cần bốc %(number)s hồ sơ, nhưng %(units)s đơn vị được bốc chỉ cho được từ %(units)s đến %(most)s.",
                number=rules.number,
                units=len(list_sizes),
                most=sum(list_sizes.values()),
            )
        )
    shares = [size * (weights[code] if rules.allocation == "optimal" else 1.0) for code, size in list_sizes.items()]
    counts = allocate_whole(shares, rules.number, minimum=1, maximum=list(list_sizes.values()))
    return dict(zip(list_sizes, counts.tolist(), strict=True))


def draw_cases(seed: str, unit: str, list_size: int, count: int, rules: CaseRules) -> CaseDraw:
    """Draw the cases of a unit and its reserve.

    The main cases are those of `analysis.sampling.select_respondents`. The reserve is drawn from the rest of the
    list: the places with the smallest random number of ``unit|reserve|place``, in the order of these numbers.
    """
    main = select_respondents(
        seed, unit, list_size, count, method="systematic" if rules.method == "systematic" else "simple"
    )
    wanted = min(int(np.ceil(count * rules.reserve)), list_size - count)
    rest = np.setdiff1d(np.arange(list_size), main, assume_unique=True)
    if wanted == 0:
        return CaseDraw(list_size, main, rest[:0])
    numbers = [permanent_random_number(seed, f"{unit}|reserve|{position}") for position in rest.tolist()]
    return CaseDraw(list_size, main, rest[np.argsort(numbers, kind="stable")[:wanted]])
