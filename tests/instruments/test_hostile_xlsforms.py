"""Files that are no workbook, or one made to do harm: refused at once, in words that say what to do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskCliRunner
from openpyxl.styles import Border, Side

from survey_app import create_app
from survey_app.instruments.loader import load_questionnaire
from survey_app.instruments.xlsform.losses import Remarks
from survey_app.instruments.xlsform.service import import_xlsform
from survey_app.instruments.xlsform.workbook import WorkbookRefused
from survey_app.settings import read_settings
from tests.instruments.foreign_xlsforms import FORMS, made
from tests.instruments.xlsforms import workbook

SMALL = made(FORMS["plain_english"])
SHEET = "xl/worksheets/sheet1.xml"
CELL = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    '<c r="A1" t="inlineStr"><is><t>%s</t></is></c></row></sheetData></worksheet>'
)
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def with_part(part: str, content: bytes) -> bytes:
    """The small workbook with one part of its package exchanged."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SMALL)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return out.getvalue()


def laughs() -> bytes:
    """Entities that name each other until they fill the memory."""
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    return f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{entities}]>{CELL % "&m;"}'.encode()


def with_entity(meaning: str, text: str) -> bytes:
    return f"<!DOCTYPE x [<!ENTITY a {meaning}>]>{CELL % text}".encode()


def questions(count: int, columns: int = 0) -> bytes:
    rows = [["text", f"q{number}", f"Question {number}", *["x"] * columns] for number in range(count)]
    return workbook({"survey": [["type", "name", "label", *(f"c{n}" for n in range(columns))], *rows]})


def with_far_cell(place: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(SMALL))
    book["survey"][place] = "far"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip bomb": lambda: with_part(SHEET, b"<a>" + b" " * 60_000_000),
    "large sheet": lambda: with_part(SHEET, b"<worksheet><sheetData>" + b" " * 39_000_000),
    "entities": lambda: with_part(SHEET, laughs()),
    "entity repeated": lambda: with_part(SHEET, with_entity('"' + "a" * 90_000 + '"', "&a;" * 5_000)),
    "foreign file": lambda: with_part(SHEET, with_entity('SYSTEM "file:///etc/passwd"', "&a;")),
    "no content types": lambda: with_part("[Content_Types].xml", b"x"),
    "10000 rows": lambda: questions(10_000),
    "4000 rows": lambda: questions(4_000),
    "400 columns": lambda: questions(300, 400),
    "far row": lambda: with_far_cell("A1048576"),
    "far column": lambda: with_far_cell("XFD3"),
    "many sheets": lambda: workbook({f"sheet{number}": [["a"]] for number in range(150)}),
    "no survey": lambda: workbook({"Sheet1": [["type", "name"], ["text", "a"]]}),
    "empty survey": lambda: workbook({"survey": []}),
    "no type": lambda: workbook({"survey": [["name", "label"], ["a", "A"]]}),
    "old Excel": lambda: OLD_EXCEL,
    "password": lambda: OLD_EXCEL + "EncryptedPackage".encode("utf-16-le"),
    "csv": "\ufefftype,name,label\ntext,a,Xin chào\n".encode,
    "pdf": lambda: b"%PDF-1.7 a, b; c",
    "nothing": lambda: b"",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_in_words(name: str) -> None:
    data = HOSTILE[name]()

    with pytest.raises(WorkbookRefused) as refused:
        import_xlsform(data, Remarks(), name="form.xlsx")

    assert "Xin " in str(refused.value)


@pytest.mark.parametrize(
    ("name", "word"),
    [("old Excel", "Excel cũ (.xls)"), ("password", "có mật khẩu"), ("csv", "(.csv)"), ("4000 rows", "2500"),
     ("no survey", "sheet1"), ("far row", "survey"), ("zip bomb", "quá lớn")],
)  # fmt: skip
def test_the_refusal_names_what_is_the_matter(name: str, word: str) -> None:
    with pytest.raises(WorkbookRefused, match=word.replace("(", r"\(").replace(")", r"\)")):
        import_xlsform(HOSTILE[name](), Remarks(), name="form.xlsx")


def test_blank_cells_with_borders_far_down_do_no_harm() -> None:
    book = openpyxl.load_workbook(io.BytesIO(SMALL))
    for row in range(10, 1_000):
        for column in range(1, 40):
            book["survey"].cell(row, column).border = Border(left=Side(style="thin"))
    book["survey"]["A1048576"].border = Border(left=Side(style="thin"))
    out = io.BytesIO()
    book.save(out)

    assert len(import_xlsform(out.getvalue(), Remarks(), name="form.xlsx").items()) == 4


