"""How many communes to draw in each stratum, and a draw that anyone can repeat."""

import hashlib
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray


def allocate(
    sizes: Sequence[int] | NDArray[np.integer],
    share: float | Fraction | str,
    *,
    minimum: int = 2,
    rule: Literal["total", "each_stratum"] = "total",
) -> NDArray[np.int64]:
    """Share out a sample of communes among strata, in exact arithmetic.

    Parameters
    ----------
    sizes : sequence of int, shape (L,)
        N_h, the communes of each stratum; 0 is allowed and gets 0.
    share : float, Fraction or str
        The part to draw, in (0, 1]; 0.3, "0.3" and Fraction(3, 10) are the same.
    minimum : int
        At least so many in each stratum, or all of a smaller one.
    rule : {"total", "each_stratum"}
        ``total``: the share holds for the whole, ⌊share·N + 1/2⌋ communes, by largest remainders; the minima
        win if they alone need more. ``each_stratum``: the share holds in every stratum, ⌈share·N_h⌉.

    Returns
    -------
    ndarray of int, shape (L,)
        n_h, at most N_h.

    Raises
    ------
    ValueError
        For a share outside (0, 1], a negative or broken size, a negative minimum, or another rule.

    Examples
    --------
    >>> districts = [20, 16, 14, 13, 12, 11, 10, 9, 9, 8, 7, 6, 5, 3, 2]
    >>> allocate(districts, 0.3).tolist(), int(allocate(districts, 0.3).sum())
    ([6, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2], 44)
    >>> allocate(districts, 0.3, rule="each_stratum").tolist()
    [6, 5, 5, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2, 2]
    """
    part, counts = _read_share(share), _read_sizes(sizes)
    if minimum < 0:
        raise ValueError(f"minimum is {minimum}; it cannot be below 0")
    floors = [min(minimum, size) for size in counts]
    exact = [part * size for size in counts]
    if rule == "each_stratum":
        return np.array([max(math.ceil(e), f) for e, f in zip(exact, floors, strict=True)], dtype=np.int64)
    if rule != "total":
        raise ValueError(f"unknown rule {rule!r}; use 'total' or 'each_stratum'")
    return np.array(_share_out(counts, exact, floors, math.floor(sum(exact) + Fraction(1, 2))), dtype=np.int64)


def _share_out(counts: list[int], exact: list[Fraction], floors: list[int], total: int) -> list[int]:
    """Give or take one seat at a time by the largest gap to the exact share, ties to the earlier stratum."""
    seats = [max(math.floor(e), f) for e, f in zip(exact, floors, strict=True)]
    while sum(seats) < total:
        open_strata = [h for h in range(len(seats)) if seats[h] < counts[h]]
        seats[max(open_strata, key=lambda h: (exact[h] - seats[h], -h))] += 1
    while sum(seats) > total:
        above = [h for h in range(len(seats)) if seats[h] > floors[h]]
        if not above:
            break
        seats[max(above, key=lambda h: (seats[h] - exact[h], -h))] -= 1
    return seats


def _read_share(share: float | Fraction | str) -> Fraction:
    """Read 0.3 as three tenths, not as the double nearest to it."""
    try:
        part = share if isinstance(share, Fraction) else Fraction(str(share))
    except ValueError:
        part = Fraction(0)
    if not 0 < part <= 1:
        raise ValueError(f"share is {share}; it must be above 0 and at most 1, such as 0.3")
    return part


def _read_sizes(sizes: Sequence[int] | NDArray[np.integer]) -> list[int]:
    for stratum, size in enumerate(sizes):
        if not (size >= 0 and int(size) == size):
            raise ValueError(f"size {stratum} is {size}; a stratum holds a whole number of communes, 0 or more")
    return [int(size) for size in sizes]


def permanent_random_number(seed: str, code: str) -> float:
    """Return the permanent random number of a commune, uniform on [0, 1).

    The same in any language, order and year: the first 53 bits of SHA-256 of ``seed|code`` in UTF-8, over
    2^53 (Ohlsson 1995 on permanent random numbers).

    Parameters
    ----------
    seed, code : str
        The published seed and the commune's code.

    Examples
    --------
    >>> permanent_random_number("public-2026-W1", "D01C01")
    0.8612037887682082
    """
    digest = hashlib.sha256(f"{seed}|{code}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def draw_smallest(codes: Sequence[str], seed: str, n: int) -> list[str]:
    """Draw n of the codes by simple random sampling without replacement: those with the smallest numbers.

    Parameters
    ----------
    codes : sequence of str
        The frozen frame of one stratum, each code once.
    seed : str
        As in `permanent_random_number`.
    n : int
        How many to draw.

    Returns
    -------
    list of str
        The drawn codes, in the order of `codes`; the same set whatever that order is.

    Raises
    ------
    ValueError
        For a repeated code, or n below 0 or above the number of codes.

    Examples
    --------
    >>> draw_smallest(["D03C01", "D03C02", "D03C03", "D03C04"], "public-2026-W1", 2)
    ['D03C01', 'D03C04']
    """
    if len(set(codes)) != len(codes):
        twice = next(code for row, code in enumerate(codes) if code in codes[:row])
        raise ValueError(f"code {twice!r} stands twice in the frame; keep one")
    if not 0 <= n <= len(codes):
        raise ValueError(f"n is {n}; the frame has {len(codes)} codes to draw from")
    drawn = set(sorted(codes, key=lambda code: (permanent_random_number(seed, code), code))[:n])
    return [code for code in codes if code in drawn]
