"""Several estimates with their covariance, and what follows from them: differences, changes, composites.

The covariance of estimates in one sample comes from the products of their linearised values, so that two districts,
two waves in the same communes or two criteria answered by the same people are compared as they belong together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from analysis.design import SurveyDesign
from analysis.errors import MeasureError
from analysis.intervals import Interval, t_quantile
from analysis.labels import Labels
from analysis.measures import Measures


@dataclass(frozen=True, slots=True)
class Contrast:
    """A linear or smooth function of joint estimates.

    Attributes
    ----------
    estimate, se : float
        In the unit of the function.
    df : float
    t, p_value : float
        estimate/se and the two-sided p value of "it is 0"; NaN without a standard error or degrees of freedom.
    """

    estimate: float
    se: float
    df: float

    @property
    def t(self) -> float:
        """Estimate over standard error."""
        return self.estimate / self.se if self.se > 0 else math.nan

    @property
    def p_value(self) -> float:
        """Two-sided p value from t with `df`."""
        return 2 * float(stdtr(self.df, -abs(self.t))) if self.se > 0 and self.df > 0 else math.nan

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval estimate ± t·se.

        Parameters
        ----------
        level : float
            Confidence level.

        Returns
        -------
        Interval
            NaN limits without degrees of freedom.

        Raises
        ------
        ValueError
            For a level outside (0, 1).
        """
        half = t_quantile(level, self.df) * self.se
        return Interval(self.estimate - half, self.estimate + half, "mean", level)


@dataclass(frozen=True, eq=False, slots=True)
class JointEstimate:
    """k estimates of one sample with their covariance.

    Attributes
    ----------
    names : tuple of str, length k
    estimates : ndarray, shape (k,)
    covariance : ndarray, shape (k, k)
    df : int
        Degrees of freedom of the whole design.
    """

    names: tuple[str, ...]
    estimates: NDArray[np.float64]
    covariance: NDArray[np.float64]
    df: int

    @property
    def se(self) -> NDArray[np.float64]:
        """Standard errors, shape (k,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def correlation(self) -> NDArray[np.float64]:
        """Correlations between the estimates, shape (k, k); NaN where one does not vary."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.covariance / np.outer(self.se, self.se)

    def contrast(self, coefficients: ArrayLike) -> Contrast:
        """Return Σ c_j estimate_j with its standard error √(c'Vc).

        Parameters
        ----------
        coefficients : array_like, shape (k,)

        Returns
        -------
        Contrast

        Raises
        ------
        MeasureError
            ``wrong_length``.
        """
        c = np.asarray(coefficients, dtype=np.float64)
        if c.shape != self.estimates.shape:
            raise MeasureError("wrong_length", f"a contrast needs {len(self.estimates)} coefficients; got {c.shape}")
        return Contrast(float(c @ self.estimates), math.sqrt(max(float(c @ self.covariance @ c), 0.0)), self.df)

    def difference(self, later: int | str, earlier: int | str) -> Contrast:
        """Return one estimate less another, such as wave 2 less wave 1.

        Parameters
        ----------
        later, earlier : int or str
            Place or name of an estimate.

        Returns
        -------
        Contrast

        Raises
        ------
        MeasureError
            ``unknown_name``.
        """
        c = np.zeros(len(self.names))
        c[self._place(later)] += 1
        c[self._place(earlier)] -= 1
        return self.contrast(c)

    def mean(self) -> Contrast:
        """Return the plain mean of the estimates: the mean-of-items index, with the items' covariance.

        Returns
        -------
        Contrast
        """
        return self.contrast(np.full(len(self.names), 1 / len(self.names)))

    def log_odds_ratio(self, later: int | str, earlier: int | str) -> Contrast:
        """Return the log odds ratio of two rates, log[p₂/(1-p₂)] - log[p₁/(1-p₁)], by the delta method (Binder 1983).

        Parameters
        ----------
        later, earlier : int or str
            As in `difference`: p₂ and p₁.

        Returns
        -------
        Contrast
            Of slopes 1/(p(1-p)).

        Raises
        ------
        MeasureError
            ``unknown_name``, ``no_logarithm`` for a rate of 0 or 1.
        """
        one, two = self._place(earlier), self._place(later)
        self._refuse_logarithm(one, two, below=1.0)
        p = self.estimates
        value = math.log(p[two] / (1 - p[two])) - math.log(p[one] / (1 - p[one]))
        return self._smooth(value, one, two, lambda x: 1 / (x * (1 - x)))

    def log_ratio(self, later: int | str, earlier: int | str) -> Contrast:
        """Return the log of the ratio of two estimates, log(p₂/p₁), by the delta method.

        Parameters
        ----------
        later, earlier : int or str
            As in `difference`: p₂ and p₁.

        Returns
        -------
        Contrast
            Of slopes 1/p.

        Raises
        ------
        MeasureError
            ``unknown_name``, ``no_logarithm`` for an estimate of 0 or less.
        """
        one, two = self._place(earlier), self._place(later)
        self._refuse_logarithm(one, two, below=math.inf)
        return self._smooth(math.log(self.estimates[two] / self.estimates[one]), one, two, lambda x: 1 / x)

    def _refuse_logarithm(self, *places: int, below: float) -> None:
        for place in places:
            if not 0 < self.estimates[place] < below:
                value = self.estimates[place]
                raise MeasureError("no_logarithm", f"{self.names[place]} is {value:g}; compare by the difference")

    def _smooth(self, value: float, one: int, two: int, slope: Callable[[float], float]) -> Contrast:
        c = np.zeros(len(self.names))
        c[two] += slope(self.estimates[two])
        c[one] -= slope(self.estimates[one])
        return Contrast(value, math.sqrt(float(c @ self.covariance @ c)), self.df)

    def _place(self, name: int | str) -> int:
        if isinstance(name, int):
            return name
        if name not in self.names:
            raise MeasureError("unknown_name", f"there is no {name!r} among {', '.join(self.names)}")
        return self.names.index(name)


