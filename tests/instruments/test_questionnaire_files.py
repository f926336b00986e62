"""Questionnaire files: what is wrong is told with code, line, key and advice, all at once."""

from __future__ import annotations

import re
import unicodedata
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

    assert set(CATALOGUE) - covered == {"Q003", "Q012"}, "these two are too large to keep"
    assert len(BROKEN) >= 40


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_example_of_a_feature_is_accepted(path: Path) -> None:
    assert load_file(path).items()


def test_a_file_over_one_megabyte_is_refused_before_it_is_read() -> None:
    assert [problem.code for problem in problems_of(SMALL + "# " + "x" * 1_000_000)] == ["Q003"]


@pytest.mark.parametrize("filling", ["a: [" + "1," * 400_000 + "]", "a: 1\n" * 150_000, "- {b: 1}\n" * 90_000])
def test_a_file_of_far_too_many_values_is_refused_before_it_costs_time(filling: str) -> None:
    found = problems_of(filling)

    assert found[-1].code == "Q012"
    assert {problem.code for problem in found} <= {"Q010", "Q012"}
    assert found[-1].line


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


@pytest.mark.parametrize(
    ("line", "wrong", "suggestion"),
    [
        ("{key: n, type: information, text: {vi: x, en: y}, criterium: a}", "criterium", "không có"),
        ("{key: n, type: information, text: {vi: x, en: y}, criterion: a}", "criterion", "không có"),
        ("{key: n, scale: s, text: {vi: x, en: y}, criterium: a}", "criterium", "criterion"),
        ("{key: n, scale: s, text: {vi: x, en: y}, WORDING: own}", "WORDING", "wording"),
        ("{key: n, scale: s, text: {vi: x, en: y}, show_if: {item: a, no_in: [1]}}", "no_in", "not_in"),
        ("{key: n, scale: s, text: {vi: x, en: y}, show_if: {all: [{items: a, in: [1]}]}}", "items", "item"),
        ("{key: n, type: text, text: {vi: x, en: y}, maxlength: 3}", "maxlength", "max_length"),
        ("{key: n, type: text, text: {vi: x, en: y, eng: z}}", "eng", "en"),
    ],
)
def test_the_advice_names_a_key_that_may_stand_in_that_place(line: str, wrong: str, suggestion: str) -> None:
    found = {problem.key.rsplit(".", 1)[-1]: problem for problem in problems_of(f"{SMALL}      - {line}\n")}

    assert found[wrong].code == "Q020"
    assert found[wrong].advice.endswith(f"Tên gần giống: {suggestion}.")
    assert found[wrong].line == SMALL.count("\n") + 1


def test_keys_of_scales_indices_and_targets_get_advice_of_their_own_place() -> None:
    text = SMALL.replace("satisfied: [3]", "satisfied: [3]\n    disatisfied: [1]")
    text += "indices: [{key: i, kind: mean_score, of: [one], title: {vi: x, en: y}, rescaled: true}]\n"
    text += "targets: [{index: i, rates: 0.8, rate: 0.8}]\n"

    advice = {p.key: p.advice.split()[-1] for p in problems_of(text) if p.code == "Q020"}

    assert advice == {"scales.s.disatisfied": "dissatisfied.", "indices[0].rescaled": "rescale.",
                      "targets[0].rates": "rate."}  # fmt: skip


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


def on_b(condition: str) -> str:
    return SMALL.replace("key: b,", f"key: b, show_if: {condition},")


