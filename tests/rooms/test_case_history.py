"""One case at the command line: its history, who may write a try down, and what those who watch are shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.database import db
from survey_app.sampling.work.models import Attempt, Case
from tests.rooms.work_village import (
    BOARD,
    MAIN,
    SignIn,
    cases_of,
    make_person,
    make_work,
    name_of,
    trail,
    user_of,
)
from tests.village import VILLAGE, communes

Run = Callable[..., Any]
LAN, MAI, BOSS, WATCHER, LEAD = (f"{name}@hailong.example" for name in ("lan", "mai", "boss", "watcher", "lead"))


@pytest.fixture
def codes(app: Flask) -> list[str]:
    """A village with cases, collectors, a coordinator of its first commune, an observer, a lead of another sector."""
    with app.app_context():
        found = communes(db.session, make_work(db.session))
        make_person(db.session, "lan")
        make_person(db.session, "mai")
        make_person(db.session, "boss", f"unit:{found[0]}", role="post_coordinator")
        make_person(db.session, "watcher", role="observer")
        make_person(db.session, "lead", "sector:health", role="sector_lead")
    return found


@pytest.fixture
def run(app: Flask, codes: list[str]) -> Run:
    """Run a command of `work`; its result, after checking how it ended."""

    def run(*words: object, ends: int = 0) -> Any:
        done = app.test_cli_runner().invoke(args=["work", *map(str, words)])
        assert done.exit_code == ends, done.output
        return done

    return run


def numbers(app: Flask, code: str, role: str = "main") -> list[int]:
    with app.app_context():
        return cases_of(db.session, code, role)


def test_the_history_tells_tries_holders_decisions_and_who_took_the_place(
    app: Flask, run: Run, codes: list[str]
) -> None:
    case, reserve = numbers(app, codes[0])[0], numbers(app, codes[0], "reserve")[0]
    run("assign", VILLAGE, "--to", LAN, "--case", case)
    run("move", VILLAGE, "--case", case, "--to", MAI)
    run("attempt", VILLAGE, case, "--outcome", "not_home", "--at", "2026-03-02 09:30")
    run("close", VILLAGE, case, "--reason", "lũ lụt")
    run("reopen", VILLAGE, case, "--reason", "nước rút")
    run("attempt", VILLAGE, case, "--outcome", "refused", "--at", "2026-03-04 08:00")
    run("replace", VILLAGE, case, "--reason", "không muốn trả lời")
    told = json.loads(run("show", VILLAGE, case, "--format", "json").stdout)
    assert (told["state"], told["unit"], told["replaced_by"]) == ("replaced", codes[0], reserve)
    assert [(one["at"], one["outcome"], one["who"]) for one in told["tries"]] == [
        ("2026-03-02T09:30+07:00", "not_home", "Mai"), ("2026-03-04T08:00+07:00", "refused", "Mai"),
    ]  # fmt: skip
    assert [(one["decision"], one["reason"]) for one in told["decisions"]] == [
        ("close", "lũ lụt"), ("reopen", "nước rút"), ("replace", "không muốn trả lời"),
    ]  # fmt: skip
    assert [(one["who"], one["end_reason"]) for one in told["held_by"]] == [("Lan", "moved"), ("Mai", "replaced")]
    assert (told["reason"], told["tries_counted"], told["tries_needed"]) == ("không muốn trả lời", 2, 3)
    text = run("show", VILLAGE, case).output
    assert "tries\t2026-03-02T09:30+07:00\tnot_home\tMai" in text
    assert f"replaces: {case}" in run("show", VILLAGE, reserve).output


def test_the_history_shows_no_contact_data_and_writes_nothing(app: Flask, run: Run, codes: list[str]) -> None:
    case = numbers(app, codes[0])[0]
    for by in ((), ("--by", WATCHER), ("--by", BOSS)):
        for form in ("text", "json"):
            said = run("show", VILLAGE, case, "--format", form, *by).output
            assert name_of(1) not in said
            assert "0912" not in said
    with app.app_context():
        assert trail(db.session, "contact.show") == []


def test_a_reserve_that_nobody_called_up_is_unused(app: Flask, run: Run, codes: list[str]) -> None:
    reserve = numbers(app, codes[0], "reserve")[0]
    assert json.loads(run("show", VILLAGE, reserve, "--format", "json").stdout)["state"] == "unused"


def test_the_history_is_shown_to_those_to_whom_the_page_shows_it(
    app: Flask, run: Run, codes: list[str], sign_in: SignIn
) -> None:
    inside, outside = numbers(app, codes[0])[0], numbers(app, codes[1])[0]
    run("show", VILLAGE, inside, "--by", BOSS)
    run("show", VILLAGE, outside, "--by", BOSS, ends=1)
    run("show", VILLAGE, outside, "--by", WATCHER)
    for refused in (LAN, LEAD, "khong@co.vn"):
        run("show", VILLAGE, inside, "--by", refused, ends=1)
    for number in (0, 2**31, 10**12):
        run("show", VILLAGE, number, ends=1)
    assert sign_in("observer").get(f"{BOARD}/ho-so/{outside}").status_code == 200
    assert sign_in("collector").get(f"{BOARD}/ho-so/{inside}").status_code == 403


def test_who_watches_lists_what_the_page_lists_by_name_and_not_by_address(
    app: Flask, run: Run, codes: list[str], sign_in: SignIn
) -> None:
    run("assign", VILLAGE, "--to", LAN, "--in", codes[0])
    listed = json.loads(run("list", VILLAGE, "--by", WATCHER, "--in", codes[0], "--format", "json").stdout)
    assert [row["collector"] for row in listed] == ["Lan"] * MAIN
    page = sign_in("observer").get(f"{BOARD}/ho-so?noi={codes[0]}").text
    assert all(f"/ho-so/{row['case']}" in page for row in listed)
    assert ("Lan" in page, LAN in page) == (True, False)
    everything = json.loads(run("list", VILLAGE, "--by", WATCHER, "--format", "json").stdout)
    assert {row["unit"] for row in everything} == set(codes)
    run("list", VILLAGE, "--by", WATCHER, "--of", LAN, ends=1)
    mine = json.loads(run("list", VILLAGE, "--by", BOSS, "--of", LAN, "--format", "json").stdout)
    assert [row["collector"] for row in mine] == [LAN] * MAIN
    for refused in (LAN, LEAD):
        run("list", VILLAGE, "--by", refused, ends=1)


def test_a_collector_writes_down_tries_of_their_own_cases_and_replaces_them(
    app: Flask, run: Run, codes: list[str]
) -> None:
    hers, other = numbers(app, codes[0])[0], numbers(app, codes[1])[0]
    run("assign", VILLAGE, "--to", LAN, "--case", hers)
    run("assign", VILLAGE, "--to", MAI, "--case", other)
    run("attempt", VILLAGE, other, "--outcome", "refused", "--by", LAN, ends=1)
    run("attempt", VILLAGE, hers, "--outcome", "refused", "--by", LAN)
    run("replace", VILLAGE, hers, "--reason", "từ chối", "--by", MAI, ends=1)
    assert "replaced by case" in run("replace", VILLAGE, hers, "--reason", "từ chối", "--by", LAN).output
    run("close", VILLAGE, hers, "--reason", "x", "--by", LAN, ends=1)
    with app.app_context():
        assert [one.case_id for one in db.session.scalars(select(Attempt))] == [hers]


def test_a_coordinator_writes_down_a_try_for_whoever_has_the_case_in_their_area(
    app: Flask, run: Run, codes: list[str], sign_in: SignIn
) -> None:
    inside, outside = numbers(app, codes[0])[0], numbers(app, codes[1])[0]
    run("assign", VILLAGE, "--to", LAN, "--case", inside, "--case", outside)
    run("attempt", VILLAGE, outside, "--outcome", "not_home", "--by", BOSS, ends=1)
    run("attempt", VILLAGE, inside, "--outcome", "not_home", "--by", BOSS)
    with app.app_context():
        kept = db.session.scalars(select(Attempt)).one()
        from survey_app.accounts.models import User

        assert db.session.get_one(User, kept.collector_id).email == LAN
    manager = sign_in("survey_manager")
    free = numbers(app, codes[2])[0]
    run("attempt", VILLAGE, free, "--outcome", "moved", "--by", manager.email)
    with app.app_context():
        kept = db.session.scalars(select(Attempt).where(Attempt.case_id == free)).one()
        assert kept.collector_id == user_of(app, manager).id
        assert db.session.get_one(Case, free).outcome == "moved"


def test_a_session_may_name_who_acts_for_all_its_commands(
    app: Flask, run: Run, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = numbers(app, codes[0])[0]
    run("assign", VILLAGE, "--to", LAN, "--case", case)
    monkeypatch.setenv("HAILONG_ACTOR", WATCHER)
    run("show", VILLAGE, case)
    run("attempt", VILLAGE, case, "--outcome", "not_home", ends=1)
    monkeypatch.setenv("HAILONG_ACTOR", LAN)
    run("attempt", VILLAGE, case, "--outcome", "not_home")
