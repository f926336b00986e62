"""A survey that nobody drew shows what people said and claims nothing more; forms set aside are told."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from survey_app.collection.models import Response
from survey_app.database import db
from survey_app.publication.models import Publication
from survey_app.publication.pages import result_page
from survey_app.publication.service import approve_publication, freeze_publication
from survey_app.results.estimates import estimate_survey
from survey_app.results.tables import rows_as_csv
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.publishing import tick_all
from tests.rooms.weighing import answer_all, drawn_from_lists
from tests.village import VILLAGE, communes, make_village, respond
from tests.world import TESTER

NO_CLAIM = ("Không phải mẫu xác suất", "không phải mẫu xác suất")
CLAIMS = ("Chưa đủ bằng chứng", ", đạt mục tiêu", "xã được bốc ngẫu nhiên", "chưa đủ bằng chứng", "nan", "None")


def not_drawn(session: Session) -> Survey:
    survey = make_village(session, sample={"frame": "none"})
    answer_all(session, survey)
    return survey


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", page)))


def test_no_figure_has_an_interval_a_verdict_or_a_standard_error(session: Session) -> None:
    survey = not_drawn(session)
    for by in ("", *estimate_survey(session, survey).breakdowns):
        figures = estimate_survey(session, survey, by)
        assert not figures.probability
        shown = [row for row in figures.rows if not row.withheld]
        assert shown
        for row in shown:
            assert row.estimate is not None
            assert (row.ci, row.verdict, row.verdict_in_list, row.se, row.deff) == (None, None, None, None, None)
            assert row.marks == ["non_probability"]


def test_the_rate_is_that_of_those_who_answered_by_hand(session: Session) -> None:
    survey = not_drawn(session)
    answers = [response.answers["q1"] for response in session.scalars(select(Response))]
    (row,) = (row for row in estimate_survey(session, survey).rows if row.of == "q1")
    assert row.estimate == pytest.approx(sum(one == 3 for one in answers) / len(answers))


def test_files_say_so_in_every_row(session: Session) -> None:
    survey = not_drawn(session)
    rows = estimate_survey(session, survey, "sex").rows
    for line in csv.DictReader(io.StringIO(rows_as_csv(rows, simulated=False))):
        if line["withheld"]:
            continue
        assert (line["marks"], line["ci_low"], line["ci_high"], line["verdict"]) == ("non_probability", "", "", "")
    json.dumps([row.as_json() for row in rows], allow_nan=False)


def test_the_office_page_says_why_and_shows_no_interval(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        not_drawn(db.session)
    person = sign_in("survey_manager", "unit:92")
    for by in ("commune", "channel", "sex"):
        page = words(person.get(f"/quan-ly/dot/{VILLAGE}/ket-qua?theo={by}").text)
        assert any(one in page for one in NO_CLAIM)
        assert not [one for one in CLAIMS if one in page]
        assert "khoảng tin cậy 95%" not in page
        assert "Còn " not in page  # every commune is open, none is missing
    weights = words(person.get(f"/quan-ly/dot/{VILLAGE}/trong-so").text)
    assert "không phải mẫu xác suất" in weights


def test_a_publication_says_so_in_public(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        survey = not_drawn(db.session)
        content = publish(db.session, survey)
    assert content["probability"] is False
    assert content["weighting"] == []
    for language in ("vi", "en"):
        page = client.get(f"/ket-qua/{VILLAGE}?lang={language}")
        assert page.status_code == 200
        assert not [one for one in CLAIMS if one in words(page.text)]
    page = words(client.get(f"/ket-qua/{VILLAGE}?lang=vi").text)
    assert all(one in page for one in NO_CLAIM)
    assert "bốc ngẫu nhiên trong từng tầng" not in page
    assert "Các xã được bốc" not in page
    document = json.loads(client.get(f"/ket-qua/{VILLAGE}/tep/so-lieu.json").text)
    assert document["probability"] is False
    assert {json.dumps(row["ci"]) for row in document["rows"]} == {"null"}
    chart = client.get(f"/ket-qua/{VILLAGE}/tep/yeu-to-vi-720.svg").text
    assert "không phải mẫu xác suất" in unescape(chart).lower()
    assert "mục tiêu" not in unescape(re.sub("<desc.*?</desc>", "", chart, flags=re.DOTALL))


def publish(session: Session, survey: Survey) -> dict[str, Any]:
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    publication = freeze_publication(session, survey, actor=TESTER)
    session.commit()
    tick_all(session, survey)
    approve_publication(session, survey, actor=TESTER._replace(label="leader"))
    session.commit()
    return publication.snapshot


def test_the_public_page_says_how_places_and_people_were_drawn(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        survey = drawn_from_lists(db.session, frame="list", method="pareto", stratify_by="none")
        answer_all(db.session, survey, fewer=1)
        publish(db.session, survey)
    page = words(client.get(f"/ket-qua/{VILLAGE}").text)
    assert "xác suất theo quy mô" in page
    assert "bốc từ danh sách hồ sơ" in page
    assert "các xã có u nhỏ nhất" not in page
    assert "chỉnh cho người được mời mà không trả lời, theo tầng; cân cho khớp tổng số người theo tầng" in page


def test_forms_set_aside_are_counted_beside_the_figures(
    app: Flask, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        survey = make_village(db.session)
        answer_all(db.session, survey)
        before = estimate_survey(db.session, survey).responses
        for response in db.session.scalars(select(Response).limit(3)):
            response.status = "set_aside"
        db.session.commit()
        assert estimate_survey(db.session, survey).responses == before - 3
    page = words(sign_in("survey_manager", "unit:92").get(f"/quan-ly/dot/{VILLAGE}/ket-qua").text)
    assert "3 phiếu được để ra ngoài" in page
    with app.app_context():
        assert publish(db.session, find_survey(db.session, VILLAGE))["set_aside"] == 3
    assert "3 phiếu được để ra ngoài" in words(client.get(f"/ket-qua/{VILLAGE}").text)


def test_a_snapshot_from_before_says_what_it_said(app: Flask) -> None:
    with app.app_context():
        survey = make_village(db.session)
        answer_all(db.session, survey)
        publish(db.session, survey)
        stored = db.session.scalars(select(Publication)).one()
        assert stored.files
        added = ("probability", "set_aside", "weighting", "texts", "breakdowns", "public", "review", "code")
        before = {key: value for key, value in stored.snapshot.items() if key not in added} | {"format": 1}
        set_committed_value(stored, "snapshot", before)
        with app.test_request_context(f"/ket-qua/{VILLAGE}"):
            page = words(result_page(stored))
    assert "khoảng tin cậy 95%" in page
    assert "để ra ngoài" not in page


def test_who_was_not_drawn_may_answer_and_is_in_no_figure(app: Flask, sign_in: Callable[[str], FlaskClient]) -> None:
    with app.app_context():
        survey = drawn_from_lists(db.session)
        answer_all(db.session, survey)
        before = [row.as_json() for row in estimate_survey(db.session, survey).rows]
        commune = communes(db.session, survey)[0]
        for _number in range(3):
            respond(db.session, survey, commune, case_id=None, answers={"q1": 1, "q2": 1, "late": 2})
        db.session.commit()
        after = estimate_survey(db.session, survey)
        assert [row.as_json() for row in after.rows] == before
        set_state(db.session, survey, "closed", actor=TESTER)  # which cuts the ties; nothing changes by it
        db.session.commit()
        assert [row.as_json() for row in estimate_survey(db.session, survey).rows] == before
    assert "3 phiếu của người không được bốc" in words(
        sign_in("survey_manager").get(f"/quan-ly/dot/{VILLAGE}/ket-qua").text
    )
