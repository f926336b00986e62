"""The documents hold links that lead somewhere, commands that run, and everything the questionnaire format has."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest
from flask import Flask

from survey_app import create_app
from survey_app.database import db
from survey_app.instruments.items import OtherText, ScaleItem
from survey_app.instruments.json_schema import written_schema
from survey_app.instruments.loader import load_file, load_questionnaire
from survey_app.instruments.problems import CATALOGUE, QuestionnaireProblems
from survey_app.instruments.texts import RESERVED_KEYS
from survey_app.instruments.written import dump, round_trip
from survey_app.instruments.xlsform.layout import COLUMNS, OWN
from survey_app.instruments.xlsform.losses import CATALOGUE as LOSSES
from survey_app.settings import ROOT, read_settings

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
FORMAT, WORKBOOKS = DOCS / "bo-phieu.md", DOCS / "xlsform.md"
GUIDE = DOCS / "huong-dan" / "bo-phieu.md"
COMMANDS = [DOCS / "dong-lenh.md", DOCS / "command-line.md"]
READMES = [ROOT / "README.md", ROOT / "README.vi.md"]
LARGEST_PICTURE = 120_000
#: What Flask and its extensions bring; people use `init` and `serve`.
FLASK_COMMANDS = ("db", "routes", "run", "shell")
REFUSED = ("# bị từ chối", "# refused")

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S)


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", without_code(text_of(page)), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links_of(page: Path) -> list[str]:
    text = without_code(text_of(page))
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)


def pictures_of(page: Path) -> list[str]:
    return [link for link in links_of(page) if link.endswith(".png")]


def table_after(text: str, heading: str) -> list[list[str]]:
    """The rows of the first table after the heading, without its head."""
    rows = re.search(r"((?:^\|.*\n)+)", text[text.index(heading) :], flags=re.M)
    assert rows
    return [
        [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        for row in rows[1].splitlines()[2:]
    ]


@by_name
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    for link in links_of(page):
        if link.startswith(("http:", "https:")):
            continue
        path, _mark, place = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not place or place in anchors_of(target), link


@by_name
def test_every_picture_says_what_it_shows(page: Path) -> None:
    text = text_of(page)
    told = re.findall(r"!\[([^\]]+)\]\([^)]+\.png\)", text) + re.findall(r'<img [^>]*alt="([^"]+)"', text)
    assert len(told) == len(pictures_of(page))


def test_every_picture_is_shown_somewhere_and_weighs_little() -> None:
    shown = {(page.parent / link).resolve() for page in PAGES for link in pictures_of(page)}
    pictures = set((DOCS / "images").glob("*.png"))

    assert pictures == shown
    assert {path.name: size for path in pictures if (size := path.stat().st_size) > LARGEST_PICTURE} == {}


def test_the_list_of_documents_names_every_page() -> None:
    listed = {(DOCS / link.partition("#")[0]).resolve() for link in links_of(DOCS / "README.md")}

    assert set(DOCS.rglob("*.md")) - {DOCS / "README.md"} <= listed


def test_the_buttons_a_guide_names_are_there() -> None:
    sources = [*(ROOT / "survey_app").rglob("*.html"), *(ROOT / "survey_app").rglob("*.py")]
    screens = " ".join(re.sub(r"\s+", " ", text_of(path)) for path in sources)
    named = set(re.findall(r"\*\*([^*]+)\*\*", text_of(GUIDE)))

    assert len(named) > 15
    assert {words for words in named if re.sub(r"\s+", " ", words) not in screens} <= {
        "phụ trách khảo sát", "phụ trách lĩnh vực", "cả hai thứ tiếng", "là một yếu tố",
    }  # fmt: skip


def as_shown(words: object) -> str:
    """A message of a catalogue as a table shows it: … for what the machine fills in."""
    return re.sub(r"%\(\w+\)s", "…", str(words)).replace("%%", "%")


@pytest.mark.parametrize(
    ("page", "heading", "catalogue"),
    [(FORMAT, "## Bảng mã lỗi", CATALOGUE), (WORKBOOKS, "## Bảng mã\n", LOSSES)],
    ids=["questionnaires", "workbooks"],
)
def test_the_table_of_codes_has_every_code_in_the_words_of_the_machine(
    page: Path, heading: str, catalogue: dict[str, tuple[Any, Any]]
) -> None:
    told = {code: (message, advice) for code, message, advice in table_after(text_of(page), heading)}

    assert told == {code: (as_shown(message), as_shown(advice)) for code, (message, advice) in catalogue.items()}


def words_in_code(page: Path) -> set[str]:
    """Every word that stands between backticks."""
    return set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", without_code(text_of(page))))))


def test_the_page_on_the_format_has_every_key_and_every_value_to_choose() -> None:
    named: set[str] = set()

    def walk(part: object) -> None:
        if isinstance(part, dict):
            named.update(part.get("properties", {}))
            named.update(value for value in [*part.get("enum", ()), part.get("const")] if isinstance(value, str))
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(json.loads(written_schema()))
    told = {
        word for code in re.findall(r"`([^`]+)`", without_code(text_of(FORMAT))) for word in re.findall(r"\w+", code)
    }

    assert {"sub_dimensions", "not_in", "dont_know", "papi_total", "exclusive"} <= named
    assert named - told == set()
    assert told >= RESERVED_KEYS


def test_the_page_on_workbooks_has_every_sheet_and_column_of_ours() -> None:
    told = {
        row[0].strip("`"): re.findall(r"`(\w+)`", row[1])
        for row in table_after(text_of(WORKBOOKS), "## Các cột và trang")
    }

    assert told == {
        sheet: [name for name in columns if sheet.startswith(OWN) or name.startswith(OWN)]
        for sheet, columns in COLUMNS.items()
        if sheet.startswith(OWN) or any(name.startswith(OWN) for name in columns)
    }


def yaml_of(page: Path) -> list[str]:
    blocks = re.findall(r"^( *)```yaml\n(.*?)^ *```$", text_of(page), flags=re.M | re.S)
    return [re.sub(rf"^{indent}", "", code, flags=re.M) for indent, code in blocks]


def test_the_examples_of_the_format_fit_into_the_first_and_are_accepted() -> None:
    first, *pieces = yaml_of(FORMAT)
    whole = round_trip().load(first)
    added, conditions = [], []
    for piece in pieces:
        if piece.startswith("show_if"):
            conditions += [round_trip().load(line)["show_if"] for line in piece.splitlines()]
            continue
        read = round_trip().load(piece)
        if isinstance(read, list):
            added += read
            continue
        for key, value in read.items():
            if key in ("scales", "indices"):
                (whole[key].update if key == "scales" else whole[key].extend)(value)
            else:
                whole[key] = value
    whole["sections"][-1]["items"] += added
    last = [
        {"key": f"if_{number}", "type": "information", "text": {"vi": "Có", "en": "Yes"}, "show_if": condition}
        for number, condition in enumerate(conditions)
    ]
    whole["sections"].append({"key": "conditions", "title": {"vi": "Cuối", "en": "Last"}, "items": last})

    instrument = load_questionnaire(dump(whole))

    assert {item.type for item in instrument.items()} == {
        "scale", "single", "multiple", "ranking", "number", "text", "date", "information",
    }  # fmt: skip
    assert {index.kind for index in instrument.indices} == {
        "satisfied_share", "mean_score", "all_satisfied", "papi_dimension", "papi_total",
    }  # fmt: skip
    assert len(conditions) > 8


def test_the_problems_shown_as_an_example_are_those_of_the_example_broken() -> None:
    text = yaml_of(FORMAT)[0]
    broken = text.replace('version: "1"', "version: 1").replace("item: tre_hen, in", "item: tre_han, in")

    with pytest.raises(QuestionnaireProblems) as refused:
        load_questionnaire(broken, name="sai.yaml")

    assert "```text\n" + "\n".join(map(str, refused.value.problems)) + "\n```" in text_of(FORMAT)


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


@pytest.mark.parametrize("page", COMMANDS, ids=lambda page: page.name)
def test_every_command_and_option_is_explained_and_no_other(page: Path, application: Flask) -> None:
    told = " ".join(re.findall(r"`([^`]+)`", without_code(text_of(page))))
    real: set[str] = set()
    for group in application.cli.commands.values():
        if group.name in FLASK_COMMANDS:
            continue
        commands = group.commands.values() if isinstance(group, click.Group) else [group]
        for command in commands:
            name = command.name if command is group else f"{group.name} {command.name}"
            assert re.search(rf"\b{name}\b", told), name
            real.update(word for part in command.params for word in part.opts if word.startswith("--"))

    assert real - set(re.findall(r"--[\w-]+", told)) == set()
    assert set(re.findall(r"--[\w-]+", told)) - real - {"--app", "--help"} == set()


@pytest.mark.parametrize("page", COMMANDS, ids=lambda page: page.name)
def test_the_walk_names_the_versions_that_come_with_the_platform(page: Path) -> None:
    one = load_file(ROOT / "questionnaires" / "sipas-commune.yaml")

    assert f"\n{one.key}.yaml: {one.key} {one.version}, {len(one.items())} items\n" in text_of(page)
    assert set(re.findall(r"sipas-commune@([\w.]+)", text_of(page))) == {one.version}


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_table_of_questionnaires_counts_what_is_in_the_files(page: Path) -> None:
    heading = "## Questionnaires" if page.name == "README.md" else "## Bộ phiếu"
    told = {row[0].strip("`"): (row[-3], row[-2], row[-1]) for row in table_after(text_of(page), heading)}

    found = {}
    for path in (ROOT / "questionnaires").glob("*.yaml"):
        one = load_file(path)
        asked = [item for item in one.questions() if not isinstance(item, OtherText)]
        rated = sum(isinstance(item, ScaleItem) for part in one.sections if part.factor for item in part.items)
        found[path.stem] = (str(len(asked)), str(rated or "–"), str(one.minutes))
    assert told == found
