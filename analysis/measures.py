"""What is measured, as weighted columns: numerator, denominator and square of each measure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import MeasureError

if TYPE_CHECKING:
    from analysis.design import SurveyDesign

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Measures:
    """k measures of n respondents, all shaped (n, k), 0 where missing.

    Attributes
    ----------
    valid : ndarray
        1.0 where the respondent counts, with a denominator above 0.
    denominator : ndarray
        x, unweighted.
    weighted_y, weighted_x, weighted_square : ndarray
        wy, wx and w times the sum of squares of the answers behind the row (y² for one answer, y for y
        answers worth 1 and x - y worth 0).
    """

    valid: Matrix
    denominator: Matrix
    weighted_y: Matrix
    weighted_x: Matrix
    weighted_square: Matrix

    @classmethod
    def of_rates(cls, design: "SurveyDesign", y: ArrayLike) -> "Measures":
        """Read answers 0 and 1.

        Parameters
        ----------
        design : SurveyDesign
            Over n responses.
        y : array_like, shape (n,) or (n, k)
            0, 1, or NaN where missing.

        Raises
        ------
        MeasureError
            ``not_binary``, ``not_finite`` and ``wrong_length``, with the row.
        """
        values = _read(design, y)
        _refuse(~((values == 0) | (values == 1) | np.isnan(values)), "not_binary", "a rate takes 0, 1 or NaN")
        return cls.of_means(design, values)

    @classmethod
    def of_means(cls, design: "SurveyDesign", y: ArrayLike) -> "Measures":
        """Read one value a respondent.

        Parameters
        ----------
        design : SurveyDesign
            Over n responses.
        y : array_like, shape (n,) or (n, k)
            In any unit; NaN where missing.

        Raises
        ------
        MeasureError
            ``not_finite``, ``wrong_length``.
        """
        values = _read(design, y)
        x = np.where(np.isnan(values), 0.0, 1.0)
        y0 = np.where(np.isnan(values), 0.0, values)
        return cls._weigh(design, y0, x, y0 * y0)

    @classmethod
    def of_ratios(cls, design: "SurveyDesign", numerators: ArrayLike, denominators: ArrayLike) -> "Measures":
        """Read how many answers of each respondent are satisfied, and how many there are.

        Parameters
        ----------
        design : SurveyDesign
            Over n responses.
        numerators, denominators : array_like, shape (n,) or (n, k)
            NaN in either makes the row missing.

        Raises
        ------
        MeasureError
            ``negative_denominator``, ``answers_without_base`` (a numerator where the denominator is 0), ``not_finite``,
            ``wrong_length``.
        """
        y, x = _read(design, numerators), _read(design, denominators)
        if y.shape != x.shape:
            raise MeasureError("wrong_length", "numerators and denominators must have the same shape")
        _refuse(x < 0, "negative_denominator", "the denominator counts answers and cannot be below 0")
        _refuse(
            (x == 0) & (y != 0) & ~np.isnan(y),
            "answers_without_base",
            "the denominator is 0 but the numerator is not",
        )
        missing = np.isnan(y) | np.isnan(x)
        y0 = np.where(missing, 0.0, y)
        return cls._weigh(design, y0, np.where(missing, 0.0, x), y0)

    @classmethod
    def _weigh(cls, design: "SurveyDesign", y: Matrix, x: Matrix, square: Matrix) -> "Measures":
        w = design.weights[:, None]
        return cls((x > 0).astype(np.float64), x, w * y, w * x, w * square)


def _read(design: "SurveyDesign", values: ArrayLike) -> Matrix:
    array = np.asarray(values, dtype=np.float64)
    matrix = array[:, None] if array.ndim == 1 else array
    if matrix.ndim != 2 or len(matrix) != len(design.weights):
        raise MeasureError(
            "wrong_length",
            f"a measure must have one value a response, {len(design.weights)}; got shape {array.shape}",
        )
    _refuse(np.isinf(matrix), "not_finite", "the value is infinite; a missing answer is NaN")
    return matrix


def _refuse(bad: NDArray[np.bool_], code: str, message: str) -> None:
    if bad.any():
        raise MeasureError(code, message, int(np.argmax(bad.any(axis=1))))
