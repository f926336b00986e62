"""Sign-in: one message whatever was wrong, a lock after five failures, and no way out to another site."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from survey_app import create_app
from survey_app.accounts.models import User
from survey_app.accounts.service import add_user
from survey_app.audit.models import SYSTEM
from survey_app.audit.queries import latest_entries
from survey_app.database import db, now
from survey_app.settings import read_settings
from tests.conftest import PASSWORD, token_in
from tests.village import refusal

EMAIL = "thu@hailong.example"


@pytest.fixture
def account(app: Flask) -> str:
    """Somebody who may manage surveys."""
    with app.app_context():
        add_user(db.session, EMAIL, role="survey_manager", scopes=[], actor=SYSTEM, password=PASSWORD)
        db.session.commit()
    return EMAIL


def try_to(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, after: str = "", **data: str) -> Any:
    address = f"/dang-nhap{after}"
    token = token_in(client.get(address).text)
    form = {"email": email, "password": password, "csrf_token": token, "submit": "1"}
    return client.post(address, data=form | data)


def shown_errors(answer: Any) -> list[str]:
    import re

    return re.findall(r'class="error"[^>]*>([^<]+)<', answer.text)


def test_nobody_learns_whether_an_account_exists(client: FlaskClient, account: str) -> None:
    wrong = try_to(client, password="không phải mật khẩu")
    unknown = try_to(client, email="nobody@hailong.example")
    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert shown_errors(wrong) == shown_errors(unknown) != []


def test_a_vietnamese_password_opens_however_the_keyboard_composes_it(app: Flask) -> None:
    for number, given in enumerate(("NFC", "NFD")):
        email, words = f"a{number}@hailong.example", "Tiếng Việt đẹp lắm"
        with app.app_context():
            password = unicodedata.normalize(given, words)
            add_user(db.session, email, role="analyst", scopes=[], actor=SYSTEM, password=password)
            db.session.commit()
        for typed in ("NFC", "NFD"):
            entered = unicodedata.normalize(typed, words)
            assert try_to(app.test_client(), email=email, password=entered).status_code == 302, (given, typed)


def test_letters_of_an_address_count_the_same_in_either_case(client: FlaskClient, account: str) -> None:
    assert try_to(client, email=f"  {EMAIL.upper()} ").status_code == 302


def test_five_failures_lock_for_a_while_and_then_the_account_opens_again(
    app: Flask, client: FlaskClient, account: str
) -> None:
    for _time in range(5):
        assert try_to(client, password="sai sai sai sai").status_code == 200
    locked = try_to(client)
    assert locked.status_code == 200
    assert "15 phút" in locked.text
    with app.app_context():
        until = db.session.scalars(select(User)).one().locked_until
        assert timedelta(minutes=14) < until - now() <= timedelta(minutes=15)
        assert "user.locked" in [entry.verb for entry in latest_entries(db.session)]
        db.session.execute(update(User).values(locked_until=now() - timedelta(seconds=1)))
        db.session.commit()
    assert try_to(client).status_code == 302


def test_a_good_sign_in_ends_the_count_of_failures(app: Flask, client: FlaskClient, account: str) -> None:
    for _round in range(2):
        for _time in range(4):
            try_to(client, password="sai sai sai sai")
        assert try_to(app.test_client()).status_code == 302


def test_hostile_names_and_passwords_are_simply_wrong(client: FlaskClient, account: str) -> None:
    hostile = ["", "' OR 1=1 --", "\x00", f"{EMAIL}\x00", "x" * 100_000, "\u202ea@b.vn", "<script>alert(1)</script>"]
    for value in hostile:
        for answer in (try_to(client, email=value), try_to(client, email=f"a{EMAIL}", password=value)):
            assert answer.status_code == 200, value[:30]
            assert "<script>alert" not in answer.text
    assert try_to(client).status_code == 302


def test_an_old_page_asks_for_one_more_click_and_counts_no_failure(
    app: Flask, client: FlaskClient, account: str
) -> None:
    for token in ("", "old"):
        answer = client.post("/dang-nhap", data={"email": EMAIL, "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 200
        assert EMAIL in answer.text
    with app.app_context():
        assert db.session.scalars(select(User)).one().failed_sign_ins == 0
    assert client.get("/quan-ly").status_code == 302


ELSEWHERE = [
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "/%09/evil.example", "javascript:alert(1)", " //evil.example", "http:///evil.example",
]  # fmt: skip


def test_signing_in_leads_to_no_other_site(app: Flask, account: str) -> None:
    from urllib.parse import quote, urlsplit

    for target in ELSEWHERE:
        by_address = try_to(app.test_client(), after=f"?next={quote(target)}")
        for answer in (by_address, try_to(app.test_client(), next=target)):
            if answer.status_code == 302:
                place = answer.headers["Location"]
                assert urlsplit(place).netloc in ("", "localhost"), place
                assert not place.replace("\\", "/").startswith("//"), place
            else:
                assert answer.status_code in (200, 400, 404), target


def test_signing_in_leads_to_the_page_that_was_asked_for(client: FlaskClient, account: str) -> None:
    asked = client.get("/quan-ly/dot/moi?lang=en")
    assert asked.status_code == 302
    place = asked.headers["Location"].partition("/dang-nhap")[2]
    assert try_to(client, after=place).headers["Location"].endswith("/quan-ly/dot/moi?lang=en")


def test_signing_out_shuts_the_door(sign_in: Callable[..., FlaskClient]) -> None:
    person = sign_in("survey_manager")
    assert person.get("/quan-ly").status_code == 200
    assert person.get("/dang-xuat").status_code == 405
    assert person.post("/dang-xuat").status_code == 302
    assert person.get("/quan-ly").status_code == 302


def test_a_session_that_was_tampered_with_is_nobodys(client: FlaskClient, account: str) -> None:
    try_to(client)
    cookie = client.get_cookie("hai_long")
    client.set_cookie("hai_long", cookie.value[:-3] + "abc")
    assert client.get("/quan-ly").status_code == 302


def test_an_account_made_inactive_is_shut_out_at_once(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    person = sign_in("survey_manager")
    with app.app_context():
        db.session.execute(update(User).values(active=False))
        db.session.commit()
    assert person.get("/quan-ly").status_code == 302
    assert try_to(person, email=person.email).status_code == 200


def test_passwords_are_hashed_with_argon2_at_full_strength(environment: dict[str, str]) -> None:
    app = create_app(read_settings(environment))  # not the application of the other tests, which hashes cheaply
    with app.app_context():
        user, made = add_user(db.session, EMAIL, role="analyst", scopes=[], actor=SYSTEM)
        assert len(made) >= 16
        assert user.password.startswith("$argon2id$")
        memory = int(user.password.split("m=")[1].split(",")[0])
        db.session.rollback()
        db.engine.dispose()
    assert memory >= 19 * 1024  # OWASP


def test_an_account_that_cannot_be_is_refused(app: Flask) -> None:
    good: dict[str, Any] = {"email": EMAIL, "role": "analyst", "scopes": []}
    wrong: list[dict[str, Any]] = [
        {"email": "nobody"}, {"email": "a b@c.vn"}, {"email": ""}, {"email": "a\x00@b.vn"},
        {"role": "king"}, {"role": ""}, {"scopes": ["sector:magic"]}, {"scopes": ["unit:"]}, {"scopes": ["unit:000"]},
        {"scopes": ["unit:\x00"]}, {"scopes": ["everything"]}, {"role": "sector_lead"}, {"password": "short"},
        {"name": "a\x00b"},
    ]  # fmt: skip
    with app.app_context():
        for change in wrong:
            values = good | change
            email = values.pop("email")
            work = partial(add_user, db.session, email, actor=SYSTEM, **values)
            assert refusal(work) is not None, change
            db.session.rollback()
        assert db.session.scalars(select(User)).all() == []


def test_the_same_role_in_the_same_scope_is_given_once(app: Flask) -> None:
    with app.app_context():
        for scopes in ([], ["unit:899"], ["sector:health"]):
            add_user(db.session, EMAIL, role="analyst", scopes=scopes, actor=SYSTEM)
            work = partial(add_user, db.session, EMAIL, role="analyst", scopes=scopes, actor=SYSTEM)
            assert refusal(work) is not None, scopes
        assert len(db.session.scalars(select(User)).one().grants) == 3


def test_the_database_keeps_one_grant_for_each_scope(app: Flask) -> None:
    from sqlalchemy.exc import IntegrityError

    from survey_app.accounts.models import Grant

    with app.app_context():
        user, _password = add_user(db.session, EMAIL, role="analyst", scopes=[], actor=SYSTEM)
        db.session.commit()
        for sector in (None, "health"):
            db.session.add(Grant(user_id=user.id, role_id=user.grants[0].role_id, sector=sector, unit_id=None))
            if sector is None:
                with pytest.raises(IntegrityError):
                    db.session.flush()
                db.session.rollback()
        db.session.commit()
