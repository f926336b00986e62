"""Coverage: how often the published interval holds the true rate, and how often a target counts as met that is not.

Kiên Giang of 2020, 145 communes in 15 districts, is surveyed again and again, with simulated answers: communes by
`allocate` and permanent random numbers, as the application draws them, people at random. Every survey goes through the
functions that publish. Two designs:

- A, lists: the size M_i of each commune's list is known. m_i people are drawn from it without replacement; an answer
  weighs (N_h/n_h)(M_i/m_i); both finite population corrections. It estimates Σ K_i/Σ M_i, the share of satisfied
  people on the lists (K_i of M_i).
- B, no lists: what the application does (docs/decisions/0006). m_i people come, each independent of the others; an
  answer weighs N_h over the answering communes; the second stage counts as drawn with replacement. It estimates
  Σ m_i P_i/Σ m_i over all 145 communes (P_i the rate in commune i): each commune counts by the answers it would give.

In both, m_i is settled before the draw: in proportion to the list, 20 to 60. The population is calibrated to the design
that looks at it, so that what it estimates is the rate asked for: in the province, in both districts shown, and among
the members of the subgroup, a tenth of the people in every commune. The other districts differ. Each replicate draws
the same communes for both designs and all rates, so that their figures rise and fall together.
"""

from __future__ import annotations

import csv
import math
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import beta

from analysis.design import SurveyDesign
from analysis.estimate import Estimate
from analysis.intervals import interval
from analysis.policy import published_interval
from analysis.sampling import allocate, allocate_respondents, draw_smallest, round_by_largest_remainder
from analysis.verdict import judge

