"""A version as respondents and interviewers will see it; nothing of it is stored."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app.collection.models import Draft as FormInProgress
from survey_app.collection.models import Response
from survey_app.database import db
from survey_app.instruments.loader import load_file, load_questionnaire
from survey_app.settings import ROOT
from tests.rooms.office_questionnaires import (
    DRAFT_PREVIEW,
    LIST,
    SIPAS,
    SMALL,
    SignIn,
    hidden_fields,
    post,
    stored_names,
)
from tests.world import make_survey


def test_the_preview_shows_the_respondents_pages_follows_conditions_and_stores_nothing(
    app: Flask, sign_in: SignIn
) -> None:
    with app.app_context():
        make_survey(db.session, state="collecting")
        conditional = load_file(ROOT / "questionnaires/sipas-commune.yaml").item("n6")
        db.session.commit()
    observer = sign_in("observer")
    address = f"{LIST}/{SIPAS}/xem-thu/phieu"
    first = observer.get(address)
    assert "Mất khoảng 5 phút" in first.text
    page = observer.post(address, data=hidden_fields(first.text) | {"consent": "1"}).text
    assert "Phần 1/" in page
    refused = observer.post(address, data=hidden_fields(page) | {"go": "next"})
    assert refused.status_code == 400
    assert "chưa trả lời câu 1" in refused.text
    seen = set()
    for _step in range(20):
        shown = hidden_fields(page)["shown"]
        seen.update(shown)
        choices = {key: (re.findall(rf'name="{key}"[^>]*value="(\d+)"', page) or ["1"]) for key in shown}
        answers = {key: "4" if "4" in found else found[0] for key, found in choices.items()}
        if conditional.show_if.item in answers:
            answers[conditional.show_if.item] = str(conditional.show_if.values[0])
        page = observer.post(address, data=hidden_fields(page) | answers | {"go": "next"}).text
        if "Mã biên nhận" in page:
            break
    assert "không có gì được lưu" in page
    assert conditional.key in seen
    with app.app_context():
        for table in (Response, FormInProgress):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_the_preview_speaks_the_asked_language_and_leaves_the_offices_alone(sign_in: SignIn) -> None:
    observer = sign_in("observer")
    address = f"{LIST}/{SIPAS}/xem-thu/phieu?phan=1"
    english = observer.get(f"{address}&tieng=en").text
    assert '<html lang="en">' in english
    assert "The number of seats" in english
    vietnamese = observer.post(
        f"{LIST}/{SIPAS}/xem-thu/phieu", data=hidden_fields(english) | {"a1": "3", "lang": "vi"}
    ).text
    assert "Số ghế ngồi chờ" in vietnamese
    assert json.loads(hidden_fields(vietnamese)["so_far"]) == {"a1": 3}
    assert '<html lang="vi">' in observer.get(LIST).text


def test_only_the_preview_may_be_framed_and_only_by_us(sign_in: SignIn) -> None:
    observer = sign_in("observer")
    frame = observer.get(f"{LIST}/{SIPAS}/xem-thu").headers
    assert frame["Content-Security-Policy"].endswith("; frame-src 'self'")
    assert "frame-ancestors 'none'" in frame["Content-Security-Policy"]
    inside = observer.get(f"{LIST}/{SIPAS}/xem-thu/phieu").headers
    assert "frame-ancestors 'self'" in inside["Content-Security-Policy"]
    assert inside["X-Frame-Options"] == "SAMEORIGIN"
    assert observer.get(f"{LIST}/{SIPAS}").headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("so_far", ["", "[]", "{", '{"a1": {"b": 1}, "zz": 1}', "[" * 5000])
def test_answers_that_no_page_of_ours_sends_do_no_harm(sign_in: SignIn, so_far: str) -> None:
    observer = sign_in("observer")
    address = f"{LIST}/{SIPAS}/xem-thu/phieu"
    fields = hidden_fields(observer.get(f"{address}?phan=1").text) | {"so_far": so_far, "go": "back"}
    assert observer.post(address, data=fields).status_code in (200, 400)


def test_a_draft_is_shown_before_it_is_stored(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    start = post(manager, DRAFT_PREVIEW, text=SMALL)
    assert "Xem thử bản nháp" in start.text
    page = manager.post(DRAFT_PREVIEW, data=hidden_fields(start.text) | {"consent": "1"})
    assert "Thái độ phục vụ" in page.text
    assert load_questionnaire(hidden_fields(page.text)["text"]).key == "item-types"
    typed = post(manager, DRAFT_PREVIEW, text=SMALL, **{"v:sections/0/title/vi": "Tên vừa gõ"}, phan="1")
    assert "Tên vừa gõ" in typed.text
    assert "item-types@1" not in stored_names(app)


def test_the_paper_says_when_a_question_is_asked(sign_in: SignIn) -> None:
    page = sign_in("observer").get(f"{LIST}/{SIPAS}/xem-thu/giay").text
    asked = load_file(ROOT / "questionnaires/sipas-commune.yaml").questions()
    assert all(f'id="q-{item.key}"' in page for item in asked if not item.key.endswith("_other"))
    assert "Chỉ trả lời khi: câu" in page
    assert page.count('class="box"') > 100
    assert "<input" not in page[page.index('<article class="sheet"') : page.index("</article>")]


@pytest.mark.parametrize("part", ["0", "-1", "99", "x"])
def test_a_part_that_is_not_there_opens_the_first_page(sign_in: SignIn, part: str) -> None:
    page = sign_in("observer").get(f"{LIST}/{SIPAS}/xem-thu/phieu?phan={part}")
    assert page.status_code == 200
    assert "Mất khoảng 5 phút" in page.text


def test_a_preview_left_open_too_long_keeps_what_was_chosen_and_asks_to_press_again(sign_in: SignIn) -> None:
    observer = sign_in("observer")
    address = f"{LIST}/{SIPAS}/xem-thu/phieu"
    fields = hidden_fields(observer.get(f"{address}?phan=1").text)
    late = observer.post(address, data=fields | {"csrf_token": "old", "a1": "3", "go": "next"})
    assert late.status_code == 400
    assert "mở quá lâu" in late.text
    assert re.search(r'name="a1" value="3"[^>]*checked|checked[^>]*name="a1" value="3"', late.text)
    assert json.loads(hidden_fields(late.text)["so_far"]) == {}
