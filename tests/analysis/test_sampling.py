"""Allocation, inclusion probabilities and draws."""

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import allocate, draw_smallest, permanent_random_number
from analysis.sampling import (
    allocate_by_power,
    allocate_neyman,
    allocate_proportionally,
    allocate_respondents,
    allocate_whole,
    conditional_poisson_joint_probabilities,
    draw_pareto,
    equal_joint_probabilities,
    equal_probabilities,
    proportional_probabilities,
    round_by_largest_remainder,
    sampford_joint_probabilities,
    select_respondents,
    select_systematically,
    shift_random_number,
)
from analysis.verify.cases import Case
from analysis.verify.comparison import compare
from analysis.verify.estimands.sampling import ESTIMANDS

CASES = Path(__file__).parent.parent / "golden" / "cases"
SIZES = st.lists(st.integers(0, 60), min_size=1, max_size=20)
SHARES = st.integers(1, 100).map(lambda percent: Fraction(percent, 100))
LISTS = st.lists(st.integers(1, 900), min_size=2, max_size=15)
DISTRICTS = [20, 16, 14, 13, 12, 11, 10, 9, 9, 8, 7, 6, 5, 3, 2]


def read_cases(kinds: set[str]) -> list[Case]:
    return [
        Case.read(path)
        for path in sorted(CASES.glob("*.json"))
        if json.loads(path.read_text("utf-8"))["estimand"]["type"] in kinds
    ]


# The whole sample


def test_thirty_percent_of_ten_is_three_in_spite_of_floating_point() -> None:
    assert allocate([10] * 4, 0.3, rule="each_stratum").tolist() == [3] * 4
    assert allocate([100], 0.07, rule="each_stratum").tolist() == [7]  # 0.07 * 100 = 7.000000000000001
    assert allocate([50, 50], 0.29, rule="total").tolist() == [15, 14]


def test_the_share_may_be_text_or_fraction() -> None:
    for share in (0.3, "0.3", Fraction(3, 10)):
        assert allocate([20, 7], share, rule="each_stratum").tolist() == [6, 3]


def test_145_communes_give_44_in_all_or_51_with_the_share_in_each_district() -> None:
    assert allocate(DISTRICTS, 0.3).sum() == 44
    assert allocate(DISTRICTS, 0.3, rule="each_stratum").sum() == 51


@given(SIZES, SHARES, st.integers(0, 3))
def test_allocation_keeps_minimum_size_and_total(sizes: list[int], share: Fraction, minimum: int) -> None:
    got = allocate(sizes, share, minimum=minimum).tolist()
    floors = [min(minimum, size) for size in sizes]
    assert all(floor <= n <= size for floor, n, size in zip(floors, got, sizes, strict=True))
    assert sum(got) == max(int(share * sum(sizes) + Fraction(1, 2)), sum(floors))


@given(SIZES, SHARES, st.integers(0, 3))
def test_each_stratum_has_at_least_its_share_and_not_one_more(sizes: list[int], share: Fraction, minimum: int) -> None:
    got = allocate(sizes, share, minimum=minimum, rule="each_stratum").tolist()
    for n, size in zip(got, sizes, strict=True):
        assert min(minimum, size) <= n <= size
        assert n >= share * size
        assert n - 1 < max(share * size, min(minimum, size)) or n == 0


def test_ties_are_settled_by_the_order_of_the_strata() -> None:
    # Shares 1.5 and 1.5: the third seat goes to the first.
    # Shares 6, 6 and 0.9 of 13 in all, with a minimum of 2: the first also gives one up first.
    assert allocate([5, 5], 0.3, minimum=1).tolist() == [2, 1]
    assert allocate([20, 20, 3], 0.3).tolist() == [5, 6, 2]


def test_neyman_allocation_has_the_smallest_variance() -> None:
    sizes, deviations = np.array([9661.0, 4134.0, 727.0]), np.array([0.28, 0.46, 0.41])

    def variance(n: np.ndarray) -> float:
        return float((sizes**2 * deviations**2 / n).sum())

    best = allocate_neyman(sizes, deviations, 300)
    assert best.sum() == pytest.approx(300)
    for step in ([1, -1, 0], [-1, 0, 1], [0, 1, -1]):
        assert variance(best + step) > variance(best)
    assert variance(allocate_proportionally(sizes, 300)) > variance(best)


