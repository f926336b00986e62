"""Nothing of a foreign XLSForm is lost in silence: forms made at random, every cell filled, files damaged."""

from __future__ import annotations

import contextlib
import io
import random
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.instruments.loader import instrument_from_tree, load_questionnaire
from survey_app.instruments.problems import QuestionnaireProblems
from survey_app.instruments.written import write_questionnaire
from survey_app.instruments.xlsform.losses import Remarks
from survey_app.instruments.xlsform.reading import read_sheets
from survey_app.instruments.xlsform.reading_groups import is_group_row
from survey_app.instruments.xlsform.reading_kobo import in_plain_words
from survey_app.instruments.xlsform.service import import_xlsform
from survey_app.instruments.xlsform.workbook import WorkbookRefused, read_workbook
from tests.instruments.foreign_xlsforms import FORMS, made
from tests.instruments.xlsforms import workbook


def rows_unaccounted_for(data: bytes) -> list[str]:
    """Rows of ``survey`` and ``choices`` that are neither in the tree nor in a remark."""
    remarks = Remarks()
    sheets = read_workbook(data, remarks)
    tree = read_sheets(sheets, remarks, name="form")
    carried = {line for path, line in tree.lines.items() if len(path) in (2, 4)}
    named = {(remark.sheet, remark.row) for remark in remarks}
    lost: list[str] = []
    for row in in_plain_words(sheets["survey"], Remarks()).rows:
        structure = is_group_row(row) or row.get("type").casefold().startswith("end")
        if not structure and row.number not in carried and ("survey", row.number) not in named:
            lost.append(f"survey:{row.number} {row.cells}")
    shown = str(tree.value)
    unused = {remark.message for remark in remarks if remark.code in ("X20", "X23", "X25")}
    for row in sheets["choices"].rows if "choices" in sheets else ():
        words = next((text for name, text in row.cells.items() if name.startswith("label")), row.get("name"))
        in_remark = ("choices", row.number) in named or any(f"«{row.get('list_name')}»" in told for told in unused)
        if not in_remark and repr(words)[1:-1] not in shown:
            lost.append(f"choices:{row.number} {row.cells}")
    return lost


@pytest.mark.parametrize("name", FORMS)
def test_no_row_of_a_foreign_form_disappears_in_silence(name: str) -> None:
    assert rows_unaccounted_for(made(FORMS[name])) == []


TYPES = [
    "text", "integer", "decimal", "date", "note", "range", "select_one l", "select_multiple l", "rank l",
    "select_one m",
    "select_one l or_other", "begin_group", "end_group", "begin_repeat", "end_repeat", "calculate", "geopoint", "image",
    "start", "acknowledge", "dateTime", "time", "begin group", "end group", "nonsense", "select_one nosuch",
    "select_one_from_file x.csv", "begin_score", "score__row", "end_score", "begin_rank", "rank__level", "end_rank",
]  # fmt: skip
NAMES = ["a", "b", "c", "A", "a b", "data", "items", "đường", "x" * 50, "1", "a_other", None]
LABELS = ["One", "Hai", "${a}", "{agency}", "{x}", "**bold**", None, "y" * 5000, "=1", "\u200b"]
RELEVANT = [
    None,
    "${a} = '1'",
    "selected(${b}, 'x')",
    "${a} > 3",
    "not(${c} = 'y') and ${a} != ''",
    "((",
    "${nosuch} = 1",
]
LIMITS = [None, ". >= 0 and . <= 10", ". > 9 and . < 2", "regex(., 'a')", "string-length(.) < 0", "selected(., 'x')"]
PARAMETERS = [None, "start=1 end=5", "start=5;end=1;step=0", "rows=99", "start=a", "randomize=true"]
rows = st.tuples(
    st.sampled_from(TYPES), st.sampled_from(NAMES), st.sampled_from(LABELS), st.sampled_from(LABELS),
    st.sampled_from(RELEVANT), st.sampled_from(LIMITS), st.sampled_from(PARAMETERS),
    st.sampled_from([None, "yes", "no", "TRUE()", "${a} = 1", 1]), st.sampled_from(["l", "m", None]),
).map(list)  # fmt: skip
choices = st.tuples(
    st.sampled_from(["l", "m", "m2", None]), st.sampled_from(["x", "y", "1", "01", "-9", "other", "x y", None, 2, 2.5]),
    st.sampled_from(["Tốt", "Good", "Poor", "Very poor", "Fair", None, "{z}", "No opinion"]),
).map(list)  # fmt: skip
SURVEY = ["type", "name", "label", "hint::English (en)", "relevant", "constraint", "parameters", "required",
          "kobo--score-choices"]  # fmt: skip


