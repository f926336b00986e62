"""The one check of answers: what is stored, what is refused and how it is said."""

from __future__ import annotations

import math
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.instruments.answers import CellError, check_answers, parse_cell
from survey_app.instruments.loader import load_file
from survey_app.instruments.schema import Instrument

ROOT = Path(__file__).parents[2]
TYPES = load_file(ROOT / "tests" / "questionnaires" / "item_types.yaml")
ROUTES = load_file(ROOT / "tests" / "questionnaires" / "show_if_operators.yaml")
SIPAS = load_file(ROOT / "questionnaires" / "sipas-commune.yaml")


def code_of(key: str, value: object) -> str | None:
    checked = check_answers(TYPES, {key: value})
    assert len(checked.problems) <= 1
    assert not (checked.problems and checked.answers)
    return checked.problems[0].code if checked.problems else None


def stored(key: str, value: object) -> object:
    checked = check_answers(TYPES, {key: value})
    assert checked.problems == []
    return checked.answers.get(key)


@pytest.mark.parametrize(
    "value", [0, 4, 10, -1, "3", 3.0, True, [3], {"a": 1}, pytest.param(10**5000, id="huge"), float("nan")]
)
def test_a_rating_off_the_scale_or_of_another_type_is_refused(value: object) -> None:
    assert code_of("rating", value) == "not_an_option"


def test_a_rating_on_the_scale_and_no_opinion_are_stored() -> None:
    assert stored("rating", 3) == 3
    assert stored("rating", 9) == 9


@pytest.mark.parametrize("value", ["1", True, 1.0, "three", 2, [1], {}, ["two"]])
def test_a_single_choice_takes_its_own_values_only(value: object) -> None:
    assert code_of("one_of", value) == "not_an_option"


def test_multiple_choices_are_stored_in_the_order_of_the_options() -> None:
    assert stored("many_of", [2, 1]) == [1, 2]
    assert stored("many_of", ["none"]) == ["none"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([1, 1], "duplicate_option"),
        ([1, "none"], "exclusive_option"),
        ([1, [2]], "not_an_option"),
        ([True], "not_an_option"),
        ([1] * 100_000, "duplicate_option"),
        (["1"], "not_an_option"),
    ],
)
def test_multiple_choices_refuse_what_cannot_be_meant(value: object, code: str) -> None:
    assert code_of("many_of", value) == code


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("visits", 0, "too_small"),
        ("visits", 21, "too_large"),
        ("visits", 2.5, "wrong_step"),
        ("visits", "3", "not_a_number"),
        ("visits", True, "not_a_number"),
        ("hours", math.nan, "not_a_number"),
        ("hours", math.inf, "not_a_number"),
        ("hours", 10**400, "not_a_number"),
        ("hours", 1e300, "not_a_number"),
        ("hours", 0.3, "wrong_step"),
    ],
)
def test_numbers_outside_their_limits_are_refused(key: str, value: object, code: str) -> None:
    assert code_of(key, value) == code


def test_numbers_on_their_steps_are_stored_whole_ones_as_integers() -> None:
    assert stored("hours", 2.5) == 2.5
    assert type(stored("hours", 2.0)) is int
    assert stored("hours", -0.5) == -0.5


@pytest.mark.parametrize("value", ["a\x00b", "a\u202eb", "a\u2066b", "\x1b[31m", "\ud800", "a\x85b", "\uffff"])
def test_hidden_characters_in_words_are_refused_with_a_message(value: str) -> None:
    assert code_of("remark", value) == "hidden_characters"


def test_words_are_composed_trimmed_and_keep_their_lines() -> None:
    decomposed = unicodedata.normalize("NFD", "Rất tốt")

    assert stored("remark", f"  {decomposed}\r\n\tlắm ") == "Rất tốt\n\tlắm"
    assert stored("remark", "👩‍👧 tốt") == "👩‍👧 tốt"


def test_length_is_counted_after_composition() -> None:
    twenty = unicodedata.normalize("NFD", "ế" * 20)

    assert stored("remark", twenty) == "ế" * 20
    assert code_of("remark", "ế" * 21) == "text_too_long"


@pytest.mark.parametrize("value", [5, ["a"], {"a": "b"}, True])
def test_words_of_another_type_are_refused(value: object) -> None:
    assert code_of("remark", value) == "wrong_type"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2026-02-30", "not_a_date"),
        ("20/11/2026", "not_a_date"),
        ("20261120", "not_a_date"),
        ("2026-W01-1", "not_a_date"),
        (20261120, "not_a_date"),
        ("2025-12-31", "too_early"),
        ("2027-01-01", "too_late"),
        ("2026-11-20", None),
    ],
)
def test_days_are_real_iso_and_within_limits(value: object, code: str | None) -> None:
    assert code_of("day", value) == code


