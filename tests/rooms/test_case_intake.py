"""Answers of drawn cases at the door: one answer a case, the tie cut when the survey closes."""

from __future__ import annotations

import io
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.collection.case_intake import CaseNotOpen
from survey_app.collection.drafts import begin_draft, submit_draft
from survey_app.collection.file_import import ImportReport, import_responses
from survey_app.collection.models import Dispute, Response
from survey_app.collection.service import DisputedResponse, Receipt
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.models import Attempt
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.cases import make_cases, make_person
from tests.village import VILLAGE, at_once, communes, csv_of, make_village, refusal, respond
from tests.world import TESTER


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_an_answer_makes_its_case_answered_and_counts_as_an_attempt_of_the_collector(session: Session) -> None:
    survey = make_village(session)
    case, person, key = make_cases(session, survey)[0], make_person(session), uuid4()
    respond(session, survey, response_id=key, case_id=case.id, collector_id=person.id, channel="field")
    session.commit()
    session.refresh(case)
    assert (case.state, case.outcome, case.attempts) == ("answered", "answered", 0)
    (attempt,) = session.scalars(select(Attempt)).all()
    assert (attempt.case_id, attempt.collector_id, attempt.outcome) == (case.id, person.id, "answered")
    assert session.get_one(Response, key).case_id == case.id


def test_an_answer_without_a_collector_leaves_no_attempt(session: Session) -> None:
    survey = make_village(session)
    case = make_cases(session, survey)[0]
    respond(session, survey, case_id=case.id)
    session.commit()
    session.refresh(case)
    assert (case.state, case.attempts, count(session, Attempt)) == ("answered", 0, 0)


def test_the_same_form_of_a_case_again_gets_the_same_receipt(session: Session) -> None:
    survey, key = make_village(session), uuid4()
    case, person = make_cases(session, survey)[0], make_person(session)
    first = respond(session, survey, response_id=key, case_id=case.id, collector_id=person.id)
    again = respond(session, survey, response_id=key, case_id=case.id, collector_id=person.id)
    assert (first.code, again.code, again.repeated) == (first.code, first.code, True)
    assert (count(session, Attempt), case.attempts) == (1, 0)


def test_a_second_form_of_a_case_is_refused_and_kept_for_review_once(session: Session) -> None:
    survey, key = make_village(session), uuid4()
    case = make_cases(session, survey)[0]
    respond(session, survey, response_id=key, case_id=case.id)
    for _time in range(2):
        error = refusal(lambda: respond(session, survey, case_id=case.id, answers={"q1": 1}))
        session.commit()
        assert isinstance(error, DisputedResponse)
        assert str(case.id) in error.message
    assert count(session, Response) == 1
    (kept,) = session.scalars(select(Dispute)).all()
    assert (kept.response_id, kept.answers) == (key, {"q1": 1})


def test_a_case_must_be_of_the_draw_in_force_and_of_the_commune_of_the_form(session: Session) -> None:
    survey = make_village(session)
    other = make_village_again(session)
    case, strange = make_cases(session, survey)[0], make_cases(session, other)[0]
    here, elsewhere = communes(session, survey)[:2]
    wrong_place = refusal(lambda: respond(session, survey, elsewhere, case_id=case.id))
    assert isinstance(wrong_place, UserError)
    assert case.frame_unit.unit.name in wrong_place.message
    for number in (strange.id, 99_999):
        error = refusal(lambda number=number: respond(session, survey, here, case_id=number))
        assert isinstance(error, NotFound), number
    assert (count(session, Response), case.state) == (0, "todo")


def make_village_again(session: Session):
    from survey_app.sampling.service import draw_sample
    from survey_app.surveys.service import create_survey
    from tests.village import village_definition

    survey = create_survey(session, village_definition(slug="lang-khac"), actor=TESTER)
    draw_sample(session, survey, seed="9", actor=TESTER)
    set_state(session, survey, "collecting", actor=TESTER)
    return survey


def test_a_case_replaced_closed_or_in_reserve_takes_no_answer_and_says_why(session: Session) -> None:
    survey = make_village(session)
    cases = make_cases(session, survey, each=3, reserves=2)[:5]
    replaced, closed, tried, waiting, called = cases
    replaced.state, closed.state, tried.state = "replaced", "closed", "tried"
    called.replaces_id = replaced.id
    session.commit()
    words = []
    for case in (replaced, closed, waiting):
        error = refusal(lambda case=case: respond(session, survey, case_id=case.id))
        assert isinstance(error, CaseNotOpen), case.state
        words.append(error.message)
    assert len(set(words)) == 3
    respond(session, survey, case_id=tried.id)
    respond(session, survey, case_id=called.id)
    assert (tried.state, called.state, count(session, Response)) == ("answered", "answered", 2)


def test_a_refused_form_leaves_its_case_as_it_was(session: Session) -> None:
    survey, key = make_village(session), uuid4()
    one, two = make_cases(session, survey)[:2]
    respond(session, survey, response_id=key, case_id=one.id)
    assert isinstance(
        refusal(lambda: respond(session, survey, response_id=key, case_id=two.id, answers={"q1": 1})), DisputedResponse
    )
    assert refusal(lambda: respond(session, survey, case_id=two.id, answers={"q1": 77})) is not None
    session.commit()
    session.refresh(two)
    assert (two.state, two.attempts) == ("todo", 0)


