"""How many answers a survey needs: for a margin, to prove a target, to see a change; and whom to invite for them.

All three start from simple random sampling and multiply by a design effect (Kish 1965, sec. 8.2). Quantiles are
normal, since the degrees of freedom depend on the communes and not on the answers; `analysis.planning.power` judges
a plan with its t quantile.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scipy.special import ndtri


@dataclass(frozen=True, slots=True)
class MarginSampleSize:
    """The sample size for a margin of error, with the steps that lead to it.

    Attributes
    ----------
    z : float
        Normal quantile of the confidence level, two-sided.
    n_simple : float
        z²p(1-p)/e²: simple random sampling from a population without end.
    n_population : float
        The same with the finite population correction.
    n_design : float
        With the design effect, and then the correction: the size that is needed.
    n : int
        `n_design` rounded up: answers.
    invited : int
        Answers over the response rate, rounded up: people to invite.
    """

    z: float
    n_simple: float
    n_population: float
    n_design: float
    n: int
    invited: int


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Answers needed, and people to invite for them.

    Attributes
    ----------
    n_exact : float
        Before rounding, design effect included.
    n : int
        `n_exact` rounded up: answers (in each wave, for a change).
    invited : int
        Answers over the response rate, rounded up.
    """

    n_exact: float
    n: int
    invited: int


def sample_size_for_margin(
    margin: float,
    *,
    p: float = 0.5,
    confidence: float = 0.95,
    population: float | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
) -> MarginSampleSize:
    """Return the sample size that gives a rate with a margin of error.

    Parameters
    ----------
    margin : float
        Half the width of the confidence interval, as a share: 0.03 is 3 points.
    p : float
        The rate to expect; 0.5, the default, needs most.
    confidence : float
        Confidence level.
    population : float, optional
        N people; None: without end.
    deff : float
        Design effect of the plan.
    response_rate : float
        The part of those invited who answer.

    Returns
    -------
    MarginSampleSize

    Raises
    ------
    ValueError
        For a margin outside (0, 0.5), p, confidence or response rate not between 0 and 1, or a design effect or
        population that is not above 0.

    Notes
    -----
    n0 = z²p(1-p)/e² and n = n0·deff/(1 + (n0·deff - 1)/N) (Cochran 1977, sec. 4.4, with the design effect inside
    the finite population correction, so that n never passes N).

    Examples
    --------
    >>> size = sample_size_for_margin(0.03, p=0.8, population=76000, deff=1.6, response_rate=0.85)
    >>> size.n, size.invited
    (1078, 1269)
    """
    _refuse_outside(margin, "margin", 0.5)
    _refuse_outside(p, "p")
    _refuse_plan(deff, response_rate, population)
    z = _normal_quantile(confidence)
    simple = z**2 * p * (1 - p) / margin**2
    needed = _correct(simple * deff, population)
    n = math.ceil(needed)
    return MarginSampleSize(z, simple, _correct(simple, population), needed, n, count_invited(n, response_rate))


def sample_sizes_by_domain(
    populations: Mapping[str, float | None],
    margin: float,
    *,
    p: float = 0.5,
    confidence: float = 0.95,
    deff: float = 1.0,
    response_rate: float = 1.0,
) -> dict[str, MarginSampleSize]:
    """Return the sample size for the same margin in each of several domains, such as districts.

    Parameters
    ----------
    populations : mapping of str to float or None
        N of each domain by its name; None: without end.
    margin, p, confidence, deff, response_rate
        As in `sample_size_for_margin`, the same in each domain.

    Returns
    -------
    dict of str to MarginSampleSize
        In the order of `populations`. Their sum is the survey's size if each domain must have its margin.

    Raises
    ------
    ValueError
        As `sample_size_for_margin`.

    Examples
    --------
    >>> sizes = sample_sizes_by_domain({"D01": 9661, "D15": 727}, 0.05, p=0.8)
    >>> {name: size.n for name, size in sizes.items()}
    {'D01': 240, 'D15': 184}
    """
    return {
        name: sample_size_for_margin(
            margin, p=p, confidence=confidence, population=population, deff=deff, response_rate=response_rate
        )
        for name, population in populations.items()
    }


