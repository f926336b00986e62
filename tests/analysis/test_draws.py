"""Draws of units and of people: repeatable, nested, with the probabilities they were given."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import draw_smallest, permanent_random_number
from analysis.sampling import (
    draw_pareto,
    proportional_probabilities,
    select_respondents,
    select_systematically,
    shift_random_number,
)

LISTS = st.lists(st.integers(1, 900), min_size=2, max_size=15)


@given(st.lists(st.text(max_size=8), unique=True, max_size=30), st.text(max_size=8), st.data())
def test_a_larger_draw_holds_the_smaller_one(codes: list[str], seed: str, data: Any) -> None:
    n = data.draw(st.integers(0, len(codes)))
    drawn = draw_smallest(codes, seed, n)
    assert len(drawn) == n
    assert set(drawn) >= set(draw_smallest(codes, seed, max(n - 1, 0)))
    assert set(drawn) == set(draw_smallest(codes[::-1], seed, n))


def test_the_numbers_are_spread_evenly() -> None:
    u = sorted(permanent_random_number("seed", str(code)) for code in range(4000))
    gap = max(abs(value - (rank + 0.5) / 4000) for rank, value in enumerate(u))
    assert gap < 1.63 / 4000**0.5  # Kolmogorov, 1%


def test_another_seed_gives_another_draw() -> None:
    codes = [f"C{number}" for number in range(40)]
    assert draw_smallest(codes, "2026", 10) != draw_smallest(codes, "2027", 10)


def test_a_shift_keeps_rotates_or_replaces_the_communes() -> None:
    codes = [f"C{number}" for number in range(2000)]
    first = set(draw_smallest(codes, "wave", 600))
    assert set(draw_smallest(codes, "wave", 600, shift=0.0)) == first
    half = len(first & set(draw_smallest(codes, "wave", 600, shift=0.15))) / 600
    assert half == pytest.approx(0.5, abs=0.06)  # 0.15 of a window of 0.3 leaves it
    assert not first & set(draw_smallest(codes, "wave", 600, shift=0.5))


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_a_shifted_number_stays_a_random_number(number: float, shift: float) -> None:
    assert 0 <= shift_random_number(number, shift) < 1


def test_pareto_draws_with_the_probabilities_it_was_given() -> None:
    codes = [f"C{number}" for number in range(12)]
    pi = proportional_probabilities([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 30], 4)
    turns = 4000
    counts = dict.fromkeys(codes, 0)
    for turn in range(turns):
        drawn = draw_pareto(codes, f"seed{turn}", pi)
        assert len(drawn) == 4
        for code in drawn:
            counts[code] += 1
    assert counts["C11"] == turns  # π = 1
    for code, p in zip(codes, pi, strict=True):
        # Rosén's approximation is off by some thousandths; 4 standard errors on top.
        assert counts[code] / turns == pytest.approx(p, abs=0.005 + 4 * (p * (1 - p) / turns) ** 0.5)


def test_pareto_with_equal_probabilities_draws_the_smallest_numbers() -> None:
    codes = [f"C{number}" for number in range(20)]
    assert draw_pareto(codes, "2026", [0.25] * 20) == draw_smallest(codes, "2026", 5)
    assert draw_pareto(codes, "2026", [0.25] * 20, shift=0.4) == draw_smallest(codes, "2026", 5, shift=0.4)


def test_pareto_does_not_depend_on_the_order_of_the_frame() -> None:
    codes = [f"C{number}" for number in range(10)]
    pi = proportional_probabilities(range(1, 11), 4)
    assert set(draw_pareto(codes, "s", pi)) == set(draw_pareto(codes[::-1], "s", pi[::-1]))


def test_systematic_sampling_takes_the_units_in_which_a_step_falls() -> None:
    # v = 0.2, 0.8, 1.5, 2, 3; with u = 0.75 the steps 0.75, 1.75 and 2.75 fall in units 1, 3 and 4.
    got = select_systematically([0.2, 0.6, 0.7, 0.5, 1.0], 0.75)
    assert np.flatnonzero(got).tolist() == [1, 3, 4]


@given(LISTS, st.data(), st.floats(0, 1, exclude_max=True))
def test_systematic_sampling_draws_n_units_and_every_certain_one(sizes: list[int], data: Any, start: float) -> None:
    n = data.draw(st.integers(0, len(sizes)))
    pi = proportional_probabilities(sizes, n)
    got = select_systematically(pi, start)
    assert got.sum() == n
    assert got[pi == 1].all()


def test_over_all_starts_a_unit_is_drawn_as_often_as_its_probability() -> None:
    pi = np.array([0.125, 0.5, 0.75, 0.25, 0.375])
    starts = (np.arange(64) + 0.5) / 64
    assert np.mean([select_systematically(pi, start) for start in starts], axis=0).tolist() == pi.tolist()


@given(st.integers(1, 400), st.data(), st.sampled_from(["simple", "systematic"]))
def test_respondents_are_different_people_on_the_list(list_size: int, data: Any, method: Any) -> None:
    m = data.draw(st.integers(1, list_size))
    got = select_respondents("2026", "D01C01", list_size, m, method=method).tolist()
    assert len(set(got)) == m
    assert got == sorted(got)
    assert 0 <= got[0] <= got[-1] < list_size


def test_systematic_respondents_are_spread_over_the_list() -> None:
    gaps = np.diff(select_respondents("2026", "D01C01", 1000, 37, method="systematic"))
    assert set(gaps.tolist()) == {27, 28}  # 1000/37 = 27.03
