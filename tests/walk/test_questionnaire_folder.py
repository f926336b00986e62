"""`questionnaire check` of a folder, and what of a stored version may not change, on the command line."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.village import make_village, respond

EXAMPLES = Path(__file__).parents[1] / "questionnaires"
SMALL = (EXAMPLES / "small.yaml").read_text(encoding="utf-8")
on_sqlite = pytest.mark.parametrize("environment", ["sqlite"], indirect=True)


@on_sqlite
def test_a_folder_is_checked_whole_and_every_problem_told(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["questionnaire", "check", str(EXAMPLES / "broken")])

    assert done.exit_code == 1
    lines = done.stderr.splitlines()
    for path in (EXAMPLES / "broken").glob("*.yaml"):
        assert any(line.startswith(path.name) and f" {path.name[:4]}: " in line for line in lines), path.name
    assert "Traceback" not in done.output
    assert done.stdout == ""


@on_sqlite
def test_good_and_bad_files_together_fail_and_a_folder_without_files_says_so(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    bad = EXAMPLES / "broken" / "Q005_tab.yaml"

    mixed = runner.invoke(args=["questionnaire", "check", str(EXAMPLES / "small.yaml"), str(bad)])
    empty = runner.invoke(args=["questionnaire", "check", str(tmp_path)])
    good = runner.invoke(args=["questionnaire", "check", str(EXAMPLES / "small.yaml")])

    assert (mixed.exit_code, mixed.stdout, mixed.stderr.count("\n")) == (1, "small.yaml: small 1, 2 questions\n", 1)
    assert (empty.exit_code, empty.stderr.count("\n")) == (1, 1)
    assert good.exit_code == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE questionnaire SET content = '{}' WHERE key = 'village'",
        "UPDATE questionnaire SET version = '9' WHERE key = 'village'",
        "UPDATE questionnaire SET content_hash = 'x' WHERE key = 'village'",
        "DELETE FROM questionnaire WHERE key = 'village'",
    ],
)
def test_the_database_itself_keeps_a_version_with_responses(session: Session, change: str) -> None:
    survey = make_village(session)
    respond(session, survey)
    session.commit()

    with pytest.raises(DBAPIError):
        session.execute(text(change))
    session.rollback()

    assert session.execute(text("SELECT count(*) FROM questionnaire WHERE key = 'village'")).scalar() == 1


@on_sqlite
def test_a_version_is_what_it_says_not_how_it_is_written(app: Flask, tmp_path: Path) -> None:
    def add(content: str) -> tuple[int, str, str]:
        path = tmp_path / "small.yaml"
        path.write_text(content, encoding="utf-8")
        done = app.test_cli_runner().invoke(args=["questionnaire", "add", str(path)])
        return done.exit_code, done.stdout, done.stderr

    stored = add(SMALL)
    lines = SMALL.split("scales:")[0].splitlines()
    same = [
        "# ghi chú\n" + SMALL.replace("minutes: 2", "minutes:   2   # hai phút"),
        SMALL.replace("{vi: Phần một, en: Part one}", "\n      en: 'Part one'\n      vi: \"Phần một\""),
        "\n".join(reversed(lines)) + "\nscales:" + SMALL.split("scales:")[1],
        unicodedata.normalize("NFD", SMALL).replace("\n", "\r\n"),
    ]

    assert stored[0] == 0
    assert [add(text_)[:2] for text_ in same] == [(0, stored[1].replace("stored", "was there"))] * 4
    for old, new in [
        ("Phần một", "Phần Một"), ("Good", "Good!"), ("minutes: 2", "minutes: 3"),
        ("satisfied: [3]", "satisfied: [2, 3]"), ("type: single,", "type: single, required: true,"),
        ("value: 9", "value: 8"),
        ("{key: a, scale: s", "{key: a, criterion: I.1, scale: s"),
    ]:  # fmt: skip
        code, _stdout, told = add(SMALL.replace(old, new))
        assert (code, told.count("\n")) == (1, 1), old
        assert "small" in told
        assert "1" in told
        assert add(SMALL.replace(old, new).replace('version: "1"', f'version: "1.{old[0]}{len(old)}"'))[0] == 0, old
