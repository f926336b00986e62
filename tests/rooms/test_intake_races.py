"""The one door with many hands at it: each form once, none after closing, a token for one."""

from __future__ import annotations

from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select

from survey_app.collection.drafts import begin_draft, find_invitation, issue_invitations, submit_draft
from survey_app.collection.models import Dispute, Draft, Response
from survey_app.collection.service import DisputedResponse, NotCollecting, Receipt
from survey_app.database import db
from survey_app.errors import Conflict
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.village import VILLAGE, at_once, make_village, respond
from tests.world import TESTER


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_twenty_who_send_the_same_form_get_one_row_and_the_same_receipt(app: Flask) -> None:
    with app.app_context():
        make_village(db.session)
    key = uuid4()

    def send(number: int) -> Receipt:
        receipt = respond(db.session, find_survey(db.session, VILLAGE), response_id=key)
        db.session.commit()
        return receipt

    receipts = at_once(app, send, 20)
    assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
    assert len({(receipt.code, receipt.sha256) for receipt in receipts}) == 1
    assert [receipt.repeated for receipt in receipts].count(False) == 1
    with app.app_context():
        assert count(Response) == 1


def test_of_many_contents_under_one_id_the_first_stands_and_each_other_is_kept_once(app: Flask) -> None:
    with app.app_context():
        make_village(db.session)
    key = uuid4()

    def send(number: int) -> Receipt:
        try:
            return respond(
                db.session, find_survey(db.session, VILLAGE), response_id=key, answers={"q1": number % 3 + 1}
            )
        finally:
            db.session.commit()

    results = at_once(app, send, 12)
    assert sum(isinstance(result, Receipt) for result in results) == 4, results
    assert sum(isinstance(result, DisputedResponse) for result in results) == 8, results
    with app.app_context():
        assert (count(Response), count(Dispute)) == (1, 2)


def test_no_answer_is_acknowledged_after_the_closing_is(app: Flask) -> None:
    with app.app_context():
        make_village(db.session)
    closed: list[int] = []

    def act(number: int) -> int | None:
        survey = find_survey(db.session, VILLAGE)
        if number == 7:
            set_state(db.session, survey, "closed", actor=TESTER)
            db.session.commit()
            closed.append(count(Response))
            return None
        taken = 0
        for _time in range(8):
            respond(db.session, survey)
            db.session.commit()
            taken += 1
        return taken

    results = at_once(app, act, 12)
    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, NotCollecting) for error in refused), refused
    with app.app_context():
        assert [count(Response)] == closed
        assert find_survey(db.session, VILLAGE).state == "closed"


def make_drafts(app: Flask, number: int, *, invited: bool) -> list[object]:
    """Forms of the village, all with the same invitation when there is one."""
    with app.app_context():
        survey = make_village(db.session)
        unit = drawn_units(db.session, survey)[0]
        invitation = None
        if invited:
            ((_unit, token),) = issue_invitations(db.session, survey, [unit], 1, actor=TESTER)
            invitation = find_invitation(db.session, survey, token)
        drafts = [
            begin_draft(db.session, survey, unit, channel="link", invitation=invitation) for _time in range(number)
        ]
        for draft in drafts:
            draft.answers = {"q1": 3}
        db.session.commit()
        return [draft.id for draft in drafts]


def submit(draft_id: object) -> Receipt:
    receipt = submit_draft(db.session, db.session.get_one(Draft, draft_id), language="vi")
    db.session.commit()
    return receipt


def test_a_token_lets_one_of_many_forms_in(app: Flask) -> None:
    drafts = make_drafts(app, 6, invited=True)
    results = at_once(app, lambda number: submit(drafts[number]), 6)
    assert sum(isinstance(result, Receipt) for result in results) == 1, results
    assert sum(isinstance(result, Conflict) for result in results) == 5, results
    with app.app_context():
        assert count(Response) == 1


def test_a_form_with_a_token_sent_by_two_clicks_gets_its_receipt_twice(app: Flask) -> None:
    (draft_id,) = make_drafts(app, 1, invited=True)
    with app.app_context():
        loaded = db.session.get_one(Draft, draft_id)
        _ = (loaded.survey, loaded.unit)

    def click(number: int) -> Receipt:
        draft = db.session.get_one(Draft, draft_id)
        db.session.commit()  # both have the form in hand before either sends it
        both.wait()
        receipt = submit_draft(db.session, draft, language="vi")
        db.session.commit()
        return receipt

    import threading

    both = threading.Barrier(2)
    results = at_once(app, click, 2)
    assert all(isinstance(result, Receipt) for result in results), results
    assert results[0].code == results[1].code
    with app.app_context():
        assert count(Response) == 1
