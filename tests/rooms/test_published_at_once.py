"""Two people at the same step of a publication at once: one wins, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.queries import entries_about
from survey_app.database import db
from survey_app.publication.models import Publication
from survey_app.publication.service import approve_publication, freeze_publication, withdraw_publication
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from tests.publishing import LEADER, publish, tick_all
from tests.rooms.test_publication_steps import closed_village
from tests.village import VILLAGE, refusal
from tests.world import TESTER

SECOND = Actor(None, "second.leader@hailong.example")
REASON = "Sai trọng số của hai xã"


def in_two_threads(app: Flask, act: Callable[[Session, Survey, int], Any]) -> list[Exception | None]:
    """What came of the same deed begun twice at once."""
    start, results = threading.Barrier(2), []

    def run(number: int) -> None:
        with app.app_context():
            survey = find_survey(db.session, VILLAGE)
            db.session.commit()
            start.wait()
            error = refusal(lambda: act(db.session, survey, number))
            db.session.commit() if error is None else db.session.rollback()
            results.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("corrected", [False, True], ids=["first", "correction"])
def test_of_two_approvers_at_once_one_wins(app: Flask, corrected: bool) -> None:
    with app.app_context():
        survey = closed_village(db.session)
        if corrected:
            publish(db.session, survey)
        sha256 = freeze_publication(db.session, survey, actor=TESTER, reason=REASON).sha256
        db.session.commit()
        tick_all(db.session, survey)
    people = (LEADER, SECOND)
    results = in_two_threads(
        app, lambda session, survey, n: approve_publication(session, survey, actor=people[n], sha256=sha256)
    )
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "NoneType"]
    with app.app_context():
        assert len(db.session.scalars(select(Publication).where(Publication.state == "approved")).all()) == 1


def test_of_two_withdrawals_at_once_one_wins(app: Flask) -> None:
    with app.app_context():
        publish(db.session, closed_village(db.session))
    people = (LEADER, SECOND)
    results = in_two_threads(
        app, lambda session, survey, n: withdraw_publication(session, survey, actor=people[n], reason=f"Lý do {n}")
    )
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "NoneType"]
    with app.app_context():
        entries = [one.verb for one in entries_about(db.session, f"survey:{VILLAGE}")]
        assert entries.count("publication.withdraw") == 1


def test_two_snapshots_at_once_leave_one_that_waits(app: Flask) -> None:
    with app.app_context():
        closed_village(db.session)
    results = in_two_threads(
        app, lambda session, survey, n: freeze_publication(session, survey, actor=(TESTER, SECOND)[n])
    )
    assert results == [None, None]
    with app.app_context():
        states = db.session.execute(select(Publication.number, Publication.state).order_by(Publication.number)).all()
        assert [tuple(one) for one in states] == [(1, "superseded"), (2, "frozen")]
