"""XLSForms of strangers: each becomes a questionnaire that holds, and every row is carried or told."""

from __future__ import annotations

import pytest

from survey_app.instruments.loader import load_questionnaire
from survey_app.instruments.problems import QuestionnaireProblems
from survey_app.instruments.schema import Instrument
from survey_app.instruments.written import write_questionnaire
from survey_app.instruments.xlsform.losses import Remarks
from survey_app.instruments.xlsform.service import import_xlsform
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
    assert [option.value for option in instrument.item("q1").options] == ["y", "n"]
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

    values = [option.value for option in instrument.item("a").options]
    assert values == ["c_01", 1, "c_99", "c_12345", "very_good", "don_t_know", "tot", "c_1", "c_1_2"]
    assert {remark.row for remark in remarks if remark.code == "X21"} == {2, 4, 5, 6, 7, 8, 9, 10}
    assert "c_99" in str(instrument.item("b").show_if)


def test_or_other_gives_the_option_a_line_and_takes_no_name_from_another_row() -> None:
    instrument, _remarks = read(made(FORMS["or_other"]))

    keys = [item.key for item in instrument.items()]
    assert keys == ["water", "water_other", "water_other_2", "fuel", "fuel_other", "fuel_name"]
    fuel = [option for option in instrument.item("fuel").options if option.other]
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
    assert instrument.item("g").max_length == 20
    assert instrument.item("n").max_length == 1
    assert [option.exclusive for option in instrument.item("j").options] == [False, False, True]
    assert {row for code, row in told(remarks) if code == "X31"} == {5, 6, 8, 11, 12, 13}


def test_parameters_of_a_range_are_read_however_they_are_separated() -> None:
    instrument, _remarks = read(made(FORMS["ranges"]))

    ranges = {key: instrument.item(key) for key in "abcde"}
    assert [(one.min, one.max, one.step) for one in ranges.values()] == [
        (0, 10, 1), (1, 5, 1), (0, 1, 0.1), (1, 10, 1), (-10, 10, 1),
    ]  # fmt: skip
    assert [option.value for option in instrument.item("f").options] == ["food", "water", "roof"]


def test_kobos_table_of_ratings_is_a_section_of_ratings_and_its_order_of_preference_a_ranking() -> None:
    instrument, remarks = read(made(FORMS["kobo"]))

    assert [item.key for item in instrument.items()] == ["how_is_it", "polite", "quick", "best"]
    assert {item.type for item in instrument.items_in("staff")} == {"scale"}
    assert instrument.item("best").places == 2
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


def test_words_and_hint_that_are_too_long_together_are_cut_and_told() -> None:
    long = ["chờ " * 900, "lâu " * 900]
    survey = [
        ["type", "name", "label", "hint"],
        ["note", "notice", *long],
        ["begin_group", "outer", "Ngoài", None],
        ["integer", "count", "Mấy lần?", None],
        ["begin_group", "inner", *long],
        ["text", "words", "Góp ý", None],
        ["end_group"],
        ["end_group"],
    ]

    instrument, remarks = read(workbook({"survey": survey}))

    for item in instrument.items():
        if item.type == "information":
            assert item.text.vi.startswith("chờ chờ"), item.key
            assert "\nlâu lâu" in item.text.vi
            assert 3990 < len(item.text.vi) <= 4000
    assert {remark.row for remark in remarks if remark.code == "X35"} == {2, 5}
