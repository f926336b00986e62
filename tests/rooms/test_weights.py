"""Weights: what they add up to, what each step does, what is refused, what is undone."""

from __future__ import annotations

import math
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.results.design import read_design
from survey_app.results.estimates import estimate_survey
from survey_app.results.weighting.describe import describe_weighting
from survey_app.results.weighting.service import undo_step
from survey_app.results.weighting.totals import Totals
from survey_app.sampling.models import Draw
from survey_app.sampling.queries import drawn_units
from tests.lists import list_units
from tests.rooms.weighing import (
    SIZES,
    answer_all,
    drawn_from_lists,
    frame_by,
    opened,
    opened_with_one_list_less,
    stratum,
    sums_by,
    undo_all,
    weights_by_commune,
)
from tests.village import make_village, respond
from tests.world import TESTER

SEXES: Totals = {("item:sex",): {("1",): 900.0, ("2",): 1230.0}}


@pytest.mark.parametrize(
    "sample",
    [
        {},
        {"stratify_by": "none"},
        {"frame": "list", "method": "pareto", "stratify_by": "none"},
        {"frame": "list", "method": "systematic", "stratify_by": "commune_type"},
        {"cases": {"allocation": "proportional", "number": 90}},
        {"take_all": ["phường"]},
    ],
    ids=lambda sample: "-".join(map(str, sample.values())) or "plain",
)
@pytest.mark.parametrize("fewer", [0, 4])
def test_the_weights_add_up_to_the_frame_by_stratum(session: Session, sample: dict[str, Any], fewer: int) -> None:
    survey = drawn_from_lists(session, **sample)
    answer_all(session, survey, fewer=fewer)
    assert sums_by(session, survey, stratum) == pytest.approx(frame_by(session, survey, stratum), rel=1e-9)


def test_where_a_commune_that_was_not_drawn_has_no_list_the_weights_add_up_to_the_estimated_total(
    session: Session,
) -> None:
    survey = make_village(session, state="draft", sample={"share": 0.5, "stratify_by": "none", "cases": {"number": 10}})
    drawn = opened_with_one_list_less(session, survey)
    answer_all(session, survey, fewer=3)
    raised = math.fsum(SIZES[code] * 12 / 6 for code in drawn)  # M_i over n/N
    assert sums_by(session, survey, stratum) == {"all": pytest.approx(raised, rel=1e-9)}
    (told,) = describe_weighting(session, survey)["strata"]
    assert (told["frame"], told["estimated"]) == (None, pytest.approx(raised))


def test_the_base_weight_of_a_case_is_one_over_both_chances_by_hand(session: Session) -> None:
    survey = drawn_from_lists(session, stratify_by="none")
    answer_all(session, survey, fewer=0)
    undo_all(session, survey)
    for commune, weight in weights_by_commune(session, survey):
        assert weight == pytest.approx(1 / ((6 / 12) * (10 / SIZES[commune])))


def test_the_non_response_factor_is_that_of_the_stratum_by_hand(session: Session) -> None:
    survey = drawn_from_lists(session, stratify_by="none", cases={"number": 20})
    counts = answer_all(session, survey, fewer=6)
    undo_step(session, survey, actor=TESTER)  # the totals of the frame
    base = {code: (12 / 6) * (SIZES[code] / 20) for code in counts}
    factor = sum(base[code] * 20 for code in counts) / sum(base[code] * counts[code] for code in counts)
    for commune, weight in weights_by_commune(session, survey):
        assert weight == pytest.approx(base[commune] * factor)


def test_a_drawn_commune_without_answers_is_stood_for_by_its_stratum(session: Session) -> None:
    survey = drawn_from_lists(session, stratify_by="none", share=0.75)
    silent, *others = [entry.unit.code for entry in drawn_units(session, survey)]
    for code in others:
        for _number in range(10):
            respond(session, survey, code)
    session.commit()
    assert silent not in {commune for commune, _weight in weights_by_commune(session, survey)}
    assert sums_by(session, survey, stratum) == {"all": pytest.approx(sum(SIZES.values()))}


