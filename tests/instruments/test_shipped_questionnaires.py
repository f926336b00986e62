"""The questionnaires that come with the platform hold every criterion of the documents they stand for.

The table of issue 4 as data: criteria by factor, counted in the files. A criterion that goes missing, stands twice or
goes astray fails.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from survey_app.instruments.indices import PapiDimension, SatisfiedShare
from survey_app.instruments.items import InformationItem, Item, MultipleItem, OtherText, ScaleItem
from survey_app.instruments.loader import load_file
from survey_app.instruments.reading_cost import reading_cost
from survey_app.instruments.schema import Instrument

FOLDER = Path(__file__).parents[2] / "questionnaires"


def numbered(stem: str, first: int, last: int) -> list[str]:
    return [f"{stem}{number}" for number in range(first, last + 1)]


def by_letter(**counts: int) -> dict[str, list[str]]:
    """Factor → A1, A2, …; the factors are lettered in their order."""
    return {
        factor: numbered(letter, 1, count) for letter, (factor, count) in zip("ABCDE", counts.items(), strict=False)
    }


def school(facilities: int, environment: int, activities: int, results: int, access: int) -> dict[str, list[str]]:
    return by_letter(
        access=access, facilities=facilities, environment=environment, activities=activities, results=results
    )


@dataclass(frozen=True)
class Expected:
    """What a file must hold: its rated factors with their criteria, and further criteria by section."""

    audience: set[str]
    factors: dict[str, list[str]] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)
    basis: str = ""


SCHOOL = {"general": ["F1", "F2"], "opinions": ["F3", "F4"]}
EDUCATION = "3476/QĐ-BGDĐT"
HEALTH = "56/QĐ-BYT"
EXPECTED = {
    "sipas-commune": Expected(
        {"citizen", "enterprise"},
        {
            "access": numbered("I.", 1, 4),
            "procedure": numbered("II.", 5, 9),
            "official": numbered("III.", 10, 15),
            "outcome": numbered("IV.", 16, 18),
            "feedback": numbered("V.", 19, 22),
        },
        {"experience": numbered("N", 1, 7), "expectations": ["M"]},
        "2640/QĐ-BNV",
    ),
    "sipas-policy-services": Expected(
        {"citizen"},
        {
            "accountability": numbered("I.A.", 1, 2),
            "participation": numbered("I.B.", 3, 4),
            "implementation": numbered("I.C.", 5, 13),
            "impact": numbered("I.D.", 14, 23),
            "access": numbered("II.A.", 24, 26),
            "procedure": numbered("II.B.", 27, 30),
            "official": numbered("II.C.", 31, 33),
            "outcome": numbered("II.D.", 34, 36),
            "feedback": numbered("II.E.", 37, 39),
        },
        {
            "follow": numbered("1.", 1, 9),
            "channels": ["2", *numbered("3.", 1, 7)],
            "opinions": ["4", "5", "6", *numbered("7.", 1, 3)],
            "experience": numbered("8.", 1, 7),
            "expectations": numbered("10.", 1, 10),
        },
        "1001/QĐ-BNV",
    ),
    "sipas-short": Expected(
        {"citizen", "enterprise"},
        {"official": numbered("", 1, 3), "outcome": numbered("", 4, 5), "feedback": numbered("", 6, 9)},
        basis="2640/QĐ-BNV",
    ),
    "health-inpatient": Expected(
        {"patient"},
        by_letter(access=5, transparency=7, facilities=11, staff=7, outcome=6),
        {"overall": ["E7", "G1", "G2"], "comments": ["H1", "H2"]},
        HEALTH,
    ),
    "health-outpatient": Expected(
        {"patient"},
        by_letter(access=5, transparency=10, facilities=8, staff=4, outcome=4),
        {"overall": ["E5", "G1", "G2"], "comments": ["H1", "H2"]},
        HEALTH,
    ),
    "health-vaccination": Expected(
        {"patient", "parent"},
        by_letter(access=5, transparency=8, facilities=12, staff=5, outcome=3),
        {"overall": ["E4"]},
        HEALTH,
    ),
    "health-staff": Expected(
        {"staff"},
        by_letter(environment=9, colleagues=9, welfare=12, career=7, overall=7),
        basis="3869/QĐ-BYT",
    ),
    "education-preschool": Expected({"parent"}, school(6, 5, 5, 5, access=5), SCHOOL, EDUCATION),
    "education-primary": Expected({"parent"}, school(7, 5, 5, 5, access=6), SCHOOL, EDUCATION),
    "education-lower-secondary": Expected({"parent", "pupil"}, school(7, 5, 6, 5, access=6), SCHOOL, EDUCATION),
    "education-upper-secondary": Expected({"parent", "pupil"}, school(7, 5, 6, 5, access=6), SCHOOL, EDUCATION),
    "education-continuing": Expected({"student"}, school(5, 4, 5, 4, access=5), SCHOOL, EDUCATION),
    "education-college": Expected({"student"}, school(7, 5, 6, 5, access=5), SCHOOL, EDUCATION),
    "enterprise-service-centre": Expected(
        {"enterprise"},
        {
            "access": numbered("I.", 1, 5),
            "procedure": numbered("II.", 6, 10),
            "official": numbered("III.", 11, 15),
            "outcome": numbered("IV.", 16, 19),
            "feedback": numbered("V.", 20, 22),
            "online": numbered("VI.", 23, 24),
        },
        {"overall": ["OV"]},
        "31/KH-UBND",
    ),
}
#: Satisfaction criteria that the documents count.
TOTALS = {
    "sipas-commune": 22, "sipas-policy-services": 39, "sipas-short": 9,
    "health-inpatient": 36, "health-outpatient": 31, "health-vaccination": 33, "health-staff": 44,
    "education-preschool": 26, "education-primary": 28, "education-lower-secondary": 29,
    "education-upper-secondary": 29, "education-continuing": 23, "education-college": 28,
    "enterprise-service-centre": 24,
}  # fmt: skip
#: PAPI: indicators of each sub-dimension; 8 dimensions, 29 sub-dimensions, 106 indicators.
PAPI = [[4, 4, 6, 5], [5, 3, 3, 9], [4, 4, 2], [3, 2, 2, 5], [2, 4, 4, 2], [5, 4, 5, 3], [2, 3, 3], [3, 2, 3]]
#: PCI: indicators of each sub-index of the plan, and those of them that no business is asked.
PCI_PLAN = [10, 11, 12, 11, 9, 14, 9, 24, 11, 17]
PCI_HARD_DATA = {"3.11", "8.1", "8.2", "8.3", "9.9", "9.10", "10.11", "10.12", "10.13"}
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.yaml"))
each = pytest.mark.parametrize("name", SHIPPED)
with_table = pytest.mark.parametrize("name", sorted(EXPECTED))


@cache
def instrument(name: str) -> Instrument:
    return load_file(FOLDER / f"{name}.yaml")


def criteria(name: str, section: str) -> list[str]:
    return [item.criterion for item in instrument(name).section(section).items if item.criterion]


def asked(name: str) -> list[Item]:
    return [item for item in instrument(name).questions() if not isinstance(item, OtherText)]


def test_the_table_knows_every_file() -> None:
    assert sorted([*EXPECTED, "papi-citizen", "pci-enterprise"]) == SHIPPED
    assert {name: sum(map(len, one.factors.values())) for name, one in EXPECTED.items()} == TOTALS


@with_table
def test_the_factors_hold_every_criterion_in_its_place_and_rate_it(name: str) -> None:
    factors = [section for section in instrument(name).sections if section.factor]

    assert {section.key: criteria(name, section.key) for section in factors} == EXPECTED[name].factors
    assert all(isinstance(item, (ScaleItem, InformationItem)) for section in factors for item in section.items)


@with_table
def test_the_other_criteria_are_where_the_table_says(name: str) -> None:
    assert {section: criteria(name, section) for section in EXPECTED[name].others} == EXPECTED[name].others


@with_table
def test_an_index_of_satisfied_answers_is_over_every_factor(name: str) -> None:
    pooled = [index.of for index in instrument(name).indices if isinstance(index, SatisfiedShare)]

    assert tuple(EXPECTED[name].factors) in pooled


@with_table
def test_who_answers_and_on_what_document(name: str) -> None:
    assert set(instrument(name).audience) == EXPECTED[name].audience
    assert any(EXPECTED[name].basis in basis.document for basis in instrument(name).basis)


@pytest.mark.parametrize("name", sorted(TOTALS))
def test_as_many_criteria_are_rated_as_the_document_counts(name: str) -> None:
    rated = [item.criterion for section in instrument(name).sections if section.factor
             for item in section.items if isinstance(item, ScaleItem)]  # fmt: skip

    assert len(rated) == len(set(rated)) == TOTALS[name]


def test_the_short_form_takes_less_than_90_seconds() -> None:
    assert reading_cost(instrument("sipas-short")).minutes * 60 < 90


def test_sipas_asks_nine_expectations_besides_another() -> None:
    asked_for = instrument("sipas-commune").item("m")
    assert isinstance(asked_for, MultipleItem)

    assert [option.value for option in asked_for.options] == [*range(1, 10), 10]
    assert asked_for.options[-1].label.vi == "Việc khác"


def test_sipas_on_policies_asks_eight_questions_before_the_ratings() -> None:
    numbers = Counter(criterion.partition(".")[0] for part in ("follow", "channels", "opinions", "experience")
                      for criterion in criteria("sipas-policy-services", part))  # fmt: skip

    assert [numbers[str(number)] for number in range(1, 9)] == [9, 1, 7, 1, 1, 1, 3, 7]
    assert sum(numbers.values()) == 30
    assert len(criteria("sipas-policy-services", "expectations")) == 10


def test_papi_holds_106_indicators_of_29_sub_dimensions_of_8_dimensions() -> None:
    expected = {
        f"{dimension}.{part}.{number}"
        for dimension, parts in enumerate(PAPI, start=1)
        for part, count in enumerate(parts, start=1)
        for number in range(1, count + 1)
    }
    found = Counter(
        item.criterion for item in asked("papi-citizen") if re.fullmatch(r"\d(\.\d){2}", item.criterion or "")
    )

    assert len(expected) == 106
    assert set(found) == expected
    assert set(found.values()) == {1}


def test_each_papi_indicator_is_counted_in_its_dimension() -> None:
    papi = instrument("papi-citizen")
    dimensions = [index for index in papi.indices if isinstance(index, PapiDimension)]
    counted = [[len(part.indicators) for part in dimension.sub_dimensions] for dimension in dimensions]

    assert counted == PAPI
    for number, dimension in enumerate(dimensions, start=1):
        items = [papi.item(one.item) for part in dimension.sub_dimensions for one in part.indicators]
        assert {(item.criterion or "")[:2] for item in items} == {f"{number}."}
    points = Counter(item.criterion for item in asked("papi-citizen"))
    assert [points[f"Q{number}"] for number in range(1, 9)] == [4] * 8
    assert [criteria("papi-citizen", "d6_hospital")[:-1], criteria("papi-citizen", "d6_school")[:-1]] == [
        numbered("H", 1, 10), numbered("T", 1, 9),
    ]  # fmt: skip


def test_pci_holds_every_indicator_of_its_ten_sub_indices() -> None:
    expected = {
        f"{part}.{number}" for part, count in enumerate(PCI_PLAN, start=1) for number in range(1, count + 1)
    } - PCI_HARD_DATA
    found = Counter(
        item.criterion for item in asked("pci-enterprise") if re.fullmatch(r"\d+\.\d+", item.criterion or "")
    )

    assert sum(PCI_PLAN) == 128
    assert len(expected) == 119
    assert set(found) == expected
    assert set(found.values()) == {1}
