"""Serials, batches and where each form is."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from survey_app.collection.paper.entry import check_may_key
from survey_app.collection.paper.issuing import find_batch, hand_over, issue_batch, tie_form
from survey_app.collection.paper.models import PaperForm
from survey_app.collection.paper.queries import count_by_holder, find_form, find_form_in, forms_of, totals
from survey_app.collection.paper.serials import (
    check_digit,
    first_serial,
    read_serial,
    read_serials,
    series_from,
    write_serial,
)
from survey_app.collection.paper.tracking import move_forms
from survey_app.database import db
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.sampling.work.area import Area, whole_area
from survey_app.sampling.work.assigning import assign_places
from survey_app.sampling.work.holders import find_holder
from survey_app.sampling.work.models import Case
from survey_app.surveys.service import set_state
from tests.rooms.paper_desk import issued, key, keyers, open_area, responses
from tests.rooms.work_village import cases_of, holder, make_person, make_work, trail, village
from tests.village import at_once, communes, make_village, refusal, respond
from tests.world import TESTER

NUMBERS = st.integers(1, 999_999)
SERIES = st.from_regex(r"[A-Z][A-Z0-9]{1,6}", fullmatch=True)


def test_the_check_digit_is_damms_and_a_serial_is_read_as_people_type_it() -> None:
    assert check_digit("", 572) == 4  # the example of Damm's thesis, with zeros before it that change nothing
    assert write_serial("KG20", 123) == "HL-KG20-000123-8"
    for typed in ("HL-KG20-000123-8", "hl kg20 000123 8", "HLKG200001238", "HL-KG20-000123-8/2", " 000123-8 "):
        assert read_serial(typed, series="KG20").number == 123, typed
    assert series_from("kien-giang-2020") == "KG20"


@given(series=SERIES, number=NUMBERS, place=st.integers(0, 5), figure=st.integers(1, 9))
def test_no_wrong_figure_passes(series: str, number: int, place: int, figure: int) -> None:
    figures = [*f"{number:06d}"]
    figures[place] = str((int(figures[place]) + figure) % 10)
    assert check_digit(series, int("".join(figures))) != check_digit(series, number)


@given(series=SERIES, number=NUMBERS, place=st.integers(0, 4))
def test_no_swap_of_neighbours_passes(series: str, number: int, place: int) -> None:
    figures = [*f"{number:06d}"]
    figures[place], figures[place + 1] = figures[place + 1], figures[place]
    swapped = int("".join(figures))
    assert swapped == number or check_digit(series, swapped) != check_digit(series, number)


def test_piles_are_typed_one_by_one_or_as_ranges(app: Flask) -> None:
    first, last, single = (write_serial("KG20", number) for number in (3, 6, 9))
    with app.app_context():
        assert read_serials(f"{single}\n{first} .. {last}, {first}", series="KG20") == [9, 3, 4, 5, 6]
        assert {first_serial(f" {first} {mark} {last}, {single}") for mark in ("..", "…", "–", " ", ",")} == {first}
        assert first_serial(" \n") == ""
        for wrong in ("", "  \n", "abc", f"{last}..{first}", f"{first}..", "000123-1", "HL-XY-000003-1"):
            assert isinstance(refusal(lambda wrong=wrong: read_serials(wrong, series="KG20")), UserError), wrong


def test_a_batch_has_serials_that_follow_each_other_and_no_two_batches_share_one(app: Flask) -> None:
    with app.app_context():
        open_area(db.session)

    def work(number: int) -> tuple[int, int]:
        area = whole_area(village(db.session)[0])
        code = communes(db.session, area.survey)[number % 2]
        batch = issue_batch(db.session, area, unit_code=code, count=20, actor=TESTER)
        db.session.commit()
        return batch.first, batch.last

    assert sorted(at_once(app, work, 4)) == [(1, 20), (21, 40), (41, 60), (61, 80)]


def test_what_cannot_be_printed_is_refused(session: Session) -> None:
    area = whole_area(make_village(session, state="sampled"))
    code = communes(session, area.survey)[0]
    for values in ({"count": 0}, {"count": 501}, {"language": "fr"}, {"unit_code": "nowhere"}):
        tried = {"unit_code": code, "count": 5} | values
        assert refusal(lambda tried=tried: issue_batch(session, area, actor=TESTER, **tried)), values
    batch = issue_batch(session, area, unit_code=code, count=5, actor=TESTER)
    other = Area(area.survey, (batch.unit,))
    elsewhere = communes(session, area.survey)[1]
    assert isinstance(
        refusal(lambda: issue_batch(session, other, unit_code=elsewhere, count=5, actor=TESTER)), NotFound
    )
    assert find_batch(session, other, batch.id).id == batch.id
    for state in ("collecting", "closed"):
        set_state(session, area.survey, state, actor=TESTER)
    assert isinstance(refusal(lambda: issue_batch(session, area, unit_code=code, count=5, actor=TESTER)), Conflict)


def test_receipt_loss_and_return_are_recorded_all_or_none_with_their_reasons(session: Session) -> None:
    area = open_area(session)
    issued(session, area, 10)
    assert move_forms(session, area, [1, 2, 3], "received", actor=TESTER).changed == 3
    assert vars(move_forms(session, area, [3, 4], "received", actor=TESTER)) == {"changed": 1, "before": 1}
    assert refusal(lambda: move_forms(session, area, [5], "lost", actor=TESTER))  # no reason
    assert refusal(lambda: move_forms(session, area, [5], "lost", actor=TESTER, reason="gọi 0912345678"))
    move_forms(session, area, [5], "lost", actor=TESTER, reason="ướt mưa")
    move_forms(session, area, [6, 7], "returned", actor=TESTER)
    assert isinstance(refusal(lambda: move_forms(session, area, [8, 1], "returned", actor=TESTER)), Conflict)
    assert isinstance(refusal(lambda: move_forms(session, area, [8, 99], "received", actor=TESTER)), NotFound)
    session.commit()
    counts = totals(count_by_holder(session, area))
    assert counts == {
        "issued": 3, "received": 4, "keyed": 0, "accepted": 0, "disputed": 0, "returned": 2, "lost": 1, "void": 0,
    }  # fmt: skip
    assert trail(session, "paper.lose") == [{"forms": 1, "first": 5, "last": 5, "reason": "ướt mưa"}]
    assert move_forms(session, area, [5], "received", actor=TESTER).changed == 1  # found again


def test_what_is_in_the_system_cannot_be_lost_or_void(session: Session) -> None:
    area = open_area(session)
    batch = issued(session, area)
    move_forms(session, area, [1], "received", actor=TESTER)
    form = forms_of(session, batch)[0]
    for who in keyers(session):
        key(session, form, who)
    for to in ("received", "lost", "returned", "void"):
        assert isinstance(
            refusal(lambda to=to: move_forms(session, area, [1], to, actor=TESTER, reason="rách")), Conflict
        )
        session.rollback()


def test_forms_of_others_do_not_exist_for_an_area(session: Session) -> None:
    area = open_area(session)
    batch = issued(session, area)
    elsewhere = Area(area.survey, (issued(session, area, unit_code=communes(session, area.survey)[1]).unit,))
    serial = forms_of(session, batch)[0].serial
    assert find_form(session, serial).batch_id == batch.id
    assert isinstance(refusal(lambda: find_form_in(session, elsewhere, serial)), NotFound)
    assert isinstance(refusal(lambda: move_forms(session, elsewhere, [1], "received", actor=TESTER)), NotFound)


@pytest.fixture
def work(session: Session) -> tuple[Area, str]:
    """The village with drawn cases, and its first commune given to a collector."""
    survey = make_work(session)
    code = communes(session, survey)[0]
    area = whole_area(survey)
    assign_places(session, area, [code], holder(session, make_person(session, "lan")), actor=TESTER)
    session.commit()
    return area, code


def test_handing_over_ties_forms_to_the_cases_of_the_holder_and_the_answer_is_the_cases(
    session: Session, work: tuple[Area, str]
) -> None:
    area, code = work
    batch = issued(session, area, 8, unit_code=code)
    who = find_holder(session, "lan@hailong.example")
    assert hand_over(session, area, batch, who, actor=TESTER) == 6
    session.commit()
    forms = forms_of(session, batch)
    assert [form.case_id for form in forms] == [*cases_of(session, code), None, None]
    move_forms(session, area, [1, 8], "received", actor=TESTER)
    for person in keyers(session):
        key(session, forms[0], person)
    (response,) = responses(session)
    assert (response.case_id, response.collector_id) == (forms[0].case_id, who.collector_id)
    assert session.get_one(Case, forms[0].case_id).state == "answered"
    session.refresh(forms[7])
    assert isinstance(refusal(lambda: check_may_key(session, forms[7], 1)), Conflict)  # tied to nobody
    assert not any("case" in entry for entry in trail(session, "paper.hand_over"))
    set_state(session, area.survey, "closed", actor=TESTER)
    session.commit()
    session.expire_all()
    assert {form.case_id for form in session.query(PaperForm)} == {None}


def test_a_form_is_tied_to_a_reserve_by_hand_and_never_two_to_one_case(
    session: Session, work: tuple[Area, str]
) -> None:
    area, code = work
    batch = issued(session, area, 3, unit_code=code)
    forms = forms_of(session, batch)
    case, other = cases_of(session, code)[:2]
    elsewhere = cases_of(session, communes(session, area.survey)[1])[0]
    tie_form(session, area, forms[0], case, actor=TESTER)
    assert isinstance(refusal(lambda: tie_form(session, area, forms[1], case, actor=TESTER)), Conflict)
    assert isinstance(refusal(lambda: tie_form(session, area, forms[1], elsewhere, actor=TESTER)), UserError)
    tie_form(session, area, forms[0], other, actor=TESTER)
    tie_form(session, area, forms[1], case, actor=TESTER)
    session.commit()
    assert [form.case_id for form in forms[:2]] == [other, case]


def test_a_case_answered_elsewhere_keeps_its_answer_and_the_paper_waits_for_a_person(
    session: Session, work: tuple[Area, str]
) -> None:
    area, code = work
    batch = issued(session, area, 3, unit_code=code)
    form, case = forms_of(session, batch)[0], cases_of(session, code)[0]
    tie_form(session, area, form, case, actor=TESTER)
    move_forms(session, area, [form.number], "received", actor=TESTER)
    respond(session, area.survey, code, case_id=case, channel="field", day=date(2026, 11, 1))
    session.commit()
    people = keyers(session)
    key(session, form, people[0])
    assert key(session, form, people[1]).state == "disputed"
    assert len(responses(session)) == 1
