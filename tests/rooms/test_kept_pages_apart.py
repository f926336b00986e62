"""A kept page is served only where every word of it is right: each thing it shows keeps it apart from others."""

from __future__ import annotations

import time
from uuid import UUID

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from itsdangerous import TimestampSigner
from sqlalchemy import select, text, update

from survey_app.collection import first_views
from survey_app.collection.first_views import FirstViews, keep_first_view
from survey_app.collection.models import Draft
from survey_app.database import db
from survey_app.geography.models import Unit
from survey_app.instruments.loader import load_file
from survey_app.instruments.service import store_questionnaire
from survey_app.sampling.service import draw_sample
from survey_app.settings import ROOT
from survey_app.surveys.service import create_survey, set_state
from tests.rooms.kept_pages import kept, visitor, without_token
from tests.village import VILLAGE, communes, make_village, village_definition
from tests.world import TESTER, fill

EXAMPLES = ROOT / "tests" / "questionnaires"


@pytest.fixture
def village(app: Flask) -> list[str]:
    """A survey that takes answers; the codes of its communes."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


def asked_with(app: Flask, name: str) -> list[str]:
    """The village asked with an example questionnaire; the codes of its communes."""
    with app.app_context():
        instrument = load_file(EXAMPLES / f"{name}.yaml")
        store_questionnaire(db.session, instrument, actor=TESTER)
        return communes(db.session, make_village(db.session, questionnaire=instrument.key))


def draft_of(address: str) -> UUID:
    return UUID(address.split("/")[-2])


def pages_of(app: Flask) -> dict[object, object]:
    views: FirstViews = app.extensions["hailong_first_views"]
    return dict(views._pages)


def test_the_names_of_a_commune_are_shown_in_that_commune_only(app: Flask) -> None:
    with app.app_context():
        instrument = load_file(ROOT / "tests" / "questionnaires" / "piping.yaml")
        store_questionnaire(db.session, instrument, actor=TESTER)
        drawn = communes(db.session, make_village(db.session, questionnaire="piping"))
        names = {unit.code: unit.name for unit in db.session.scalars(select(Unit).where(Unit.code.in_(drawn)))}
    for code in drawn[:2]:
        client, address = visitor(app, code)
        assert kept(client, address) is None
        assert names[code] in client.get(address).text
        served = kept(client, address)
        assert served is not None
        assert names[code] in served.text


def test_a_commune_of_another_name_is_called_by_it_at_once(app: Flask) -> None:
    commune = asked_with(app, "piping")[0]
    one, address = visitor(app, commune)
    one.get(address)
    assert kept(one, address) is not None
    with app.app_context():
        db.session.execute(update(Unit).where(Unit.code == commune).values(name="Xã Tên Mới"))
        db.session.commit()
    assert "Xã Tên Mới" in one.get(address).text


def test_earlier_answers_decide_what_a_kept_page_asks(app: Flask) -> None:
    commune = asked_with(app, "show_if_operators")[0]
    shown = {}
    for rating in ("1", "3", "1", "3"):
        person, address = visitor(app, commune)
        fill(person, address, {"rating": rating, "visits": "5", "topics": "1", "day": "2026-01-01"})
        second = address.removesuffix("1") + "2"
        before = kept(person, second)
        assert (before is not None) == (rating in shown)
        page = without_token(person.get(second).text)
        assert shown.setdefault(rating, page) == page
    assert shown["1"] != shown["3"]


def test_a_survey_of_simulated_answers_says_so_beside_one_of_the_same_name(app: Flask, village: list[str]) -> None:
    with app.app_context():
        survey = create_survey(db.session, village_definition(slug="mo-phong", simulated=True), actor=TESTER)
        draw_sample(db.session, survey, seed="7", actor=TESTER)
        set_state(db.session, survey, "collecting", actor=TESTER)
        db.session.commit()
        code = communes(db.session, survey)[0]
    real, real_address = visitor(app, village[0])
    made_up, made_up_address = visitor(app, code, "mo-phong")
    for _time in range(2):
        assert "Dữ liệu mô phỏng" not in real.get(real_address).text
        assert "Dữ liệu mô phỏng" in made_up.get(made_up_address).text


def test_a_form_at_the_counter_keeps_its_large_type(app: Flask, village: list[str]) -> None:
    phone, phone_address = visitor(app, village[0])
    counter, counter_address = visitor(app, village[0])
    with app.app_context():
        at_counter = update(Draft).where(Draft.id == draft_of(counter_address)).values(channel="kiosk")
        db.session.execute(at_counter)
        db.session.commit()
    for _time in range(2):
        assert 'class="page-respondent"' in phone.get(phone_address).text
        assert 'class="page-respondent kiosk"' in counter.get(counter_address).text


def test_a_service_below_an_address_of_its_own_links_to_its_own_pages(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    for _time in range(2):
        assert 'href="/static/' in one.get(address).text
        below = one.get(address, base_url="http://localhost/khao-sat").text
        assert 'href="/khao-sat/static/' in below
        assert 'href="/static/' not in below


def test_a_cookie_older_than_a_session_may_be_gets_no_kept_page(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    one.get(address)
    assert kept(one, address) is not None
    lifetime = int(app.permanent_session_lifetime.total_seconds())
    late = app.test_client()

    for age, served in ((lifetime - 60, True), (lifetime + 60, False)):

        class Earlier(TimestampSigner):
            def get_timestamp(self, age: int = age) -> int:
                return int(time.time()) - age

        cookies = SecureCookieSessionInterface().get_signing_serializer(app)
        assert cookies is not None
        cookies.signer = Earlier
        late.set_cookie(app.config["SESSION_COOKIE_NAME"], cookies.dumps({"csrf_token": "a" * 40}))
        assert (kept(late, address) is not None) is served


def test_a_language_that_is_none_of_ours_is_served_in_vietnamese(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    one.get(address)
    with one.session_transaction() as session:
        session["language"] = "fr"
    served = kept(one, address)
    assert served is not None
    assert '<html lang="vi"' in served.text


def test_a_page_that_holds_its_token_twice_is_not_kept(app: Flask, village: list[str]) -> None:
    _one, address = visitor(app, village[0])
    with app.test_request_context(address):
        token = generate_csrf()
        keep_first_view(VILLAGE, draft_of(address), 2, f"{token} and {token}")
        assert pages_of(app) == {}
        keep_first_view(VILLAGE, draft_of(address), 2, "no token")
        assert pages_of(app) == {}
        keep_first_view(VILLAGE, draft_of(address), 2, f"one {token}")
        assert len(pages_of(app)) == 1


def test_pages_are_kept_up_to_a_number(app: Flask, village: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_views, "MAXIMUM_KEPT", 2)
    one, address = visitor(app, village[0])
    for part, language in ((1, "vi"), (2, "vi"), (1, "en"), (2, "en")):
        place = address.removesuffix("1") + str(part)
        one.get(f"{place}?lang={language}")
        assert kept(one, place) is not None
        assert 1 <= len(pages_of(app)) <= 2


def test_a_database_that_fails_under_a_kept_page_is_told_as_a_page(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    one.get(address)
    assert kept(one, address) is not None
    with app.app_context():
        db.session.execute(text("ALTER TABLE draft RENAME TO draft_elsewhere"))
        db.session.commit()
    answer = one.get(address)
    assert answer.status_code == 500
    assert "<!doctype html>" in answer.text
