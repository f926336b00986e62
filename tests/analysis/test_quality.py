"""Speeders, patterns, duplicates and collectors: by hand, by brute force, and against R's tests."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from analysis.errors import DesignError, MeasureError
from analysis.quality import (
    CollectorMeasure,
    Flag,
    compare_collectors,
    compare_ranks,
    compare_shares,
    find_exact_duplicates,
    find_long_runs,
    find_near_duplicates,
    find_speeders,
    find_straight_lines,
    flag_collectors,
    longest_runs,
    match_answers,
    measure_responses,
    missing_shares,
    relative_times,
    robust_z,
    speed_index,
)

NAN = float("nan")
FEW_ANSWERS = arrays(np.float64, (9, 4), elements=st.sampled_from([1, 2, 3, NAN]))


def test_a_response_is_compared_with_the_median_of_its_own_channel() -> None:
    seconds = [600, 650, 700, 320, 100, 110, 120, 40]
    channel = ["visit"] * 4 + ["web"] * 4
    flags = find_speeders(seconds, groups=channel)
    # By hand: medians 625 and 105; 320/625 = 0.512 stays, 40/105 = 0.381 does not.
    assert flags == [Flag("fast", "7", 40 / 105, "median_time", 0.5)]
    assert [flag.subject for flag in find_speeders(seconds, groups=channel, share=0.6)] == ["3", "7"]
    assert_allclose(relative_times([300, NAN, 600]), [300 / 450, NAN, 600 / 450])


def test_nobody_reads_faster_than_the_floor() -> None:
    flags = find_speeders([100, 30, 25, 10], seconds_per_item=2, items_answered=[20, 20, 10, 0], share=0.1)
    assert flags == [Flag("faster_than_reading", "1", 1.5, "seconds_per_item", 2)]


def test_the_speed_index_is_the_mean_of_capped_page_speeds() -> None:
    pages = np.array([[10, 40], [20, 20], [40, NAN], [NAN, NAN]])
    # Medians 20 and 30. Row 0: 2 and 0.75; row 1: 1 and 1.5; row 2: 0.5 alone.
    assert_allclose(speed_index(pages), [1.375, 1.25, 0.5, NAN])
    assert speed_index([[1, 20], [20, 20], [20, 20]])[0] == pytest.approx((3 + 1) / 2)
    assert speed_index([[1, 20], [20, 20], [20, 20]], cap=30)[0] == pytest.approx((20 + 1) / 2)


@given(arrays(np.float64, 9, elements=st.floats(1, 1e5)), st.floats(0.1, 100))
def test_relative_times_do_not_depend_on_the_unit(seconds: np.ndarray, unit: float) -> None:
    assert_allclose(relative_times(seconds * unit), relative_times(seconds))
    assert np.median(relative_times(seconds)) == pytest.approx(1)


@given(FEW_ANSWERS)
def test_the_longest_run_is_that_found_by_hand(items: np.ndarray) -> None:
    by_hand = [
        max((len(list(run)) for answer, run in groupby(row.tolist()) if answer == answer), default=0) for row in items
    ]
    assert longest_runs(items).tolist() == by_hand


def test_long_runs_and_straight_lines_say_what_they_are_compared_with() -> None:
    items = [[4, 4, 4, 4], [4, 4, 4, 2], [1, 2, 3, 4], [5, 5, 5, NAN]]
    assert find_long_runs(items, share=1) == [Flag("long_run", "0", 1.0, "median_run", 0.75)]
    assert [flag.subject for flag in find_long_runs(items, share=0.75)] == ["0", "1", "3"]
    assert find_straight_lines(items) == [
        Flag("straight_line", "0", 1.0, "all_respondents", 0.5),
        Flag("straight_line", "3", 0.75, "all_respondents", 0.5),
    ]


def test_an_item_that_was_not_asked_is_no_gap() -> None:
    items = [[4, NAN, NAN], [4, 5, NAN], [NAN, NAN, NAN]]
    assert_allclose(missing_shares(items), [2 / 3, 1 / 3, 1])
    asked = [[True, True, False], [True, True, False], [False, False, False]]
    assert_allclose(missing_shares(items, asked), [0.5, 0, NAN])


@given(FEW_ANSWERS)
def test_exact_duplicates_are_those_found_pair_by_pair(answers: np.ndarray) -> None:
    rows = [tuple(row) for row in np.where(np.isnan(answers), 0, answers).tolist()]
    enough = [sum(x > 0 for x in row) >= 2 and len(set(row) - {0}) > 1 for row in rows]
    expected = [
        (str(i), f"row {rows.index(rows[i])}", float(rows.count(rows[i])))
        for i in range(len(rows))
        if enough[i] and rows.index(rows[i]) < i
    ]
    flags = find_exact_duplicates(answers)
    assert [(flag.subject, flag.compared_with, flag.reference) for flag in flags] == expected


def test_straight_lines_are_no_duplicates_unless_asked_for() -> None:
    answers = [[4, 4, 4, NAN]] * 3 + [[4, 5, 4, NAN]] * 2
    assert [flag.subject for flag in find_exact_duplicates(answers)] == ["4"]
    assert [flag.subject for flag in find_exact_duplicates(answers, straight_lines=True)] == ["1", "2", "4"]
    assert find_exact_duplicates(answers, minimum_answered=4) == []


@given(FEW_ANSWERS, st.lists(st.sampled_from("ab"), min_size=9, max_size=9))
def test_the_percent_match_is_that_found_pair_by_pair(answers: np.ndarray, groups: list[str]) -> None:
    match = match_answers(answers, groups)
    every = []
    for i in range(9):
        shares = {}
        for j in range(9):
            both = ~np.isnan(answers[i]) & ~np.isnan(answers[j])
            if i != j and groups[i] == groups[j] and both.sum() >= 2:
                shares[j] = (answers[i] == answers[j])[both].mean()
        every += shares.values()
        if shares:
            assert match.share[i] == pytest.approx(max(shares.values()))
            assert shares[int(match.nearest[i])] == pytest.approx(max(shares.values()))
        else:
            assert np.isnan(match.share[i])
            assert match.nearest[i] == -1
    assert match.mean_share == pytest.approx(np.mean(every) if every else NAN, nan_ok=True)


def test_the_percent_match_does_not_depend_on_the_size_of_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = np.random.default_rng(7).integers(1, 6, (60, 8)).astype(float)
    whole = match_answers(answers)
    monkeypatch.setattr("analysis.quality.duplicates.CELLS_AT_ONCE", 60 * 7)
    parts = match_answers(answers)
    assert_allclose(parts.share, whole.share)
    assert parts.nearest.tolist() == whole.nearest.tolist()
    assert parts.mean_share == pytest.approx(whole.mean_share)


def test_seventeen_of_twenty_equal_answers_are_a_near_duplicate_at_85_percent() -> None:
    first = np.arange(20.0)
    second = np.r_[first[:17], 90, 91, 92]
    far = np.arange(50.0, 70.0)
    flags = find_near_duplicates([first, second, far])
    assert [(flag.subject, flag.compared_with) for flag in flags] == [("0", "row 1"), ("1", "row 0")]
    assert flags[0].reference == pytest.approx(0.85 / 3)
    assert find_near_duplicates([first, second, far], ["x", "y", "x"]) == []
    assert find_near_duplicates([first, second, far], share=0.86) == []


def test_the_tests_are_those_of_r() -> None:
    # R: fisher.test(matrix(c(9, 11, 15, 185), 2)), then alternative = "greater" and "less"
    for direction, p in (("both", 3.7135238427e-05), ("high", 3.7135238427e-05), ("low", 0.999996775961)):
        assert compare_shares(9, 20, 15, 200, direction) == pytest.approx(p, rel=1e-9)
    # R: wilcox.test(c(3.1, 4.2, 4.2, 5.0, 1.0), c(4.2, 6, 7, 8, 5, 9, 3.1), exact = FALSE)
    values = [3.1, 4.2, 4.2, 5.0, 1.0, 4.2, 6, 7, 8, 5, 9, 3.1]
    inside = np.arange(12) < 5
    for direction, p in (("both", 0.0710067986996), ("low", 0.0355033993498), ("high", 0.975555838804)):
        assert compare_ranks(values, inside, direction) == pytest.approx(p, rel=1e-10)
    # R: (z - median(z))/mad(z), mad with its constant 1.4826
    assert_allclose(robust_z([10, 11, 12, 13, 40]), [-1.34898, -0.67449, 0, 0.67449, 18.88574], rtol=1e-4)


def test_robust_z_stands_where_most_values_are_equal() -> None:
    # MAD is 0; mean absolute deviation 9/5, times √(π/2)
    assert_allclose(robust_z([5, 5, 5, 5, 14])[-1], 9 / (9 / 5 * np.sqrt(np.pi / 2)))
    assert robust_z([3, 3, 3]).tolist() == [0, 0, 0]
    assert compare_ranks([1, 1, 1], np.array([True, False, False])) == 1


@pytest.fixture(scope="module")
def fieldwork() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Twelve collectors with 40 responses each: k00 is fast, k01 draws straight lines, the others are ordinary."""
    rng = np.random.default_rng(11)
    collectors = np.repeat([f"k{i:02d}" for i in range(12)], 40)
    seconds = rng.lognormal(6, 0.3, 480)
    items = np.clip(np.round(3.8 + rng.normal(size=(480, 1)) * 0.6 + rng.normal(size=(480, 6)) * 0.8), 1, 5)
    seconds[collectors == "k00"] *= 0.4
    lazy = np.flatnonzero(collectors == "k01")[:25]
    items[lazy] = 4
    return collectors, items, seconds, np.repeat(["north", "south", "west"], 160)


