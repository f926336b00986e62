"""The one door: what is taken in, what is refused in words, and that nothing counts twice."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.collection import checked_form
from survey_app.collection.models import Dispute, Response
from survey_app.collection.queries import count_responses
from survey_app.collection.service import (
    AnswersRefused,
    DisputedResponse,
    NotCollecting,
    OutsideSample,
    receipt_code,
)
from survey_app.geography.models import Unit
from survey_app.i18n import today
from survey_app.instruments.loader import load_file
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.service import store_questionnaire
from survey_app.settings import ROOT
from survey_app.surveys.service import set_state
from tests.village import communes, make_village, refusal, respond
from tests.world import TESTER

ANSWERS = {"q1": 3, "q2": 2, "late": 2}


def stored(session: Session) -> list[Response]:
    session.commit()
    return list(session.scalars(select(Response)))


def disputes(session: Session) -> int:
    session.commit()
    return session.scalar(select(func.count()).select_from(Dispute)) or 0


def test_what_came_in_is_stored_as_it_was_said_with_its_hash(session: Session) -> None:
    survey, key = make_village(session), uuid4()
    receipt = respond(session, survey, response_id=key, answers=ANSWERS, channel="paper", language="en")
    (row,) = stored(session)
    assert (row.id, row.answers, row.channel, row.language, row.status) == (key, ANSWERS, "paper", "en", "accepted")
    assert row.day == today()
    content = [survey.slug, survey.questionnaire.content_hash, communes(session, survey)[0], "paper", "en", ANSWERS]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert row.sha256 == receipt.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert receipt.code == receipt_code(key)


def test_a_form_read_with_the_questionnaire_of_another_survey_of_that_name_is_read_anew(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = make_village(session)
    other, _is_new = store_questionnaire(session, load_file(ROOT / "tests/questionnaires/piping.yaml"), actor=TESTER)
    assert instrument_of(session, other.id).key == "piping"
    monkeypatch.setitem(checked_form._last_seen, survey.slug, other.content_hash)
    respond(session, survey, answers=ANSWERS)
    (row,) = stored(session)
    assert row.answers == ANSWERS
    assert checked_form._last_seen[survey.slug] == survey.questionnaire.content_hash


def test_a_code_that_a_drawn_commune_shares_with_an_agency_is_the_communes(session: Session) -> None:
    survey = make_village(session)
    code = communes(session, survey)[0]
    drawn = session.scalars(select(Unit).where(Unit.code == code)).one()
    other = Unit(
        code_system=drawn.code_system, level="agency", code=code, kind="cơ quan", name="Nơi cùng mã",
        sort_key="noi cung ma", path=f"{drawn.path}/9999999", parent_id=drawn.id, valid_from=drawn.valid_from,
    )  # fmt: skip
    session.add(other)
    session.flush()
    respond(session, survey, code, answers=ANSWERS)
    (row,) = stored(session)
    assert row.unit_id == drawn.id


@pytest.mark.parametrize("state", ["collecting", "closed"])
def test_the_same_form_again_gets_the_same_receipt_even_after_closing(session: Session, state: str) -> None:
    survey, key = make_village(session), uuid4()
    first = respond(session, survey, response_id=key, answers=ANSWERS)
    if state == "closed":
        set_state(session, survey, "closed", actor=TESTER)
    again = respond(session, survey, response_id=str(key).upper(), answers=dict(reversed(ANSWERS.items())))
    assert (again.code, again.sha256, again.repeated, first.repeated) == (first.code, first.sha256, True, False)
    assert len(stored(session)) == 1


@pytest.mark.parametrize("state", ["collecting", "closed"])
def test_the_same_id_with_other_content_is_refused_and_kept_once_for_review(session: Session, state: str) -> None:
    survey, key = make_village(session), uuid4()
    respond(session, survey, response_id=key, answers=ANSWERS)
    if state == "closed":
        set_state(session, survey, "closed", actor=TESTER)
    elsewhere = communes(session, survey)[1]
    others = [{"answers": {"q1": 1}}, {"channel": "link"}, {"language": "en"}, {"commune": elsewhere}]
    for number, change in enumerate(others, start=1):
        for _time in range(3):
            sent = {"response_id": key, "answers": ANSWERS} | change
            error = refusal(lambda sent=sent: respond(session, survey, **sent))
            assert isinstance(error, DisputedResponse), change
            assert error.status == 409
            assert disputes(session) == number, change
    (row,) = stored(session)
    assert (row.answers, row.channel) == (ANSWERS, "kiosk")


def test_an_id_known_from_another_survey_is_no_receipt_for_this_one(session: Session) -> None:
    from survey_app.surveys.service import create_survey
    from tests.village import village_definition

    survey, key = make_village(session), uuid4()
    respond(session, survey, response_id=key, answers=ANSWERS)
    other = create_survey(session, village_definition(slug="lang-khac"), actor=TESTER)
    with pytest.raises(DisputedResponse):
        respond(session, other, communes(session, survey)[0], response_id=key, answers=ANSWERS)
    assert count_responses(session, other) == 0


@pytest.mark.parametrize("state", ["draft", "sampled", "closed"])
def test_no_answer_before_collecting_and_none_after(session: Session, state: str) -> None:
    survey = make_village(session, state=state)
    with pytest.raises(NotCollecting):
        respond(session, survey, "2000")
    session.rollback()
    assert stored(session) == []


def test_a_commune_that_was_not_drawn_is_refused(session: Session) -> None:
    survey = make_village(session)
    undrawn = next(code for code in map(str, range(2000, 2012)) if code not in communes(session, survey))
    for code in (undrawn, "92", "30730", "9999", f"{communes(session, survey)[0]} ", "x" * 5000, "%"):
        error = refusal(lambda code=code: respond(session, survey, code))
        assert isinstance(error, OutsideSample), code
        assert len(error.message) < 200
    assert stored(session) == []


IMPOSSIBLE: list[dict[str, Any]] = [
    {"channel": "fax"},
    {"channel": ""},
    {"channel": "ki osk"},
    {"language": "fr"},
    {"language": ""},
    {"day": today() + timedelta(days=1)},
    {"response_id": "123"},
    {"response_id": ""},
    {"response_id": "z" * 36},
    {"answers": {}},
    {"answers": {"q1": None, "q2": "", "ways": []}},
    {"answers": {"q3": 3, "late": None}},
]


def test_what_cannot_be_is_refused_in_words(session: Session) -> None:
    survey = make_village(session)
    for change in IMPOSSIBLE:
        error = refusal(lambda change=change: respond(session, survey, **change))
        assert error is not None, change
        assert 20 < len(error.message) < 300, change
    assert stored(session) == []


def test_a_channel_is_known_by_its_other_names(session: Session) -> None:
    survey = make_village(session)
    for alias in ("counter", "qr", "web", "post"):
        respond(session, survey, channel=alias)
    assert sorted(row.channel for row in stored(session)) == ["field", "kiosk", "link", "link"]


UNFIT: list[tuple[str, object]] = [
    ("q1", 4), ("q1", 0), ("q1", "3"), ("q1", True), ("q1", 3.0), ("q1", [3]),
    ("late", 3), ("late", "1"), ("ways", [1, 1]), ("ways", [1, "none"]), ("ways", [7]),
    ("visits", 0), ("visits", 21), ("visits", 2.5), ("visits", float("nan")), ("visits", "3"), ("visits", 10**400),
    ("words", "a\x00b"), ("words", "\u202eb"), ("words", "x" * 301), ("words", 5), ("words", "\ud800"),
    ("when", "2019-12-31"), ("when", "2026-02-30"), ("when", "2026-W01-1"), ("nowhere", 1), ("q1 ", 3),
]  # fmt: skip


def test_an_answer_that_does_not_fit_refuses_the_form_and_names_the_question(session: Session) -> None:
    survey = make_village(session)
    for item, value in UNFIT:
        error = refusal(lambda item=item, value=value: respond(session, survey, answers={"q2": 3} | {item: value}))
        assert isinstance(error, AnswersRefused), (item, value)
        assert [problem.item for problem in error.problems] == [item], value
    assert stored(session) == []


def test_answers_off_the_path_are_dropped_and_told(session: Session) -> None:
    survey = make_village(session)
    receipt = respond(session, survey, answers={"q1": 3, "late": 2, "q3": 1})
    assert receipt.dropped == ["q3"]
    assert stored(session)[0].answers == {"q1": 3, "late": 2}


def test_words_are_stored_composed_and_with_plain_line_ends(session: Session) -> None:
    survey = make_village(session)
    respond(session, survey, answers={"q1": 3, "words": "  Tô\u0301t\r\nlă\u0301m 😀 "})
    assert stored(session)[0].answers["words"] == "Tốt\nlắm 😀"


def test_a_day_in_the_past_is_kept(session: Session) -> None:
    survey = make_village(session)
    day = today() - timedelta(days=40)
    respond(session, survey, day=day)
    assert stored(session)[0].day == day
