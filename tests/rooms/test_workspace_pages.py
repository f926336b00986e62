"""The workspace of a survey's results: the row of pages, the overview, factors and criteria with their charts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.database import db
from survey_app.instruments.loader import load_file
from survey_app.jobs.worker import run_waiting_jobs
from survey_app.results.estimates import estimate_survey
from survey_app.results.importance import criteria_of, find_importance, overall_item, weigh_importance
from survey_app.results.overview import forms_to_decide, read_overview
from survey_app.settings import ROOT
from survey_app.surveys.queries import find_survey
from tests.conftest import token_in
from tests.rooms.weighing import drawn_from_lists
from tests.village import VILLAGE, communes, make_village, respond

PAGE = f"/quan-ly/dot/{VILLAGE}/ket-qua"


def fill(session: Session, count: int = 60, **changes: object) -> None:
    """Answers whose first two questions go together, from every drawn commune but the last."""
    survey = make_village(session, **changes)
    chance = np.random.default_rng(5)
    places = communes(session, survey)[:-1]
    for number in range(count):
        mood = int(chance.integers(1, 4))
        answers = {"q1": mood, "q2": int(np.clip(mood + chance.integers(-1, 2), 1, 3)), "late": 2, "ways": [1]}
        answers["sex"] = 1 + number % 2
        respond(session, survey, places[number % len(places)], answers=answers)
    session.commit()


@pytest.fixture
def analyst(app: Flask, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """Who reads the results of sixty answers."""
    with app.app_context():
        fill(db.session)
    return sign_in("analyst")


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_every_page_of_the_results_stands_in_the_row_and_the_present_one_is_marked(analyst: FlaskClient) -> None:
    for path, title in ((PAGE, "Tổng quan"), (f"{PAGE}/yeu-to", "Yếu tố, tiêu chí")):
        page = analyst.get(path).text
        row = re.search(r'<p class="tabs">(.*?)</p>', page)
        assert row is not None
        assert re.findall(r'<a href="[^"]+" aria-current="page">([^<]+)</a>', row[1]) == [title]
        for other in ("Tổng quan", "Yếu tố, tiêu chí", "Trọng số"):
            assert f">{other}</a>" in row[1]
    assert 'aria-current="page">Trọng số' in analyst.get(f"/quan-ly/dot/{VILLAGE}/trong-so").text


def test_the_overview_tells_what_stands_beside_the_answer(app: Flask, analyst: FlaskClient) -> None:
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        db.session.query(Response).first().quality_flags = ["too_fast"]
        db.session.commit()
        beside = read_overview(db.session, survey, estimate_survey(db.session, survey))
        assert (beside.flagged, beside.set_aside, beside.undrawn, beside.rates) == (1, 0, 0, None)
        assert len(beside.silent) == 1
        assert [row.of for row in beside.withheld] == ["q3"]
        silent = beside.silent[0]
    page = words(analyst.get(PAGE).text)
    assert silent in page
    assert "1 phiếu được tính có dấu hiệu cần xem." in page
    assert "Lời xin lỗi" in page
    assert "không bốc người từ danh sách" in page


def test_response_rates_are_told_where_people_were_drawn(
    app: Flask, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    survey = drawn_from_lists(session)
    place = communes(session, survey)[0]
    for _number in range(4):
        respond(session, survey, place, answers={"q1": 3, "q2": 3, "late": 2})
    session.commit()
    beside = read_overview(session, survey, estimate_survey(session, survey))
    assert beside.rates is not None
    asked = 10 * len(communes(session, survey))
    assert 0 < beside.rates.rr1 <= beside.rates.rr2 == pytest.approx(4 / asked)
    session.rollback()
    assert "(RR2)" in words(sign_in("analyst").get(PAGE).text)


def test_more_forms_are_asked_for_only_where_the_verdict_is_open(session: Session) -> None:
    fill(session, 60, target={"rate": 0.35})
    survey = find_survey(session, VILLAGE)
    row = next(row for row in estimate_survey(session, survey).rows if row.kind == "index")
    found = forms_to_decide(row)
    assert row.verdict == "not_proven"
    assert row.ci is not None
    if found is not None:
        # by hand: n_eff must come to t² · 0.35 · 0.65 / (p - 0.35)²
        from analysis.intervals import t_quantile

        needed = t_quantile(0.95, row.ci["df"]) ** 2 * 0.35 * 0.65 / ((row.estimate or 0) - 0.35) ** 2
        assert found.n_effective == pytest.approx(needed)
        assert found.forms >= row.respondents * (needed / row.ci["n_effective"] - 1)
    decided = [row for row in estimate_survey(session, survey).rows if row.verdict in ("met", "not_met")]
    assert all(forms_to_decide(row) is None for row in decided)


def charts(page: str) -> list[str]:
    """Every chart of a page, wide and narrow."""
    return re.findall(r"<svg [^>]*role=\"img\".*?</svg>", page.split("<main", 1)[1], flags=re.DOTALL)


def test_three_sides_stand_in_the_chart_and_in_the_table(analyst: FlaskClient) -> None:
    page = analyst.get(f"{PAGE}/yeu-to").text
    text = words(page)
    assert "Hài lòng Bình thường Không hài lòng Câu trả lời Câu được hỏi" in text
    assert "nhiều người không hài lòng nhất là" in text
    row = re.search(r"Thái độ</th>((?:<td class=\"num\">[^<]*</td>){6})", page)
    assert row is not None
    cells = re.findall(r">([^<]*)</td>", row[1])
    shares = [float(cell.strip("%").replace(",", ".")) for cell in cells[:3]]
    assert sum(shares) == pytest.approx(100, abs=0.15)
    assert cells[3:] == ["60", "60", "0"]
    assert "◌" in text  # the question that nobody was asked


def test_every_chart_has_title_description_and_the_word_for_simulated_data(app: Flask, analyst: FlaskClient) -> None:
    with app.app_context():
        find_survey(db.session, VILLAGE).simulated = True
        db.session.commit()
    drawn = [svg for svg in charts(analyst.get(f"{PAGE}/yeu-to?hinh=radar").text) if "<desc>" in svg]
    assert len(drawn) >= 8
    for svg in drawn:
        root = ET.fromstring(svg)
        tags = [child.tag.rsplit("}", 1)[-1] for child in root][:2]
        assert tags == ["title", "desc"]
        assert "mô phỏng" in svg
        assert " style=" not in svg
        ids = re.findall(r' id="([^"]+)"', svg)
        assert len(ids) == len(set(ids))


def test_importance_is_work_in_the_background_that_is_found_again(app: Flask, analyst: FlaskClient) -> None:
    page = analyst.get(f"{PAGE}/yeu-to").text
    assert "Tính tầm quan trọng" in page
    assert "<circle" not in page.split('id="quan-trong"')[1].split("</section>")[0]
    asked = analyst.post(f"{PAGE}/yeu-to", data={"csrf_token": token_in(page)})
    assert re.match(r"/viec/[0-9a-f-]+$", asked.headers["Location"])
    assert "Đang tính ở phía sau." in analyst.get(f"{PAGE}/yeu-to").text
    assert run_waiting_jobs(app) == 1
    done = words(analyst.get(f"{PAGE}/yeu-to").text)
    assert "Tầm quan trọng (khoảng tin cậy)" in done
    assert "Tính tầm quan trọng" not in done
    with app.app_context():
        respond(db.session, find_survey(db.session, VILLAGE), answers={"q1": 1, "q2": 3, "late": 2})
        db.session.commit()
    assert "Tính tầm quan trọng" in analyst.get(f"{PAGE}/yeu-to").text  # other responses count: not this any more


def test_a_criterion_is_never_compared_with_itself(session: Session) -> None:
    fill(session)
    survey = find_survey(session, VILLAGE)
    found = {one["key"]: one for one in weigh_importance(session, survey)["criteria"]}
    answers = [one.answers for one in session.query(Response).order_by(Response.id)]
    assert find_importance(session, survey) is not None
    # with one factor the others are its other questions: q1 against q2 alone, weighted by the design
    assert 0.5 < found["q1"]["value"] < 0.99
    assert found["q1"]["value"] == pytest.approx(found["q2"]["value"])
    plain = np.corrcoef([a["q1"] for a in answers], [a["q2"] for a in answers])[0, 1]
    assert found["q1"]["value"] == pytest.approx(plain, abs=0.08)  # the weights differ a little
    assert found["q1"]["low"] < found["q1"]["value"] < found["q1"]["high"]
    assert found["q3"]["value"] is None  # nobody answered it


def test_the_overall_question_is_the_only_one_of_an_index_outside_the_factors() -> None:
    def overall(name: str) -> str | None:
        item = overall_item(load_file(ROOT / "questionnaires" / f"{name}.yaml"))
        return None if item is None else item.key

    assert overall("education-primary") == "f1"
    assert overall("sipas-commune") is None
    assert len(criteria_of(load_file(ROOT / "questionnaires" / "sipas-commune.yaml"))) == 22


def test_too_few_responses_for_importance_are_told_in_words(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        fill(db.session, 20)
    person = sign_in("analyst")
    page = person.get(f"{PAGE}/yeu-to").text
    answer = person.post(f"{PAGE}/yeu-to", data={"csrf_token": token_in(page)}, follow_redirects=True)
    assert "Cần ít nhất 50 phiếu" in answer.text


def test_without_a_response_both_pages_say_what_comes_next(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        make_village(db.session)
    person = sign_in("analyst")
    for path in (PAGE, f"{PAGE}/yeu-to"):
        page = person.get(path)
        assert page.status_code == 200
        assert "Chưa có phiếu nào." in page.text
