"""Figures of a survey against sums written out by hand, and every figure with its base or the reason why not."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from analysis.design import SurveyDesign
from analysis.policy import published_interval
from survey_app.errors import UserError
from survey_app.results.estimates import Row, estimate_survey
from survey_app.results.tables import rows_as_json
from survey_app.surveys.models import Survey
from tests.village import communes, make_village, respond

SAMPLE = {"share": 0.5, "stratify_by": "none"}  # 12 communes, 6 drawn


def row(session: Session, survey: Survey, of: str, by: str = "", value: str = "") -> Row:
    """One figure."""
    domain = {by: value} if by else {}
    (found,) = [one for one in estimate_survey(session, survey, by).rows if (one.of, one.domain) == (of, domain)]
    return found


def answer_all(session: Session, survey: Survey, counts: list[tuple[int, int]], **changes: Any) -> None:
    """In each commune (good, bad) answers to q1, nothing else on a scale."""
    for commune, (good, bad) in zip(communes(session, survey), counts, strict=False):
        for number in range(good + bad):
            answers = {"q1": 3 if number < good else 1, "late": 2}
            respond(session, survey, commune, answers=answers, **changes)
    session.commit()


def test_rate_and_standard_error_agree_with_a_sum_done_by_hand(session: Session) -> None:
    # Three of the twelve communes answer: 4 of 5, 3 of 5 and 1 of 2 are satisfied. Each answer weighs 12/3 = 4,
    # so p = 8/12 = 2/3. Between communes: totals of the residuals are z = 4 − 10/3 = 2/3, 3 − 10/3 = −1/3 and
    # 1 − 4/3 = −1/3, so s² = (4/9 + 1/9 + 1/9)/2 = 1/3, and V = (1 − 3/12)·12²/3·s² = 12.
    # Within them, people counting as drawn with replacement: 3/12 · 4² · Σ m²/(m − 1)·pᵢ(1 − pᵢ)
    # = 0.25 · 16 · (25/4·0.16 + 25/4·0.24 + 4·0.25) = 4 · 3.5 = 14. Together 26, over (weighted answers)² = 48².
    survey = make_village(session, sample=SAMPLE)
    answer_all(session, survey, [(4, 1), (3, 2), (1, 1)])
    found = row(session, survey, "q1")
    assert (found.n, found.base, found.missing, found.n_psu, found.df) == (12, 12, 0, 3, 2)
    assert found.estimate == pytest.approx(2 / 3, abs=1e-12)
    assert found.se == pytest.approx(math.sqrt(26) / 48, abs=1e-12)
    assert found.shares == pytest.approx({"satisfied": 2 / 3, "neutral": 0, "dissatisfied": 1 / 3})


def test_figures_agree_with_the_statistics_used_directly(session: Session) -> None:
    survey = make_village(session)
    counts = [(4, 1), (3, 3), (5, 0), (2, 2), (6, 1), (3, 2), (2, 1)]
    answer_all(session, survey, counts)
    from survey_app.sampling.queries import drawn_units

    entries = [entry for entry in drawn_units(session, survey) for _one in range(sum(counts[entry_place(entry)]))]
    values = [value for good, bad in counts for value in [1.0] * good + [0.0] * bad]
    design = SurveyDesign.declare(
        psu=[entry.unit.code for entry in entries],
        strata=[entry.stratum for entry in entries],
        weights=[entry.base_weight for entry in entries],
        psu_population=[entry.stratum_size for entry in entries],
        lonely_psu="adjust",
        df_rule="satterthwaite",
    )
    direct = design.proportion(np.array(values))
    limits = published_interval(direct, None, level=0.95)
    found = row(session, survey, "q1")
    assert found.estimate == pytest.approx(direct.estimate, abs=1e-12)
    assert found.se == pytest.approx(direct.se, abs=1e-12)
    assert found.ci["low"] == pytest.approx(limits.low, abs=1e-12)
    assert found.ci["high"] == pytest.approx(limits.high, abs=1e-12)


def entry_place(entry: Any) -> int:
    """The place of a drawn commune among the drawn ones."""
    drawn = sorted((one for one in entry.draw.units if one.drawn), key=lambda one: one.position)
    return drawn.index(entry)


def test_an_index_pools_the_answers_of_its_items(session: Session) -> None:
    # 12 people: q1 satisfied by 9; q2 answered by 8 and satisfied by 2: pooled 11 of 20 answers.
    survey = make_village(session, sample=SAMPLE)
    for number in range(12):
        answers = {"q1": 3 if number < 9 else 2} | ({"q2": 3 if number < 2 else 1} if number < 8 else {"q2": 9})
        respond(session, survey, communes(session, survey)[number % 3], answers=answers)
    session.commit()
    for of in ("overall", "service"):
        found = row(session, survey, of)
        assert (found.respondents, found.n, found.estimate) == (12, 20, pytest.approx(11 / 20))
    assert row(session, survey, "q1").shares == pytest.approx({"satisfied": 0.75, "neutral": 0.25, "dissatisfied": 0})


def test_no_opinion_and_no_answer_are_missing_and_not_in_the_rate(session: Session) -> None:
    survey = make_village(session, sample=SAMPLE)
    for value in [3] * 9 + [1] * 3 + [9] * 4 + [None] * 2:
        respond(session, survey, answers={"q1": value, "q2": 3})
    session.commit()
    found = row(session, survey, "q1")
    assert (found.base, found.n, found.missing, found.estimate) == (18, 12, 6, pytest.approx(0.75))


def test_the_base_of_a_conditional_question_is_who_was_asked(session: Session) -> None:
    survey = make_village(session, sample=SAMPLE)
    for number in range(20):
        late = {"late": 1} | ({"q3": 3} if number < 11 else {}) if number < 13 else {"late": 2}
        respond(session, survey, answers={"q1": 3, "q2": 3} | late)
    session.commit()
    found = row(session, survey, "q3")
    assert (found.base, found.n, found.missing, found.estimate) == (13, 11, 2, pytest.approx(1))


@pytest.mark.parametrize("people", [9, 10])
def test_fewer_than_ten_answers_are_withheld_and_say_so(session: Session, people: int) -> None:
    survey = make_village(session, sample=SAMPLE)
    answer_all(session, survey, [(people, 0)])
    found = row(session, survey, "q1")
    assert found.n == people
    if people < 10:
        assert found.withheld == "too_few"
        hidden = (found.estimate, found.se, found.deff, found.ci, found.shares, found.verdict)
        assert hidden == (None,) * 6
    else:
        assert (found.withheld, found.estimate) == (None, 1.0)


@pytest.mark.parametrize(
    ("good", "bad", "rate", "verdict"), [(60, 0, 0.8, "met"), (2, 58, 0.8, "not_met"), (49, 11, 0.8, "not_proven")]
)
def test_the_verdict_follows_the_interval_and_the_target(
    session: Session, good: int, bad: int, rate: float, verdict: str
) -> None:
    survey = make_village(session, sample=SAMPLE, target={"rate": rate})
    each = [(good // 6 + (place < good % 6), bad // 6 + (place < bad % 6)) for place in range(6)]
    answer_all(session, survey, each)
    found = row(session, survey, "q1")
    assert (found.verdict, found.target, found.target_operator) == (verdict, rate, "ge")
    low, high = found.ci["low"], found.ci["high"]
    assert {"met": low >= rate, "not_met": high < rate, "not_proven": low < rate <= high}[verdict]


def test_breakdowns_split_the_answers_and_leave_no_one_out(session: Session) -> None:
    survey = make_village(session, sample=SAMPLE)
    for number in range(40):
        respond(
            session,
            survey,
            communes(session, survey)[number % 4],
            channel=("kiosk", "paper")[number % 2],
            answers={"q1": 3 if number % 4 else 1, "q2": 3, "sex": number % 2 + 1},
        )
    session.commit()
    assert estimate_survey(session, survey).breakdowns == ["commune", "channel", "late", "sex"]
    for by, parts in (("commune", 6), ("channel", 2), ("sex", 2)):
        rows = [one for one in estimate_survey(session, survey, by).rows if one.of == "q1" and one.domain]
        assert (len(rows), sum(one.n for one in rows)) == (parts, 40), by
    assert row(session, survey, "q1", "channel", "paper").estimate == pytest.approx(1)
    assert row(session, survey, "q1", "sex", "1").estimate == pytest.approx(0.5)


def test_districts_split_kien_giang(session: Session) -> None:
    from tests.world import answer, make_survey

    survey = make_survey(session, state="collecting")
    for _number in range(11):
        answer(session, survey)
    session.commit()
    figures = [one for one in estimate_survey(session, survey, "district").rows if one.of == "sipas" and one.domain]
    assert len(figures) == 15
    first = figures[0]
    assert (first.domain, first.respondents, first.withheld) == ({"district": "899"}, 11, None)
    assert {one.withheld for one in figures[1:]} == {"too_few"}
    assert figures[0].domain_title["vi"] == "Thành phố Rạch Giá"


def test_a_breakdown_that_does_not_exist_is_refused_with_those_that_do(session: Session) -> None:
    survey = make_village(session)
    respond(session, survey)
    session.commit()
    for by in ("weather", "q1", "words", "visits", "ways", "response_id", "late?", "district", "x" * 500):
        with pytest.raises(UserError) as refused:
            estimate_survey(session, survey, by)
        assert "commune" in refused.value.message, by
        assert len(refused.value.message) < 300


@pytest.mark.parametrize("people", [0, 1])
def test_a_survey_with_no_answer_or_one_has_figures_that_are_all_withheld(session: Session, people: int) -> None:
    survey = make_village(session)
    answer_all(session, survey, [(people, 0)])
    figures = estimate_survey(session, survey, "channel")
    assert figures.responses == people
    assert {one.of for one in figures.rows} == {"overall", "service", "q1", "q2", "q3"}
    assert {one.withheld for one in figures.rows} == {"too_few"}
    json.dumps(rows_as_json(figures.rows, simulated=False), allow_nan=False)


def test_answers_of_another_survey_are_not_counted(app: Flask, session: Session) -> None:
    from survey_app.sampling.service import draw_sample
    from survey_app.surveys.service import create_survey, set_state
    from tests.village import village_definition
    from tests.world import TESTER

    survey = make_village(session)
    other = create_survey(session, village_definition(slug="lang-khac"), actor=TESTER)
    draw_sample(session, other, seed="7", actor=TESTER)
    set_state(session, other, "collecting", actor=TESTER)
    answer_all(session, survey, [(12, 0)])
    answer_all(session, other, [(0, 15)])
    assert (row(session, survey, "q1").n, row(session, survey, "q1").estimate) == (12, pytest.approx(1))
    assert (row(session, other, "q1").n, row(session, other, "q1").estimate) == (15, pytest.approx(0))