SEED = 20261121
REPLICATES = 2_000
RATES = (0.5, 0.8, 0.9, 0.97)
TARGET = 0.80
TERRITORY = Path(__file__).parent.parent / "data" / "geography" / "kien-giang-2020.csv"
INTRACLASS = 0.03
"""Correlation of two answers of a commune: 40 of them have a design effect of 1 + 39·0.03 = 2.2."""
STRONGER = 0.05
"""The same where communes differ more; shown for the province, as the interval then covers less."""
BETWEEN_DISTRICTS = 0.3
"""Standard deviation of district effects, in logits."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Design = Literal["A", "B"]
FIGURES = ("covered", "covered_wald", "width", "met", "not_met", "not_proven", "mean", "variance", "deff")
DOMAINS = ("province", "district, 6 communes", "district, 2 communes", "subgroup of 10%")


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """N = 145 communes.

    Attributes
    ----------
    codes : list of str
    district : ndarray of int, shape (N,)
    sampled : ndarray of int, shape (15,)
        n_h.
    shown : tuple of int
        The districts whose figures are shown.
    lists : ndarray of int, shape (2, N)
        People on the list of each commune: members of the subgroup, others.
    invited : ndarray of int, shape (N,)
        m_i, should the commune be drawn.
    block : ndarray of int, shape (N,)
        Communes calibrated together: 1 and 2 the districts shown, 0 the rest.
    """

    codes: list[str]
    district: Ints
    sampled: Ints
    shown: tuple[int, int]
    lists: Ints
    invited: Ints
    block: Ints

    def masks(self) -> list[NDArray[np.bool_]]:
        """Tell for each of `DOMAINS` which cells (members or others, commune) belong to it, each shape (2, N)."""
        everyone = np.ones(self.lists.shape, dtype=np.bool_)
        members = np.array([[True], [False]]) & everyone
        return [everyone, *((self.district == number) & everyone for number in self.shown), members]


@dataclass(frozen=True, eq=False, slots=True)
class Population:
    """A frame with the answers its people would give to one question a rate.

    Attributes
    ----------
    frame : Frame
    design : {"A", "B"}
    rates : tuple of float
        The rates asked for.
    people : ndarray, shape (2, N)
        What each cell counts for in the rate that the design estimates.
    shares : ndarray, shape (len(rates), 2, N)
        The rate in each cell.
    """

    frame: Frame
    design: Design
    rates: tuple[float, ...]
    people: Floats
    shares: Floats

    def truths(self) -> Floats:
        """Return the rates that the design estimates, shape (len(rates), len(DOMAINS))."""
        masks = self.frame.masks()
        return np.array([[np.average(s[m], weights=self.people[m]) for m in masks] for s in self.shares])

    def intraclass(self) -> Floats:
        """Return the share of the variance of an answer that lies between communes, shape (len(rates),)."""
        whole, rates = self.people.sum(axis=0), (self.shares * self.people).sum(axis=1) / self.people.sum(axis=0)
        mean = (rates @ whole / whole.sum())[:, None]
        between: Floats = (rates - mean) ** 2 @ whole / whole.sum()
        correlation: Floats = between / (mean * (1 - mean))[:, 0]
        return correlation


@dataclass(frozen=True, slots=True)
class Coverage:
    """What `replicates` surveys showed of one rate in one domain; shares of them, save where said.

    Attributes
    ----------
    covered, covered_wald : float
        Surveys whose interval holds the truth: the published one, and estimate ± 1.96 standard errors.
    width : float
        Mean width of the published interval.
    met, not_met, not_proven : float
        Verdicts of "at least `TARGET`".
    mean, deviation : float
        Of the estimates.
    variance : float
        Mean of the estimated variances; `deviation`² is what they estimate.
    deff : float
        Mean published design effect.
    """

    design: Design
    rate: float
    domain: str
    truth: float
    replicates: int
    covered: float
    covered_wald: float
    width: float
    met: float
    not_met: float
    not_proven: float
    mean: float
    deviation: float
    variance: float
    deff: float


def count_communes() -> list[int]:
    """Return the communes of each district of the territory, the largest first."""
    with TERRITORY.open(encoding="utf-8", newline="") as file:
        counted = Counter(line["district_code"] for line in csv.DictReader(file))
    return sorted(counted.values(), reverse=True)


def build_frame(chance: np.random.Generator) -> Frame:
    """Make up lists of 150 to 900 people; all sums over members are hundreds, so that 0.97 of them are people."""
    communes = count_communes()
    district = np.repeat(np.arange(len(communes)), communes)
    codes = [f"D{number + 1:02}C{place + 1:02}" for number, size in enumerate(communes) for place in range(size)]
    sampled = allocate(communes, 0.3, minimum=2, rule="total")
    shown = int(np.argmax(sampled == 6)), int(np.argmax(sampled == 2))
    block = np.select([district == number for number in shown], [1, 2], 0)
    members = chance.uniform(15, 90, len(codes))
    for number in range(3):
        inside = block == number
        total = 100 * round(members[inside].sum() / 100)
        scaled = members[inside] * total / members[inside].sum()
        members[inside] = round_by_largest_remainder(scaled.tolist(), total, minimum=15, maximum=90)
    lists = np.stack([members, 9 * members]).astype(np.int64)
    invited = allocate_respondents(lists.sum(axis=0), 40 * len(codes), minimum=20, maximum=60)
    return Frame(codes, district, sampled, shown, lists, invited, block)


def build_population(
    frame: Frame,
    design: Design,
    chance: np.random.Generator,
    *,
    rates: Sequence[float] = RATES,
    intraclass: float = INTRACLASS,
) -> Population:
    """Give communes beta-distributed rates, districts effects, and shift both until the design's rate is met."""
    place = chance.uniform(size=len(frame.codes))
    effect = (BETWEEN_DISTRICTS * chance.normal(size=len(frame.sampled)))[frame.district]
    effect[frame.block > 0] = 0
    people = frame.lists if design == "A" else np.outer([0.1, 0.9], frame.invited)
    shares = np.zeros((len(rates), *people.shape))
    for number, rate in enumerate(rates):
        spread = (1 - intraclass) / intraclass
        raw = np.clip(beta.ppf(place, rate * spread, (1 - rate) * spread), 1e-9, 1 - 1e-9)
        for block, group in product(range(3), range(2)):
            inside = frame.block == block
            weight = people[group, inside]
            found = _shift(logit(raw[inside]) + effect[inside], weight, rate)
            if design == "A":
                found = round_by_largest_remainder((weight * found).tolist(), round(rate * weight.sum())) / weight
            shares[number, group, inside] = found
    return Population(frame, design, tuple(rates), people.astype(np.float64), shares)


def _shift(logits: Floats, weight: Floats, rate: float) -> Floats:
    """Move logits by one constant so that the weighted mean of their rates is `rate`."""
    constant = brentq(lambda c: np.average(expit(logits + c), weights=weight) - rate, -20, 20, xtol=1e-14)
    shifted: Floats = expit(logits + constant)
    return shifted


def draw_communes(frame: Frame, seed: str) -> Ints:
    """Return the places in the frame of the communes drawn with a seed."""
    place_of = {code: place for place, code in enumerate(frame.codes)}
    drawn: list[int] = []
    for number, n in enumerate(frame.sampled.tolist()):
        members = [frame.codes[place] for place in np.flatnonzero(frame.district == number)]
        drawn += [place_of[code] for code in draw_smallest(members, seed, n)]
    return np.array(drawn)