def _joint_ratios(
    design: SurveyDesign, measures: Measures, names: Sequence[str], rows: NDArray[np.bool_] | None = None
) -> JointEstimate:
    """Estimate k ratios with their joint covariance, each on its own valid rows; `rows` as in `covariance`."""
    y, x = measures.weighted_y.sum(axis=0), measures.weighted_x.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = y / x
        influence = np.where(x > 0, (measures.weighted_y - estimate * measures.weighted_x) / x, 0.0)
    covariance = design.covariance(influence / design.weights[:, None], rows)
    empty = ~(x > 0)
    covariance[empty, :] = np.nan
    covariance[:, empty] = np.nan
    return JointEstimate(tuple(names), estimate, covariance, design.degrees_of_freedom())


def by_group(
    design: SurveyDesign,
    numerator: ArrayLike,
    groups: Labels,
    *,
    denominator: ArrayLike | None = None,
    order: Sequence[str] | None = None,
) -> JointEstimate:
    """Estimate a mean, rate or ratio in each group of respondents, with the covariance between groups.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    numerator : array_like, shape (n,)
        The answer (for a mean or rate) or the numerator; NaN where missing.
    groups : sequence of str, shape (n,)
        Sex, district, wave, ...; '' and None: in no group.
    denominator : array_like, shape (n,), optional
        For a ratio.
    order : sequence of str, optional
        The groups wanted, in this order; None: all, sorted.

    Returns
    -------
    JointEstimate
        One estimate a group; NaN for a group without an answer.

    Raises
    ------
    MeasureError
        As in `SurveyDesign.mean` and `SurveyDesign.ratio`.

    Notes
    -----
    The covariance is that of the influence values u_ij = 1(row i in group j)(y_i - R_j x_i)/X_j, in one call of
    `SurveyDesign.covariance` (Binder 1983).

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=["a", "a", "b", "b", "c", "c"])
    >>> by_sex = by_group(design, [1, 0, 1, 1, 0, 1], ["F", "M", "F", "M", "F", "M"])
    >>> by_sex.names, by_sex.estimates.round(3).tolist()
    (('F', 'M'), [0.667, 0.667])
    >>> round(by_sex.difference("M", "F").se, 3)
    0.577
    """
    labels = np.array(["" if label is None else str(label) for label in groups])
    names = tuple(order) if order is not None else _sort_levels(labels[labels != ""])
    inside = np.column_stack([labels == name for name in names]) if names else np.zeros((len(labels), 0), dtype=bool)
    y = np.asarray(numerator, dtype=np.float64)
    spread = np.where(inside, y[:, None], np.nan)
    if denominator is None:
        return _joint_ratios(design, Measures.of_means(design, spread), names)
    x = np.where(inside, np.asarray(denominator, dtype=np.float64)[:, None], np.nan)
    return _joint_ratios(design, Measures.of_ratios(design, spread, x), names)


