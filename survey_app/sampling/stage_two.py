"""The second stage of a draw: cases within units, in the order of their marks, and a reserve in random order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from flask_babel import gettext as _
from numpy.typing import NDArray

from analysis.sampling import allocate_respondents, permanent_random_number, select_respondents
from survey_app.errors import UserError

METHODS = ("systematic", "simple")
ALLOCATIONS = ("fixed", "proportional")


@dataclass(frozen=True, slots=True)
class CaseRules:
    """How cases are drawn within drawn units.

    Attributes
    ----------
    allocation : {"fixed", "proportional"}
        ``fixed``: ``number`` in each unit; ``proportional``: ``number`` in all, in proportion to the lists.
    reserve : float
        Reserves for each case, 0.2 for one in five, rounded up.
    """

    method: str
    allocation: str
    number: int
    reserve: float = 0.2


@dataclass(frozen=True, slots=True)
class CaseDraw:
    """The cases of a unit, as positions in its list sorted by reference mark, counted from 0."""

    list_size: int
    main: NDArray[np.int64]
    reserve: NDArray[np.int64]

    @property
    def probability(self) -> float:
        """m/M."""
        return len(self.main) / self.list_size


def plan_cases(list_sizes: Mapping[str, int], rules: CaseRules) -> dict[str, int]:
    """How many cases each drawn unit gives.

    Raises
    ------
    UserError
        A drawn unit has no list, or the lists together are shorter than the number wanted.
    """
    empty = [code for code, size in list_sizes.items() if size < 1]
    if empty:
        raise UserError(
            _(
                "Xã, cơ quan được bốc nhưng chưa có danh sách: %(codes)s. Xin nhập danh sách rồi bốc lại.",
                codes=", ".join(empty[:20]),
            )
        )
    if rules.allocation == "fixed":
        return {code: min(rules.number, size) for code, size in list_sizes.items()}
    if rules.number > sum(list_sizes.values()):
        raise UserError(_("Các danh sách chỉ có %(count)s dòng, ít hơn số cần bốc.", count=sum(list_sizes.values())))
    counts = allocate_respondents(list(list_sizes.values()), rules.number, within_lists=True)
    return dict(zip(list_sizes, (max(int(count), 1) for count in counts), strict=True))


def draw_cases(seed: str, unit: str, list_size: int, count: int, rules: CaseRules) -> CaseDraw:
    """Draw the cases of a unit and its reserve.

    The reserve is drawn from the rest of the list: the positions with the smallest random number of
    ``seed|unit|reserve|position``, in the order of these numbers.
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
