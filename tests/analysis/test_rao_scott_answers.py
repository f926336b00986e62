"""Rao and Scott's test of tables of answers, several a person, against R's survey 4.1 (Rscript below gave the numbers).

long <- read.csv("answers.csv")  # one row an answer: psu, stratum, weight, group, satisfied
d <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = long)
svychisq(~group + satisfied, d, statistic = "F")
svychisq(~group + satisfied, d, statistic = "adjWald")
"""

from __future__ import annotations

import numpy as np
import pytest

from analysis.design import SurveyDesign
from analysis.errors import MeasureError
from analysis.models import assess_answers, assess_association

PEOPLE, EACH = 240, 3


def people() -> tuple[SurveyDesign, np.ndarray, np.ndarray]:
    """The design, the group of each person and the answers, shape (n, 3): made by rule, so that R reads the same."""
    k = np.arange(PEOPLE)
    psu = k // 20
    design = SurveyDesign.declare(psu=psu, strata=psu // 4, weights=1.0 + (psu % 5))
    group = (k * 7 + psu) % 3
    answers = np.column_stack(
        [((k * (5 + j) + psu * 3 + group * 2 + j) % 11 < 6 + group).astype(int) for j in range(EACH)]
    )
    return design, group, answers


def counts_of(group: np.ndarray, answers: np.ndarray) -> np.ndarray:
    counts = np.zeros((len(group), 3, 2))
    rows = np.arange(len(group))
    counts[rows, group, 0] = answers.sum(axis=1)
    counts[rows, group, 1] = EACH - answers.sum(axis=1)
    return counts


def test_answers_of_people_are_tested_as_r_tests_the_long_file() -> None:
    design, group, answers = people()
    found = assess_answers(design, counts_of(group, answers), ["0", "1", "2"], ["yes", "no"])
    assert found.n == PEOPLE * EACH
    assert found.second_order.statistic == pytest.approx(66.2298735484, rel=1e-6)
    assert found.second_order.df_numerator == pytest.approx(1.85222867499, rel=1e-6)
    assert found.second_order.df_denominator == pytest.approx(16.6700580749, rel=1e-6)
    assert found.second_order.p_value == pytest.approx(1.68717161898e-08, rel=1e-5)
    assert found.adjusted_wald.statistic == pytest.approx(15.1672695336, rel=1e-6)


def test_one_answer_each_is_the_test_of_two_columns() -> None:
    design, group, answers = people()
    alone = np.zeros((PEOPLE, 3, 2))
    alone[np.arange(PEOPLE), group, answers[:, 0]] = 1
    ours = assess_answers(design, alone, ["0", "1", "2"], ["0", "1"])
    theirs = assess_association(design, group, answers[:, 0])
    assert ours.second_order == theirs.second_order
    assert ours.n == theirs.n


def test_counts_of_another_shape_are_refused() -> None:
    design, group, answers = people()
    with pytest.raises(MeasureError, match="shape"):
        assess_answers(design, counts_of(group, answers)[:, :2], ["0", "1", "2"], ["yes", "no"])
    with pytest.raises(MeasureError, match="rows"):
        assess_answers(design, counts_of(group, answers)[:, :1], ["0"], ["yes", "no"])
