"""A file of responses from the office screen: rehearsed, reported, kept, and taken up again after a crash."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from survey_app.collection.models import Response
from survey_app.database import db, now
from survey_app.jobs.models import Job
from survey_app.jobs.worker import run_waiting_jobs
from tests.conftest import token_in
from tests.village import VILLAGE, communes, csv_of, make_village

PAGE = f"/quan-ly/dot/{VILLAGE}/nhap-phieu"


@pytest.fixture
def rows(app: Flask) -> list[dict[str, Any]]:
    """Two good lines and one that is refused."""
    with app.app_context():
        commune = communes(db.session, make_village(db.session))[0]
    row = {"commune_code": commune, "channel": "paper", "language": "vi", "day": "2026-01-15"}
    return [row | {"response_id": uuid4(), "q1": value} for value in (3, 1, 7)]


def upload(person: FlaskClient, data: bytes, **button: str) -> Any:
    form = {"csrf_token": token_in(person.get(PAGE).text), "file": (io.BytesIO(data), "../../phiếu.csv")}
    return person.post(PAGE, data=form | (button or {"rehearse": "1"}), content_type="multipart/form-data")


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Response)) or 0


def report_of(person: FlaskClient, answer: Any) -> str:
    """The page of the report that the job page leads to."""
    job = person.get(answer.headers["Location"])
    assert "Refresh" not in job.headers
    link = f"{PAGE}?viec={answer.headers['Location'].rsplit('/', 1)[1]}"
    assert link in job.text
    return person.get(link).text


def uploads(app: Flask) -> list[Path]:
    return sorted((Path(app.config["INSTANCE"]) / "uploads").glob("*"))


def test_a_file_is_rehearsed_reported_and_then_kept(
    app: Flask, sign_in: Callable[..., FlaskClient], rows: list[dict[str, Any]]
) -> None:
    person = sign_in("post_coordinator")
    asked = upload(person, csv_of(rows))
    waiting = person.get(asked.headers["Location"])
    assert waiting.headers["Refresh"] == "2"
    assert run_waiting_jobs(app) == 1
    page = report_of(person, asked)
    assert '<td class="num">4</td>' in page
    assert count(app) == 0
    (kept,) = uploads(app)
    assert UUID(kept.stem)
    data = {"csrf_token": token_in(page), "keep": "1"}
    real = person.post(f"{PAGE}?tep={kept.stem}", data=data)
    assert run_waiting_jobs(app) == 1
    report_of(person, real)
    assert count(app) == 2
    assert uploads(app) == []
    again = upload(person, csv_of(rows), keep="1")
    run_waiting_jobs(app)
    assert "2" in report_of(person, again)
    assert count(app) == 2


def test_a_second_click_on_keep_finds_the_same_job(
    app: Flask, sign_in: Callable[..., FlaskClient], rows: list[dict[str, Any]]
) -> None:
    person = sign_in("post_coordinator")
    rehearsed = upload(person, csv_of(rows))
    run_waiting_jobs(app)
    data = {"csrf_token": token_in(report_of(person, rehearsed)), "keep": "1"}
    address = f"{PAGE}?tep={uploads(app)[0].stem}"
    first, second = person.post(address, data=data), person.post(address, data=data)
    assert first.headers["Location"] == second.headers["Location"]
    assert run_waiting_jobs(app) == 1
    assert count(app) == 2


def test_a_file_without_use_ends_in_a_sentence(
    app: Flask, sign_in: Callable[..., FlaskClient], rows: list[dict[str, Any]]
) -> None:
    person = sign_in("survey_manager")
    asked = upload(person, "không,phải".encode("utf-16"))
    run_waiting_jobs(app)
    page = person.get(asked.headers["Location"]).text
    assert "UTF-8" in page
    assert "Traceback" not in page


def test_no_file_no_token_and_a_smuggled_name_are_refused(
    app: Flask, sign_in: Callable[..., FlaskClient], rows: list[dict[str, Any]]
) -> None:
    person = sign_in("survey_manager")
    token = token_in(person.get(PAGE).text)
    file = {"file": (io.BytesIO(csv_of(rows)), "a.csv"), "keep": "1"}
    assert person.post(PAGE, data=file, content_type="multipart/form-data").status_code == 400
    assert person.post(PAGE, data={"csrf_token": token, "keep": "1"}).status_code == 400
    smuggled = person.post(f"{PAGE}?tep=../secret_key", data={"csrf_token": token, "keep": "1"})
    assert smuggled.status_code == 404
    assert person.post(f"{PAGE}?tep={uuid4()}", data={"csrf_token": token, "keep": "1"}).status_code == 400
    assert run_waiting_jobs(app) == 0
    assert uploads(app) == []


def test_the_page_of_a_job_is_for_the_one_who_asked(
    app: Flask, sign_in: Callable[..., FlaskClient], rows: list[dict[str, Any]]
) -> None:
    asked = upload(sign_in("post_coordinator"), csv_of(rows))
    assert sign_in("survey_manager").get(asked.headers["Location"]).status_code == 404
    assert app.test_client().get(asked.headers["Location"]).status_code == 302
    assert sign_in("administrator").get(f"/viec/{uuid4()}").status_code == 404


def test_a_job_whose_worker_died_is_taken_up_again_and_adds_nothing_twice(
    app: Flask, sign_in: Callable[..., FlaskClient], rows: list[dict[str, Any]]
) -> None:
    from survey_app.collection.file_import import import_responses
    from survey_app.jobs.service import claim_next
    from survey_app.surveys.queries import find_survey
    from tests.world import TESTER

    person = sign_in("post_coordinator")
    asked = upload(person, csv_of(rows), keep="1")
    with app.app_context():  # a worker claims the job, takes the first line in, and is killed
        job = claim_next(db.session)
        assert job is not None
        import_responses(db.session, find_survey(db.session, VILLAGE), io.BytesIO(csv_of(rows[:1])), actor=TESTER)
        assert claim_next(db.session) is None
        db.session.execute(update(Job).values(heartbeat_at=now() - timedelta(seconds=61)))
        db.session.commit()
    assert run_waiting_jobs(app) == 1
    report_of(person, asked)
    assert count(app) == 2
    with app.app_context():
        done = db.session.scalars(select(Job)).one()
        assert (done.state, done.attempts, done.result["accepted"], done.result["repeated"]) == ("done", 2, 1, 1)
