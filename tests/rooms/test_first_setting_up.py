"""`flask init`: what an office has stored itself stays, and the versions of a new release are told."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from survey_app import create_app
from survey_app.database import db, migrate
from survey_app.instruments.loader import load_file
from survey_app.instruments.queries import versions_of
from survey_app.instruments.service import store_questionnaire
from survey_app.settings import ROOT, read_settings
from tests.world import TESTER

KEY = "sipas-commune"
RELEASED = load_file(ROOT / "questionnaires" / f"{KEY}.yaml")


@pytest.fixture
def office_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Flask]:
    """An office that has stored a version of its own before this release came."""
    monkeypatch.chdir(ROOT)

    def make(version: str) -> Flask:
        app = create_app(read_settings({"HAILONG_INSTANCE": str(tmp_path)}))
        with app.app_context():
            migrate()
            store_questionnaire(db.session, RELEASED.model_copy(update={"version": version}), actor=TESTER)
            db.session.commit()
        return app

    return make


def run(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=words)
    assert result.exit_code == 0, result.output
    return result.stdout


def stored(app: Flask) -> set[str]:
    with app.app_context():
        return versions_of(db.session, KEY)


@pytest.mark.parametrize(
    ("own", "told", "after"),
    [
        ("2020.1", "comes with this release; to store it beside yours", {"2020.1", RELEASED.version}),
        ("2099.1", "has a lower number than yours; to compare", {"2099.1"}),
    ],
)
def test_a_version_of_this_release_is_told_with_a_command_that_works(
    office_with: Callable[[str], Flask], own: str, told: str, after: set[str]
) -> None:
    app = office_with(own)

    lines = [line for line in run(app, "init", "--bare").splitlines() if KEY in line]

    assert stored(app) == {own}
    (line,) = lines
    said, _colon, command = line.rpartition(": ")
    assert said == f"questionnaire {KEY} {RELEASED.version} {told}"
    flask, option, wsgi, *words = shlex.split(command)
    assert (flask, option, wsgi) == ("flask", "--app", "wsgi")
    assert KEY in run(app, *words)
    assert stored(app) == after


def test_a_database_with_all_of_this_release_is_left_in_silence(app: Flask) -> None:
    assert run(app, "init") == ""
    assert stored(app) == {RELEASED.version}