HOSTILE = {
    "anchors": ("a: &a [x, x]\nb: [*a, *a]\n" + SMALL, "Q007", 1),
    "merge key": (SMALL.replace("{key: a, scale", "{<<: {x: 1}, key: a, scale"), "Q020", 19),
    "merge of a name": (SMALL + "x: &x {a: 1}\ny:\n  <<: *x\n", "Q007", 21),
    "python tag": (SMALL.replace("minutes: 2", 'minutes: !!python/object/apply:os.system ["x"]'), "Q007", 5),
    "tabs": (SMALL.replace("  ", "\t"), "Q005", 8),
    "tab in the middle": (SMALL.replace("minutes: 2", "minutes:\t2"), "Q005", 5),
    "NUL": (SMALL.encode().replace(b"Part one", b"Part\0one"), "Q011", 17),
    "emoji key": (SMALL + "😀: 3\n", "Q020", 21),
    "emoji item": (SMALL.replace("key: a,", 'key: "😀",'), "Q025", 19),
    "number for words": (SMALL.replace("en: Part one", "en: 2024"), "Q022", 17),
    "words for a number": (SMALL.replace("minutes: 2", 'minutes: "2"'), "Q022", 5),
    "hexadecimal": (SMALL.replace("minutes: 2", "minutes: 0x7"), "Q022", 5),
    "infinite": (SMALL.replace("minutes: 2", "minutes: .inf"), "Q022", 5),
    "yes for a truth": (SMALL.replace("  - key: one\n", "  - key: one\n    factor: yes\n"), "Q022", 17),
    "no day": (SMALL + "basis: [{document: x, date: 2024-02-30}]\n", "Q029", 21),
    "day and month": (SMALL + "basis: [{document: x, date: 30/01/2024}]\n", "Q029", 21),
    "two documents": (SMALL + "---\n" + SMALL, "Q009", 21),
    "list as a key": (SMALL + "? [a, b]\n: c\n", "Q004", 21),
    "null as a key": (SMALL + "~: 1\n", "Q020", 21),
    "a list": ("- a\n- b\n", "Q022", 1),
    "one word": ("hello", "Q022", 1),
    "UTF-16": (SMALL.encode("utf-16"), "Q001", 1),
    "decomposed key": (SMALL.replace("key: one", unicodedata.normalize("NFD", "key: phần")), "Q025", 16),
    "quote left open": (SMALL.replace("en: Part one", 'en: "Part one'), "Q004", 21),
    "attribute of a name": (SMALL.replace("en: Part one", 'en: "{agency.__class__}"'), "Q031", 17),
    "brace left open": (SMALL.replace("en: Part one", 'en: "{agency"'), "Q031", 17),
    "percent signs": (SMALL.replace("scale: s,", 'scale: "%s%(a)s",'), "Q050", 19),
    "nested conditions": (on_b("{not: " * 30 + "{item: a, eq: 1}" + "}" * 30), "Q008", 20),
    "its own condition": (SMALL.replace("key: a,", "key: a, show_if: {not: {item: a, eq: 1}},"), "Q061", 19),
    "circle": (on_b("{item: a, eq: 1}").replace("key: a,", "key: a, show_if: {item: b, eq: 1},"), "Q061", 19),
    "list in a condition": (on_b("{item: a, eq: [1]}"), "Q062", 20),
    "truth in a condition": (on_b("{item: a, in: [true]}"), "Q062", 20),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_yaml_can_do_beside_questionnaires_is_refused_at_its_line(name: str) -> None:
    text, code, line = HOSTILE[name]

    found = problems_of(text)

    assert (code, line) in [(problem.code, problem.line) for problem in found]
    for problem in found:
        assert problem.line is not None
        assert problem.message.endswith(".")
        assert "«»" not in problem.message
        assert "%(" not in problem.advice


def test_decomposed_vietnamese_is_one_version_with_the_composed() -> None:
    decomposed = unicodedata.normalize("NFD", SMALL)

    assert decomposed != SMALL
    assert load_questionnaire(decomposed).content_hash == load_questionnaire(SMALL).content_hash


def test_a_hidden_mark_in_a_comment_is_found_too() -> None:
    [problem] = problems_of(SMALL + "# \u2066ghi chú\n")

    assert (problem.code, problem.line) == ("Q011", SMALL.count("\n") + 1)
