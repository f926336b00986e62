"""Our own workbooks after somebody has worked in them with a spreadsheet program."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from survey_app.instruments.items import other_option
from survey_app.instruments.loader import load_file
from survey_app.instruments.schema import Instrument
from survey_app.instruments.xlsform.losses import Remarks
from survey_app.instruments.xlsform.service import export_xlsform, import_xlsform

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "questionnaires").glob("*.yaml"))


class Edited:
    """A workbook of ours in somebody's hands."""

    def __init__(self, instrument: Instrument) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(export_xlsform(instrument)))

    def column(self, sheet: str, heading: str) -> int:
        return next(cell.column for cell in self.book[sheet][1] if cell.value == heading)

    def row(self, sheet: str, heading: str, value: str) -> int:
        place = self.column(sheet, heading)
        rows = range(2, self.book[sheet].max_row + 1)
        return next(row for row in rows if self.book[sheet].cell(row, place).value == value)

    def cell(self, sheet: str, row: int, heading: str) -> Any:
        return self.book[sheet].cell(row, self.column(sheet, heading))

    def move(self, sheet: str, row: int, to: int) -> None:
        values = [cell.value for cell in self.book[sheet][row]]
        self.book[sheet].delete_rows(row)
        self.book[sheet].insert_rows(to)
        for place, value in enumerate(values, start=1):
            self.book[sheet].cell(to, place).value = value

    def without_ours(self, *, sheets: bool, columns: bool) -> None:
        for name in [name for name in self.book.sheetnames if sheets and name.startswith("hailong_")]:
            del self.book[name]
        for sheet in self.book:
            ours = [cell.column for cell in sheet[1] if columns and str(cell.value).startswith("hailong_")]
            for place in reversed(ours):
                sheet.delete_cols(place)

    def read(self) -> tuple[Instrument, Remarks]:
        out, remarks = io.BytesIO(), Remarks()
        self.book.save(out)
        return import_xlsform(out.getvalue(), remarks, name="edited.xlsx"), remarks


@pytest.fixture
def sipas_book(sipas: Instrument) -> Edited:
    return Edited(sipas)


def test_a_changed_label_is_the_only_thing_that_changes(sipas: Instrument, sipas_book: Edited) -> None:
    sipas_book.cell("survey", sipas_book.row("survey", "name", "a1"), "label::Tiếng Việt (vi)").value = "Chỗ ngồi chờ"

    after, remarks = sipas_book.read()

    assert after.item("a1").text.vi == "Chỗ ngồi chờ"
    assert [item for item in after.items() if item.key != "a1"] == [item for item in sipas.items() if item.key != "a1"]
    assert list(remarks) == []


def test_a_moved_row_is_asked_in_its_new_place(sipas: Instrument, sipas_book: Edited) -> None:
    sipas_book.move("survey", sipas_book.row("survey", "name", "a2"), sipas_book.row("survey", "name", "a1"))

    after, remarks = sipas_book.read()

    keys = [item.key for item in sipas.items()]
    one, two = keys.index("a1"), keys.index("a2")
    keys[one], keys[two] = keys[two], keys[one]
    assert [item.key for item in after.items()] == keys
    assert list(remarks) == []


def test_a_question_moved_before_the_one_it_depends_on_is_refused_by_its_row(sipas_book: Edited) -> None:
    row = sipas_book.row("survey", "name", "n6")
    sipas_book.cell("survey", row, "hailong_show_if").value = None
    sipas_book.move("survey", row, sipas_book.row("survey", "name", "n1"))

    _after, remarks = sipas_book.read()

    assert [(loss.code, loss.row) for loss in remarks.losses] == [("X30", sipas_book.row("survey", "name", "n6"))]


def test_a_choice_that_was_added_can_be_chosen(sipas: Instrument, sipas_book: Edited) -> None:
    row = sipas_book.row("choices", "list_name", "sex")
    sipas_book.book["choices"].insert_rows(row)
    for heading, value in {
        "list_name": "sex",
        "name": 7,
        "label::Tiếng Việt (vi)": "Khác",
        "label::English (en)": "Other",
    }.items():
        sipas_book.cell("choices", row, heading).value = value

    after, remarks = sipas_book.read()

    assert after.item("sex").options[0].value == 7
    assert len(after.item("sex").options) == len(sipas.item("sex").options) + 1
    assert list(remarks) == []


def test_a_question_added_by_hand_is_one_more_question(sipas: Instrument, sipas_book: Edited) -> None:
    row = sipas_book.row("survey", "name", "a2")
    sipas_book.book["survey"].insert_rows(row)
    for heading, value in {"type": "integer", "name": "Phut.Cho", "label::Tiếng Việt (vi)": "Mấy phút?"}.items():
        sipas_book.cell("survey", row, heading).value = value

    after, remarks = sipas_book.read()

    keys = [item.key for item in after.items()]
    assert keys[keys.index("a1") + 1] == "phut_cho"
    assert len(keys) == len(sipas.items()) + 1
    assert {(remark.code, remark.row) for remark in remarks} == {("X50", row), ("X52", row)}


@pytest.mark.parametrize(
    ("path", "sheets", "columns"),
    [
        *((path, True, True) for path in SHIPPED),
        *(
            (path, *rest)
            for path in SHIPPED
            if path.stem.startswith(("sipas", "pci"))
            for rest in ((False, True), (True, False))
        ),
    ],
)
def test_without_our_sheets_or_columns_every_question_condition_and_line_is_still_there(
    path: Path, sheets: bool, columns: bool
) -> None:
    instrument = load_file(path)
    edited = Edited(instrument)
    edited.without_ours(sheets=sheets, columns=columns)

    after, remarks = edited.read()

    assert remarks.losses == []
    assert [item.key for item in after.items()] == [item.key for item in instrument.items()]
    assert (after.intro, after.consent) == (instrument.intro, instrument.consent)
    for item in instrument.items():
        back = after.item(item.key)
        assert (back.text, back.show_if is None) == (item.text, item.show_if is None)
        assert (other_option(back) is None) is (other_option(item) is None)
    if not sheets:
        assert (after.scales, after.indices, after.targets) == (
            instrument.scales,
            instrument.indices,
            instrument.targets,
        )
