"""Quotas: counted under a lock in the transaction of the response, never passed unseen."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.audit.queries import entries_about
from survey_app.collection.models import Quota, Response
from survey_app.collection.quality.flags import OVER_QUOTA
from survey_app.collection.quotas.counting import QuotaFull, count_received
from survey_app.collection.quotas.service import add_quota, all_quotas, change_quota, recount_quotas, remove_quota
from survey_app.collection.service import Receipt
from survey_app.database import db
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.village import VILLAGE, at_once, communes, make_village, refusal, respond
from tests.world import TESTER


def make_quota(session: Session, survey: Survey, goal: int = 2, rule: str = "refuse", **parts: str) -> Quota:
    quota = add_quota(session, survey, goal=goal, rule=rule, actor=TESTER, **(parts or {"channel": "kiosk"}))
    session.commit()
    return quota


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Response)) or 0


@pytest.mark.parametrize("rule", ["refuse", "flag"])
def test_of_fifty_at_once_ten_come_in_and_forty_are_refused_or_flagged(app: Flask, rule: str) -> None:
    with app.app_context():
        make_quota(db.session, make_village(db.session), 10, rule)

    def send(number: int) -> Receipt:
        receipt = respond(db.session, find_survey(db.session, VILLAGE))
        db.session.commit()
        return receipt

    results = at_once(app, send, 50)
    refused = [result for result in results if isinstance(result, QuotaFull)]
    assert len(refused) == (40 if rule == "refuse" else 0), results
    assert sum(isinstance(result, Receipt) for result in results) == 50 - len(refused), results
    with app.app_context():
        flags = list(db.session.scalars(select(Response.quality_flags)))
        assert len(flags) == (10 if rule == "refuse" else 50)
        assert sum(OVER_QUOTA in one for one in flags) == (0 if rule == "refuse" else 40)
        assert db.session.scalar(select(Quota.received)) == len(flags)


def test_many_quotas_at_once_are_each_exact_and_nobody_waits_for_ever(app: Flask) -> None:
    with app.app_context():
        survey = make_village(db.session)
        for goal, parts in ((20, {"channel": "kiosk"}), (9, {"item": "q1", "value": "3"}), (7, {"place": "92"})):
            make_quota(db.session, survey, goal, "flag", **parts)
        make_quota(db.session, survey, 5, item="q1", value="1")

    def send(number: int) -> Receipt:
        survey = find_survey(db.session, VILLAGE)
        receipt = None
        for answer in ((1, 3), (3, 1))[number % 2]:  # several in one transaction, in either order, as a file does
            try:
                receipt = respond(db.session, survey, answers={"q1": answer})
            except QuotaFull:
                continue
        db.session.commit()
        assert receipt
        return receipt

    results = at_once(app, send, 12)
    assert all(isinstance(result, Receipt) for result in results), results
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        assert [quota.received for quota in all_quotas(db.session, survey)] == [17, 12, 17, 5]
        assert [count_received(db.session, quota) for quota in all_quotas(db.session, survey)] == [17, 12, 17, 5]
        over = [OVER_QUOTA in flags for flags in db.session.scalars(select(Response.quality_flags))]
        assert sum(over) == 10  # all beyond the seventh are beyond one quota or more


def test_the_same_form_again_gets_its_receipt_though_the_quota_is_full(session: Session) -> None:
    survey = make_village(session)
    make_quota(session, survey, 1)
    first = respond(session, survey)
    again = respond(session, survey, response_id=first.response_id)
    assert (again.repeated, again.code) == (True, first.code)
    assert isinstance(refusal(lambda: respond(session, survey)), QuotaFull)


def test_a_quota_counts_only_its_place_channel_and_answer(session: Session) -> None:
    survey = make_village(session)
    here, elsewhere = communes(session, survey)[:2]
    quota = make_quota(session, survey, 3, place=here, channel="kiosk", item="q1", value="3")
    for commune, channel, value in ((elsewhere, "kiosk", 3), (here, "link", 3), (here, "kiosk", 1), (here, "kiosk", 3)):
        respond(session, survey, commune, channel=channel, answers={"q1": value})
    respond(session, survey, here, answers={"q2": 3})
    session.commit()
    session.refresh(quota)
    assert quota.received == count_received(session, quota) == 1


def test_a_refused_form_counts_nowhere_and_its_refusal_is_polite(session: Session) -> None:
    survey = make_village(session)
    wide, narrow = make_quota(session, survey, 5), make_quota(session, survey, 1, item="q1", value="3")
    respond(session, survey)
    error = refusal(lambda: respond(session, survey))
    assert isinstance(error, QuotaFull)
    assert (error.status, error.message.startswith("Xin cảm ơn")) == (409, True)
    session.commit()
    session.refresh(wide)
    session.refresh(narrow)
    assert (wide.received, narrow.received, count(session)) == (1, 1, 1)


def test_a_quota_added_to_a_running_survey_counts_what_has_come(session: Session) -> None:
    survey = make_village(session)
    for value in (3, 3, 1):
        respond(session, survey, answers={"q1": value})
    session.commit()
    assert make_quota(session, survey, 3, item="q1", value="3").received == 2
    below = refusal(lambda: add_quota(session, survey, goal=2, rule="refuse", channel="kiosk", actor=TESTER))
    assert below is not None
    assert "3" in below.message
    assert make_quota(session, survey, 2, "flag").received == 3
    assert session.scalars(select(Response.quality_flags)).all() == [[], [], []]


def test_a_quota_can_be_changed_and_removed_and_the_trail_tells(session: Session) -> None:
    survey = make_village(session)
    quota = make_quota(session, survey, 2)
    respond(session, survey)
    respond(session, survey)
    assert isinstance(refusal(lambda: respond(session, survey)), QuotaFull)
    session.commit()
    change_quota(session, survey, quota.id, goal=3, rule="refuse", actor=TESTER)
    session.commit()
    respond(session, survey)
    session.commit()
    assert refusal(lambda: change_quota(session, survey, quota.id, goal=2, rule="refuse", actor=TESTER)) is not None
    session.rollback()
    session.refresh(quota)
    assert (quota.goal, quota.received) == (3, 3)
    change_quota(session, survey, quota.id, goal=2, rule="flag", actor=TESTER)
    flagged = respond(session, survey)
    assert session.get_one(Response, flagged.response_id).quality_flags == [OVER_QUOTA]
    remove_quota(session, survey, quota.id, actor=TESTER)
    respond(session, survey)
    session.commit()
    assert all_quotas(session, survey) == []
    verbs = [entry.verb for entry in entries_about(session, f"survey:{VILLAGE}") if entry.verb.startswith("quota.")]
    assert sorted(verbs) == ["quota.add", "quota.change", "quota.change", "quota.remove"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"goal": 0}, UserError),
        ({"rule": "stop"}, UserError),
        ({"channel": "fax"}, UserError),
        ({"place": "91"}, UserError),
        ({"place": "nowhere"}, NotFound),
        ({"item": "q1"}, UserError),
        ({"value": "3"}, UserError),
        ({"item": "q1", "value": "4"}, UserError),
        ({"item": "ways", "value": "1"}, UserError),
        ({"item": "nothing", "value": "1"}, UserError),
        ({"channel": ""}, UserError),
    ],
)
def test_a_part_or_goal_that_the_survey_does_not_have_is_refused(
    session: Session, change: dict[str, Any], kind: type
) -> None:
    survey = make_village(session)
    values: dict[str, Any] = {"goal": 5, "rule": "refuse", "channel": "kiosk"} | change
    error = refusal(lambda: add_quota(session, survey, actor=TESTER, **values))
    assert isinstance(error, kind), error
    session.commit()
    assert all_quotas(session, survey) == []


def test_the_same_part_has_one_quota_and_a_closed_survey_takes_none(session: Session) -> None:
    survey = make_village(session)
    quota = make_quota(session, survey)
    twice = refusal(lambda: add_quota(session, survey, goal=9, rule="flag", channel="kiosk", actor=TESTER))
    assert isinstance(twice, Conflict)
    session.commit()
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    for work in (
        lambda: add_quota(session, survey, goal=9, rule="flag", channel="link", actor=TESTER),
        lambda: change_quota(session, survey, quota.id, goal=9, rule="flag", actor=TESTER),
        lambda: remove_quota(session, survey, quota.id, actor=TESTER),
    ):
        assert isinstance(refusal(work), Conflict)


def test_rejected_responses_give_their_places_back(session: Session) -> None:
    survey = make_village(session)
    quota = make_quota(session, survey, 1)
    first = respond(session, survey)
    session.get_one(Response, first.response_id).status = "rejected"
    recount_quotas(session, survey)
    session.commit()
    assert quota.received == 0
    respond(session, survey)
    session.get_one(Response, first.response_id).status = "accepted"
    error = refusal(lambda: recount_quotas(session, survey))
    assert isinstance(error, Conflict)
    assert "2" in error.message
