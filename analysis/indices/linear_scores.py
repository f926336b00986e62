"""Scores that are linear in estimated indicators: values, coefficients, and covariance carried over."""

import math
from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import MeasureError


@dataclass(frozen=True, slots=True)
class LinearForm:
    """a + Σ b_j x_j over indicators by code; NaN for `constant`: not defined.

    Attributes
    ----------
    constant : float
    slopes : mapping of str to float
    """

    constant: float
    slopes: Mapping[str, float]

    @staticmethod
    def combine(forms: list["LinearForm"], weights: list[float]) -> "LinearForm":
        """Return the weighted sum of forms; not defined if one of them is not.

        Parameters
        ----------
        forms : list of LinearForm
        weights : list of float
            One a form.
        """
        slopes: dict[str, float] = {}
        for form, weight in zip(forms, weights, strict=True):
            for code, slope in form.slopes.items():
                slopes[code] = slopes.get(code, 0.0) + weight * slope
        return LinearForm(sum(w * form.constant for form, w in zip(forms, weights, strict=True)), slopes)


UNDEFINED = LinearForm(math.nan, {})
"""A score none of whose indicators has a value."""


@dataclass(frozen=True, eq=False, slots=True)
class LinearScores:
    """s scores, each a + b·x of j indicators x; built by `score_papi` and `score_pci`.

    Attributes
    ----------
    codes : tuple of str
        The scores.
    values : ndarray, shape (s,)
        NaN where an indicator group needed has no value at all.
    indicators : tuple of str
        The indicators with a value, in the order of the coefficients' columns.
    constants : ndarray, shape (s,)
    coefficients : ndarray, shape (s, j)
        ``values = constants + coefficients @ x``.
    missing : tuple of str
        Indicators of the structure without a value; the others of their group stand in for them.
    clipped : tuple of str
        Indicators outside their bounds, counted at the bound with coefficient 0.
    """

    codes: tuple[str, ...]
    values: NDArray[np.float64]
    indicators: tuple[str, ...]
    constants: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    missing: tuple[str, ...]
    clipped: tuple[str, ...]

    def value(self, code: str) -> float:
        """Return one score.

        Parameters
        ----------
        code : str

        Returns
        -------
        float
            In points of the index; NaN where not defined.

        Raises
        ------
        KeyError
            For a code that is no score.
        """
        return float(self.values[self._row(code)])

    def form(self, code: str) -> tuple[float, NDArray[np.float64]]:
        """Return the coefficients of one score.

        The standard error of the score is that of the contrast of the indicators' joint estimate with the slopes; the
        constant has none.

        Parameters
        ----------
        code : str

        Returns
        -------
        constant : float
        slopes : ndarray, shape (j,)

        Raises
        ------
        KeyError
            For a code that is no score.
        """
        row = self._row(code)
        return float(self.constants[row]), self.coefficients[row]

    def covariance(self, indicator_covariance: ArrayLike) -> NDArray[np.float64]:
        """Carry the covariance V of the indicators over to the scores, C V C'.

        Parameters
        ----------
        indicator_covariance : array_like, shape (j, j)
            In the order of `indicators`.

        Returns
        -------
        ndarray, shape (s, s)
            In squared points.

        Raises
        ------
        MeasureError
            ``wrong_length``.
        """
        matrix = np.asarray(indicator_covariance, dtype=np.float64)
        if matrix.shape != (len(self.indicators),) * 2:
            j = len(self.indicators)
            raise MeasureError("wrong_length", f"the covariance must have shape ({j}, {j}); got {matrix.shape}")
        carried: NDArray[np.float64] = self.coefficients @ matrix @ self.coefficients.T
        return carried

    def standard_errors(self, indicator_covariance: ArrayLike) -> NDArray[np.float64]:
        """Return the standard error of each score, shape (s,), as in `covariance`."""
        return np.sqrt(np.maximum(np.diag(self.covariance(indicator_covariance)), 0.0))

    def _row(self, code: str) -> int:
        if code not in self.codes:
            raise KeyError(f"there is no score {code!r}; there are: {', '.join(self.codes)}")
        return self.codes.index(code)


