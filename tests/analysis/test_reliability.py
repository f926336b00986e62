"""Alpha, omega, item-rest correlations and factor models against R; straight lines by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from analysis.errors import MeasureError
from analysis.reliability import (
    alpha_of_covariance,
    assess_fit,
    correlate_with_rest,
    cronbach_alpha,
    estimate_factor_model,
    estimate_item_covariance,
    fit_factors,
    linearise_alpha,
    mark_straight_lines,
    mcdonald_omega,
    straight_line_share,
)
from analysis.verify.cases import Case
from analysis.verify.comparison import compare
from analysis.verify.estimands.reliability import ESTIMANDS

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = [
    case
    for case in map(Case.read, sorted((GOLDEN / "cases").glob("*alpha*.json")))
    if case.estimand["type"] == "cronbach_alpha"
]
NAN = float("nan")

# R: Harman74.cor$cov for visual perception, cubes, flags; paragraph comprehension, sentence completion, word meaning;
# addition, counting dots, straight-curved capitals (Harman 1976; 145 children).
NINE_TESTS = np.array([
    [1.000, 0.318, 0.468, 0.335, 0.304, 0.326, 0.116, 0.314, 0.489],
    [0.318, 1.000, 0.230, 0.234, 0.157, 0.195, 0.057, 0.145, 0.239],
    [0.468, 0.230, 1.000, 0.327, 0.335, 0.325, 0.099, 0.160, 0.327],
    [0.335, 0.234, 0.327, 1.000, 0.722, 0.714, 0.203, 0.095, 0.309],
    [0.304, 0.157, 0.335, 0.722, 1.000, 0.685, 0.246, 0.181, 0.345],
    [0.326, 0.195, 0.325, 0.714, 0.685, 1.000, 0.170, 0.113, 0.280],
    [0.116, 0.057, 0.099, 0.203, 0.246, 0.170, 1.000, 0.585, 0.408],
    [0.314, 0.145, 0.160, 0.095, 0.181, 0.113, 0.585, 1.000, 0.512],
    [0.489, 0.239, 0.327, 0.309, 0.345, 0.280, 0.408, 0.512, 1.000],
])  # fmt: skip
THREE_ABILITIES = ["visual"] * 3 + ["verbal"] * 3 + ["speed"] * 3


@pytest.fixture(scope="module")
def access() -> tuple[np.ndarray, Any]:
    """Items 1 to 5 of the synthetic province, with their design."""
    case = next(case for case in CASES if len(case.estimand["variables"]) == 5)
    table = case.table()
    return np.column_stack([table.numbers(name) for name in case.estimand["variables"]]), case.declare(table)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_alphas_are_met(case: Case) -> None:
    assert not list(compare(case.results, ESTIMANDS["cronbach_alpha"](case), case.tolerance))


def test_alpha_of_two_items_is_the_spearman_brown_formula() -> None:
    assert alpha_of_covariance(np.array([[1.0, 0.6], [0.6, 1.0]])) == pytest.approx(2 * 0.6 / 1.6)


@given(arrays(np.int8, (12, 3), elements=st.integers(1, 5)), st.lists(st.integers(1, 4), min_size=12, max_size=12))
def test_a_weight_of_two_counts_as_two_respondents(items: np.ndarray, weights: list[int]) -> None:
    repeated = np.repeat(items, weights, axis=0)
    assert_allclose(
        cronbach_alpha(items, weights).alpha, cronbach_alpha(repeated).alpha, rtol=1e-9, atol=1e-9, equal_nan=True
    )


@given(arrays(np.int8, (15, 4), elements=st.integers(1, 5)), st.permutations(range(4)), st.integers(-9, 9))
def test_alpha_does_not_depend_on_the_order_of_items_or_the_numbers_of_the_scale(
    items: np.ndarray, order: list[int], shift: int
) -> None:
    other = 10 * items.astype(float)[:, order] + shift
    assert_allclose(cronbach_alpha(items).alpha, cronbach_alpha(other).alpha, rtol=1e-9, atol=1e-9, equal_nan=True)


def test_a_far_away_scale_loses_no_digits() -> None:
    items = np.array([[1, 2, 1], [3, 3, 2], [4, 5, 5], [5, 4, 5]], dtype=float)
    assert cronbach_alpha(items + 1e7).alpha == pytest.approx(0.9479166666666667, rel=1e-9)


def test_listwise_and_pairwise_agree_without_gaps_and_differ_with_them() -> None:
    items = np.array([[1, 2, 1], [3, 3, 2], [4, 5, 5], [5, 4, 5], [2, 2, 4]], dtype=float)
    assert cronbach_alpha(items, missing="pairwise").alpha == pytest.approx(cronbach_alpha(items).alpha)
    items[4, 2] = NAN
    assert cronbach_alpha(items).n == 4
    assert cronbach_alpha(items, missing="pairwise").n == 5
    assert cronbach_alpha(items, missing="pairwise").alpha != pytest.approx(cronbach_alpha(items).alpha)


def test_pairwise_covariances_use_the_rows_of_each_pair() -> None:
    items = np.array([[1, 2], [2, 4], [4, 5], [5, NAN]], dtype=float)
    covariance = estimate_item_covariance(items, missing="pairwise")
    # By hand: var(1, 2, 4, 5) = 10/3; var(2, 4, 5) = 7/3; cov of (1,2), (2,4), (4,5) = 13/3 / 2.
    assert_allclose(covariance.matrix, [[10 / 3, 13 / 6], [13 / 6, 7 / 3]])
    assert covariance.pair_counts.tolist() == [[4, 3], [3, 3]]


def test_alpha_is_undefined_where_everybody_has_the_same_total() -> None:
    assert np.isnan(cronbach_alpha([[4, 4], [4, 4], [4, 4]]).alpha)
    assert np.isnan(linearise_alpha([[4, 4], [4, 4], [4, 4]])).all()
    assert np.isnan(cronbach_alpha(np.full((15, 3), 0.1), np.linspace(0.1, 0.9, 15)).alpha)
    assert np.isnan(cronbach_alpha([[0.1, 0.9], [0.2, 0.8], [0.7, 0.3]]).alpha)


def test_the_standard_error_of_alpha_is_that_of_the_survey_package(access: tuple[np.ndarray, Any]) -> None:
    # R, survey 4.1-1, d <- subset(des, complete.cases(q01..q05)); v <- svyvar(~q01+...+q05, d); S <- matrix(v, 5);
    # A <- sum(diag(S)); B <- sum(S); g <- as.vector(5/4*(-diag(5)/B + A/B^2)); sqrt(t(g) %*% attr(v, "var") %*% g)
    items, design = access
    influence = linearise_alpha(items, design.weights)
    assert np.sqrt(design.covariance(influence[:, None])[0, 0]) == pytest.approx(0.00928277333516, rel=1e-10)


def test_item_rest_correlations_and_alpha_without_the_item_are_those_of_r(access: tuple[np.ndarray, Any]) -> None:
    # R: cor(x[, i], rowSums(x[, -i])) and alpha of cov(x[, -i]), x the complete rows
    items, design = access
    rest = correlate_with_rest(items)
    assert_allclose(
        rest.correlation, [0.648249317545, 0.63631741485, 0.624481786679, 0.640840562629, 0.641034999064], rtol=1e-10
    )
    assert_allclose(
        rest.alpha_if_deleted,
        [0.797238810031, 0.800842095671, 0.801628807525, 0.798470895627, 0.798681316095],
        rtol=1e-10,
    )
    # R: W <- cov.wt(x, w/sum(w), method = "ML")$cov; sum(W[i, -i])/sqrt(W[i, i]*sum(W[-i, -i]))
    assert_allclose(
        correlate_with_rest(items, design.weights).correlation,
        [0.649181593747, 0.650240407066, 0.634728666057, 0.631261065816, 0.639211128417],
        rtol=1e-10,
    )


def test_item_rest_of_two_items_and_of_a_constant_item() -> None:
    two = correlate_with_rest([[1, 2], [2, 4], [3, 5]])
    assert two.correlation[0] == pytest.approx(two.correlation[1])
    assert np.isnan(two.alpha_if_deleted).all()
    assert np.isnan(correlate_with_rest([[4, 1, 2], [4, 2, 2], [4, 5, 3]]).correlation[0])


def test_omega_is_that_of_factanal(access: tuple[np.ndarray, Any]) -> None:
    # R: f <- factanal(x, 1, control = list(opt = list(factr = 1e2, pgtol = 0))); s <- apply(x, 2, sd);
    # l <- f$loadings[, 1]*s; u <- f$uniquenesses*s^2; sum(l)^2/(sum(l)^2 + sum(u)); f$criteria[1]
    omega = mcdonald_omega(access[0])
    assert omega.omega == pytest.approx(0.835982191344, rel=1e-9)
    assert omega.model.discrepancy == pytest.approx(0.00328895296371, rel=1e-8)
    assert_allclose(
        omega.model.loadings, [0.7231006370, 0.7106538306, 0.6969184497, 0.7139288752, 0.7160732212], rtol=1e-6
    )
    assert omega.n == 1469


def test_omega_is_alpha_where_all_items_load_alike() -> None:
    # Four items of covariance 0.49 and variance 1: alpha = omega = 4²·0.49/(4²·0.49 + 4·0.51)
    root = np.linalg.cholesky(np.full((4, 4), 0.49) + 0.51 * np.eye(4))
    square = np.linalg.qr(np.column_stack([np.ones(40), np.random.default_rng(5).normal(size=(40, 4))]))[0][:, 1:]
    items = square @ root.T  # sample covariance proportional to the population's, exactly
    expected = 16 * 0.49 / (16 * 0.49 + 4 * 0.51)
    assert mcdonald_omega(items).omega == pytest.approx(expected)
    assert cronbach_alpha(items).alpha == pytest.approx(expected)


def test_the_three_factor_model_of_nine_tests_is_that_of_lava() -> None:
    # R, lava 1.7: m <- lvm(list(x1~f1, ..., x9~f3)); latent(m) <- ~f1+f2+f3; covariance(m) <- f1~f2+f3, f2~f3;
    # estimate(m, mvrnorm(145, rep(0, 9), S, empirical = TRUE)): chi² = n·F = 45.2907 on 24 df.
    # The further digits: nlminb on the same likelihood, rel.tol 1e-15.
    model = estimate_factor_model(NINE_TESTS, THREE_ABILITIES)
    fit = assess_fit(model, NINE_TESTS, 145)
    assert 145 * model.discrepancy == pytest.approx(45.2907, abs=5e-5)
    assert (fit.df, fit.baseline_df, model.marks) == (24, 36, ())
    assert fit.chi_square == pytest.approx(44.97835249, rel=1e-9)
    assert fit.baseline_chi_square == pytest.approx(482.58910065, rel=1e-9)
    assert (fit.cfi, fit.tli, fit.rmsea) == pytest.approx((0.95302538, 0.92953807, 0.07791101), abs=1e-8)
    # R: uniroot(function(l) pchisq(chi, 24, l) - 0.95, ...), then 0.05; sqrt(l/(24*144))
    assert (fit.rmsea_low, fit.rmsea_high) == pytest.approx((0.04122277, 0.11268974), abs=1e-7)
    assert fit.srmr == pytest.approx(0.0688400872681, abs=1e-6)
    assert_allclose(
        model.loadings,
        [0.761373, 0.407039, 0.613047, 0.866147, 0.833433, 0.823378, 0.661103, 0.784416, 0.691592],
        atol=2e-6,
    )
    assert_allclose(model.factor_correlation[np.tril_indices(3, -1)], [0.546330, 0.525617, 0.329540], atol=1e-6)


def test_a_population_of_five_factors_is_recovered_with_chi_square_0() -> None:
    loadings = np.linspace(0.45, 0.9, 22)
    factors = np.repeat(["access", "procedures", "staff", "results", "feedback"], [4, 5, 6, 3, 4])
    number = np.repeat(range(5), [4, 5, 6, 3, 4])
    phi = 0.6 ** np.abs(np.subtract.outer(range(5), range(5)))
    population = np.outer(loadings, loadings) * phi[np.ix_(number, number)]
    np.fill_diagonal(population, 1)
    deviations = np.linspace(0.5, 3, 22)
    model = estimate_factor_model(population * np.outer(deviations, deviations), list(factors))
    fit = assess_fit(model, population, 1000)
    assert_allclose(model.loadings, loadings, atol=1e-9)
    assert_allclose(model.factor_correlation, phi, atol=1e-9)
    assert_allclose(model.uniquenesses, 1 - loadings**2, atol=1e-9)
    assert model.factor_names == ("access", "procedures", "staff", "results", "feedback")
    assert fit.df == 22 * 23 // 2 - 44 - 10
    assert (fit.chi_square, fit.rmsea, fit.rmsea_high, fit.srmr) == pytest.approx((0, 0, 0, 0), abs=1e-8)
    assert (fit.p_value, fit.cfi) == pytest.approx((1, 1))


def test_one_factor_fits_five_factors_worse_than_five() -> None:
    # The same population under the wrong model: some misfit must show.
    one = assess_fit(estimate_factor_model(NINE_TESTS, ["all"] * 9), NINE_TESTS, 145)
    three = assess_fit(estimate_factor_model(NINE_TESTS, THREE_ABILITIES), NINE_TESTS, 145)
    assert one.chi_square > three.chi_square + 100
    assert one.df == 27
    assert one.cfi < 0.8 < three.cfi
    assert one.srmr > three.srmr


def test_one_factor_is_that_of_statsmodels() -> None:
    from statsmodels.multivariate.factor import Factor

    theirs = Factor(corr=NINE_TESTS, n_factor=1, method="ml", nobs=145).fit()
    ours = estimate_factor_model(NINE_TESTS, ["all"] * 9)
    assert_allclose(ours.loadings, np.abs(theirs.loadings[:, 0]), atol=1e-4)


def test_a_heywood_case_stops_at_the_bound_of_factanal_and_is_marked() -> None:
    # R: factanal(covmat = list(cov = H, n.obs = 100), factors = 1): uniqueness 0.005, objective 0.333348055778
    matrix = [[1, 0.9, 0.8, 0.2], [0.9, 1, 0.6, 0.1], [0.8, 0.6, 1, 0.1], [0.2, 0.1, 0.1, 1]]
    model = estimate_factor_model(matrix, ["g"] * 4)
    assert model.marks == ("heywood",)
    assert model.discrepancy == pytest.approx(0.333348055778, abs=1e-6)
    assert_allclose(model.loadings, [0.997531338841, 0.900815837025, 0.799043535628, 0.197968094097], atol=1e-5)


def test_factors_that_cannot_be_told_apart_are_marked() -> None:
    matrix = [[1, 0.5, 0.6, 0.6], [0.5, 1, 0.6, 0.6], [0.6, 0.6, 1, 0.5], [0.6, 0.6, 0.5, 1]]
    model = estimate_factor_model(matrix, ["a", "a", "b", "b"])
    # By hand: loadings √0.5, and 0.6 = 0.5·φ, so φ = 1.2
    assert model.marks == ("correlation_above_one",)
    assert model.factor_correlation[0, 1] == pytest.approx(1.2)


def test_a_reversed_item_loads_negatively_and_most_load_positively() -> None:
    flip = np.array([1, 1, -1, 1])
    matrix = np.full((4, 4), 0.49) + 0.51 * np.eye(4)
    assert_allclose(estimate_factor_model(matrix * np.outer(flip, flip), ["g"] * 4).loadings, 0.7 * flip)


def test_three_items_fit_perfectly_and_leave_the_indices_of_df_0_undefined() -> None:
    fit = fit_factors(np.random.default_rng(1).normal(size=(60, 3)) + np.arange(60)[:, None] / 20, ["g"] * 3)
    assert (fit.df, fit.cfi) == (0, 1)
    assert fit.chi_square == pytest.approx(0, abs=1e-8)
    assert np.isnan([fit.p_value, fit.tli, fit.rmsea, fit.rmsea_low]).all()


def test_fewer_independent_answers_make_chi_square_smaller() -> None:
    items = np.random.default_rng(2).normal(size=(300, 5)) + np.random.default_rng(3).normal(size=(300, 1))
    full, halved = fit_factors(items, ["g"] * 5), fit_factors(items, ["g"] * 5, n=150)
    assert halved.chi_square == pytest.approx(full.chi_square * 149 / 299)


def test_straight_lines_are_counted_among_those_who_answered_enough() -> None:
    items = [[4, 4, 4, 4], [4, 4, NAN, 4], [4, NAN, NAN, 4], [4, 4, 4, 5], [NAN] * 4]
    assert_allclose(mark_straight_lines(items), [1, 1, NAN, 0, NAN])
    assert straight_line_share(items) == pytest.approx(2 / 3)
    assert straight_line_share(items, [1, 1, 7, 2, 7]) == pytest.approx(0.5)
    assert mark_straight_lines([[4, 4], [4, 5]]).tolist() == [1, 0]
    assert np.isnan(straight_line_share([[NAN, NAN]]))


ITEMS = [[1, 2, 3], [2, 3, 5], [4, 4, 4]]


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("too_few_items", lambda: cronbach_alpha([[1], [2]])),
        ("too_few_items", lambda: mark_straight_lines([1, 2, 3])),
        ("too_few_respondents", lambda: cronbach_alpha([[1, 2], [2, NAN]])),
        ("too_few_respondents", lambda: cronbach_alpha(np.empty((0, 3)))),
        ("not_finite", lambda: cronbach_alpha([[1, 2], [2, float("inf")]])),
        ("bad_weight", lambda: cronbach_alpha(ITEMS, [1, -1, 1])),
        ("bad_weight", lambda: cronbach_alpha(ITEMS, [1, NAN, 1])),
        ("wrong_length", lambda: cronbach_alpha(ITEMS, [1, 1])),
        ("unknown_rule", lambda: cronbach_alpha(ITEMS, missing="mean")),
        ("no_variance", lambda: mcdonald_omega([[4, 1, 2], [4, 2, 3], [4, 5, 1], [4, 1, 1]])),
        ("not_identified", lambda: estimate_factor_model(np.eye(2), ["g", "g"])),
        ("not_identified", lambda: estimate_factor_model(np.eye(4), ["a", "a", "a", "b"])),
        ("wrong_length", lambda: estimate_factor_model(np.eye(4), ["a", "a"])),
        ("wrong_length", lambda: estimate_factor_model(np.ones((3, 2)), ["a"] * 3)),
        ("not_positive_definite", lambda: estimate_factor_model(np.ones((3, 3)), ["a"] * 3)),
        ("not_positive_definite", lambda: estimate_factor_model(np.zeros((3, 3)), ["a"] * 3)),
    ],
)
def test_what_cannot_be_computed_is_refused_by_name(code: str, call: Any) -> None:
    with pytest.raises(MeasureError) as refused:
        call()
    assert refused.value.code == code


def test_plain_arguments_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="minimum_answered"):
        mark_straight_lines(ITEMS, minimum_answered=1)
    with pytest.raises(ValueError, match="n is 1"):
        assess_fit(estimate_factor_model(NINE_TESTS, ["g"] * 9), NINE_TESTS, 1)
