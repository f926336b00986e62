"""`flask weight …`: the same verbs as the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from survey_app.database import db
from tests.rooms.weighing import answer_all, drawn_from_lists
from tests.village import VILLAGE


@pytest.fixture
def weighed(app: Flask) -> Flask:
    with app.app_context():
        answer_all(db.session, drawn_from_lists(db.session), fewer=1)
    return app


def run(app: Flask, *words: str, expect: int = 0) -> str:
    done = app.test_cli_runner().invoke(args=["weight", *words])
    assert done.exit_code == expect, (done.stdout, done.stderr)
    return done.stdout if expect == 0 else done.stderr


def test_steps_are_listed_shown_added_and_undone(weighed: Flask, tmp_path: Path) -> None:
    lines = [line.split("\t") for line in run(weighed, "list", VILLAGE).splitlines()]
    assert [line[:3] for line in lines] == [
        ["0", "base", "–"],
        ["1", "nonresponse", "stratum"],
        ["2", "poststratify", "stratum"],
    ]
    assert float(lines[2][4]) == 2130
    totals = tmp_path / "totals.csv"
    totals.write_text("variable,level,total\nitem:sex,1,900\nitem:sex,2,1230\n")
    words = ("rake", "--variable", "stratum", "--variable", "item:sex", "--totals", str(totals))
    preview = json.loads(run(weighed, "add", VILLAGE, *words, "--dry-run"))
    assert {line["titles"]["en"]: line["after"] for line in preview["lines"]}["Male"] == pytest.approx(900)
    assert len(run(weighed, "list", VILLAGE).splitlines()) == 3
    assert run(weighed, "add", VILLAGE, *words).strip() == f"{VILLAGE}: step 3, rake"
    shown = json.loads(run(weighed, "show", VILLAGE))
    assert [step["kind"] for step in shown["steps"]] == ["nonresponse", "poststratify", "rake"]
    assert shown["steps"][2]["summary"]["total"] == pytest.approx(2130)
    assert shown["steps"][2]["summary"]["kish_deff"] == preview["summary"]["kish_deff"]
    assert run(weighed, "undo", VILLAGE).strip() == f"{VILLAGE}: step 3, rake, undone"
    assert run(weighed, "undo", VILLAGE, "--step", "1").strip() == f"{VILLAGE}: step 1, nonresponse, undone"
    assert [one["kind"] for one in json.loads(run(weighed, "show", VILLAGE))["undone"]] == ["nonresponse", "rake"]


def test_a_refusal_is_one_sentence_and_changes_nothing(weighed: Flask, tmp_path: Path) -> None:
    before = run(weighed, "list", VILLAGE)
    empty = tmp_path / "empty.csv"
    empty.write_text("variable,level,total\n")
    for words in (
        ("add", VILLAGE, "rake"),
        ("add", VILLAGE, "rake", "--variable", "item:sex"),
        ("add", VILLAGE, "rake", "--variable", "item:sex", "--totals", str(empty)),
        ("add", VILLAGE, "trim", "--times-mean", "1"),
        ("add", VILLAGE, "trim", "--by", "nobody@hailong.example"),
        ("undo", VILLAGE, "--step", "7"),
        ("show", "khong-co"),
    ):
        assert len(run(weighed, *words, expect=1).strip().splitlines()) == 1, words
    assert run(weighed, "list", VILLAGE) == before


def test_who_acts_must_hold_the_permission(weighed: Flask) -> None:
    from survey_app.accounts.service import add_user
    from survey_app.audit.models import SYSTEM

    with weighed.app_context():
        for role in ("analyst", "survey_manager"):
            add_user(
                db.session,
                f"{role}@hailong.example",
                role=role,
                scopes=["unit:92"],
                actor=SYSTEM,
                password="m" * 12,
            )
        db.session.commit()
    run(weighed, "add", VILLAGE, "trim", "--by", "analyst@hailong.example", expect=1)
    run(weighed, "add", VILLAGE, "trim", "--by", "survey_manager@hailong.example")
    made = json.loads(run(weighed, "show", VILLAGE))["steps"][-1]["made_by"]
    assert made == "survey_manager@hailong.example"
