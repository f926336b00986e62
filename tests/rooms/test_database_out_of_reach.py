"""A database without tables, or none at the address: one sentence that says what to do, and no trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey_app import create_app
from survey_app.settings import read_settings

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.mark.parametrize("command", [["survey", "list"], ["results", "estimate", "x", "--format", "json"]])
def test_a_command_before_init_says_to_run_init(tmp_path: Path, command: list[str]) -> None:
    app = create_app(read_settings({"HAILONG_INSTANCE": str(tmp_path)}))
    done = app.test_cli_runner().invoke(args=command)
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "init" in done.stderr


@pytest.mark.parametrize("command", [["init"], ["survey", "list"], ["demonstration"]])
def test_a_server_that_does_not_answer_is_named_by_its_setting(tmp_path: Path, command: list[str]) -> None:
    app = create_app(read_settings({"HAILONG_INSTANCE": str(tmp_path), "HAILONG_DATABASE_URL": NOWHERE}))
    done = app.test_cli_runner().invoke(args=command)
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "HAILONG_DATABASE_URL" in done.stderr
