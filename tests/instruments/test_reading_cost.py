"""What a questionnaire costs its respondents."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey_app.instruments.loader import load_questionnaire
from survey_app.instruments.reading_cost import count_words, reading_cost

SMALL = (Path(__file__).parents[1] / "questionnaires" / "small.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("Chỗ ngồi chờ", 3), ("Có – hoặc không?", 3), ("  hai\n dòng ", 2), ("III.10 / 5%", 2)],
)
def test_words_are_what_stands_between_spaces(text: str, words: int) -> None:
    assert count_words(text) == words


def test_everything_that_is_read_is_counted_and_a_scale_once() -> None:
    # title 2; section 2; item a: 1, its scale Kém, Vừa, Tốt, Không có ý kiến: 7; item b: 1, its options 2
    assert reading_cost(load_questionnaire(SMALL)).words == 2 + 2 + 1 + 7 + 1 + 2
    again = SMALL.replace(
        "      - {key: b,", "      - {key: c, scale: s, text: {vi: Câu nữa, en: Q}}\n      - {key: b,"
    )
    assert reading_cost(load_questionnaire(again)).words == 15 + 2


def test_six_seconds_on_a_scale_and_ten_elsewhere() -> None:
    assert reading_cost(load_questionnaire(SMALL)).minutes == pytest.approx(16 / 60)


def test_a_question_of_more_than_25_words_is_named() -> None:
    long = SMALL.replace("{key: a, scale: s, text: {vi: Câu,", "{key: a, scale: s, text: {vi: " + "câu " * 26 + ",")

    assert reading_cost(load_questionnaire(long)).long_items == ("a",)
    assert reading_cost(load_questionnaire(long), "en").long_items == ()
    assert reading_cost(load_questionnaire(SMALL)).long_items == ()
