"""Double entry: blind, by two people, with a third where they differ; what agrees enters once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor, AuditEntry
from survey_app.collection.paper.entry import TypedRefused, decide_form, key_form
from survey_app.collection.paper.forgetting import KEPT_DAYS, forget_keyed_answers
from survey_app.collection.paper.models import PaperDecision, PaperEntry, PaperForm
from survey_app.collection.paper.queries import rates_of_keyers, waiting_forms
from survey_app.collection.paper.reading import read_typed
from survey_app.collection.paper.tracking import move_forms
from survey_app.database import db, now
from survey_app.errors import Conflict, Forbidden
from survey_app.instruments.loader import load_file
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.service import set_state
from tests.rooms.paper_desk import ANSWERS, TYPED, issued, key, keyers, open_area, received, responses
from tests.rooms.work_village import make_person
from tests.servers import ROOT
from tests.village import at_once, refusal
from tests.world import TESTER


def test_two_people_who_agree_bring_the_form_in_without_a_third(session: Session) -> None:
    form = received(session)[0]
    one, other = keyers(session)
    assert key(session, form, one).state == "received"
    assert responses(session) == []
    done = key(session, form, other, words="tốt.", when="5/6/2026", ways="2 1")
    assert (done.state, done.passes) == ("accepted", 2)
    (response,) = responses(session)
    assert (response.id, response.channel, response.answers) == (form.id, "paper", ANSWERS)
    rates = rates_of_keyers(session, whole_area(form.batch.survey))
    assert [(one.compared, one.agreed, one.decided) for one in rates] == [(8, 8, 0)] * 2


def test_a_difference_waits_for_a_third_person_who_may_say_something_else_than_both(session: Session) -> None:
    form = received(session)[0]
    one, other = keyers(session)
    key(session, form, one, q1="3", q2="1")
    done = key(session, form, other, q1="1", q2="*")
    assert (done.state, responses(session)) == ("keyed", [])
    area = whole_area(form.batch.survey)
    assert [waiting.serial for waiting in waiting_forms(session, area)] == [form.serial]
    third = make_person(session, "chi", role="post_coordinator")
    decided = decide_form(session, form, {"q1": "3", "q2": "9", "sex": "2"}, actor=Actor(third.id, third.email))
    session.commit()
    assert decided.state == "accepted"
    (response,) = responses(session)
    assert response.answers == ANSWERS | {"q1": 3, "q2": 9}
    assert {rate.name: (rate.agreed, rate.decided, rate.won) for rate in rates_of_keyers(session, area)} == {
        "An": (6, 2, 1),
        "Binh": (6, 2, 0),
    }


def test_a_keyer_decides_nothing_about_their_own_form_not_even_past_the_verb(session: Session) -> None:
    form = received(session)[0]
    one, other = keyers(session)
    key(session, form, one)
    key(session, form, other, q1="1")
    with pytest.raises(Forbidden):
        decide_form(session, form, {"q1": "3"}, actor=Actor(other.id, other.email))
    session.rollback()
    for decider in (one, other):
        session.add(
            PaperDecision(
                form_id=form.id, first_id=one.id, second_id=other.id, decider_id=decider.id, decided_by="x", items=1
            )
        )
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_nobody_keys_both_passes_and_nobody_a_third(session: Session) -> None:
    form = received(session)[0]
    one, other, more = keyers(session, "an", "binh", "dung")
    key(session, form, one)
    for typed in (TYPED, TYPED | {"q1": "1"}):
        again = refusal(lambda typed=typed: key(session, form, one, **typed))
        assert isinstance(again, Forbidden)
        session.rollback()
    key(session, form, other, q1="1")
    assert isinstance(refusal(lambda: key(session, form, more)), Conflict)
    session.rollback()
    session.add(
        PaperEntry(form_id=form.id, keyer_id=one.id, pass_number=1, answers={}, unclear=[], sha256="0", seconds=0)
    )
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_of_many_keyers_at_once_two_count_and_the_form_enters_once(app: Flask) -> None:
    with app.app_context():
        form_id = received(db.session)[0].id
        people = [one.id for one in keyers(db.session, "an", "binh", "chi", "dung")]

    def work(number: int) -> str:
        form = db.session.get_one(PaperForm, form_id)
        actor = Actor(people[number], "keyer")
        done = key_form(db.session, form, TYPED, keyer_id=people[number], seconds=1, actor=actor)
        db.session.commit()
        return done.state

    results = at_once(app, work, 4)
    assert sorted(result for result in results if isinstance(result, str)) == ["accepted", "received"]
    assert all(isinstance(result, (str, Conflict)) for result in results)
    with app.app_context():
        assert len(responses(db.session)) == 1
        assert len(db.session.scalars(select(PaperEntry)).all()) == 2


def test_one_person_in_two_tabs_keys_one_pass(app: Flask) -> None:
    with app.app_context():
        form_id = received(db.session)[0].id
        (person,) = (one.id for one in keyers(db.session, "an"))

    def work(number: int) -> int:
        form = db.session.get_one(PaperForm, form_id)
        done = key_form(db.session, form, TYPED, keyer_id=person, seconds=1, actor=Actor(person, "keyer"))
        db.session.commit()
        return done.passes

    results = at_once(app, work, 3)
    assert [result for result in results if isinstance(result, int)] == [1]
    with app.app_context():
        assert responses(db.session) == []


def test_what_can_mean_nothing_is_refused_with_its_item_and_nothing_is_kept(session: Session) -> None:
    form = received(session)[0]
    (one,) = keyers(session, "an")
    wrong = {"q1": "7", "late": "12", "ways": "13", "visits": "400", "when": "31022026"}
    with pytest.raises(TypedRefused) as refused:
        key(session, form, one, **wrong)
    assert set(refused.value.problems) == set(wrong)
    session.rollback()
    assert session.scalars(select(PaperEntry)).all() == []


@pytest.mark.parametrize("typed", ["²1", "1 " + "9" * 5_000, "٢١"])
def test_a_rank_that_is_no_plain_figure_is_refused_in_words(typed: str, app: Flask) -> None:
    instrument = load_file(ROOT / "tests" / "questionnaires" / "ranking.yaml")
    with app.test_request_context():
        assert list(read_typed(instrument, {"order": typed}, language="vi").problems) == ["order"]


def test_blank_and_unclear_are_no_answers_and_what_lies_off_the_path_is_told(session: Session) -> None:
    form = received(session)[0]
    one, other = keyers(session)
    changes = {"q1": "", "q2": "*", "q3": "1", "words": ""}
    assert key(session, form, one, **changes).off_path == ["q3"]
    assert key(session, form, other, **(changes | {"q3": ""})).state == "accepted"
    (response,) = responses(session)
    assert response.answers == {name: ANSWERS[name] for name in ("late", "ways", "visits", "when", "sex")}


def test_a_blank_against_an_unclear_mark_is_a_difference(session: Session) -> None:
    form = received(session)[0]
    one, other = keyers(session)
    key(session, form, one, q1="")
    assert key(session, form, other, q1="*").state == "keyed"


def test_a_form_is_keyed_only_while_it_is_in_hand(session: Session) -> None:
    area = open_area(session)
    batch = issued(session, area)
    (one,) = keyers(session, "an")
    form = session.scalars(select(PaperForm).where(PaperForm.batch_id == batch.id)).first()
    assert form is not None
    for state, reason in (("issued", ""), ("lost", "rơi xuống kênh"), ("void", "rách")):
        if state != "issued":
            move_forms(session, area, [form.number], state, actor=TESTER, reason=reason)
            session.commit()
        assert isinstance(refusal(lambda: key(session, form, one)), Conflict), state
        session.rollback()


def test_what_the_door_refuses_stays_with_the_form_and_is_sent_again(session: Session) -> None:
    forms = received(session)
    one, other = keyers(session)
    nothing = dict.fromkeys(TYPED, "")
    key(session, forms[0], one, **nothing)
    done = key(session, forms[0], other, **nothing)
    assert done.state == "keyed"
    assert done.refusal
    assert forms[0] in waiting_forms(session, whole_area(forms[0].batch.survey))
    again = decide_form(session, forms[0], {}, actor=TESTER)
    assert again.refusal == done.refusal


def test_what_was_keyed_is_forgotten_after_some_days_and_the_counts_stay(session: Session) -> None:
    forms = received(session)
    one, other = keyers(session)
    for form in forms[:2]:
        key(session, form, one)
        key(session, form, other)
    forms[0].changed_at = now() - timedelta(days=KEPT_DAYS, minutes=1)
    session.commit()
    assert forget_keyed_answers(session) == 2
    session.expire_all()
    kept = {entry.form_id: entry for entry in session.scalars(select(PaperEntry))}
    assert (kept[forms[0].id].answers, kept[forms[0].id].sha256, kept[forms[0].id].compared) == (None, None, 8)
    assert kept[forms[1].id].answers is not None


def test_what_was_keyed_from_a_void_form_is_forgotten_at_once(session: Session) -> None:
    form = received(session)[0]
    key(session, form, keyers(session, "an")[0])
    move_forms(
        session, whole_area(form.batch.survey), [form.number], "void", actor=TESTER, reason="chưa đồng ý trả lời"
    )
    session.commit()
    assert session.scalars(select(PaperEntry)).one().answers is None


def test_nothing_on_the_trail_tells_an_answer_and_closing_leaves_no_hour(session: Session) -> None:
    form = received(session)[0]
    one, other = keyers(session)
    key(session, form, one)
    key(session, form, other)
    trail = session.scalars(select(AuditEntry).where(AuditEntry.verb.like("paper.%"))).all()
    assert {entry.verb for entry in trail} == {"paper.issue", "paper.receive", "paper.key"}
    assert not any(set(entry.detail) & (set(TYPED) | {"serial", "case", "form"}) for entry in trail)
    set_state(session, form.batch.survey, "closed", actor=TESTER)
    session.commit()
    session.refresh(form)
    moments = [form.changed_at, *(entry.keyed_at for entry in session.scalars(select(PaperEntry)))]
    assert {(moment.hour, moment.minute, moment.second) for moment in moments} == {(0, 0, 0)}
