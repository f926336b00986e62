"""Pages kept before the application: served only as first views, and never different from what the view renders."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, select, update

from survey_app.collection.drafts import DRAFT_LIFETIME
from survey_app.collection.models import Draft
from survey_app.compression import AroundSecret
from survey_app.database import db, now
from survey_app.prepared_query import PreparedQuery
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.rooms.kept_pages import kept, visitor, without_token
from tests.village import VILLAGE, communes, make_village
from tests.world import TESTER, fill

GOOD = {"q1": "3", "q2": "2", "late": "2"}


@pytest.fixture
def village(app: Flask) -> list[str]:
    """A survey that takes answers; the codes of its communes."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


def test_the_second_visitor_gets_the_page_of_the_first_with_a_token_of_their_own(
    app: Flask, village: list[str]
) -> None:
    one, first_address = visitor(app, village[0])
    two, second_address = visitor(app, village[1])
    rendered = one.get(first_address)
    served = kept(two, second_address)
    assert served is not None
    assert without_token(served.text) == without_token(rendered.text)
    assert token_in(served.text) != token_in(rendered.text)
    sent = two.post(second_address, data={"csrf_token": token_in(served.text), "shown": list(GOOD), **GOOD})
    assert sent.status_code == 302
    assert sent.headers["Location"].endswith("/2")


def test_a_token_of_another_visitor_is_refused(app: Flask, village: list[str]) -> None:
    one, first_address = visitor(app, village[0])
    two, second_address = visitor(app, village[1])
    one.get(first_address)
    served = kept(two, second_address)
    assert served is not None
    refused = one.post(first_address, data={"csrf_token": token_in(served.text), "shown": list(GOOD), **GOOD})
    assert refused.status_code == 400


def test_a_kept_page_has_the_headers_of_a_rendered_one(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    rendered = one.get(address)
    served = kept(one, address)
    assert served is not None
    assert dict(served.headers) == dict(rendered.headers)
    secure = one.get(address, base_url="https://localhost")
    assert secure.headers["Strict-Transport-Security"]


def test_a_phone_gets_a_page_compressed_around_its_token(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    zipped = {"Accept-Encoding": "gzip, br"}
    rendered = one.get(address, headers=zipped)
    served = kept(one, address, zipped)
    assert served is not None
    assert served.headers["Content-Encoding"] == rendered.headers["Content-Encoding"] == "gzip"
    for answer in (rendered, served):
        page = gzip.decompress(answer.data).decode()
        assert token_in(page).encode() in answer.data
        assert without_token(page) == without_token(one.get(address).text)
        assert len(answer.data) * 3 < len(page.encode())
    refused = kept(one, address, {"Accept-Encoding": "gzip;q=0"})
    assert refused is not None
    assert b"<!doctype" in refused.data


@given(before=st.binary(max_size=3_000), secret=st.binary(max_size=300), after=st.binary(max_size=3_000))
def test_whatever_stands_around_a_secret_is_read_back(before: bytes, secret: bytes, after: bytes) -> None:
    page = AroundSecret(before, after)
    assert gzip.decompress(page.gzipped(secret)) == page.plain(secret) == before + secret + after


def test_a_part_with_answers_is_shown_with_them(app: Flask, village: list[str]) -> None:
    one, first_address = visitor(app, village[0])
    two, second_address = visitor(app, village[1])
    one.get(first_address)
    assert kept(two, second_address) is not None
    fill(two, second_address, {"q1": "3"}, go="back")
    assert kept(two, second_address) is None
    assert re.search(r'name="q1" value="3" checked', two.get(second_address).text)
    assert "checked" not in one.get(first_address).text


def test_each_language_has_its_own_page(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    one.get(address)
    assert kept(one, f"{address}?lang=en") is None
    one.get(f"{address}?lang=en")
    served = kept(one, address)
    assert served is not None
    assert '<html lang="en"' in served.text
    other, other_address = visitor(app, village[0])
    vietnamese = kept(other, other_address)
    assert vietnamese is not None
    assert '<html lang="vi"' in vietnamese.text


def test_a_closed_survey_and_an_old_form_are_not_shown_as_open(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    one.get(address)
    assert kept(one, address) is not None
    with app.app_context():
        db.session.execute(update(Draft).values(updated_at=now() - DRAFT_LIFETIME - timedelta(minutes=1)))
        db.session.commit()
    assert one.get(address).status_code == 302
    two, other = visitor(app, village[0])
    assert kept(two, other) is not None
    with app.app_context():
        set_state(db.session, find_survey(db.session, VILLAGE), "closed", actor=TESTER)
        db.session.commit()
    assert two.get(other).status_code == 409


def test_a_new_title_is_shown_at_once(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    one.get(address)
    assert kept(one, address) is not None
    with app.app_context():
        db.session.execute(update(Survey).values(title_vi="Tên mới của đợt"))
        db.session.commit()
    assert "Tên mới của đợt" in one.get(address).text


def test_a_waiting_message_is_shown(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    one.get(address)
    with one.session_transaction() as session:
        session["_flashes"] = [("info", "Xin đọc lời này")]
    assert "Xin đọc lời này" in one.get(address).text
    assert "Xin đọc lời này" not in one.get(address).text


@pytest.mark.parametrize("address", ["/s/{slug}/{draft}/0", "/s/{slug}/{draft}/99", "/s/khac/{draft}/1"])
def test_what_is_no_part_of_the_form_goes_on_to_the_view(app: Flask, village: list[str], address: str) -> None:
    one, own = visitor(app, village[0])
    one.get(own)
    draft = own.split("/")[-2]
    assert one.get(address.format(slug=VILLAGE, draft=draft)).status_code == 404


def test_a_forged_or_missing_cookie_gets_no_kept_page(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    one.get(address)
    stranger = app.test_client()
    assert kept(stranger, address) is None
    stranger.set_cookie("hai_long", "eyJjc3JmX3Rva2VuIjoiMSJ9.aaaa.bbbb")
    assert kept(stranger, address) is None
    assert stranger.get(address).status_code == 200


def test_a_prepared_query_gives_what_the_session_gives(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    fill(one, address, GOOD)
    number = UUID(address.split("/")[-2])
    with app.app_context():
        columns = (Draft.id, Draft.answers, Draft.updated_at, Draft.unit_id)
        query = PreparedQuery(db.engine, select(*columns).where(Draft.id == bindparam("wanted")))
        assert tuple(query.first(wanted=number)) == tuple(
            db.session.execute(select(*columns).where(Draft.id == number)).one()
        )
        assert query.first(wanted=UUID(int=0)) is None
