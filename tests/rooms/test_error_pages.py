"""When something breaks: a page with a reference number, the cause in the log, and nothing leaked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from structlog.testing import capture_logs

from survey_app.collection import respondent_views
from survey_app.database import db
from survey_app.results import views as results_views
from survey_app.surveys.models import Survey
from tests.conftest import token_in
from tests.village import VILLAGE, make_village

SECRET = "mật khẩu của máy chủ là 1234"


def break_it(*args: object, **kwargs: object) -> None:
    raise RuntimeError(SECRET)


def test_an_unexpected_error_is_a_page_with_a_number_that_the_log_explains(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(respondent_views, "all_surveys", break_it)
    with capture_logs() as log:
        answer = client.get("/s/")
    assert answer.status_code == 500
    reference = re.search(r'class="reference">([0-9a-f]{8})<', answer.text)[1]
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text
    (entry,) = [entry for entry in log if entry.get("reference") == reference]
    assert entry["exc_info"]
    assert entry["endpoint"] == "respond.open_surveys"


def test_a_program_gets_the_number_as_json(
    app: Flask, sign_in: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        make_village(db.session)
    analyst = sign_in("analyst")
    monkeypatch.setattr(results_views, "estimate_survey", break_it)
    answer = analyst.get(f"/quan-ly/dot/{VILLAGE}/ket-qua.json")
    assert (answer.status_code, answer.mimetype) == (500, "application/json")
    assert re.fullmatch("[0-9a-f]{8}", answer.json["reference"])
    assert SECRET not in answer.text
    missing = analyst.get("/quan-ly/dot/khong-co/ket-qua.json")
    assert (missing.status_code, missing.json["reference"]) == (404, None)


def test_what_was_begun_when_it_broke_is_not_kept(
    app: Flask, sign_in: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey_app.surveys import service
    from tests.rooms.test_new_survey_page import GOOD

    manager = sign_in("survey_manager")
    token = token_in(manager.get("/quan-ly/dot/moi").text)
    monkeypatch.setattr(service, "record", break_it)
    assert manager.post("/quan-ly/dot/moi", data=GOOD | {"csrf_token": token}).status_code == 500
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Survey)) == 0


def test_a_broken_database_still_gives_a_page(
    app: Flask, sign_in: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.orm import Session

    person = sign_in("survey_manager")
    monkeypatch.setattr(Session, "execute", break_it)
    monkeypatch.setattr(Session, "scalars", break_it)
    monkeypatch.setattr(Session, "scalar", break_it)
    for visitor in (app.test_client(), person):
        answer = visitor.get("/s/")
        assert answer.status_code == 500
        assert 'class="reference"' in answer.text
        assert SECRET not in answer.text


def test_the_error_page_leads_back_to_our_own_pages_only(client: FlaskClient) -> None:
    for referrer in ("https://evil.example/", "http://localhost.evil.example/", "javascript:alert(1)"):
        answer = client.post("/s/khong-co", headers={"Referer": referrer})
        assert answer.status_code == 404
        assert "evil" not in answer.text
        assert "javascript" not in answer.text
    assert 'href="http://localhost/s/"' in client.post("/s/x", headers={"Referer": "http://localhost/s/"}).text


def test_numbers_beyond_any_row_are_no_error(sign_in: Callable[..., FlaskClient]) -> None:
    administrator = sign_in("administrator")
    for before in ("99999999999999999999", "-1", "0", "ba", "1e9"):
        assert administrator.get(f"/quan-ly/nhat-ky?truoc={before}").status_code == 200, before


def test_english_readers_get_the_error_in_english(client: FlaskClient) -> None:
    assert '<html lang="en"' in client.get("/khong-co?lang=en").text
