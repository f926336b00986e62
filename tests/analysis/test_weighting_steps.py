"""A chain of weighting steps: shown, undone, stored and run again."""

import json
from typing import Any

import numpy as np
import pytest
from pytest import approx

from analysis.design import SurveyDesign
from analysis.errors import DesignError
from analysis.weighting import (
    WeightingChain,
    WeightingStep,
    rake,
    rake_weights,
    run_steps,
    summarize_weights,
    trim_weights,
)

SEX = ["F", "F", "F", "M", "M", "M"]
AGE = ["old", "young", "young", "old", "old", "young"]
MARGINS = {"sex": {"F": 60, "M": 40}, "age": {"old": 30, "young": 70}}


def code_of(call: Any, *arguments: Any, **named: Any) -> tuple[str, int | None, str]:
    with pytest.raises(DesignError) as caught:
        call(*arguments, **named)
    return caught.value.code, caught.value.row, str(caught.value)


ROWS: dict[str, Any] = {
    "communes": [20] * 12, "drawn": [5] * 12, "people": [300] * 6 + [600] * 6, "invited": [40] * 12,
    "sex": SEX * 2, "age": AGE * 2, "income": [float(value) for value in range(12)],
}  # fmt: skip
BASE = WeightingStep(
    "base",
    {"psu_population": "communes", "psu_sample": "drawn", "element_population": "people", "element_sample": "invited"},
)
RESPONSE = WeightingStep("nonresponse", {"variables": ["sex"], "invited": [["F", 9], ["M", 12]], "minimum_invited": 5})
RAKE = WeightingStep("rake", {"margins": MARGINS})
TRIM = WeightingStep("trim", {"upper_times_mean": 1.6})


def test_a_chain_shows_each_step_and_the_weights_it_left() -> None:
    chain = run_steps(ROWS, [BASE, RESPONSE, RAKE, TRIM, RAKE])
    assert [one.step.name for one in chain.results] == ["base", "nonresponse", "rake", "trim", "rake"]
    base = np.array([30.0] * 6 + [60.0] * 6)
    factor = np.where(np.array(ROWS["sex"]) == "F", 9 / 6, 12 / 6)
    raked = rake_weights(base * factor, ROWS, MARGINS).weights
    trimmed = trim_weights(raked, upper=1.6 * raked.mean()).weights
    last = rake_weights(trimmed, ROWS, MARGINS).weights
    for result, weights in zip(chain.results, [base, base * factor, raked, trimmed, last], strict=True):
        np.testing.assert_allclose(result.weights, weights)
        assert result.summary == summarize_weights(result.weights)


def test_undo_takes_the_last_step_back_and_leaves_the_others() -> None:
    whole = run_steps(ROWS, [BASE, RESPONSE, RAKE])
    assert whole.undo().steps == (BASE, RESPONSE)
    assert whole.undo().weights.tolist() == run_steps(ROWS, [BASE, RESPONSE]).weights.tolist()
    assert whole.undo().undo().undo().undo().results == ()
    assert whole.steps == (BASE, RESPONSE, RAKE)


def test_steps_survive_being_stored_as_json() -> None:
    others = [
        WeightingStep(
            "poststratify",
            {"variables": ["sex", "age"],
             "totals": [["F", "old", 9], ["F", "young", 8], ["M", "old", 7], ["M", "young", 6]]},
        ),
        WeightingStep(
            "calibrate",
            {"margins": {"sex": {"F": 400, "M": 300}}, "numeric": {"income": 4000},
             "distance": "logit", "bounds": [0.01, 100]},
        ),
        WeightingStep("trim", {"upper_times_mean": 2, "lower_times_mean": 0.1, "strict": True}),
    ]  # fmt: skip
    steps = [BASE, RESPONSE, *others]
    stored = json.loads(json.dumps([{"name": one.name, "parameters": one.parameters} for one in steps]))
    again = [WeightingStep(**one) for one in stored]
    np.testing.assert_array_equal(run_steps(ROWS, again).weights, run_steps(ROWS, steps).weights)


def test_the_design_of_a_chain_has_the_standard_errors_of_the_calibration_itself() -> None:
    design = SurveyDesign.declare(psu=[1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], strata=["n"] * 6 + ["s"] * 6)
    y = [1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1]
    chain = run_steps(ROWS, [BASE, RAKE])
    direct = rake(design.with_weights([30.0] * 6 + [60.0] * 6), ROWS, MARGINS).design
    assert chain.weigh(design).proportion(y).se == approx(direct.proportion(y).se, rel=1e-9)
    assert chain.undo().weigh(design).proportion(y).se != approx(direct.proportion(y).se, rel=1e-3)


def test_trimming_ends_the_residuals_of_the_calibration_before_unless_it_cuts_nothing() -> None:
    raked = run_steps(ROWS, [BASE, RAKE])
    cut = raked.apply(WeightingStep("trim", {"upper_times_mean": 1.3}))
    whole = raked.apply(WeightingStep("trim", {"upper_times_mean": 9}))
    assert cut.weights.max() < raked.weights.max()
    assert cut.results[-1].residual is None
    assert whole.results[-1].residual is raked.results[-1].residual is not None


def test_the_weighted_response_factor_takes_the_base_weights_of_those_invited() -> None:
    # F: six answered with base weights 30, 30, 30, 60, 60, 60 = 270 of 400 invited in weight
    step = WeightingStep(
        "nonresponse", {"variables": ["sex"], "invited": [["F", 9, 400.0], ["M", 12, 540.0]], "minimum_invited": 5}
    )
    chain = run_steps(ROWS, [BASE, step])
    factor = np.where(np.array(ROWS["sex"]) == "F", 400 / 270, 540 / 270)
    np.testing.assert_allclose(chain.weights, np.array([30.0] * 6 + [60.0] * 6) * factor)


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([RAKE], "step_order"),
        ([BASE, BASE], "step_order"),
        ([BASE, WeightingStep("smooth", {})], "unknown_step"),
        ([BASE, WeightingStep("trim", {})], "missing_parameter"),
        ([BASE, WeightingStep("trim", {"upper_times_mean": 3, "upper": 9})], "unknown_parameter"),
        ([WeightingStep("base", {"psu_population": "communes"})], "missing_parameter"),
        ([WeightingStep("base", {"probabilities": ["pi"]})], "unknown_variable"),
        ([BASE, WeightingStep("nonresponse", {"variables": ["sex"], "invited": [["F", 5], ["M", 12]]})],
         "more_responded_than_invited"),
        ([BASE, WeightingStep("nonresponse", {"variables": ["sex"], "invited": [["F", 9], ["M"]]})], "bad_table"),
        ([BASE, WeightingStep("nonresponse", {"variables": ["sex"], "invited": [["F", 9]]})], "unknown_level"),
        ([BASE, WeightingStep("poststratify", {"variables": ["sex"], "totals": [["F", 9], ["F", 8]]})], "bad_table"),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_taken_says_why(steps: list[WeightingStep], code: str) -> None:
    assert code_of(run_steps, ROWS, steps)[0] == code


def test_a_chain_without_steps_has_no_weights() -> None:
    assert code_of(lambda: WeightingChain(ROWS).weights)[0] == "no_weights"
