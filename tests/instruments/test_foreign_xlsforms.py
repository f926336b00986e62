"""XLSForms of strangers: each becomes a questionnaire that holds, and every row is carried or told."""

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
from survey_app.instruments.schema import Instrument
from survey_app.instruments.written import write_questionnaire
from survey_app.instruments.xlsform.losses import Remarks
from survey_app.instruments.xlsform.reading import read_sheets
from survey_app.instruments.xlsform.reading_groups import is_group_row
from survey_app.instruments.xlsform.reading_kobo import in_plain_words
from survey_app.instruments.xlsform.service import import_xlsform
from survey_app.instruments.xlsform.workbook import WorkbookRefused, read_workbook
from tests.instruments.foreign_xlsforms import FORMS, made
from tests.instruments.xlsforms import workbook

#: Forms of which no row can become a question.
HOPELESS = {"only_repeat", "only_metadata"}


def read(data: bytes) -> tuple[Instrument, Remarks]:
    """The questionnaire in the workbook, and what was said of it."""
    remarks = Remarks()
    return import_xlsform(data, remarks, name="form.xlsx"), remarks


def told(remarks: Remarks) -> set[tuple[str, int | None]]:
    """Code and row of everything said about the sheet ``survey``."""
    return {(remark.code, remark.row) for remark in remarks if remark.sheet == "survey"}


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


@pytest.mark.parametrize("name", sorted(FORMS.keys() - HOPELESS))
def test_a_foreign_form_becomes_a_questionnaire_that_passes_the_check(name: str) -> None:
    instrument, _remarks = read(made(FORMS[name]))

    assert load_questionnaire(write_questionnaire(instrument)) == instrument


@pytest.mark.parametrize("name", sorted(HOPELESS))
def test_a_form_without_a_single_question_of_ours_says_so(name: str) -> None:
    remarks = Remarks()

    with pytest.raises(QuestionnaireProblems):
        import_xlsform(made(FORMS[name]), remarks, name="form.xlsx")

    assert "X44" in {remark.code for remark in remarks}


def test_a_form_in_english_alone_stands_in_both_languages_until_it_is_translated() -> None:
    instrument, remarks = read(made(FORMS["plain_english"]))

    assert instrument.item("name").text.vi == instrument.item("name").text.en == "What is your name?"
    assert not remarks.losses
    assert {"X52", "X63"} <= {remark.code for remark in remarks}


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [("french_alone", "eau", "Avez-vous l'eau courante ?"), ("spanish_and_french", "agua", "¿Tiene agua?")],
)
def test_a_third_language_is_borrowed_where_ours_are_missing(name: str, key: str, words: str) -> None:
    instrument, remarks = read(made(FORMS[name]))

    assert instrument.item(key).text.vi == instrument.item(key).text.en == words
    assert "X60" in {remark.code for remark in remarks}
    assert ("X07" in {remark.code for remark in remarks}) is (name == "spanish_and_french")


@pytest.mark.parametrize(
    ("heading", "code"),
    [("label::English (en)", "en"), ("Label : english", "en"), ("label::Anh", "en"), ("label::en-GB", "en"),
     ("label::Vietnamese (vn)", "vi"), ("label::Tiếng Việt", "vi"), ("label::Vietnamese (vi-VN)", "vi"),
     ("LABEL:Viet Nam", "vi")],
)  # fmt: skip
def test_our_two_languages_are_known_however_they_are_written(heading: str, code: str) -> None:
    other = {"vi": "label::English (en)", "en": "label::Tiếng Việt (vi)"}[code]

    instrument, _remarks = read(workbook({"survey": [["type", "name", heading, other], ["text", "a", "ONE", "TWO"]]}))

    assert instrument.item("a").text.get(code) == "ONE"


def test_spaces_and_marks_without_a_width_do_no_harm() -> None:
    instrument, remarks = read(made(FORMS["spaces"]))

    assert [item.key for item in instrument.items()] == ["q1", "q2"]
    assert [option.value for option in instrument.item("q1").options] == ["y", "n"]  # type: ignore[union-attr]
    assert not remarks.losses


