"""XLSForm: our questionnaires go to ODK and Kobo and come back the same."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
import pyxform
from hypothesis import given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from survey_app.instruments.condition_models import Condition
from survey_app.instruments.conditions import holds
from survey_app.instruments.loader import load_file, load_questionnaire
from survey_app.instruments.schema import Instrument
from survey_app.instruments.written import write_questionnaire
from survey_app.instruments.xlsform.layout import COLUMNS, SHOW_IF
from survey_app.instruments.xlsform.losses import Remarks
from survey_app.instruments.xlsform.reading import read_sheets
from survey_app.instruments.xlsform.service import export_xlsform, import_xlsform
from survey_app.instruments.xlsform.writing import write_tables
from tests.instruments.xlsforms import sheets_of

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "questionnaires").glob("*.yaml"))
EXAMPLES = sorted((ROOT / "tests" / "questionnaires").glob("*.yaml"))
ODK_VALIDATE = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"


def xform_of(instrument: Instrument, folder: Path) -> Path:
    """The form that pyxform makes of our workbook; fails on a warning."""
    path = folder / f"{instrument.key}.xlsx"
    path.write_bytes(export_xlsform(instrument))
    converted = convert(str(path), validate=False)
    assert converted.warnings == []
    path.with_suffix(".xml").write_text(converted.xform, encoding="utf-8")
    return path.with_suffix(".xml")


def validate(*forms: Path) -> subprocess.CompletedProcess[str]:
    """ODK Validate on all forms in one run, for a Java machine takes longest to start."""
    if shutil.which("java") is None or not ODK_VALIDATE.exists():
        pytest.skip("ODK Validate needs Java (apt-get install default-jre-headless)")
    command = ["java", "-Djava.awt.headless=true", "-jar", str(ODK_VALIDATE), *map(str, forms)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=dict(os.environ))


@pytest.mark.parametrize("path", [*SHIPPED, *EXAMPLES], ids=lambda path: path.stem)
def test_a_questionnaire_comes_back_the_same_without_a_loss(path: Path) -> None:
    instrument, remarks = load_file(path), Remarks()

    back = import_xlsform(export_xlsform(instrument), remarks, name="any.xlsx")

    assert back == instrument
    assert back.content_hash == instrument.content_hash
    assert {remark.code for remark in remarks} <= {"X56"}
    assert load_questionnaire(write_questionnaire(back)).content_hash == instrument.content_hash


def test_odk_validate_accepts_every_questionnaire(tmp_path: Path) -> None:
    forms = [xform_of(load_file(path), tmp_path) for path in [*SHIPPED, *EXAMPLES]]

    done = validate(*forms)

    assert done.returncode == 0, done.stderr[:3000]
    assert done.stdout.count("Xform is valid") == len(forms) >= 16
    assert done.stderr.strip() == ""


def test_odk_validate_refuses_a_form_that_is_broken(tmp_path: Path) -> None:
    form = xform_of(load_file(SHIPPED[0]), tmp_path)
    form.write_text(form.read_text(encoding="utf-8").replace('relevant="', 'relevant="nosuch(1) and ', 1))

    assert validate(form).returncode == 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_pyxform_passes_over_our_own_columns_and_sheets(path: Path, tmp_path: Path) -> None:
    form = xform_of(load_file(path), tmp_path).read_text(encoding="utf-8")

    assert "hailong_" not in form.replace("hailong_consent", "")


def test_our_own_data_stand_in_columns_and_sheets_named_after_us() -> None:
    standard = {"type", "name", "label", "hint", "required", "relevant", "constraint", "calculation", "appearance",
                "parameters", "list_name", "form_title", "form_id", "version", "default_language"}  # fmt: skip
    for sheet, columns in COLUMNS.items():
        own = {column.partition("::")[0] for column in columns} - standard
        assert sheet.startswith("hailong_") or all(column.startswith("hailong_") for column in own)


def test_every_cell_is_text_so_that_no_program_turns_it_into_a_number_or_a_formula(tmp_path: Path) -> None:
    text = (ROOT / "tests" / "questionnaires" / "small.yaml").read_text(encoding="utf-8")
    instrument = load_questionnaire(text.replace("vi: Câu,", 'vi: "=1+1",'))
    path = tmp_path / "form.xlsx"
    path.write_bytes(export_xlsform(instrument))

    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row if cell.value]

    assert {cell.data_type for cell in cells} == {"s"}
    assert any(cell.value == "=1+1" for cell in cells)
    assert import_xlsform(path.read_bytes(), Remarks(), name="form.xlsx") == instrument


def test_the_respondent_who_does_not_consent_is_asked_nothing() -> None:
    instrument = load_file(ROOT / "questionnaires" / "sipas-short.yaml")

    groups = [row for row in write_tables(instrument)["survey"] if row["type"] == "begin_group"]

    assert {row["relevant"] for row in groups} == {"${consent} = 'yes'"}


def test_a_change_made_in_the_workbook_wins_over_what_we_wrote_beside_it(tmp_path: Path) -> None:
    instrument = load_file(ROOT / "tests" / "questionnaires" / "show_if_operators.yaml")
    path = tmp_path / "form.xlsx"
    path.write_bytes(export_xlsform(instrument))
    book = openpyxl.load_workbook(path)
    sheet = book["survey"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    row = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, columns["relevant"]).value)
    name = sheet.cell(row, columns["name"]).value
    before = instrument.item(name).show_if
    sheet.cell(row, columns["relevant"]).value = f"not({sheet.cell(row, columns['relevant']).value})"
    book.save(path)

    after = import_xlsform(path.read_bytes(), Remarks(), name="form.xlsx").item(name).show_if

    assert after != before
    cases = [{}, {"rating": 1}, {"rating": 3}, {"rating": 9}, {"one_of": 1}, {"one_of": 2}]
    assert before is not None
    assert after is not None
    known = {item.key for item in instrument.items()}
    assert all(
        holds(after, answers, instrument) != holds(before, answers, instrument)
        for answers in cases
        if answers.keys() <= known
    )


def test_a_change_in_a_row_that_only_odk_needs_is_told(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(export_xlsform(load_file(ROOT / "tests" / "questionnaires" / "other_option.yaml")))
    book = openpyxl.load_workbook(path)
    sheet = book["survey"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    row = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, columns["name"]).value == "job_other")
    sheet.cell(row, columns["constraint"]).value = "string-length(.) <= 50"
    book.save(path)
    remarks = Remarks()

    import_xlsform(path.read_bytes(), remarks, name="form.xlsx")

    assert [(loss.code, loss.row) for loss in remarks.losses] == [("X43", row)]


ROUTES = load_questionnaire(
    """
