"""The post office collector and the device at a counter: their own communes and no others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.accounts.models import User
from survey_app.collection.models import Draft, Response
from survey_app.database import db
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.village import VILLAGE, communes, make_village
from tests.world import TESTER, fill

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def village(app: Flask) -> list[str]:
    """A survey that takes answers; the codes of its communes."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


def test_a_collector_sees_the_communes_of_their_scope_only(sign_in: SignIn, village: list[str]) -> None:
    page = sign_in("collector", f"unit:{village[0]}", f"unit:{village[1]}").get("/thu-phieu").text
    assert [code for code in village if f"/thu-phieu/{VILLAGE}/{code}" in page] == village[:2]
    everywhere = sign_in("collector").get("/thu-phieu").text
    assert all(f"/thu-phieu/{VILLAGE}/{code}" in everywhere for code in village)


def test_a_collector_of_another_sector_or_place_sees_nothing(sign_in: SignIn, village: list[str]) -> None:
    for scope in ("sector:health", "unit:899"):
        assert f"/thu-phieu/{VILLAGE}" not in sign_in("collector", scope).get("/thu-phieu").text


def test_a_form_begun_by_a_collector_carries_their_name_and_the_channel(
    app: Flask, sign_in: SignIn, village: list[str]
) -> None:
    person = sign_in("collector", f"unit:{village[0]}")
    token = token_in(person.get("/thu-phieu").text)
    begun = person.post(f"/thu-phieu/{VILLAGE}/{village[0]}", data={"csrf_token": token})
    last = fill(person, begun.headers["Location"], {"q1": "3", "q2": "3"}).headers["Location"]
    thanks = fill(person, last, {"sex": "1"}).headers["Location"]
    with app.app_context():
        (row,) = db.session.scalars(select(Response))
        collector = db.session.get_one(User, row.collector_id)
        assert (row.channel, collector.email) == ("field", person.email)
    assert "/thu-phieu" in person.get(thanks).text


def test_a_collector_begins_nothing_outside_their_scope(app: Flask, sign_in: SignIn, village: list[str]) -> None:
    person = sign_in("collector", f"unit:{village[0]}")
    data = {"csrf_token": token_in(person.get("/thu-phieu").text)}
    undrawn = next(code for code in map(str, range(2000, 2012)) if code not in village)
    for code in (village[1], undrawn, "30730", "%00", "x" * 500):
        assert person.post(f"/thu-phieu/{VILLAGE}/{code}", data=data).status_code == 404, code
    with app.app_context():
        assert db.session.scalars(select(Draft)).all() == []


def test_a_collector_is_told_when_the_survey_is_closed(app: Flask, sign_in: SignIn, village: list[str]) -> None:
    person = sign_in("collector")
    data = {"csrf_token": token_in(person.get("/thu-phieu").text)}
    with app.app_context():
        set_state(db.session, find_survey(db.session, VILLAGE), "closed", actor=TESTER)
        db.session.commit()
    answer = person.post(f"/thu-phieu/{VILLAGE}/{village[0]}", data=data, follow_redirects=True)
    assert answer.status_code == 200
    assert "không nhận phiếu" in answer.text
    with app.app_context():
        assert db.session.scalars(select(Draft)).all() == []


def start(device: FlaskClient, **data: str) -> object:
    page = device.get(f"/quay/{VILLAGE}")
    assert page.status_code == 200
    return device.post(f"/quay/{VILLAGE}", data={"csrf_token": token_in(page.text), "consent": "1", **data})


def test_a_device_of_one_commune_asks_for_no_commune_and_takes_no_other(
    app: Flask, sign_in: SignIn, village: list[str]
) -> None:
    device = sign_in("counter_device", f"unit:{village[1]}")
    assert device.get("/quay").headers["Location"] == f"/quay/{VILLAGE}"
    assert "<option" not in device.get(f"/quay/{VILLAGE}").text
    begun = start(device, commune=village[0])
    with app.app_context():
        draft = db.session.scalars(select(Draft)).one()
        assert (draft.unit.code, draft.channel) == (village[1], "kiosk")
    last = fill(device, begun.headers["Location"], {"q1": "3", "q2": "3"}).headers["Location"]
    thanks = device.get(fill(device, last, {"sex": "1"}).headers["Location"])
    assert thanks.headers["Refresh"].endswith(f"url=/quay/{VILLAGE}")


def test_a_device_of_two_communes_offers_these_two_and_takes_no_other(
    app: Flask, sign_in: SignIn, village: list[str]
) -> None:
    device = sign_in("counter_device", f"unit:{village[0]}", f"unit:{village[1]}")
    page = device.get(f"/quay/{VILLAGE}").text
    assert [code for code in village if f'<option value="{code}"' in page] == village[:2]
    assert start(device, commune=village[2]).status_code == 400
    with app.app_context():
        assert db.session.scalars(select(Draft)).all() == []
    assert start(device, commune=village[1]).status_code == 302


def test_a_device_where_nothing_was_drawn_serves_no_survey(sign_in: SignIn, village: list[str]) -> None:
    undrawn = next(code for code in map(str, range(2000, 2012)) if code not in village)
    for scope in (f"unit:{undrawn}", "unit:899", "sector:health"):
        device = sign_in("counter_device", scope)
        assert device.get(f"/quay/{VILLAGE}").status_code == 404, scope
        assert VILLAGE not in device.get("/quay").text, scope
