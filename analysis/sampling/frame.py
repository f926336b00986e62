"""A stratified draw from a frozen frame: the same whatever order its rows are in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analysis.errors import DesignError
from analysis.sampling.inclusion import equal_probabilities, proportional_probabilities
from analysis.sampling.pareto import draw_pareto
from analysis.sampling.permanent_random_numbers import draw_smallest, permanent_random_number, shift_random_number
from analysis.sampling.systematic import select_systematically

DrawMethod = Literal["srs", "pareto", "systematic"]


@dataclass(frozen=True, slots=True)
class DrawnUnit:
    """A commune that was drawn.

    Attributes
    ----------
    stratum, code : str
    random_number : float
        The permanent random number it was drawn with, shifted; for a systematic draw the start of its stratum.
    inclusion_probability : float
    weight : float
        One over the inclusion probability.
    """

    stratum: str
    code: str
    random_number: float
    inclusion_probability: float
    weight: float


def draw_frame(
    codes: Sequence[str],
    strata: Sequence[str],
    seed: str,
    numbers: Mapping[str, int],
    *,
    sizes: Sequence[float] | NDArray[np.float64] | None = None,
    method: DrawMethod = "srs",
    shift: float = 0.0,
) -> list[DrawnUnit]:
    """Draw from each stratum of a frame.

    Parameters
    ----------
    codes, strata : sequence of str, length N
        The code of each unit, each once, and its stratum.
    seed : str
        Published beforehand; not empty and without ``|``.
    numbers : mapping of str to int
        How many to draw in each stratum; a stratum that is not in it gets none.
    sizes : array_like, shape (N,), optional
        For probabilities proportional to size; without them all units of a stratum have the same.
    method : {"srs", "pareto", "systematic"}
        ``srs``: simple random sampling without replacement. ``pareto``: Pareto πps. ``systematic``: in the order of
        the codes, from the start u("stratum|start").
    shift : float
        As in `shift_random_number`, for all numbers of the draw.

    Returns
    -------
    list of DrawnUnit
        By stratum, then by code.

    Raises
    ------
    DesignError
        ``missing_label``, ``code_twice``, ``bad_size`` with the row; ``bad_seed``; ``wrong_length``;
        ``needless_sizes`` for sizes with ``srs``.
    ValueError
        For a number that a stratum cannot give, a shift outside [0, 1), or another method.

    Examples
    --------
    >>> codes = ["D01C01", "D01C02", "D01C03", "D02C01", "D02C02"]
    >>> drawn = draw_frame(codes, [code[:3] for code in codes], "public-2026-W1", {"D01": 1, "D02": 1})
    >>> [(unit.code, unit.weight) for unit in drawn]
    [('D01C03', 3.0), ('D02C02', 2.0)]
    """
    _refuse_frame(codes, strata, seed, sizes, method)
    rows_of: dict[str, list[int]] = {}
    for row in sorted(range(len(codes)), key=lambda row: (strata[row], codes[row])):
        rows_of.setdefault(strata[row], []).append(row)
    drawn: list[DrawnUnit] = []
    for stratum, rows in rows_of.items():
        n, members = numbers.get(stratum, 0), [codes[row] for row in rows]
        if sizes is None:
            chances = equal_probabilities(len(rows), n)
        else:
            chances = proportional_probabilities(np.asarray(sizes, dtype=np.float64)[rows], n)
        start = shift_random_number(permanent_random_number(seed, f"{stratum}|start"), shift)
        if method == "srs":
            taken = set(draw_smallest(members, seed, n, shift=shift))
        elif method == "pareto":
            taken = set(draw_pareto(members, seed, chances, shift=shift))
        else:
            taken = {members[unit] for unit in np.flatnonzero(select_systematically(chances, start))}
        for code, chance in zip(members, chances.tolist(), strict=True):
            if code in taken:
                number = shift_random_number(permanent_random_number(seed, code), shift)
                weight = len(rows) / n if sizes is None else 1 / chance
                drawn.append(DrawnUnit(stratum, code, start if method == "systematic" else number, chance, weight))
    return drawn


def hash_frame(units: Iterable[Sequence[str]]) -> str:
    """Return the SHA-256 of a frame: a line for each unit, its fields joined by ``|``, the lines sorted.

    Parameters
    ----------
    units : iterable of sequence of str
        Stratum and code of each unit, and its size where the draw depends on it.

    Returns
    -------
    str
        64 hexadecimal digits, the same whatever order the units are in.

    Examples
    --------
    >>> hash_frame([("D01", "D01C02"), ("D01", "D01C01")])[:16]
    '1148883c68a796fb'
    """
    text = "".join(sorted("|".join(unit) + "\n" for unit in units))
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_frame(
    codes: Sequence[str],
    strata: Sequence[str],
    seed: str,
    sizes: Sequence[float] | NDArray[np.float64] | None,
    method: str,
) -> None:
    if method not in get_args(DrawMethod):
        raise ValueError(f"unknown method {method!r}; use one of {', '.join(get_args(DrawMethod))}")
    if not seed.strip() or "|" in seed:
        raise DesignError("bad_seed", "the seed must hold something and no '|'; publish it before the draw")
    for row, text in enumerate(zip(strata, codes, strict=False)):
        if any(sign in "".join(text) for sign in "|\n\r"):
            raise DesignError("bad_code", "a code or stratum holds '|' or a line break; take them out", row)
    if len(strata) != len(codes) or (sizes is not None and len(sizes) != len(codes)):
        raise DesignError("wrong_length", f"give a stratum (and a size) for each of the {len(codes)} codes")
    if sizes is not None and method == "srs":
        raise DesignError("needless_sizes", "a simple random draw takes no sizes; use pareto or systematic")
    seen: set[str] = set()
    for row, (code, stratum) in enumerate(zip(codes, strata, strict=True)):
        if not code or not stratum:
            raise DesignError("missing_label", "the code or the stratum of this unit is missing; fill it in", row)
        if code in seen:
            raise DesignError("code_twice", f"code {code!r} stands twice in the frame; keep one", row)
        seen.add(code)
        if sizes is not None and not 0 < sizes[row] < np.inf:
            raise DesignError("bad_size", f"size {sizes[row]} cannot be used; give a number above 0", row)
