"""What the published interval is worth, by simulation: see `bench.coverage`."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from pytest import approx

from bench.coverage import (
    RATES,
    REPLICATES,
    SEED,
    Coverage,
    Population,
    build_populations,
    count_communes,
    draw_communes,
    simulate,
    survey,
)

LISTS, NO_LISTS = build_populations()
DESIGNS = pytest.mark.parametrize("population", [LISTS, NO_LISTS], ids=["lists", "no lists"])


@cache
def province(population: Population, replicates: int) -> dict[float, Coverage]:
    rows = simulate(population, replicates=replicates)
    return {row.rate: row for row in rows if row.domain == "province"}


@DESIGNS
def test_the_true_rate_is_the_one_asked_for_in_every_domain_shown(population: Population) -> None:
    assert population.truths() == approx(np.tile(np.array(RATES)[:, None], (1, 4)), abs=1e-12)


def test_the_province_is_as_described() -> None:
    frame, people = LISTS.frame, LISTS.frame.lists.sum(axis=0)
    assert np.bincount(frame.district).tolist() == [19, 14, 12, 11, 11, 11, 10, 10, 9, 8, 8, 7, 6, 5, 4]
    assert (people.min() >= 150, people.max() <= 900, frame.invited.min(), frame.invited.max()) == (True, True, 20, 60)
    satisfied = LISTS.shares * frame.lists
    assert satisfied == approx(np.rint(satisfied), abs=1e-9)
    drawn = draw_communes(frame, "1")
    assert np.bincount(frame.district[drawn]).tolist() == [6, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2]
    assert len(set(drawn.tolist())) == 44


def test_asking_everybody_gives_the_truth_without_error() -> None:
    frame = replace(LISTS.frame, sampled=np.array(count_communes()), invited=LISTS.frame.lists.sum(axis=0))
    estimates = survey(replace(LISTS, frame=frame), np.arange(145), np.random.default_rng(1))
    rates = np.array([[one.estimate for one in row] for row in estimates]).T
    assert rates == approx(LISTS.truths(), abs=1e-12)
    assert {one.variance for row in estimates for one in row} == {0.0}


@DESIGNS
def test_estimates_are_right_on_average_and_so_are_their_variances(population: Population) -> None:
    for row in province(population, 300).values():
        assert row.mean == approx(row.truth, abs=4 * row.deviation / np.sqrt(300))
        assert row.variance == approx(row.deviation**2, rel=4 * np.sqrt(2 / 300))
        assert row.covered >= row.covered_wald
        assert row.met + row.not_met + row.not_proven == approx(1)


@DESIGNS
@pytest.mark.filterwarnings("ignore:Mean of empty slice")  # a district of one mind has no design effect
def test_districts_weigh_by_their_communes_not_by_those_drawn(population: Population) -> None:
    one_district = np.broadcast_to(population.frame.district == 0, population.shares.shape).astype(float)
    row = simulate(replace(population, shares=one_district), replicates=200)[0]
    assert row.mean == approx(row.truth, abs=4 * row.deviation / np.sqrt(200))


def test_the_same_seed_gives_the_same_figures() -> None:
    once, again, other = (simulate(LISTS, replicates=5, seed=seed) for seed in (SEED, SEED, SEED + 1))
    assert once == again
    assert once != other


@pytest.mark.long
@DESIGNS
@pytest.mark.parametrize("rate", [0.8, 0.97])
def test_the_interval_of_the_province_covers_in_2000_surveys(population: Population, rate: float) -> None:
    assert 0.94 <= province(population, REPLICATES)[rate].covered <= 0.97


@pytest.mark.long
@DESIGNS
@pytest.mark.parametrize("rate", [0.8, 0.97])
def test_the_interval_of_the_province_covers_in_10000_surveys(population: Population, rate: float) -> None:
    assert 0.94 <= province(population, 10_000)[rate].covered <= 0.97


@pytest.mark.long
@DESIGNS
@pytest.mark.parametrize("replicates", [REPLICATES, 10_000])
def test_a_province_at_the_target_is_rarely_declared_above_it(population: Population, replicates: int) -> None:
    assert province(population, replicates)[0.8].met <= 0.035
