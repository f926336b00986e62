"""Lists at the command line: the same verbs and checks as the office's screens."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from survey_app.database import db
from survey_app.sampling.listing.models import CaseContact, ListedCase, ListedUnit
from survey_app.sampling.listing.simulation import NOTE
from survey_app.sampling.work.models import Case
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.lists import CASES, list_survey, table
from tests.village import VILLAGE
from tests.world import SURVEY, TESTER, make_survey


@pytest.fixture
def flask(app: Flask) -> FlaskCliRunner:
    """`flask …` for a draft survey whose frame is a list."""
    with app.app_context():
        list_survey(db.session, frame="list")
        db.session.commit()
    return app.test_cli_runner()


def say(flask: FlaskCliRunner, *arguments: object, wrong: bool = False) -> str:
    done = flask.invoke(args=["frame", *map(str, arguments)])
    assert done.exit_code == (1 if wrong else 0), done.output
    return done.output


def test_units_and_cases_come_in_are_listed_and_go(flask: FlaskCliRunner, tmp_path: Path) -> None:
    units = table(tmp_path / "u.csv", ("2000", "5", "A"), ("2001", "9", "B"), headings=("Đơn vị", "To", "Vùng"))
    named = ("--column", "unit=Đơn vị", "--column", "size=To", "--attribute", "Vùng")
    shown = json.loads(say(flask, "import-units", VILLAGE, units, *named, "--show-columns"))
    assert shown == {"fields": {"unit": "Đơn vị", "size": "To"}, "attributes": {"vung": "Vùng"}}
    assert "2 units of 2 units" in say(flask, "import-units", VILLAGE, units, *named)
    report = json.loads(say(flask, "import-cases", VILLAGE, table(tmp_path / "c.csv", *CASES), "--format", "json"))
    assert (report["rows"], report["places"]) == (3, 2)
    listed = json.loads(say(flask, "list", VILLAGE, "--format", "json"))
    assert [(each["kind"], each["rows"]) for each in listed] == [("units", 2), ("cases", 3)]
    assert "c.csv" in say(flask, "list", VILLAGE)
    assert "danh sách hồ sơ trước" in say(flask, "remove", VILLAGE, listed[0]["id"], wrong=True)
    assert "removed list" in say(flask, "remove", VILLAGE, listed[1]["id"])
    assert "removed list" in say(flask, "remove", VILLAGE, listed[0]["id"])
    assert say(flask, "list", VILLAGE) == ""


def test_columns_of_the_last_file_are_remembered(flask: FlaskCliRunner, tmp_path: Path) -> None:
    headings = ("Đơn vị", "To", "Vùng")
    one = table(tmp_path / "u.csv", ("2000", "5", "A"), headings=headings)
    say(flask, "import-units", VILLAGE, one, "--column", "unit=Đơn vị", "--attribute", "Vùng")
    other = table(tmp_path / "v.csv", ("2001", "5", "A"), headings=headings)
    shown = json.loads(say(flask, "import-units", VILLAGE, other, "--show-columns"))
    assert shown == {"fields": {"unit": "Đơn vị"}, "attributes": {"vung": "Vùng"}}


def test_refused_rows_are_told_and_all_written_where_asked(app: Flask, flask: FlaskCliRunner, tmp_path: Path) -> None:
    bad = [("99999", f"X{number}", "Nguyễn Bí Mật", "", "", "") for number in range(600)]
    path, refusals = table(tmp_path / "c.csv", *CASES, *bad), tmp_path / "refused.csv"
    said = say(flask, "import-cases", VILLAGE, path, "--refusals", refusals, wrong=True)
    assert "có 600 dòng sai" in said
    assert "dòng 5: Mã 99999" in said
    with refusals.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["Dòng", "Lý do"]
    assert [line for line, _reason in lines[1:]] == [str(number) for number in range(5, 605)]
    assert "Bí Mật" not in said + refusals.read_text()
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ListedCase)) == 0


@pytest.mark.parametrize("option", ["unit", "tên=Đơn vị", "=x", "unit=Không có"])
def test_a_column_option_that_means_nothing_is_told(flask: FlaskCliRunner, tmp_path: Path, option: str) -> None:
    path = table(tmp_path / "c.csv", *CASES)
    said = say(flask, "import-cases", VILLAGE, path, "--column", option, wrong=True)
    assert "--column" in said or "không có cột" in said


def test_a_made_up_list_is_the_same_again_and_says_what_it_is(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        make_survey(db.session, simulated=True)
        db.session.commit()
    flask, one, two = app.test_cli_runner(), tmp_path / "1.csv", tmp_path / "2.csv"
    for path in (one, two):
        say(flask, "simulate", SURVEY, "--cases", 60_000, "--seed", "5", "--file", path)
    assert one.read_bytes() == two.read_bytes()
    say(flask, "simulate", SURVEY, "--cases", 60_000, "--seed", "6", "--file", two)
    assert one.read_bytes() != two.read_bytes()
    with one.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60_000
    sizes = Counter(row["Mã xã"] for row in rows)
    assert len(sizes) == 145
    assert min(sizes.values()) >= 100
    assert max(sizes.values()) <= 900
    assert max(sizes.values()) > 3 * min(sizes.values())
    assert {row["Ghi chú"] for row in rows} == {NOTE}
    assert {row["Điện thoại"][:4] for row in rows} == {"0000"}
    assert len({row["Số hồ sơ"] for row in rows}) == 60_000
    said = say(flask, "import-cases", SURVEY, one, "--attribute", "Lĩnh vực", "--attribute", "Ghi chú")
    assert "60000 cases of 145 units" in said


def test_a_real_survey_gets_no_made_up_list(flask: FlaskCliRunner, tmp_path: Path) -> None:
    target = tmp_path / "1.csv"
    said = say(flask, "simulate", VILLAGE, "--cases", 100, "--seed", "5", "--file", target, wrong=True)
    assert "mô phỏng" in said
    assert not target.exists()


def test_contact_data_is_forgotten_on_command_once_it_may_be(app: Flask, flask: FlaskCliRunner, tmp_path: Path) -> None:
    units = table(tmp_path / "u.csv", *((str(2000 + number),) for number in range(12)), headings=("Mã xã",))
    say(flask, "import-units", VILLAGE, units)
    cases = [(str(2000 + number % 12), f"H{number}", "Ai", "0000000001", "", "") for number in range(120)]
    say(flask, "import-cases", VILLAGE, table(tmp_path / "c.csv", *cases))
    assert "frame remove" in say(flask, "forget", VILLAGE, wrong=True)
    from survey_app.sampling.service import draw_sample

    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        draw_sample(db.session, survey, seed="1", actor=TESTER)
        set_state(db.session, survey, "collecting", actor=TESTER)
        db.session.commit()
        drawn = db.session.scalar(select(func.count()).select_from(Case)) or 0
        assert db.session.scalar(select(func.count()).select_from(ListedUnit)) == 12
    assert f"contact data of {120 - drawn} cases deleted" in say(flask, "forget", VILLAGE)
    with app.app_context():
        set_state(db.session, find_survey(db.session, VILLAGE), "closed", actor=TESTER)
        db.session.commit()
    assert f"contact data of {drawn} cases deleted" in say(flask, "forget", VILLAGE)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(CaseContact)) == 0
        assert db.session.scalar(select(func.count()).where(ListedCase.person.is_not(None))) == 0
        assert db.session.scalar(select(func.count()).select_from(ListedCase)) == 120
