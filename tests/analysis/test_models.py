"""Golden cases of all tests and models; association and t tests against R survey 4.1-1, and what must hold anyway."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from scipy.stats import chi2_contingency
from simulated_survey import draw, simulate

from analysis.design import SurveyDesign
from analysis.errors import MeasureError
from analysis.models import assess_association, compare_groups
from analysis.verify.cases import Case
from analysis.verify.comparison import compare
from analysis.verify.estimands.models import ESTIMANDS

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = [
    case
    for path in sorted((GOLDEN / "cases").glob("*.json"))
    if (case := Case.read(path)).estimand["type"] in ESTIMANDS
]
X = simulate()
TERMS = {"trade": X["trade"], "age": X["age"]}
SATISFIED = np.where(np.isnan(X["answer"]), np.nan, X["answer"] >= 3)


def declare(lonely_psu: str = "adjust", **more: object) -> SurveyDesign:
    """R: svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = x); options(survey.lonely.psu = ...)."""
    return SurveyDesign.declare(psu=X["psu"], strata=X["stratum"], weights=X["weight"], lonely_psu=lonely_psu, **more)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_case_is_reproduced(case: Case) -> None:
    got = ESTIMANDS[case.estimand["type"]](case)

    failures = list(compare(case.results, got, case.tolerance))

    assert not failures, [str(failure) for failure in failures]


def test_every_kind_of_test_and_model_has_golden_cases() -> None:
    assert {case.estimand["type"] for case in CASES} == set(ESTIMANDS)


@pytest.mark.parametrize(
    ("rule", "second_order", "pearson", "first_order_p", "wald", "adjusted_wald"),
    [
        # svychisq(~answer + trade, des, statistic = "F" | "Chisq" | "Wald" | "adjWald")
        # (Wald under "adjust" is left out: survey < 4.4 does not centre the total of a lone PSU)
        (
            "adjust",
            (4.704535813, 3.7271407707, 37.271407707, 0.0042468121193),
            28.538467489,
            8.5141557015e-05,
            None,
            None,
        ),
        (
            "certainty",
            (4.9231609794, 3.6762653325, 36.762653325, 0.0034674317459),
            28.538467489,
            4.8088683937e-05,
            (34.627499016, 6, 10, 3.9664970764e-06),
            (17.313749508, 6, 5, 0.0033293287641),
        ),
        (
            "average",
            (3.9385287835, 3.6762653325, 36.762653325, 0.010887974179),
            28.538467489,
            0.00061043478882,
            (27.701999213, 6, 10, 1.1219992972e-05),
            (13.850999606, 6, 5, 0.0055627370235),
        ),
    ],
)
def test_association_is_that_of_r(rule, second_order, pearson, first_order_p, wald, adjusted_wald) -> None:
    found = assess_association(declare(rule), X["answer"], X["trade"])

    def flat(test):
        return (test.statistic, test.df_numerator, test.df_denominator, test.p_value)

    assert found.row_levels == ("1", "2", "3", "4")
    assert found.column_levels == ("farm", "office", "shop")
    assert flat(found.second_order) == approx(second_order, rel=1e-9)
    assert found.pearson * len(X["psu"]) / found.n == approx(pearson, rel=1e-9)  # R's X-squared counts missing rows too
    assert found.first_order.p_value == approx(first_order_p, rel=1e-9)
    if wald is not None:
        assert flat(found.wald) == approx(wald, rel=1e-8)
        assert flat(found.adjusted_wald) == approx(adjusted_wald, rel=1e-8)


def test_association_in_a_domain_is_that_of_r() -> None:
    # svychisq(~answer + trade, subset(des, woman == 1)): the rows of men stay in the design
    found = assess_association(declare(), X["answer"], X["trade"], domain=X["woman"] == 1)

    test = found.second_order
    assert (test.statistic, test.df_numerator, test.df_denominator) == approx(
        (3.0030312194, 3.2951831389, 32.951831389), rel=1e-9
    )
    assert test.p_value == approx(0.040224063571, rel=1e-9)


def test_a_simple_random_sample_has_the_plain_chi_square() -> None:
    y, group = (4 * draw(5, 120)).astype(int), (3 * draw(9, 120)).astype(int)
    design = SurveyDesign.declare(psu=None, weights=[1.0] * 120)

    found = assess_association(design, y, group)

    plain = chi2_contingency(found.table, correction=False)
    assert found.pearson == approx(plain.statistic, rel=1e-12)
    assert found.mean_deff == approx(120 / 119, rel=1e-9)  # the sample variance divides by n - 1
    assert found.first_order.statistic == approx(plain.statistic * 119 / 120, rel=1e-9)
    assert found.second_order.df_numerator == approx(plain.dof, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.permutations(["1", "2", "3", "4"]), st.permutations(["farm", "office", "shop"]), st.floats(0.01, 100))
def test_association_knows_no_order_side_or_scale(rows: list[str], columns: list[str], scale: float) -> None:
    first = assess_association(declare("certainty"), X["answer"], X["trade"])
    design = declare("certainty").with_weights(X["weight"] * scale)

    turned = assess_association(design, X["trade"], X["answer"], row_levels=columns, column_levels=rows)

    assert turned.row_levels == tuple(columns)
    for name in ("second_order", "first_order", "wald", "adjusted_wald"):
        assert getattr(turned, name).statistic == approx(getattr(first, name).statistic, rel=1e-8)
        assert getattr(turned, name).p_value == approx(getattr(first, name).p_value, rel=1e-6)


def test_an_empty_cell_is_treated_as_r_does() -> None:
    # svychisq(~answer + trade, des) after x$trade[x$trade == "office" & x$answer == 1] <- "farm"
    trade = np.where((X["trade"] == "office") & (X["answer"] == 1), "farm", X["trade"])

    found = assess_association(declare(), X["answer"], trade)

    assert found.table[0].tolist().count(0.0) == 1
    assert found.second_order.df_numerator == approx(3.3752891006570, rel=1e-10)
    assert (found.second_order.statistic, found.second_order.p_value) == approx(
        (5.7804106517083, 0.0019277427367), rel=1e-10
    )


def test_a_single_category_is_no_table() -> None:
    with pytest.raises(MeasureError, match="1 rows and 3 columns") as error:
        assess_association(declare(), np.ones(len(X["psu"])), X["trade"])
    assert error.value.code == "no_table"


def test_a_table_of_mostly_empty_cells_is_refused() -> None:
    letters = ["a", "b", "c"]
    with pytest.raises(MeasureError) as error:
        assess_association(SurveyDesign.declare(psu=list("pqrpqr")), letters * 2, letters * 2)
    assert error.value.code == "sparse_table"


def test_t_test_is_that_of_r() -> None:
    # svyttest(score ~ woman, des)
    found = compare_groups(declare(), X["score"], X["woman"])

    assert found.groups == ("0", "1")
    assert (found.difference, found.t, found.df, found.p_value) == approx(
        (1.3395295727, 1.0902855473, 9, 0.30391617314), rel=1e-9
    )
    assert (found.low, found.high) == approx((-1.4397665714, 4.1188257168), rel=1e-9)


def test_two_of_three_groups_are_chosen_by_a_domain() -> None:
    # svyttest(score ~ trade, subset(des, trade %in% c("farm", "shop")))
    both = np.isin(X["trade"], ["farm", "shop"])
    found = compare_groups(declare(), X["score"], X["trade"], domain=both)

    assert found.groups == ("farm", "shop")
    assert (found.difference, found.t, found.df) == approx((6.1357540396, 5.7118507186, 9), rel=1e-9)
    with pytest.raises(MeasureError, match="farm, office, shop"):
        compare_groups(declare(), X["score"], X["trade"])


def test_the_difference_of_two_rates_is_that_of_two_domains() -> None:
    design = declare()
    found = compare_groups(design, SATISFIED, X["woman"], groups=[1, 0])

    rates = [design.proportion(SATISFIED, X["woman"] == sex).estimate for sex in (1, 0)]
    assert found.groups == ("1", "0")
    assert found.means == approx(rates, rel=1e-12)
    assert found.difference == approx(rates[1] - rates[0], rel=1e-9)
