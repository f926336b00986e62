"""Who sees which case and whose name: collectors their own, coordinators their area, the office all, observers none."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.audit.models import AuditEntry
from survey_app.database import db
from survey_app.sampling.work.assigning import assign_places
from survey_app.sampling.work.models import Assignment, Attempt, Case
from survey_app.sampling.work.moving import withdraw_cases
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.rooms.work_village import (
    BOARD,
    MAIN,
    MINE,
    SignIn,
    cases_of,
    holder,
    name_of,
    post,
    trail,
    user_of,
    village,
)
from tests.village import VILLAGE
from tests.world import TESTER


def give(app: Flask, person: FlaskClient, code: str) -> list[int]:
    """Give a commune's cases to whoever is signed in; their numbers."""
    with app.app_context():
        to = holder(db.session, user_of(app, person))
        assign_places(db.session, village(db.session)[1], [code], to, actor=TESTER)
        db.session.commit()
        return cases_of(db.session, code)


def names_on(page: str) -> set[int]:
    """The numbers in the sealed names that a page shows."""
    return {int(found) for found in re.findall(r"Trần Thị Số (\d+)", page)}


def listed_numbers(app: Flask, cases: list[int]) -> set[int]:
    with app.app_context():
        return set(db.session.scalars(select(Case.listed_case_id).where(Case.id.in_(cases))))


def test_a_collector_sees_their_own_cases_with_names_and_no_other(
    app: Flask, sign_in: SignIn, codes: list[str]
) -> None:
    lan, mai = sign_in("collector"), sign_in("collector")
    hers, other = give(app, lan, codes[0]), give(app, mai, codes[1])
    page = lan.get(MINE).text
    assert names_on(page) == listed_numbers(app, hers)
    assert "tel:0912" in page
    assert all(f"Hồ sơ số {number}<" not in page for number in other)
    assert names_on(mai.get(MINE).text) == listed_numbers(app, other)
    with app.app_context():
        assert [line["count"] for line in trail(db.session, "contact.show")] == [MAIN, MAIN]
        shown = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "contact.show")).all()
        assert [entry.actor for entry in shown] == [lan.email, mai.email]
        for entry in db.session.scalars(select(AuditEntry)):
            assert not re.search(r"Trần Thị|0912|Ấp", str(entry.detail)), entry.detail


def test_guessing_the_number_of_anothers_case_does_nothing(app: Flask, sign_in: SignIn, codes: list[str]) -> None:
    lan, mai = sign_in("collector"), sign_in("collector")
    give(app, lan, codes[0])
    theirs = give(app, mai, codes[1])[0]
    with app.app_context():
        free, reserve = cases_of(db.session, codes[2])[0], cases_of(db.session, codes[0], "reserve")[0]
    token = token_in(lan.get(MINE).text)
    for number in (theirs, free, reserve, 10**6, 2**31, 10**30, 0):
        for do in ("begin", "attempt", "replace"):
            data = {
                "csrf_token": token, "do": do, "outcome": "refused", "reason": "từ chối",
                "attempt": "00000000-0000-4000-8000-000000000001",
            }  # fmt: skip
            answer = lan.post(f"{MINE}/{VILLAGE}/{number}", data=data)
            assert answer.status_code == 404, (number, do)
            assert names_on(answer.text) == set()
    for address in (BOARD, f"{BOARD}/ho-so", f"{BOARD}/ho-so/{theirs}", f"{BOARD}/nguoi/1"):
        assert lan.get(address).status_code == 403, address
    with app.app_context():
        assert db.session.scalars(select(Attempt)).all() == []
        assert {case.state for case in db.session.scalars(select(Case))} == {"todo"}


def test_names_are_gone_when_the_case_is_done_or_taken_back_or_the_survey_closed(
    app: Flask, sign_in: SignIn, codes: list[str]
) -> None:
    lan = sign_in("collector")
    hers = give(app, lan, codes[0])
    with app.app_context():
        db.session.get_one(Case, hers[0]).state = "answered"
        withdraw_cases(db.session, village(db.session)[1], hers[1:2], actor=TESTER, reason="đổi người")
        db.session.commit()
    assert names_on(lan.get(MINE).text) == listed_numbers(app, hers[2:])
    with app.app_context():
        set_state(db.session, village(db.session)[0], "closed", actor=TESTER)
        db.session.commit()
    page = lan.get(MINE)
    assert (page.status_code, names_on(page.text)) == (200, set())


def test_a_collector_whose_role_ended_there_sees_nothing_though_the_case_was_given(
    app: Flask, sign_in: SignIn, codes: list[str]
) -> None:
    lan = sign_in("collector", f"unit:{codes[0]}")
    give(app, lan, codes[0])
    with app.app_context():
        from survey_app.geography.queries import find_unit

        user_of(app, lan).grants[0].unit_id = find_unit(db.session, codes[1]).id
        db.session.commit()
    assert names_on(lan.get(MINE).text) == set()


