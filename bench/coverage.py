"""Coverage: how often the published interval holds the true rate, and how often a target counts as met that is not.

One province of 145 communes is surveyed again and again: communes by `allocate` and permanent random numbers, as the
application draws them, people at random. Every survey goes through the functions that publish. Two designs:

- A, lists: the size M_i of each commune's list is known. m_i people are drawn from it without replacement; an answer
  weighs (N_h/n_h)(M_i/m_i); both finite population corrections. It estimates Σ K_i/Σ M_i, the share of satisfied
  people on the lists (K_i of M_i).
- B, no lists: what the application does (docs/decisions/0006). m_i people come, each independent of the others; an
  answer weighs N_h over the answering communes; the second stage counts as drawn with replacement. It estimates
  Σ m_i P_i/Σ m_i over all 145 communes (P_i the rate in commune i): each commune counts by the answers it would give.

In both, m_i is settled before the draw: in proportion to the list, 20 to 60. The population is calibrated to the design
that looks at it, so that what it estimates is the rate asked for: in the province, in both districts shown, and among
the members of the subgroup, a tenth of the people in every commune. The other districts differ.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
COMMUNES = (20, 16, 14, 13, 12, 11, 10, 9, 9, 8, 7, 6, 5, 3, 2)
INTRACLASS = 0.03
"""Correlation of two answers of a commune: 40 of them have a design effect of 1 + 39·0.03 = 2.2."""
BETWEEN_DISTRICTS = 0.3
"""Standard deviation of district effects, in logits."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Design = Literal["A", "B"]
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
    """

    codes: list[str]
    district: Ints
    sampled: Ints
    shown: tuple[int, int]
    lists: Ints
    invited: Ints

    @property
    def block(self) -> Ints:
        """Communes calibrated together, shape (N,): each of the districts shown, and the rest."""
        return np.select([self.district == number for number in self.shown], [1, 2], 0).astype(np.int64)

    def masks(self) -> list[NDArray[np.bool_]]:
        """Tell for each of `DOMAINS` which cells (members or others, commune) belong to it, each shape (2, N)."""
        everyone = np.ones(self.lists.shape, dtype=np.bool_)
        members = np.array([[True], [False]]) & everyone
        return [everyone, *((self.district == number) & everyone for number in self.shown), members]


@dataclass(frozen=True, eq=False, slots=True)
class Population:
    """A frame with the answers its people would give to one question for each of `rates`.

    Attributes
    ----------
    frame : Frame
    design : {"A", "B"}
    people : ndarray, shape (2, N)
        What each cell counts for in the rate that the design estimates.
    shares : ndarray, shape (len(rates), 2, N)
        The rate in each cell.
    """

    frame: Frame
    design: Design
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
        return ((rates - mean) ** 2 @ whole / whole.sum()) / (mean * (1 - mean))[:, 0]


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
    deff: float


def build_frame(chance: np.random.Generator, communes: Sequence[int] = COMMUNES) -> Frame:
    """Make up lists of 150 to 900 people; all sums over members are hundreds, so that 0.97 of them are people."""
    district = np.repeat(np.arange(len(communes)), communes)
    codes = [f"D{number + 1:02}C{place + 1:02}" for number, size in enumerate(communes) for place in range(size)]
    sampled = allocate(communes, 0.3, minimum=2, rule="total")
    large = int(np.argmax(sampled == 6))
    small = int(np.argmax(sampled == 2))
    frame = Frame(codes, district, sampled, (large, small), np.zeros((2, len(codes)), np.int64), np.zeros(0, np.int64))
    members = chance.uniform(15, 90, len(codes))
    for block in range(3):
        of_block = frame.block == block
        total = 100 * round(members[of_block].sum() / 100)
        scaled = members[of_block] * total / members[of_block].sum()
        members[of_block] = round_by_largest_remainder(scaled.tolist(), total, minimum=15, maximum=90)
    lists = np.stack([members, 9 * members]).astype(np.int64)
    invited = allocate_respondents(lists.sum(axis=0), 40 * len(codes), minimum=20, maximum=60)
    return Frame(codes, district, sampled, (large, small), lists, invited)


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
        for block in range(3):
            of_block = frame.block == block
            for group in range(2):
                weight = people[group, of_block]
                found = _shift(logit(raw[of_block]) + effect[of_block], weight, rate)
                if design == "A":
                    satisfied = round_by_largest_remainder((weight * found).tolist(), round(rate * weight.sum()))
                    found = satisfied / weight
                shares[number, group, of_block] = found
    return Population(frame, design, people.astype(np.float64), shares)


def _shift(logits: Floats, weight: Floats, rate: float) -> Floats:
    """Move logits by one constant so that the weighted mean of their rates is `rate`."""
    constant = brentq(lambda c: np.average(expit(logits + c), weights=weight) - rate, -20, 20, xtol=1e-14)
    return expit(logits + constant)


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


def simulate(
    population: Population, *, rates: Sequence[float] = RATES, replicates: int = REPLICATES, seed: int = SEED
) -> Iterator[Coverage]:
    """Repeat the survey and yield what it showed of every rate in every domain."""
    chance = np.random.default_rng([seed, ord(population.design)])
    truths = population.truths()
    seen = np.zeros((replicates, *truths.T.shape, len(_FIGURES)))
    for replicate in range(replicates):
        drawn = draw_communes(population.frame, f"{seed}-{replicate}")
        estimates = survey(population, drawn, chance)
        for place, row in enumerate(estimates):
            for number, estimate in enumerate(row):
                reference = estimates[0][number] if place else None
                seen[replicate, place, number] = _look(estimate, reference, truths[number, place])
    for number, rate in enumerate(rates):
        for place, domain in enumerate(DOMAINS):
            figures = seen[:, place, number]
            average = dict(zip(_FIGURES, np.nanmean(figures, axis=0).tolist(), strict=True))
            yield Coverage(
                population.design, rate, domain, float(truths[number, place]), replicates,
                **average, deviation=float(figures[:, _FIGURES.index("mean")].std(ddof=1)),
            )  # fmt: skip


_FIGURES = ("covered", "covered_wald", "width", "met", "not_met", "not_proven", "mean", "deff")


def _look(estimate: Estimate, reference: Estimate | None, truth: float) -> tuple[float, ...]:
    """Return the values of `_FIGURES` in one survey; a withheld interval has no width and covers nothing."""
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
        estimate.deff_with_replacement,
    )


def build_populations(seed: int = SEED) -> list[Population]:
    """Return the province as either design looks at it."""
    frame = build_frame(np.random.default_rng([seed, 0]))
    return [build_population(frame, design, np.random.default_rng([seed, 1])) for design in ("A", "B")]


def run(replicates: int = REPLICATES) -> None:
    """Print the table."""
    print(f"  {replicates} surveys of 44 of 145 communes, seed {SEED}; target {TARGET:.0%}; 95% intervals; shares in %")
    for population in build_populations():
        start = time.perf_counter()
        correlations = ", ".join(f"{value:.3f}" for value in population.intraclass())
        name = "A, lists" if population.design == "A" else "B, no lists"
        print(f"\n  {name} (intraclass correlation at the rates below: {correlations})")
        print(f"  {'truth':>7}  {'domain':<21}{'covered':>9}{'Wald z':>8}{'width':>7}{'deff':>6}"
              f"{'met':>7}{'not met':>9}{'not proven':>12}")  # fmt: skip
        for row in simulate(population, replicates=replicates):
            print(f"  {100 * row.truth:7.2f}  {row.domain:<21}{100 * row.covered:9.1f}{100 * row.covered_wald:8.1f}"
                  f"{100 * row.width:7.1f}{row.deff:6.2f}{100 * row.met:7.1f}{100 * row.not_met:9.1f}"
                  f"{100 * row.not_proven:12.1f}")  # fmt: skip
        print(f"  {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATES)