def by_item(
    design: SurveyDesign, answers: ArrayLike, names: Sequence[str], *, domain: ArrayLike | None = None
) -> JointEstimate:
    """Estimate the mean or rate of each of k items on its own valid answers, with their covariance.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    answers : array_like, shape (n, k)
        0 and 1, or scores; NaN where missing.
    names : sequence of str, length k
    domain : array_like of bool, shape (n,), optional

    Returns
    -------
    JointEstimate
        One estimate an item.

    Raises
    ------
    MeasureError
        As in `SurveyDesign.mean`.

    Notes
    -----
    R's ``svymean(~a+b, na.rm=TRUE)`` drops a respondent who left one item out from all items; this does not.
    Covariance as in `by_group`.

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=["a", "b", "c"])
    >>> both = by_item(design, [[1, 1], [0, float("nan")], [1, 0]], ["wait", "fee"])
    >>> both.estimates.round(3).tolist(), round(both.mean().estimate, 3)
    ([0.667, 0.5], 0.583)
    """
    values = np.asarray(answers, dtype=np.float64)
    rows = None if domain is None else np.asarray(domain, dtype=np.bool_)
    if rows is not None:
        values = np.where(rows[:, None], values, np.nan)
    return _joint_ratios(design, Measures.of_means(design, values), names, rows)


def distribution(
    design: SurveyDesign, codes: Labels, *, order: Sequence[str] | None = None, domain: ArrayLike | None = None
) -> JointEstimate:
    """Estimate the share of each answer among those who answered, with covariance.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    codes : sequence of str, shape (n,)
        The answer of each respondent; '' and None where missing.
    order : sequence of str, optional
        The answers wanted; None: all that occur, sorted.
    domain : array_like of bool, shape (n,), optional

    Returns
    -------
    JointEstimate
        One share an answer; together 1 unless `order` leaves some out.

    Raises
    ------
    MeasureError
        ``wrong_length``.

    Notes
    -----
    Covariance as in `by_group`, each answer a column of 0 and 1.

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=["a", "b", "c", "d"])
    >>> distribution(design, ["4", "5", "", "5"]).estimates.round(3).tolist()
    [0.333, 0.667]
    """
    labels = np.array(["" if code is None else str(code) for code in codes])
    inside = labels != ""
    if domain is not None:
        inside &= np.asarray(domain, dtype=np.bool_)
    names = tuple(order) if order is not None else _sort_levels(labels[labels != ""])
    values = np.column_stack([labels == name for name in names]).astype(np.float64)
    values[~inside] = np.nan
    return _joint_ratios(design, Measures.of_means(design, values), names, inside)


def _sort_levels(labels: NDArray[np.str_]) -> tuple[str, ...]:
    """Return the different labels: by size where all are numbers (wave 9 before wave 10), else by characters."""
    names = sorted(set(labels.tolist()))
    try:
        return tuple(sorted(names, key=float))
    except ValueError:
        return tuple(names)
