"""Outcome rates against AAPOR's formulas, worked by hand and by the R package outcomerate's published example."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.response_rates import Dispositions, outcome_rates

COUNTS = st.integers(0, 10_000)
TABLES = st.builds(
    Dispositions,
    complete=COUNTS,
    partial=COUNTS,
    refusal=COUNTS,
    non_contact=COUNTS,
    other=COUNTS,
    unknown_untried=COUNTS,
    unknown_other=COUNTS,
)


def test_rates_by_hand() -> None:
    # I 300, P 20, R 40, NC 80, O 10, UH 30, UO 20: all 500, met 370
    rates = outcome_rates(Dispositions(300, 20, 40, 80, 10, 30, 20))
    assert rates.rr1 == 300 / 500 == 0.6
    assert rates.rr2 == 320 / 500 == 0.64
    assert rates.ref1 == 40 / 500 == 0.08
    assert rates.con1 == 370 / 500 == 0.74
    assert rates.coop1 == 300 / 370
    assert rates.coop2 == 320 / 370


def test_hundred_answers_and_twenty_never_met_give_83_3_percent() -> None:
    # README of the R package responserates: rates(c(rep("I", 100), rep("NC", 20)))
    rates = outcome_rates(Dispositions(complete=100, non_contact=20))
    assert round(rates.rr1, 3) == round(rates.rr2, 3) == round(rates.con1, 3) == 0.833
    assert (rates.coop1, rates.coop2, rates.ref1) == (1, 1, 0)


def test_nothing_tried_is_a_response_rate_of_zero_and_no_cooperation_rate() -> None:
    rates = outcome_rates(Dispositions(unknown_untried=50))
    assert (rates.rr1, rates.rr2, rates.ref1, rates.con1) == (0, 0, 0, 0)
    assert math.isnan(rates.coop1)
    assert math.isnan(rates.coop2)


def test_no_case_gives_no_rate() -> None:
    rates = outcome_rates(Dispositions())
    assert all(math.isnan(value) for value in (rates.rr1, rates.rr2, rates.ref1, rates.coop1, rates.coop2, rates.con1))


def test_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="refusal is below 0"):
        Dispositions(refusal=-1)


@given(TABLES)
def test_rates_keep_their_order(counts: Dispositions) -> None:
    rates = outcome_rates(counts)
    if counts.cases:
        assert 0 <= rates.rr1 <= rates.rr2 <= rates.con1 <= 1
        assert rates.rr2 + rates.ref1 <= rates.con1 + 1e-12
    if counts.met:
        assert rates.rr1 <= rates.coop1 <= rates.coop2 <= 1
        # response rate = contact rate × cooperation rate (AAPOR's own decomposition)
        assert math.isclose(rates.rr2, rates.con1 * rates.coop2, abs_tol=1e-12)


@given(TABLES, st.integers(1, 1000))
def test_a_case_nobody_has_tried_lowers_every_rate_but_cooperation(counts: Dispositions, more: int) -> None:
    worse = Dispositions(
        counts.complete,
        counts.partial,
        counts.refusal,
        counts.non_contact,
        counts.other,
        counts.unknown_untried + more,
        counts.unknown_other,
    )
    before, after = outcome_rates(counts), outcome_rates(worse)
    if counts.cases:
        assert after.rr1 <= before.rr1
        assert after.con1 <= before.con1
    if counts.met:
        assert after.coop1 == before.coop1
