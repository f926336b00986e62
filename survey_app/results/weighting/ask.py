"""A step as it is asked for: its kind, its variables, and totals typed, from a file, or of the frame."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from survey_app.errors import UserError
from survey_app.results.weighting.groups import ITEM
from survey_app.results.weighting.plans import TIMES_MEAN, Margin, StepPlan
from survey_app.results.weighting.totals import Totals, pick_totals


def make_plan(
    kind: str,
    variables: Sequence[str] = (),
    totals: Totals | None = None,
    *,
    shares: bool = False,
    times_mean: float = TIMES_MEAN,
) -> StepPlan:
    """The plan of a step.

    Parameters
    ----------
    totals : Totals, optional
        Variables without totals of their own take those of the frame.
    shares : bool
        Only the proportions of these totals count.

    Raises
    ------
    UserError
        No such kind; totals that belong to no variable of the step; variables that do not go with the kind.
    """
    given = totals or {}
    if kind == "nonresponse":
        return StepPlan.nonresponse(variables)
    if kind == "trim":
        return StepPlan.trim(times_mean)
    if kind == "poststratify":
        margins = [_margin(tuple(variables), given, shares=shares)] if variables else []
    elif kind == "rake":
        margins = [_margin((name,), given, shares=shares) for name in variables]
    else:
        return StepPlan.read(kind, {})
    used = {tuple(sorted(margin.variables)) for margin in margins}
    if strange := [names for names in given if tuple(sorted(names)) not in used]:
        raise UserError(
            _(
                "Có tổng của „%(names)s” nhưng bước này không dùng biến ấy. Xin kiểm tra lại.",
                names=" × ".join(strange[0]),
            )
        )
    if not margins:
        raise UserError(_("Xin chọn ít nhất một biến."))
    return StepPlan.rake(margins) if kind == "rake" else StepPlan.poststratify(margins[0])


def _margin(variables: tuple[str, ...], given: Totals, *, shares: bool) -> Margin:
    cells = pick_totals(given, variables)
    if cells is None and any(name.startswith(ITEM) for name in variables):
        raise UserError(_("Chưa có tổng của „%(names)s”. Xin nhập tổng của từng mức.", names=" × ".join(variables)))
    return Margin(variables, cells, shares and cells is not None)
