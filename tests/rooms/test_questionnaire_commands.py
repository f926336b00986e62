"""`flask questionnaire …` on stored versions and on files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from survey_app.settings import ROOT

SHIPPED = ROOT / "questionnaires" / "sipas-commune.yaml"


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The next version of the commune questionnaire, with one limit changed."""
    text = SHIPPED.read_text(encoding="utf-8").replace('version: "2026.1"', 'version: "2027.1"')
    path = tmp_path / "later.yaml"
    path.write_text(text.replace("max: 99", "max: 50"), encoding="utf-8")
    return path


def run(app: Flask, *words: object, expect: int = 0) -> Result:
    result = app.test_cli_runner().invoke(args=["questionnaire", *map(str, words)])
    assert result.exit_code == expect, result.output
    return result


def test_a_stored_version_is_compared_with_a_file(app: Flask, later: Path) -> None:
    told = run(app, "diff", "sipas-commune@2026.1", later).stdout

    assert told.startswith("sipas-commune@2026.1 → sipas-commune@2027.1\n")


def test_two_stored_versions_are_compared_as_json(app: Flask, later: Path) -> None:
    run(app, "add", later)

    told = json.loads(run(app, "diff", "sipas-commune@2026.1", "sipas-commune", "--format", "json").stdout)

    assert told["after"]["version"] == "2027.1"
    assert [one["key"] for one in told["items"] if one["level"] != "comparable"] == ["n2_more"]


def test_a_number_lower_than_the_newest_is_refused_and_a_higher_one_proposed(app: Flask, later: Path) -> None:
    lower = later.with_name("lower.yaml")
    lower.write_text(later.read_text(encoding="utf-8").replace("2027.1", "2026.9"), encoding="utf-8")
    run(app, "add", later)

    told = run(app, "add", lower, expect=1).stderr

    assert "2026.9" in told
    assert "2027.2" in told
    assert "2026.9" not in run(app, "list").stdout
    assert "was there" in run(app, "add", SHIPPED).stdout  # an older version that is stored already


def test_a_version_that_is_not_there_or_a_broken_file_is_told(app: Flask, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("key: x\n", encoding="utf-8")

    assert "sipas-commune@1999" in run(app, "diff", "sipas-commune@1999", "sipas-commune", expect=1).stderr
    assert "Q021" in run(app, "diff", "sipas-commune", broken, expect=1).stderr


def test_check_tells_every_problem_of_every_file_with_code_line_and_advice(app: Flask, tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    broken, empty = tmp_path / "broken.yaml", tmp_path / "empty.yaml"
    changes = {
        "sector: administrative": "sector: adm",
        "minutes: 5": "minutes: 500",
        "scale: satisfaction5": "scale: s5",
    }
    for old, new in changes.items():
        text = text.replace(old, new, 1)
    broken.write_text(text, encoding="utf-8")
    empty.write_text("", encoding="utf-8")

    result = run(app, "check", broken, empty, SHIPPED, expect=1)

    told = result.stderr.splitlines()
    lines = [text.splitlines().index(line) + 1 for line in ("sector: adm", "minutes: 500")]
    assert [line.split(" ")[0] for line in told[:2]] == [f"broken.yaml:{number}" for number in lines]
    assert [next(word for word in line.split() if word.startswith("Q0")) for line in told] == [
        "Q023:", "Q028:", "Q050:", "Q002:",
    ]  # fmt: skip
    assert all("Xin" in line for line in told)
    assert "sipas-commune.yaml: sipas-commune 2026.1" in result.stdout


@pytest.fixture
def official(tmp_path: Path) -> Path:
    path = tmp_path / "official.csv"
    path.write_text("item,language,text\na1,vi,Nơi ngồi chờ\nm:1,vi,Mở rộng\n", encoding="utf-8-sig")
    return path


def test_reword_stores_the_next_version_and_writes_its_file(app: Flask, official: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.yaml"
    before = SHIPPED.read_bytes()

    told = run(app, "reword", "sipas-commune", official, "--source", "Quyết định 2640/QĐ-BNV", "--out", out).stdout

    assert told.startswith("sipas-commune 2026.2 stored (")
    assert "was there" in run(app, "add", out).stdout
    diff = json.loads(run(app, "diff", "sipas-commune@2026.1", "sipas-commune@2026.2", "--format", "json").stdout)
    assert [change["key"] for change in diff["changes"]] == ["a1", "a1", "a1", "m"]
    assert SHIPPED.read_bytes() == before


def test_reword_check_stores_and_writes_nothing(app: Flask, official: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.yaml"

    told = run(app, "reword", "sipas-commune", official, "--source", "QĐ", "--check", "--out", out).stdout

    assert told.startswith("sipas-commune 2026.2 checked (")
    assert not out.exists()
    assert "2026.2" not in run(app, "list").stdout


def test_reword_tells_every_line_that_is_wrong(app: Flask, official: Path) -> None:
    official.write_text("item,language,text\na99,vi,Câu\na1,xx,Câu\na2,vi\n", encoding="utf-8")

    told = run(app, "reword", "sipas-commune", official, "--source", "QĐ", expect=1).stderr

    assert [line.split(":")[0].strip() for line in told.splitlines()[1:]] == ["dòng 2", "dòng 3", "dòng 4"]


def test_reword_never_takes_the_number_of_another_version_nor_a_lower_one(app: Flask, official: Path) -> None:
    words = ("reword", "sipas-commune", official, "--source", "QĐ", "--version")

    for number in ("2026.1", "2025.3"):
        for only_check in ((), ("--check",)):
            assert number in run(app, *words, number, *only_check, expect=1).stderr
    assert run(app, "list").stdout.count("sipas-commune@") == 1


def test_an_older_version_reworded_gets_the_number_after_the_newest(app: Flask, official: Path, later: Path) -> None:
    run(app, "add", later)

    told = run(app, "reword", "sipas-commune@2026.1", official, "--source", "QĐ").stdout

    assert told.startswith("sipas-commune 2027.2 stored (")
