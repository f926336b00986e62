"""Compare what we computed with what a case expects, figure by figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Accepted:
    """A computed figure with its own rule for being right.

    Attributes
    ----------
    value : object
        The figure.
    rel, abs : float or None
        Tolerances that replace the case's.
    others : tuple
        Further values that are right as well, such as the neighbouring data values of a quantile.
    """

    value: Any
    rel: float | None = None
    abs: float | None = None
    others: tuple[float, ...] = ()


class Ignored:
    """Stands for a figure that the README says not to compare (0/0, a numerical boundary of another program)."""


IGNORED = Ignored()


@dataclass(frozen=True)
class Failure:
    """One figure that differs.

    Attributes
    ----------
    place : str
        Where in the results the figure stands, such as ``[0].estimate``.
    expected, got : object
    """

    place: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.place}: expected {self.expected}, got {self.got}"


def compare(expected: Any, got: Any, tolerance: dict[str, float], place: str = "") -> Iterator[Failure]:
    """Yield every figure of `expected` that `got` does not reproduce.

    Parameters
    ----------
    expected : dict, list or scalar
        None was not available to the other program, so anything is right there.
    got : dict, list or scalar
        In the shape of `expected`: a dict may hold more, a list must be as long.
    tolerance : dict of str to float
        Numbers are equal within ``max(rel·|expected|, abs)``, whole numbers and truth values too when they are told so;
        texts are equal.
    place : str
        Where in the results we are.

    Yields
    ------
    Failure

    Examples
    --------
    >>> expected, got = {"rate": 0.8, "n": 40}, {"rate": 0.8000001, "n": 41}
    >>> [str(failure) for failure in compare(expected, got, {"rel": 1e-6, "abs": 0.0})]
    ['n: expected 40, got 41']
    """
    if expected is None or isinstance(got, Ignored):
        return
    if isinstance(expected, dict):
        for key, value in expected.items():
            if not isinstance(got, dict) or key not in got:
                yield Failure(f"{place}.{key}".lstrip("."), value, "nothing")
            else:
                yield from compare(value, got[key], tolerance, f"{place}.{key}".lstrip("."))
        return
    if isinstance(expected, list):
        values = got.tolist() if isinstance(got, np.ndarray) else got
        if isinstance(values, list | tuple) and len(values) == len(expected):
            for number, (one, other) in enumerate(zip(expected, values, strict=True)):
                yield from compare(one, other, tolerance, f"{place}[{number}]")
        elif len(expected) == 1 or not isinstance(values, list | tuple):
            yield Failure(place, expected, values)
        else:
            yield Failure(place, f"{len(expected)} values", f"{len(values)} values")
        return
    if isinstance(got, list | tuple | np.ndarray) and len(got) == 1:  # a scalar stands for a list of one
        got = got[0]
    if not _is_right(expected, got, tolerance):
        yield Failure(place, expected, got.value if isinstance(got, Accepted) else got)


def _is_right(expected: Any, got: Any, tolerance: dict[str, float]) -> bool:
    rel, absolute = tolerance["rel"], tolerance["abs"]
    others: tuple[float, ...] = ()
    if isinstance(got, Accepted):
        rel = rel if got.rel is None else got.rel
        absolute = absolute if got.abs is None else got.abs
        others, got = got.others, got.value
    if isinstance(expected, bool | str) or not isinstance(got, int | float | np.number):
        return bool(expected == got)
    near = max(rel * abs(expected), absolute)
    return any(math.isclose(expected, value, rel_tol=0.0, abs_tol=near) for value in (float(got), *others))
