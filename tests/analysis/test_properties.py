"""What must hold for any survey."""

import dataclasses
import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from analysis import Estimate, SurveyDesign, interval, published_interval
from analysis.intervals import Method

SEEDS = st.integers(0, 2**32 - 1)
METHODS: tuple[Method, ...] = ("wilson", "logit", "xlogit", "beta", "asin", "likelihood")


def simulate(seed: int) -> dict[str, Any]:
    """A small survey: strata, communes with unequal lists, weights, answers of three items, some missing."""
    g = np.random.default_rng(seed)
    columns: dict[str, list[Any]] = {name: [] for name in ("psu", "strata", "weights", "N", "M")}
    for stratum in range(g.integers(1, 5)):
        drawn = int(g.integers(1, 5))
        population = drawn + int(g.integers(0, 6))
        for commune in range(drawn):
            answered = int(g.integers(1, 9))
            listed = answered + int(g.integers(0, 30))
            for _ in range(answered):
                columns["psu"].append((stratum, commune))
                columns["strata"].append(f"S{stratum}")
                columns["weights"].append(g.uniform(0.5, 9.0))
                columns["N"].append(population)
                columns["M"].append(listed)
    n = len(columns["psu"])
    y = (g.random((n, 3)) < g.uniform(0.05, 0.95)).astype(float)
    y[g.random((n, 3)) < 0.1] = np.nan
    return columns | {"y": y, "domain": g.random(n) < 0.6, "two_stage": bool(g.integers(2)), "g": g}


def declare(survey: dict[str, Any], order: np.ndarray | None = None, **changes: Any) -> SurveyDesign:
    columns = survey | changes
    order = np.arange(len(columns["psu"])) if order is None else order
    psu, strata, weights, sizes, lists = (
        [columns[name][row] for row in order] for name in ("psu", "strata", "weights", "N", "M")
    )
    return SurveyDesign.declare(
        psu=psu,
        strata=strata,
        weights=weights,
        psu_population=sizes,
        element_population=lists if columns["two_stage"] else None,
        two_stage=True,
    )


def same(left: Estimate, right: Estimate, *, but: tuple[str, ...] = ()) -> None:
    for field in dataclasses.fields(Estimate):
        if field.name not in but:
            expected = approx(getattr(right, field.name), rel=1e-9, abs=1e-13, nan_ok=True)
            assert getattr(left, field.name) == expected, field.name


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_rate_and_interval_stay_between_0_and_1_and_hold_the_rate(seed: int) -> None:
    survey = simulate(seed)
    ours = declare(survey).proportion(survey["y"][:, 0], survey["domain"])
    if ours.n == 0:
        assert math.isnan(ours.estimate)
        return
    assert -1e-15 <= ours.estimate <= 1 + 1e-15
    for method in METHODS:
        got = interval(ours.estimate, ours.se, ours.df, method=method, n=ours.n)
        assert math.isnan(got.low) or 0 <= got.low <= ours.estimate <= got.high <= 1, method
    published = published_interval(ours, None, minimum_n=0)
    assert 0 <= published.low <= ours.estimate <= published.high <= 1


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    survey = simulate(seed)
    order = survey["g"].permutation(len(survey["psu"]))
    y, domain = survey["y"][:, 0], survey["domain"]
    same(declare(survey, order).proportion(y[order], domain[order]), declare(survey).proportion(y, domain))