@st.composite
def foreign_forms(draw: st.DrawFn) -> bytes:
    """A workbook that some person might have made, or some accident."""
    survey = draw(st.lists(rows, min_size=1, max_size=10))
    listed = [["l", "x", "X"], ["l", "y", "Y"], *draw(st.lists(choices, max_size=8))]
    return workbook({"survey": [SURVEY, *survey], "choices": [["list_name", "name", "label"], *listed]})


@settings(max_examples=150, deadline=None)
@given(data=foreign_forms())
def test_every_generated_form_becomes_a_questionnaire_or_has_no_question_and_no_row_is_lost(data: bytes) -> None:
    assert rows_unaccounted_for(data) == []
    remarks = Remarks()
    tree = read_sheets(read_workbook(data, remarks), remarks, name="form")

    if any(remark.code == "X44" for remark in remarks):
        return
    instrument = instrument_from_tree(tree, name="form.xlsx")
    assert load_questionnaire(write_questionnaire(instrument)) == instrument


SEEDS = [made(FORMS[name]) for name in ("household", "kobo", "relevance")]


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_is_refused_in_words_or_read_but_never_breaks(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(chance.choice(SEEDS))
    if seed % 2:
        data = data[: chance.randrange(len(data))]
    for _ in range(chance.randrange(1, 30)):
        data[chance.randrange(len(data))] = chance.randrange(256)

    read_or_refused(bytes(data))


@pytest.mark.parametrize("seed", range(40))
def test_a_workbook_with_any_cells_changed_is_read_or_refused_in_words(seed: int) -> None:
    chance = random.Random(seed)
    book = openpyxl.load_workbook(io.BytesIO(chance.choice(SEEDS)))
    for _ in range(chance.randrange(1, 20)):
        sheet = book[chance.choice(book.sheetnames)]
        cell = sheet.cell(chance.randint(1, sheet.max_row), chance.randint(1, sheet.max_column))
        cell.value = chance.choice([None, "begin_group", "=A1", "yes", 1e300, -1, True, "${", "a" * 9000, "label::x"])
    out = io.BytesIO()
    book.save(out)

    read_or_refused(out.getvalue())


def read_or_refused(data: bytes) -> Any:
    """Import without any other error than the two that have words."""
    with contextlib.suppress(WorkbookRefused, QuestionnaireProblems):
        return import_xlsform(data, Remarks(), name="form.xlsx")


COLUMNS = [
    "label::en", "label::vi", "label", "label::fr", "hint", "hint::en", "hint::fr", "guidance_hint", "required",
    "required_message", "relevant", "constraint", "constraint_message::en", "calculation", "default", "appearance",
    "parameters", "choice_filter", "read_only", "trigger", "repeat_count", "image::en", "audio", "video", "autoplay",
    "note", "body::x", "bind::y", "$kuid",
]  # fmt: skip
AROUND: dict[str, tuple[list[str], list[list[str]]]] = {
    "begin_group": ([], [["text", "inner", "Inner"], ["end_group"]]),
    "end_group": (["begin_group", "around"], []),
    "end_repeat": (["begin_repeat", "around"], []),
    "begin_score": ([], [["score__row", "one", "One"], ["end_score"]]),
    "score__row": (["begin_score", "around"], [["end_score"]]),
    "begin_rank": ([], [["rank__level", "one", "One"], ["rank__level", "two", "Two"], ["end_rank"]]),
}


@pytest.mark.parametrize(
    "kind",
    ["text", "integer", "decimal", "date", "note", "range", "select_one l", "select_multiple l", "rank l",
     "select_one s", "select_one l or_other", "acknowledge", "dateTime", *AROUND],
)  # fmt: skip
def test_every_cell_of_a_row_is_in_the_questionnaire_or_told(kind: str) -> None:
    before, after = AROUND.get(kind, ([], []))
    words = [f"zz{number}zz" for number in range(len(COLUMNS))]
    lists = ["l", "l"]
    survey = [
        ["kobo--score-choices", "kobo--rank-items", "type", "name", *COLUMNS],
        *([[*lists, *before]] if before else []),
        [*lists, kind, "name", *words],
        *([None, None, *row] for row in after),
        [None, None, "text", "last", "Last"],
    ]
    points = [["s", 1, "Poor"], ["s", 2, "Fair"], ["s", 3, "Good"]]
    choices = [["list_name", "name", "label"], ["l", "a", "A"], ["l", "b", "B"], *points]
    remarks = Remarks()

    tree = read_sheets(read_workbook(workbook({"survey": survey, "choices": choices}), remarks), remarks, name="form")

    found = str(tree.value) + " ".join(map(str, remarks))
    whole = [remark.message for remark in remarks if remark.code in ("X06", "X07", "X61")]
    lost = [
        column
        for column, word in zip(COLUMNS, words, strict=True)
        if word not in found
        and not any(f"«{column.split('::')[-1]}»" in told or f"«{column}»" in told for told in whole)
    ]
    assert lost == []
