"""Background work: claimed by one worker, told in words or by a reference number, never for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from survey_app.database import db, now
from survey_app.errors import UserError
from survey_app.jobs.models import Job
from survey_app.jobs.service import KINDS, MAXIMUM_ATTEMPTS, claim_next, enqueue, find_unfinished, work_of_kind
from survey_app.jobs.worker import run_waiting_jobs
from tests.village import at_once
from tests.world import TESTER


@pytest.fixture
def kinds() -> Iterator[list[str]]:
    """Kinds of work for these tests; the list holds what was done."""
    done: list[str] = []

    @work_of_kind("test-good")
    def good(session: Session, job: Job, progress: Any) -> dict[str, Any]:
        done.append(job.arguments["name"])
        progress(3, 3)
        session.commit()
        return {"name": job.arguments["name"]}

    @work_of_kind("test-mistake")
    def mistake(session: Session, job: Job, progress: Any) -> dict[str, Any]:
        raise UserError("Xin chọn tệp khác.")

    @work_of_kind("test-broken")
    def broken(session: Session, job: Job, progress: Any) -> dict[str, Any]:
        raise ZeroDivisionError("mật khẩu là 1234")

    yield done
    for kind in ("test-good", "test-mistake", "test-broken"):
        KINDS.pop(kind)


def ask(kind: str, name: str = "a") -> None:
    enqueue(db.session, kind, title="Việc thử", actor=TESTER, return_to="/", name=name)
    db.session.commit()


def jobs(app: Flask) -> list[Job]:
    with app.app_context():
        return list(db.session.scalars(select(Job).order_by(Job.created_at)))


def test_jobs_are_done_in_the_order_they_were_asked_for(app: Flask, kinds: list[str]) -> None:
    with app.app_context():
        for name in "abc":
            ask("test-good", name)
    assert run_waiting_jobs(app) == 3
    assert kinds == ["a", "b", "c"]
    assert [(job.state, job.progress, job.total, job.result) for job in jobs(app)][2] == ("done", 3, 3, {"name": "c"})
    assert run_waiting_jobs(app) == 0


def test_a_persons_mistake_is_told_in_its_words(app: Flask, kinds: list[str]) -> None:
    with app.app_context():
        ask("test-mistake")
    run_waiting_jobs(app)
    (job,) = jobs(app)
    assert (job.state, job.problem) == ("failed", "Xin chọn tệp khác.")


def test_an_unexpected_error_is_told_by_a_number_that_the_log_explains(app: Flask, kinds: list[str]) -> None:
    with app.app_context():
        ask("test-broken")
        ask("test-good")
    with capture_logs() as log:
        assert run_waiting_jobs(app) == 2
    job, other = jobs(app)
    assert (job.state, other.state) == ("failed", "done")
    assert "1234" not in job.problem
    (entry,) = log
    assert entry["reference"] in job.problem
    assert entry["exc_info"]
    assert entry["job"] == str(job.id)


def test_a_job_that_kills_its_worker_is_given_up_after_some_attempts(app: Flask, kinds: list[str]) -> None:
    with app.app_context():
        ask("test-good")
        for attempt in range(1, MAXIMUM_ATTEMPTS + 1):
            job = claim_next(db.session)
            assert job is not None
            assert job.attempts == attempt
            assert claim_next(db.session) is None
            db.session.execute(update(Job).values(heartbeat_at=now() - timedelta(minutes=5)))
            db.session.commit()
    assert run_waiting_jobs(app) == 1
    (job,) = jobs(app)
    assert job.state == "failed"
    assert str(MAXIMUM_ATTEMPTS) in job.problem
    assert kinds == []


def test_workers_that_look_at_once_take_different_jobs(app: Flask, kinds: list[str]) -> None:
    with app.app_context():
        for name in "abcd":
            ask("test-good", name)

    def claim(number: int) -> str | None:
        job = claim_next(db.session)
        return None if job is None else job.arguments["name"]

    taken = at_once(app, claim, 6)
    assert sorted(name or "" for name in taken) == ["", "", "a", "b", "c", "d"]


def test_work_that_nobody_knows_is_not_asked_for(app: Flask, kinds: list[str]) -> None:
    with app.app_context(), pytest.raises(LookupError):
        enqueue(db.session, "no-such", title="", actor=TESTER, return_to="/")


def test_what_waits_or_runs_is_found_and_what_is_done_is_not(app: Flask, kinds: list[str]) -> None:
    with app.app_context():
        ask("test-good", "a")
        ask("test-good", "b")
        found = find_unfinished(db.session, "test-good", name="b")
        assert found is not None
        assert found.arguments == {"name": "b"}
        claim_next(db.session)
        assert find_unfinished(db.session, "test-good", name="a") is not None  # it runs
        assert find_unfinished(db.session, "test-good", name="c") is None
        assert find_unfinished(db.session, "test-mistake", name="a") is None
        db.session.execute(update(Job).values(state="done"))
        assert find_unfinished(db.session, "test-good", name="b") is None
