"""The way of a survey: which steps are allowed, and that no other is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_app.audit.queries import entries_about
from survey_app.database import db
from survey_app.errors import Conflict
from survey_app.surveys.models import STATES
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.village import VILLAGE, make_village, refusal
from tests.world import TESTER

ALLOWED = {("sampled", "collecting"), ("collecting", "closed"), ("closed", "collecting")}


def brought_to(session: Session, state: str) -> object:
    survey = make_village(session, state="closed" if state == "published" else state)
    if state == "published":
        survey.state = "published"
        session.commit()
    return survey


@pytest.mark.parametrize("before", STATES)
def test_only_the_allowed_steps_can_be_taken(session: Session, before: str) -> None:
    survey = brought_to(session, before)
    for after in STATES:
        if (before, after) in ALLOWED:
            set_state(session, survey, after, actor=TESTER, reason="thiếu phiếu")
            assert survey.state == after
        else:
            with pytest.raises(Conflict):
                set_state(session, survey, after, actor=TESTER, reason="thiếu phiếu")
            assert survey.state == before
        session.rollback()


def test_a_state_that_does_not_exist_is_refused(session: Session) -> None:
    survey = brought_to(session, "collecting")
    for state in ("", "open", "COLLECTING", "draft'; --", "\x00"):
        assert refusal(lambda state=state: set_state(session, survey, state, actor=TESTER)) is not None, state


def test_opening_again_needs_a_reason_that_can_be_read(session: Session) -> None:
    survey = brought_to(session, "closed")
    for reason in ("", "   ", "a\x00b", "\u202e"):
        work = partial(set_state, session, survey, "collecting", actor=TESTER, reason=reason)
        error = refusal(work)
        assert error is not None, reason
        assert "lý do" in error.message.lower()
    assert survey.state == "closed"


def test_opening_again_is_in_the_trail_with_its_reason(session: Session) -> None:
    set_state(session, brought_to(session, "closed"), "collecting", actor=TESTER, reason="bão, đi lại khó")
    session.commit()
    entry = entries_about(session, f"survey:{VILLAGE}")[0]
    assert (entry.verb, entry.actor) == ("survey.state", "tester")
    assert entry.detail == {"before": "closed", "after": "collecting", "reason": "bão, đi lại khó"}


def test_a_second_click_on_close_finds_it_closed(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        make_village(db.session)
    manager = sign_in("survey_manager")
    data = {"csrf_token": token_in(manager.get(f"/quan-ly/dot/{VILLAGE}/thuc-dia").text), "state": "closed"}
    for _click in range(2):
        assert manager.post(f"/quan-ly/dot/{VILLAGE}/trang-thai", data=data).status_code == 302
    with app.app_context():
        assert find_survey(db.session, VILLAGE).state == "closed"
        verbs = [entry.verb for entry in entries_about(db.session, f"survey:{VILLAGE}")]
        assert verbs.count("survey.state") == 2
