"""Instruments as objects: lookups, defaults, one canonical form."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.instruments.loader import load_questionnaire
from survey_app.instruments.schema import Instrument, Scale, ScaleItem, Text

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "tests" / "questionnaires").glob("*.yaml")) + sorted((ROOT / "questionnaires").glob("*.yaml"))
SMALL = (ROOT / "tests" / "questionnaires" / "small.yaml").read_text(encoding="utf-8")


def scale(points: int, satisfied: list[int], **more: object) -> Scale:
    label = {"vi": "x", "en": "x"}
    content = {
        "points": [{"value": value, "label": label} for value in range(1, points + 1)],
        "satisfied": satisfied,
    }
    return Scale.model_validate_json(json.dumps({**content, **more}))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_canonical_form_reads_back_to_the_same_hash(path: Path) -> None:
    instrument = load_questionnaire(path.read_bytes())

    again = Instrument.model_validate_json(instrument.canonical_json())

    assert again == instrument
    assert again.content_hash == instrument.content_hash
    assert (
        Instrument.model_validate_json(json.dumps(json.loads(again.canonical_json()))).content_hash
        == again.content_hash
    )


@given(st.permutations(SMALL.split("scales:")[0].strip().splitlines()))
def test_the_order_of_keys_in_the_file_does_not_change_the_hash(lines: list[str]) -> None:
    shuffled = "\n".join(lines) + "\nscales:" + SMALL.split("scales:")[1]

    assert load_questionnaire(shuffled).content_hash == load_questionnaire(SMALL).content_hash


@given(st.text(min_size=1).filter(str.strip))
def test_any_other_words_change_the_hash(words: str) -> None:
    title = {"vi": words.replace("\ud800", ""), "en": "x"}
    small = load_questionnaire(SMALL)

    other = small.model_copy(update={"title": Text.model_construct(**title)})

    assert (other.content_hash == small.content_hash) == (other.title == small.title)


def test_composed_and_decomposed_letters_are_the_same_version() -> None:
    import unicodedata

    assert (
        load_questionnaire(unicodedata.normalize("NFD", SMALL)).content_hash == load_questionnaire(SMALL).content_hash
    )


def test_the_canonical_form_has_no_spaces_no_escapes_and_sorted_keys() -> None:
    text = load_questionnaire(SMALL).canonical_json()

    assert text.startswith('{"audience":["citizen"],"basis":[]')
    assert "Phiếu nhỏ" in text
    assert '"show_if"' not in text


def test_a_file_with_the_defaults_written_out_is_the_same_version() -> None:
    written = SMALL.replace("key: a, scale: s,", "key: a, type: scale, scale: s, required: true, wording: own,")
    written = written.replace("satisfied: [3]", "satisfied: [3]\n    dissatisfied: [1]")

    assert load_questionnaire(written).content_hash == load_questionnaire(SMALL).content_hash


@pytest.mark.parametrize(
    ("points", "satisfied", "dissatisfied", "neutral"),
    [
        (5, [4, 5], (1, 2), (3,)),
        (4, [3, 4], (1, 2), ()),
        (3, [3], (1,), (2,)),
        (10, [8, 9, 10], (1, 2, 3), (4, 5, 6, 7)),
        (5, [1, 2], (4, 5), (3,)),
        (5, [3, 4, 5], (1, 2), ()),
    ],
)
def test_the_dissatisfied_points_mirror_the_satisfied_ones(
    points: int, satisfied: list[int], dissatisfied: tuple[int, ...], neutral: tuple[int, ...]
) -> None:
    made = scale(points, satisfied)

    assert made.dissatisfied == dissatisfied
    assert made.neutral == neutral


def test_the_dissatisfied_points_can_be_given() -> None:
    assert scale(5, [4, 5], dissatisfied=[1]).neutral == (2, 3)


def test_ratings_with_a_no_opinion_answer_are_required_unless_the_file_says_otherwise(
    types: Instrument,
) -> None:
    required = {item.key: item.required for item in types.items()}

    assert required["rating"]
    assert not required["optional_rating"]
    assert required["one_of"]
    assert not required["many_of"]


def test_lookups_find_items_sections_scales_and_numbers(sipas: Instrument) -> None:
    item = sipas.item("c12")

    assert isinstance(item, ScaleItem)
    assert sipas.scale_of(item).satisfied == (4, 5)
    assert sipas.section_of("c12").key == "official"
    assert sipas.number_of("a1") == "1"
    assert sipas.number_of("c12") == "12"
    for lookup in (sipas.item, sipas.section, sipas.section_of, sipas.number_of):
        with pytest.raises(KeyError):
            lookup("nothing")


def test_an_instrument_cannot_be_changed(sipas: Instrument) -> None:
    with pytest.raises(pydantic.ValidationError):
        sipas.title = Text(vi="x", en="y")


def test_texts_fall_back_to_vietnamese() -> None:
    text = Text(vi="Xin chào", en="Hello")

    assert [text.get(language) for language in ("vi", "en", "en_GB", "km", "")] == [
        "Xin chào", "Hello", "Hello", "Xin chào", "Xin chào",
    ]  # fmt: skip


def test_reading_needs_no_application_and_no_request() -> None:
    program = (
        "from survey_app.instruments.loader import load_questionnaire\n"
        "from survey_app.instruments.problems import QuestionnaireProblems\n"
        "try: load_questionnaire('key: x')\n"
        "except QuestionnaireProblems as e: print(e.problems[0].message.isascii())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
