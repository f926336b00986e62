"""Every questionnaire that comes with the platform: answered at random, stored, shown, computed and exported."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_app.instruments.answers import check_answers
from survey_app.instruments.cli import shipped_files
from survey_app.instruments.conditions import is_visible
from survey_app.instruments.loader import load_file
from survey_app.instruments.schema import Instrument
from survey_app.instruments.service import store_questionnaire
from survey_app.results.choices import describe_choices
from survey_app.results.estimates import estimate_survey
from survey_app.results.export import export_responses
from survey_app.results.tables import rows_as_csv
from tests.village import VILLAGE, communes, make_village, respond
from tests.world import TESTER, begin

PEOPLE = 60
each_file = pytest.mark.parametrize("path", shipped_files(), ids=lambda path: path.stem)
on_sqlite = pytest.mark.parametrize("environment", ["sqlite"], indirect=True)


def answer_at_random(instrument: Instrument, chance: random.Random) -> dict[str, Any]:
    """One person's answers along the path; now and then a missing one, or nothing."""
    answers: dict[str, Any] = {}
    for item in instrument.questions():
        if not is_visible(item, answers, instrument) or (not item.required and chance.random() < 0.05):
            continue
        if item.type == "scale":
            answers[item.key] = chance.choice(instrument.scale_of(item).answers).value
        elif item.type == "single":
            answers[item.key] = chance.choice(item.options).value
        elif item.type == "multiple":
            answers[item.key] = [chance.choice(item.options).value]
        elif item.type == "ranking":
            answers[item.key] = [option.value for option in chance.sample(item.options, item.places)]
        elif item.type == "number":
            low = item.min if item.min is not None else 0
            high = item.max if item.max is not None else low + 100
            answers[item.key] = round(low + item.step * chance.randrange(int((high - low) / item.step) + 1), 6)
        elif item.type == "text":
            answers[item.key] = "Cảm ơn"
    return answers


@on_sqlite
@each_file
def test_answers_become_figures_of_every_measure(session: Session, path: Path) -> None:
    stored, _new = store_questionnaire(session, load_file(path), actor=TESTER)
    survey = make_village(session, questionnaire=f"{stored.key}@{stored.version}")
    instrument, chance = load_file(path), random.Random(path.stem)
    places = communes(session, survey)
    for number in range(PEOPLE):
        answers = answer_at_random(instrument, chance)
        assert check_answers(instrument, answers).problems == []
        respond(session, survey, places[number % len(places)], answers=answers)
    session.commit()
    figures = estimate_survey(session, survey)
    shown = [row for row in figures.rows if row.kind == "index"]
    assert len(shown) == len(instrument.indices)
    for row in shown:
        assert row.estimate is not None, row.of
        assert row.ci is not None
        assert row.ci["low"] <= row.estimate <= row.ci["high"]
        assert (row.target is None) == (row.unit != "share")
    parts = estimate_survey(session, survey, "commune").rows
    assert len(parts) == len(figures.rows) * (1 + len(places))
    assert rows_as_csv(parts, simulated=True).count("\n") == 1 + len(parts)
    assert export_responses(session, survey).responses.count("\n") == 1 + PEOPLE
    assert {one["key"] for one in describe_choices(session, survey)} == {
        item.key for item in instrument.items() if item.type in ("single", "multiple", "ranking")
    }


@on_sqlite
@each_file
def test_every_section_is_a_page(session: Session, client: FlaskClient, path: Path) -> None:
    instrument = load_file(path)
    stored, _new = store_questionnaire(session, instrument, actor=TESTER)
    survey = make_village(session, questionnaire=f"{stored.key}@{stored.version}")
    first = begin(client, VILLAGE, communes(session, survey)[0])
    for number, section in enumerate(instrument.sections, start=1):
        for language in ("vi", "en"):
            page = client.get(f"{first.removesuffix('1')}{number}?lang={language}")
            assert page.status_code == 200
            assert all(f'id="q-{item.key}"' in page.text for item in instrument.items_in(section.key))
