"""How many more forms bring a verdict: by hand, and by trying the interval itself."""

from __future__ import annotations

import math

import pytest

from analysis.intervals import wilson
from analysis.planning import further_forms


def test_the_number_by_hand() -> None:
    # 1.959964² · 0.8 · 0.2 / 0.02² = 1536.58; twice 768.3, less a hair, so 1000 people more
    found = further_forms(0.82, 768.3, math.inf, 1000, 0.8)
    assert found is not None
    assert found.n_effective == pytest.approx(1536.58, abs=0.01)
    assert found.forms == 1000
    assert found.times == pytest.approx(2.0, abs=1e-4)


@pytest.mark.parametrize("rate", [0.3, 0.76, 0.79, 0.81, 0.95])
@pytest.mark.parametrize("df", [5.5, 29.0, math.inf])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_touches_the_target_just_at_the_number_needed(rate: float, df: float, level: float) -> None:
    found = further_forms(rate, 50, df, 400, 0.8, level=level)
    assert found is not None
    low, high = wilson(rate, found.n_effective, df, level)
    assert (low if rate > 0.8 else high) == pytest.approx(0.8, abs=1e-9)
    short_low, short_high = wilson(rate, found.n_effective * 0.99, df, level)
    assert short_low < 0.8 < short_high


def test_rounding_never_asks_for_too_few_and_says_no_more_than_two_digits() -> None:
    for n_effective in (3.0, 41.0, 97.0, 333.0, 1204.0):
        found = further_forms(0.83, n_effective, 30, 512, 0.8)
        assert found is not None
        assert found.forms >= 512 * (found.times - 1)
        assert found.forms == 0 or len(str(found.forms).rstrip("0")) <= 2


def test_what_is_decided_needs_none_and_a_rate_on_the_target_has_no_number() -> None:
    decided = further_forms(0.9, 2000, 40, 2000, 0.8)
    assert decided is not None
    assert decided.forms == 0
    assert further_forms(0.8, 500, 40, 900, 0.8) is None
    with pytest.raises(ValueError, match="target"):
        further_forms(0.8, 500, 40, 900, 1.0)
