"""How far a role reaches: its sector, its place, and not a survey more."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.audit.queries import latest_entries
from survey_app.database import db
from survey_app.instruments.loader import load_file
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.service import store_questionnaire
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import create_survey
from tests.conftest import token_in
from tests.village import QUESTIONNAIRE, VILLAGE, make_village, village_definition
from tests.world import SURVEY, TESTER, make_survey

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def three_surveys(app: Flask) -> None:
    """An administrative survey of Kiên Giang, one of the village, and a health survey of the village."""
    with app.app_context():
        make_survey(db.session, state="sampled")
        make_village(db.session, state="sampled")
        health = load_file(QUESTIONNAIRE).model_copy(update={"key": "clinic", "sector": "health"})
        store_questionnaire(db.session, health, actor=TESTER)
        create_survey(db.session, village_definition(slug="tram-y-te", questionnaire="clinic"), actor=TESTER)
        db.session.commit()
        assert {"sipas-commune", "village", "clinic"} <= set(db.session.scalars(select(Questionnaire.key)))


def seen(person: FlaskClient) -> set[str]:
    page = person.get("/quan-ly").text
    listed = {slug for slug in (SURVEY, VILLAGE, "tram-y-te") if f"/quan-ly/dot/{slug}" in page}
    opened = {s for s in (SURVEY, VILLAGE, "tram-y-te") if person.get(f"/quan-ly/dot/{s}").status_code == 200}
    assert listed == opened
    return listed


@pytest.mark.usefixtures("three_surveys")
def test_a_role_sees_the_surveys_of_its_sector_and_place(sign_in: SignIn) -> None:
    assert seen(sign_in("survey_manager")) == {SURVEY, VILLAGE, "tram-y-te"}
    assert seen(sign_in("sector_lead", "sector:health")) == {"tram-y-te"}
    assert seen(sign_in("observer", "sector:administrative")) == {SURVEY, VILLAGE}
    assert seen(sign_in("analyst", "unit:92")) == {VILLAGE, "tram-y-te"}
    assert seen(sign_in("analyst", "unit:899")) == {SURVEY}
    assert seen(sign_in("analyst", "unit:92", "sector:health")) == {"tram-y-te"}
    assert seen(sign_in("sector_lead", "sector:education")) == set()


@pytest.mark.usefixtures("three_surveys")
def test_a_lead_of_health_finds_no_page_of_an_administrative_survey(app: Flask, sign_in: SignIn) -> None:
    lead = sign_in("sector_lead", "sector:health")
    token = token_in(lead.get("/quan-ly/dot/tram-y-te/mau").text)
    pages = "|/mau|/mau.json|/thuc-dia|/ket-qua|/ket-qua.json|/ket-qua.csv|/cong-bo|/cong-bo/1|/qr.svg|/nhap-phieu"
    for page in pages.split("|"):
        assert lead.get(f"/quan-ly/dot/{SURVEY}{page}").status_code == 404, page
    posts = {
        "/mau": {"seed": "1", "reason": "x"},
        "/trang-thai": {"state": "collecting"},
        "/phieu-moi": {"per_commune": "1"},
        "/cong-bo/chot": {},
    }
    for page, data in posts.items():
        answer = lead.post(f"/quan-ly/dot/{SURVEY}{page}", data={"csrf_token": token, **data})
        assert answer.status_code == 404, page
        assert "tester" not in answer.text
    with app.app_context():
        assert latest_entries(db.session)[0].verb in ("user.signed_in", "user.grant")


@pytest.mark.usefixtures("three_surveys")
def test_the_draw_report_of_the_page_is_the_one_of_the_verb(app: Flask, sign_in: SignIn) -> None:
    from survey_app.sampling.queries import find_draw
    from survey_app.sampling.report import draw_report
    from survey_app.surveys.queries import find_survey

    told = json.loads(sign_in("observer").get(f"/quan-ly/dot/{VILLAGE}/mau.json").text)
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        assert told == draw_report(survey, find_draw(db.session, survey))


@pytest.mark.usefixtures("three_surveys")
def test_a_manager_draws_through_the_page_and_nobody_else(app: Flask, sign_in: SignIn) -> None:
    page = "/quan-ly/dot/tram-y-te/mau"
    observer = sign_in("observer")
    assert observer.post(page, data={"seed": "1"}).status_code == 404
    manager = sign_in("survey_manager")
    form = {"csrf_token": token_in(manager.get(page).text), "seed": "15-7"}
    assert manager.post(page, data=form | {"seed": "a|b"}).status_code == 400
    assert manager.post(page, data=form).status_code == 302
    assert manager.post(page, data=form).status_code == 409
    assert "15-7" in manager.get(page).text


@pytest.mark.usefixtures("three_surveys")
def test_another_draw_is_asked_for_by_one_person_and_granted_by_another(app: Flask, sign_in: SignIn) -> None:
    page = f"/quan-ly/dot/{VILLAGE}/mau"
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        survey.state = "sampled"
        db.session.commit()
    manager = sign_in("survey_manager")
    form = {"csrf_token": token_in(manager.get(page).text), "seed": "88"}
    told = manager.post(f"{page}/boc-lai", data=form | {"reason": " "})
    assert (told.status_code, "88" in told.text) == (400, True)  # what was typed is still there
    assert manager.post(f"{page}/boc-lai", data=form | {"reason": "đọc nhầm mầm"}).status_code == 302
    assert "đọc nhầm mầm" in manager.get(page).text
    own = manager.post(f"{page}/duyet", data=form | {"decision": "grant"})
    assert own.status_code == 403
    assert sign_in("observer").post(f"{page}/duyet", data={"decision": "grant"}).status_code in (400, 403, 404)
    approver = sign_in("approver")
    form = {"csrf_token": token_in(approver.get(page).text)}
    assert approver.post(f"{page}/duyet", data=form | {"decision": "perhaps"}).status_code == 400
    assert approver.post(f"{page}/duyet", data=form | {"decision": "grant"}).status_code == 302
    assert approver.post(f"{page}/duyet", data=form | {"decision": "grant"}).status_code == 409
    told_now = json.loads(approver.get(f"{page}.json").text)
    assert (told_now["number"], told_now["seed"], told_now["reason"]) == (2, "88", "đọc nhầm mầm")


@pytest.mark.usefixtures("three_surveys")
def test_the_draw_is_checked_and_printed_by_whoever_may_watch(sign_in: SignIn) -> None:
    page = f"/quan-ly/dot/{VILLAGE}/mau"
    observer = sign_in("observer")
    assert "đúng kết quả đã ghi" in observer.get(f"{page}/kiem-tra").text
    assert observer.get(f"{page}/kiem-tra?lan=9").status_code == 404
    paper = observer.get(f"{page}.pdf")
    assert paper.data.startswith(b"%PDF-")
    assert paper.mimetype == "application/pdf"
