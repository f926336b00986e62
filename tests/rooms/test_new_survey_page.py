"""The form of a new survey: the same checks as the file, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.database import db
from survey_app.surveys.models import Survey
from tests.conftest import token_in

GOOD = {
    "title_vi": "Đợt khảo sát <b>mới</b>",
    "title_en": "A new survey",
    "slug": "dot-moi",
    "questionnaire": "sipas-commune@2026.1",
    "territory": "91@tctk-2020",
    "starts_on": "2026-01-01",
    "ends_on": "2026-02-01",
    "share": "30,5%",
    "rule": "total",
    "stratify_by": "",
    "min_per_stratum": "2",
    "cases_per_commune": "40",
    "target": "80",
    "operator": "ge",
    "basis": "Kế hoạch",
    "confidence": "95",
}


def post(manager: FlaskClient, **changes: str) -> object:
    token = token_in(manager.get("/quan-ly/dot/moi").text)
    return manager.post("/quan-ly/dot/moi", data={**GOOD, "csrf_token": token, **changes})


def stored(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Survey)) or 0


def test_percentages_are_read_as_people_write_them_and_titles_are_escaped(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    manager = sign_in("survey_manager")
    assert post(manager).status_code == 302
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        assert (survey.sample_share, survey.target_rate, survey.confidence_level) == (0.305, 0.8, 0.95)
    page = manager.get("/quan-ly/dot/dot-moi").text
    assert "<b>mới</b>" not in page
    assert "&lt;b&gt;mới&lt;/b&gt;" in page


WRONG: list[dict[str, str]] = [
    {"title_vi": ""},
    {"slug": "Đợt mới"},
    {"share": "0"},
    {"share": "nhiều"},
    {"share": "nan"},
    {"target": "101"},
    {"starts_on": "2026-03-01"},
    {"ends_on": "hôm nay"},
    {"min_per_stratum": "-1"},
    {"min_per_stratum": "1,5"},
    {"cases_per_commune": "0"},
    {"confidence": "100"},
    {"questionnaire": "no-such@1"},
    {"territory": "99@tctk-2020"},
    {"territory": "30730@tctk-2020"},
    {"territory": "91\x00@tctk-2020"},
    {"questionnaire": "sipas\x00commune"},
    {"rule": "most"},
    {"basis": "a\x00b"},
    {"csrf_token": ""},
    {"csrf_token": "old"},
]


def test_whatever_is_wrong_is_told_and_what_was_typed_stays(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    manager = sign_in("survey_manager")
    for change in WRONG:
        answer = post(manager, **change)
        assert 400 <= answer.status_code < 500, change
        assert "A new survey" in answer.text, change
        assert 'class="error"' in answer.text or "flash-error" in answer.text, change
    assert stored(app) == 0


def test_a_slug_that_is_taken_is_told_and_the_form_stays(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    manager = sign_in("survey_manager")
    assert post(manager).status_code == 302
    again = post(manager, title_en="Another survey")
    assert again.status_code == 409
    assert "Another survey" in again.text
    assert stored(app) == 1


def test_a_sector_lead_of_health_cannot_make_an_administrative_survey(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    answer = post(sign_in("sector_lead", "sector:health"))
    assert answer.status_code == 400
    assert stored(app) == 0
