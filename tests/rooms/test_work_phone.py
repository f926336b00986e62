"""The collector's page on a phone: tries, reserves, interviews."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.collection.models import Draft, Response
from survey_app.database import db
from survey_app.i18n import today
from survey_app.sampling.work.models import Attempt, Case
from tests.conftest import token_in
from tests.rooms.work_village import MINE, cases_of
from tests.village import VILLAGE, at_once
from tests.world import fill


def forms_of(page: str, number: int) -> dict[str, str]:
    """The hidden number of the next try with a case, and the token."""
    part = page.partition(f'id="ho-so-{number}"')[2].partition('<li class="card"')[0]
    return {
        "attempt": re.search(r'name="attempt" value="([^"]+)"', part)[1],
        "csrf_token": token_in(part),
    }


def test_a_collector_writes_a_try_down_once_however_often_they_press(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    data = forms_of(lan.get(MINE).text, number) | {"do": "attempt", "outcome": "not_home"}
    address = f"{MINE}/{VILLAGE}/{number}"
    for _click in range(3):
        assert lan.post(address, data=data).status_code == 302
    assert "Lần gần nhất: vắng nhà" in lan.get(MINE).text
    with app.app_context():
        assert len(db.session.scalars(select(Attempt)).all()) == 1
        assert db.session.get_one(Case, number).attempts == 1


def test_a_refused_try_keeps_what_was_typed(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    tomorrow = (today() + timedelta(days=1)).isoformat()
    data = forms_of(lan.get(MINE).text, number) | {
        "do": "attempt",
        "outcome": "later",
        "day": tomorrow,
        "hour": "08:15",
    }
    for change in ({}, {"hour": "25:99"}, {"day": "hôm kia"}, {"attempt": "x"}):
        answer = lan.post(f"{MINE}/{VILLAGE}/{number}", data=data | change)
        assert answer.status_code == 400, change
        assert f'value="{(data | change)["day"]}"' in answer.text
        assert '<option value="later" selected' in answer.text
    with app.app_context():
        assert db.session.scalars(select(Attempt)).all() == []


def test_a_collector_replaces_a_case_that_refused_and_the_reserve_is_in_their_list(
    app: Flask, lan: FlaskClient
) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    address = f"{MINE}/{VILLAGE}/{number}"
    page = lan.get(MINE).text
    early = lan.post(address, data=forms_of(page, number) | {"do": "replace", "reason": "bận"})
    assert early.status_code == 409
    lan.post(address, data=forms_of(page, number) | {"do": "attempt", "outcome": "refused"})
    token = forms_of(lan.get(MINE).text, number)["csrf_token"]
    blank = lan.post(address, data={"csrf_token": token, "do": "replace", "reason": "\u200b"})
    assert blank.status_code == 400
    for _click in range(2):
        done = lan.post(address, data={"csrf_token": token, "do": "replace", "reason": "từ chối ở cửa"})
        assert done.status_code == 302
    with app.app_context():
        reserve = db.session.scalars(select(Case).where(Case.replaces_id.is_not(None))).one()
        assert db.session.get_one(Case, number).state == "replaced"
    page = lan.get(MINE).text
    assert f'id="ho-so-{reserve.id}"' in page
    assert f'id="ho-so-{number}"' not in page
    assert "dự bị thứ 1" in page


def test_an_interview_begun_from_a_case_answers_that_case_once(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    address = f"{MINE}/{VILLAGE}/{number}"
    data = {"csrf_token": token_in(lan.get(MINE).text), "do": "begin"}
    first, second = lan.post(address, data=data), lan.post(address, data=data)
    assert first.headers["Location"] == second.headers["Location"], "two clicks, one form"
    with app.app_context():
        assert db.session.scalars(select(Draft)).one().case_id == number
    assert "Tiếp tục phỏng vấn" in lan.get(MINE).text
    last = fill(lan, first.headers["Location"], {"q1": "3", "q2": "3"}).headers["Location"]
    assert fill(lan, last, {"sex": "1"}).status_code == 302
    with app.app_context():
        assert db.session.scalars(select(Response)).one().case_id == number
        assert db.session.get_one(Case, number).state == "answered"
    assert f'id="ho-so-{number}"' not in lan.get(MINE).text
    assert lan.post(address, data=data).status_code == 409


def test_two_clicks_on_begin_at_once_begin_one_form(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    cookie, token = lan.get_cookie("hai_long"), token_in(lan.get(MINE).text)
    assert cookie is not None

    def press(_thread: int) -> str:
        twin = app.test_client()
        twin.set_cookie("hai_long", cookie.value)
        data = {"csrf_token": token, "do": "begin"}
        return str(twin.post(f"{MINE}/{VILLAGE}/{number}", data=data).headers["Location"])

    assert len(set(at_once(app, press, 3))) == 1
    with app.app_context():
        assert len(db.session.scalars(select(Draft)).all()) == 1


def test_where_cases_were_drawn_nobody_begins_a_form_without_one(
    app: Flask, lan: FlaskClient, codes: list[str]
) -> None:
    page = lan.get("/thu-phieu").text
    assert MINE in page
    assert f"/thu-phieu/{VILLAGE}/" not in page
    answer = lan.post(f"/thu-phieu/{VILLAGE}/{codes[0]}", data={"csrf_token": token_in(lan.get(MINE).text)})
    assert answer.headers["Location"] == MINE
    with app.app_context():
        assert db.session.scalars(select(Draft)).all() == []