def test_dearer_interviews_are_made_less_often() -> None:
    # Equal n_h without costs; with costs 1 and 4 the ratio is √4 = 2 to 1.
    assert allocate_neyman([100, 100], [0.4, 0.4], 30, costs=[1, 4]).tolist() == [20.0, 10.0]


def test_power_allocation_runs_from_equal_to_proportional() -> None:
    assert allocate_by_power([100, 900], 40, power=0).tolist() == [20.0, 20.0]
    assert allocate_by_power([100, 900], 40, power=0.5).tolist() == [10.0, 30.0]
    assert allocate_by_power([100, 900], 40, power=1).tolist() == [4.0, 36.0]
    assert allocate_by_power([100, 900], 40, power=0, variations=[3, 1]).tolist() == [30.0, 10.0]


def test_what_a_small_stratum_cannot_give_is_shared_out_in_proportion() -> None:
    # 12 wanted of a stratum of 4; the other 16 go 3 to 1.
    assert allocate_whole([12, 6, 2], 20, maximum=[4, 100, 100]).tolist() == [4, 12, 4]


@given(LISTS, st.integers(0, 200), st.integers(0, 4))
def test_whole_numbers_keep_bounds_and_total(sizes: list[int], total: int, minimum: int) -> None:
    maximum = [minimum + size for size in sizes]
    got = allocate_whole(sizes, total, minimum=minimum, maximum=maximum)
    assert all(minimum <= n <= most for n, most in zip(got, maximum, strict=True))
    assert got.sum() == min(max(total, minimum * len(sizes)), sum(maximum))


def test_rounding_moves_no_share_by_one_or_more_without_bounds() -> None:
    shares = [195.9, 192.43, 140.42, 94.25]
    got = round_by_largest_remainder(shares, 623)
    assert got.sum() == 623
    assert all(abs(n - share) < 1 for n, share in zip(got, shares, strict=True))


def test_respondents_are_in_proportion_between_the_bounds() -> None:
    # 240·M/1500 = 48, 96, 64, 32; held at 60 and rounded, 40 are left over for those below 60.
    assert allocate_respondents([300, 600, 400, 200], 240).tolist() == [60, 60, 60, 60]
    assert allocate_respondents([300, 600, 400, 200], 150).tolist() == [30, 60, 40, 20]


def test_a_short_list_is_invited_whole() -> None:
    # Shares 1.5, 49.3 and 49.3, held at 15 and rounded: 13 too many, taken in turn from the first and the second.
    assert allocate_respondents([15, 500, 500], 100).tolist() == [15, 42, 43]


# Inclusion probabilities


def test_probabilities_in_proportion_to_size_take_out_certainties_in_turn() -> None:
    # n = 3 of 10, 20, 30, 140, 100: 3·140/300 = 1.4 -> 1; then 2·100/160 = 1.25 -> 1; then 1/6, 2/6, 3/6.
    got = proportional_probabilities([10, 20, 30, 140, 100], 3)
    assert got.tolist() == pytest.approx([1 / 6, 1 / 3, 1 / 2, 1, 1], abs=1e-15)


@given(LISTS, st.data(), st.sampled_from([0.0, 0.5, 1.0, 1.6]))
def test_inclusion_probabilities_sum_to_n(sizes: list[int], data: Any, power: float) -> None:
    n = data.draw(st.integers(0, len(sizes)))
    got = proportional_probabilities(sizes, n, power=power)
    assert got.sum() == pytest.approx(n, abs=1e-9)
    assert ((got >= 0) & (got <= 1)).all()
    chance = got < 1
    if n and chance.any():
        relative = got[chance] / np.asarray(sizes, float)[chance] ** power
        assert relative == pytest.approx(np.full(relative.size, relative[0]), rel=1e-9)