@given(SEEDS, st.floats(0.01, 1000))
@settings(max_examples=60, deadline=None)
def test_the_scale_of_all_weights_changes_only_what_counts_people(seed: int, factor: float) -> None:
    survey = simulate(seed)
    y, domain = survey["y"][:, 0], survey["domain"]
    scaled = declare(survey, weights=[weight * factor for weight in survey["weights"]])
    ours, before = scaled.proportion(y, domain), declare(survey).proportion(y, domain)
    same(ours, before, but=("deff_without_replacement", "sum_weights"))
    assert ours.sum_weights == approx(before.sum_weights * factor)


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_the_names_of_communes_and_districts_change_nothing(seed: int) -> None:
    survey = simulate(seed)
    y, domain = survey["y"][:, 0], survey["domain"]
    renamed = declare(
        survey,
        psu=[f"xã {-10 * stratum - commune}" for stratum, commune in survey["psu"]],
        strata=[-int(name[1:]) for name in survey["strata"]],
    )
    same(renamed.proportion(y, domain), declare(survey).proportion(y, domain))


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_splitting_rows_of_a_commune_into_lighter_ones_changes_no_rate_and_no_variance_between(seed: int) -> None:
    # each row becomes one to three rows of the same answer that share its weight; the commune's totals stay
    survey = simulate(seed) | {"two_stage": False}
    y, domain = survey["y"][:, 0], survey["domain"]
    pieces = survey["g"].integers(1, 4, len(y))
    order = np.repeat(np.arange(len(y)), pieces)
    lighter = [weight / pieces[row] for row, weight in enumerate(survey["weights"])]
    for with_replacement in (True, False):
        given = {
            "psu": survey["psu"],
            "strata": survey["strata"],
            "psu_population": None if with_replacement else survey["N"],
        }
        whole = SurveyDesign.declare(**given, weights=survey["weights"], two_stage=False).proportion(y, domain)
        split = SurveyDesign.declare(
            **{name: None if column is None else [column[row] for row in order] for name, column in given.items()},
            weights=[lighter[row] for row in order],
            two_stage=False,
        ).proportion(y[order], domain[order])
        same(split, whole, but=("n", "total", "deff_with_replacement", "deff_without_replacement"))


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_total_is_the_rate_times_the_people_behind_it(seed: int) -> None:
    survey = simulate(seed)
    design, y, domain = declare(survey), survey["y"][:, 0], survey["domain"]
    rate, total = design.proportion(y, domain), design.total(y, domain)
    if rate.n:
        assert total.estimate == approx(rate.estimate * rate.sum_weights, rel=1e-9, abs=1e-12)
    assert (total.n, total.df, total.sum_weights) == (rate.n, rate.df, rate.sum_weights)


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_many_at_once_are_the_same_as_one_by_one(seed: int) -> None:
    survey = simulate(seed)
    design, y, domain = declare(survey), survey["y"], survey["domain"]
    asked = np.isfinite(y).astype(float) * 2
    satisfied = np.where(np.isnan(y), 0.0, y * 2)
    domains = np.column_stack([domain, ~domain, np.ones(len(y), dtype=bool)])
    table, rates = design.ratios(satisfied, asked, domains), design.ratios(y, domains=domains)
    assert (len(table), len(table[0])) == (3, 3)
    for place in range(3):
        for item in range(3):
            one = design.ratio(satisfied[:, item], asked[:, item], domains[:, place])
            same(table[place][item], one)
            same(rates[place][item], design.proportion(y[:, item], domains[:, place]))


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_an_empty_domain_is_an_answer_and_disturbs_no_other(seed: int) -> None:
    survey = simulate(seed)
    design, y = declare(survey), survey["y"]
    nobody = np.zeros(len(y), dtype=bool)
    alone = design.ratios(y, domains=survey["domain"][:, None])
    beside = design.ratios(y, domains=np.column_stack([nobody, survey["domain"]]))
    for left, right in zip(beside[1], alone[0], strict=True):
        same(left, right)
    for empty in beside[0]:
        assert (empty.n, empty.n_psu, empty.n_strata, empty.df, empty.total) == (0, 0, 0, 0, 0.0)
        assert math.isnan(empty.estimate)
        assert math.isnan(empty.se)
        assert published_interval(empty, None).withheld == "too_few"


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_missing_answer_is_the_same_as_being_outside_the_domain(seed: int) -> None:
    survey = simulate(seed)
    design, y, domain = declare(survey), survey["y"][:, 0], survey["domain"]
    same(design.proportion(np.where(domain, y, np.nan)), design.proportion(y, domain))


@given(
    st.floats(0.02, 0.98),
    st.floats(0.002, 0.2),
    st.integers(2, 200),
    st.floats(0.5, 0.97),
    st.sampled_from(METHODS),
)
@settings(max_examples=150, deadline=None)
def test_a_higher_level_gives_a_wider_interval(p: float, se: float, df: int, level: float, method: Method) -> None:
    low = interval(p, se, df, method=method, level=level, n=300)
    high = interval(p, se, df, method=method, level=level + 0.02, n=300)
    assert high.low <= low.low <= p <= low.high <= high.high
    assert high.high - high.low > low.high - low.low or (low.low, low.high) == (0.0, 1.0)


@given(st.floats(0.05, 0.95), st.floats(0.005, 0.05), st.integers(3, 60), st.integers(30, 900))
@settings(max_examples=80, deadline=None)
def test_likelihood_limits_solve_their_equation(p: float, se: float, df: int, n: int) -> None:
    from scipy.stats import t

    got = interval(p, se, df, method="likelihood", n=n)
    scale = se**2 / (p * (1 - p) / n) * n / (n - 1)
    for limit in (got.low, got.high):
        if 1e-9 < limit < 1 - 1e-9:
            distance = p * math.log(p / limit) + (1 - p) * math.log((1 - p) / (1 - limit))
            assert 2 * n * distance == approx(t.isf(0.025, df) ** 2 * scale, rel=1e-6)
