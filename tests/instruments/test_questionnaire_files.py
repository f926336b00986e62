"""Questionnaire files: what is wrong is told with code, line, key and advice, all at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from survey_app.instruments.loader import load_file, load_questionnaire
from survey_app.instruments.problems import CATALOGUE, Problem, QuestionnaireProblems

EXAMPLES = Path(__file__).parents[1] / "questionnaires"
BROKEN = sorted((EXAMPLES / "broken").glob("*.yaml"))
SMALL = (EXAMPLES / "small.yaml").read_text(encoding="utf-8")


def problems_of(data: bytes | str) -> list[Problem]:
    with pytest.raises(QuestionnaireProblems) as refused:
        load_questionnaire(data)
    return refused.value.problems


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_each_broken_file_is_refused_with_its_code_at_its_line(path: Path) -> None:
    expected = re.match(rb"# expect: (Q\d{3}) at (\d+)", path.read_bytes())
    assert expected
    code, line = expected[1].decode(), int(expected[2]) or None

    with pytest.raises(QuestionnaireProblems) as refused:
        load_file(path)

    told = [(problem.code, problem.line) for problem in refused.value.problems]
    assert (code, line) in told
    assert {code for code, _ in told} == {code}, "one mistake, one kind of problem"
    assert all(problem.file == path.name for problem in refused.value.problems)


def test_every_code_of_the_catalogue_has_a_broken_file_or_a_test_here() -> None:
    covered = {path.name[:4] for path in BROKEN}

    assert set(CATALOGUE) - covered == {"Q003"}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_example_of_a_feature_is_accepted(path: Path) -> None:
    assert load_file(path).items()


def test_a_file_over_one_megabyte_is_refused_before_it_is_read() -> None:
    assert [problem.code for problem in problems_of(SMALL + "# " + "x" * 1_000_000)] == ["Q003"]


def test_all_problems_are_told_at_once_in_file_order() -> None:
    text = SMALL.replace("sector: administrative", "sector: hospital").replace("scale: s,", "scale: stars,")
    text = text.replace("en: Part one", 'en: ""').replace("minutes: 2", "minutes: 2\nminutes: 3")

    found = problems_of(text)

    assert [problem.code for problem in found] == ["Q023", "Q010", "Q024", "Q050"]
    assert [problem.line for problem in found] == sorted(problem.line or 0 for problem in found)


def test_the_key_path_is_written_as_an_author_reads_it() -> None:
    [problem] = problems_of(
        SMALL.replace("{key: a, scale: s, text: {vi: Câu, en: Question}}", "{key: a, scale: s, text: {vi: Câu}}")
    )

    assert problem.key == "sections[0].items[0].text.en"
    assert "«en»" in problem.message
    assert "sections[0].items[0].text" in problem.message


def test_path_of_a_problem_inside_a_condition_names_no_internal_tag() -> None:
    text = SMALL.replace("key: b,", "key: b, show_if: {all: [{item: a, on: 1}]},")

    keys = {problem.code: problem.key for problem in problems_of(text)}

    assert keys["Q020"] == "sections[0].items[1].show_if.all[0].on"


def test_a_misspelt_key_gets_the_nearest_known_key_as_advice() -> None:
    [problem] = problems_of(SMALL.replace("audience: [citizen]", "audience: [citizen]\nindeces: []"))

    assert "indices" in problem.advice


def test_messages_are_vietnamese_without_an_application(page: None) -> None:
    [problem] = problems_of(SMALL.replace("minutes: 2", "minutes: 500"))

    assert problem.message == "Số ở «minutes» nằm ngoài khoảng cho phép (≤ 120)."
    assert str(problem).startswith("questionnaire.yaml:5 [minutes] Q028: ")


def test_every_message_and_advice_can_be_filled_in() -> None:
    for path in BROKEN:
        with pytest.raises(QuestionnaireProblems) as refused:
            load_file(path)
        for problem in refused.value.problems:
            assert "%(" not in problem.message + problem.advice
            assert problem.advice.startswith(("Xin", "Câu"))


def test_a_text_with_byte_order_mark_or_windows_line_ends_is_read() -> None:
    windows = b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()

    assert load_questionnaire(windows).content_hash == load_questionnaire(SMALL).content_hash


def test_words_that_other_yaml_versions_take_for_truth_values_stay_words() -> None:
    instrument = load_questionnaire(SMALL.replace("en: Part one", "en: No"))

    assert instrument.section("one").title.en == "No"


@pytest.mark.parametrize("bomb", ["[" * 100_000, "{a: " * 50_000, "- " * 50_000, "? " * 20_000, "a: " + "9" * 5000])
def test_hostile_nesting_and_numbers_end_in_a_refusal(bomb: str) -> None:
    assert problems_of(bomb)


def test_a_hidden_mark_in_a_comment_is_found_too() -> None:
    [problem] = problems_of(SMALL + "# \u2066ghi chú\n")

    assert (problem.code, problem.line) == ("Q011", SMALL.count("\n") + 1)
