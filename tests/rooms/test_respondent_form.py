"""The public form as a citizen without scripts meets it: forward, back, another language, and sent once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from survey_app.collection.drafts import discard_stale_drafts
from survey_app.collection.models import Draft, Response
from survey_app.database import db, now
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.village import VILLAGE, communes, make_village
from tests.world import SURVEY, TESTER, begin, fill

GOOD = {"q1": "3", "q2": "2", "late": "2"}
#: What the last page shows.
LAST = ["ways", "visits", "words", "when", "sex"]


@pytest.fixture
def village(app: Flask) -> list[str]:
    """A survey that takes answers; the codes of its communes."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


def stored(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        return [row.answers for row in db.session.scalars(select(Response))]


def drafted(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        return [row.answers for row in db.session.scalars(select(Draft))]


def checked(page: str) -> set[tuple[str, str]]:
    """Names and values of the choices that a page shows as chosen."""
    boxes = re.findall(r'<input type="(?:radio|checkbox)"[^>]*>', page)
    chosen = [box for box in boxes if " checked" in box]
    return {(re.search(r'name="([^"]+)"', box)[1], re.search(r'value="([^"]+)"', box)[1]) for box in chosen}


def test_the_first_page_asks_for_the_commune_and_keeps_the_one_of_the_address(
    client: FlaskClient, village: list[str]
) -> None:
    assert f'<option value="{village[2]}" selected' in client.get(f"/s/{VILLAGE}?xa={village[2]}").text
    page = client.get(f"/s/{VILLAGE}")
    assert page.text.count("<option value=") == 1 + len(village)
    answer = client.post(f"/s/{VILLAGE}", data={"csrf_token": token_in(page.text), "commune": "9999", "consent": "1"})
    assert answer.status_code == 400
    assert 'id="commune-error"' in answer.text


def test_answers_are_kept_on_the_way_back_and_forth(app: Flask, client: FlaskClient, village: list[str]) -> None:
    first = begin(client, VILLAGE, village[0])
    second = fill(client, first, GOOD).headers["Location"]
    back = fill(client, second, {"visits": "3", "words": "Cảm ơn"}, go="back")
    assert back.headers["Location"] == first
    assert checked(client.get(first).text) == {("q1", "3"), ("q2", "2"), ("late", "2")}
    page = client.get(second).text
    assert 'value="3"' in page
    assert "Cảm ơn" in page
    assert drafted(app) == [{"q1": 3, "q2": 2, "late": 2, "visits": 3, "words": "Cảm ơn"}]


def test_going_back_does_not_ask_for_what_is_not_answered_yet(
    app: Flask, client: FlaskClient, village: list[str]
) -> None:
    first = begin(client, VILLAGE, village[0])
    second = fill(client, first, GOOD).headers["Location"]
    fill(client, second, {}, go="back")
    assert fill(client, first, {"q1": "1"}, go="back").status_code == 302
    assert drafted(app) == [{"q1": 1}]


def test_another_language_keeps_what_was_chosen(client: FlaskClient, village: list[str]) -> None:
    address = begin(client, VILLAGE, village[0])
    done = fill(client, address, {"q1": "1"}, lang="en")
    assert done.status_code == 302
    page = client.get(done.headers["Location"]).text
    assert '<html lang="en"' in page
    assert "Attitude" in page
    assert checked(page) == {("q1", "1")}
    assert '<html lang="en"' in client.get(address).text


def test_missing_answers_are_listed_and_the_others_stay(app: Flask, client: FlaskClient, village: list[str]) -> None:
    address = begin(client, VILLAGE, village[0])
    answer = fill(client, address, {"q1": "3"})
    assert answer.status_code == 400
    assert 'href="#q-q2"' in answer.text
    assert 'href="#q-q1"' not in answer.text
    assert 'id="q-q2-error"' in answer.text
    assert checked(answer.text) == {("q1", "3")}
    assert drafted(app) == [{"q1": 3}]


def test_a_question_that_an_answer_brings_up_is_shown_before_going_on(client: FlaskClient, collecting: str) -> None:
    with client.application.app_context():
        commune = communes(db.session, find_survey(db.session, SURVEY))[0]
    start = begin(client, collecting, commune)
    experience = start.removesuffix("1") + "6"
    page = client.get(experience).text
    assert re.search(r'id="q-n6"[^>]*hidden disabled', page)
    shown = fill(client, experience, {"n2": "1", "n3": "2", "n4": "2", "n5": "3"})
    assert shown.headers["Location"] == f"{experience}#q-n6"
    page = client.get(experience).text
    assert not re.search(r'id="q-n[67]"[^>]*hidden', page)
    assert ("n5", "3") in checked(page)
    onward = fill(client, experience, {"n2": "1", "n3": "2", "n4": "2", "n5": "3", "n6": "1", "n7": "2"})
    assert onward.headers["Location"].endswith("/7")


def test_an_answer_that_hides_a_question_forgets_what_was_said_to_it(
    app: Flask, client: FlaskClient, village: list[str]
) -> None:
    address = begin(client, VILLAGE, village[0])
    fill(client, address, GOOD | {"late": "1"})
    fill(client, address, GOOD | {"late": "1", "q3": "1"})
    assert drafted(app)[0]["q3"] == 1
    fill(client, address, GOOD | {"late": "2"})
    assert "q3" not in drafted(app)[0]


def finish(client: FlaskClient, village: list[str]) -> tuple[str, str]:
    """Answer and send; the addresses of the last section and of the receipt."""
    last = fill(client, begin(client, VILLAGE, village[0]), GOOD).headers["Location"]
    thanks = fill(client, last, {"visits": "2"}).headers["Location"]
    assert thanks.endswith("/cam-on")
    return last, thanks


def test_the_last_page_posted_twice_counts_once_and_shows_the_same_receipt(
    app: Flask, client: FlaskClient, village: list[str]
) -> None:
    last = fill(client, begin(client, VILLAGE, village[0]), GOOD).headers["Location"]
    data = {"csrf_token": token_in(client.get(last).text), "shown": LAST, "visits": "2", "go": "next"}
    first, second = client.post(last, data=data), client.post(last, data=data | {"visits": "9"})
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert stored(app) == [{"q1": 3, "q2": 2, "late": 2, "visits": 2}]
    assert drafted(app) == []


def test_pages_asked_for_again_after_sending_lead_to_the_receipt(client: FlaskClient, village: list[str]) -> None:
    last, thanks = finish(client, village)
    code = re.search(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", client.get(thanks).text)[0]
    for address in (last, last[:-1] + "1", thanks):
        answer = client.get(address, follow_redirects=True)
        assert answer.status_code == 200
        assert code in answer.text


def test_the_receipt_survives_the_closing_of_the_survey(app: Flask, client: FlaskClient, village: list[str]) -> None:
    last, thanks = finish(client, village)
    with app.app_context():
        set_state(db.session, find_survey(db.session, VILLAGE), "closed", actor=TESTER)
        db.session.commit()
    assert client.get(thanks).status_code == 200
    assert client.get(last, follow_redirects=True).status_code == 200


def test_a_form_in_hand_when_the_survey_closes_is_told_so_and_not_taken(
    app: Flask, client: FlaskClient, village: list[str]
) -> None:
    last = fill(client, begin(client, VILLAGE, village[0]), GOOD).headers["Location"]
    data = {"csrf_token": token_in(client.get(last).text), "shown": LAST, "visits": "2", "go": "next"}
    with app.app_context():
        set_state(db.session, find_survey(db.session, VILLAGE), "closed", actor=TESTER)
        db.session.commit()
    answer = client.post(last, data=data)
    assert answer.status_code == 409
    assert "chưa được nhận" in answer.text
    assert 'id="answers"' not in answer.text
    assert stored(app) == []
    assert client.get(f"/s/{VILLAGE}").status_code == 409


def test_a_form_left_for_more_than_a_day_begins_anew_with_an_explanation(
    app: Flask, client: FlaskClient, village: list[str]
) -> None:
    from datetime import timedelta

    address = begin(client, VILLAGE, village[0])
    fill(client, address, GOOD)
    with app.app_context():
        db.session.execute(update(Draft).values(updated_at=now() - timedelta(hours=25)))
        db.session.commit()
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/s/{VILLAGE}"
    assert "bắt đầu lại" in client.get(f"/s/{VILLAGE}").text
    with app.app_context():
        assert discard_stale_drafts(db.session) == 1


def test_nothing_said_at_all_is_not_sent(app: Flask, client: FlaskClient, village: list[str]) -> None:
    first = begin(client, VILLAGE, village[0])
    last = first[:-1] + "2"
    answer = client.post(
        last, data={"csrf_token": token_in(client.get(last).text), "shown": LAST}, follow_redirects=True
    )
    assert "cam-on" not in answer.request.path
    assert stored(app) == []


def test_a_last_page_reached_past_the_questions_leads_back_to_them(
    app: Flask, client: FlaskClient, village: list[str]
) -> None:
    first = begin(client, VILLAGE, village[0])
    answer = fill(client, first[:-1] + "2", {"visits": "2"})
    assert answer.headers["Location"].split("#")[0] == first
    assert stored(app) == []
    assert drafted(app) == [{"visits": 2}]


def test_open_surveys_are_listed_and_the_only_one_is_opened(
    app: Flask, client: FlaskClient, village: list[str]
) -> None:
    assert client.get("/s/").headers["Location"] == f"/s/{VILLAGE}"
    with app.app_context():
        from tests.world import make_survey

        make_survey(db.session, state="collecting")
        db.session.commit()
    page = client.get("/s/")
    assert page.status_code == 200
    assert f"/s/{SURVEY}" in page.text
    assert f"/s/{VILLAGE}" in page.text


def test_two_clicks_at_the_same_moment_send_one_form(app: Flask, client: FlaskClient, village: list[str]) -> None:
    from tests.village import at_once

    last = fill(client, begin(client, VILLAGE, village[0]), GOOD).headers["Location"]
    data = {"csrf_token": token_in(client.get(last).text), "shown": LAST, "visits": "2", "go": "next"}
    cookie = client.get_cookie("hai_long")
    people: list[FlaskClient] = []
    for _number in range(6):
        person = app.test_client()
        person.set_cookie("hai_long", cookie.value)
        people.append(person)
    answers = at_once(app, lambda number: people[number].post(last, data=data), 6)
    assert [(one.status_code, one.headers.get("Location")) for one in answers] == [
        (302, last.removesuffix("/2") + "/cam-on")
    ] * 6
    assert len(stored(app)) == 1


def test_a_page_with_a_mistake_changes_its_language_and_keeps_what_was_typed(
    client: FlaskClient, village: list[str]
) -> None:
    second = fill(client, begin(client, VILLAGE, village[0]), GOOD).headers["Location"]
    answer = fill(client, second, {"visits": "nhiều", "words": "Cảm ơn"}, lang="en")
    assert answer.status_code == 400
    assert '<html lang="en"' in answer.text
    assert 'value="nhiều"' in answer.text
    assert "Cảm ơn" in answer.text
    assert 'id="q-visits-error"' in answer.text
    assert '<html lang="en"' in client.get(second).text


def test_one_level_all_the_way_down_is_spoken_of_once_and_holds_nobody_up(app: Flask) -> None:
    with app.app_context():
        commune = communes(db.session, make_village(db.session, questionnaire="health-inpatient"))[0]
    word = "Ở phần vừa rồi, Ông/Bà đã chọn cùng một mức"
    for levels, extra, spoken in (("4", {}, True), ("4", {"same-said": "satisfaction5"}, False), ("45", {}, False)):
        client = app.test_client()
        address = begin(client, VILLAGE, commune).removesuffix("/1") + "/3"
        keys = re.findall(r'name="shown" value="([^"]+)"', client.get(address).text)
        assert len(keys) >= 7
        answer = fill(client, address, {key: levels[place % len(levels)] for place, key in enumerate(keys)}, **extra)
        assert answer.status_code == 302
        assert (word in client.get(answer.headers["Location"]).text) == spoken
        assert word not in client.get(answer.headers["Location"]).text
