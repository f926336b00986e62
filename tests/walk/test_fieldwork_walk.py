"""From the list of finished dossiers to closed fieldwork by the command line, in both worlds, on both databases."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from ruamel.yaml import YAML

from tests.walk.made_answers import answer_everything, read_plainly

ROOT = Path(__file__).parents[2]
SIPAS = read_plainly(ROOT / "questionnaires" / "sipas-commune.yaml")
#: 102 communes of a province without districts: 78 xã, 21 phường, 3 đặc khu.
KINDS = ["xã"] * 78 + ["phường"] * 21 + ["đặc khu"] * 3
TWO_LEVELS = "province_code,province_name,commune_code,commune_name,commune_type\n" + "".join(
    f"97,Tỉnh Mới,{40_000 + number},{kind.capitalize()} Mới {number},{kind}\n" for number, kind in enumerate(KINDS)
)
WORLDS: dict[str, dict[str, Any]] = {
    "kien-giang-2020": {
        "territory": "91", "cases": 60_000, "drawn": 44, "frame": 145, "asked": 44 * 12,
        "sample": {"share": 0.3, "stratify_by": "district", "cases": {"number": 12, "reserve": 0.25}},
    },
    "tinh-moi-2026": {
        "territory": "97", "cases": 20_000, "drawn": 31, "frame": 102, "asked": 400,
        "sample": {
            "share": 0.3, "stratify_by": "commune_type",
            "cases": {"method": "simple", "allocation": "proportional", "number": 400, "reserve": 0.25},
        },
    },
}  # fmt: skip
COLLECTORS = ("ba@example.vn", "tu@example.vn")
COORDINATOR, OBSERVER, MANAGER, LEADER = "dp@example.vn", "mt@example.vn", "snv@example.vn", "ld@example.vn"


class Desk:
    """The command line within the process, one survey in front of it."""

    def __init__(self, app: Flask, slug: str, folder: Path) -> None:
        self.app, self.slug, self.folder = app, slug, folder

    def run(self, *words: str, expect: int = 0) -> str:
        done = self.app.test_cli_runner().invoke(args=list(words))
        assert done.exit_code == expect, f"{words}: {done.exit_code}\n{done.stdout}\n{done.stderr}\n{done.exception!r}"
        return done.stdout if expect == 0 else done.stderr

    def told(self, *words: str) -> Any:
        return json.loads(self.run(*words))

    def cases(self, *words: str) -> list[dict[str, Any]]:
        found = self.told("work", "list", self.slug, "--format", "json", *words)
        return list(found)


def define(desk: Desk, world: dict[str, Any]) -> None:
    """Bring the world in and create its survey, people and post office."""
    desk.run("init")
    geography = desk.folder / "units.csv"
    geography.write_text(TWO_LEVELS, encoding="utf-8")
    if world["territory"] == "97":
        desk.run("geography", "import", str(geography))
    definition = {
        "slug": desk.slug,
        "title": {"vi": "Khảo sát theo hồ sơ (dữ liệu mô phỏng)", "en": "Survey by dossiers (simulated data)"},
        "questionnaire": "sipas-commune",
        "territory": world["territory"],
        "period": {"from": "2026-07-01", "to": "2026-12-31"},
        "sample": world["sample"],
        "work": {"attempts": 2, "on_different_days": True, "call_backs": 0.1},
        "target": {"rate": 0.8},
        "simulated": True,
    }
    path = desk.folder / "survey.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(definition, file)
    desk.run("survey", "create", str(path))
    for email, role in (
        *((email, "collector") for email in COLLECTORS),
        (COORDINATOR, "post_coordinator"), (OBSERVER, "observer"), (MANAGER, "survey_manager"), (LEADER, "approver"),
    ):  # fmt: skip
        desk.run("user", "add", email, "--role", role)
    desk.run("work", "office", "add", "BDT", "Bưu điện tỉnh", "--unit", world["territory"])
    for email in COLLECTORS:
        desk.run("work", "office", "member", "BDT", email)


def bring_in(desk: Desk, world: dict[str, Any]) -> Counter[str]:
    """Make a labelled list, bring it in whole; how many cases each commune has."""
    path = desk.folder / "ho-so.csv"
    desk.run("frame", "simulate", desk.slug, "--cases", str(world["cases"]), "--seed", "1", "--file", str(path))
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == world["cases"]
    assert all("mô phỏng" in row["Ghi chú"] for row in rows)
    spoiled = desk.folder / "sai.csv"
    spoiled.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    assert "1 dòng" in desk.run("frame", "import-cases", desk.slug, str(spoiled), expect=1)
    desk.run("frame", "import-cases", desk.slug, str(path))
    desk.run("frame", "import-cases", desk.slug, str(path), expect=1)
    return Counter(row["Mã xã"] for row in rows)


def draw(desk: Desk, world: dict[str, Any], listed: Counter[str]) -> dict[str, Any]:
    """Draw, redo the draw, and ask for another that is refused."""
    assert f"{world['drawn']} of {world['frame']}" in desk.run("sample", "plan", desk.slug)
    desk.run("sample", "draw", desk.slug, "--seed", "15-7-2026")
    assert desk.told("sample", "verify", desk.slug, "--format", "json")["agrees"] is True
    report: dict[str, Any] = desk.told("sample", "report", desk.slug, "--format", "json")
    assert (report["drawn"], report["frame_size"]) == (world["drawn"], world["frame"])
    assert report["cases"]["drawn"] == world["asked"]
    assert {unit["code"]: unit["list_size"] for unit in report["units"]} == dict(listed)
    desk.run("sample", "ask-redraw", desk.slug, "--seed", "8", "--reason", "chưa ưng", "--by", MANAGER)
    desk.run("sample", "decide-redraw", desk.slug, "--grant", "--by", MANAGER, expect=1)
    desk.run("sample", "decide-redraw", desk.slug, "--refuse", "--by", LEADER)
    return report


def answers_file(desk: Desk, cases: list[dict[str, Any]]) -> Path:
    """A CSV of simulated answers, one for each case."""
    chance = random.Random(desk.slug)
    rows = [
        {
            "response_id": str(uuid4()), "commune_code": case["unit"], "case": str(case["case"]),
            "channel": "field", "language": "vi", "day": "2026-11-20", "minutes": "6,5",
            **_cells(answer_everything(SIPAS, chance)),
        }
        for case in cases
    ]  # fmt: skip
    path = desk.folder / "phieu.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _cells(answers: dict[str, Any]) -> dict[str, str]:
    return {key: ";".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in answers.items()}


@pytest.mark.parametrize("slug", list(WORLDS))
def test_fieldwork_is_walked_from_the_list_to_the_last_case(app: Flask, tmp_path: Path, slug: str) -> None:
    world, desk = WORLDS[slug], Desk(app, slug, tmp_path)
    define(desk, world)
    listed = bring_in(desk, world)
    report = draw(desk, world, listed)
    desk.run("survey", "state", slug, "collecting")

    work(desk, world)
    answered = collect(desk)
    check(desk)
    desk.run("survey", "state", slug, "closed")
    weigh(desk, report, listed, answered)
    assert desk.told("sample", "verify", slug, "--format", "json")["agrees"] is True


def work(desk: Desk, world: dict[str, Any]) -> None:
    """Share the cases out, try, give up, replace."""
    slug = desk.slug
    desk.run("work", "balance", slug, "--among", COLLECTORS[0], "--among", COLLECTORS[1], "--by", COORDINATOR)
    cases = desk.cases()
    loads = Counter(case["collector"] for case in cases)
    assert len(cases) == world["asked"]
    assert set(loads) == set(COLLECTORS)
    assert abs(loads[COLLECTORS[0]] - loads[COLLECTORS[1]]) <= 1
    mine = [case for case in cases if case["collector"] == COLLECTORS[0]]
    refused, absent, moved = (str(case["case"]) for case in mine[:3])
    desk.run("work", "attempt", slug, refused, "--outcome", "refused", "--by", COLLECTORS[0])
    desk.run("work", "replace", slug, refused, "--reason", "từ chối", "--by", COORDINATOR)
    desk.run("work", "attempt", slug, absent, "--outcome", "not_home", "--at", "2026-11-18 09:00")
    desk.run("work", "replace", slug, absent, "--reason", "vắng một lần", expect=1)
    desk.run("work", "attempt", slug, absent, "--outcome", "not_home", "--at", "2026-11-19 17:00")
    desk.run("work", "replace", slug, absent, "--reason", "vắng hai lần", "--by", COORDINATOR)
    desk.run("work", "attempt", slug, moved, "--outcome", "moved")
    assert "on record before" in desk.run("work", "replace", slug, refused, "--reason", "nữa")
    states = Counter(case["state"] for case in desk.cases())
    assert (states["replaced"], states["tried"], states["todo"]) == (2, 1, world["asked"] - 1)


def collect(desk: Desk) -> int:
    """Answers of nine open cases in ten come in from a file; a second answer to a case is refused."""
    cases = desk.cases("--state", "todo")
    answering = [case for number, case in enumerate(cases) if number % 10]
    path = answers_file(desk, answering)
    done = desk.told("response", "import", desk.slug, str(path), "--format", "json")
    assert (done["accepted"], done["refused"]) == (len(answering), 0)
    again = answers_file(desk, answering[:1])
    assert "1 refused" in desk.app.test_cli_runner().invoke(args=["response", "import", desk.slug, str(again)]).stdout
    progress = desk.told("fieldwork", "progress", desk.slug, "--format", "json")
    assert (progress["received"], progress["replaced"], progress["called_up"]) == (len(answering), 2, 2)
    held = Counter(case["collector"].partition("@")[0] for case in answering)  # credited with the answers
    assert {one["name"]: one["received"] for one in progress["collectors"]} == dict(held)
    assert {one["minutes"] for one in progress["collectors"]} == {6.5}
    rates = desk.told("fieldwork", "rates", desk.slug, "--format", "json")
    counts = rates["dispositions"]
    assert sum(counts.values()) == rates["cases"] == len(desk.cases())
    broken_off = counts["R"] - 1  # less than half answered counts as a refusal (AAPOR 2.12)
    assert counts["NC"] == 1
    assert counts["I"] + counts["P"] + broken_off == len(answering)
    assert rates["rates"]["RR1"]["value"] == pytest.approx(counts["I"] / rates["cases"])
    assert rates["rates"]["RR2"]["value"] == pytest.approx((counts["I"] + counts["P"]) / rates["cases"])
    return len(answering)


def check(desk: Desk) -> None:
    """Call-backs and the quality of the work."""


def weigh(desk: Desk, report: dict[str, Any], listed: Counter[str], answered: int) -> None:
    """The weights add up to the frame, stratum by stratum."""
    told = desk.told("weight", "show", desk.slug)
    assert told["responses"] == answered
    frame: defaultdict[str, int] = defaultdict(int)
    for unit in report["units"]:
        frame[unit["stratum"]] += listed[unit["code"]]
    last = told["steps"][-1]
    after = {line["cells"][0][0]: line["after"] for line in last["lines"] if line["variable"] == "stratum"}
    assert after == pytest.approx(dict(frame))
    assert last["summary"]["total"] == pytest.approx(sum(listed.values()))
