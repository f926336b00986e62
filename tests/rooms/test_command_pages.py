"""The pages on the command line: every command and option, and what the commands of questionnaires print."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import openpyxl
import pytest
from flask import Flask

from survey_app import create_app
from survey_app.database import db
from survey_app.instruments.loader import load_file
from survey_app.settings import ROOT, read_settings
from tests.documents import COMMANDS, FORMAT, WORKBOOKS, text_of, without_code, yaml_of

#: What Flask and its extensions bring; people use `init` and `serve`.
FLASK_COMMANDS = ("db", "routes", "run", "shell")
REFUSED = ("# bị từ chối", "# refused")


@pytest.fixture
def application(tmp_path: Path, prepared_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application on a database of its own, in an empty folder."""
    instance, folder = tmp_path / "instance", tmp_path / "folder"
    instance.mkdir()
    folder.mkdir()
    shutil.copy(prepared_sqlite, instance / "hai-long.sqlite3")
    monkeypatch.chdir(folder)
    application = create_app(read_settings({"HAILONG_INSTANCE": str(instance)}))
    yield application
    with application.app_context():
        db.engine.dispose()


def write_files_of(page: Path) -> None:
    """Every file that a page shows: a block after its name, or the tables of a workbook."""
    text = text_of(page)
    for name, content in re.findall(r"`([\w-]+\.(?:csv|yaml))`:\n\n```\w+\n(.*?)```", text, flags=re.S):
        Path(name).write_text(content, encoding="utf-8")
    tables = re.findall(r"^(?:.*\. )?Trang `(\w+)`[^\n]*:\n\n((?:\|.*\n)+)", text, flags=re.M)
    if tables:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, table in tables:
            sheet = book.create_sheet(name)
            for row in [row for place, row in enumerate(table.splitlines()) if place != 1]:
                sheet.append([cell.strip() or None for cell in row.split("|")[1:-1]])
        [workbook] = re.findall(r"sổ tính `([\w-]+\.xlsx)`", text)
        book.save(workbook)


@pytest.mark.parametrize("page", [FORMAT, WORKBOOKS, *COMMANDS], ids=lambda page: page.name)
def test_questionnaire_commands_print_what_stands_below_them(page: Path, application: Flask) -> None:
    write_files_of(FORMAT)
    write_files_of(page)
    ran = 0
    for commands, shown in re.findall(r"```sh\n([^`]*)```\n(?:```text\n([^`]*)```)?", text_of(page)):
        printed: list[str] = []
        for line in commands.splitlines():
            command, comment = (*line.split("  #", 1), "")[:2]
            words = shlex.split(command)
            if words[:4] != [".venv/bin/flask", "--app", "wsgi", "questionnaire"]:
                continue
            done = application.test_cli_runner().invoke(args=words[3:])
            assert done.exit_code == int(f"#{comment}" in REFUSED), f"{command}: {done.output}"
            printed += done.output.splitlines()
            ran += 1
        if shown and printed:
            assert_shown(shown.splitlines(), printed)
    assert ran >= 2


def assert_shown(shown: list[str], printed: list[str]) -> None:
    """The lines shown are those printed, in order; … stands for lines left out."""
    rest = iter(printed)
    for place, line in enumerate(shown):
        if line.strip() == "…":
            continue
        skipping = place > 0 and shown[place - 1].strip() == "…"
        found = next((one for one in rest if one == line), None) if skipping else next(rest, None)
        assert found == line
    assert (shown and shown[-1].strip() == "…") or next(rest, None) is None


def test_the_questionnaire_read_from_the_workbook_is_the_one_shown(application: Flask) -> None:
    write_files_of(WORKBOOKS)
    [workbook] = Path().glob("*.xlsx")

    done = application.test_cli_runner().invoke(args=["questionnaire", "import", str(workbook), "--accept-losses"])

    assert [done.stdout] == yaml_of(WORKBOOKS)


def every_command(application: Flask) -> Iterator[tuple[str, click.Command]]:
    """Each command with its whole name, those of groups within groups too."""
    waiting = [(name, one) for name, one in application.cli.commands.items() if name not in FLASK_COMMANDS]
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, click.Group):
            waiting += [(f"{name} {inner}", command) for inner, command in one.commands.items()]
        else:
            yield name, one


@pytest.mark.parametrize("page", COMMANDS, ids=lambda page: page.name)
def test_every_command_and_option_is_explained_and_no_other(page: Path, application: Flask) -> None:
    told = " ".join(re.findall(r"`([^`]+)`", without_code(text_of(page))))
    real: set[str] = set()
    for name, command in every_command(application):
        assert re.search(rf"\b{name}\b", told), name
        options = [word for part in command.params for word in (*part.opts, *part.secondary_opts)]
        real.update(word for word in options if word.startswith("--"))

    assert real - set(re.findall(r"--[\w-]+", told)) == set()
    assert set(re.findall(r"--[\w-]+", told)) - real - {"--app", "--help"} == set()


@pytest.mark.parametrize("page", COMMANDS, ids=lambda page: page.name)
def test_the_walk_names_the_versions_that_come_with_the_platform(page: Path) -> None:
    one = load_file(ROOT / "questionnaires" / "sipas-commune.yaml")

    assert f"\n{one.key}.yaml: {one.key} {one.version}, {one.count_questions()} questions\n" in text_of(page)
    assert set(re.findall(r"sipas-commune@([\w.]+)", text_of(page))) == {one.version}


def test_both_pages_hold_the_same_code() -> None:
    vietnamese, english = (
        [
            [line.split("#")[0].rstrip() for line in code.splitlines()]
            for code in re.findall(r"```(?:sh|csv|text|json|yaml)\n(.*?)```", text_of(page), flags=re.S)
        ]
        for page in COMMANDS
    )
    words = {"COMMAND": "LỆNH", "by-district.csv": "theo-huyen.csv"}

    for ours, theirs in words.items():
        english = [[line.replace(ours, theirs) for line in code] for code in english]
    assert english == vietnamese
