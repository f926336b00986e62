"""All forms of a collector left out: a second person, open cases, places given back, and lifting brings all back."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit.models import Actor
from survey_app.audit.queries import entries_about
from survey_app.collection.models import Response, SetAside
from survey_app.collection.queries import count_responses, set_aside_count
from survey_app.collection.quotas.service import add_quota, change_quota
from survey_app.collection.set_aside.service import approve_set_aside, ask_set_aside, lift_set_aside
from survey_app.database import db
from survey_app.errors import Conflict, Forbidden, NotFound, UserError
from survey_app.sampling.work.models import Attempt, Case
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.cases import make_cases, make_person
from tests.village import VILLAGE, at_once, make_village, refusal, respond
from tests.world import TESTER

SECOND = Actor(None, "second person")


def work(session: Session, *, count: int = 3) -> tuple[Survey, User, User, list[Case]]:
    """A collector with so many answered cases, and a colleague with one."""
    survey = make_village(session)
    cases = make_cases(session, survey, each=6)
    one, two = make_person(session), make_person(session)
    for case in cases[:count]:
        respond(session, survey, case_id=case.id, collector_id=one.id, channel="field")
    respond(session, survey, case_id=cases[count].id, collector_id=two.id, channel="field")
    session.commit()
    return survey, one, two, cases


def leave_out(session: Session, survey: Survey, person: User) -> SetAside:
    aside = ask_set_aside(session, survey, person.id, reason="Phúc tra không khớp.", actor=TESTER)
    approve_set_aside(session, survey, aside.id, actor=SECOND)
    session.commit()
    return aside


def statuses(session: Session, person: User) -> dict[UUID, str]:
    session.expire_all()
    rows = session.execute(select(Response.id, Response.status).where(Response.collector_id == person.id))
    return dict(rows.all())


def states(session: Session, cases: list[Case]) -> list[tuple[str, str | None, int]]:
    session.expire_all()
    return [(case.state, case.outcome, case.attempts) for case in cases]


def test_nothing_changes_until_a_second_person_agrees_and_then_nothing_of_it_counts(session: Session) -> None:
    survey, one, two, cases = work(session)
    session.add(
        Attempt(
            case_id=cases[0].id, collector_id=one.id, outcome="not_home", tried_at=cases[0].changed_at,
            day=session.scalars(select(Response.day)).first(),
        )
    )  # fmt: skip
    aside = ask_set_aside(session, survey, one.id, reason="Phúc tra không khớp.", actor=TESTER)
    session.commit()
    assert (count_responses(session, survey), set_aside_count(session, survey)) == (4, (0, 0))
    error = refusal(lambda: approve_set_aside(session, survey, aside.id, actor=TESTER))
    assert isinstance(error, Forbidden)
    assert approve_set_aside(session, survey, aside.id, actor=SECOND) == 3
    session.commit()
    assert (count_responses(session, survey), set_aside_count(session, survey)) == (1, (3, 1))
    assert set(statuses(session, one).values()) == {"set_aside"}
    assert set(statuses(session, two).values()) == {"accepted"}
    assert states(session, cases[:5]) == [
        ("tried", "not_home", 0), ("tried", "answered", 0), ("tried", "answered", 0), ("answered", "answered", 0),
        ("todo", None, 0),
    ]  # fmt: skip
    verbs = [entry.verb for entry in entries_about(session, f"survey:{VILLAGE}") if "set_aside" in entry.verb]
    assert sorted(verbs) == ["set_aside.approve", "set_aside.ask"]


def test_lifting_restores_exactly(session: Session) -> None:
    survey, one, _two, cases = work(session)
    key = next(iter(statuses(session, one)))
    rejected = respond(session, survey, collector_id=one.id).response_id
    session.get_one(Response, key).status = "flagged"
    session.get_one(Response, rejected).status = "rejected"
    quota = add_quota(session, survey, goal=9, rule="refuse", channel="field", actor=TESTER)
    session.commit()
    before, cases_before = statuses(session, one), states(session, cases)
    aside = leave_out(session, survey, one)
    session.refresh(quota)
    assert quota.received == 1
    assert statuses(session, one)[rejected] == "rejected"
    assert lift_set_aside(session, survey, aside.id, reason="Đã phúc tra lại, đúng.", actor=TESTER) == (3, 0)
    session.commit()
    assert (statuses(session, one), states(session, cases)) == (before, cases_before)
    session.refresh(quota)
    assert quota.received == 4
    leave_out(session, survey, one)  # and again, with a record of its own
    assert set_aside_count(session, survey) == (3, 1)


def test_a_case_done_again_counts_once_and_the_old_form_does_not_come_back(session: Session) -> None:
    survey, one, two, cases = work(session)
    aside = leave_out(session, survey, one)
    fresh = respond(session, survey, case_id=cases[0].id, collector_id=two.id, channel="field", answers={"q1": 1})
    session.commit()
    assert lift_set_aside(session, survey, aside.id, reason="Nhầm người.", actor=TESTER) == (2, 1)
    session.commit()
    assert sorted(statuses(session, one).values()) == ["accepted", "accepted", "superseded"]
    assert session.get_one(Response, fresh.response_id).status == "accepted"
    assert [state for state, _outcome, _attempts in states(session, cases[:4])] == ["answered"] * 4


@pytest.mark.parametrize("again", [False, True])
def test_forms_that_come_later_from_a_collector_set_aside_are_kept_and_set_aside_too(
    session: Session, again: bool
) -> None:
    survey, one, _two, cases = work(session)
    aside = leave_out(session, survey, one)
    case = cases[0] if again else cases[5]
    receipt = respond(session, survey, case_id=case.id, collector_id=one.id, answers={"q1": 1})
    session.commit()
    assert not receipt.repeated
    assert states(session, [case])[0][0] in ("todo", "tried")
    assert set_aside_count(session, survey) == (4, 1)
    back, late = lift_set_aside(session, survey, aside.id, reason="Đã rõ.", actor=TESTER)
    session.commit()
    assert (back, late) == ((3, 1) if again else (4, 0))
    assert count_responses(session, survey) == 1 + back


def test_lifting_never_passes_a_quota_unseen(session: Session) -> None:
    survey, one, two, _cases = work(session)
    quota = add_quota(session, survey, goal=4, rule="refuse", channel="field", actor=TESTER)
    aside = leave_out(session, survey, one)
    respond(session, survey, collector_id=two.id, channel="field", answers={"q1": 1})
    session.commit()
    before = statuses(session, one)
    error = refusal(lambda: lift_set_aside(session, survey, aside.id, reason="Đã rõ.", actor=TESTER))
    session.rollback()
    assert isinstance(error, Conflict)
    assert "5 trên 4" in error.message
    assert (statuses(session, one), set_aside_count(session, survey)) == (before, (3, 1))
    change_quota(session, survey, quota.id, goal=5, rule="refuse", actor=TESTER)
    assert lift_set_aside(session, survey, aside.id, reason="Đã rõ.", actor=TESTER) == (3, 0)


def test_after_closing_a_form_whose_case_was_done_again_cannot_come_back(session: Session) -> None:
    survey, one, two, cases = work(session)
    aside = leave_out(session, survey, one)
    respond(session, survey, case_id=cases[0].id, collector_id=two.id, answers={"q1": 1})
    session.commit()
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    assert set_aside_count(session, survey) == (2, 1)
    assert lift_set_aside(session, survey, aside.id, reason="Đã rõ.", actor=TESTER) == (2, 0)
    session.commit()
    assert count_responses(session, survey) == 4
    assert [state for state, _outcome, _attempts in states(session, cases[:4])] == ["answered"] * 4


def test_set_aside_or_lifted_after_closing_cases_and_forms_stay_in_step(session: Session) -> None:
    survey, one, _two, cases = work(session)
    aside = leave_out(session, survey, one)
    respond(session, survey, case_id=cases[5].id, collector_id=one.id, answers={"q1": 1})  # kept apart at the door
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    before = [state for state, _outcome, _attempts in states(session, cases[:6])]
    assert before == ["tried"] * 3 + ["answered", "todo", "todo"]
    for _round in range(2):
        lift_set_aside(session, survey, aside.id, reason="Đã rõ.", actor=TESTER)
        session.commit()
        answered = [state for state, _outcome, _attempts in states(session, cases)].count("answered")
        assert answered == count_responses(session, survey) == 5
        aside = leave_out(session, survey, one)
        assert [state for state, _o, _a in states(session, cases)].count("answered") == count_responses(session, survey)


def test_a_request_can_be_withdrawn_and_asked_again(session: Session) -> None:
    survey, one, _two, _cases = work(session)
    aside = ask_set_aside(session, survey, one.id, reason="Nghi ngờ.", actor=TESTER)
    twice = refusal(lambda: ask_set_aside(session, survey, one.id, reason="Nữa.", actor=SECOND))
    assert isinstance(twice, Conflict)
    assert lift_set_aside(session, survey, aside.id, reason="Rút.", actor=TESTER) == (0, 0)
    session.commit()
    assert isinstance(refusal(lambda: approve_set_aside(session, survey, aside.id, actor=SECOND)), Conflict)
    assert set(statuses(session, one).values()) == {"accepted"}
    leave_out(session, survey, one)


def test_a_reason_a_collector_with_forms_and_the_right_time_are_needed(session: Session) -> None:
    survey, one, _two, _cases = work(session)
    idle = make_person(session)
    for reason in ("", "  ", "x" * 2000, "ẩn\u202e"):
        error = refusal(lambda reason=reason: ask_set_aside(session, survey, one.id, reason=reason, actor=TESTER))
        assert type(error) is UserError, reason
    for number in (idle.id, 999):
        error = refusal(lambda number=number: ask_set_aside(session, survey, number, reason="Có.", actor=TESTER))
        assert isinstance(error, NotFound)
    own = ask_set_aside(session, survey, one.id, reason="Có.", actor=TESTER)
    mine = refusal(lambda: approve_set_aside(session, survey, own.id, actor=Actor(one.id, one.email)))
    assert isinstance(mine, Forbidden)
    assert isinstance(refusal(lambda: approve_set_aside(session, survey, 999, actor=SECOND)), NotFound)
    survey.state = "published"
    session.flush()
    assert isinstance(refusal(lambda: approve_set_aside(session, survey, own.id, actor=SECOND)), Conflict)


def test_forms_on_their_way_in_are_set_aside_or_left_before_and_none_is_lost(app: Flask) -> None:
    with app.app_context():
        survey, one, _two, cases = work(db.session)
        aside = ask_set_aside(db.session, survey, one.id, reason="Có.", actor=TESTER)
        db.session.commit()
        numbers, person, request = [case.id for case in cases[4:6]], one.id, aside.id
        quota = add_quota(db.session, survey, goal=99, rule="refuse", channel="field", actor=TESTER)
        db.session.commit()
        quota_id = quota.id

    def act(number: int) -> None:
        survey = find_survey(db.session, VILLAGE)
        if number == 5:
            approve_set_aside(db.session, survey, request, actor=SECOND)
        else:
            case_id = numbers[number] if number < 2 else None
            respond(db.session, survey, case_id=case_id, collector_id=person, channel="field", answers={"q1": 2})
        db.session.commit()

    results = at_once(app, act, 10)
    assert results == [None] * 10
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        assert set_aside_count(db.session, survey) == (12, 1)
        assert count_responses(db.session, survey) == 1
        assert all(db.session.get_one(Case, number).state in ("todo", "tried") for number in numbers)
        from survey_app.collection.models import Quota

        assert db.session.get_one(Quota, quota_id).received == 1
