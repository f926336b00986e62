"""Allocation and the draw."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import allocate, draw_smallest, permanent_random_number

SIZES = st.lists(st.integers(0, 60), min_size=1, max_size=20)
SHARES = st.integers(1, 100).map(lambda percent: Fraction(percent, 100))


def test_thirty_percent_of_ten_is_three_in_spite_of_floating_point() -> None:
    assert allocate([10] * 4, 0.3, rule="each_stratum").tolist() == [3] * 4
    assert allocate([100], 0.07, rule="each_stratum").tolist() == [7]  # 0.07 * 100 = 7.000000000000001
    assert allocate([50, 50], 0.29, rule="total").tolist() == [15, 14]


def test_the_share_may_be_text_or_fraction() -> None:
    for share in (0.3, "0.3", Fraction(3, 10)):
        assert allocate([20, 7], share, rule="each_stratum").tolist() == [6, 3]


def test_145_communes_give_44_in_all_or_51_with_the_share_in_each_district() -> None:
    districts = [20, 16, 14, 13, 12, 11, 10, 9, 9, 8, 7, 6, 5, 3, 2]
    assert allocate(districts, 0.3).sum() == 44
    assert allocate(districts, 0.3, rule="each_stratum").sum() == 51


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
        lambda: draw_smallest(["a", "b", "a"], "seed", 1),
        lambda: draw_smallest(["a", "b"], "seed", 3),
        lambda: draw_smallest(["a", "b"], "seed", -1),
    ],
)
def test_nonsense_is_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"\d|stands twice|thirty|unknown|nan"):
        call()


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


def test_ties_are_settled_by_the_order_of_the_strata() -> None:
    # Shares 1.5 and 1.5: the third seat goes to the first.
    # Shares 6, 6 and 0.9 of 13 in all, with a minimum of 2: the first also gives one up first.
    assert allocate([5, 5], 0.3, minimum=1).tolist() == [2, 1]
    assert allocate([20, 20, 3], 0.3).tolist() == [5, 6, 2]
