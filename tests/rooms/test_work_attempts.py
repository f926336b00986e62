"""Tries that failed, giving up, taking up again, and reserves that take a case's place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.accounts.roles import COLLECT
from survey_app.database import db, now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.i18n import PROVINCE_TIME
from survey_app.sampling.work.area import own_work
from survey_app.sampling.work.assigning import assign_places
from survey_app.sampling.work.attempting import (
    MOST_TRIES,
    Tried,
    close_case,
    may_replace,
    record_attempt,
    reopen_case,
)
from survey_app.sampling.work.models import Assignment, Attempt, Case
from survey_app.sampling.work.moving import withdraw_cases
from survey_app.sampling.work.replacing import replace_case
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.rooms.work_village import MAIN, cases_of, held, holder, make_person, make_work, trail, village
from tests.village import at_once, communes, refusal
from tests.world import TESTER


@pytest.fixture
def lan(session: Session) -> User:
    """A collector who has the first commune of the village."""
    survey = make_work(session)
    person = make_person(session, "lan")
    assign_places(session, village(session)[1], communes(session, survey)[:1], holder(session, person), actor=TESTER)
    session.commit()
    return person


def attempt(
    session: Session, case: int, outcome: str = "not_home", *, person: User, days_ago: float = 0, **more: Any
) -> Tried:
    values: dict[str, Any] = {"attempt_id": uuid4(), "tried_at": now() - timedelta(days=days_ago)} | more
    area = own_work(person, village(session)[0], COLLECT)
    return record_attempt(session, area, case, outcome=outcome, collector=person, actor=TESTER, **values)


def test_a_try_is_kept_with_its_time_and_the_case_is_tried(session: Session, lan: User) -> None:
    case = cases_of(session)[0]
    at = datetime(2026, 3, 2, 23, 30, tzinfo=PROVINCE_TIME)
    attempt(session, case, "later", person=lan, tried_at=at)
    kept = session.scalars(select(Attempt)).one()
    assert (kept.tried_at, kept.day.isoformat(), kept.outcome, kept.collector_id) == (at, "2026-03-02", "later", lan.id)
    row = session.get_one(Case, case)
    assert (row.state, row.outcome, row.attempts) == ("tried", "later", 1)
    assert trail(session, "case.attempt")[0]["counted"] == 1


def test_the_same_try_sent_again_is_one_try(session: Session, lan: User) -> None:
    case, number = cases_of(session)[0], uuid4()
    first = attempt(session, case, person=lan, attempt_id=number)
    again = attempt(session, case, person=lan, attempt_id=number)
    assert (first.repeated, again.repeated) == (False, True)
    assert len(session.scalars(select(Attempt)).all()) == 1
    assert len(trail(session, "case.attempt")) == 1
    other = cases_of(session)[1]
    for changed in (lambda: attempt(session, other, person=lan, attempt_id=number),
                    lambda: attempt(session, case, "refused", person=lan, attempt_id=number)):  # fmt: skip
        assert isinstance(refusal(changed), Conflict)
    assert session.get_one(Case, case).outcome == "not_home"


def test_the_same_try_sent_twice_at_once_is_one_try(app: Flask) -> None:
    with app.app_context():
        survey = make_work(db.session)
        person = make_person(db.session, "lan")
        area = village(db.session)[1]
        assign_places(db.session, area, communes(db.session, survey)[:1], holder(db.session, person), actor=TESTER)
        db.session.commit()
        case, number, user_id = cases_of(db.session)[0], uuid4(), person.id

    def send(_thread: int) -> bool:
        done = attempt(db.session, case, person=db.session.get_one(User, user_id), attempt_id=number)
        db.session.commit()
        return done.repeated

    assert sorted(at_once(app, send, 4)) == [False, True, True, True]
    with app.app_context():
        assert len(db.session.scalars(select(Attempt)).all()) == 1
        assert db.session.get_one(Case, case).attempts == 1


def test_two_tries_of_one_day_count_as_one_and_three_days_open_the_replacement(session: Session, lan: User) -> None:
    case = cases_of(session)[0]
    told = [attempt(session, case, person=lan, days_ago=days) for days in (9, 9, 5, 5, 1)]
    assert [one.counted for one in told] == [1, 1, 2, 2, 3]
    assert [one.may_replace for one in told] == [False, False, False, False, True]
    assert attempt(session, case, person=lan).counted == 4  # more tries are allowed


def test_where_the_rule_is_without_days_every_try_counts(session: Session) -> None:
    survey = make_work(session, work={"attempts": 2, "on_different_days": False})
    lan = make_person(session, "lan")
    assign_places(session, village(session)[1], communes(session, survey)[:1], holder(session, lan), actor=TESTER)
    case = cases_of(session)[0]
    assert [attempt(session, case, person=lan).may_replace for _time in range(2)] == [False, True]


@pytest.mark.parametrize(
    ("outcome", "final"),
    [("refused", True), ("moved", True), ("died", True), ("wrong_data", True), ("unable", True),
     ("not_home", False), ("later", False), ("unreachable", False)],
)  # fmt: skip
def test_one_try_with_a_final_outcome_opens_the_replacement_and_no_other(
    session: Session, lan: User, outcome: str, final: bool
) -> None:
    assert attempt(session, cases_of(session)[0], outcome, person=lan).may_replace == final


def test_the_outcome_is_the_latest_try_however_late_it_is_written_down(session: Session, lan: User) -> None:
    case = cases_of(session)[0]
    attempt(session, case, "refused", person=lan, days_ago=1)
    attempt(session, case, "not_home", person=lan, days_ago=6)
    assert session.get_one(Case, case).outcome == "refused"


def test_tries_that_cannot_be_are_refused_and_change_nothing(session: Session, lan: User) -> None:
    case, strange = cases_of(session)[0], cases_of(session)[MAIN]
    for work in (
        lambda: attempt(session, case, "answered", person=lan),
        lambda: attempt(session, case, "<b>", person=lan),
        lambda: attempt(session, case, person=lan, days_ago=-1),
        lambda: attempt(session, strange, person=lan),
        lambda: attempt(session, 2**63, person=lan),
        lambda: attempt(session, -1, person=lan),
    ):
        assert isinstance(refusal(work), UserError)
    assert session.scalars(select(Attempt)).all() == []
    assert session.get_one(Case, case).state == "todo"


def test_nobody_tries_a_case_more_than_fifty_times(session: Session, lan: User) -> None:
    case = cases_of(session)[0]
    numbers = [uuid4() for _time in range(MOST_TRIES)]
    for number in numbers:
        attempt(session, case, person=lan, attempt_id=number)
    told = refusal(lambda: attempt(session, case, person=lan))
    assert isinstance(told, Conflict)
    assert "50 lần thử" in told.message
    assert attempt(session, case, person=lan, attempt_id=numbers[0]).repeated  # sent again, not one more
    assert len(session.scalars(select(Attempt)).all()) == MOST_TRIES
    attempt(session, cases_of(session)[1], person=lan)


def test_a_case_taken_back_is_no_longer_theirs(session: Session, lan: User) -> None:
    case = cases_of(session)[0]
    withdraw_cases(session, village(session)[1], [case], actor=TESTER, reason="đổi người")
    assert isinstance(refusal(lambda: attempt(session, case, person=lan)), NotFound)


def test_a_case_given_up_is_opened_again_with_a_reason_while_the_survey_collects(session: Session, lan: User) -> None:
    survey, area = village(session)
    case = cases_of(session)[0]
    attempt(session, case, person=lan)
    assert refusal(lambda: close_case(session, area, case, actor=TESTER, reason=" ")) is not None
    close_case(session, area, case, actor=TESTER, reason="đường sạt lở")
    assert isinstance(refusal(lambda: attempt(session, case, person=lan)), Conflict)
    assert isinstance(refusal(lambda: close_case(session, area, case, actor=TESTER, reason="lại")), Conflict)
    assert refusal(lambda: reopen_case(session, area, case, actor=TESTER, reason="a\u202eb")) is not None
    assert reopen_case(session, area, case, actor=TESTER, reason="đường đã thông").state == "tried"
    assert held(session)[case][1] == lan.id, "whoever had it has it again"
    close_case(session, area, case, actor=TESTER, reason="lại sạt lở")
    set_state(session, survey, "closed", actor=TESTER)
    assert isinstance(refusal(lambda: reopen_case(session, area, case, actor=TESTER, reason="muộn")), Conflict)
    assert [line["reason"] for line in trail(session, "case.reopen")] == ["đường đã thông"]


def reserves_of(session: Session, code: str) -> list[Case]:
    return [session.get_one(Case, number) for number in cases_of(session, code, role="reserve")]


def test_the_next_reserve_takes_the_place_and_whoever_had_the_case_has_it(session: Session, lan: User) -> None:
    survey, area = village(session)
    code = communes(session, survey)[0]
    first, second, third = cases_of(session, code)[:3]
    for case in (first, second, third):
        attempt(session, case, "refused", person=lan)
    one = replace_case(session, area, second, actor=TESTER, reason="từ chối, đã gọi hai lần")
    two = replace_case(session, area, first, actor=TESTER, reason="từ chối")
    reserves = reserves_of(session, code)
    assert [one.reserve_id, two.reserve_id] == [reserve.id for reserve in reserves]
    assert [reserve.replaces_id for reserve in reserves] == [second, first]
    assert held(session)[one.reserve_id] == (None, lan.id)
    assert second not in held(session)
    row = session.get_one(Case, second)
    assert (row.state, row.reason) == ("replaced", "từ chối, đã gọi hai lần")
    assert [line["reserve"] for line in trail(session, "case.replace")] == [one.reserve_id, two.reserve_id]
    before = session.scalars(select(Assignment.id)).all()
    told = refusal(lambda: replace_case(session, area, third, actor=TESTER, reason="từ chối"))
    assert isinstance(told, Conflict)
    assert "không còn hồ sơ dự bị" in told.message
    assert session.get_one(Case, third).state == "tried"
    assert session.scalars(select(Assignment.id)).all() == before


def test_a_second_click_takes_no_second_reserve(session: Session, lan: User) -> None:
    survey = village(session)[0]
    area = own_work(lan, survey, COLLECT)
    case = cases_of(session)[0]
    attempt(session, case, "moved", person=lan)
    first = replace_case(session, area, case, actor=TESTER, reason="chuyển đi")
    again = replace_case(session, area, case, actor=TESTER, reason="chuyển đi")
    assert (again.reserve_id, again.repeated) == (first.reserve_id, True)
    assert sum(one.replaces_id is not None for one in session.scalars(select(Case))) == 1


def test_what_may_still_be_tried_is_not_replaced(session: Session, lan: User) -> None:
    area, case = village(session)[1], cases_of(session)[0]
    assert isinstance(refusal(lambda: replace_case(session, area, case, actor=TESTER, reason="khó")), Conflict)
    attempt(session, case, person=lan)
    told = refusal(lambda: replace_case(session, area, case, actor=TESTER, reason="khó"))
    assert isinstance(told, Conflict)
    assert "3" in told.message
    assert session.get_one(Case, case).state == "tried"


def test_a_reserve_that_took_a_place_can_be_replaced_itself(session: Session, lan: User) -> None:
    area, case = village(session)[1], cases_of(session)[0]
    attempt(session, case, "died", person=lan)
    first = replace_case(session, area, case, actor=TESTER, reason="đã mất").reserve_id
    assert not may_replace(area.survey, session.get_one(Case, first))
    attempt(session, first, "refused", person=lan)
    second = replace_case(session, area, first, actor=TESTER, reason="từ chối").reserve_id
    assert session.get_one(Case, second).replaces_id == first


@pytest.mark.parametrize("same", [False, True])
def test_two_replacements_at_once_take_different_reserves_and_one_case_only_one(app: Flask, same: bool) -> None:
    with app.app_context():
        survey = make_work(db.session)
        person = make_person(db.session, "lan")
        area = village(db.session)[1]
        code = communes(db.session, survey)[0]
        assign_places(db.session, area, [code], holder(db.session, person), actor=TESTER)
        numbers = cases_of(db.session, code)[:2]
        for number in numbers:
            attempt(db.session, number, "refused", person=person)
        db.session.commit()
        user_id = person.id

    def replace(thread: int) -> int:
        user = db.session.get_one(User, user_id)
        own = own_work(user, find_survey(db.session, survey.slug), COLLECT)
        case = numbers[0] if same else numbers[thread]
        done = replace_case(db.session, own, case, actor=TESTER, reason="từ chối")
        db.session.commit()
        return done.reserve_id

    results = at_once(app, replace, 2)
    assert all(isinstance(result, int) for result in results), results
    assert len(set(results)) == (1 if same else 2)
    with app.app_context():
        used = db.session.scalars(select(Case.rank).where(Case.replaces_id.is_not(None)).order_by(Case.rank)).all()
        assert used == ([1] if same else [1, 2])


def test_the_last_reserve_goes_to_one_of_two(app: Flask) -> None:
    with app.app_context():
        survey = make_work(db.session)
        person, area = make_person(db.session, "lan"), village(db.session)[1]
        code = communes(db.session, survey)[0]
        assign_places(db.session, area, [code], holder(db.session, person), actor=TESTER)
        numbers = cases_of(db.session, code)[:3]
        for number in numbers:
            attempt(db.session, number, "refused", person=person)
        replace_case(db.session, area, numbers[2], actor=TESTER, reason="từ chối")
        db.session.commit()

    def replace(thread: int) -> UUID | int:
        done = replace_case(db.session, village(db.session)[1], numbers[thread], actor=TESTER, reason="từ chối")
        db.session.commit()
        return done.reserve_id

    results = at_once(app, replace, 2)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "int"], results
    with app.app_context():
        states = [db.session.get_one(Case, number).state for number in numbers[:2]]
        assert sorted(states) == ["replaced", "tried"]
