"""Permanent random numbers, and the simple random draw with them that anyone can repeat."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence


def permanent_random_number(seed: str, code: str) -> float:
    """Return the permanent random number of a commune, uniform on [0, 1).

    The same in any language, order and year: the first 53 bits of SHA-256 of ``seed|code`` in UTF-8, over
    2^53 (Ohlsson 1995 on permanent random numbers).

    Parameters
    ----------
    seed, code : str
        The published seed and the commune's code.

    Returns
    -------
    float
        In [0, 1).

    Examples
    --------
    >>> permanent_random_number("public-2026-W1", "D01C01")
    0.8612037887682082
    """
    digest = hashlib.sha256(f"{seed}|{code}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def shift_random_number(number: float, shift: float) -> float:
    """Return (number + shift) mod 1: the random number of the same commune in another wave (Ohlsson 1995).

    Parameters
    ----------
    number : float
        A permanent random number, in [0, 1).
    shift : float
        In [0, 1). Where the part f of a stratum is drawn, 0 keeps all communes; s below f and 1 - f replaces
        about the part s/f of them; one between f and 1 - f replaces all.

    Returns
    -------
    float
        In [0, 1).

    Raises
    ------
    ValueError
        For a shift outside [0, 1).

    Examples
    --------
    >>> shift_random_number(0.75, 0.5)
    0.25
    """
    if not 0 <= shift < 1:
        raise ValueError(f"shift is {shift}; it must be at least 0 and below 1, such as 0.15")
    return (number + shift) % 1.0


def draw_smallest(codes: Sequence[str], seed: str, n: int, *, shift: float = 0.0) -> list[str]:
    """Draw n of the codes by simple random sampling without replacement: those with the smallest numbers.

    Parameters
    ----------
    codes : sequence of str
        The frozen frame of one stratum, each code once.
    seed : str
        As in `permanent_random_number`.
    n : int
        How many to draw.
    shift : float
        As in `shift_random_number`, to keep or rotate communes between waves.

    Returns
    -------
    list of str
        The drawn codes, in the order of `codes`; the same set whatever that order is.

    Raises
    ------
    ValueError
        For a repeated code, n below 0 or above the number of codes, or a shift outside [0, 1).

    Examples
    --------
    >>> draw_smallest(["D03C01", "D03C02", "D03C03", "D03C04"], "public-2026-W1", 2)
    ['D03C01', 'D03C04']
    """
    refuse_repeated(codes)
    if not 0 <= n <= len(codes):
        raise ValueError(f"n is {n}; the frame has {len(codes)} codes to draw from")

    def rank(code: str) -> tuple[float, str]:
        return shift_random_number(permanent_random_number(seed, code), shift), code

    drawn = set(sorted(codes, key=rank)[:n])
    return [code for code in codes if code in drawn]


def refuse_repeated(codes: Sequence[str]) -> None:
    """Refuse a frame in which a code stands twice.

    Parameters
    ----------
    codes : sequence of str

    Raises
    ------
    ValueError
        Naming the code.

    Examples
    --------
    >>> refuse_repeated(["D03C01", "D03C02", "D03C01"])
    Traceback (most recent call last):
    ValueError: code 'D03C01' stands twice in the frame; keep one
    """
    if len(set(codes)) != len(codes):
        twice = next(code for code, count in Counter(codes).items() if count > 1)
        raise ValueError(f"code {twice!r} stands twice in the frame; keep one")
