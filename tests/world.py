"""Small worlds for tests: a survey of Kiên Giang in any state, answers to its form, a form filled page by page."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.collection.service import Receipt, Submission, accept_response
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.service import draw_sample
from survey_app.surveys.definition import SurveyDefinition, read_definition
from survey_app.surveys.models import Survey
from survey_app.surveys.service import create_survey, set_state

SURVEY = "kien-giang-2020"
TESTER = Actor(None, "tester")


def definition(**changes: Any) -> SurveyDefinition:
    """Kiên Giang as its plan for 2020 describes it."""
    data: dict[str, Any] = {
        "slug": SURVEY,
        "title": {"vi": "Khảo sát hài lòng cấp xã 2020", "en": "Commune satisfaction survey 2020"},
        "questionnaire": "sipas-commune",
        "territory": "91",
        "period": {"from": date(2020, 7, 1), "to": date(2020, 9, 30)},
        "sample": {
            "share": 0.3,
            "rule": "total",
            "stratify_by": "district",
            "min_per_stratum": 2,
            "cases_per_commune": 40,
        },
        "target": {"rate": 0.8, "basis": "Kế hoạch 138/KH-UBND"},
    }
    return read_definition(data | changes)


def make_survey(session: Session, *, state: str = "draft", seed: str = "2020", **changes: Any) -> Survey:
    """A survey brought to a state (draft, sampled, collecting or closed) by the real verbs."""
    survey = create_survey(session, definition(**changes), actor=TESTER)
    if state != "draft":
        draw_sample(session, survey, seed=seed, actor=TESTER)
    if state in ("collecting", "closed"):
        set_state(session, survey, "collecting", actor=TESTER)
    if state == "closed":
        set_state(session, survey, "closed", actor=TESTER)
    session.flush()
    return survey


def full_answers(instrument: Instrument, value: int = 4) -> dict[str, Any]:
    """The same value on every scale, the first option elsewhere."""
    answers: dict[str, Any] = {}
    for item in instrument.items():
        if item.type == "scale":
            answers[item.key] = value
        elif item.type == "single" and item.show_if is None:
            answers[item.key] = item.options[-1].value
    return answers


def answer(session: Session, survey: Survey, *, commune: str | None = None, **changes: Any) -> Receipt:
    """One response through the door."""
    instrument = instrument_of(session, survey.questionnaire_id)
    values: dict[str, Any] = {
        "response_id": uuid4(),
        "unit_code": commune or drawn_units(session, survey)[0].unit.code,
        "channel": "kiosk",
        "language": "vi",
        "answers": full_answers(instrument),
    }
    return accept_response(session, survey, Submission(**(values | changes)))


def begin(client: FlaskClient, slug: str, commune: str) -> str:
    """Begin a form as a citizen; the address of its first section."""
    from tests.conftest import token_in

    page = client.get(f"/s/{slug}")
    done = client.post(f"/s/{slug}", data={"csrf_token": token_in(page.text), "commune": commune, "consent": "1"})
    assert done.status_code == 302, done.text
    return str(done.headers["Location"])


def fill(client: FlaskClient, address: str, answers: dict[str, Any], *, go: str = "next", **extra: Any) -> Any:
    """Post one section as a browser without scripts would: the shown questions, the answers, the button."""
    import re

    from tests.conftest import token_in

    page = client.get(address).text
    fieldsets = re.findall(r'<fieldset class="question[^>]*id="q-([^"]+)"([^>]*)>', page)
    shown = [key for key, rest in fieldsets if "hidden" not in rest]
    data = {"csrf_token": token_in(page), "shown": shown, "go": go}
    data |= {key: value for key, value in answers.items() if key in shown} | extra
    return client.post(address.split("#", maxsplit=1)[0], data=data)
