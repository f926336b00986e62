"""Giving out cases: by place, shared, by hand; moved, split, taken back; two coordinators at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey_app.database import db
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.i18n import today
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.assigning import assign_cases, assign_places
from survey_app.sampling.work.deadlines import add_working_days, days_off_between
from survey_app.sampling.work.models import Assignment, Case
from survey_app.sampling.work.moving import choose_part, move_cases, withdraw_cases
from survey_app.sampling.work.offices import add_member, add_office
from survey_app.sampling.work.sharing import assign_balanced, balance
from survey_app.surveys.service import set_state
from tests.rooms.work_village import MAIN, cases_of, held, holder, make_person, make_work, trail, village
from tests.village import at_once, communes, refusal
from tests.world import SURVEY, TESTER, make_survey


def test_all_unassigned_main_cases_of_communes_go_to_a_collector(session: Session) -> None:
    survey = make_work(session)
    lan = make_person(session, "lan")
    places = communes(session, survey)[:2]
    given = assign_places(session, village(session)[1], places, holder(session, lan), actor=TESTER)
    session.commit()
    wanted = cases_of(session, places[0]) + cases_of(session, places[1])
    assert sorted(held(session)) == wanted
    assert (given.count, given.communes) == (2 * MAIN, 2)
    assert given.due_on == add_working_days(today(), 15)
    assert trail(session, "work.assign")[0]["cases"] == 2 * MAIN


def test_what_is_in_hands_already_is_left_there_and_nothing_left_is_told(session: Session) -> None:
    survey = make_work(session)
    lan, mai = make_person(session, "lan"), make_person(session, "mai")
    area, code = village(session)[1], communes(session, survey)[0]
    first = cases_of(session, code)[0]
    assign_cases(session, area, [first], holder(session, lan), actor=TESTER)
    assert assign_places(session, area, [code], holder(session, mai), actor=TESTER).count == MAIN - 1
    told = refusal(lambda: assign_places(session, area, [code], holder(session, mai), actor=TESTER))
    assert isinstance(told, Conflict)
    assert held(session)[first] == (None, lan.id)


def test_a_deadline_skips_weekends_and_the_holidays_of_vietnam() -> None:
    assert add_working_days(date(2026, 11, 19), 2) == date(2026, 11, 23)  # Thursday, Friday, then Monday
    assert add_working_days(date(2026, 2, 13), 3) == date(2026, 2, 25)  # Tết: 16 to 20 February 2026
    assert add_working_days(date(2026, 8, 28), 1) == date(2026, 9, 3)  # 31/8 in lieu, 1/9 and 2/9
    assert add_working_days(date(2026, 4, 29), 1) == date(2026, 5, 4)  # 30/4 and 1/5, then a weekend
    assert add_working_days(date(2026, 11, 20), 0) == date(2026, 11, 20)
    off = days_off_between(date(2026, 2, 13), date(2026, 2, 25))
    assert [day.day for day, _name in off] == [16, 17, 18, 19, 20]
    assert "Tết" in off[1][1]


def test_a_last_day_that_has_passed_is_refused(session: Session) -> None:
    make_work(session)
    lan, area = make_person(session, "lan"), village(session)[1]
    numbers = cases_of(session)[:1]
    yesterday = today() - timedelta(days=1)
    told = refusal(lambda: assign_cases(session, area, numbers, holder(session, lan), actor=TESTER, due_on=yesterday))
    assert told is not None
    assert held(session) == {}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=25),
    holders=st.integers(2, 9),
    districts=st.integers(1, 4),
)
def test_shares_hold_every_case_once_differ_by_one_and_split_few_communes(
    sizes: list[int], holders: int, districts: int
) -> None:
    numbers = iter(range(10_000))
    places = {
        f"91/{place % districts}/{place}": [next(numbers) for _ in range(size)] for place, size in enumerate(sizes)
    }
    shares = balance(places, holders)
    assert sorted(case for share in shares for case in share) == list(range(sum(sizes)))
    counts = [len(share) for share in shares]
    assert max(counts) - min(counts) <= 1
    parts = sum(bool(set(share) & set(cases)) for share in shares for cases in places.values())
    assert parts - len(places) < holders
    assert shares == balance(dict(reversed(places.items())), holders)


def test_communes_stay_whole_where_equal_shares_allow_it() -> None:
    sizes = {"91/1/a": 30, "91/1/b": 20, "91/2/c": 10, "91/2/d": 20}
    numbers = iter(range(100))
    places = {path: [next(numbers) for _ in range(size)] for path, size in sizes.items()}
    shares = balance(places, 2)
    assert [len(share) for share in shares] == [40, 40]
    assert all(set(cases) <= set(shares[0]) or set(cases) <= set(shares[1]) for cases in places.values())


def test_a_balanced_assignment_gives_every_collector_the_same(session: Session) -> None:
    make_work(session)
    people = [holder(session, make_person(session, name)) for name in ("lan", "mai", "cuc", "dao")]
    given = assign_balanced(session, village(session)[1], people, actor=TESTER)
    total = len(cases_of(session))
    assert sum(one.count for one in given) == len(held(session)) == total
    assert max(one.count for one in given) - min(one.count for one in given) <= 1


def test_sharing_needs_two_different_people(session: Session) -> None:
    make_work(session)
    lan = holder(session, make_person(session, "lan"))
    assert refusal(lambda: assign_balanced(session, village(session)[1], [lan, lan], actor=TESTER)) is not None
    assert held(session) == {}


def test_two_coordinators_who_assign_the_same_cases_at_once_one_wins_and_nothing_is_half_done(app: Flask) -> None:
    with app.app_context():
        survey = make_work(db.session)
        people = [make_person(db.session, name).email for name in ("lan", "mai")]
        codes = communes(db.session, survey)
        numbers = cases_of(db.session)

    def give(number: int) -> int:
        from survey_app.sampling.work.holders import find_holder

        area, to = village(db.session)[1], find_holder(db.session, people[number])
        mine = numbers[:10] if number == 0 else numbers[5:20]
        count = assign_cases(db.session, area, mine, to, actor=TESTER).count
        db.session.commit()
        return count

    results = at_once(app, give, 2)
    won = [number for number, result in enumerate(results) if isinstance(result, int)]
    assert len(won) == 1, results
    assert isinstance(results[1 - won[0]], Conflict)
    with app.app_context():
        assert sorted(held(db.session)) == (numbers[:10] if won[0] == 0 else numbers[5:20])
        assert len(trail(db.session, "work.assign")) == 1

    def give_place(number: int) -> int:
        from survey_app.sampling.work.holders import find_holder

        area, to = village(db.session)[1], find_holder(db.session, people[number])
        count = assign_places(db.session, area, codes[4:6], to, actor=TESTER).count
        db.session.commit()
        return count

    results = at_once(app, give_place, 2)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "int"], results
    with app.app_context():
        doubled = db.session.execute(
            select(Assignment.case_id)
            .where(Assignment.ended_at.is_(None))
            .group_by(Assignment.case_id)
            .having(func.count() > 1)
        ).all()
        assert doubled == []


def test_a_case_outside_the_drawn_units_is_refused_and_nothing_is_given(session: Session) -> None:
    survey = make_work(session)
    lan, area = holder(session, make_person(session, "lan")), village(session)[1]
    other = make_survey(session, state="collecting")
    entry = next(unit for unit in other_units(session, other) if unit.drawn)
    strange = Case(survey_id=other.id, frame_unit_id=entry.id, role="main", rank=1, probability=1.0)
    session.add(strange)
    session.commit()
    good = cases_of(session, communes(session, survey)[0])[0]
    for number in (strange.id, 10**6, 2**31, 2**70, -1, 0):
        told = refusal(lambda: assign_cases(session, area, [good, number], lan, actor=TESTER))  # noqa: B023
        assert isinstance(told, NotFound), number
        assert held(session) == {}
    undrawn = next(unit.unit.code for unit in other_units(session, survey) if not unit.drawn)
    for code in (undrawn, "30730", "", "\x00", "%", "9" * 400):
        assert refusal(lambda: assign_places(session, area, [code], lan, actor=TESTER)) is not None, code  # noqa: B023
    assert held(session) == {}
    assert other.slug == SURVEY


def other_units(session: Session, survey: object) -> list[object]:
    from survey_app.sampling.queries import find_draw

    return list(find_draw(session, survey).units)


@pytest.mark.parametrize("state", ["answered", "replaced", "closed"])
def test_a_case_that_is_done_with_is_not_given(session: Session, state: str) -> None:
    make_work(session)
    lan, area = holder(session, make_person(session, "lan")), village(session)[1]
    numbers = cases_of(session)[:3]
    session.get_one(Case, numbers[1]).state = state
    session.commit()
    assert isinstance(refusal(lambda: assign_cases(session, area, numbers, lan, actor=TESTER)), Conflict)
    assert held(session) == {}


def test_a_reserve_that_nobody_called_up_is_not_given(session: Session) -> None:
    make_work(session)
    lan, area = holder(session, make_person(session, "lan")), village(session)[1]
    reserve = cases_of(session, role="reserve")[0]
    assert isinstance(refusal(lambda: assign_cases(session, area, [reserve], lan, actor=TESTER)), Conflict)


def test_nobody_gets_cases_outside_of_where_they_may_collect(session: Session) -> None:
    survey = make_work(session)
    code, other = communes(session, survey)[:2]
    lan, area = holder(session, make_person(session, "lan", f"unit:{code}")), village(session)[1]
    told = refusal(lambda: assign_places(session, area, [code, other], lan, actor=TESTER))
    assert told is not None
    assert held(session) == {}
    assert assign_places(session, area, [code], lan, actor=TESTER).count == MAIN


def test_an_office_holds_cases_of_its_unit_and_its_collectors_carry_its_number(session: Session) -> None:
    survey = make_work(session)
    first, second = communes(session, survey)[:2]
    units = {entry.unit.code: entry.unit for entry in other_units(session, survey)}
    office = add_office(session, code="bd-1", name="Bưu điện xã Một", unit=units[first], actor=TESTER)
    lan, area = make_person(session, "lan"), village(session)[1]
    add_member(session, office, lan, actor=TESTER)
    from survey_app.sampling.work.holders import find_holder

    desk = find_holder(session, "BD-1")
    assert refusal(lambda: assign_places(session, area, [second], desk, actor=TESTER)) is not None
    assign_places(session, area, [first], desk, actor=TESTER)
    assert set(held(session).values()) == {(office.id, None)}
    numbers = choose_part(session, area, desk, count=2)
    move_cases(session, area, numbers, holder(session, lan), actor=TESTER)
    assert sorted(held(session).values(), key=str) == [(office.id, lan.id)] * 2 + [(office.id, None)] * (MAIN - 2)
    assert len(choose_part(session, area, desk)) == MAIN - 2


def test_moved_cases_keep_their_day_and_their_history(session: Session) -> None:
    survey = make_work(session)
    lan, mai, area = make_person(session, "lan"), make_person(session, "mai"), village(session)[1]
    code = communes(session, survey)[0]
    due = today() + timedelta(days=40)
    assign_places(session, area, [code], holder(session, lan), actor=TESTER, due_on=due)
    numbers = cases_of(session, code)
    move_cases(session, area, numbers[:2], holder(session, mai), actor=TESTER)
    rows = session.scalars(select(Assignment).where(Assignment.case_id == numbers[0]).order_by(Assignment.id)).all()
    assert [(row.collector_id, row.due_on, row.end_reason) for row in rows] == [
        (lan.id, due, "moved"),
        (mai.id, due, ""),
    ]
    told = refusal(lambda: move_cases(session, area, numbers[:2], holder(session, mai), actor=TESTER))
    assert isinstance(told, Conflict)
    assert "Mai" in told.message


def test_a_part_is_taken_by_whole_untouched_communes_first(session: Session) -> None:
    survey = make_work(session)
    lan, area = make_person(session, "lan"), village(session)[1]
    codes = communes(session, survey)[:3]
    assign_places(session, area, codes, holder(session, lan), actor=TESTER)
    session.get_one(Case, cases_of(session, codes[0])[0]).state = "tried"
    session.flush()
    part = choose_part(session, area, holder(session, lan), count=MAIN + 1)
    whole = [code for code in codes if set(cases_of(session, code)) <= set(part)]
    assert len(part) == MAIN + 1
    assert len(whole) == 1
    assert whole[0] != codes[0]
    for count in (0, -3, 3 * MAIN + 1):
        assert refusal(lambda: choose_part(session, area, holder(session, lan), count=count)) is not None  # noqa: B023


def test_work_is_taken_back_with_a_reason_and_can_be_given_again(session: Session) -> None:
    survey = make_work(session)
    lan, area, code = make_person(session, "lan"), village(session)[1], communes(session, survey)[0]
    assign_places(session, area, [code], holder(session, lan), actor=TESTER)
    numbers = cases_of(session, code)
    for reason in ("", "   ", "\u200b\u200b", "…", "nghỉ\u202eốm", "x" * 501):
        told = refusal(lambda: withdraw_cases(session, area, numbers, actor=TESTER, reason=reason))  # noqa: B023
        assert told is not None, reason
        assert len(held(session)) == MAIN
    assert withdraw_cases(session, area, numbers, actor=TESTER, reason="Chị Lan nghỉ ốm") == MAIN
    assert held(session) == {}
    assert isinstance(refusal(lambda: withdraw_cases(session, area, numbers, actor=TESTER, reason="lần nữa")), Conflict)
    assert assign_places(session, area, [code], holder(session, lan), actor=TESTER).count == MAIN


def test_two_who_move_the_same_cases_at_once_leave_each_with_one_holder(app: Flask) -> None:
    with app.app_context():
        make_work(db.session)
        people = [make_person(db.session, name).email for name in ("lan", "mai", "cuc")]
        numbers = cases_of(db.session)[:8]
        assign_cases(db.session, village(db.session)[1], numbers, find(people[0]), actor=TESTER)
        db.session.commit()

    def move(number: int) -> int:
        count = move_cases(db.session, village(db.session)[1], numbers, find(people[1 + number]), actor=TESTER).count
        db.session.commit()
        return count

    results = at_once(app, move, 2)
    with app.app_context():
        holders = set(held(db.session).values())
        assert len(held(db.session)) == len(numbers)
        assert len(holders) == 1, "half of the cases moved"
        assert any(result == len(numbers) for result in results), results


def find(email: str) -> object:
    from survey_app.sampling.work.holders import find_holder

    return find_holder(db.session, email)


def test_nothing_is_given_before_the_draw_or_after_closing(session: Session) -> None:
    survey = make_work(session, state="sampled")
    lan, area = make_person(session, "lan"), village(session)[1]
    numbers = cases_of(session)[:2]
    assert assign_cases(session, area, numbers[:1], holder(session, lan), actor=TESTER).count == 1
    set_state(session, survey, "collecting", actor=TESTER)
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    for work in (
        lambda: assign_cases(session, area, numbers[1:], holder(session, lan), actor=TESTER),
        lambda: withdraw_cases(session, area, numbers[:1], actor=TESTER, reason="đóng"),
    ):
        assert isinstance(refusal(work), Conflict)


def test_cases_that_a_new_draw_has_taken_away_are_refused_clearly(session: Session) -> None:
    make_work(session, state="sampled")
    lan, area = make_person(session, "lan"), village(session)[1]
    numbers = cases_of(session)
    assign_cases(session, area, numbers[:4], holder(session, lan), actor=TESTER)
    session.commit()
    session.execute(delete(Case).where(Case.id.in_(numbers[:2])))
    session.commit()
    assert sorted(held(session)) == numbers[2:4], "assignments go with their cases"
    told = refusal(lambda: withdraw_cases(session, area, numbers[:4], actor=TESTER, reason="bốc lại"))
    assert isinstance(told, NotFound)
    assert str(numbers[0]) in told.message
    assert sorted(held(session)) == numbers[2:4]


def test_a_coordinator_of_one_commune_works_with_no_other(session: Session) -> None:
    survey = make_work(session)
    mine, other = communes(session, survey)[:2]
    unit = next(entry.unit for entry in other_units(session, survey) if entry.unit.code == mine)
    area, lan = Area(survey, (unit,)), make_person(session, "lan")
    assert isinstance(
        refusal(lambda: assign_cases(session, area, cases_of(session, other)[:1], holder(session, lan), actor=TESTER)),
        UserError,
    )
    assert isinstance(
        refusal(lambda: assign_places(session, area, [other], holder(session, lan), actor=TESTER)), NotFound
    )
    assert assign_places(session, area, ["92"], holder(session, lan), actor=TESTER).count == MAIN
    assert sorted(held(session)) == cases_of(session, mine)


@pytest.mark.parametrize("due_on", [date(9999, 12, 31), date(1, 1, 1), date(2025, 12, 31)])
def test_a_last_day_far_from_the_survey_is_refused(session: Session, due_on: date) -> None:
    survey = make_work(session)
    lan, mai, area = make_person(session, "lan"), make_person(session, "mai"), village(session)[1]
    code = communes(session, survey)[0]
    told = refusal(lambda: assign_places(session, area, [code], holder(session, lan), actor=TESTER, due_on=due_on))
    assert isinstance(told, UserError)
    assert held(session) == {}
    assign_places(session, area, [code], holder(session, lan), actor=TESTER)
    numbers = cases_of(session, code)
    told = refusal(lambda: move_cases(session, area, numbers, holder(session, mai), actor=TESTER, due_on=due_on))
    assert isinstance(told, UserError)


def test_a_last_day_is_between_the_first_day_of_the_survey_and_a_year_after_its_last(session: Session) -> None:
    survey = make_work(session)
    survey.starts_on, survey.ends_on = today() + timedelta(days=3), today() + timedelta(days=30)
    session.commit()
    lan, area = holder(session, make_person(session, "lan")), village(session)[1]
    numbers = cases_of(session)
    for number, days in zip(numbers, (2, 30 + 366), strict=False):
        due = today() + timedelta(days=days)
        told = refusal(lambda: assign_cases(session, area, [number], lan, actor=TESTER, due_on=due))  # noqa: B023
        assert isinstance(told, UserError)
        assert "ngoài thời gian của đợt" in told.message
    for number, days in zip(numbers, (3, 30 + 365), strict=False):
        due = today() + timedelta(days=days)
        assert assign_cases(session, area, [number], lan, actor=TESTER, due_on=due).due_on == due
