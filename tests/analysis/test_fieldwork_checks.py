"""Unusual shares of one answer: tails against scipy, honest collectors left in peace, a planted one found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import betabinom, binomtest, fisher_exact

from analysis.fieldwork_checks import ShareComparison, beta_binomial_p, compare_top_answers


def simulate(
    generator: np.random.Generator, *, collectors: int = 40, n: int = 60, strata: int = 3, items: int = 10, rho: float
) -> dict[str, np.ndarray]:
    """Honest collectors who differ: their shares are drawn from a Dirichlet around those of the stratum."""
    base = generator.dirichlet([2, 2, 4, 8, 4], size=(items, strata))
    tables = {}
    for item in range(items):
        table = np.zeros((collectors, strata, 5), dtype=int)
        for collector in range(collectors):
            stratum = collector % strata
            shares = base[item, stratum]
            if rho:
                shares = generator.dirichlet(shares * (1 - rho) / rho)
            table[collector, stratum] = generator.multinomial(n, shares)
        tables[f"q{item}"] = table
    return tables


def unusual(found: list[ShareComparison]) -> list[ShareComparison]:
    return [one for one in found if one.p_adjusted <= 0.05]


def test_tails_are_those_of_scipy() -> None:
    generator = np.random.default_rng(5)
    n = generator.integers(20, 400, 60)
    mean, rho = generator.uniform(0.05, 0.95, 60), generator.uniform(0.001, 0.4, 60)
    x = generator.binomial(n, mean)
    a, b = mean * (1 - rho) / rho, (1 - mean) * (1 - rho) / rho
    upper, lower = betabinom.sf(x - 1, n, a, b), betabinom.cdf(x, n, a, b)
    expected = np.minimum(2 * np.minimum(upper, lower), 1)
    assert beta_binomial_p(x, n, mean, rho) == pytest.approx(expected, rel=1e-7, abs=1e-12)


def test_without_correlation_the_tail_is_the_binomial_one() -> None:
    p = beta_binomial_p(np.array([52]), np.array([80]), np.array([0.5]), np.array([1e-8]))
    assert p[0] == pytest.approx(2 * binomtest(52, 80, 0.5, alternative="greater").pvalue, rel=1e-4)


def test_with_many_who_are_alike_the_test_is_a_little_more_careful_than_fisher() -> None:
    generator = np.random.default_rng(1)
    table = generator.multinomial(60, [0.5, 0.5], size=(200, 1))
    table[0] = [[46, 14]]
    one = next(one for one in compare_top_answers({"q": table}) if one.collector == 0)
    rest = table[1:].sum(axis=(0, 1))
    fisher = fisher_exact([[46, 14], rest]).pvalue * 2  # two answers to pick from
    assert one.intraclass < 0.01
    assert 1 <= one.p_value / fisher < 5


@pytest.mark.parametrize("rho", [0.0, 0.03, 0.1])
def test_honest_collectors_are_seldom_called_unusual_however_much_they_differ(rho: float) -> None:
    generator = np.random.default_rng(20)
    wrong, small, total = 0, 0, 0
    for _time in range(40):
        found = compare_top_answers(simulate(generator, rho=rho))
        wrong += bool(unusual(found))
        small += sum(one.p_value <= 0.05 for one in found)
        total += len(found)
    assert small / total <= 0.05
    assert wrong <= 6  # at most 5% of 40 expected; more than 6 has chance 0.003 then


def test_a_collector_who_brings_one_answer_is_found_with_the_answer_and_only_that_one() -> None:
    tables = simulate(np.random.default_rng(3), rho=0.03)
    for key in ("q2", "q5"):
        tables[key][7] = 0
        tables[key][7, 7 % 3, 4] = 60
    found = unusual(compare_top_answers(tables))
    assert {(one.collector, one.item, one.answer) for one in found} == {(7, "q2", 4), (7, "q5", 4)}
    assert all(one.share == 1 and one.rest_share < 0.6 and one.n == 60 for one in found)


def test_a_commune_that_differs_is_not_taken_for_its_collector() -> None:
    """Stratum 2 answers otherwise than the rest; its collectors are compared with each other."""
    generator = np.random.default_rng(8)
    table = np.zeros((24, 3, 2), dtype=int)
    for collector in range(24):
        stratum = collector % 3
        table[collector, stratum] = generator.multinomial(50, [0.9, 0.1] if stratum == 2 else [0.3, 0.7])
    assert unusual(compare_top_answers({"q": table})) == []
    lumped = compare_top_answers({"q": table.sum(axis=1, keepdims=True)})
    assert min(one.rest_share for one in lumped) < 0.6  # told together, they would seem to differ
    own = {one.collector: one.rest_share for one in compare_top_answers({"q": table})}
    assert all((share > 0.8) == (collector % 3 == 2) or share > 0.6 for collector, share in own.items())


def test_collectors_with_few_answers_are_not_compared_and_among_three_nobody_is() -> None:
    table = np.array([[[15, 4]], [[30, 30]], [[28, 32]], [[31, 29]]])
    assert {one.collector for one in compare_top_answers({"q": table})} == {1, 2, 3}
    for few in (1, 2, 3):
        assert compare_top_answers({"q": np.array([[[60, 0]]] * few)}) == []
    assert compare_top_answers({}) == []


def test_an_answer_that_nobody_else_gave_is_no_division_by_zero() -> None:
    table = np.array([[[0, 40]], [[40, 0]], [[40, 0]], [[40, 0]], [[40, 0]]])
    found = compare_top_answers({"q": table})
    assert found[0].collector == 0
    assert 0 < found[0].p_adjusted < 0.01
    assert all(np.isfinite(one.p_value) for one in found)


@pytest.mark.parametrize(
    ("tables", "minimum"),
    [
        ({"a": np.zeros((2, 2))}, 20),
        ({"a": np.full((2, 1, 2), -1)}, 20),
        ({"a": np.zeros((2, 1, 2)), "b": np.zeros((3, 1, 2))}, 20),
        ({"a": np.zeros((2, 1, 2))}, 1),
    ],
)
def test_tables_that_do_not_fit_are_refused(tables: dict[str, np.ndarray], minimum: int) -> None:
    with pytest.raises(ValueError, match=r"table|minimum"):
        compare_top_answers(tables, minimum=minimum)