def survey(population: Population, drawn: Ints, chance: np.random.Generator) -> list[list[Estimate]]:
    """Ask people of the drawn communes; return ``[domain][rate]``."""
    frame = population.frame
    invited, lists, shares = frame.invited[drawn], frame.lists[:, drawn], population.shares[:, :, drawn]
    if population.design == "A":
        members = chance.hypergeometric(lists[0], lists[1], invited)
        asked = np.stack([members, invited - members])
        yes = np.rint(shares * lists).astype(np.int64)
        satisfied = chance.hypergeometric(yes, lists - yes, asked)
    else:
        members = chance.binomial(invited, 0.1)
        asked = np.stack([members, invited - members])
        satisfied = chance.binomial(asked, shares)
    cell = np.repeat(np.arange(asked.size), asked.ravel())
    turn = np.arange(len(cell)) - (np.cumsum(asked) - asked.ravel())[cell]
    answers = turn[:, None] < satisfied.reshape(len(shares), -1).T[cell]
    group, commune = np.divmod(cell, len(drawn))
    district = frame.district[drawn][commune]
    communes = np.bincount(frame.district)[district]
    base = communes / frame.sampled[district]
    listed = lists.sum(axis=0)[commune] if population.design == "A" else None
    design = SurveyDesign.declare(
        psu=commune,
        strata=district,
        weights=base if listed is None else base * listed / invited[commune],
        psu_population=communes,
        element_population=listed,
    )
    domains = np.column_stack([mask[:, drawn][group, commune] for mask in frame.masks()])
    return design.ratios(answers.astype(np.float64), domains=domains)


def simulate(population: Population, *, replicates: int = REPLICATES, seed: int = SEED) -> list[Coverage]:
    """Repeat the survey and return what it showed of every rate in every domain."""
    chance = np.random.default_rng([seed, ord(population.design)])
    truths = population.truths()
    seen = np.zeros((replicates, len(DOMAINS), len(population.rates), len(FIGURES)))
    for replicate in range(replicates):
        drawn = draw_communes(population.frame, f"{seed}-{replicate}")
        estimates = survey(population, drawn, chance)
        for place, number in product(range(len(DOMAINS)), range(len(population.rates))):
            reference = estimates[0][number] if place else None
            seen[replicate, place, number] = look_at(estimates[place][number], reference, float(truths[number, place]))
    averages = np.nanmean(seen, axis=0)
    deviations = seen[..., FIGURES.index("mean")].std(axis=0, ddof=1)
    return [
        Coverage(
            population.design, rate, domain, float(truths[number, place]), replicates,
            deviation=float(deviations[place, number]),
            **dict(zip(FIGURES, averages[place, number].tolist(), strict=True)),
        )
        for number, rate in enumerate(population.rates)
        for place, domain in enumerate(DOMAINS)
    ]  # fmt: skip


def look_at(estimate: Estimate, reference: Estimate | None, truth: float) -> tuple[float, ...]:
    """Return `FIGURES` of one survey; a withheld interval has no width and covers nothing."""
    limits = published_interval(estimate, reference)
    wald = interval(estimate.estimate, estimate.se, math.inf, method="mean")
    verdict = judge(limits.low, limits.high, TARGET)
    return (
        limits.low <= truth <= limits.high,
        wald.low <= truth <= wald.high,
        limits.high - limits.low,
        verdict == "met",
        verdict == "not_met",
        verdict == "not_proven",
        estimate.estimate,
        estimate.variance,
        estimate.deff_with_replacement,
    )


def build_populations(seed: int = SEED, *, intraclass: float = INTRACLASS) -> list[Population]:
    """Return the province as either design looks at it."""
    frame = build_frame(np.random.default_rng([seed, 0]))
    return [
        build_population(frame, design, np.random.default_rng([seed, 1]), intraclass=intraclass)
        for design in ("A", "B")
    ]


def run(replicates: int = REPLICATES) -> None:
    """Print the table."""
    error = 100 * math.sqrt(0.95 * 0.05 / replicates)
    print(f"  {replicates} surveys of 44 of 145 communes, seed {SEED}; target {TARGET:.0%}; 95% intervals; shares in %")
    print(f"  (a coverage of 95% is seen with a standard error of {error:.1f} in so many surveys)")
    for intraclass in (INTRACLASS, STRONGER):
        for population in build_populations(intraclass=intraclass):
            start = time.perf_counter()
            correlations = ", ".join(f"{value:.3f}" for value in population.intraclass())
            name = "A, lists" if population.design == "A" else "B, no lists"
            print(f"\n  {name} (intraclass correlation at the rates below: {correlations})")
            print(f"  {'truth':>7}  {'domain':<21}{'covered':>9}{'Wald z':>8}{'width':>7}{'deff':>6}"
                  f"{'met':>7}{'not met':>9}{'not proven':>12}")  # fmt: skip
            for row in simulate(population, replicates=replicates):
                if intraclass == INTRACLASS or row.domain == "province":
                    print(f"  {100 * row.truth:7.2f}  {row.domain:<21}{100 * row.covered:9.1f}"
                          f"{100 * row.covered_wald:8.1f}{100 * row.width:7.1f}{row.deff:6.2f}{100 * row.met:7.1f}"
                          f"{100 * row.not_met:9.1f}{100 * row.not_proven:12.1f}")  # fmt: skip
            print(f"  {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATES)
