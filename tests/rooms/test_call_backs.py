"""Call-backs: a random share anyone can repeat, results written once, nobody checks their own, no contact data."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from scipy.stats import beta
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.sampling import permanent_random_number
from survey_app.accounts.models import User
from survey_app.audit.models import Actor
from survey_app.audit.queries import entries_about
from survey_app.collection.call_backs.queries import checks_by_collector, count_call_backs, list_call_backs
from survey_app.collection.call_backs.service import draw_call_backs, record_call_back
from survey_app.collection.models import CallBack
from survey_app.collection.set_aside.service import approve_set_aside, ask_set_aside, lift_set_aside
from survey_app.database import db
from survey_app.errors import Conflict, Forbidden, NotFound, UserError
from survey_app.sampling.work.area import Area, whole_area
from survey_app.sampling.work.models import Case
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.cases import make_cases, make_person
from tests.conftest import token_in
from tests.village import VILLAGE, at_once, make_village, refusal, respond
from tests.world import TESTER

PAGE = f"/quan-ly/dot/{VILLAGE}/phuc-tra"


def answered(session: Session, *, each: int = 10) -> tuple[Survey, list[Case], list[User]]:
    """All but one case of each commune answered, by two collectors in turn."""
    survey = make_village(session)
    cases = make_cases(session, survey, each=each)
    people = [make_person(session), make_person(session)]
    for number, case in enumerate(cases):
        if case.rank < each:
            place, person = case.frame_unit.unit.code, people[number % 2]
            respond(session, survey, place, case_id=case.id, collector_id=person.id, channel="field")
    session.commit()
    return survey, cases, people


def chosen_cases(session: Session) -> set[int]:
    return set(session.scalars(select(CallBack.case_id)))


def test_each_answered_case_is_chosen_by_its_own_number_and_anyone_can_repeat_it(session: Session) -> None:
    survey, cases, people = answered(session)
    expected = {
        case.id
        for case in cases
        if case.state == "answered"
        and permanent_random_number("7", f"call-back|{case.frame_unit.unit.code}|main|{case.rank}") < 0.3
    }
    done = draw_call_backs(session, whole_area(survey), share=0.3, actor=TESTER)
    session.commit()
    assert 0 < len(expected) < done.answered == len([case for case in cases if case.state == "answered"])
    assert chosen_cases(session) == expected
    assert (done.new, done.before) == (len(expected), 0)
    assert {one.collector_id for one in session.scalars(select(CallBack))} == {person.id for person in people}


def test_drawn_in_steps_or_at_once_the_same_cases_are_chosen(session: Session) -> None:
    survey, cases, _people = answered(session)
    area = whole_area(survey)
    first = draw_call_backs(session, area, share=0.3, actor=TESTER)
    late = next(
        case for case in cases if case.state == "todo"
        and permanent_random_number("7", f"call-back|{case.frame_unit.unit.code}|main|{case.rank}") < 0.3
    )  # fmt: skip
    before = chosen_cases(session)
    respond(session, survey, late.frame_unit.unit.code, case_id=late.id)
    again = draw_call_backs(session, area, share=0.3, actor=TESTER)
    session.commit()
    assert (again.new, again.before) == (1, first.new)
    assert chosen_cases(session) == before | {late.id}
    assert draw_call_backs(session, area, share=0.3, actor=TESTER).new == 0
    assert session.scalars(select(CallBack.collector_id).where(CallBack.case_id == late.id)).one() is None


def test_without_a_share_the_design_of_the_survey_is_followed(session: Session) -> None:
    survey = make_village(session, work={"call_backs": 1})
    case = make_cases(session, survey, each=1)[0]
    respond(session, survey, case_id=case.id)
    assert draw_call_backs(session, whole_area(survey), actor=TESTER).new == 1


@pytest.mark.parametrize("share", [0, -0.1, 1.5, float("nan")])
def test_a_share_that_is_none_is_refused(session: Session, share: float) -> None:
    survey, _cases, _people = answered(session, each=2)
    error = refusal(lambda: draw_call_backs(session, whole_area(survey), share=share, actor=TESTER))
    assert type(error) is UserError
    assert "%%" not in error.message


def all_chosen(session: Session) -> tuple[Survey, Area, list[CallBack], list[User]]:
    survey, _cases, people = answered(session, each=3)
    area = whole_area(survey)
    draw_call_backs(session, area, share=1, actor=TESTER)
    session.commit()
    return survey, area, list(session.scalars(select(CallBack).order_by(CallBack.case_id))), people


def test_a_result_stands_not_reached_can_be_tried_again_and_the_writer_corrects(
    session: Session,
) -> None:
    _survey, area, found, _people = all_chosen(session)
    case_id = found[0].case_id
    record_call_back(session, area, case_id, result="not_reached", actor=TESTER)
    record_call_back(session, area, case_id, result="confirmed", actor=Actor(None, "somebody else"))
    session.commit()
    assert (found[0].result, found[0].checked_by, found[0].checked_at is None) == ("confirmed", "somebody else", False)
    error = refusal(lambda: record_call_back(session, area, case_id, result="differs", actor=TESTER))
    assert isinstance(error, Conflict)
    assert "somebody else" in error.message
    record_call_back(session, area, case_id, result="differs", actor=Actor(None, "somebody else"))
    assert found[0].result == "differs"
    entries = entries_about(session, f"survey:{VILLAGE}")
    results = [entry.detail["result"] for entry in entries if entry.verb == "call_back.record"]
    assert sorted(results) == ["confirmed", "differs", "not_reached"]


def test_nobody_checks_their_own_and_only_chosen_cases_of_ones_area_are_checked(session: Session) -> None:
    survey, area, found, people = all_chosen(session)
    own = next(one for one in found if one.collector_id == people[0].id)

    def check(case_id: int, *, within: Area = area, actor: Actor = TESTER, result: str = "confirmed") -> Any:
        return refusal(lambda: record_call_back(session, within, case_id, result=result, actor=actor))

    assert isinstance(check(own.case_id, actor=Actor(people[0].id, people[0].email)), Forbidden)
    unanswered = session.scalars(select(Case.id).where(Case.state == "todo")).first()
    assert unanswered is not None
    for number in (unanswered, 999, 0, -1, 2**40):
        assert isinstance(check(number), NotFound), number
    unit = own.case.frame_unit.unit
    far = next(one.case.frame_unit.unit for one in found if one.case.frame_unit.unit_id != unit.id)
    assert isinstance(check(own.case_id, within=Area(survey, (far,))), NotFound)
    assert check(own.case_id, within=Area(survey, (unit,))) is None
    assert type(check(found[1].case_id, result="perhaps")) is UserError


def test_two_who_write_at_once_leave_one_result(app: Flask) -> None:
    with app.app_context():
        case_id = all_chosen(db.session)[2][0].case_id

    def write(number: int) -> None:
        area = whole_area(find_survey(db.session, VILLAGE))
        words = ("confirmed", "differs")[number % 2]
        record_call_back(db.session, area, case_id, result=words, actor=Actor(None, f"person {number}"))
        db.session.commit()

    results = at_once(app, write, 6)
    assert results.count(None) == 1, results
    assert sum(isinstance(result, Conflict) for result in results) == 5, results


def test_two_who_draw_at_once_choose_each_case_once(app: Flask) -> None:
    with app.app_context():
        answered(db.session, each=4)

    def draw(number: int) -> int:
        done = draw_call_backs(db.session, whole_area(find_survey(db.session, VILLAGE)), share=1, actor=TESTER)
        db.session.commit()
        return done.new

    results = at_once(app, draw, 4)
    assert sorted(results)[:3] == [0, 0, 0], results


def test_the_rate_of_a_collector_has_its_exact_interval_without_those_not_reached(session: Session) -> None:
    _survey, area, found, people = all_chosen(session)
    own = [one.case_id for one in found if one.collector_id == people[0].id]
    assert len(own) >= 5
    for case_id, result in zip(
        own, ("confirmed", "differs", "did_not_happen", "not_reached", "confirmed"), strict=False
    ):
        record_call_back(session, area, case_id, result=result, actor=TESTER)
    checks = {one.name: one for one in checks_by_collector(session, area)}
    mine = checks[people[0].name or people[0].email]
    assert (mine.told, mine.failed, mine.not_reached, mine.chosen) == (4, 2, 1, len(own))
    assert mine.low == pytest.approx(beta.ppf(0.025, 2, 3))
    assert mine.high == pytest.approx(beta.ppf(0.975, 3, 2))
    other = checks[people[1].name or people[1].email]
    assert (other.told, other.low, other.high) == (0, None, None)
    chosen, waiting = count_call_backs(session, area)
    assert chosen - waiting == 4


def test_a_case_whose_answer_was_set_aside_is_not_checked_any_more(session: Session) -> None:
    survey, area, found, people = all_chosen(session)
    own = next(one for one in found if one.collector_id == people[0].id)
    aside = ask_set_aside(session, survey, people[0].id, reason="Có.", actor=TESTER)
    approve_set_aside(session, survey, aside.id, actor=Actor(None, "second"))
    session.commit()
    error = refusal(lambda: record_call_back(session, area, own.case_id, result="confirmed", actor=TESTER))
    assert isinstance(error, NotFound)
    assert own.case_id not in {line.case_id for line in list_call_backs(session, area, open_only=True)}


def test_a_case_done_again_is_checked_anew_and_what_was_said_of_the_first_form_stands(session: Session) -> None:
    survey, area, found, people = all_chosen(session)
    told, untold = [one.case_id for one in found if one.collector_id == people[0].id][:2]
    record_call_back(session, area, told, result="did_not_happen", actor=TESTER)
    aside = ask_set_aside(session, survey, people[0].id, reason="Có.", actor=TESTER)
    approve_set_aside(session, survey, aside.id, actor=Actor(None, "second"))
    for number in (told, untold):
        case = session.get_one(Case, number)
        place = case.frame_unit.unit.code
        respond(session, survey, place, case_id=number, collector_id=people[1].id, channel="field", answers={"q1": 1})
    draw_call_backs(session, area, share=1, actor=TESTER)
    session.commit()
    assert {line.collector_id for line in list_call_backs(session, area, open_only=True)} == {people[1].id}
    own = Actor(people[1].id, people[1].email)
    assert isinstance(refusal(lambda: record_call_back(session, area, told, result="confirmed", actor=own)), Forbidden)
    record_call_back(session, area, told, result="confirmed", actor=Actor(people[0].id, people[0].email))
    checks = {one.name: (one.confirmed, one.did_not_happen) for one in checks_by_collector(session, area)}
    assert checks == {people[0].name or people[0].email: (0, 1), people[1].name or people[1].email: (1, 0)}


def test_lifting_takes_up_the_checks_again(session: Session) -> None:
    survey, area, found, people = all_chosen(session)
    mine = {one.case_id for one in found if one.collector_id == people[0].id}
    aside = ask_set_aside(session, survey, people[0].id, reason="Có.", actor=TESTER)
    approve_set_aside(session, survey, aside.id, actor=Actor(None, "second"))
    session.commit()
    assert not mine & {line.case_id for line in list_call_backs(session, area, open_only=True)}
    lift_set_aside(session, survey, aside.id, reason="Nhầm.", actor=TESTER)
    session.commit()
    assert mine <= {line.case_id for line in list_call_backs(session, area, open_only=True)}


def test_checks_go_on_after_closing_and_end_with_publication(session: Session) -> None:
    survey, area, found, _people = all_chosen(session)
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    record_call_back(session, area, found[0].case_id, result="confirmed", actor=TESTER)
    survey.state = "published"
    session.flush()
    for work in (
        lambda: record_call_back(session, area, found[1].case_id, result="confirmed", actor=TESTER),
        lambda: draw_call_backs(session, area, share=1, actor=TESTER),
    ):
        assert isinstance(refusal(work), Conflict)


def test_an_observer_draws_and_records_by_page_and_sees_no_contact(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        answered(db.session, each=3)
    observer = sign_in("observer")

    def post(address: str, **data: str) -> Any:
        return observer.post(PAGE + address, data={"csrf_token": token_in(observer.get(PAGE).text)} | data)

    wrong = post("/boc", share="nhiều")
    assert (wrong.status_code, 'value="nhiều"' in wrong.text) == (400, True)
    assert post("/boc", share="100").status_code == 302
    page = observer.get(PAGE).text
    with app.app_context():
        case_id, place = db.session.execute(select(CallBack.case_id, CallBack.collector_id)).first() or (0, 0)
        collector = db.session.get_one(User, place)
    assert f"số {case_id}" in page
    assert collector.name in page or collector.email in page
    assert post(f"/{case_id}", result="did_not_happen").status_code == 302
    assert "1 trên 1 hồ sơ đã phúc tra không đúng như phiếu" in observer.get(PAGE).text
    assert post(f"/{case_id}", result="perhaps").status_code == 400
    assert post("/999", result="confirmed").status_code == 404
    with app.app_context():
        who = db.session.scalars(select(CallBack.checked_by).where(CallBack.case_id == case_id)).one()
        assert who == observer.email


@pytest.mark.parametrize(
    ("role", "status"),
    [("post_coordinator", 200), ("survey_manager", 200), ("collector", 403), ("analyst", 403), ("approver", 403)],
)
def test_only_those_who_check_work_see_the_page(
    app: Flask, sign_in: Callable[..., FlaskClient], role: str, status: int
) -> None:
    with app.app_context():
        answered(db.session, each=2)
    person = sign_in(role)
    page = person.get(PAGE)
    assert page.status_code == status
    posted = person.post(f"{PAGE}/1", data={"csrf_token": "x", "result": "confirmed"})
    assert posted.status_code in (400, 403)


def test_the_commands_draw_list_and_record_with_the_same_checks(app: Flask) -> None:
    with app.app_context():
        _survey, _cases, people = answered(db.session, each=3)
        coordinator = make_person(db.session, "post_coordinator").email
        collector = people[0].email
    run = app.test_cli_runner().invoke
    drawn = run(args=["callback", "draw", VILLAGE, "--share", "1"])
    assert (drawn.exit_code, "chosen now" in drawn.output) == (0, True), drawn.output
    listed = json.loads(run(args=["callback", "list", VILLAGE, "--open", "--format", "json"]).output)
    case = str(listed["cases"][0]["case"])
    refused = run(args=["callback", "record", VILLAGE, case, "confirmed", "--by", collector])
    assert refused.exit_code == 1
    done = run(args=["callback", "record", VILLAGE, case, "confirmed", "--by", coordinator])
    assert done.exit_code == 0, done.output
    assert run(args=["callback", "record", VILLAGE, case, "differs"]).exit_code == 1
    text = run(args=["callback", "list", VILLAGE]).output
    assert "0 of 1 failed, 95% 0.0% to 97.5%" in text
    assert run(args=["callback", "draw", VILLAGE, "--share", "2"]).exit_code == 1