@pytest.mark.parametrize("blank", ["", "  \n", None, [], ()])
@pytest.mark.parametrize("key", ["rating", "one_of", "many_of", "visits", "remark", "day"])
def test_nothing_said_is_nothing_stored(key: str, blank: object) -> None:
    assert check_answers(TYPES, {key: blank}) == check_answers(TYPES, {})


def test_an_unknown_item_is_a_problem_and_is_not_stored() -> None:
    checked = check_answers(TYPES, {"rating": 3, "x" * 500: 1, "\ud800": 2})

    assert checked.answers == {"rating": 3}
    assert [problem.code for problem in checked.problems] == ["unknown_item", "unknown_item"]
    assert max(len(problem.item) for problem in checked.problems) <= 60
    assert all(problem.message.encode() for problem in checked.problems)


def test_messages_speak_to_the_respondent_and_name_the_number_of_the_question() -> None:
    [problem] = check_answers(TYPES, {"visits": 21}).problems

    assert problem.message == "Câu 5: con số lớn nhất có thể ghi là 20. Xin Ông/Bà viết lại."


def test_answers_off_the_path_are_dropped_and_named() -> None:
    late = {"n5": 3, "n6": 1, "n7": 2}

    assert check_answers(SIPAS, late).answers == late
    on_time = check_answers(SIPAS, {**late, "n5": 2})
    assert on_time.answers == {"n5": 2}
    assert on_time.dropped == ["n6", "n7"]
    assert on_time.problems == []


def test_a_chain_of_conditions_falls_with_its_first_link() -> None:
    checked = check_answers(ROUTES, {"rating": 3, "by_in": 5, "chained": 7})

    assert checked.answers == {"rating": 3}
    assert checked.dropped == ["by_in", "chained"]


JSON_LIKE: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.integers()
    | st.builds(lambda: 10**5000)
    | st.floats()
    | st.text(max_size=30)
    | st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Zs", "Lo"]), max_size=10)
    | st.sampled_from(["two", "none", "2026-05-05", "2026-13-01", "é" * 21, "\u0301", "\u2028"])
    | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def some_answers(instrument: Instrument) -> st.SearchStrategy[dict[str, Any]]:
    keys = st.sampled_from([item.key for item in instrument.items()]) | st.text(max_size=5)
    return st.dictionaries(keys, JSON_LIKE, max_size=12)


@pytest.mark.parametrize("instrument", [TYPES, ROUTES, SIPAS], ids=lambda instrument: instrument.key)
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_input_is_answered_and_checking_twice_changes_nothing(instrument: Instrument, data: st.DataObject) -> None:
    checked = check_answers(instrument, data.draw(some_answers(instrument)))

    again = check_answers(instrument, checked.answers)

    assert again.answers == checked.answers
    assert [type(value) for value in again.answers.values()] == [type(value) for value in checked.answers.values()]
    assert again.problems == []
    assert again.dropped == []


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("rating", " 3 ", 3),
        ("one_of", "1", 1),
        ("one_of", "two", "two"),
        ("many_of", "1;2", [1, 2]),
        ("many_of", "2|1", [2, 1]),
        ("many_of", "none", ["none"]),
        ("visits", "4", 4),
        ("hours", "2,5", 2.5),
        ("hours", "2.5", 2.5),
        ("hours", "1.234,5", 1234.5),
        ("hours", "0.125", 0.125),
        ("hours", "-2,5", -2.5),
        ("day", "2026-11-20", "2026-11-20"),
        ("day", "5/6/2026", "2026-06-05"),
        ("remark", "=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("rating", "  ", None),
        ("remark", "", None),
    ],
)
def test_a_cell_is_read_as_the_answer_it_writes(key: str, cell: str, value: object) -> None:
    assert parse_cell(TYPES.item(key), cell) == value


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        ("rating", "=3"), ("rating", "@3"), ("rating", "+3"), ("rating", "-3"), ("rating", "ba"),
        ("rating", "٣"),
        ("one_of", "7"), ("one_of", "=1+1"), ("many_of", "1;=2"), ("visits", "-3"), ("hours", "1.234"),
        ("hours", "1 000"), ("hours", "nan"), ("hours", "1e5"), ("hours", "٣"), ("day", "31/02/2026"),
        ("day", "11-20-2026"), ("rating", "9" * 5000),
    ],
)  # fmt: skip
def test_a_cell_that_could_mislead_is_refused_with_a_message(key: str, cell: str) -> None:
    with pytest.raises(CellError) as refused:
        parse_cell(TYPES.item(key), cell)

    assert "Xin" in str(refused.value) or "mã" in str(refused.value)


@given(st.sampled_from(TYPES.items()), st.text(max_size=40))
def test_any_cell_is_read_or_refused_and_what_is_read_passes_the_check(item: Any, cell: str) -> None:
    try:
        value = parse_cell(item, cell)
    except CellError:
        return
    check_answers(TYPES, {item.key: value})