def test_two_rows_of_one_name_get_keys_of_their_own_and_the_question_keeps_its_name() -> None:
    instrument, remarks = read(made(FORMS["same_names"]))

    assert [section.key for section in instrument.sections] == ["visit_2", "second"]
    assert [item.key for item in instrument.items()] == ["visit", "count", "count_2", "data_2", "items_2"]
    assert {row for code, row in told(remarks) if code == "X50"} == {2, 7, 8, 9}


def test_long_and_foreign_names_become_keys_and_each_change_is_told() -> None:
    instrument, remarks = read(made(FORMS["long_names"]))

    assert all(len(item.key) <= 40 for item in instrument.items())
    assert len({item.key for item in instrument.items()}) == 9
    assert {row for code, row in told(remarks) if code == "X50"} == {2, 3, 5, 6, 7, 8, 9, 10}


def test_codes_that_we_cannot_have_are_changed_told_and_followed_by_conditions() -> None:
    instrument, remarks = read(made(FORMS["codes"]))

    values = [option.value for option in instrument.item("a").options]  # type: ignore[union-attr]
    assert values == ["c_01", 1, "c_99", "c_12345", "very_good", "don_t_know", "tot", "c_1", "c_1_2"]
    assert {remark.row for remark in remarks if remark.code == "X21"} == {2, 4, 5, 6, 7, 8, 9, 10}
    assert "c_99" in str(instrument.item("b").show_if)


def test_or_other_gives_the_option_a_line_and_takes_no_name_from_another_row() -> None:
    instrument, _remarks = read(made(FORMS["or_other"]))

    keys = [item.key for item in instrument.items()]
    assert keys == ["water", "water_other", "water_other_2", "fuel", "fuel_other", "fuel_name"]
    fuel = [option for option in instrument.item("fuel").options if option.other]  # type: ignore[union-attr]
    assert [(option.value, option.label.en) for option in fuel] == [("other", "Something else")]


def test_conditions_that_we_can_say_are_kept_and_the_others_told() -> None:
    instrument, remarks = read(made(FORMS["relevance"]))

    kept = {item.key for item in instrument.items() if item.show_if is not None}
    assert kept == {"n", "t1", "t2", "t9", "t10", "t13", "t14"}
    assert {row for code, row in told(remarks) if code == "X30"} == {8, 9, 10, 11, 12, 13, 16, 17}


def test_limits_that_we_can_say_are_kept_and_the_others_told() -> None:
    instrument, remarks = read(made(FORMS["constraints"]))

    limits = {item.key: (item.min, item.max) for item in instrument.items() if hasattr(item, "min")}
    assert limits["a"] == (0, 120)
    assert limits["b"] == (1, 98)
    assert limits["c"] == (0.5, 9.99)
    assert [str(day) for day in limits["i"]] == ["2020-01-01", "2026-12-31"]
    assert limits["l"] == (None, None)
    assert instrument.item("g").max_length == 20  # type: ignore[union-attr]
    assert instrument.item("n").max_length == 1  # type: ignore[union-attr]
    assert [option.exclusive for option in instrument.item("j").options] == [False, False, True]  # type: ignore[union-attr]
    assert {row for code, row in told(remarks) if code == "X31"} == {5, 6, 8, 11, 12, 13}


def test_parameters_of_a_range_are_read_however_they_are_separated() -> None:
    instrument, _remarks = read(made(FORMS["ranges"]))

    ranges = {key: instrument.item(key) for key in "abcde"}
    assert [(one.min, one.max, one.step) for one in ranges.values()] == [  # type: ignore[union-attr]
        (0, 10, 1), (1, 5, 1), (0, 1, 0.1), (1, 10, 1), (-10, 10, 1),
    ]  # fmt: skip
    assert [option.value for option in instrument.item("f").options] == ["food", "water", "roof"]  # type: ignore[union-attr]


