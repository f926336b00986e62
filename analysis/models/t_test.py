"""The difference of the means or rates of two groups, tested by design."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import MeasureError
from analysis.models.columns import find_present, number_categories, read_column, read_domain, read_numbers
from analysis.models.regression import fit_linear

if TYPE_CHECKING:
    from analysis.design import SurveyDesign


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """The mean of the second group less that of the first.

    Attributes
    ----------
    groups : tuple of str
        The two groups, in this order.
    means : tuple of float
        Theirs.
    n : tuple of int
        Their rows with a value.
    difference, se : float
        In the unit of the response.
    low, high, level : float
        Limits difference ± t·se.
    t : float
    df : int
        PSUs less strata among the rows used, less 1.
    p_value : float
        Two-sided.
    """

    groups: tuple[str, str]
    means: tuple[float, float]
    n: tuple[int, int]
    difference: float
    se: float
    low: float
    high: float
    level: float
    t: float
    df: int
    p_value: float


def compare_groups(
    design: SurveyDesign,
    y: ArrayLike,
    group: ArrayLike,
    *,
    domain: ArrayLike | None = None,
    groups: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> GroupDifference:
    """Test by design whether two groups have the same mean: the slope of `y` on the second group.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    y : array_like of float, shape (n,)
        A measure, or 0 and 1 for a rate; NaN where missing.
    group : array_like, shape (n,)
        Two categories as numbers or text; NaN, None or '' where missing.
    domain : array_like of bool, shape (n,), optional
        Such as the two groups to compare among several.
    groups : sequence, optional
        The two in their order; else by size or characters.
    level : float
        Of the interval.

    Returns
    -------
    GroupDifference

    Raises
    ------
    MeasureError
        ``two_groups`` if the rows used hold another number of groups than two; ``not_a_number``, ``bad_domain``,
        ``wrong_length``, ``unknown_level``.
    ValueError
        For a level outside (0, 1).

    Notes
    -----
    A regression on one dummy (Lumley 2010, sec. 2.4), so both groups' means share their communes' covariance.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccdd"))
    >>> found = compare_groups(design, [3, 5, 4, 5, 2, 5, 3, 4], list("FMFMFMFM"))
    >>> found.groups, found.means, round(found.difference, 3), found.df, round(found.p_value, 3)
    (('F', 'M'), (3.0, 4.75), 1.75, 2, 0.067)
    """
    n = len(design.weights)
    response, column = read_numbers(y, n, "y"), read_column(group, n, "group")
    used = read_domain(domain, n) & ~np.isnan(response) & find_present(column)
    codes, labels = number_categories(column, used, "group", groups)
    if len(labels) != 2:
        listed = ", ".join(labels) or "none"
        raise MeasureError("two_groups", f"the rows used hold the groups {listed}; choose two by `domain`")
    model = fit_linear(design, response, {"group": np.where(used, codes == 1, np.nan)}, domain=used)
    low, high = model.intervals(level)[1]
    first, difference = model.coefficients
    return GroupDifference(
        groups=(labels[0], labels[1]),
        means=(float(first), float(first + difference)),
        n=(int(np.sum(codes == 0)), int(np.sum(codes == 1))),
        difference=float(difference),
        se=float(model.se[1]),
        low=float(low),
        high=float(high),
        level=level,
        t=float(model.t[1]),
        df=model.df,
        p_value=float(model.p_values[1]),
    )
