"""Gzip where it saves a phone something and gives nothing away."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_app import compression
from survey_app.database import db
from tests.conftest import token_in
from tests.rooms.kept_pages import visitor
from tests.village import communes, make_village

ZIPPED = {"Accept-Encoding": "gzip, br"}
STYLES = "/static/css/respondent.css"


@pytest.fixture
def village(app: Flask) -> list[str]:
    """A survey that takes answers; the codes of its communes."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


def encoding(client: FlaskClient, address: str, **data: object) -> str | None:
    answer = client.post(address, data=data, headers=ZIPPED) if data else client.get(address, headers=ZIPPED)
    return answer.headers.get("Content-Encoding")


def test_what_is_public_is_compressed_and_tells_caches_what_it_depends_on(client: FlaskClient) -> None:
    plain, zipped = client.get(STYLES), client.get(STYLES, headers=ZIPPED)

    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(zipped.data) == plain.data
    for answer in (plain, zipped):
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert client.get(STYLES, headers=ZIPPED).data == zipped.data  # the same bytes whenever they are asked for


def test_a_compressed_file_bears_a_weak_mark_by_which_it_is_not_sent_again(client: FlaskClient) -> None:
    plain, zipped = client.get(STYLES), client.get(STYLES, headers=ZIPPED)

    assert zipped.headers["ETag"] == f"W/{plain.headers['ETag']}"
    again = client.get(STYLES, headers={**ZIPPED, "If-None-Match": zipped.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("address", ["/quan-ly", "/quan-ly/bo-phieu", "/dang-nhap"])
def test_pages_of_people_who_are_signed_in_are_left_alone(sign_in: Callable[..., FlaskClient], address: str) -> None:
    assert encoding(sign_in("survey_manager"), address) is None


def test_errors_in_public_and_what_is_short_are_left_alone(app: Flask, client: FlaskClient, village: list[str]) -> None:
    missing = client.get("/static/css/none.css", headers=ZIPPED)
    assert missing.status_code == 404
    assert len(missing.data) > compression.SMALLEST
    assert "Content-Encoding" not in missing.headers
    one, address = visitor(app, village[0])
    data = {
        "csrf_token": token_in(one.get(address).text),
        "shown": ["q1", "q2", "late"],
        "q1": "3",
        "q2": "2",
        "late": "2",
    }
    sent = one.post(address, data=data, headers=ZIPPED)
    assert sent.status_code == 302
    assert "Content-Encoding" not in sent.headers


def test_a_mistake_on_a_respondents_page_is_compressed_around_its_token(app: Flask, village: list[str]) -> None:
    one, address = visitor(app, village[0])
    refused = one.post(address, data={"csrf_token": "old", "shown": ["q1"]}, headers=ZIPPED)

    assert refused.status_code == 400
    assert refused.headers["Content-Encoding"] == "gzip"
    page = gzip.decompress(refused.data).decode()
    assert token_in(page).encode() in refused.data


def test_a_page_that_holds_its_token_twice_is_sent_as_it_is(app: Flask) -> None:
    with app.test_request_context("/s/"):
        from flask import g

        g.csrf_token = "secret"
        assert compression._around(b"secret and secret") is None
        once = compression._around(b"before secret after")
        assert once is not None
        assert gzip.decompress(once) == b"before secret after"
        assert b"secret" in once