key: routes
version: "1"
sector: health
audience: [citizen]
minutes: 2
title: {vi: Phiếu, en: Form}
scales:
  s:
    points:
      - {value: 1, label: {vi: a, en: a}}
      - {value: 2, label: {vi: b, en: b}}
      - {value: 3, label: {vi: c, en: c}}
    satisfied: [3]
    no_opinion: {value: 9, label: {vi: d, en: d}}
    missing: [{value: 0, kind: not_used, label: {vi: e, en: e}}]
sections:
  - key: part
    title: {vi: Phần, en: Part}
    items:
      - {key: scale, scale: s, text: {vi: a, en: a}}
      - key: single
        type: single
        text: {vi: a, en: a}
        options:
          - {value: 1, label: {vi: a, en: a}}
          - {value: two, label: {vi: b, en: b}}
          - {value: 8, label: {vi: c, en: c}, missing: refused}
      - key: many
        type: multiple
        text: {vi: a, en: a}
        options:
          - {value: 1, label: {vi: a, en: a}}
          - {value: 2, label: {vi: b, en: b}}
          - {value: none, label: {vi: c, en: c}, missing: refused}
      - {key: number, type: number, min: 0, text: {vi: a, en: a},
         missing: [{value: dk, kind: dont_know, label: {vi: a, en: a}}]}
      - {key: day, type: date, text: {vi: a, en: a}}
      - {key: last, type: text, text: {vi: a, en: a}, show_if: {item: scale, in: [1]}}
"""
)
VALUES: dict[str, list[object]] = {
    "scale": [1, 2, 3, 9, 0],
    "single": [1, "two", 8],
    "many": [1, 2, "none"],
    "number": [0, 3, 7.5, "dk"],
    "day": ["2026-01-31", "2026-02-28"],
}


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, object]:
    item = draw(st.sampled_from(sorted(VALUES)))
    operator = draw(
        st.sampled_from(["in", "not_in", "eq", *(["ge", "le"] if item in ("scale", "number", "day") else [])])
    )
    ordered = [value for value in VALUES[item] if value != "dk"] if operator in ("ge", "le") else VALUES[item]
    if operator in ("in", "not_in"):
        return {"item": item, operator: draw(st.lists(st.sampled_from(ordered), min_size=1, max_size=3, unique=True))}
    return {"item": item, operator: draw(st.sampled_from(ordered))}


conditions = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=4,
)
answers = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)
        if name == "many"
        else st.sampled_from(values)
        for name, values in VALUES.items()
    },
)


def with_condition(condition: dict[str, object]) -> Instrument:
    content = ROUTES.model_dump(mode="json", by_alias=True, exclude_none=True)
    content["sections"][0]["items"][-1]["show_if"] = condition
    import json

    return Instrument.model_validate_json(json.dumps(content))


@settings(max_examples=300, deadline=None)
@given(condition=conditions, given_answers=st.lists(answers, min_size=5, max_size=5))
def test_a_condition_read_from_its_expression_alone_means_the_same(
    condition: dict[str, object], given_answers: list[dict[str, object]]
) -> None:
    instrument = with_condition(condition)
    before = instrument.item("last").show_if
    sheets = sheets_of(write_tables(instrument))
    for row in sheets["survey"].rows:
        row.cells.pop(SHOW_IF, None)
    remarks = Remarks()

    tree = read_sheets(sheets, remarks, name="x")

    assert [str(loss) for loss in remarks.losses] == []
    content = tree.value
    assert isinstance(content, dict)
    after = with_condition(content["sections"][0]["items"][-1]["show_if"]).item("last").show_if
    for one in given_answers:
        assert _same(before, after, one, instrument), one


def _same(
    before: Condition | None, after: Condition | None, given_answers: dict[str, object], instrument: Instrument
) -> bool:
    assert before is not None
    assert after is not None
    return holds(before, given_answers, instrument) == holds(after, given_answers, instrument)