def test_a_census_takes_everyone_for_certain() -> None:
    assert (proportional_probabilities([0.7, 0.7, 0.7], 3) == 1).all()
    assert (equal_probabilities(3, 3) == 1).all()


def test_power_zero_gives_equal_probabilities() -> None:
    assert proportional_probabilities([1, 5, 9, 20], 2, power=0).tolist() == equal_probabilities(4, 2).tolist()


# Joint inclusion probabilities


def enumerate_pairs(population: int, n: int, weigh: Callable[[tuple[int, ...]], float]) -> np.ndarray:
    """Sum the probabilities of all samples that hold k and l: the definition."""
    joint, total = np.zeros((population, population)), 0.0
    for sample in combinations(range(population), n):
        weight = weigh(sample)
        total += weight
        joint[np.ix_(sample, sample)] += weight
    return joint / total


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_conditional_poisson_agrees_with_a_list_of_all_samples(n: int) -> None:
    odds = np.array([0.3, 1.0, 2.2, 0.05, 4.0, 0.9, 0.9])
    truth = enumerate_pairs(7, n, lambda sample: float(odds[list(sample)].prod()))
    assert conditional_poisson_joint_probabilities(np.diag(truth)) == pytest.approx(truth, abs=1e-11)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_sampford_agrees_with_a_list_of_all_samples(n: int) -> None:
    pi = proportional_probabilities([3, 4, 5, 6, 7, 8], n)
    odds = pi / (1 - pi)

    def weigh(sample: tuple[int, ...]) -> float:
        # Sampford: one unit drawn with π, the others with odds, kept if all differ.
        return sum(pi[first] * odds[[unit for unit in sample if unit != first]].prod() for first in sample)

    truth = enumerate_pairs(6, n, weigh)
    assert np.diag(truth) == pytest.approx(pi, abs=1e-12)  # Sampford's theorem
    assert sampford_joint_probabilities(pi) == pytest.approx(truth, abs=1e-12)


@given(st.lists(st.floats(0.05, 20), min_size=3, max_size=9), st.data())
def test_rows_of_joint_probabilities_sum_to_n_times_pi(sizes: list[float], data: Any) -> None:
    n = data.draw(st.integers(1, len(sizes) - 1))
    pi = proportional_probabilities(sizes, n)
    for joint in (conditional_poisson_joint_probabilities(pi), sampford_joint_probabilities(pi)):
        assert joint.sum(axis=1) == pytest.approx(n * pi, abs=1e-8)
        assert joint == pytest.approx(joint.T, abs=0)
        assert (joint >= 0).all()
        off = ~np.eye(len(sizes), dtype=bool)
        assert (joint[off] <= np.outer(pi, pi)[off] + 1e-9).all()  # so Yates-Grundy-Sen is not negative


def test_equal_probabilities_make_both_designs_simple_random_sampling() -> None:
    simple = equal_joint_probabilities(9, 4)
    assert simple[0, 1] == pytest.approx(4 * 3 / (9 * 8))
    assert conditional_poisson_joint_probabilities([4 / 9] * 9) == pytest.approx(simple, abs=1e-12)
    assert sampford_joint_probabilities([4 / 9] * 9) == pytest.approx(simple, abs=1e-12)


def test_a_certain_unit_is_drawn_with_another_as_often_as_that_one_is() -> None:
    pi = [1.0, 0.5, 0.7, 0.8, 0.0]
    for joint in (conditional_poisson_joint_probabilities(pi), sampford_joint_probabilities(pi)):
        assert joint[0].tolist() == pi
        assert joint[4].tolist() == [0.0] * 5
        assert joint[1:4, 1:4].sum(axis=1) == pytest.approx([2 * p for p in pi[1:4]])


# Draws


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


# Errors


