"""The commune questionnaire follows Decision 2640/QĐ-BNV: 22 criteria, 7 questions, 9 expectations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from survey_app.instruments.conditions import visible_items
from survey_app.instruments.loader import load_file
from survey_app.instruments.schema import Instrument, MultipleItem, ScaleItem, SingleItem

FACTORS = {"access": 4, "procedure": 5, "official": 6, "outcome": 3, "feedback": 4}


def test_the_five_factors_hold_22_statements(sipas: Instrument) -> None:
    rated = {section.key: len(section.items) for section in sipas.sections if section.factor}

    assert rated == FACTORS
    keys = [item.key for item in sipas.items() if isinstance(item, ScaleItem)]
    letters = "aaaabbbbbccccccdddeeee"
    assert keys == [f"{letter}{number}" for number, letter in enumerate(letters, start=1)]


def test_the_official_numbers_run_from_one_to_twenty_two(sipas: Instrument) -> None:
    numbers = [item.criterion for item in sipas.items() if isinstance(item, ScaleItem)]

    romans = dict(zip(FACTORS, ["I", "II", "III", "IV", "V"], strict=True))
    expected = [romans[section.key] for section in sipas.sections if section.factor for _ in section.items]
    assert numbers == [f"{roman}.{number}" for number, roman in enumerate(expected, start=1)]


def test_there_are_seven_questions_on_experience(sipas: Instrument) -> None:
    criteria = [item.criterion for item in sipas.section("experience").items if item.criterion]

    assert criteria == [f"N{number}" for number in range(1, 8)]


def test_there_are_nine_expectations_and_another(sipas: Instrument) -> None:
    asked = sipas.item("m")
    assert isinstance(asked, MultipleItem)

    assert [option.value for option in asked.options] == list(range(1, 11))
    assert sipas.section("expectations").items[1].key == "m_other"


def test_the_sections_come_in_order_and_the_background_last(sipas: Instrument) -> None:
    assert [section.key for section in sipas.sections] == [
        *FACTORS,
        "experience",
        "expectations",
        "background",
    ]
    assert [item.key for item in sipas.section("background").items] == [
        "sex", "age", "ethnicity", "education", "occupation", "residence", "terrain",
        "behalf", "position", "field", "filing",
    ]  # fmt: skip
    assert [item.criterion for item in sipas.section("background").items][:7] == [f"A{n}" for n in range(1, 8)]


def test_who_goes_for_an_organisation_is_asked_the_position_there(sipas: Instrument) -> None:
    def asked(behalf: int) -> bool:
        return sipas.item("position") in visible_items(sipas, {"behalf": behalf})

    assert [asked(behalf) for behalf in (1, 2, 3, 4)] == [False, True, True, True]


def test_codes_of_single_choices_start_at_one_without_gaps(sipas: Instrument) -> None:
    for item in sipas.items():
        if isinstance(item, (SingleItem, MultipleItem)):
            told = [option.value for option in item.options if option.missing is None]
            assert told == list(range(1, len(told) + 1)), item.key
            assert {option.value for option in item.options if option.missing} <= {9}, item.key


def test_the_scale_index_target_and_basis_are_those_of_the_plan(sipas: Instrument) -> None:
    scale = sipas.scales["satisfaction5"]

    assert (scale.satisfied, scale.neutral, scale.dissatisfied) == ((4, 5), (3,), (1, 2))
    assert scale.no_opinion is not None
    assert scale.no_opinion.value == 9
    assert sipas.indices[0].of == tuple(FACTORS)
    assert (sipas.targets[0].index, sipas.targets[0].rate) == ("sipas", 0.8)
    assert sipas.basis[0].date == date(2017, 10, 10)
    assert (sipas.minutes, sipas.sector) == (5, "administrative")


def test_every_statement_is_our_own_wording_and_no_two_are_alike(sipas: Instrument) -> None:
    assert {item.wording for item in sipas.items()} == {"own"}
    for language in ("vi", "en"):
        texts = [item.text.get(language) for item in sipas.items()]
        assert len(set(texts)) == len(texts)


def test_statements_are_phrases_and_questions_are_sentences(sipas: Instrument) -> None:
    for item in sipas.items():
        text = item.text.vi
        assert text[-1] not in "?." if isinstance(item, ScaleItem) else text[-1] in "?.", item.key


def test_what_was_asked_in_2020_stays_comparable(sipas: Instrument) -> None:
    before = load_file(Path(__file__).parents[1] / "questionnaires" / "first_edition" / "sipas-commune-2020.1.yaml")

    assert {item.key for item in before.items()} <= {item.key for item in sipas.items()}
    assert all(item.text == sipas.item(item.key).text for item in before.items())
    assert sipas.version != before.version
