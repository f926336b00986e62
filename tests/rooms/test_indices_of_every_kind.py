"""Indices of every kind against sums written out by hand; codes declared missing count in none of them."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from analysis.design import SurveyDesign
from analysis.joint import by_item
from survey_app.instruments.loader import load_file
from survey_app.instruments.service import store_questionnaire
from survey_app.results.choices import describe_choices
from survey_app.results.estimates import Row, estimate_survey
from survey_app.results.export import export_responses
from survey_app.results.tables import rows_as_csv
from survey_app.results.words import answer_sentence, rate_words
from survey_app.surveys.models import Survey
from tests.village import VILLAGE, communes, make_village, respond
from tests.world import TESTER

EXAMPLE = Path(__file__).parents[1] / "questionnaires" / "indices.yaml"
#: Twelve people, four in each of three communes: a1, a2, a3 (negative), g1, paid. None: not answered.
PEOPLE: list[tuple[Any, ...]] = [
    (5, 4, 1, 120, 1), (4, 4, 2, 80, 1), (3, 8, 4, "dk", 8), (9, 2, 5, 60, 2),
    (4, 5, 3, 100, 1), (5, 5, 2, 90, 1), (2, 3, 3, None, 2), (4, 4, None, 150, 1),
    (1, 9, 4, 40, 2), (4, 4, 1, 100, 8), (5, 3, 2, 70, 1), (8, 5, 2, 110, 1),
]  # fmt: skip
KEYS = ("a1", "a2", "a3", "g1", "paid")


@pytest.fixture
def survey(session: Session) -> Survey:
    """The twelve people's answers; six communes of twelve drawn in one stratum, three of which answered."""
    store_questionnaire(session, load_file(EXAMPLE), actor=TESTER)
    made = make_village(session, questionnaire="indices", sample={"share": 0.5, "stratify_by": "none"})
    for number, person in enumerate(PEOPLE):
        answers = {key: value for key, value in zip(KEYS, person, strict=True) if value is not None}
        respond(session, made, communes(session, made)[number // 4], answers=answers)
    session.commit()
    return made


def whole(session: Session, survey: Survey, of: str) -> Row:
    (found,) = [row for row in estimate_survey(session, survey).rows if row.of == of]
    return found


def by_hand(values: list[list[float]]) -> Any:
    """The same sample declared outside the application."""
    design = SurveyDesign.declare(
        psu=[number // 4 for number in range(12)], psu_population=[12] * 12, weights=[4.0] * 12, lonely_psu="adjust"
    )
    return by_item(design, values, [str(number) for number in range(len(values[0]))])


def rates() -> list[list[float]]:
    """1 for satisfied, 0 for not, NaN for no opinion, not used and no answer; a3 is satisfied at 1 and 2."""

    def one(key: str, value: Any) -> float:
        if value not in (1, 2, 3, 4, 5):
            return math.nan
        return float(value in ((1, 2) if key == "a3" else (4, 5)))

    return [[one(key, value) for key, value in zip(KEYS[:3], person, strict=False)] for person in PEOPLE]


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
class TestIndices:
    def test_an_item_counts_neither_no_opinion_nor_not_used(self, session: Session, survey: Survey) -> None:
        # a1: 4, 5 seven times among 5 4 3 4 5 2 4 1 4 5, ten answers; 9 and 8 are missing.
        row = whole(session, survey, "a1")
        assert (row.n, row.missing, row.estimate) == (10, 2, pytest.approx(7 / 10))

    def test_of_a_negative_item_the_low_points_are_the_satisfied_ones(self, session: Session, survey: Survey) -> None:
        # a3: 1 2 4 5 3 2 3 – 4 1 2 2, eleven answers: six low, two in the middle, three high.
        row = whole(session, survey, "a3")
        assert row.estimate == pytest.approx(6 / 11)
        assert row.shares == pytest.approx({"satisfied": 6 / 11, "neutral": 2 / 11, "dissatisfied": 3 / 11})

    def test_pooled_answers_and_mean_of_rates_are_two_figures(self, session: Session, survey: Survey) -> None:
        # a1 7 of 10, a2 (4 4 2 5 5 3 4 4 3 5) 7 of 10, a3 6 of 11: pooled 20 of 31, mean (0.7 + 0.7 + 6/11)/3.
        pooled, mean = whole(session, survey, "pooled"), whole(session, survey, "by_item")
        assert pooled.estimate == pytest.approx(20 / 31)
        assert mean.estimate == pytest.approx((0.7 + 0.7 + 6 / 11) / 3)
        assert (pooled.n, mean.n, mean.respondents) == (31, 31, 12)

    def test_the_mean_of_rates_carries_the_covariance_of_its_items(self, session: Session, survey: Survey) -> None:
        mean = whole(session, survey, "by_item")
        assert mean.se == pytest.approx(by_hand(rates()).mean().se)
        assert mean.verdict is not None
        assert mean.deff is not None

    def test_all_satisfied_looks_at_the_answers_given(self, session: Session, survey: Survey) -> None:
        # Persons 1, 2, 6, 8 (no a3), 10 and 12 (no a1) are satisfied with all they answered.
        row = whole(session, survey, "everything")
        assert (row.estimate, row.n, row.base, row.unit) == (pytest.approx(6 / 12), 12, 12, "share")
        assert row.verdict is not None

    def test_a_mean_score_is_in_points_and_on_a_hundred(self, session: Session, survey: Survey) -> None:
        # a1 sums to 37 over 10, a2 to 39 over 10, a3 turned round (6 − x) to 5 4 2 1 3 4 3 2 5 4 4 = 37 over 11.
        row = whole(session, survey, "points")
        score = (37 + 39 + 37) / 31
        assert (row.unit, row.estimate, row.verdict, row.target) == ("points", pytest.approx(score), None, None)
        assert row.ci["method"] == "mean"
        assert row.rescaled["estimate"] == pytest.approx((score - 1) / 4 * 100)
        assert row.rescaled["low"] == pytest.approx((row.ci["low"] - 1) / 4 * 100)

    def test_expectation_met_is_the_mean_percentage_of_those_who_named_one(
        self, session: Session, survey: Survey
    ) -> None:
        # 120 80 60 100 90 150 40 100 70 110 = 920 over 10; „dk” and nothing are missing.
        row = whole(session, survey, "expectation")
        assert (row.unit, row.estimate, row.n, row.missing) == ("percent", pytest.approx(92), 10, 2)

    def test_papi_dimensions_and_total_follow_their_indicators(self, session: Session, survey: Survey) -> None:
        # d1: two sub-dimensions of 0.5 to 5 points. paid: 7 of 10 said 1 → 0.5 + 0.7·4.5 = 3.65; a1 mean 3.7 →
        # 0.5 + 0.675·4.5 = 3.5375; mean 3.59375. g1 mean 92 of 200 → 0.5 + 0.46·4.5 = 2.57. Together 6.16375.
        # d2: one sub-dimension of 1 to 10. a2 mean 3.9 → 1 + 0.725·9 = 7.525; a3 mean 29/11, negative →
        # 1 + (5 − 29/11)/4·9 = 6.31818; mean 6.92159.
        d1, d2 = 6.16375, (7.525 + 1 + (5 - 29 / 11) / 4 * 9) / 2
        for of, value in (("d1", d1), ("d2", d2), ("papi", d1 + d2)):
            row = whole(session, survey, of)
            assert (row.estimate, row.unit, row.verdict) == (pytest.approx(value), "points", None)

    def test_the_error_of_a_papi_dimension_is_that_of_its_linear_form(self, session: Session, survey: Survey) -> None:
        values = [[v if v in (1, 2, 3, 4, 5) else math.nan for v in person[1:3]] for person in PEOPLE]
        contrast = by_hand(values).contrast([9 / 4 / 2, -9 / 4 / 2])
        assert whole(session, survey, "d2").se == pytest.approx(contrast.se)

    def test_by_commune_every_index_has_a_row_and_is_withheld_below_ten(self, session: Session, survey: Survey) -> None:
        rows = [row for row in estimate_survey(session, survey, "commune").rows if row.kind == "index" and row.domain]
        assert len(rows) == 8 * 6
        assert {row.withheld for row in rows} == {"too_few"}
        assert {row.estimate for row in rows} == {None}
        channel = [
            row for row in estimate_survey(session, survey, "channel").rows if row.domain == {"channel": "kiosk"}
        ]
        assert len([row for row in channel if row.kind == "index"]) == 8
        for row in channel:
            overall = whole(session, survey, row.of)
            assert (row.estimate, row.se) == (pytest.approx(overall.estimate), pytest.approx(overall.se))
            assert (row.verdict is None) == (row.unit != "share")

    def test_a_missing_option_is_no_answer_to_its_question(self, session: Session, survey: Survey) -> None:
        (paid,) = [one for one in describe_choices(session, survey) if one["key"] == "paid"]
        assert (paid["n"], paid["base"]) == (10, 12)
        assert [(one["value"], one["share"]) for one in paid["options"]] == [
            ("1", pytest.approx(0.7)),
            ("2", pytest.approx(0.3)),
        ]

    def test_of_a_ranking_the_share_of_those_who_put_an_option_first(self, session: Session) -> None:
        store_questionnaire(session, load_file(EXAMPLE.with_name("ranking.yaml")), actor=TESTER)
        ranked = make_village(session, questionnaire="ranking", sample={"share": 0.5, "stratify_by": "none"})
        for number in range(12):
            answers = {"order": ["place", 1] if number < 9 else [1], "all": [2, 1]}
            respond(session, ranked, communes(session, ranked)[number % 3], answers=answers)
        session.commit()
        order = describe_choices(session, ranked)[0]
        assert (order["kind"], order["n"], order["base"]) == ("ranking", 12, 12)
        assert [one["share"] for one in order["options"]] == pytest.approx([0.25, 0, 0, 0.75])

    def test_files_name_the_unit_and_hold_the_numbers_behind_an_index(self, session: Session, survey: Survey) -> None:
        rows = list(csv.DictReader(io.StringIO(rows_as_csv(estimate_survey(session, survey).rows, simulated=False))))
        units = {row["of"]: row["unit"] for row in rows if row["kind"] == "index"}
        assert units == {
            "pooled": "share", "by_item": "share", "points": "points", "everything": "share",
            "expectation": "percent", "d1": "points", "d2": "points", "papi": "points",
        }  # fmt: skip
        exported = list(csv.DictReader(io.StringIO(export_responses(session, survey).responses)))
        assert sorted(row["g1"] for row in exported if row["g1"]) == sorted(
            str(float(person[3])) for person in PEOPLE if isinstance(person[3], int)
        )

    def test_words_name_the_unit(self, app: Flask, session: Session, survey: Survey) -> None:
        with app.test_request_context():
            assert rate_words(whole(session, survey, "expectation")).startswith("92,0% (")
            assert answer_sentence(whole(session, survey, "points")).startswith("Điểm trung bình: 3,65 điểm (")

    @pytest.mark.usefixtures("survey")
    def test_the_results_page_shows_every_index(self, sign_in: Any) -> None:
        page = sign_in("analyst").get(f"/quan-ly/dot/{VILLAGE}/ket-qua?theo=channel&cua=papi").text
        assert "Các chỉ số" in page
        assert "66,1 trên 100" in page
        assert page.count("điểm") >= 4

    def test_a_survey_without_answers_has_no_figure_and_no_error(self, session: Session) -> None:
        store_questionnaire(session, load_file(EXAMPLE), actor=TESTER)
        empty = make_village(session, questionnaire="indices")
        assert {row.estimate for row in estimate_survey(session, empty).rows} == {None}
        assert {row.estimate for row in estimate_survey(session, empty, "commune").rows} == {None}


def test_the_mean_of_rates_leaves_out_an_item_nobody_answered() -> None:
    from analysis.composite import estimate_composite, mean_of_ratios
    from analysis.measures import Measures

    design = SurveyDesign.declare(psu=[0, 0, 1, 1, 2, 2])
    values = np.array([[1, np.nan], [0, np.nan], [1, np.nan], [1, np.nan], [0, np.nan], [1, np.nan]])
    both = estimate_composite(design, Measures.of_rates(design, values), mean_of_ratios, rate=True)
    alone = design.proportion(values[:, 0])
    assert (both.estimate, both.n, both.total) == (pytest.approx(alone.estimate), 6, 6)
    assert both.se == pytest.approx(alone.se)
    assert both.deff_with_replacement == pytest.approx(alone.deff_with_replacement)
