"""A form set aside as invented is no try: it neither opens a replacement nor hides what came of later tries."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.collection.set_aside.service import approve_set_aside, ask_set_aside
from survey_app.database import now
from survey_app.sampling.work.area import whole_area
from survey_app.sampling.work.attempting import Tried, close_case, may_replace, record_attempt, reopen_case
from survey_app.sampling.work.models import Case
from tests.cases import make_cases, make_person
from tests.village import make_village, respond
from tests.world import TESTER


def test_an_invented_answer_is_no_try_of_those_that_allow_a_replacement(session: Session) -> None:
    survey = make_village(session, work={"attempts": 2, "on_different_days": False})
    case, area = make_cases(session, survey)[0], whole_area(survey)
    liar, mai = make_person(session), make_person(session)
    respond(session, survey, case_id=case.id, collector_id=liar.id, channel="field")
    session.commit()
    aside = ask_set_aside(session, survey, liar.id, reason="Phúc tra không khớp.", actor=TESTER)
    approve_set_aside(session, survey, aside.id, actor=Actor(None, "second person"))
    session.commit()
    session.expire_all()
    assert (case.state, case.attempts, may_replace(survey, case)) == ("tried", 0, False)

    def tries(days_ago: int) -> Tried:
        return record_attempt(
            session, area, case.id, attempt_id=uuid4(), outcome="not_home", collector=mai, actor=TESTER,
            tried_at=now() - timedelta(days=days_ago),
        )  # fmt: skip

    assert [(one.counted, one.may_replace) for one in (tries(2), tries(1))] == [(1, False), (2, True)]
    assert session.get_one(Case, case.id).outcome == "not_home"


def test_a_case_whose_only_form_was_set_aside_is_tried_when_it_is_opened_again(session: Session) -> None:
    survey = make_village(session)
    case, area, liar = make_cases(session, survey)[0], whole_area(survey), make_person(session)
    respond(session, survey, case_id=case.id, collector_id=liar.id, channel="field")
    aside = ask_set_aside(session, survey, liar.id, reason="Phúc tra không khớp.", actor=TESTER)
    approve_set_aside(session, survey, aside.id, actor=Actor(None, "second person"))
    session.commit()
    close_case(session, area, case.id, actor=TESTER, reason="lũ lụt")
    assert reopen_case(session, area, case.id, actor=TESTER, reason="nước rút").state == "tried"
