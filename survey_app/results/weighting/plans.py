"""What a weighting step is asked to do: read from what is stored, a form or the command line, and stored again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from survey_app.errors import UserError
from survey_app.results.weighting.models import KINDS

TIMES_MEAN = 3.0
MAXIMUM_VARIABLES = 6
Cell = tuple[str, ...]


@dataclass(frozen=True)
class Margin:
    """Totals to be met.

    Attributes
    ----------
    variables : tuple of str
        One, or several that are crossed.
    totals : dict of Cell to float, or None
        People of every cell; None: those of the frame's lists.
    shares : bool
        Only the proportions of the totals count; the sum of the weights stays.
    """

    variables: tuple[str, ...]
    totals: dict[Cell, float] | None = None
    shares: bool = False


@dataclass(frozen=True)
class StepPlan:
    """A step: the classes of ``nonresponse``, the totals of ``poststratify`` and ``rake``, the limit of ``trim``.

    Attributes
    ----------
    times_mean : float
        Weights above so many times their mean are cut.
    """

    kind: str
    by: tuple[str, ...] = ()
    margins: tuple[Margin, ...] = ()
    times_mean: float = TIMES_MEAN

    @classmethod
    def nonresponse(cls, by: Sequence[str]) -> StepPlan:
        """Weights of those who answered stand for those of their class who were asked and did not.

        Raises
        ------
        UserError
            No classes were named.
        """
        return cls("nonresponse", by=_names(by))

    @classmethod
    def poststratify(cls, margin: Margin) -> StepPlan:
        """Weights that add up to the people of every cell."""
        return cls("poststratify", margins=(_checked(margin),))

    @classmethod
    def rake(cls, margins: Sequence[Margin]) -> StepPlan:
        """Weights that add up to the people of every level of several variables at once.

        Raises
        ------
        UserError
            None, a variable twice, or variables crossed.
        """
        found = tuple(_checked(margin) for margin in margins)
        _names([margin.variables[0] for margin in found])
        if any(len(margin.variables) > 1 for margin in found):
            raise UserError(_("Cân theo nhiều biến thì mỗi biến có tổng riêng. Muốn ghép biến, xin dùng poststratify."))
        return cls("rake", margins=found)

    @classmethod
    def trim(cls, times_mean: float) -> StepPlan:
        """Weights above a multiple of their mean are cut to it.

        Raises
        ------
        UserError
            The multiple is not above 1.
        """
        if not (math.isfinite(times_mean) and 1 < times_mean <= 100):
            raise UserError(_("Mức cắt phải lớn hơn 1 và không quá 100 lần trung bình, ví dụ 3."))
        return cls("trim", times_mean=times_mean)

    @classmethod
    def read(cls, kind: str, settings: Mapping[str, Any]) -> StepPlan:
        """A step as it was stored.

        Raises
        ------
        UserError
            No such kind.
        """
        if kind not in KINDS:
            raise UserError(_("Không có bước „%(kind)s”. Xin dùng: %(kinds)s.", kind=kind[:40], kinds=", ".join(KINDS)))
        if kind == "nonresponse":
            return cls.nonresponse(settings["by"])
        if kind == "trim":
            return cls.trim(settings["times_mean"])
        margins = tuple(_read_margin(one) for one in settings["margins"])
        return cls.rake(margins) if kind == "rake" else cls.poststratify(margins[0])

    def as_settings(self) -> dict[str, Any]:
        """Plain values; totals as a list, whose order a database keeps."""
        if self.kind == "nonresponse":
            return {"by": list(self.by)}
        if self.kind == "trim":
            return {"times_mean": self.times_mean}
        return {"margins": [_margin_settings(margin) for margin in self.margins]}

    @property
    def variables(self) -> tuple[str, ...]:
        """Everything the step tells responses apart by."""
        return tuple(dict.fromkeys((*self.by, *(name for margin in self.margins for name in margin.variables))))


def _margin_settings(margin: Margin) -> dict[str, Any]:
    totals = None if margin.totals is None else [[*cell, total] for cell, total in margin.totals.items()]
    return {"variables": list(margin.variables), "totals": totals, "shares": margin.shares}


def _read_margin(stored: Mapping[str, Any]) -> Margin:
    totals = stored["totals"]
    cells = None if totals is None else {tuple(row[:-1]): float(row[-1]) for row in totals}
    return Margin(tuple(stored["variables"]), cells, bool(stored["shares"]))


def _checked(margin: Margin) -> Margin:
    _names(margin.variables)
    for cell, total in (margin.totals or {}).items():
        if not (math.isfinite(total) and total > 0):
            raise UserError(
                _(
                    "Tổng của „%(cell)s” phải là số lớn hơn 0. Nhóm không có ai thì xin gộp vào nhóm khác.",
                    cell=" × ".join(cell),
                )
            )
    return margin


def _names(names: Sequence[str]) -> tuple[str, ...]:
    found = tuple(names)
    if not found:
        raise UserError(_("Xin chọn ít nhất một biến."))
    if len(set(found)) < len(found):
        raise UserError(_("Một biến được chọn hai lần. Xin bỏ bớt một lần."))
    if len(found) > MAXIMUM_VARIABLES:
        raise UserError(_("Xin chọn nhiều nhất %(count)s biến.", count=MAXIMUM_VARIABLES))
    return found