def test_the_two_odd_collectors_are_flagged_and_no_other(fieldwork: tuple[np.ndarray, ...]) -> None:
    collectors, items, seconds, areas = fieldwork
    for places in (None, areas):
        comparisons = compare_collectors(collectors, measure_responses(items, seconds), areas=places)
        assert len(comparisons) == 12 * 4
        flags = flag_collectors(comparisons)
        # A straight line of 4 is also full satisfaction.
        assert {(flag.code, flag.subject) for flag in flags} == {
            ("fast", "k00"),
            ("straight_lines", "k01"),
            ("satisfied", "k01"),
        }
        assert {flag.compared_with for flag in flags} == {"rest_of_collectors"}
        fast = next(flag for flag in flags if flag.code == "fast")
        rest = (collectors != "k00") & (np.ones(480, dtype=bool) if places is None else places == "north")
        assert fast.share == pytest.approx(np.median(seconds[collectors == "k00"]))
        assert fast.reference == pytest.approx(np.median(seconds[rest]))


def test_adjusted_p_values_are_benjamini_and_hochbergs(fieldwork: tuple[np.ndarray, ...]) -> None:
    collectors, items, seconds, _ = fieldwork
    comparisons = compare_collectors(collectors, measure_responses(items, seconds))
    p = np.sort([one.p_value for one in comparisons])
    # Step up by hand: min over j >= i of p_j·m/j
    by_hand = np.minimum.accumulate((p * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    assert_allclose([one.p_adjusted for one in comparisons], np.minimum(by_hand, 1))


def test_robust_z_of_medians_finds_the_fast_collector(fieldwork: tuple[np.ndarray, ...]) -> None:
    collectors, _, seconds, _ = fieldwork
    comparisons = compare_collectors(collectors, [CollectorMeasure("fast", seconds, "median", "low")])
    assert [flag.subject for flag in flag_collectors(comparisons)] == ["k00"]
    assert comparisons[0].n_rest == 440


def test_a_collector_with_few_responses_is_not_judged() -> None:
    values = np.r_[np.ones(19), np.zeros(100)]
    measure = CollectorMeasure("straight_lines", values, "share", "high")
    collectors = ["few"] * 19 + ["a"] * 50 + ["b"] * 50
    assert {one.collector for one in compare_collectors(collectors, [measure])} == {"a", "b"}
    assert flag_collectors(compare_collectors(collectors, [measure])) == []
    assert [f.subject for f in flag_collectors(compare_collectors(collectors, [measure], minimum_caseload=19))] == [
        "few"
    ]
    gaps = CollectorMeasure("straight_lines", np.where(np.arange(119) < 45, NAN, 0), "share", "high")
    assert [one.collector for one in compare_collectors(collectors, [gaps])] == ["a", "b"]
    assert compare_collectors(["a"] * 5, [CollectorMeasure("t", np.ones(5), "median")]) == []


def test_a_collector_alone_in_an_area_has_nobody_to_be_compared_with() -> None:
    measure = CollectorMeasure("missing", np.r_[np.zeros(30), np.ones(30), np.zeros(30)], "ranks", "high")
    collectors, areas = ["a"] * 30 + ["b"] * 30 + ["c"] * 30, ["x"] * 60 + ["y"] * 30
    assert {one.collector for one in compare_collectors(collectors, [measure], areas=areas)} == {"a", "b"}


@given(st.integers(0, 2**32 - 1))
def test_ordinary_collectors_are_rarely_flagged(seed: int) -> None:
    rng = np.random.default_rng(seed)
    collectors = np.repeat(range(10), 30)
    comparisons = compare_collectors(collectors, [CollectorMeasure("t", rng.normal(size=300), "ranks")])
    p = np.array([one.p_value for one in comparisons])
    assert ((p >= 0) & (p <= 1)).all()
    assert all(one.p_adjusted >= one.p_value for one in comparisons)


TIMES = [60.0, 70.0]


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("bad_duration", lambda: relative_times([60, 0])),
        ("bad_duration", lambda: relative_times([60, -1])),
        ("wrong_length", lambda: find_speeders([[60, 70]])),
        ("wrong_length", lambda: speed_index(TIMES)),
        ("wrong_length", lambda: find_speeders(TIMES, groups=["a"])),
        ("wrong_length", lambda: find_speeders(TIMES, seconds_per_item=2, items_answered=[3])),
        ("missing_label", lambda: find_speeders(TIMES, groups=["a", None])),
        ("too_few_items", lambda: longest_runs([[1], [2]])),
        ("wrong_length", lambda: match_answers([[1, 2], [2, 3]], ["a"])),
        ("missing_label", lambda: compare_collectors(["a", ""], [])),
        ("wrong_length", lambda: compare_collectors(["a"], [CollectorMeasure("t", np.ones(2), "ranks")])),
        ("wrong_length", lambda: compare_collectors(["a"], [], areas=["x", "y"])),
        ("not_binary", lambda: compare_collectors(["a"], [CollectorMeasure("t", np.array([2.0]), "share")])),
        ("not_finite", lambda: compare_collectors(["a"], [CollectorMeasure("t", np.array([np.inf]), "ranks")])),
        ("off_scale", lambda: measure_responses([[4, 9]])),
        ("wrong_length", lambda: measure_responses([[4, 5]], [1, 2])),
    ],
)
def test_what_cannot_be_judged_is_refused_by_name(code: str, call: Any) -> None:
    with pytest.raises(DesignError) as refused:
        call()
    assert refused.value.code == code


@pytest.mark.parametrize(
    "call",
    [
        lambda: find_speeders(TIMES, share=1.5),
        lambda: find_speeders(TIMES, seconds_per_item=2),
        lambda: find_speeders(TIMES, seconds_per_item=0, items_answered=[1, 1]),
        lambda: speed_index([TIMES], cap=1),
        lambda: find_long_runs([[1, 2]], share=0),
        lambda: find_near_duplicates([[1, 2]], share=2),
        lambda: missing_shares([[1, 2]], [[True]]),
        lambda: compare_collectors(["a"], [], minimum_caseload=1),
        lambda: compare_collectors(["a"], [CollectorMeasure("t", np.ones(1), "mean")]),
        lambda: compare_shares(1, 2, 1, 2, "up"),
        lambda: flag_collectors([], level=0),
    ],
)
def test_arguments_out_of_range_are_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        call()
    assert not isinstance(refused.value, MeasureError)
