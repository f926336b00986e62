"""The page's form: rebuilt from the instrument, tolerant of anything posted, speaking Vietnamese."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from survey_app.instruments.answers import check_answers
from survey_app.instruments.fields import FIELD_FOR_TYPE
from survey_app.instruments.form import SectionForm, section_form
from survey_app.instruments.schema import ITEM_TYPES, Instrument
from survey_app.instruments.texts import RESERVED_KEYS

KINDS = [
    "rating",
    "optional_rating",
    "one_of",
    "many_of",
    "visits",
    "hours",
    "remark",
    "name_of_office",
    "day",
]
GOOD = [
    ("rating", "3"),
    ("one_of", "two"),
    ("many_of", "2"),
    ("many_of", "1"),
    ("visits", "4"),
    ("hours", "2,5"),
    ("remark", " tốt "),
    ("day", "2026-11-20"),
]


def posted(
    instrument: Instrument, section: str, values: list[tuple[str, str]], shown: list[str] | None = None,
    answers: dict[str, object] | None = None, language: str = "vi",
) -> SectionForm:  # fmt: skip
    keys = [item.key for item in instrument.section(section).items] if shown is None else shown
    data = MultiDict([*values, *[("shown", key) for key in keys]])
    return section_form(instrument, section, language=language, answers=answers or {}, formdata=data)


def test_there_is_a_field_for_every_type_of_item() -> None:
    assert set(FIELD_FOR_TYPE) == set(ITEM_TYPES)


def test_a_first_view_shows_every_field_with_item_number_and_path(page: Flask, sipas: Instrument) -> None:
    form = section_form(sipas, "experience", language="vi", answers={"n5": 3})

    assert [field.short_name for field in form] == [item.key for item in sipas.section("experience").items]
    assert form["n1"].item.key == "n1"
    assert form["n1"].number == "23"
    assert form["n1_other"].number == "23a"
    assert [field.short_name for field in form if not field.visible] == ["n1_other", "n2_more"]
    assert form["n5"].data == 3
    assert form.shown == []


def test_labels_follow_the_language(page: Flask, types: Instrument) -> None:
    vietnamese = section_form(types, "kinds", language="vi", answers={})
    english = section_form(types, "kinds", language="en", answers={})

    assert vietnamese["visits"].label.text == "Mấy lần"
    assert english["visits"].label.text == "Visits"
    assert english["name_of_office"].description == "Short"


def test_a_rating_is_five_radio_buttons_and_no_opinion(page: Flask, sipas: Instrument) -> None:
    html = str(section_form(sipas, "access", language="vi", answers={"a1": 4})["a1"])

    assert re.findall(r'value="(\d)"', html) == ["1", "2", "3", "4", "5", "9"]
    assert html.count("checked") == 1
    assert 'checked id="a1-3"' in html


def test_good_answers_pass_and_are_stored_as_the_door_would(page: Flask, types: Instrument) -> None:
    form = posted(types, "kinds", [*GOOD, ("optional_rating", ""), ("name_of_office", "UBND xã")])

    assert form.validate(), form.answer_errors
    assert form.checked.answers == {
        "rating": 3, "one_of": "two", "many_of": [1, 2], "visits": 4, "hours": 2.5, "remark": "tốt",
        "name_of_office": "UBND xã", "day": "2026-11-20",
    }  # fmt: skip
    assert form.checked == check_answers(types, form.checked.answers)


def test_what_is_stored_comes_back_into_the_inputs(page: Flask, types: Instrument) -> None:
    stored = posted(types, "kinds", GOOD).checked.answers

    form = section_form(types, "kinds", language="vi", answers=stored)

    assert 'value="2,5"' in str(form["hours"])
    assert 'value="2026-11-20"' in str(form["day"])
    assert ">\r\ntốt</textarea>" in str(form["remark"])
    assert str(form["many_of"]).count("checked") == 2
    assert 'value="2.5"' in str(section_form(types, "kinds", language="en", answers=stored)["hours"])


def test_an_unanswered_rating_is_asked_for_in_the_voice_of_the_house(page: Flask, sipas: Instrument) -> None:
    form = posted(sipas, "procedure", [("b6", "4"), ("b7", "4"), ("b8", "9"), ("b9", "4")])

    assert not form.validate()
    assert form.answer_errors == {"b5": ["Ông/Bà chưa trả lời câu 5. Xin chọn một mức, hoặc chọn Không có ý kiến."]}
    assert form["b5"].errors == form.answer_errors["b5"]
    assert not form.csrf_failed


def test_optional_questions_may_stay_empty_and_required_ones_say_what_to_do(page: Flask, types: Instrument) -> None:
    form = posted(types, "kinds", [("rating", "1")])

    assert not form.validate()
    assert form.answer_errors == {"one_of": ["Ông/Bà chưa trả lời câu 3. Xin chọn một ý."]}


@pytest.mark.parametrize(
    ("key", "typed", "message"),
    [
        ("rating", "77", "Câu 1: mức đã chọn không có trong thang. Xin Ông/Bà chọn lại một mức."),
        ("rating", "\u0664", "Câu 1: mức đã chọn không có trong thang. Xin Ông/Bà chọn lại một mức."),
        ("one_of", "<b>", "Câu 3: ý đã chọn không có trong danh sách. Xin Ông/Bà chọn lại một ý."),
        ("many_of", "9", "Câu 4: có ý đã chọn không nằm trong danh sách. Xin Ông/Bà chọn lại."),
        ("visits", "ba", "Câu 5: Đây chưa phải là một con số. Xin chỉ viết chữ số, ví dụ 3 hoặc 2,5."),
        ("visits", "2,5", "Câu 5: cần một số nguyên. Xin Ông/Bà viết lại, không ghi phần lẻ."),
        ("remark", "x" * 21, "Câu 7: câu trả lời dài 21 ký tự, nhiều nhất là 20. Xin Ông/Bà viết ngắn lại."),
        ("day", "2025-01-01", "Câu 9: ngày sớm nhất có thể ghi là 01/01/2026. Xin Ông/Bà viết lại."),
    ],
)
def test_a_wrong_answer_is_told_and_what_was_typed_is_kept(
    page: Flask, types: Instrument, key: str, typed: str, message: str
) -> None:
    others = [(name, value) for name, value in GOOD if name != key]
    form = posted(types, "kinds", [*others, (key, typed)])

    assert not form.validate()
    assert form.answer_errors == {key: [message]}
    if key in ("visits", "remark", "day"):
        assert typed in str(form[key])
    assert 'value="2,5"' in str(form["hours"])


def test_only_items_that_were_shown_are_read(page: Flask, types: Instrument) -> None:
    form = posted(
        types,
        "kinds",
        [("rating", "1"), ("visits", "")],
        shown=["rating"],
        answers={"visits": 2, "remark": "cũ"},
    )

    assert form.validate()
    assert form.collected() == {"rating": 1}
    assert form.checked.answers == {"rating": 1, "visits": 2, "remark": "cũ"}
    assert 'value="2"' in str(form["visits"])


def test_an_answer_counts_as_shown_though_a_simple_client_does_not_say_so(page: Flask, types: Instrument) -> None:
    form = posted(types, "kinds", [("visits", "5")], shown=["rating"], answers={"visits": 2, "remark": "cũ"})

    assert form.collected()["visits"] == 5
    assert form.checked.answers == {"visits": 5, "remark": "cũ"}


def test_an_answer_that_was_shown_and_cleared_is_taken_away(page: Flask, types: Instrument) -> None:
    form = posted(types, "kinds", [("remark", ""), ("visits", "")], shown=["remark", "visits", "many_of"],
                  answers={"remark": "cũ", "visits": 2, "many_of": [1], "rating": 3})  # fmt: skip

    assert form.validate()
    assert form.collected() == {"remark": None, "visits": None, "many_of": None}
    assert form.checked.answers == {"rating": 3}


def test_items_that_the_answers_open_are_named_until_they_were_shown(page: Flask, sipas: Instrument) -> None:
    first = ["n1", "n2", "n3", "n4", "n5"]
    form = posted(sipas, "experience", [("n5", "3"), ("n2", "6")], shown=first)

    assert form.validate()
    assert form.newly_visible(form.checked.answers) == ["n2_more", "n6", "n7"]
    assert form["n6"].visible

    again = posted(sipas, "experience", [("n5", "3"), ("n2", "6")], shown=[*first, "n2_more", "n6", "n7"])
    assert again.validate()
    assert again.newly_visible(again.checked.answers) == []


def test_a_shown_item_that_left_the_path_gives_no_error_and_is_not_stored(page: Flask, sipas: Instrument) -> None:
    form = posted(sipas, "experience", [("n2", "1"), ("n2_more", "không nhớ")], shown=["n2", "n2_more"])

    assert form.validate()
    assert form.checked.answers == {"n2": 1}


def test_answers_of_other_sections_stay(page: Flask, sipas: Instrument) -> None:
    form = posted(sipas, "outcome", [("d16", "5"), ("d17", "5"), ("d18", "9")], answers={"a1": 2, "n5": 3, "n6": 1})

    assert form.validate()
    assert form.checked.answers == {"a1": 2, "d16": 5, "d17": 5, "d18": 9, "n5": 3, "n6": 1}


def test_a_page_without_its_token_fails_apart_from_the_answers(app: Flask, types: Instrument) -> None:
    with app.test_request_context("/", method="POST"):
        form = posted(types, "kinds", GOOD)

        assert not form.validate()
        assert form.csrf_failed
        assert form.answer_errors == {}
        assert form["csrf_token"].errors == [
            "Trang này đã mở quá lâu nên chưa nhận được câu trả lời. Xin Ông/Bà bấm lại nút để gửi."
        ]
        assert form.checked.answers["rating"] == 3


def test_a_page_with_its_token_passes(app: Flask, types: Instrument) -> None:
    with app.test_request_context("/", method="POST"):
        token = section_form(types, "kinds", language="vi", answers={})["csrf_token"].current_token

        form = posted(types, "kinds", [*GOOD, ("csrf_token", token)])

        assert form.validate()
        assert not form.csrf_failed


def test_no_name_of_the_form_can_be_taken_by_an_item(page: Flask, types: Instrument) -> None:
    form = section_form(types, "kinds", language="vi", answers={})
    names = {name for name in dir(form) if re.fullmatch("[a-z][a-z0-9_]{0,39}", name)}

    assert names - set(KINDS) <= RESERVED_KEYS


@given(st.lists(st.tuples(st.sampled_from([*KINDS, "shown", "x"]), st.text(max_size=30)), max_size=12))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_post_is_answered_and_nothing_wrong_is_stored(
    page: Flask, types: Instrument, values: list[tuple[str, str]]
) -> None:
    form = posted(types, "kinds", values)

    good = form.validate()

    assert str([str(field) for field in form])
    assert check_answers(types, form.checked.answers).answers == form.checked.answers
    assert good == (not form.answer_errors)
