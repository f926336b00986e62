"""The interval we publish: one rule for every rate, with what must be said beside it."""

import math
from dataclasses import dataclass, replace

from analysis.estimate import Estimate
from analysis.intervals import interval, wilson

FEW_PSU_DF = 8
MODEL_ASSISTED_DF = 3


@dataclass(frozen=True, slots=True)
class PublishedInterval:
    """Limits to publish, what they rest on, and what must be said beside them.

    Attributes
    ----------
    low, high : float
        Unrounded limits; NaN when withheld.
    method : str
        ``"wilson"`` for a rate, ``"mean"`` for a mean or a score.
    level : float
    n_effective, df : float
        The effective sample size and degrees of freedom the limits were computed with; NaN when withheld.
    marks : tuple of str
        Any of ``model_assisted`` (ước lượng có hỗ trợ mô hình, chỉ tham khảo), ``few_psu`` (ít xã),
        ``lonely_psu``, ``non_probability`` (nobody drew this sample: NaN limits, no verdict).
    withheld : str or None
        ``"too_few"`` when the figure is not published; None otherwise.
    """

    low: float
    high: float
    method: str
    level: float
    n_effective: float
    df: float
    marks: tuple[str, ...]
    withheld: str | None


def published_interval(
    estimate: Estimate, reference: Estimate | None, *, level: float = 0.95, minimum_n: int = 10
) -> PublishedInterval:
    """Return the interval to publish for a rate or pooled index.

    Parameters
    ----------
    estimate : Estimate
        A rate between 0 and 1.
    reference : Estimate or None
        The same item one level up (for a district, the province); it lends its published design effect and
        its df where the direct variance says nothing. None: design effect 1 and the estimate's own df, at
        least 1.
    level : float
        Confidence level.
    minimum_n : int
        Fewer respondents than this: withheld.

    Returns
    -------
    PublishedInterval

    Raises
    ------
    ValueError
        For a level outside (0, 1), or an estimate outside [0, 1]: a mean, not a rate.

    Notes
    -----
    Wilson's limits with t and

    - n_eff = min(p(1-p)/V, answers) and the domain's df as a rule (Franco et al. 2019; Dean and Pagano 2015);
    - V = 0 (everybody agrees) or undefined: n_eff = answers/max(deff of the reference, 1), df of the
      reference;
    - df < 3 (two or three communes): the smaller of the two n_eff, df of the reference, mark
      ``model_assisted``.

    A sample that nobody drew gets no interval: its limits are NaN and the mark ``non_probability`` says why
    (Baker et al. 2013, AAPOR task force on non-probability sampling).

    ``few_psu`` marks every df < 8. An answer is a respondent for a rate; for a pooled index `Estimate.total`
    counts the answers. A reference whose own design effect is undefined (everybody agrees there too) lends 1.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=[1] * 20 + [2] * 20, psu_population=[10] * 40)
    >>> here = design.proportion([1] * 40)
    >>> published = published_interval(here, None)
    >>> round(published.low, 3), published.high, published.marks
    (0.199, 1.0, ('model_assisted', 'few_psu'))
    """
    if estimate.n < minimum_n or estimate.n == 0:
        return PublishedInterval(math.nan, math.nan, "wilson", level, math.nan, math.nan, (), "too_few")
    p, variance = estimate.estimate, estimate.variance
    if not 0 <= p <= 1:
        raise ValueError(f"estimate is {p}; only a rate between 0 and 1 has this interval")
    if not estimate.probability:
        return PublishedInterval(math.nan, math.nan, "wilson", level, math.nan, math.nan, ("non_probability",), None)
    direct = p * (1 - p) / variance if variance > 0 else math.nan
    reference_deff, reference_df = _borrow(estimate, reference)
    borrowed = estimate.total / reference_deff
    marks: list[str] = []
    df: float = estimate.df
    if df < MODEL_ASSISTED_DF:
        marks.append("model_assisted")
    if df < FEW_PSU_DF:
        marks.append("few_psu")
    if estimate.lonely_strata:
        marks.append("lonely_psu")
    if df < MODEL_ASSISTED_DF or not direct > 0:
        df = reference_df
        n_effective = min(direct, borrowed) if direct > 0 else borrowed
    else:
        n_effective = min(direct, estimate.total)
    low, high = wilson(p, n_effective, df, level)
    return PublishedInterval(low, high, "wilson", level, n_effective, df, tuple(marks), None)


def published_mean(estimate: Estimate, *, level: float = 0.95, minimum_n: int = 10) -> PublishedInterval:
    """Return the interval to publish for a mean or a score: estimate ± t·se with the domain's degrees of freedom.

    Parameters
    ----------
    estimate : Estimate
        A mean, a percentage or a score, in any unit.
    level : float
        Confidence level.
    minimum_n : int
        Fewer respondents than this: withheld.

    Returns
    -------
    PublishedInterval
        Withheld too where the figure is not defined. NaN limits with a mark where there are no degrees of freedom
        (``few_psu``) or nobody drew the sample (``non_probability``).

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> found = published_mean(SurveyDesign.declare(psu=None, weights=[1.0] * 20).mean([3, 5] * 10))
    >>> round(found.low, 3), round(found.high, 3), found.method
    (3.52, 4.48, 'mean')
    """
    nothing = PublishedInterval(math.nan, math.nan, "mean", level, math.nan, math.nan, (), None)
    if estimate.n < max(minimum_n, 1) or not math.isfinite(estimate.estimate):
        return replace(nothing, withheld="too_few")
    if not estimate.probability:
        return replace(nothing, marks=("non_probability",))
    limits = interval(estimate.estimate, estimate.se, estimate.df, method="mean", level=level)
    marks = [
        *(["few_psu"] if estimate.df < FEW_PSU_DF else []),
        *(["lonely_psu"] if estimate.lonely_strata else []),
    ]
    return PublishedInterval(limits.low, limits.high, "mean", level, math.nan, estimate.df, tuple(marks), None)


def _borrow(estimate: Estimate, reference: Estimate | None) -> tuple[float, float]:
    """Return the design effect, at least 1, and the df, at least 1, to lean on."""
    if reference is None:
        return 1.0, max(estimate.df, 1)
    deff = reference.deff_with_replacement
    return (deff if deff > 1 else 1.0), max(reference.df, 1)
