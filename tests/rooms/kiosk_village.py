"""A village with a tablet at a counter: what the tests of tablets share."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.service import DeviceSettings, NewDevice, add_device
from survey_app.database import db
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.queries import find_survey
from tests.conftest import token_in
from tests.village import VILLAGE
from tests.world import TESTER, fill

GOOD = {"q1": "3", "q2": "2", "late": "2"}


def new_device(session: Session, code: str, name: str = "Quầy 1", **settings: Any) -> NewDevice:
    """A tablet registered for a place of the village."""
    area = whole_area(find_survey(session, VILLAGE))
    made = add_device(session, area, name=name, unit_code=code, settings=DeviceSettings(**settings), actor=TESTER)
    session.commit()
    return made


def pair(app: Flask, code: str) -> FlaskClient:
    """A browser on which the code was typed."""
    tablet = app.test_client()
    token = token_in(tablet.get("/quay").text)
    done = tablet.post("/quay/ghep", data={"csrf_token": token, "code": code})
    assert done.status_code == 302, done.text
    return tablet


def paired(app: Flask, code: str, name: str = "Quầy 1", **settings: Any) -> tuple[FlaskClient, int, str]:
    """A paired tablet, its number and its PIN."""
    with app.app_context():
        made = new_device(db.session, code, name, **settings)
        number = made.device.id
    return pair(app, made.code), number, made.pin


def begin(tablet: FlaskClient, query: str = "", **data: str) -> Any:
    """Press the button of the start screen."""
    page = tablet.get(f"/quay{query}")
    assert page.status_code == 200, page.text
    return tablet.post(f"/quay{query}", data={"csrf_token": token_in(page.text), "consent": "1", **data})


def answer(tablet: FlaskClient, address: str) -> str:
    """Fill in the whole form; the address of the thanks."""
    last = fill(tablet, address, GOOD).headers["Location"]
    return str(fill(tablet, last, {"visits": "1"}).headers["Location"])


def device(session: Session, number: int) -> Device:
    """The tablet as it stands."""
    return session.get_one(Device, number, populate_existing=True)