def test_a_form_begun_for_a_case_carries_it_through_the_door(session: Session) -> None:
    survey = make_village(session)
    case, entry = make_cases(session, survey)[0], drawn_units(session, survey)[0]
    draft = begin_draft(session, survey, entry, channel="field", case_id=case.id)
    draft.answers = {"q1": 3}
    receipt = submit_draft(session, draft, language="vi")
    session.commit()
    assert session.get_one(Response, receipt.response_id).case_id == case.id
    error = refusal(lambda: begin_draft(session, survey, entry, channel="field", case_id=case.id))
    assert isinstance(error, CaseNotOpen)


def test_closing_cuts_every_tie_and_opening_again_does_not_bring_it_back(session: Session) -> None:
    survey, key = make_village(session), uuid4()
    case = make_cases(session, survey)[0]
    respond(session, survey, response_id=key, case_id=case.id)
    session.commit()
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    session.expire_all()
    assert session.get_one(Response, key).case_id is None
    assert case.state == "answered"
    set_state(session, survey, "collecting", actor=TESTER, reason="Còn thiếu phiếu.")
    session.commit()
    session.expire_all()
    assert session.get_one(Response, key).case_id is None
    error = refusal(lambda: respond(session, survey, case_id=case.id))
    assert isinstance(error, CaseNotOpen)


def test_of_many_devices_with_one_case_the_first_wins_and_every_other_form_is_kept(app: Flask) -> None:
    with app.app_context():
        case_id = make_cases(db.session, make_village(db.session))[0].id

    def send(number: int) -> Receipt:
        try:
            return respond(
                db.session, find_survey(db.session, VILLAGE), case_id=case_id, answers={"q1": 2, "visits": number + 1}
            )
        finally:
            db.session.commit()

    results = at_once(app, send, 8)
    assert sum(isinstance(result, Receipt) for result in results) == 1, results
    assert sum(isinstance(result, DisputedResponse) for result in results) == 7, results
    with app.app_context():
        assert (count(db.session, Response), count(db.session, Dispute)) == (1, 7)


def test_one_form_of_one_case_sent_by_many_hands_at_once_gives_one_receipt(app: Flask) -> None:
    with app.app_context():
        case_id = make_cases(db.session, make_village(db.session))[0].id
        collector_id = make_person(db.session).id
    key = uuid4()

    def send(number: int) -> Receipt:
        survey = find_survey(db.session, VILLAGE)
        receipt = respond(db.session, survey, response_id=key, case_id=case_id, collector_id=collector_id)
        db.session.commit()
        return receipt

    results = at_once(app, send, 8)
    assert all(isinstance(result, Receipt) for result in results), results
    assert [result.repeated for result in results].count(False) == 1
    with app.app_context():
        assert (count(db.session, Response), count(db.session, Attempt), count(db.session, Dispute)) == (1, 1, 0)
        assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_no_tie_comes_in_while_the_survey_closes(app: Flask) -> None:
    with app.app_context():
        cases = [case.id for case in make_cases(db.session, make_village(db.session), each=2)]
        codes = communes(db.session, find_survey(db.session, VILLAGE))

    def act(number: int) -> None:
        survey = find_survey(db.session, VILLAGE)
        if number == 4:
            set_state(db.session, survey, "closed", actor=TESTER)
        else:
            respond(db.session, survey, codes[number // 2], case_id=cases[number])
        db.session.commit()

    at_once(app, act, 10)
    with app.app_context():
        tied = select(func.count()).select_from(Response).where(Response.case_id.is_not(None))
        assert db.session.scalar(tied) == 0


def bring_in(session: Session, rows: list[dict[str, object]], **options: bool) -> ImportReport:
    survey = find_survey(session, VILLAGE)
    return import_responses(session, survey, io.BytesIO(csv_of(rows)), actor=TESTER, **options)


def test_a_file_may_name_the_case_of_each_form_and_a_rehearsal_finds_the_same_mistakes(session: Session) -> None:
    survey = make_village(session)
    one, two = make_cases(session, survey)[:2]
    line = {
        "commune_code": communes(session, survey)[0], "channel": "paper", "language": "vi", "day": "2026-01-15", "q1": 3
    }  # fmt: skip
    for column in ("case", "case_id"):
        assert bring_in(session, [{"response_id": uuid4(), **line, column: one.id}], dry_run=True).accepted == 1
    rows = [{"response_id": uuid4(), **line, "case": number} for number in (one.id, one.id, "số 2", "", two.id)]
    rehearsed, real = bring_in(session, rows, dry_run=True), bring_in(session, rows)
    for report in (rehearsed, real):
        assert (report.accepted, report.refused_count) == (3, 2), report.refused
        assert [number for number, _reason in report.refused] == [3, 4]
    assert set(session.scalars(select(Response.case_id))) == {one.id, two.id, None}
