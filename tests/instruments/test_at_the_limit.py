"""Limits, exactly reached and just passed: of numbers, of words, of choices."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey_app.errors import LinesRefused
from survey_app.instruments.answers import check_answers
from survey_app.instruments.loader import load_questionnaire
from survey_app.instruments.problems import QuestionnaireProblems
from survey_app.instruments.reading_cost import reading_cost
from survey_app.instruments.rewording import reword
from survey_app.instruments.schema import Instrument

EXAMPLES = Path(__file__).parents[1] / "questionnaires"
INDICATOR = "{item: g1, min: 0, max: 200}"
NUMBER = "        min: 0\n        max: 200\n"
DAY = "- {key: day, type: date, "


def problems(name: str, old: str, new: str) -> list[str]:
    """The codes of what is wrong with an example after a change."""
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    try:
        load_questionnaire(text.replace(old, new))
    except QuestionnaireProblems as error:
        return [problem.code for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("name", "old", "reached", "passed", "code"),
    [
        ("indices", NUMBER, NUMBER.replace("0\n", "200\n", 1), NUMBER.replace("0\n", "201\n", 1), "Q070"),
        ("show_if_twins", DAY, f'{DAY}min: "2026-06-01", max: "2026-06-01", ',
         f'{DAY}min: "2026-06-02", max: "2026-06-01", ', "Q070"),
        ("indices", INDICATOR, INDICATOR.replace(": 0,", ": 199,"), INDICATOR.replace(": 0,", ": 200,"), "Q089"),
        ("ranking", "choose: 3", "choose: 4", "choose: 5", "Q071"),
        ("indices", "{value: 8, kind: not_used", "{value: 7, kind: not_used", "{value: 9, kind: not_used", "Q054"),
        ("indices", "{value: 8, kind: not_used", "{value: 6, kind: not_used", "{value: 5, kind: not_used", "Q054"),
    ],
)  # fmt: skip
def test_what_reaches_a_limit_stands_and_what_passes_it_is_named(
    name: str, old: str, reached: str, passed: str, code: str
) -> None:
    assert problems(name, old, reached) == []
    assert problems(name, old, passed) == [code]


@pytest.mark.parametrize("words", ["a {agency} b", "a {agency", "a agency}", "a {} b", "{nobody}"])
def test_a_brace_stands_only_around_a_name(words: str) -> None:
    old = "{key: a, scale: s, text: {vi: Câu, en: Question}}"

    found = problems("small", old, old.replace("vi: Câu", f'vi: "{words}"'))

    assert found == ([] if words == "a {agency} b" else ["Q031"])


YEARS = "      - {key: constructor, "


@pytest.mark.parametrize(
    ("operator", "codes"), [("eq: dk", []), ("in: [dk]", []), ("ge: dk", ["Q062"]), ("le: dk", ["Q062"])]
)
def test_a_word_for_a_missing_number_may_be_named_but_is_in_no_order(operator: str, codes: list[str]) -> None:
    asked = (
        f"      - {{key: more, type: text, show_if: {{item: years, {operator}}}, text: {{vi: Câu, en: Question}}}}\n"
    )

    assert problems("show_if_twins", YEARS, asked + YEARS) == codes


def test_a_question_of_25_words_is_not_too_long() -> None:
    text = (EXAMPLES / "small.yaml").read_text(encoding="utf-8")
    of = {
        count: load_questionnaire(text.replace("scale: s, text: {vi: Câu,", f"scale: s, text: {{vi: {'câu ' * count},"))
        for count in (25, 26)
    }

    assert {count: reading_cost(one).long_items for count, one in of.items()} == {25: (), 26: ("a",)}


def test_words_of_4000_characters_are_put_in_and_longer_ones_refused(sipas: Instrument) -> None:
    def put_in(length: int) -> Instrument:
        row = {"item": "a1", "language": "vi", "text": "a" * length}
        return reword(sipas, [(2, row)], source="QĐ", version="2099.1").instrument

    assert put_in(4000).item("a1").text.vi == "a" * 4000
    with pytest.raises(LinesRefused):
        put_in(4001)


def test_the_largest_number_is_taken_and_the_next_refused(routes: Instrument) -> None:
    largest = 10**15

    for number in (largest, -largest):
        assert check_answers(routes, {"visits": number}).answers == {"visits": number}
    for number in (largest + 1, -largest - 1):
        assert [one.code for one in check_answers(routes, {"visits": number}).problems] == ["not_a_number"]