def test_a_workbook_with_macros_and_hidden_sheets_is_read_as_any_other() -> None:
    book = openpyxl.load_workbook(io.BytesIO(SMALL))
    book["choices"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as package:
        types = package.read("[Content_Types].xml")
    types = types.replace(kind, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")

    instrument = import_xlsform(with_part("[Content_Types].xml", types), Remarks(), name="form.xlsm")

    assert [item.key for item in instrument.items()] == ["name", "age", "sex", "born"]


def test_a_formula_gives_what_it_came_to_and_one_never_computed_is_told() -> None:
    remarks = Remarks()
    rows = [["type", "name", "label"], ["text", "a", '="A"&"B"'], ["text", "b", "B"]]

    import_xlsform(workbook({"survey": rows}), remarks, name="form.xlsx")

    assert ("X05", 2) in {(loss.code, loss.row) for loss in remarks.losses}


def test_merged_cells_leave_rows_that_are_told() -> None:
    book = openpyxl.load_workbook(io.BytesIO(SMALL))
    book["survey"].merge_cells("A2:A3")
    out, remarks = io.BytesIO(), Remarks()
    book.save(out)

    import_xlsform(out.getvalue(), remarks, name="form.xlsx")

    assert ("X08", 3) in {(loss.code, loss.row) for loss in remarks.losses}


def test_lists_longer_than_a_file_may_be_are_told_question_by_question() -> None:
    choices = [["l", number, f"Village {number}"] for number in range(1_900)]
    survey = [["select_one l", f"q{number}", f"Question {number}"] for number in range(40)]
    remarks = Remarks()

    instrument = import_xlsform(
        workbook(
            {"survey": [["type", "name", "label"], *survey], "choices": [["list_name", "name", "label"], *choices]}
        ),
        remarks,
        name="form.xlsx",
    )

    assert len(instrument.items()) + len([loss for loss in remarks.losses if loss.code == "X25"]) == 40
    assert instrument.items()


@pytest.fixture
def runner(tmp_path: Path) -> FlaskCliRunner:
    return create_app(read_settings({"HAILONG_INSTANCE": str(tmp_path / "instance")})).test_cli_runner()


def test_the_command_writes_nothing_until_losses_are_accepted_and_then_keeps_them_in_the_file(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    file, out = tmp_path / "household.xlsx", tmp_path / "household.yaml"
    file.write_bytes(made(FORMS["household"]))
    command = ["questionnaire", "import", str(file), "--out", str(out)]

    refused = runner.invoke(args=command)
    accepted = runner.invoke(args=[*command, "--accept-losses"])

    assert (refused.exit_code, accepted.exit_code) == (1, 0)
    assert "X12 survey:8" in refused.output
    assert "--accept-losses" in refused.output
    text = out.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("# - X12 survey:8")]
    assert load_questionnaire(text).key == "household-survey"
    assert runner.invoke(args=["questionnaire", "check", str(out)]).exit_code == 0


def test_the_command_writes_at_once_where_nothing_is_lost(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "plain.xlsx"
    file.write_bytes(made(FORMS["plain_english"]))

    done = runner.invoke(args=["questionnaire", "import", str(file)])

    assert done.exit_code == 0
    assert load_questionnaire(done.stdout).key == "short-form"
    assert "X63 survey" in done.stderr


def test_the_command_tells_of_a_form_without_questions_what_became_of_each_row(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    file = tmp_path / "only.xlsx"
    file.write_bytes(made(FORMS["only_repeat"]))

    done = runner.invoke(args=["questionnaire", "import", str(file)])

    assert done.exit_code == 1
    assert "X15 survey:3" in done.output
    assert "X44 survey" in done.output
    assert "Q021" not in done.output


def test_deep_and_long_expressions_are_told_and_never_exhaust_anything() -> None:
    deep = "(" * 5_000 + "${age} > 1" + ")" * 5_000
    rows = [
        ["type", "name", "label", "relevant", "constraint"],
        ["integer", "age", "Age", None, deep.replace("${age}", ".")],
        ["text", "a", "A", deep, None],
        ["text", "b", "B", " and ".join(["${age} > 1"] * 3_000), None],
        ["text", "c", "C", "not(" * 200 + "${age} > 1" + ")" * 200, None],
    ]
    remarks = Remarks()

    import_xlsform(workbook({"survey": rows}), remarks, name="form.xlsx")

    assert {(loss.code, loss.row) for loss in remarks.losses} == {("X30", 3), ("X30", 4), ("X30", 5), ("X31", 2)}
