"""The scale an answer stands on, and the columns of counts that a survey design turns into rates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import MeasureError

Column = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AnswerScale:
    """A scale of whole numbers.

    Attributes
    ----------
    lowest, highest : int
        The end points, the highest the most content.
    satisfied : tuple of int
        The codes counted as satisfied.
    not_counted : tuple of int
        Codes that are no answer: no opinion, does not apply.

    Raises
    ------
    ValueError
        For ends in the wrong order, satisfied codes off the scale, or codes both counted and not.
    """

    lowest: int = 1
    highest: int = 5
    satisfied: tuple[int, ...] = (4, 5)
    not_counted: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        if not self.lowest < self.highest:
            raise ValueError(f"lowest is {self.lowest}, highest {self.highest}; the lowest must be the smaller")
        if not set(self.satisfied) <= set(range(self.lowest, self.highest + 1)):
            raise ValueError(f"satisfied codes {self.satisfied} must lie on the scale, {self.lowest} to {self.highest}")
        if set(self.not_counted) & set(range(self.lowest, self.highest + 1)):
            raise ValueError(f"codes {self.not_counted} stand on the scale; an answer either counts or not")

    def read(self, answers: ArrayLike) -> Matrix:
        """Read answers of n respondents to k items, NaN where missing or not counted.

        Parameters
        ----------
        answers : array_like, shape (n, k)

        Returns
        -------
        ndarray of float, shape (n, k)

        Raises
        ------
        MeasureError
            ``wrong_length`` for another shape, ``off_scale`` with the row.

        Examples
        --------
        >>> AnswerScale().read([[5, 0, 3]]).tolist()
        [[5.0, nan, 3.0]]
        """
        matrix = np.array(answers, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[1] == 0:
            raise MeasureError("wrong_length", f"answers must have shape (n, k), k at least 1; got {matrix.shape}")
        matrix[np.isin(matrix, self.not_counted)] = np.nan
        on_scale = (matrix >= self.lowest) & (matrix <= self.highest) & (matrix == np.round(matrix))
        bad = ~(on_scale | np.isnan(matrix)).all(axis=1)
        if bad.any():
            message = f"an answer is no whole number from {self.lowest} to {self.highest}; mend it or leave it missing"
            raise MeasureError("off_scale", message, int(np.argmax(bad)))
        return matrix


FIVE_LEVELS = AnswerScale()
"""1 very dissatisfied to 5 very satisfied; 4 and 5 count as satisfied, 0 is no opinion."""


@dataclass(frozen=True, eq=False, slots=True)
class PooledColumns:
    """Numerator and denominator of each respondent, for ``design.ratio(numerator, denominator)``.

    Attributes
    ----------
    numerator, denominator : ndarray, shape (n,)
        0 and 0 for a respondent without an answer.
    """

    numerator: Column
    denominator: Column
