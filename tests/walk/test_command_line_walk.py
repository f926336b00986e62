"""The whole job by the command line alone, on both databases; every figure is R's."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
RESPONSES = FOLDER / "responses.csv"


class CommandLine:
    """`flask --app wsgi …` in its own process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {**os.environ, **environment}

    def run(self, *words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done


@pytest.fixture
def command(environment: dict[str, str]) -> CommandLine:
    return CommandLine(environment)


def units_table(report: dict[str, Any]) -> str:
    """The draw report as the table that walk.R reads."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["code", "stratum", "size", "drawn"])
    size = {stratum["stratum"]: stratum["size"] for stratum in report["strata"]}
    for unit in report["units"]:
        writer.writerow([unit["code"], unit["stratum"], size[unit["stratum"]], int(unit["drawn"])])
    return buffer.getvalue()


def test_the_survey_walked_by_the_command_line_gives_the_figures_of_r(command: CommandLine) -> None:
    command.run("init")
    command.run("questionnaire", "check")
    assert "sipas-commune@2026.1" in command.run("questionnaire", "list").stdout
    command.run("survey", "create", str(FOLDER / "survey.yaml"))
    assert "44 of 145" in command.run("sample", "draw", "kien-giang-2020", "--seed", "2020").stdout
    report = json.loads(command.run("sample", "report", "kien-giang-2020", "--format", "json").stdout)
    assert units_table(report) == (FOLDER / "units.csv").read_text()
    command.run("survey", "state", "kien-giang-2020", "collecting")
    rehearsal = command.run("response", "import", "kien-giang-2020", str(RESPONSES), "--dry-run", "--format", "json")
    assert json.loads(rehearsal.stdout)["accepted"] == 1760
    done = command.run("response", "import", "kien-giang-2020", str(RESPONSES), "--format", "json")
    assert json.loads(done.stdout) == {
        "dry_run": False,
        "lines": 1760,
        "accepted": 1760,
        "repeated": 0,
        "refused": 0,
        "refusals": [],
    }
    again = json.loads(command.run("response", "import", "kien-giang-2020", str(RESPONSES), "--format", "json").stdout)
    assert (again["accepted"], again["repeated"]) == (0, 1760)
    for by in ("", "district", "sex", "channel"):
        rows = json.loads(command.run("results", "estimate", "kien-giang-2020", *(["--by", by] if by else [])).stdout)
        compare_with_r(rows, by)
    publish(command)


def compare_with_r(rows: list[dict[str, Any]], by: str) -> None:
    theirs = [row for row in json.loads((FOLDER / "walk.json").read_text()) if row["by"] == by]
    ours = {(row["of"], row["domain"].get(by, "")): row for row in rows if bool(row["domain"]) == bool(by)}
    assert theirs
    for expected in theirs:
        row = ours[(expected["of"], expected["level"])]
        place = f"{expected['of']} {by} {expected['level']}"
        assert (row["n"], row["respondents"], row["n_psu"]) == (
            expected["n"],
            expected["respondents"],
            expected["n_psu"],
        ), place
        assert row["missing"] == row["base"] - row["n"]
        if expected["ci"] is None:
            assert row["withheld"] == "too_few"
            assert row["estimate"] is None
            continue
        for name in ("estimate", "se", "df", "deff"):
            assert row[name] == pytest.approx(expected[name], rel=1e-6, abs=1e-9), f"{place} {name}"
        assert [row["ci"]["low"], row["ci"]["high"]] == pytest.approx(expected["ci"], rel=1e-6), place
        assert sum(row["shares"].values()) == pytest.approx(1)
        low, high = row["ci"]["low"], row["ci"]["high"]
        assert row["verdict"] == ("met" if low >= 0.8 else "not_met" if high < 0.8 else "not_proven")


def publish(command: CommandLine) -> None:
    command.run("user", "add", "lanhdao@example.vn", "--role", "approver")
    refused = command.run("publication", "freeze", "kien-giang-2020", expect=1)
    assert len(refused.stderr.strip().splitlines()) == 1
    command.run("survey", "state", "kien-giang-2020", "closed")
    command.run("publication", "freeze", "kien-giang-2020")
    leader = ("--by", "lanhdao@example.vn")
    unread = command.run("publication", "approve", "kien-giang-2020", *leader, expect=1)
    assert "5 dòng" in unread.stderr
    command.run("publication", "check", "kien-giang-2020", "--ok", "all", *leader)
    command.run("publication", "approve", "kien-giang-2020", expect=1)
    command.run("publication", "approve", "kien-giang-2020", *leader)
    assert "published" in command.run("survey", "list").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("survey", "state", "khong-co", "collecting"),
        ("sample", "report", "khong-co"),
        ("results", "estimate", "khong-co"),
        ("publication", "approve", "khong-co", "--by", "ai@example.vn"),
        ("user", "add", "khong-phai-thu", "--role", "approver"),
        ("user", "add", "a@example.vn", "--role", "vua"),
    ],
)
def test_a_refused_command_says_one_sentence_on_stderr_and_fails(app: Flask, words: tuple[str, ...]) -> None:
    done = app.test_cli_runner().invoke(args=list(words))
    assert done.exit_code == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.long
def test_r_gives_the_kept_figures_again(tmp_path: Path) -> None:
    done = subprocess.run(
        ["Rscript", str(FOLDER / "walk.R"), str(RESPONSES), str(FOLDER / "units.csv"), str(tmp_path / "walk.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kept = json.loads((FOLDER / "walk.json").read_text())
    for now, before in zip(json.loads((tmp_path / "walk.json").read_text()), kept, strict=True):
        assert now.keys() == before.keys()
        assert [now[key] for key in ("estimate", "se")] == pytest.approx([before[key] for key in ("estimate", "se")])
