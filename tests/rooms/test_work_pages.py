"""The pages of fieldwork: what they say, what their buttons do, once or twice, with good words and hostile ones."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.database import db
from survey_app.i18n import today
from survey_app.sampling.work.models import Assignment, Attempt, Case, OfficeMember, PostOffice
from tests.conftest import token_in
from tests.rooms.work_village import (
    BOARD,
    MAIN,
    MINE,
    SignIn,
    cases_of,
    email,
    held,
    post,
    trail,
    user_of,
)


def test_the_board_says_how_many_are_unassigned_and_giving_makes_them_fewer(
    app: Flask, sign_in: SignIn, codes: list[str]
) -> None:
    manager, lan = sign_in("survey_manager"), sign_in("collector")
    total = MAIN * len(codes)
    assert f"Còn {total} hồ sơ chưa giao" in manager.get(BOARD).text
    done = post(manager, BOARD, {"do": "assign", "to": email(lan), "noi": codes[:2]})
    assert done.status_code == 302
    assert f"Còn {total - 2 * MAIN} hồ sơ chưa giao" in manager.get(BOARD).text
    with app.app_context():
        assert len(held(db.session)) == 2 * MAIN


def test_a_second_click_on_give_gives_nothing_twice_and_keeps_what_was_ticked(
    app: Flask, sign_in: SignIn, codes: list[str]
) -> None:
    manager, lan = sign_in("survey_manager"), sign_in("collector")
    token = token_in(manager.get(BOARD).text)
    data = {"csrf_token": token, "do": "assign", "to": email(lan), "noi": [codes[0]], "due": ""}
    assert manager.post(BOARD, data=data).status_code == 302
    again = manager.post(BOARD, data=data)
    assert again.status_code == 409
    assert f'value="{codes[0]}" checked' in again.text
    assert re.search(rf'<option selected value="{re.escape(email(lan))}"', again.text)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Assignment)) == MAIN


def test_balanced_from_the_board_and_from_ticked_cases(app: Flask, sign_in: SignIn, codes: list[str]) -> None:
    manager, people = sign_in("survey_manager"), [sign_in("collector") for _ in range(3)]
    names = [email(one) for one in people]
    refused = post(manager, BOARD, {"do": "balance", "noi": codes, "nguoi": names[:1]})
    assert refused.status_code == 400
    assert f'value="{names[0]}" checked' in refused.text
    done = post(manager, BOARD, {"do": "balance", "noi": codes, "nguoi": names})
    assert done.status_code == 302, done.text
    with app.app_context():
        counts = db.session.execute(
            select(func.count()).select_from(Assignment).group_by(Assignment.collector_id)
        ).all()
        assert sorted(row[0] for row in counts) == [MAIN * len(codes) // 3] * 3


def test_cases_are_ticked_given_moved_and_taken_back_by_hand(app: Flask, sign_in: SignIn, codes: list[str]) -> None:
    manager, lan, mai = sign_in("survey_manager"), sign_in("collector"), sign_in("collector")
    page = f"{BOARD}/ho-so"
    with app.app_context():
        numbers = cases_of(db.session)[:3]
    assert post(manager, page, {"do": "assign", "to": email(lan), "ho_so": numbers}).status_code == 302
    assert post(manager, page, {"do": "move", "to": email(mai), "ho_so": numbers[:2]}).status_code == 302
    with app.app_context():
        assert len(set(held(db.session).values())) == 2
    for reason in ("", "\u202enghỉ"):
        refused = post(manager, page, {"do": "withdraw", "reason": reason, "ho_so": numbers[:1]})
        assert refused.status_code == 400
        assert f'value="{numbers[0]}" checked' in refused.text
    data = {"do": "withdraw", "reason": "chị Mai nghỉ", "ho_so": numbers[:1]}
    assert post(manager, page, data).status_code == 302
    assert post(manager, page, data).status_code == 409
    with app.app_context():
        assert sorted(held(db.session)) == numbers[1:]


@pytest.mark.parametrize("number", ["x", "-1", "1e3", "٣", "9" * 30, "1;2", "1 OR 1=1", "%", ""])
def test_hostile_numbers_are_refused_in_words(app: Flask, sign_in: SignIn, codes: list[str], number: str) -> None:
    manager, lan = sign_in("survey_manager"), sign_in("collector")
    answer = post(manager, f"{BOARD}/ho-so", {"do": "assign", "to": email(lan), "ho_so": [number]})
    assert answer.status_code in (400, 404)
    assert "tham chiếu" not in answer.text
    assert manager.get(f"{BOARD}/ho-so?sau={number}&xem={number}&tu={number}").status_code == 200
    assert manager.get(f"{BOARD}/nguoi/99999999999999999999").status_code == 404
    assert manager.get(f"{BOARD}/buu-dien/99999999999999999999").status_code == 404
    assert manager.get(f"{BOARD}/ho-so/99999999999999999999").status_code == 404
    with app.app_context():
        assert held(db.session) == {}


@pytest.mark.parametrize("to", ["", "khong-co", "a@b.vn", "\x00", "' OR 1=1 --@x", "9" * 500])
def test_nobody_is_given_work_who_is_not_there(app: Flask, sign_in: SignIn, codes: list[str], to: str) -> None:
    answer = post(sign_in("survey_manager"), BOARD, {"do": "assign", "to": to, "noi": codes[:1]})
    assert answer.status_code in (400, 404)
    with app.app_context():
        assert held(db.session) == {}


def test_the_page_of_a_collector_splits_their_work(app: Flask, sign_in: SignIn, lan: FlaskClient) -> None:
    manager, mai = sign_in("survey_manager"), sign_in("collector")
    with app.app_context():
        page = f"{BOARD}/nguoi/{user_of(app, lan).id}"
        mai_id = user_of(app, mai).id
    assert f"Còn {MAIN} hồ sơ chưa xong" in manager.get(page).text
    for count in ("x", "0", "99", "-1"):
        refused = post(manager, page, {"do": "move", "to": email(mai), "count": count})
        assert refused.status_code == 400
        assert f'value="{count}"' in refused.text
    assert post(manager, page, {"do": "move", "to": email(mai), "count": "2"}).status_code == 302
    with app.app_context():
        assert sum(one == (None, mai_id) for one in held(db.session).values()) == 2
    assert post(manager, page, {"do": "withdraw", "reason": "nghỉ phép"}).status_code == 302
    with app.app_context():
        assert sorted(held(db.session).values()) == [(None, mai_id)] * 2
    assert manager.get(page).status_code == 200


def test_the_list_shows_what_was_asked_for(app: Flask, sign_in: SignIn, lan: FlaskClient, codes: list[str]) -> None:
    manager = sign_in("survey_manager")
    with app.app_context():
        reserves, mine = cases_of(db.session, role="reserve"), cases_of(db.session, codes[0])
        free = [number for number in cases_of(db.session) if number not in mine]

    def shown(query: str) -> list[int]:
        found = re.findall(r"/phan-cong/ho-so/(\d+)\"", manager.get(f"{BOARD}/ho-so?{query}").text)
        return [int(number) for number in found]

    assert shown("xem=du-bi") == reserves
    assert shown("xem=chua-giao") == free[:50]
    assert shown(f"noi={codes[0]}") == mine
    assert shown(f"noi={codes[0]}&xem=du-bi") == [one for one in reserves if mine[-1] < one < free[0]]
    assert shown("xem=answered") == []
    assert shown(f"sau={free[-2]}") == free[-1:]


def test_overdue_work_is_marked_with_a_word(app: Flask, sign_in: SignIn, lan: FlaskClient) -> None:
    with app.app_context():
        db.session.scalars(select(Assignment)).first().due_on = today() - timedelta(days=1)
        db.session.commit()
    manager = sign_in("survey_manager")
    assert "1 hồ sơ đã quá hạn" in manager.get(BOARD).text
    assert manager.get(f"{BOARD}/ho-so?xem=qua-han").text.count("quá hạn</strong>") == 1
    assert "1 đã quá hạn" in lan.get(MINE).text


def test_the_page_of_a_case_writes_a_try_for_whoever_has_it_and_shows_what_happened(
    app: Flask, sign_in: SignIn, lan: FlaskClient
) -> None:
    manager = sign_in("survey_manager")
    with app.app_context():
        number, lan_id = cases_of(db.session)[0], user_of(app, lan).id
    page = f"{BOARD}/ho-so/{number}"
    data = {"do": "attempt", "outcome": "moved", "attempt": str(uuid4()), "day": "02/03/2026", "hour": "09:30"}
    for _click in range(2):
        assert post(manager, page, data).status_code == 302
    with app.app_context():
        kept = db.session.scalars(select(Attempt)).one()
        assert (kept.collector_id, kept.day.isoformat()) == (lan_id, "2026-03-02")
    shown = manager.get(page).text
    assert "09:30 02/03/2026" in shown
    assert "đã chuyển đi" in shown
    assert post(manager, page, {"do": "replace", "reason": "chuyển đi Rạch Giá"}).status_code == 302
    assert "chuyển đi Rạch Giá" in manager.get(page).text
    assert "hồ sơ được thay" in manager.get(page).text


def test_closing_and_opening_a_case_by_its_page(app: Flask, sign_in: SignIn, lan: FlaskClient) -> None:
    manager = sign_in("survey_manager")
    with app.app_context():
        number = cases_of(db.session)[1]
    page = f"{BOARD}/ho-so/{number}"
    refused = post(manager, page, {"do": "close", "reason": "x\u202ey"})
    assert refused.status_code == 400
    assert post(manager, page, {"do": "close", "reason": "<script>lũ lụt</script>"}).status_code == 302
    assert "<script>lũ" not in manager.get(page).text
    assert post(manager, page, {"do": "close", "reason": "lũ lụt"}).status_code == 409
    assert post(manager, page, {"do": "reopen", "reason": "nước rút"}).status_code == 302
    history = manager.get(page).text
    assert "lũ lụt" in history
    assert "nước rút" in history
    assert post(manager, page, {"do": "reopen", "reason": "nước rút"}).status_code == 409
    assert post(manager, page, {"do": "explode"}).status_code == 400
    with app.app_context():
        assert db.session.get_one(Case, number).state == "todo"


def test_post_offices_are_added_and_their_people_come_and_go(app: Flask, sign_in: SignIn, lan: FlaskClient) -> None:
    manager = sign_in("survey_manager")
    page = "/quan-ly/buu-dien"
    good = {"code": "bd-hc", "name": "Bưu điện Hai Cấp", "unit": "92"}
    for bad in (
        {"code": "bưu điện"},
        {"code": ""},
        {"name": " "},
        {"name": "B\u202eĐ"},
        {"unit": "999999"},
        {"unit": ""},
    ):
        refused = post(manager, page, good | bad)
        assert refused.status_code in (400, 404), bad
        assert f'value="{(good | bad)["code"]}"' in refused.text
    assert post(manager, page, good).status_code == 302
    assert post(manager, page, good).status_code == 409
    with app.app_context():
        office_id = db.session.scalars(select(PostOffice)).one().id
    for to, data, status in (
        (office_id, {"email": email(lan), "do": "add"}, 302),
        (office_id, {"email": email(lan), "do": "add"}, 409),
        (office_id, {"email": email(manager), "do": "add"}, 400),
        (office_id, {"email": "khong@co.vn", "do": "add"}, 404),
        (10**12, {"email": email(lan), "do": "add"}, 404),
    ):
        assert post(manager, page, data, to=f"{page}/{to}").status_code == status, data
    assert email(lan) in manager.get(page).text
    for status in (302, 404):
        data = {"email": email(lan), "do": "remove"}
        assert post(manager, page, data, to=f"{page}/{office_id}").status_code == status
    with app.app_context():
        assert db.session.scalars(select(OfficeMember)).all() == []


def test_a_coordinator_adds_offices_in_their_own_place_only(sign_in: SignIn, codes: list[str]) -> None:
    boss = sign_in("post_coordinator", f"unit:{codes[0]}")
    data = {"code": "BD1", "name": "Bưu điện xã"}
    assert post(boss, "/quan-ly/buu-dien", data | {"unit": codes[1]}).status_code == 404
    assert post(boss, "/quan-ly/buu-dien", data | {"unit": "92"}).status_code == 404
    assert post(boss, "/quan-ly/buu-dien", data | {"unit": codes[0]}).status_code == 302


def unpacked(document: bytes) -> bytes:
    """What stands in the compressed parts of a PDF."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, flags=re.S)
    return b"".join(zlib.decompress(part) for part in parts if part[:1] == b"x")


def test_a_printed_list_has_the_names_the_rules_and_a_line_on_the_trail(
    app: Flask, sign_in: SignIn, lan: FlaskClient
) -> None:
    manager = sign_in("survey_manager")
    with app.app_context():
        page = f"{BOARD}/nguoi/{user_of(app, lan).id}"
    answer = post(manager, page, {}, to=f"{page}/danh-sach.pdf")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.data.startswith(b"%PDF-")
    inside = unpacked(answer.data)
    assert b"Be-Vietnam-Pro" in inside
    assert len(re.findall(rb"/Type ?/Page\b", inside)) == 1
    with app.app_context():
        assert trail(db.session, "work.print")[0]["cases"] == MAIN
        assert trail(db.session, "contact.show")[0] == {"count": MAIN, "purpose": "print"}
