"""What strangers tried on frames, draws and work: each once broke something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from survey_app.collection.drafts import begin_draft, keep_answers, submit_draft
from survey_app.collection.quotas.service import add_quota
from survey_app.database import by_number, db
from survey_app.errors import Conflict, Forbidden, UserError
from survey_app.sampling.listing.columns import read_columns
from survey_app.sampling.listing.table_file import open_table
from survey_app.sampling.models import RedrawRequest
from survey_app.sampling.queries import find_draw
from survey_app.sampling.service import ask_redraw, decide_redraw
from survey_app.sampling.stage_one import Entry, Rules, plan_strata
from survey_app.sampling.verification import verify_draw
from survey_app.sampling.work.area import whole_area
from survey_app.sampling.work.assigning import assign_cases
from survey_app.sampling.work.attempting import record_attempt
from survey_app.sampling.work.holders import find_holder
from survey_app.sampling.work.models import Case
from survey_app.sampling.work.moving import withdraw_cases
from survey_app.surveys.models import Survey
from tests.cases import make_person
from tests.lists import list_cases
from tests.rooms.test_draw import SECOND
from tests.rooms.weighing import SIZES, drawn_from_lists, opened
from tests.village import VILLAGE, communes, make_village
from tests.world import TESTER


def try_case(session: Session, survey: Survey, case: Case, outcome: str, moment: datetime) -> None:
    person = make_person(session)
    record_attempt(
        session, whole_area(survey), case.id, attempt_id=uuid4(), outcome=outcome, collector=person, actor=TESTER,
        tried_at=moment,
    )  # fmt: skip


def first_case(session: Session) -> Case:
    return session.scalars(select(Case).where(Case.role == "main").order_by(Case.id)).first()


@pytest.mark.parametrize("first", ["2000;H1;Nguyễn Văn Ấp;0912000001", "0912 000 001;a;b", "MP2007.30730.00001;a"])
def test_a_list_without_headings_is_refused_and_its_people_are_not_repeated(tmp_path: Path, first: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{first}\n{first}\n", encoding="utf-8")
    with pytest.raises(UserError, match="Dòng đầu") as refused:
        open_table(path)
    assert "0912" not in refused.value.message


@pytest.mark.parametrize(
    "heading",
    ["Họ tên người nộp hồ sơ", "Số điện thoại liên hệ", "Số CCCD/CMND", "Ngày sinh người nộp", "Địa chỉ thường trú",
     "Email liên hệ"],
)  # fmt: skip
def test_a_personal_column_is_kept_under_no_name(app: Flask, heading: str) -> None:
    with app.app_context(), pytest.raises(UserError, match="cá nhân"):
        read_columns("cases", ["xa", "so", heading], {"unit": "xa", "reference": "so"}, [heading])


def test_a_friend_put_in_the_place_of_a_drawn_person_is_found(session: Session) -> None:
    survey = drawn_from_lists(session)
    draw = find_draw(session, survey)
    assert verify_draw(session, survey, draw).agrees
    case, other = session.scalars(select(Case).where(Case.role == "main").order_by(Case.id).limit(2))
    for change in ({"listed_case_id": other.listed_case_id + 1_000}, {"probability": 0.99}):
        if "listed_case_id" in change:
            known = set(session.scalars(select(Case.listed_case_id).where(Case.frame_unit_id == case.frame_unit_id)))
            unit = case.frame_unit.unit_id
            spare = session.scalars(
                text("SELECT id FROM listed_case WHERE unit_id = :unit ORDER BY id").bindparams(unit=unit)
            )
            change = {"listed_case_id": next(number for number in spare if number not in known)}  # noqa: PLW2901
        session.execute(update(Case).where(Case.id == case.id).values(**change))
        assert not verify_draw(session, survey, draw).agrees, change
        session.rollback()


def test_no_number_of_a_case_comes_to_mean_another_person(session: Session) -> None:
    survey = make_village(session, state="draft", sample={"share": 0.5, "cases": {"number": 10}})
    list_cases(session, survey, SIZES)
    opened(session, survey)
    survey.state = "sampled"
    session.commit()
    before = set(session.scalars(select(Case.id)))
    ask_redraw(session, survey, seed="8", reason="nhầm mầm", actor=TESTER)
    decide_redraw(session, survey, granted=True, actor=SECOND)
    assert not before & set(session.scalars(select(Case.id)))


def test_nobody_is_left_with_cases_of_a_draw_that_is_gone(session: Session) -> None:
    survey = drawn_from_lists(session)
    survey.state = "sampled"
    session.commit()
    person = make_person(session)
    assign_cases(
        session, whole_area(survey), [first_case(session).id], find_holder(session, person.email), actor=TESTER
    )
    ask_redraw(session, survey, seed="8", reason="nhầm mầm", actor=TESTER)
    with pytest.raises(Conflict, match="1 hồ sơ đã giao"):
        decide_redraw(session, survey, granted=True, actor=SECOND)


def test_who_asked_may_withdraw_and_not_grant(session: Session) -> None:
    survey = drawn_from_lists(session)
    survey.state = "sampled"
    session.commit()
    ask_redraw(session, survey, seed="8", reason="nhầm mầm", actor=TESTER)
    with pytest.raises(Forbidden):
        decide_redraw(session, survey, granted=True, actor=TESTER)
    assert decide_redraw(session, survey, granted=False, actor=TESTER) is None
    session.commit()
    assert session.scalars(select(RedrawRequest.granted)).all() == [False]


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, 0, 30, tzinfo=UTC), datetime(2025, 12, 31, 9, 0, tzinfo=UTC)])
def test_a_try_before_the_survey_began_is_refused(session: Session, moment: datetime) -> None:
    survey = drawn_from_lists(session)
    with pytest.raises(UserError, match="trước khi đợt bắt đầu"):
        try_case(session, survey, first_case(session), "not_home", moment)


def test_a_refusal_stands_though_nobody_is_at_home_later(session: Session) -> None:
    survey = drawn_from_lists(session)
    case = first_case(session)
    try_case(session, survey, case, "refused", datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    try_case(session, survey, case, "not_home", datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    assert case.outcome == "refused"


def test_a_number_no_row_can_have_finds_nothing(session: Session, app: Flask) -> None:
    for number in (0, -1, 2**31, 10**20):
        assert by_number(session, Case, number) is None


def test_addresses_with_such_numbers_are_no_accident(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        drawn_from_lists(db.session)
    manager = sign_in("survey_manager")
    office = f"/quan-ly/dot/{VILLAGE}"
    assert manager.get(f"{office}/dan-mau/{10**20}/bo").status_code == 404


def test_a_stratum_smaller_than_its_minimum_says_so() -> None:
    entries = [
        Entry(f"{stratum}{number}", "", stratum, "", f"{stratum}{number}") for stratum in "ab" for number in range(3)
    ]
    entries += [Entry(f"c{number}", "", "c", "", f"c{number}") for number in range(60)]
    strata = plan_strata(entries, Rules("srswor", 0.3, None, "total", 5))
    assert [stratum.is_short for stratum in strata] == [True, True, False]


def test_a_log_of_a_failing_database_holds_no_answers(app: Flask) -> None:
    with app.app_context():
        assert db.engine.hide_parameters


def test_a_quota_tells_answers_only_to_those_who_may_see_results(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        survey = make_village(db.session)
        here, there = communes(db.session, survey)[:2]
        for asked in ({"item": "q1", "value": "1"}, {"place": there}, {"channel": "kiosk"}):
            add_quota(db.session, survey, goal=5, rule="flag", actor=TESTER, **asked)
        db.session.commit()
    page = f"/quan-ly/dot/{VILLAGE}/han-muc"
    counts = {
        who: sign_in(role, *scopes).get(page).text.count('id="quota-')
        for who, role, scopes in (
            ("manager", "survey_manager", []),
            ("observer", "observer", []),
            ("coordinator here", "post_coordinator", [f"unit:{here}"]),
        )
    }
    assert counts == {"manager": 3, "observer": 2, "coordinator here": 0}


def test_a_form_begun_before_the_case_was_taken_back_does_not_enter_in_that_name(session: Session) -> None:
    survey = drawn_from_lists(session)
    person, case = make_person(session), first_case(session)
    area, holder = whole_area(survey), find_holder(session, person.email)
    assign_cases(session, area, [case.id], holder, actor=TESTER)
    draft = begin_draft(session, survey, case.frame_unit, channel="field", collector_id=person.id, case_id=case.id)
    keep_answers(session, draft, {"q1": 3, "q2": 3, "late": 2})
    withdraw_cases(session, area, [case.id], actor=TESTER, reason="nghỉ")
    with pytest.raises(Conflict, match="không còn giao"):
        submit_draft(session, draft, language="vi")
    assign_cases(session, area, [case.id], holder, actor=TESTER)
    submit_draft(session, draft, language="vi")
    assert case.state == "answered"