def test_a_coordinator_sees_and_changes_only_their_area(app: Flask, sign_in: SignIn, codes: list[str]) -> None:
    mine, other = codes[:2]
    boss, lan = sign_in("post_coordinator", f"unit:{mine}"), sign_in("collector")
    with app.app_context():
        inside, outside = cases_of(db.session, mine), cases_of(db.session, other)
    board = boss.get(BOARD).text
    assert f'value="{mine}"' in board
    assert all(f'value="{code}"' not in board for code in codes[1:])
    listed = boss.get(f"{BOARD}/ho-so").text
    assert all(f"/ho-so/{number}" in listed for number in inside)
    assert all(f'/ho-so/{number}"' not in listed for number in outside)
    assert boss.get(f"{BOARD}/ho-so/{inside[0]}").status_code == 200
    assert boss.get(f"{BOARD}/ho-so/{outside[0]}").status_code == 404
    assert boss.get(f"{BOARD}?noi={other}").status_code == 404
    to = lan.email
    for data in (
        {"do": "assign", "to": to, "noi": [other]},
        {"do": "assign", "to": to, "noi": [mine, other]},
    ):
        assert post(boss, BOARD, data).status_code == 404
    refused = post(boss, f"{BOARD}/ho-so", {"do": "assign", "to": to, "ho_so": [inside[0], outside[0]]})
    assert refused.status_code == 404
    token = token_in(boss.get(f"{BOARD}/ho-so/{inside[0]}").text)
    for do in ("attempt", "replace", "close", "reopen"):
        data = {"csrf_token": token, "do": do, "outcome": "refused", "reason": "thử"}
        assert boss.post(f"{BOARD}/ho-so/{outside[0]}", data=data).status_code == 404
    assert boss.post(f"{BOARD}/ho-so/{outside[0]}/lien-he", data={"csrf_token": token}).status_code == 404
    with app.app_context():
        assert db.session.scalars(select(Assignment)).all() == []
    seen = boss.post(f"{BOARD}/ho-so/{inside[0]}/lien-he", data={"csrf_token": token})
    assert names_on(seen.text) == listed_numbers(app, inside[:1])
    with app.app_context():
        reserve = cases_of(db.session, mine, "reserve")[0]
    unused = boss.post(f"{BOARD}/ho-so/{reserve}/lien-he", data={"csrf_token": token})
    assert (unused.status_code, names_on(unused.text)) == (409, set())
    with app.app_context():
        assert trail(db.session, "contact.show") == [{"count": 1, "purpose": "case"}]


def test_the_office_sees_all_and_a_name_only_after_asking_for_it(app: Flask, sign_in: SignIn, codes: list[str]) -> None:
    manager = sign_in("survey_manager")
    with app.app_context():
        numbers = [cases_of(db.session, code)[0] for code in codes]
    for number in numbers:
        page = manager.get(f"{BOARD}/ho-so/{number}")
        assert page.status_code == 200
        assert names_on(page.text) == set()
    with app.app_context():
        assert trail(db.session, "contact.show") == []
    seen = post(manager, f"{BOARD}/ho-so/{numbers[0]}", {}, to=f"{BOARD}/ho-so/{numbers[0]}/lien-he")
    assert names_on(seen.text) == listed_numbers(app, numbers[:1])


@pytest.mark.parametrize("role", ["observer", "analyst", "approver"])
def test_who_only_watches_sees_the_cases_and_no_name_and_changes_nothing(
    app: Flask, sign_in: SignIn, codes: list[str], role: str
) -> None:
    watcher, lan = sign_in(role), sign_in("collector")
    number = give(app, lan, codes[0])[0]
    page = watcher.get(f"{BOARD}/ho-so/{number}")
    assert page.status_code == 200
    assert "lien-he" not in page.text
    assert watcher.get(f"{BOARD}/ho-so").status_code == 200
    assert watcher.get(BOARD).status_code == 403
    token = "any"
    data = {"csrf_token": token, "do": "close", "reason": "thử"}
    assert watcher.post(f"{BOARD}/ho-so/{number}", data=data).status_code == 404
    assert watcher.post(f"{BOARD}/ho-so", data={**data, "ho_so": number}).status_code == 404
    for address in (f"{BOARD}/ho-so/{number}/lien-he", f"{BOARD}/nguoi/1/danh-sach.pdf"):
        assert watcher.post(address, data={"csrf_token": token}).status_code == 403
    assert watcher.get(MINE).status_code == 403
    with app.app_context():
        assert db.session.get_one(Case, number).state == "todo"
        assert trail(db.session, "contact.show") == []


def test_a_lead_of_another_sector_finds_no_case(app: Flask, sign_in: SignIn, codes: list[str]) -> None:
    lead = sign_in("sector_lead", "sector:health")
    with app.app_context():
        number = cases_of(db.session, codes[0])[0]
    for address in (BOARD, f"{BOARD}/ho-so", f"{BOARD}/ho-so/{number}"):
        assert lead.get(address).status_code == 404, address


def test_a_key_that_is_another_one_hides_the_names_and_nothing_else(
    app: Flask, sign_in: SignIn, codes: list[str]
) -> None:
    lan = sign_in("collector")
    hers = give(app, lan, codes[0])
    from survey_app.personal_data import ContactKey

    app.extensions["hailong_contact_key"] = ContactKey("x" * 40)
    page = lan.get(MINE)
    assert page.status_code == 200
    assert names_on(page.text) == set()
    assert "khóa mã hóa" in page.text
    assert all(f"Hồ sơ số {number}" in page.text for number in hers)
    with app.app_context():
        assert trail(db.session, "contact.show") == []


def test_the_name_of_the_test_is_the_name_that_is_sealed() -> None:
    assert names_on(name_of(7)) == {7}