@pytest.mark.parametrize(
    "call",
    [
        lambda: allocate([5], 0),
        lambda: allocate([5], 1.01),
        lambda: allocate([5], -0.3),
        lambda: allocate([5], float("nan")),
        lambda: allocate([5], "thirty"),
        lambda: allocate([5, -1], 0.3),
        lambda: allocate([5.5], 0.3),  # type: ignore[list-item]
        lambda: allocate([5], 0.3, minimum=-1),
        lambda: allocate([5], 0.3, rule="each"),  # type: ignore[arg-type]
        lambda: allocate_proportionally([1, float("nan")], 10),
        lambda: allocate_proportionally([0, 0], 10),
        lambda: allocate_proportionally([1, 2], 0),
        lambda: allocate_neyman([1, 2], [0.5], 10),
        lambda: allocate_neyman([1, 2], [0.5, -0.1], 10),
        lambda: allocate_neyman([1, 2], [0.5, 0.5], 10, costs=[1, 0]),
        lambda: allocate_by_power([1, 2], 10, power=1.5),
        lambda: allocate_whole([], 10),
        lambda: allocate_whole([0, 0], 10),
        lambda: allocate_whole([1, 2], 10, minimum=3, maximum=2),
        lambda: allocate_respondents([0, 0], 10),
        lambda: allocate_respondents([100], 10, minimum=30, maximum=20),
        lambda: round_by_largest_remainder([1.0, -1.0], 2),
        lambda: round_by_largest_remainder([1.0], 2, minimum=[0, 0]),
        lambda: draw_smallest(["a", "b", "a"], "seed", 1),
        lambda: draw_smallest(["a", "b"], "seed", 3),
        lambda: draw_smallest(["a", "b"], "seed", -1),
        lambda: draw_smallest(["a", "b"], "seed", 1, shift=1.0),
        lambda: equal_probabilities(3, 4),
        lambda: equal_probabilities(0, 0),
        lambda: equal_joint_probabilities(3, 0),
        lambda: proportional_probabilities([1, 0], 1),
        lambda: proportional_probabilities([1, float("nan")], 1),
        lambda: proportional_probabilities([1, 2], 3),
        lambda: draw_pareto(["a", "b"], "seed", [0.5, 0.6]),
        lambda: draw_pareto(["a", "b"], "seed", [0.5, 1.5]),
        lambda: draw_pareto(["a", "b"], "seed", [1.0]),
        lambda: draw_pareto(["a", "a"], "seed", [0.5, 0.5]),
        lambda: sampford_joint_probabilities([0.5, 0.7]),
        lambda: conditional_poisson_joint_probabilities([0.5, float("nan")]),
        lambda: select_systematically([0.5, 0.5], 1.0),
        lambda: select_systematically([0.5, -0.5], 0.5),
        lambda: select_respondents("seed", "a", 10, 11),
        lambda: select_respondents("seed", "a", 10, 0),
        lambda: select_respondents("seed", "a", 10, 2, method="every"),  # type: ignore[arg-type]
    ],
)
def test_nonsense_is_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"\d|stands twice|thirty|unknown|nan|empty|every share|no units"):
        call()


# The reference cases


@pytest.mark.parametrize("case", read_cases(set(ESTIMANDS)), ids=lambda case: case.name)
def test_reference_cases_are_reproduced(case: Case) -> None:
    got = ESTIMANDS[case.estimand["type"]](case)
    assert [str(failure) for failure in compare(case.results, got, case.tolerance)] == []


@pytest.mark.parametrize(
    ("kind", "figure"),
    [
        ("stratum_allocation_30pct", "n"),
        ("optimal_allocation_real", "neyman"),
        ("respondent_allocation", "n"),
        ("inclusion_probabilities", "pi"),
        ("joint_inclusion_probabilities", "pi2"),
        ("reproducible_respondent_selection", "systematic_positions_0based"),
        ("reproducible_selection_prn", "u"),
    ],
)
def test_a_wrong_figure_in_a_reference_case_is_noticed(kind: str, figure: str) -> None:
    for case in read_cases({kind}):
        wrong = json.loads(json.dumps(case.results))
        value = wrong[0][figure]
        row = value if not isinstance(value, list) else value[0] if isinstance(value[0], list) else value
        if isinstance(row, list):
            row[0] += 1 if isinstance(row[0], int) else 1e-4
        else:
            wrong[0][figure] = row + 1e-4
        changed = replace(case, results=wrong)
        assert list(compare(wrong, ESTIMANDS[kind](changed), case.tolerance))