def test_a_stratum_without_answers_is_left_out_and_told(session: Session) -> None:
    survey = drawn_from_lists(session)
    entries = drawn_units(session, survey)
    for entry in entries:
        if entry.stratum != "đặc khu":
            for _number in range(8):
                respond(session, survey, entry.unit.code)
    session.commit()
    expected = frame_by(session, survey, stratum)
    del expected["đặc khu"]
    assert sums_by(session, survey, stratum) == pytest.approx(expected, rel=1e-9)
    left_out = describe_weighting(session, survey)["steps"][1]["left_out"]
    assert [one["vi"] for one in left_out] == ["đặc khu"]


def test_sizes_without_lists_weigh_one_over_the_chance_of_the_commune(session: Session) -> None:
    survey = make_village(
        session, state="draft", sample={"share": 0.5, "frame": "list", "method": "pareto", "stratify_by": "none"}
    )
    list_units(session, survey, {code: (float(size), {}) for code, size in SIZES.items()})
    answer_all(session, opened(session, survey))
    chances = {entry.unit.code: entry.inclusion_probability for entry in drawn_units(session, survey)}
    assert len(set(chances.values())) == 6
    for commune, weight in weights_by_commune(session, survey):
        assert weight == pytest.approx(1 / chances[commune])
    design = read_design(session, survey)
    assert {place.population for place in design.places.values()} == {math.inf}


def test_a_unit_taken_for_certain_is_a_stratum_of_its_own(session: Session) -> None:
    survey = make_village(
        session, state="draft", sample={"number": 6, "frame": "list", "method": "pareto", "stratify_by": "none"}
    )
    sizes = SIZES | {"2011": 2500}
    list_units(session, survey, {code: (float(size), {}) for code, size in sizes.items()})
    answer_all(session, opened(session, survey))
    design = read_design(session, survey)
    strata = {code: (place.stratum, place.population) for code, place in design.places.items()}
    assert strata.pop("2011") == ("all|certain", 1.0)
    assert set(strata.values()) == {("all", math.inf)}
    assert dict(weights_by_commune(session, survey))["2011"] == 1.0
    # the five others leave four degrees of freedom, the people of the one taken for certain some more
    (row,) = [row for row in estimate_survey(session, survey).rows if row.of == "q1" and not row.domain]
    assert row.df is not None
    assert row.n_psu == 6
    assert 4 < row.df < 4 + row.n


def test_a_district_drawn_whole_is_one_primary_unit(session: Session) -> None:
    survey = drawn_from_lists(session)
    draw = session.scalars(select(Draw)).one()
    for number, entry in enumerate(draw.units):
        entry.cluster = f"{entry.stratum}-{number // 2}"
    session.commit()
    answer_all(session, survey)
    design = read_design(session, survey)
    assert set(design.members) == {entry.cluster for entry in drawn_units(session, survey)}
    rows = estimate_survey(session, survey, "commune").rows
    assert {row.domain["commune"] for row in rows if row.domain} == set(design.places)
    whole = next(row for row in rows if row.of == "q1" and not row.domain)
    assert whole.n_psu == len(design.members)


def test_strata_whose_lists_are_whole_meet_their_totals_though_another_lacks_a_list(session: Session) -> None:
    survey = make_village(session, state="draft", sample={"share": 0.5, "cases": {"number": 10}})
    opened_with_one_list_less(session, survey)
    answer_all(session, survey, fewer=3)
    expected = frame_by(session, survey, stratum)
    sums = sums_by(session, survey, stratum)
    lacking = [name for name, total in sums.items() if total != pytest.approx(expected[name], rel=1e-9)]
    assert len(lacking) == 1 < len(sums)
    steps = describe_weighting(session, survey)["steps"]
    assert [step["kind"] for step in steps] == ["nonresponse", "poststratify"]
    unknown = [line for line in steps[1]["lines"] if line["total"] is None]
    assert [line["cells"] for line in unknown] == [[[lacking[0]]]]
    assert unknown[0]["factor"] == pytest.approx(1)
