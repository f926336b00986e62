"""How a sample is divided among strata and people."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import allocate
from analysis.sampling import (
    allocate_by_power,
    allocate_neyman,
    allocate_proportionally,
    allocate_respondents,
    allocate_whole,
    round_by_largest_remainder,
)

SIZES = st.lists(st.integers(0, 60), min_size=1, max_size=20)

SHARES = st.integers(1, 100).map(lambda percent: Fraction(percent, 100))

LISTS = st.lists(st.integers(1, 900), min_size=2, max_size=15)

DISTRICTS = [20, 16, 14, 13, 12, 11, 10, 9, 9, 8, 7, 6, 5, 3, 2]


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