def calibrate(
    code: str, value: float, bounds: tuple[float, float], target: tuple[float, float], *, negative: bool, clip: bool
) -> tuple[LinearForm, bool]:
    """Rescale an indicator from its bounds to a target range, turned round if high values are bad.

    Parameters
    ----------
    code : str
    value : float
        The estimate.
    bounds, target : tuple of float
        Lower and upper end.
    negative : bool
        Whether the lower bound gets the upper end of the target.
    clip : bool
        Whether a value outside the bounds counts at the bound; otherwise it is refused.

    Returns
    -------
    form : LinearForm
        In the indicator; a constant if clipped.
    clipped : bool

    Raises
    ------
    MeasureError
        ``bad_bounds``, ``outside_bounds``.

    Examples
    --------
    >>> calibrate("3.1", 0.6, (0, 1), (0.25, 2.5), negative=False, clip=False)[0]
    LinearForm(constant=0.25, slopes={'3.1': 2.25})
    """
    (low, high), (start, end) = bounds, target
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise MeasureError(
            "bad_bounds", f"indicator {code}: the bounds are {low} and {high}; the lower must be smaller"
        )
    if negative:
        start, end = end, start
    slack = 1e-9 * (high - low)
    if not low - slack <= value <= high + slack:
        if not clip:
            raise MeasureError(
                "outside_bounds", f"indicator {code} is {value}, outside {low} to {high}; widen the bounds"
            )
        return LinearForm(start if value < low else end, {}), True
    slope = (end - start) / (high - low)
    return LinearForm(start - slope * low, {code: slope}), False


def gather_scores(
    forms: Mapping[str, LinearForm], values: Mapping[str, float], structure: list[str], clipped: list[str]
) -> LinearScores:
    """Lay forms out as arrays, with the indicators that have a value as columns.

    Parameters
    ----------
    forms : mapping of str to LinearForm
        The form of each score by its code.
    values : mapping of str to float
        The indicators; NaN where missing.
    structure : list of str
        All indicators, in the order of the columns.
    clipped : list of str
        For the report.

    Returns
    -------
    LinearScores

    Examples
    --------
    >>> scores = gather_scores({"s": LinearForm(1.0, {"a": 2.0})}, {"a": 3.0}, ["a", "b"], [])
    >>> scores.values.tolist(), scores.missing, scores.standard_errors([[0.25]]).tolist()
    ([7.0], ('b',), [1.0])
    """
    indicators = tuple(code for code in structure if not math.isnan(values.get(code, math.nan)))
    x = np.array([values[code] for code in indicators])
    constants = np.array([form.constant for form in forms.values()])
    coefficients = np.array(
        [
            [math.nan if math.isnan(f.constant) else f.slopes.get(code, 0.0) for code in indicators]
            for f in forms.values()
        ]
    ).reshape(len(forms), len(indicators))
    return LinearScores(
        codes=tuple(forms),
        values=constants + coefficients @ x,
        indicators=indicators,
        constants=constants,
        coefficients=coefficients,
        missing=tuple(code for code in structure if code not in indicators),
        clipped=tuple(clipped),
    )


def refuse_empty(groups: Iterable[Sized], what: str) -> None:
    """Refuse a group with nothing in it, or no group.

    Parameters
    ----------
    groups : iterable of sized
    what : str
        What a group is, for the message.

    Raises
    ------
    MeasureError
        ``no_items``.

    Examples
    --------
    >>> refuse_empty([["3.1", "3.2"], []], "a sub-dimension")
    Traceback (most recent call last):
    analysis.errors.MeasureError: a sub-dimension is empty; give it at least one part or take it out
    """
    sizes = [len(group) for group in groups]
    if not sizes or min(sizes) == 0:
        raise MeasureError("no_items", f"{what} is empty; give it at least one part or take it out")


def refuse_repeats(codes: list[str], what: str) -> None:
    """Refuse a code that stands twice.

    Parameters
    ----------
    codes : list of str
    what : str
        What the codes are, for the message.

    Raises
    ------
    MeasureError
        ``code_twice``.

    Examples
    --------
    >>> refuse_repeats(["3.1", "3.2", "3.1"], "indicator")
    Traceback (most recent call last):
    analysis.errors.MeasureError: indicator '3.1' stands twice in the structure; keep one
    """
    twice = [code for code in set(codes) if codes.count(code) > 1]
    if twice:
        raise MeasureError("code_twice", f"{what} {min(twice)!r} stands twice in the structure; keep one")


def refuse_strangers(values: Mapping[str, float], structure: list[str]) -> None:
    """Refuse a value of no indicator and an infinite one.

    Parameters
    ----------
    values : mapping of str to float
    structure : list of str
        All indicators.

    Raises
    ------
    MeasureError
        ``unknown_indicator``, ``not_finite``.

    Examples
    --------
    >>> refuse_strangers({"3.9": 0.4}, ["3.1", "3.2"])
    Traceback (most recent call last):
    analysis.errors.MeasureError: there is no indicator '3.9' in the structure
    """
    for code, value in values.items():
        if code not in structure:
            raise MeasureError("unknown_indicator", f"there is no indicator {code!r} in the structure")
        if math.isinf(value):
            raise MeasureError("not_finite", f"indicator {code!r} is infinite; a missing one is NaN")
