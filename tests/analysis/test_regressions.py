"""Linear, logistic and ordered regressions: R survey 4.1-1, statsmodels, and what must hold anyway."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from simulated_survey import simulate

from analysis.design import SurveyDesign
from analysis.errors import MeasureError
from analysis.models import assess_association, compare_groups, fit_linear, fit_logit, fit_proportional_odds
from analysis.models.formula import build_model_matrix
from analysis.verify.svyolr import stop_early

X = simulate()
TERMS = {"trade": X["trade"], "age": X["age"]}
SATISFIED = np.where(np.isnan(X["answer"]), np.nan, X["answer"] >= 3)


def declare(lonely_psu: str = "adjust", **more: object) -> SurveyDesign:
    """R: svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = x); options(survey.lonely.psu = ...)."""
    return SurveyDesign.declare(psu=X["psu"], strata=X["stratum"], weights=X["weight"], lonely_psu=lonely_psu, **more)


@pytest.mark.parametrize(
    ("rule", "se", "p_values", "covariance"),
    [
        # summary(svyglm(score ~ trade + age, des))
        (
            "adjust",
            [2.505164015, 1.6379492082, 0.92870346531, 0.038416605246],
            [2.8748068439e-07, 0.96817827075, 0.00023989718213, 0.0025973614973],
            0.88226048868,
        ),
        (
            "average",
            [2.7874670151, 1.829699059, 1.0334041857, 0.042928930691],
            [5.984936044e-07, 0.9715113013, 0.00046089351155, 0.0046727127938],
            1.12365652,
        ),
    ],
)
def test_linear_regression_is_that_of_r(rule, se, p_values, covariance) -> None:
    found = fit_linear(declare(rule), X["score"], TERMS)

    assert found.names == ("(Intercept)", "tradeoffice", "tradeshop", "age")
    assert found.coefficients == approx([47.374663412, 0.067714936937, 6.3705499719, 0.17527350157], rel=1e-9)
    assert found.se == approx(se, rel=1e-9)
    assert found.df == 7
    assert found.p_values == approx(p_values, rel=1e-8)
    assert found.covariance[0, 1] == approx(covariance, rel=1e-9)


def test_linear_regression_in_a_domain_is_that_of_r() -> None:
    # svyglm(score ~ trade + age, subset(des, woman == 1))
    found = fit_linear(declare(), X["score"], TERMS, domain=X["woman"] == 1)

    assert found.coefficients == approx([46.207179068, 1.2083446352, 7.3153211967, 0.19447693212], rel=1e-9)
    assert found.se == approx([3.1476830645, 2.0936638576, 1.3845729105, 0.050779270705], rel=1e-9)


def test_dropping_the_rows_of_others_is_not_the_same_as_a_domain() -> None:
    rows = X["stratum"] != "hills"
    rows &= ~((X["psu"] == "north0") | (X["psu"] == "delta1"))  # whole PSUs without a row in the domain
    whole = fit_linear(declare("certainty"), X["score"], {"age": X["age"]}, domain=rows)
    part = SurveyDesign.declare(psu=X["psu"][rows], strata=X["stratum"][rows], weights=X["weight"][rows])

    dropped = fit_linear(part, X["score"][rows], {"age": X["age"][rows]})

    assert whole.coefficients == approx(dropped.coefficients, rel=1e-9)
    assert whole.se != approx(dropped.se, rel=1e-3)


def test_logistic_regression_is_that_of_r() -> None:
    # svyglm(y ~ trade + age, des, family = quasibinomial(), control = glm.control(epsilon = 1e-13, maxit = 60))
    found = fit_logit(declare(), SATISFIED, TERMS)

    assert found.coefficients == approx([-1.0338699717, -0.46795272381, 1.3390299122, 0.039432789945], rel=1e-9)
    assert found.se == approx([0.49970053023, 0.39821406797, 0.35580438155, 0.0092516235991], rel=1e-8)
    assert found.df == 7


def test_proportional_odds_are_those_of_r_driven_to_its_maximum() -> None:
    # svyolr(factor(answer, ordered = TRUE) ~ trade + age, des, control = list(reltol = 1e-18, maxit = 2000));
    # its standard errors rest on differences of gradients 0.001 apart
    found = fit_proportional_odds(declare(), X["answer"], TERMS)

    assert found.model.names == ("tradeoffice", "tradeshop", "age", "1|2", "2|3", "3|4")
    assert found.slopes == approx([-0.32483896812, 1.5805565944, 0.042777599456], rel=1e-8)
    assert found.thresholds == approx([-0.0042988390288, 1.2626839473, 3.0695625247], rel=1e-7)
    assert found.model.se == approx(
        [0.27650612609, 0.30071561414, 0.0076243397591, 0.46779682909, 0.43629969377, 0.44020989388], rel=3e-4
    )
    assert found.model.df == 7


@pytest.mark.parametrize(
    ("rule", "se"),
    [
        ("certainty", [0.26644424604, 0.30061668767, 0.0076197609307, 0.46436049066, 0.43505000684, 0.42993912263]),
        ("average", [0.29789372318, 0.3360996744, 0.0085191517066, 0.51917081159, 0.48640069445, 0.48068655219]),
    ],
)
def test_where_r_stops_short_of_the_maximum_is_known(rule, se) -> None:
    # svyolr(factor(answer, ordered = TRUE) ~ trade + age, des)
    stopped, covariance = stop_early(declare(rule), X["answer"], TERMS)

    assert stopped == approx(
        [-0.32483772181, 1.5806030227, 0.04277689292, -0.004319336613, 1.2626237517, 3.0695414775], rel=1e-7
    )
    assert np.sqrt(np.diag(covariance)) == approx(se, rel=1e-7)


def test_proportional_odds_without_weights_are_those_of_statsmodels() -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    used = ~np.isnan(X["answer"])
    exog = np.column_stack([X["age"], X["woman"]])[used]
    theirs = OrderedModel(X["answer"][used].astype(int) - 1, exog, distr="logit")
    fitted = theirs.fit(method="newton", disp=False, maxiter=100, tol=1e-10)
    design = SurveyDesign.declare(psu=X["psu"])

    ours = fit_proportional_odds(design, X["answer"], {"age": X["age"], "woman": X["woman"]})

    assert ours.slopes == approx(fitted.params[:2], rel=1e-5)
    assert ours.thresholds == approx(theirs.transform_threshold_params(fitted.params)[1:-1], rel=1e-5)


def test_turning_the_order_of_answers_round_turns_the_signs() -> None:
    up = fit_proportional_odds(declare(), X["answer"], TERMS)
    down = fit_proportional_odds(declare(), 5 - X["answer"], TERMS)

    assert down.slopes == approx(-up.slopes, rel=1e-8)
    assert down.thresholds == approx(-up.thresholds[::-1], rel=1e-8)
    assert down.model.se[:3] == approx(up.model.se[:3], rel=1e-7)


def test_levels_choose_what_the_others_are_compared_with() -> None:
    plain = fit_linear(declare(), X["score"], {"trade": X["trade"]})

    turned = fit_linear(declare(), X["score"], {"trade": X["trade"]}, levels={"trade": ["shop", "farm", "office"]})

    assert turned.names == ("(Intercept)", "tradefarm", "tradeoffice")
    assert turned.coefficients[1] == approx(-plain.coefficients[2], rel=1e-9)
    assert turned.se[1] == approx(plain.se[2], rel=1e-9)


def test_numbers_become_levels_when_levels_name_them() -> None:
    found = fit_linear(declare(), X["score"], {"answer": X["answer"]}, levels={"answer": [1, 2, 3, 4]})

    assert found.names == ("(Intercept)", "answer2", "answer3", "answer4")


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-6, 1e6), st.floats(-1e3, 1e3))
def test_the_unit_of_a_term_does_not_matter(unit: float, zero: float) -> None:
    plain = fit_logit(declare(), SATISFIED, {"age": X["age"]})

    other = fit_logit(declare(), SATISFIED, {"age": unit * X["age"]})
    shifted = fit_linear(declare(), X["score"], {"age": X["age"] + zero})

    assert other.coefficients[1] * unit == approx(plain.coefficients[1], rel=1e-8)
    assert other.t[1] == approx(plain.t[1], rel=1e-8)
    assert shifted.t[1] == approx(fit_linear(declare(), X["score"], {"age": X["age"]}).t[1], rel=1e-6)


def test_collinear_terms_are_refused_by_name() -> None:
    terms = TERMS | {"years": X["age"] + 5.0, "shopkeeper": (X["trade"] == "shop").astype(float)}

    with pytest.raises(MeasureError, match="years, shopkeeper: an exact combination") as error:
        fit_linear(declare(), X["score"], terms)

    assert error.value.code == "collinear"


def test_a_level_in_which_everybody_agrees_is_named() -> None:
    agreeing = np.where(X["trade"] == "shop", 1.0, SATISFIED)

    with pytest.raises(MeasureError, match=r"^tradeshop: a group in which everybody answers alike") as error:
        fit_logit(declare(), agreeing, TERMS)

    assert error.value.code == "separation"


def test_a_slope_that_parts_the_answers_is_named() -> None:
    with pytest.raises(MeasureError, match="age") as error:
        fit_logit(declare(), X["age"] > 40, {"age": X["age"]})
    assert error.value.code == "separation"


def test_separated_ordered_answers_are_refused() -> None:
    top = np.where(X["trade"] == "shop", 4.0, X["answer"])

    with pytest.raises(MeasureError, match=r"^tradeshop: ") as error:
        fit_proportional_odds(declare(), top, TERMS)

    assert error.value.code == "separation"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: fit_logit(declare(), np.ones(len(X["psu"])), TERMS), "constant_response"),
        (lambda: fit_logit(declare(), X["answer"], TERMS), "not_a_share"),
        (lambda: fit_linear(declare(), X["trade"], TERMS), "not_a_number"),
        (lambda: fit_linear(declare(), X["score"], {"age": X["age"][:-1]}), "wrong_length"),
        (lambda: fit_linear(declare(), X["score"], {"age": np.full(len(X["psu"]), np.nan)}), "no_rows"),
        (lambda: fit_linear(declare(), X["score"], {"sex": ["F"] * len(X["psu"])}), "one_level"),
        (lambda: fit_linear(declare(), X["score"], {"age": np.where(X["age"] > 70, np.inf, 1)}), "not_finite"),
        (lambda: fit_linear(declare(), X["score"], TERMS, domain=X["woman"]), "bad_domain"),
        (lambda: fit_linear(declare(), X["score"], TERMS, levels={"trade": ["farm", "shop"]}), "unknown_level"),
        (lambda: fit_proportional_odds(declare(), X["trade"], {"age": X["age"]}), "no_order"),
        (lambda: fit_proportional_odds(declare(), SATISFIED, TERMS), "two_categories"),
        (lambda: compare_groups(declare(), X["score"], np.ones(len(X["psu"]))), "two_groups"),
    ],
)
def test_what_cannot_be_fitted_is_named(call, code: str) -> None:
    with pytest.raises(MeasureError) as error:
        call()
    assert error.value.code == code


def test_text_answers_are_ordered_as_told() -> None:
    words = {1.0: "poor", 2.0: "fair", 3.0: "good", 4.0: "very good"}
    text = [words.get(answer) for answer in X["answer"]]

    found = fit_proportional_odds(declare(), text, TERMS, categories=list(words.values()))

    assert found.categories == ("poor", "fair", "good", "very good")
    assert found.slopes == approx(fit_proportional_odds(declare(), X["answer"], TERMS).slopes, rel=1e-10)


def test_without_a_drawn_sample_nothing_is_tested() -> None:
    found = fit_linear(declare(probability=False), X["score"], TERMS)
    table = assess_association(declare(probability=False), X["answer"], X["trade"])

    assert found.coefficients[3] == approx(0.17527350157, rel=1e-9)
    assert np.isnan(found.se).all()
    assert np.isnan(found.p_values).all()
    assert math.isnan(table.second_order.p_value)
    assert math.isnan(table.wald.p_value)


def test_too_few_psus_for_the_terms_give_no_p_values() -> None:
    design = SurveyDesign.declare(psu=list("aabb"))

    found = fit_linear(design, [1, 2, 3, 5], {"x": [1, 2, 4, 4]})

    assert found.df == 0
    assert np.isnan(found.p_values).all()
    assert np.isnan(found.intervals()).all()


def test_a_model_matrix_leaves_out_incomplete_rows() -> None:
    matrix = build_model_matrix(
        {"sex": ["F", "M", None, "M", "F"], "age": [30, float("nan"), 40, 50, 60]},
        np.array([True, True, True, True, True]),
    )

    assert matrix.rows.tolist() == [True, False, False, True, True]
    assert matrix.values.tolist() == [[1, 0, 30], [0, 0, 0], [0, 0, 0], [1, 1, 50], [1, 0, 60]]
