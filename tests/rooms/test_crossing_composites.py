"""Indices computed from the responses themselves in cross tables and rankings; questionnaires without any measure."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_app.errors import UserError
from survey_app.instruments.loader import load_file
from survey_app.instruments.service import store_questionnaire
from survey_app.results.composites import Responses, estimate_index
from survey_app.results.crossing import choice, coded
from survey_app.results.crossing.cells import split_by
from survey_app.results.crossing.choice import Asked, choose, settle
from survey_app.results.crossing.coded import code_responses
from survey_app.results.crossing.differences import find_differences
from survey_app.results.crossing.grid import estimate_grid
from survey_app.results.crossing.measures import measures_to_cross
from survey_app.results.crossing.page_words import ranking_sentence
from survey_app.results.crossing.places import rank_rows
from survey_app.results.crossing.table import cross
from survey_app.surveys.models import Survey
from tests.village import VILLAGE, communes, make_village, respond
from tests.world import TESTER

EXAMPLE = Path(__file__).parents[1] / "questionnaires" / "indices.yaml"
PAGE = f"/quan-ly/dot/{VILLAGE}/ket-qua"
ONLY_WORDS = """
key: only-words
version: "1"
sector: administrative
audience: [citizen]
minutes: 1
title: {vi: Chỉ góp ý, en: Remarks only}
sections:
  - key: remarks
    title: {vi: Góp ý, en: Remarks}
    items:
      - {key: words, type: text, max_length: 300, text: {vi: Góp ý, en: Remarks}}
"""


@pytest.fixture
def indices(session: Session) -> Survey:
    """Twelve answers in each of six communes, some by kiosk and some by telephone; paid or not by rule."""
    store_questionnaire(session, load_file(EXAMPLE), actor=TESTER)
    survey = make_village(session, questionnaire="indices", sample={"share": 0.5, "stratify_by": "none"})
    for place, commune in enumerate(communes(session, survey)):
        for number in range(24):
            k = place * 24 + number
            answers = {"a1": 1 + k % 5, "a2": 1 + (k // 3 + place) % 5, "a3": 1 + (k // 2) % 5, "paid": 1 + number % 2}
            if k % 7:
                answers["g1"] = 50 + k
            respond(session, survey, commune, answers=answers, channel=("kiosk", "field")[number % 3 == 0])
    session.commit()
    return survey


def test_cells_of_a_composite_agree_with_every_mask_made_beforehand(session: Session, indices: Survey) -> None:
    responses = code_responses(session, indices)
    row, column = responses.facets["paid"], responses.facets["channel"]
    for key in ("by_item", "papi"):
        one = measures_to_cross(responses.counts.instrument)[key]
        (grid,) = estimate_grid(responses, [one], row, column)
        paid, channel = responses.facet("paid"), responses.facet("channel")
        for place, line in enumerate(grid.estimates, start=1):
            for other, found in enumerate(line, start=1):
                mask = (paid == place if place < len(grid.rows) else paid > 0) & (
                    channel == other if other < len(grid.columns) else channel > 0
                )
                assert one.measure.index is not None
                (direct,) = estimate_index(Responses(responses.counts, responses.table, [mask]), one.measure.index)
                assert (found.n, found.total, found.n_psu) == (direct.n, direct.total, direct.n_psu)
                assert np.allclose([found.estimate, found.se], [direct.estimate, direct.se], equal_nan=True)


def test_a_composite_of_too_many_cells_and_responses_is_refused_with_the_limit(
    session: Session, indices: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    responses = code_responses(session, indices)
    monkeypatch.setattr(choice, "MOST_WORK", 5 * (len(responses) + choice.EACH_CELL))
    made, faults = settle(responses, Asked("commune", "paid", "by_item"))
    assert made.column is None
    assert "nhiều nhất 5 ô" in faults[0][1]
    assert settle(responses, Asked("commune", "paid", "pooled"))[1] == []


def test_parts_that_share_communes_are_not_ranked_by_a_composite(session: Session, indices: Survey) -> None:
    responses = code_responses(session, indices)
    measures = measures_to_cross(responses.counts.instrument)
    for key, by, together in (("by_item", "paid", True), ("pooled", "paid", False), ("by_item", "commune", False)):
        one, facet = measures[key], responses.facets[by]
        rows = split_by(responses, [one], facet)[key]
        ranking = rank_rows(responses, one, facet, rows)
        assert ranking.together is together, (key, by)
        if together:
            assert (ranking.ranked, ranking.unranked) == ([], rows[:-1])
            assert "chung xã" in ranking_sentence(ranking)


def test_tables_die_with_the_responses_they_were_made_of(session: Session, indices: Survey) -> None:
    responses = code_responses(session, indices)
    made = choose(responses, Asked("paid", "-", "pooled"))
    assert cross(responses, made) is cross(responses, made)
    assert find_differences(responses, made.shown) is find_differences(responses, made.shown)
    left = weakref.ref(responses)
    coded._kept.clear()
    del responses
    gc.collect()
    assert left() is None


@pytest.mark.parametrize("answered", [False, True])
def test_a_questionnaire_without_any_measure_says_so_on_every_page(
    session: Session, sign_in: Callable[..., FlaskClient], tmp_path: Path, answered: bool
) -> None:
    path = tmp_path / "only-words.yaml"
    path.write_text(ONLY_WORDS, encoding="utf-8")
    store_questionnaire(session, load_file(path), actor=TESTER)
    survey = make_village(session, questionnaire="only-words")
    if answered:
        respond(session, survey, answers={"words": "Chờ lâu"})
        session.commit()
    analyst = sign_in("analyst")
    page = analyst.get(f"{PAGE}/bang")
    assert page.status_code == 200
    assert "không lập được bảng" in page.text
    for form in ("csv", "json", "svg", "png"):
        assert analyst.get(f"{PAGE}/bang.{form}").status_code == 400
    for address in ("noi", "ai"):
        page = analyst.get(f"{PAGE}/{address}")
        assert page.status_code == 200
        assert ("Chưa có phiếu nào" in page.text) is not answered
        assert ("không có tỷ lệ hài lòng" in page.text) is answered
    with pytest.raises(UserError, match="không lập được bảng"):
        choose(code_responses(session, survey), Asked())


def test_a_place_where_the_chosen_question_was_not_asked_keeps_its_row(session: Session) -> None:
    survey = make_village(session, sample={"share": 0.5, "stratify_by": "none"})
    places = communes(session, survey)
    for place, commune in enumerate(places):
        late = {"late": 1, "q3": 1} if place else {"late": 2}
        for _number in range(12):
            respond(session, survey, commune, answers={"q1": 3, "q2": 2, **late})
    session.commit()
    responses = code_responses(session, survey)
    measures = measures_to_cross(responses.counts.instrument)
    rows = split_by(responses, [measures["q3"], measures["overall"]], responses.facets["commune"])
    for key, asked in (("q3", 0), ("overall", 12)):
        found = {row.domain["commune"]: row for row in rows[key]}
        assert set(found) > set(places)
        assert (found[places[0]].respondents, found[places[1]].respondents) == (asked, 12)
    assert {row.domain["commune"]: row.withheld for row in rows["q3"]}[places[0]] == "nobody"
