"""`flask work …`: what the pages do, done and refused at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.database import db
from survey_app.sampling.work.models import Attempt, Case
from survey_app.sampling.work.printed_lists import list_page
from tests.rooms.work_village import MAIN, cases_of, held, make_person, make_work, name_of, trail, village
from tests.village import VILLAGE, communes
from tests.world import TESTER

Run = Callable[..., Any]


@pytest.fixture
def codes(app: Flask) -> list[str]:
    """The drawn communes of a village with cases, two collectors and a coordinator of the first commune."""
    with app.app_context():
        found = communes(db.session, make_work(db.session))
        make_person(db.session, "lan")
        make_person(db.session, "mai")
        make_person(db.session, "boss", f"unit:{found[0]}", role="post_coordinator")
        make_person(db.session, "watcher", role="observer")
    return found


@pytest.fixture
def run(app: Flask, codes: list[str]) -> Run:
    """Run a command of `work`; its result, after checking how it ended."""

    def run(*words: object, ends: int = 0) -> Any:
        done = app.test_cli_runner().invoke(args=["work", *map(str, words)])
        assert done.exit_code == ends, done.output
        assert "Traceback" not in done.output
        return done

    return run


def numbers(app: Flask, code: str, role: str = "main") -> list[int]:
    with app.app_context():
        return cases_of(db.session, code, role)


LAN, MAI, BOSS, WATCHER = (f"{name}@hailong.example" for name in ("lan", "mai", "boss", "watcher"))


def test_the_whole_way_of_a_case_at_the_command_line(app: Flask, run: Run, codes: list[str]) -> None:
    assert f"{LAN}: {MAIN} cases in 1 communes, due" in run("assign", VILLAGE, "--to", LAN, "--in", codes[0]).output
    first, second, third, *_rest = numbers(app, codes[0])
    run("move", VILLAGE, "--case", first, "--to", MAI)
    run("move", VILLAGE, "--from", LAN, "--count", 1, "--to", MAI)
    run("withdraw", VILLAGE, "--case", first, "--reason", "đổi tuyến")
    run("assign", VILLAGE, "--to", LAN, "--case", first, "--due", "31/12/2026")
    tried = run("attempt", VILLAGE, first, "--outcome", "refused", "--at", "2026-03-02 09:30").output
    assert "1 tries count, may be replaced" in tried
    reserve = numbers(app, codes[0], "reserve")[0]
    replaced = run("replace", VILLAGE, first, "--reason", "từ chối").output
    assert f"case {first}: replaced by case {reserve}, reserve 1" in replaced
    assert "on record before" in run("replace", VILLAGE, first, "--reason", "từ chối").output
    run("close", VILLAGE, third, "--reason", "lũ lụt")
    run("reopen", VILLAGE, third, "--reason", "nước rút")
    listed = json.loads(run("list", VILLAGE, "--in", codes[0], "--format", "json").stdout)
    assert len(listed) == MAIN + 1
    assert next(row for row in listed if row["case"] == reserve)["replaces"] == first
    assert name_of(1) not in json.dumps(listed, ensure_ascii=False)
    assert "1 replaced" in run("list", VILLAGE).output
    assert second in numbers(app, codes[0])


def test_work_is_shared_equally_at_the_command_line(app: Flask, run: Run, codes: list[str]) -> None:
    run("balance", VILLAGE, "--among", LAN, "--among", MAI, "--in", codes[0], "--in", codes[1])
    with app.app_context():
        assert sorted(held(db.session)) == cases_of(db.session, codes[0]) + cases_of(db.session, codes[1])
    run("balance", VILLAGE, "--among", LAN, ends=1)
    run("balance", VILLAGE, "--among", LAN, "--among", MAI, "--in", codes[0], ends=1)


def test_who_is_named_works_in_their_own_area_only(app: Flask, run: Run, codes: list[str]) -> None:
    other = numbers(app, codes[1])[0]
    run("assign", VILLAGE, "--to", LAN, "--in", codes[1], "--by", BOSS, ends=1)
    run("assign", VILLAGE, "--to", LAN, "--case", other, "--by", BOSS, ends=1)
    run("close", VILLAGE, other, "--reason", "x", "--by", BOSS, ends=1)
    for refused in (WATCHER, LAN, "khong@co.vn"):
        run("assign", VILLAGE, "--to", LAN, "--in", codes[0], "--by", refused, ends=1)
    run("assign", VILLAGE, "--to", LAN, "--in", codes[0], "--by", BOSS)
    with app.app_context():
        assert sorted(held(db.session)) == cases_of(db.session, codes[0])
    mine = json.loads(run("list", VILLAGE, "--by", BOSS, "--format", "json").stdout)
    assert {row["unit"] for row in mine} == {codes[0]}


def test_who_no_longer_collects_is_relieved_of_their_work(app: Flask, run: Run, codes: list[str]) -> None:
    run("assign", VILLAGE, "--to", LAN, "--in", codes[0])
    app.test_cli_runner().invoke(args=["user", "deactivate", LAN])
    run("assign", VILLAGE, "--to", LAN, "--in", codes[1], ends=1)
    run("move", VILLAGE, "--from", LAN, "--count", 2, "--to", MAI)
    run("withdraw", VILLAGE, "--from", LAN, "--reason", "nghỉ việc")
    with app.app_context():
        assert len(held(db.session)) == 2


def test_a_try_names_who_tried(app: Flask, run: Run, codes: list[str]) -> None:
    case = numbers(app, codes[0])[0]
    run("attempt", VILLAGE, case, "--outcome", "not_home", ends=1)  # in nobody's hands
    run("attempt", VILLAGE, case, "--outcome", "not_home", "--by", WATCHER, ends=1)
    run("attempt", VILLAGE, case, "--outcome", "not_home", "--by", MAI, ends=1)  # not hers
    run("assign", VILLAGE, "--to", MAI, "--case", case)
    run("attempt", VILLAGE, case, "--outcome", "not_home", "--by", LAN, ends=1)
    number = "6f1c3d9e-0000-4000-8000-000000000001"
    for known in (False, True):
        done = run("attempt", VILLAGE, case, "--outcome", "not_home", "--by", MAI, "--id", number)
        assert ("on record before" in done.output) == known
    run("attempt", VILLAGE, case, "--outcome", "moved", "--by", MAI, "--id", number, ends=1)
    run("attempt", VILLAGE, case, "--outcome", "not_home", "--at", "2099-01-01 08:00", "--by", MAI, ends=1)
    run("attempt", VILLAGE, case, "--outcome", "answered", "--by", MAI, ends=2)
    with app.app_context():
        assert len(db.session.scalars(select(Attempt)).all()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("assign", VILLAGE, "--to", LAN),
        ("assign", VILLAGE, "--to", "khong-co", "--case", "1"),
        ("assign", VILLAGE, "--to", LAN, "--case", "999999999999999999999"),
        ("assign", "khong-co", "--to", LAN, "--case", "1"),
        ("assign", VILLAGE, "--to", LAN, "--case", "1", "--due", "2020-01-01"),
        ("assign", VILLAGE, "--to", LAN, "--case", "1", "--due", "hôm kia"),
        ("move", VILLAGE, "--to", LAN),
        ("move", VILLAGE, "--from", MAI, "--to", LAN),
        ("withdraw", VILLAGE, "--case", "1", "--reason", " "),
        ("withdraw", VILLAGE, "--case", "1", "--reason", "a\u202eb"),
        ("replace", VILLAGE, "1", "--reason", "khó"),
        ("reopen", VILLAGE, "1", "--reason", "x"),
        ("print", VILLAGE, "--of", LAN, "--output", "khong-in.pdf"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(app: Flask, run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, ends=1)
    assert done.stderr.strip()
    assert "tham chiếu" not in done.stderr
    with app.app_context():
        assert held(db.session) == {}
        assert {case.state for case in db.session.scalars(select(Case))} == {"todo"}


def test_offices_and_their_members_at_the_command_line(run: Run, codes: list[str]) -> None:
    run("office", "add", "bd-2", "Bưu điện Hai", "--unit", codes[1])
    run("office", "add", "BD-2", "Bưu điện Hai", "--unit", codes[1], ends=1)
    run("office", "add", "BD-3", "Bưu điện Ba", "--unit", codes[1], "--by", BOSS, ends=1)
    run("office", "add", "BD-1", "Bưu điện Một", "--unit", codes[0], "--by", BOSS)
    run("office", "member", "BD-2", LAN)
    run("office", "member", "BD-1", LAN, ends=1)
    run("office", "member", "BD-2", BOSS, "--by", BOSS, ends=1)
    assert f"BD-2\tBưu điện Hai\t{codes[1]}\t{LAN}" in run("offices").output
    run("office", "member", "BD-2", LAN, "--remove")
    assert LAN not in run("offices").output


def test_a_list_is_printed_for_its_owner_alone(app: Flask, run: Run, codes: list[str], tmp_path: Path) -> None:
    run("assign", VILLAGE, "--to", LAN, "--in", codes[0])
    target = tmp_path / "lan.pdf"
    for refused in (WATCHER, LAN):
        run("print", VILLAGE, "--of", LAN, "--output", target, "--by", refused, ends=1)
        assert not target.exists()
    run("print", VILLAGE, "--of", LAN, "--output", target, "--by", BOSS)
    assert target.read_bytes().startswith(b"%PDF-")
    assert target.stat().st_mode & 0o077 == 0


def test_the_list_says_what_it_is_whose_it_is_and_how_to_destroy_it(app: Flask, run: Run, codes: list[str]) -> None:
    run("assign", VILLAGE, "--to", LAN, "--in", codes[0])
    case = numbers(app, codes[0])[0]
    run("attempt", VILLAGE, case, "--outcome", "not_home", "--at", "2026-03-02 09:30")
    with app.test_request_context():
        from survey_app.sampling.work.holders import find_holder

        survey, area = village(db.session)
        survey.simulated = True
        html = list_page(db.session, area, find_holder(db.session, LAN), actor=TESTER)
        for words in (
            survey.title_vi,
            "Lan",
            "Dữ liệu mô phỏng",
            "dữ liệu cá nhân",
            "cắt vụn",
            "Ký nhận",
            "02/03/2026",
        ):
            assert words in html, words
        assert html.count("Trần Thị Số") == MAIN
        assert trail(db.session, "contact.show") == [{"count": MAIN, "purpose": "print"}]
        assert trail(db.session, "work.print") == [{"holder": LAN, "cases": MAIN}]


def test_without_pango_a_list_is_refused_with_what_to_do(
    app: Flask, run: Run, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    run("assign", VILLAGE, "--to", LAN, "--in", codes[0])
    real = builtins.__import__

    def without_pango(name: str, *rest: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    done = run("print", VILLAGE, "--of", LAN, "--output", tmp_path / "x.pdf", ends=1)
    assert "libpango" in done.stderr
    assert not (tmp_path / "x.pdf").exists()