def sample_size_to_prove(
    target: float,
    true_rate: float,
    *,
    power: float = 0.8,
    confidence: float = 0.95,
    deff: float = 1.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Return the answers needed to prove a target that the true rate passes.

    Parameters
    ----------
    target, true_rate : float
        Shares between 0 and 1. A true rate below the target asks for the proof that it is missed.
    power : float
        The probability of the proof.
    confidence : float
        Of the two-sided interval whose limit must reach the target; 0.95 is a one-sided level of 2.5%.
    deff, response_rate : float
        As in `sample_size_for_margin`.

    Returns
    -------
    SampleSize

    Raises
    ------
    ValueError
        For rates, power, confidence or response rate not between 0 and 1, a true rate equal to the target, or a
        design effect that is not above 0.

    Notes
    -----
    n = deff·[(z_c √(T(1-T)) + z_power √(p(1-p)))/(p - T)]², the score test of Wilson's limits (Fleiss, Levin and
    Paik 2003, ch. 2).

    Examples
    --------
    >>> [sample_size_to_prove(0.80, rate, deff=1.6).n for rate in (0.85, 0.84, 0.83)]
    [753, 1194, 2152]
    """
    _refuse_outside(target, "target")
    _refuse_outside(true_rate, "true rate")
    _refuse_outside(power, "power")
    _refuse_plan(deff, response_rate)
    if true_rate == target:
        raise ValueError(f"the true rate is the target, {target}; no sample size can prove either side")
    spread = _normal_quantile(confidence) * math.sqrt(target * (1 - target))
    spread += float(ndtri(power)) * math.sqrt(true_rate * (1 - true_rate))
    if spread <= 0:
        raise ValueError(f"a power of {power} is reached by any sample; ask for 0.5 or more")
    exact = deff * (spread / (true_rate - target)) ** 2
    n = math.ceil(exact)
    return SampleSize(exact, n, count_invited(n, response_rate))


def sample_size_for_change(
    first: float,
    second: float,
    *,
    power: float = 0.8,
    confidence: float = 0.95,
    deff: float = 1.0,
    correlation: float = 0.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Return the answers needed in each of two waves to show that a rate changed.

    Parameters
    ----------
    first, second : float
        The true rates of the two waves.
    power : float
        The probability of showing the change.
    confidence : float
        Of the two-sided interval of the difference.
    deff, response_rate : float
        As in `sample_size_for_margin`.
    correlation : float
        Between the two waves' answers, at least -1 and below 1: 0 for two separate samples, above 0 where the
        same communes are drawn again.

    Returns
    -------
    SampleSize
        For each wave.

    Raises
    ------
    ValueError
        For rates, power, confidence or response rate not between 0 and 1, equal rates, a correlation outside
        [-1, 1), or a design effect that is not above 0.

    Notes
    -----
    n = deff·(z_c + z_power)²·[p1 q1 + p2 q2 - 2ρ√(p1 q1 p2 q2)]/(p1 - p2)², q = 1 - p (Kish 1965, ch. 12).

    Examples
    --------
    >>> sample_size_for_change(0.80, 0.84, deff=1.8).n
    2600
    >>> sample_size_for_change(0.80, 0.84, deff=1.8, correlation=0.3).n
    1823
    """
    _refuse_outside(first, "first rate")
    _refuse_outside(second, "second rate")
    _refuse_outside(power, "power")
    _refuse_plan(deff, response_rate)
    if first == second:
        raise ValueError(f"both rates are {first}; there is no change to show")
    if not -1 <= correlation < 1:
        raise ValueError(f"correlation is {correlation}; it must be at least -1 and below 1")
    variances = first * (1 - first), second * (1 - second)
    spread = sum(variances) - 2 * correlation * math.sqrt(variances[0] * variances[1])
    quantiles = _normal_quantile(confidence) + float(ndtri(power))
    if quantiles <= 0:
        raise ValueError(f"a power of {power} is reached by any sample; ask for 0.5 or more")
    exact = quantiles**2 * deff * spread / (first - second) ** 2
    n = math.ceil(exact)
    return SampleSize(exact, n, count_invited(n, response_rate))


def count_invited(n: int, response_rate: float) -> int:
    """Return the people to invite for n answers: n over the response rate, rounded up.

    Parameters
    ----------
    n : int
        Answers wanted.
    response_rate : float
        In (0, 1], read as the decimal it is written as: 7 answers at 0.7 are 10 invited, not 11.

    Returns
    -------
    int
        People.

    Raises
    ------
    ValueError
        For a response rate outside (0, 1].

    Examples
    --------
    >>> count_invited(7, 0.7)
    10
    """
    _refuse_plan(1.0, response_rate)
    return math.ceil(n / Fraction(str(response_rate)))


def _normal_quantile(confidence: float) -> float:
    """Return z, the two-sided normal quantile of a confidence level; ValueError outside (0, 1).

    Examples
    --------
    >>> round(_normal_quantile(0.95), 4)
    1.96
    """
    _refuse_outside(confidence, "confidence")
    return float(ndtri((1 + confidence) / 2))


def _correct(n: float, population: float | None) -> float:
    """Apply the finite population correction to a sample size."""
    return n if population is None else n / (1 + (n - 1) / population)


def _refuse_outside(value: float, name: str, below: float = 1.0) -> None:
    if not 0 < value < below:
        raise ValueError(f"{name} is {value}; it must be above 0 and below {below:g}")


def _refuse_plan(deff: float, response_rate: float, population: float | None = None) -> None:
    if not 0 < deff < math.inf:
        raise ValueError(f"deff is {deff}; it must be above 0, usually between 1 and 3")
    if not 0 < response_rate <= 1:
        raise ValueError(f"response rate is {response_rate}; it must be above 0 and at most 1, such as 0.85")
    if population is not None and not population >= 1:
        raise ValueError(f"population is {population}; it must be at least 1")
