"""What the second edition of the format adds: missing codes, „other”, words, ranking, paragraphs, names in texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from survey_app.instruments.answers import CellError, check_answers, parse_cell
from survey_app.instruments.conditions import visible_items
from survey_app.instruments.form import section_form
from survey_app.instruments.loader import load_file, load_questionnaire
from survey_app.instruments.schema import Instrument, ScaleItem
from tests.instruments.test_section_form import posted

EXAMPLES = Path(__file__).parents[1] / "questionnaires"
MISSING, OTHER, WORDS, RANKING, PIPING, DISPLAYS, INDICES = (
    load_file(EXAMPLES / f"{name}.yaml")
    for name in ("scale_missing", "other_option", "missing_words", "ranking", "piping", "scale_displays", "indices")
)


def path(instrument: Instrument, answers: dict[str, object]) -> set[str]:
    return {item.key for item in visible_items(instrument, answers)}


def problem(instrument: Instrument, answers: dict[str, object]) -> list[tuple[str, str]]:
    return [(one.item, one.code) for one in check_answers(instrument, answers).problems]


def test_a_questionnaire_stored_before_is_still_the_same_version() -> None:
    stored = load_file(EXAMPLES / "first_edition" / "sipas-commune-2020.1.yaml")

    assert stored.content_hash == "3f984d92431415c3b50a58dd7c7d46a0ac9e081b5be06b4a463d3fdb0ed7f7fd"


def test_defaults_of_new_keys_written_out_are_the_same_version() -> None:
    text = (EXAMPLES / "indices.yaml").read_text("utf-8")
    written = text.replace("key: pooled, kind: satisfied_share,", "key: pooled, pool: answers, kind: satisfied_share,")
    written = written.replace("key: a1, scale: five,", "key: a1, direction: positive, scale: five,")
    written = written.replace("{value: 1, label: {vi: Không,", "{value: 1, other: false, label: {vi: Không,")
    written = written.replace("index: everything, rate: 0.5", "index: everything, rate: 0.5, operator: ge")
    assert written.count(": ") == text.count(": ") + 4
    assert load_questionnaire(written).content_hash == load_questionnaire(text).content_hash


def test_missing_codes_of_a_scale_are_answers_outside_its_points() -> None:
    scale = MISSING.scales["quality"]
    assert [point.value for point in scale.answers] == [1, 2, 3, 9, 8]
    assert scale.values == (1, 2, 3)
    assert check_answers(MISSING, {"canteen": 8}).answers == {"canteen": 8}
    assert problem(MISSING, {"canteen": 0}) == [("canteen", "not_an_option")]


def test_a_missing_code_satisfies_no_comparison_but_one_that_names_it() -> None:
    assert "again" not in path(MISSING, {"canteen": 8})
    assert "gone" in path(MISSING, {"canteen": 8})
    assert "again" in path(MISSING, {"canteen": 2})
    assert "low" in path(WORDS, {"share": 50})
    assert "low" not in path(WORDS, {"share": "dk"})
    assert "unsure" in path(WORDS, {"share": "dk"})
    assert "why" not in path(OTHER, {"job": 99})


def test_a_negative_statement_swaps_satisfied_and_dissatisfied() -> None:
    bribes, again = MISSING.item("bribes"), MISSING.item("again")
    assert isinstance(bribes, ScaleItem)
    assert isinstance(again, ScaleItem)
    assert MISSING.sides_of(bribes) == ((1,), (3,))
    assert MISSING.sides_of(again) == ((3,), (1,))


def test_words_beside_other_are_kept_only_with_the_option() -> None:
    assert check_answers(OTHER, {"job": 2, "job_other": " Thợ xây "}).answers == {"job": 2, "job_other": "Thợ xây"}
    assert check_answers(OTHER, {"job": 1, "job_other": "Thợ xây"}).dropped == ["job_other"]
    assert check_answers(OTHER, {"job_other": "Thợ xây"}).dropped == ["job_other"]
    assert problem(OTHER, {"job": 2, "job_other": "x" * 201}) == [("job_other", "text_too_long")]


def test_a_missing_option_of_a_multiple_choice_stands_alone() -> None:
    assert problem(OTHER, {"wishes": ["a", "dk"]}) == [("wishes", "exclusive_option")]
    assert check_answers(OTHER, {"wishes": ["dk"]}).answers == {"wishes": ["dk"]}


def test_the_line_of_other_is_stored_in_no_file_and_has_the_number_of_its_question() -> None:
    assert "job_other" not in OTHER.canonical_json()
    assert OTHER.number_of("job_other") == OTHER.number_of("job") == "1"
    assert OTHER.section_of("job_other").key == "part"


def test_words_instead_of_numbers_and_days_are_taken_as_they_are() -> None:
    given: dict[str, object] = {"share": "dk", "day": "forgot"}
    assert {key: check_answers(WORDS, given).answers[key] for key in given} == given
    assert problem(WORDS, {"share": "forgot"}) == [("share", "not_a_number")]
    assert problem(WORDS, {"day": "dk"}) == [("day", "not_a_date")]


@pytest.mark.parametrize(
    ("ranked", "code"),
    [
        ([2, 1, "place"], None),
        ([2], None),
        ([2, "", ""], None),
        ([], None),
        ([2, "", 1], "gap_in_order"),
        ([None, 1], "gap_in_order"),
        ([2, 2], "duplicate_option"),
        ([1, 2, 3, "place"], "too_many_in_order"),
        (["2"], "not_an_option"),
        ([True], "not_an_option"),
        ({"a": 1}, "not_an_option"),
    ],
)
def test_a_ranking_is_a_list_without_gaps_or_repeats(ranked: object, code: str | None) -> None:
    assert [found for _key, found in problem(RANKING, {"order": ranked})] == ([code] if code else [])


def test_a_ranking_keeps_the_order_in_which_it_was_given() -> None:
    assert check_answers(RANKING, {"order": ["place", 1, 2]}).answers == {"order": ["place", 1, 2]}
    assert "cost" in path(RANKING, {"order": [1, 2]})


def test_a_paragraph_has_no_number_and_takes_no_answer() -> None:
    assert "note" not in PIPING.numbers()
    assert [item.key for item in PIPING.questions()] == ["kind", "later"]
    assert problem(PIPING, {"note": "x"}) == [("note", "unknown_item")]
    assert "more" in path(PIPING, {"later": 1})


@pytest.mark.parametrize(
    ("instrument", "key", "cell", "value"),
    [
        (RANKING, "order", "place; 1;2", ["place", 1, 2]),
        (RANKING, "order", "2;;1", [2, None, 1]),
        (WORDS, "share", " dk ", "dk"),
        (WORDS, "share", "12,5", 12.5),
        (WORDS, "day", "forgot", "forgot"),
        (OTHER, "job_other", "Thợ; xây", "Thợ; xây"),
    ],
)
def test_cells_of_a_file_are_read_as_the_page_would_post_them(
    instrument: Instrument, key: str, cell: str, value: object
) -> None:
    assert parse_cell(instrument.item(key), cell) == value


def test_a_cell_with_an_unknown_value_in_an_order_is_refused(page: Flask) -> None:
    with pytest.raises(CellError):
        parse_cell(RANKING.item("order"), "1;9")


def test_posted_selects_become_a_ranking(page: Flask) -> None:
    form = posted(RANKING, "part", [("order", "2"), ("order", "place"), ("order", "")])
    assert form.validate(), form.answer_errors
    assert form.checked.answers == {"order": [2, "place"]}
    assert [form["order"].chosen(place) for place in form["order"].places] == [2, "place", ""]


def test_a_required_ranking_left_empty_is_asked_for(page: Flask) -> None:
    form = posted(RANKING, "part", [("order", ""), ("order", "")])
    assert not form.validate()
    assert form.answer_errors == {"order": ["Ông/Bà chưa trả lời câu 1. Xin chọn ý quan trọng nhất."]}


def test_a_word_is_chosen_in_place_of_a_number_but_not_beside_one(page: Flask) -> None:
    chosen = posted(WORDS, "part", [("share", ""), ("share", "dk")])
    assert chosen.validate()
    assert chosen.checked.answers == {"share": "dk"}
    both = posted(WORDS, "part", [("share", "50"), ("share", "dk")])
    assert not both.validate()
    assert 'value="50"' in str(both["share"])
    assert both["share"].ticked(both["share"].words[0])


def test_a_stored_word_comes_back_ticked_and_not_as_text(page: Flask) -> None:
    form = section_form(WORDS, "part", language="vi", answers={"share": "dk"})
    assert 'value=""' in str(form["share"])
    assert form["share"].ticked(form["share"].words[0])


def test_whoever_writes_beside_other_has_chosen_it(page: Flask) -> None:
    form = posted(OTHER, "part", [("job_other", "Thợ xây"), ("wishes", "a"), ("wishes_other", "Gần hơn")])
    assert form.validate(), form.answer_errors
    assert form.checked.answers == {"job": 2, "job_other": "Thợ xây", "wishes": ["a", "b"], "wishes_other": "Gần hơn"}
    another = posted(OTHER, "part", [("job", "1"), ("job_other", "Thợ xây")])
    assert another.checked.answers == {"job": 1}
    assert another.newly_visible() == []


def test_words_beside_other_that_are_taken_away_are_not_kept(page: Flask) -> None:
    earlier: dict[str, object] = {"job": 2, "job_other": "Thợ xây", "wishes": ["a"]}
    data = MultiDict([("shown", "job"), ("job", "2"), ("job_other", "")])

    form = section_form(OTHER, "part", language="vi", answers=earlier, formdata=data)

    assert form.checked.answers == {"job": 2, "wishes": ["a"]}


def test_names_are_filled_into_questions_and_hints(page: Flask) -> None:
    names = {"agency": "UBND xã A", "commune": "Xã A", "province": "Tỉnh B"}
    form = section_form(PIPING, "part", language="vi", answers={}, names=names)
    assert form["kind"].label.text == "UBND xã A phục vụ thế nào?"
    assert form["kind"].description == "Chỉ nói về Xã A."
    assert form["note"].label.text == "Sau đây hỏi về UBND xã A."
    assert PIPING.item("kind").text.vi == "{agency} phục vụ thế nào?"


def test_unconditional_neighbours_on_a_grid_scale_are_one_table(page: Flask) -> None:
    form = section_form(DISPLAYS, "part", language="vi", answers={})
    assert [[field.short_name for field in block] for block in form.blocks] == [["g1", "g2"], ["g3"], ["f1"], ["o1"]]
    assert DISPLAYS.scales["faces3"].shows_faces
    assert not DISPLAYS.scales["often"].shows_faces
    assert not DISPLAYS.scales["table"].shows_faces


def test_an_other_option_may_belong_to_an_item_with_the_longest_key() -> None:
    key = "k" * 40
    options = "[{value: 1, label: {vi: A, en: B}}, {value: 2, label: {vi: C, en: D}, other: true}]"
    instrument = load_questionnaire(
        'key: long\nversion: "1"\nsector: health\naudience: [citizen]\nminutes: 1\ntitle: {vi: A, en: B}\nsections:\n'
        "  - key: s\n    title: {vi: A, en: B}\n    items:\n"
        f"      - {{key: {key}, type: single, text: {{vi: A, en: B}}, options: {options}}}\n"
    )
    assert check_answers(instrument, {key: 2, f"{key}_other": "C"}).answers == {key: 2, f"{key}_other": "C"}
    assert instrument.count_questions() == 1
