"""The main job on both databases: form, count, rate, freeze, approval, public page."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from survey_app.collection.queries import count_responses
from survey_app.database import db
from survey_app.instruments.queries import instrument_of
from survey_app.jobs.worker import run_waiting_jobs
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.queries import find_survey
from tests.conftest import token_in
from tests.publishing import tick_all
from tests.world import answer, begin, fill, full_answers


def test_a_citizen_answers_every_section_without_scripts_and_gets_a_receipt(
    app: Flask, client: FlaskClient, collecting: str
) -> None:
    with app.app_context():
        survey = find_survey(db.session, collecting)
        commune = drawn_units(db.session, survey)[0].unit.code
        instrument = instrument_of(db.session, survey.questionnaire_id)
        answers = full_answers(instrument)
    address = begin(client, collecting, commune)
    for _number in range(len(instrument.sections) + 2):
        done = fill(client, address, answers)
        assert done.status_code == 302, done.text
        address = done.headers["Location"]
        if address.endswith("cam-on"):
            break
    page = client.get(address)
    assert "Mã biên nhận" in page.text
    with app.app_context():
        assert count_responses(db.session, find_survey(db.session, collecting)) == 1


def test_what_is_frozen_is_public_only_after_another_person_approves(
    app: Flask, client: FlaskClient, collecting: str, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        survey = find_survey(db.session, collecting)
        for unit in drawn_units(db.session, survey):
            answer(db.session, survey, commune=unit.unit.code)
            answer(db.session, survey, commune=unit.unit.code)
        db.session.commit()
    manager, approver = sign_in("survey_manager"), sign_in("approver")
    base = f"/quan-ly/dot/{collecting}"
    page = manager.get(f"{base}/thuc-dia")
    done = manager.post(f"{base}/trang-thai", data={"csrf_token": token_in(page.text), "state": "closed"})
    assert done.status_code == 302
    page = manager.get(f"{base}/cong-bo")
    assert manager.post(f"{base}/cong-bo/chot", data={"csrf_token": token_in(page.text)}).status_code == 302
    run_waiting_jobs(app)
    assert client.get(f"/ket-qua/{collecting}").status_code == 404
    with app.app_context():
        tick_all(db.session, find_survey(db.session, collecting))
    page = approver.get(f"{base}/cong-bo")
    data = {"csrf_token": token_in(page.text), "sha256": page.text.split('name="sha256" type="hidden" value="')[1][:64]}
    assert manager.post(f"{base}/cong-bo/duyet", data=data).status_code == 403
    assert approver.post(f"{base}/cong-bo/duyet", data=data).status_code == 302
    public = client.get(f"/ket-qua/{collecting}")
    assert public.status_code == 200
    assert "Tỷ lệ hài lòng 100,0%" in public.text
