"""The public form under hostile hands: nothing breaks, nothing typed is lost, nothing runs in a page."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.collection.models import Draft, Response
from survey_app.database import db
from survey_app.surveys.service import create_survey, set_state
from tests.conftest import token_in
from tests.village import VILLAGE, communes, make_village, village_definition
from tests.world import TESTER, begin, fill

GOOD = {"q1": "3", "q2": "2", "late": "2"}


@pytest.fixture
def last_page(app: Flask, client: FlaskClient) -> str:
    """The address of the second and last section of a form whose first is answered."""
    with app.app_context():
        commune = communes(db.session, make_village(db.session))[0]
    address = fill(client, begin(client, VILLAGE, commune), GOOD).headers["Location"]
    assert address.endswith("/2")
    return str(address)


def draft_answers(app: Flask) -> dict[str, object]:
    with app.app_context():
        return db.session.scalars(select(Draft)).one().answers


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_hidden_characters_in_words_are_refused_and_the_words_shown_again(
    app: Flask, client: FlaskClient, last_page: str
) -> None:
    for text in ("Tốt\x00lắm", "Tốt\x07lắm", "Tốt\u202elắm", "Tốt\u2066lắm", "Tốt\x7flắm", "Tốt\ufffflắm"):
        answer = fill(client, last_page, {"words": text, "visits": "3"})
        assert answer.status_code == 400, ascii(text)
        assert 'id="q-words-error"' in answer.text, ascii(text)
        assert "Tốt" in answer.text, ascii(text)
        assert 'value="3"' in answer.text, ascii(text)
        assert draft_answers(app) == {"q1": 3, "q2": 2, "late": 2, "visits": 3}, ascii(text)


def test_answers_that_no_page_offers_are_refused_by_name(app: Flask, client: FlaskClient, last_page: str) -> None:
    wrong = {
        "visits": ("0", "999", "1e400", "ba", "-1", "٣"),
        "when": ("2019-01-01", "31/02/2026", "hôm qua"),
        "sex": ("3", "<b>"),
        "words": ("x" * 301,),
        "ways": ("7", ["1", "none"]),
    }
    for item, values in wrong.items():
        for value in values:
            answer = fill(client, last_page, {item: value})
            assert answer.status_code == 400, (item, value)
            assert f'id="q-{item}-error"' in answer.text, (item, value)
    assert count(app, Response) == 0


def test_markup_in_words_is_shown_as_text_and_never_runs(client: FlaskClient, last_page: str) -> None:
    evil = "</textarea><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
    fill(client, last_page, {"words": evil}, go="back")
    for page in (client.get(last_page).text, fill(client, last_page, {"words": evil, "visits": "0"}).text):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "{{7*7}}" in page


def test_five_megabytes_are_refused_with_a_page_and_the_earlier_sections_stay(
    app: Flask, client: FlaskClient, last_page: str
) -> None:
    token = token_in(client.get(last_page).text)
    answer = client.post(last_page, data={"csrf_token": token, "shown": "words", "words": "x" * 5_000_000})
    assert answer.status_code == 413
    assert "<h1>" in answer.text
    assert draft_answers(app) == {"q1": 3, "q2": 2, "late": 2}
    multipart = {"csrf_token": token, "shown": "words", "words": "x" * 5_000_000}
    assert client.post(last_page, data=multipart, content_type="multipart/form-data").status_code == 413
    assert fill(client, last_page, {"visits": "2"}).status_code == 302


def test_thousands_of_fields_do_not_stop_the_service(client: FlaskClient, last_page: str) -> None:
    many = {f"field{number}": "x" for number in range(20_000)}
    answer = client.post(last_page, data={"csrf_token": token_in(client.get(last_page).text), "shown": "q1"} | many)
    assert answer.status_code in (302, 400, 413)


def test_a_missing_or_old_token_asks_for_one_more_click_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, last_page: str
) -> None:
    data = {"shown": ["visits", "words"], "visits": "4", "words": "Rất tốt", "go": "next"}
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "old"}, {"csrf_token": "IjEi.aaaa.bbbb"}):
        answer = client.post(last_page, data=data | token)
        assert answer.status_code == 400, token
        assert 'value="4"' in answer.text, token
        assert "Rất tốt" in answer.text, token
        assert draft_answers(app) == {"q1": 3, "q2": 2, "late": 2}, token
    fresh = data | {"csrf_token": token_in(answer.text), "shown": ["ways", "visits", "words", "when", "sex"]}
    assert client.post(last_page, data=fresh).headers["Location"].endswith("cam-on")


def test_a_token_of_another_visitor_does_not_open_the_form(app: Flask, client: FlaskClient, last_page: str) -> None:
    stranger = app.test_client()
    foreign = token_in(stranger.get(f"/s/{VILLAGE}").text)
    assert client.post(last_page, data={"csrf_token": foreign, "shown": "visits"}).status_code == 400


def test_the_first_page_without_a_token_begins_nothing(app: Flask, client: FlaskClient, last_page: str) -> None:
    with app.app_context():
        commune = communes(db.session, db.session.scalars(select(Draft)).one().survey)[0]
    answer = client.post(f"/s/{VILLAGE}", data={"commune": commune, "consent": "1"})
    assert answer.status_code == 400
    assert f'value="{commune}" selected' in answer.text
    assert count(app, Draft) == 1


def test_a_form_belongs_to_its_survey(app: Flask, client: FlaskClient, last_page: str) -> None:
    with app.app_context():
        other = create_survey(db.session, village_definition(slug="lang-khac"), actor=TESTER)
        from survey_app.sampling.service import draw_sample

        draw_sample(db.session, other, seed="1", actor=TESTER)
        set_state(db.session, other, "collecting", actor=TESTER)
        db.session.commit()
    foreign = last_page.replace(VILLAGE, "lang-khac")
    assert client.get(foreign).headers["Location"] == "/s/lang-khac"
    token = token_in(client.get(last_page).text)
    data = {"csrf_token": token, "shown": "visits", "visits": "5"}
    assert client.post(foreign, data=data).headers["Location"] == "/s/lang-khac"
    assert draft_answers(app) == {"q1": 3, "q2": 2, "late": 2}
    assert client.get(f"{foreign[:-2]}/cam-on").status_code == 404


def test_an_address_that_leads_nowhere_is_a_page_that_says_so(client: FlaskClient, last_page: str) -> None:
    form = last_page[:-2]
    nowhere = [
        "/s/khong-co", "/s/" + "x" * 3000, "/s/%00", "/s/..%2f..%2fetc", "/s/' OR 1=1 --", "/s/%f0%28%8c%28",
        "/s/%E2%80%AE", "/s/<script>alert(1)</script>", f"/s/{VILLAGE.upper()}",
        f"/s/{VILLAGE}/t/", f"/s/{VILLAGE}/t/%00", f"/s/{VILLAGE}/t/{'x' * 3000}",
        f"/s/{VILLAGE}/{uuid4()}/cam-on", f"/s/{VILLAGE}/not-a-uuid/1",
        f"{form}/0", f"{form}/3", f"{form}/99999999999999999999", f"{form}/-1", f"{form}/1.5", f"{form}/1%00",
        f"/s/{VILLAGE}?xa=%00", f"/ket-qua/{VILLAGE}", "/ket-qua/%00", f"/ket-qua/{VILLAGE}/tep/%00",
        f"/ket-qua/{VILLAGE}/tep/..%2f..%2fsecret_key", "/static/%00", "/static/../settings.py",
        "/static/..%2fsettings.py",
    ]  # fmt: skip
    for address in nowhere:
        answer = client.get(address)
        assert answer.status_code == 404, (address, answer.status_code)
        assert "<script>alert" not in answer.text, address
        assert "<h1>" in answer.text, address
    unknown = client.get(f"/s/{VILLAGE}/{uuid4()}/1")
    assert (unknown.status_code, unknown.headers["Location"]) == (302, f"/s/{VILLAGE}")


def test_a_method_that_no_page_uses_is_refused_with_a_page(client: FlaskClient, last_page: str) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        answer = client.open(last_page, method=method)
        assert answer.status_code == 405
        assert "<h1>" in answer.text


def test_a_strange_language_is_no_language(client: FlaskClient, last_page: str) -> None:
    for wanted in ("fr", "../en", "vi'--", ""):
        assert '<html lang="vi"' in client.get(last_page, query_string={"lang": wanted}).text
    assert fill(client, last_page, {"visits": "2"}, lang="fr").headers["Location"].endswith("cam-on")


def test_no_page_of_the_form_is_kept_by_the_browser(client: FlaskClient, last_page: str) -> None:
    assert client.get(last_page).headers["Cache-Control"] == "no-store"
    assert not re.search(r'autocomplete="on"', client.get(last_page).text)
