"""One level all the way down a long list is noticed; no opinion, gaps and short lists are not."""

from __future__ import annotations

import pytest

from survey_app.instruments.loader import load_file, load_questionnaire
from survey_app.instruments.schema import Instrument
from survey_app.instruments.straight_lines import FINE, LONG, straight_lines
from tests.servers import ROOT

#: A section of eleven questions on one scale, and one of five.
LONG_SECTION, SHORT_SECTION = "facilities", "access"
SCALE = "satisfaction5"


@pytest.fixture(scope="module")
def inpatient() -> Instrument:
    return load_file(ROOT / "questionnaires" / "health-inpatient.yaml")


def _all(instrument: Instrument, section: str, value: int) -> dict[str, object]:
    return {item.key: value for item in instrument.items_in(section) if item.type == "scale"}


def test_the_same_level_everywhere_in_a_long_list_is_noticed(inpatient: Instrument) -> None:
    answers = _all(inpatient, LONG_SECTION, 4)
    assert len(answers) >= LONG
    assert straight_lines(inpatient, LONG_SECTION, answers) == [SCALE]


def test_one_other_level_breaks_the_line(inpatient: Instrument) -> None:
    answers = _all(inpatient, LONG_SECTION, 4)
    assert straight_lines(inpatient, LONG_SECTION, answers | {list(answers)[-1]: 5}) == []


def test_a_gap_breaks_the_line(inpatient: Instrument) -> None:
    answers = _all(inpatient, LONG_SECTION, 4)
    answers.popitem()
    assert straight_lines(inpatient, LONG_SECTION, answers) == []


def test_nobody_is_pressed_for_an_opinion(inpatient: Instrument) -> None:
    assert straight_lines(inpatient, LONG_SECTION, _all(inpatient, LONG_SECTION, 0)) == []


def test_a_short_list_is_never_noticed(inpatient: Instrument) -> None:
    answers = _all(inpatient, SHORT_SECTION, 4)
    assert 1 < len(answers) < LONG
    assert straight_lines(inpatient, SHORT_SECTION, answers) == []


def test_questions_off_the_path_are_not_waited_for(inpatient: Instrument) -> None:
    text = (ROOT / "questionnaires" / "health-inpatient.yaml").read_text(encoding="utf-8")
    last = "        criterion: C11\n"
    assert text.count(last) == 1
    conditional = load_questionnaire(text.replace(last, last + "        show_if: {item: a1, eq: 1}\n"))
    answers = _all(inpatient, LONG_SECTION, 4)
    del answers["c11"]
    assert straight_lines(conditional, LONG_SECTION, {"a1": 5} | answers) == [SCALE]
    assert straight_lines(conditional, LONG_SECTION, {"a1": 1} | answers) == []


def test_eight_conditions_that_were_all_met_are_no_straight_line() -> None:
    papi = load_file(ROOT / "questionnaires" / "papi-citizen.yaml")
    answers = _all(papi, "d6_school", 1)
    assert len(answers) >= LONG
    assert straight_lines(papi, "d6_school", {"child": 1} | answers) == []


def test_the_page_and_the_server_agree_on_what_is_long() -> None:
    template = (ROOT / "survey_app" / "templates" / "respond" / "same_answers.html").read_text(encoding="utf-8")
    assert f"long={LONG}, fine={FINE})" in template