def test_kobos_table_of_ratings_is_a_section_of_ratings_and_its_order_of_preference_a_ranking() -> None:
    instrument, remarks = read(made(FORMS["kobo"]))

    assert [item.key for item in instrument.items()] == ["how_is_it", "polite", "quick", "best"]
    assert {item.type for item in instrument.items_in("staff")} == {"scale"}
    assert instrument.item("best").places == 2  # type: ignore[union-attr]
    assert [index.key for index in instrument.indices] == ["overall"]
    assert {(loss.code, loss.row) for loss in remarks.losses} == {("X14", 12), ("X15", 13), ("X23", 12)}


def test_a_list_of_satisfaction_in_words_becomes_a_scale_with_numbers_best_highest() -> None:
    instrument, remarks = read(made(FORMS["satisfaction_words"]))

    scale = instrument.scales["sat"]
    assert (scale.points[0].value, scale.points[0].label.en) == (5, "Very satisfied")
    assert (scale.satisfied, scale.dissatisfied) == ((4, 5), (1, 2))
    assert [(point.value, point.kind) for point in scale.missing or ()] == [(9, "dont_know")]
    assert not remarks.losses
    assert {"X64", "X65", "X71"} <= {remark.code for remark in remarks}


@pytest.mark.parametrize(
    ("labels", "satisfied"),
    [
        (["1. Rất không hài lòng", "2. Không hài lòng", "3. Bình thường", "4. Hài lòng", "5. Rất hài lòng"], (4, 5)),
        (["Rất hài lòng", "Hài lòng", "Bình thường", "Không hài lòng"], (1, 2)),
        (["Poor", "Fair", "Good"], (3,)),
        (["Hoàn toàn không đồng ý", "Không đồng ý", "Đồng ý", "Hoàn toàn đồng ý", "Không biết"], (3, 4)),
        (["Très insatisfait", "Insatisfait", "Neutre", "Satisfait", "Très satisfait"], (4, 5)),
        (["Good", "Poor", "Fair"], None),
        (["Good", "Very good", "Excellent"], None),
        (["Never", "Sometimes", "Always"], None),
        (["Satisfied", "Dissatisfied"], None),
        (["Strongly agree", "Good", "Poor"], None),
    ],
)
def test_a_scale_is_known_by_its_words_and_nothing_else_is_taken_for_one(
    labels: list[str], satisfied: tuple[int, ...] | None
) -> None:
    choices = [["l", place, label] for place, label in enumerate(labels, start=1)]

    instrument, _remarks = read(
        workbook(
            {
                "survey": [["type", "name", "label"], ["select_one l", "a", "A?"]],
                "choices": [["list_name", "name", "label"], *choices],
            }
        )
    )

    assert (instrument.scales["l"].satisfied if instrument.scales else None) == satisfied


def test_groups_of_any_depth_keep_their_conditions_and_their_names() -> None:
    instrument, remarks = read(made(FORMS["nested"]))

    assert [section.key for section in instrument.sections] == ["part_1", "outer", "only", "never_closed"]
    assert [item.key for item in instrument.items_in("outer")] == ["inner", "n", "deepest", "t", "after"]
    assert [item.key for item in instrument.items_in("only")] == ["wrapper", "alone"]
    assert "open" in str(instrument.item("after").show_if)
    assert str(instrument.item("t").show_if).count("Comparison") >= 3 or "'n'" in str(instrument.item("t").show_if)
    assert {("X40", 17), ("X41", 19), ("X41", 20)} <= told(remarks)


def test_hidden_characters_are_taken_out_and_long_texts_cut_and_both_told() -> None:
    instrument, remarks = read(made(FORMS["texts"]))

    assert "\u202e" not in instrument.item("sign").text.vi
    assert len(instrument.item("long").text.vi) <= 4000
    assert {("X35", 2), ("X66", 3)} <= told(remarks)


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
        return read(data)
