"""The rules of the questionnaires that come with the platform: basis, indices, targets, directions, codes, paths."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from survey_app.instruments.conditions import visible_items
from survey_app.instruments.indices import PapiDimension, SatisfiedShare
from survey_app.instruments.items import (
    InformationItem,
    Item,
    MultipleItem,
    NumberItem,
    OtherText,
    ScaleItem,
    SingleItem,
)  # fmt: skip
from survey_app.instruments.loader import load_file
from survey_app.instruments.reading_cost import reading_cost
from survey_app.instruments.schema import Instrument

FOLDER = Path(__file__).parents[2] / "questionnaires"
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.yaml"))
each = pytest.mark.parametrize("name", SHIPPED)

#: Documents known without a number, or without the day.
UNDATED = {"Kế hoạch cải thiện PAPI, PAR INDEX năm 2019", "Khung Chỉ số PAPI (papi.org.vn)"}
HEALTH = [("health", 0.80, "ge"), ("health", 0.85, "ge"), ("health", 0.90, "ge")]
EDUCATION = [("overall", 0.80, "ge"), ("overall", 0.85, "ge"), ("overall", 0.90, "ge")]
TARGETS = {
    "sipas-commune": [("sipas", 0.80, "ge"), ("sipas", 0.90, "ge"), ("sipas", 0.95, "ge")],
    "sipas-policy-services": [("sipas", 0.80, "ge"), ("services", 0.90, "ge"), ("services", 0.95, "ge")],
    "sipas-short": [("sipas", 0.80, "ge")],
    "health-inpatient": HEALTH, "health-outpatient": HEALTH, "health-vaccination": HEALTH, "health-staff": [],
    **dict.fromkeys([name for name in SHIPPED if name.startswith("education-")], EDUCATION),
    "papi-citizen": [], "pci-enterprise": [],
    "enterprise-service-centre": [("overall", 0.90, "gt"), ("overall", 0.95, "gt")],
}  # fmt: skip
#: Statements and questions of which a yes is bad, by their official number.
NEGATIVE = {
    "papi-citizen": {
        "1.1.1.b", "1.3.5", "2.1.5", "2.2.2", "2.2.3", "2.4.5", "4.1.1", "4.1.2", "4.1.3", "4.2.1", "4.2.2", "4.3.1",
        "4.3.2.a", "4.3.2.b", "4.3.2.c", "4.3.2.d", "4.3.2.e", "H1", "H9", "T5", "T6", "6.3.5", "6.4.3", "7.1.1",
        "7.2.1",
    },
    "pci-enterprise": {
        "3.8", "4.11", "5.1", "5.3", "5.8", "5.9", *(f"6.{number}" for number in range(1, 15)), "7.4", "7.5",
    },
}  # fmt: skip
#: PAPI indicators that count backwards.
PAPI_BACKWARDS = {"2.2.2", "2.2.3", "4.4.4", "6.2.1", "6.2.2", "6.3.5", "6.4.3"}
PERSON = {"age", "sex", "ethnicity", "occupation", "education", "residence", "school_type"}
#: Questions that no document numbers.
WITHOUT_NUMBER = {
    "sipas-commune": {"n1_other", "n2_more", "m_other", "behalf", "position", "field", "filing"},
    "sipas-policy-services": {"comments_open"},
    "sipas-short": {"field", "sex", "age"},
    "health-inpatient": set(), "health-outpatient": set(), "health-staff": {"comments_open"},
    "health-vaccination": {"who", "ethnicity", "education", "occupation", "reasons"},
    "education-preschool": {"relation", *PERSON}, "education-primary": {"relation", *PERSON},
    "education-lower-secondary": {"who", "grade", "relation", *PERSON},
    "education-upper-secondary": {"who", "grade", "relation", *PERSON},
    "education-continuing": {"programme", *PERSON},
    "education-college": {"level", "year", "sex", "ethnicity", "residence", "school_type"},
    "papi-citizen":
        {"hospital", "child", "p6_4_3_kinds", "sex", "age", "ethnicity", "education", "occupation", "residence"},
    "pci-enterprise": {"suggestion"},
    "enterprise-service-centre": set(),
}  # fmt: skip
NO_ANSWER = re.compile("(Không (biết|muốn trả lời|có ý kiến|nhớ|sử dụng|ước lượng)|Chưa (dùng|từng|góp)|Không tự trả)")


@cache
def instrument(name: str) -> Instrument:
    return load_file(FOLDER / f"{name}.yaml")


def asked(name: str) -> list[Item]:
    return [item for item in instrument(name).questions() if not isinstance(item, OtherText)]


def counted(one: Instrument, parts: tuple[str, ...]) -> set[str]:
    """The rated items of sections and items."""
    sections = {section.key: section for section in one.sections}
    items = [item for part in parts for item in (sections[part].items if part in sections else [one.item(part)])]
    return {item.key for item in items if isinstance(item, ScaleItem)}


@each
def test_every_document_has_its_number_day_and_issuer(name: str) -> None:
    basis = [one for one in instrument(name).basis if one.document not in UNDATED]

    assert basis
    for one in basis:
        assert re.search(r"\d+(/20\d\d)?/[A-ZĐ-]+", one.document), one.document
        assert one.date, one.document
        assert one.issuer, one.document


@each
def test_the_targets_are_those_of_the_plans(name: str) -> None:
    told = [(target.index, target.rate, target.operator or "ge") for target in instrument(name).targets]

    assert told == TARGETS[name]
    assert all(target.basis for target in instrument(name).targets)


@each
def test_only_rated_criteria_go_into_an_index_of_several_answers(name: str) -> None:
    one = instrument(name)
    rated = {item.key for section in one.sections if section.factor for item in section.items}

    for index in one.indices:
        if index.kind in ("satisfied_share", "mean_score", "all_satisfied"):
            of = counted(one, index.of)
            assert of <= rated or len(of) == 1, index.key


@each
def test_a_yes_is_bad_only_where_the_document_says_so(name: str) -> None:
    negative = {item.criterion for item in asked(name) if isinstance(item, ScaleItem) and item.direction == "negative"}

    assert negative == NEGATIVE.get(name, set())


def test_papi_counts_backwards_what_is_bad() -> None:
    papi = instrument("papi-citizen")
    indicators = [one for index in papi.indices if isinstance(index, PapiDimension)
                  for part in index.sub_dimensions for one in part.indicators]  # fmt: skip

    assert {papi.item(one.item).criterion for one in indicators if one.negative} == PAPI_BACKWARDS
    for one in indicators:
        item = papi.item(one.item)
        if isinstance(item, NumberItem):
            assert (one.min, one.max) == (item.min, item.max), item.key
        if isinstance(item, ScaleItem) and item.direction == "negative":
            assert one.negative or one.codes in ((2,), (3,)), item.key


@each
def test_what_is_no_answer_is_declared_and_never_counted(name: str) -> None:
    one = instrument(name)
    for item in asked(name):
        if isinstance(item, (SingleItem, MultipleItem)):
            for option in item.options:
                declared = option.missing or getattr(option, "exclusive", None)
                assert declared or not NO_ANSWER.match(option.label.vi), (item.key, option.label.vi)
    for key, scale in one.scales.items():
        assert not [point for point in scale.points if NO_ANSWER.match(point.label.vi)], key
        assert scale.no_opinion or scale.missing or name == "sipas-policy-services", key


@each
def test_a_number_has_limits_and_a_way_out_or_may_be_left_empty(name: str) -> None:
    for item in asked(name):
        if isinstance(item, NumberItem):
            assert item.min is not None, item.key
            assert item.max is not None, item.key
            assert item.min >= 0, item.key
            assert not item.required, item.key


@each
def test_every_question_has_its_official_number_where_there_is_one(name: str) -> None:
    without = {item.key for item in asked(name) if not item.criterion and not isinstance(item, InformationItem)}

    assert without == WITHOUT_NUMBER[name]


@pytest.mark.parametrize(
    ("gate", "battery"),
    [("p5_1_1", "p5_1_2_q"), ("p5_2_1", "p5_2_4_q"), ("p5_3_1", "p5_3_4_q"), ("p5_4_1", "p5_4_2_q"),
     ("hospital", "h"), ("child", "t")],
)  # fmt: skip
def test_the_batteries_of_papi_are_for_those_who_used_the_service(gate: str, battery: str) -> None:
    def shown(answers: dict[str, Any]) -> int:
        visible = visible_items(instrument("papi-citizen"), answers)
        return sum(re.fullmatch(rf"{battery}\d+", item.key) is not None for item in visible)

    assert shown({gate: 1}) == {"h": 10, "t": 9}.get(battery, 8)
    assert shown({gate: 2}) == shown({gate: 9}) == shown({}) == 0


@pytest.mark.parametrize("first", [4, 7, 10, 13, 16, 19, 22])
def test_who_never_used_a_service_is_not_asked_about_its_provider(first: int) -> None:
    pci = instrument("pci-enterprise")
    following = {f"p8_{first + 1}", f"p8_{first + 2}"}

    for answer, asked_for in ((1, following), (2, set()), (9, set())):
        assert {item.key for item in visible_items(pci, {f"p8_{first}": answer})} & following == asked_for


def test_the_share_of_satisfied_businesses_counts_businesses_and_leads() -> None:
    first = instrument("enterprise-service-centre").indices[0]

    assert isinstance(first, SatisfiedShare)
    assert (first.key, first.of) == ("overall", ("ov",))


@each
def test_the_head_says_who_when_why_and_how_long(name: str) -> None:
    one = instrument(name)

    assert one.key == name
    assert one.intro is not None
    assert one.consent is not None
    assert one.consent.vi.rstrip().endswith("?")
    assert any(basis.date and basis.issuer for basis in one.basis)
    assert all(basis.issuer for basis in one.basis)
    assert re.fullmatch(r"20\d\d\.\d+", one.version)
    assert reading_cost(one).minutes <= one.minutes + 1, "the minutes told are too few"
    assert one.minutes <= max(2, 1.25 * reading_cost(one).minutes), "the minutes told are too many"
    assert all(index.title for index in one.indices)
    assert one.indices


@each
def test_no_question_is_longer_than_25_words_and_no_two_of_a_page_are_alike(name: str) -> None:
    assert reading_cost(instrument(name)).long_items == ()
    for section in instrument(name).sections:
        for language in ("vi", "en"):
            told = Counter(item.text.get(language) for item in section.items)
            assert [text for text, count in told.items() if count > 1] == []


@each
def test_pages_hold_one_to_twelve_questions_and_rated_ones_a_criterion(name: str) -> None:
    for section in instrument(name).sections:
        questions = [item for item in section.items if not isinstance(item, InformationItem)]
        assert 1 <= len(questions) <= 12, section.key
        if section.factor:
            assert all(item.criterion for item in questions), section.key


@each
def test_wording_is_our_own_until_the_official_words_are_put_in(name: str) -> None:
    assert {item.wording for item in asked(name)} == {"own"}
