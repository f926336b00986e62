"""Questionnaires made up at random, stored, asked over HTTP in both languages, answered with sense and with junk."""

from __future__ import annotations

import itertools
import json
import re
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.database import db
from survey_app.instruments.answers import check_answers
from survey_app.instruments.service import store_questionnaire
from survey_app.results.estimates import estimate_survey
from survey_app.sampling.service import draw_sample
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import create_survey, set_state
from tests.conftest import token_in
from tests.instruments.generated import as_instrument, questionnaires
from tests.instruments.test_generated_questionnaires import JUNK
from tests.village import communes, found_village, village_definition
from tests.walk.made_answers import answer_everything, on_path
from tests.world import TESTER, begin

_numbers = itertools.count(1)
SENT = [junk for junk in JUNK if junk != "\ud800"]  # no client can send that one


@pytest.fixture
def village(app: Flask) -> Flask:
    """The small province, on which every made-up questionnaire gets a survey of its own."""
    with app.app_context():
        found_village(db.session)
        db.session.commit()
    return app


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
@given(plain=questionnaires(), chance=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_made_up_form_is_asked_answered_and_counted(village: Flask, plain: dict[str, Any], chance: Random) -> None:
    plain = plain | {"key": f"made-up-{next(_numbers)}"}
    slug, commune = _open(village, plain)
    answers, _asked = on_path(plain, answer_everything(plain, chance, blanks=0))
    person, vandal = village.test_client(), village.test_client()

    _walk(vandal, begin(vandal, slug, commune), plain, lambda shown: [(key, chance.choice(SENT)) for key in shown * 2])
    end = _walk(person, begin(person, slug, commune), plain, lambda shown: _posted(shown, answers))

    with village.app_context():
        survey = find_survey(db.session, slug)
        stored = db.session.scalars(select(Response).where(Response.survey_id == survey.id)).all()
        instrument = as_instrument(plain)
        for response in stored:
            again = check_answers(instrument, response.answers)
            assert (again.answers, again.problems, again.dropped) == (response.answers, [], [])
        if answers:
            assert not end.split("/")[-1].isdigit(), f"the form has no end: {end}"
            assert sorted(map(str, answers)) in [sorted(response.answers) for response in stored]
        rows = estimate_survey(db.session, survey).rows
        assert json.dumps([row.as_json() for row in rows], allow_nan=False)


def _open(app: Flask, plain: dict[str, Any]) -> tuple[str, str]:
    with app.app_context():
        session: Session = db.session
        store_questionnaire(session, as_instrument(plain), actor=TESTER)
        definition = village_definition(slug=plain["key"], questionnaire=plain["key"])
        survey = create_survey(session, definition, actor=TESTER)
        draw_sample(session, survey, seed="7", actor=TESTER)
        set_state(session, survey, "collecting", actor=TESTER)
        session.commit()
        return survey.slug, communes(session, survey)[0]


def _walk(client: FlaskClient, address: str, plain: dict[str, Any], answer: Any) -> str:
    """Go through the form as a browser without scripts; the last address."""
    for _step in range(3 * len(plain["sections"])):
        address = address.partition("#")[0]
        pages = [client.get(f"{address}?lang={language}") for language in ("en", "vi")]
        assert {page.status_code for page in pages} == {200}, address
        form = re.sub(r"<fieldset[^>]* hidden disabled>.*?</fieldset>", "", pages[1].text, flags=re.DOTALL)
        shown = re.findall(r'name="shown" value="([^"]+)"', form)
        data: dict[str, Any] = {"csrf_token": token_in(form), "shown": shown, "go": "next"}
        for key, value in answer(shown):
            data.setdefault(key, []).append(value)
        done = client.post(address, data=data)
        assert done.status_code in (200, 302, 303, 400), re.sub("<[^>]*>|\\s+", " ", done.text)
        address = done.headers.get("Location", address)
        if not address.partition("#")[0].split("/")[-1].isdigit():
            assert client.get(address).status_code == 200
            break
    return address.partition("#")[0]


def _posted(shown: list[str], answers: dict[str, Any]) -> list[tuple[str, Any]]:
    keys = [key for part in shown for key in (part, f"{part}_other") if key in answers]
    return [(key, one) for key in keys for one in (answers[key] if isinstance(answers[key], list) else [answers[key]])]
