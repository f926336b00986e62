"""Draws of units by size, of districts whole, of listed units, and of cases within units."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.errors import UserError
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.sampling.plan import plan_draw
from survey_app.sampling.queries import find_draw
from survey_app.sampling.report import draw_report
from survey_app.sampling.service import ask_redraw, decide_redraw, draw_sample
from survey_app.sampling.verification import verify_draw
from survey_app.sampling.work.models import Case
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import create_survey
from tests.lists import list_cases, list_units
from tests.rooms.test_draw import SECOND
from tests.village import make_village, village_definition
from tests.world import TESTER, make_survey

CODES = [str(2000 + number) for number in range(12)]
SIZES = {code: 40 + 25 * number for number, code in enumerate(CODES)}


def u(text: str) -> float:
    """A permanent random number by hashlib alone."""
    return (int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 11) / 2**53


def village(session: Session, **sample: Any) -> Survey:
    return make_village(session, state="draft", sample={"share": 0.5, "stratify_by": "none"} | sample)


def drawn(draw: Draw) -> list[str]:
    return [unit.unit.code for unit in draw.units if unit.drawn]


def cases_of(session: Session, draw: Draw) -> list[Case]:
    query = select(Case).join(FrameUnit).where(FrameUnit.draw_id == draw.id).order_by(Case.id)
    return list(session.scalars(query))


def test_a_pareto_draw_is_redone_with_hashlib_alone(session: Session) -> None:
    survey = village(session, frame="list", method="pareto")
    list_units(session, survey, {code: (float(size), {}) for code, size in SIZES.items()})
    draw = draw_sample(session, survey, seed="7", actor=TESTER)
    total = sum(SIZES.values())
    chances = {code: 6 * size / total for code, size in SIZES.items()}
    assert max(chances.values()) < 1
    ranks = {code: (u(f"7|{code}") / (1 - u(f"7|{code}"))) / (pi / (1 - pi)) for code, pi in chances.items()}
    assert sorted(drawn(draw)) == sorted(sorted(ranks, key=ranks.__getitem__)[:6])
    assert math.isclose(sum(unit.inclusion_probability for unit in draw.units), 6)
    for unit in draw.units:
        assert math.isclose(unit.inclusion_probability, chances[unit.unit.code], rel_tol=0.1)
        assert unit.base_weight is None or math.isclose(unit.base_weight, 1 / unit.inclusion_probability)
    assert verify_draw(session, survey, draw).agrees


@pytest.mark.parametrize("method", ["pareto", "systematic"])
def test_units_too_large_for_chance_are_certain(session: Session, method: str) -> None:
    survey = village(session, frame="list", method=method, number=4)
    sizes = dict.fromkeys(CODES, 10.0) | {"2003": 5000.0}
    list_units(session, survey, {code: (size, {}) for code, size in sizes.items()})
    draw = draw_sample(session, survey, seed="7", actor=TESTER)
    by_code = {unit.unit.code: unit for unit in draw.units}
    assert (len(drawn(draw)), by_code["2003"].certainty, by_code["2003"].base_weight) == (4, True, 1.0)
    assert all(math.isclose(by_code[code].inclusion_probability, 3 / 11) for code in CODES if code != "2003")
    assert [code for code in CODES if by_code[code].certainty] == ["2003"]


def test_whole_districts_are_drawn_and_all_their_communes_taken(session: Session) -> None:
    survey = make_survey(session, sample={"first_stage": "district", "number": 5, "min_per_stratum": 1})
    draw = draw_sample(session, survey, seed="2019", actor=TESTER)
    districts = {unit.cluster for unit in draw.units}
    taken = sorted(districts, key=lambda code: u(f"2019|{code}"))[:5]
    assert len(districts) == 15
    assert {unit.cluster for unit in draw.units if unit.drawn} == set(taken)
    for unit in draw.units:
        assert unit.drawn == (unit.cluster in taken)
        assert (unit.stratum_size, unit.stratum_drawn) == (15, 5)
        assert unit.inclusion_probability == 5 / 15
    assert verify_draw(session, survey, draw).agrees


def test_strata_by_a_column_of_the_list_and_one_taken_whole(session: Session) -> None:
    survey = village(session, frame="list", stratify_by="column:vung", take_all=["đảo"], min_per_stratum=1)
    areas = {code: "đảo" if number < 3 else "bờ" for number, code in enumerate(CODES)}
    list_units(session, survey, {code: (None, {"vung": area}) for code, area in areas.items()})
    draw = draw_sample(session, survey, seed="7", actor=TESTER)
    assert Counter(areas[code] for code in drawn(draw)) == {"đảo": 3, "bờ": 5}  # 0.5 of nine, rounded up at a half
    assert {unit.base_weight for unit in draw.units if unit.drawn} == {1.0, 9 / 5}


def test_a_wave_shifted_by_half_turns_units_over_and_an_unshifted_one_keeps_them(session: Session) -> None:
    first = draw_sample(session, village(session, share=0.25), seed="7", actor=TESTER)
    waves = {}
    for shift in (0, 0.5):
        plan = village_definition(
            slug=f"sau-{int(shift * 10)}", sample={"share": 0.25, "stratify_by": "none", "shift": shift}
        )
        waves[shift] = draw_sample(session, create_survey(session, plan, actor=TESTER), seed="7", actor=TESTER)
    kept, second = drawn(first), waves[0.5]
    assert drawn(waves[0]) == kept
    shifted = sorted(CODES, key=lambda code: (u(f"7|{code}") + 0.5) % 1)[:3]
    assert sorted(drawn(second)) == sorted(shifted) != sorted(kept)
    turned = find_survey(session, "sau-5")
    assert verify_draw(session, turned, second).agrees


def test_without_a_frame_every_place_is_open_and_the_report_says_so(session: Session) -> None:
    survey = village(session, frame="none")
    draw = draw_sample(session, survey, seed="7", actor=TESTER)
    assert len(drawn(draw)) == 12
    report = draw_report(survey, draw)
    assert (report["frame"], report["probability_sample"]) == ("none", False)


@pytest.mark.parametrize(("method", "allocation"), [("simple", "fixed"), ("systematic", "proportional")])
def test_cases_are_drawn_at_places_anyone_can_work_out(session: Session, method: str, allocation: str) -> None:
    number = 20 if allocation == "fixed" else 120
    survey = village(session, cases={"method": method, "allocation": allocation, "number": number, "reserve": 0.2})
    list_cases(session, survey, SIZES)
    draw = draw_sample(session, survey, seed="7", actor=TESTER)
    told = json.loads(json.dumps(draw_report(survey, draw)))
    units = [unit for unit in told["units"] if unit["drawn"]]
    assert sum(unit["invited"] for unit in units) == (120 if allocation == "proportional" else 6 * 20)
    for unit in units:
        code, size, count = unit["code"], unit["list_size"], unit["invited"]
        assert size == SIZES[code]
        if method == "simple":
            main = sorted(sorted(range(size), key=lambda place: u(f"7|{code}|{place}"))[:count])
        else:
            start = u(f"7|{code}|start") * (size / count)
            main = [math.floor(start + turn * (size / count)) for turn in range(count)]
        left = [place for place in range(size) if place not in main]
        reserve = sorted(left, key=lambda place: u(f"7|{code}|reserve|{place}"))[: math.ceil(count * 0.2)]
        assert unit["places"] == {"main": main, "reserve": reserve}
        assert unit["reserved"] == len(reserve)


def test_the_frame_hash_is_worked_out_from_the_report_alone(session: Session) -> None:
    survey = village(session, cases={"number": 10})
    list_cases(session, survey, SIZES)
    told = draw_report(survey, draw_sample(session, survey, seed="7", actor=TESTER))
    lines = [f"{unit['stratum']}|{unit['code']}|{unit['list_size']}|{unit['list_sha256']}\n" for unit in told["units"]]
    assert hashlib.sha256("".join(sorted(lines)).encode()).hexdigest() == told["frame_sha256"]


def test_the_weights_of_the_cases_add_up_to_the_lists_of_the_drawn_units(session: Session) -> None:
    survey = village(session, cases={"number": 30})
    list_cases(session, survey, SIZES)
    draw = draw_sample(session, survey, seed="7", actor=TESTER)
    totals: Counter[str] = Counter()
    for case in cases_of(session, draw):
        if case.role == "main":
            totals[case.frame_unit.unit.code] += 1 / case.probability
    assert {code: round(total, 9) for code, total in totals.items()} == {code: SIZES[code] for code in drawn(draw)}


def test_the_optimal_allocation_reaches_the_margin_with_equal_weights(session: Session) -> None:
    survey = village(session, cases={"allocation": "optimal", "margin": "6%", "deff": 1.2, "response_rate": 0.9})
    list_cases(session, survey, {code: size * 10 for code, size in SIZES.items()})
    plan = plan_draw(session, survey)
    assert plan.cases is not None
    draw = draw_sample(session, survey, seed="7", actor=TESTER)
    units = [unit for unit in draw.units if unit.drawn]
    assert sum(unit.invited or 0 for unit in units) == plan.cases.number
    stands_for = [(unit.base_weight or 0) * (unit.list_size or 0) for unit in units]
    for unit, size in zip(units, stands_for, strict=True):
        assert abs((unit.invited or 0) - plan.cases.number * size / sum(stands_for)) < 1
    listed = sum(SIZES.values()) * 10  # z² p q deff / e², corrected for the finite population, over the response rate
    needed = 1.959963984540054**2 * 0.16 / 0.06**2 * 1.2
    assert plan.cases.number == math.ceil(math.ceil(needed / (1 + (needed - 1) / listed)) / 0.9)


@pytest.mark.parametrize(
    ("sample", "lists", "words"),
    [
        ({"frame": "list"}, None, "danh sách"),
        ({"frame": "list", "method": "pareto"}, {code: (None, {}) for code in CODES}, "quy mô"),
        ({"frame": "list", "stratify_by": "column:vung"}, {code: (1.0, {}) for code in CODES}, "vung"),
        ({"take_all": ["khong-co"]}, None, "khong-co"),
        ({"number": 13}, None, "13"),
        ({"cases": {"number": 10}}, None, "chưa có danh sách"),
        ({"cases": {"allocation": "proportional", "number": 10**6}}, None, "chưa có danh sách"),
        ({"cases": {"allocation": "optimal", "margin": 0.03}}, None, "danh sách"),
    ],
)
def test_a_design_that_the_frame_cannot_meet_is_told_and_nothing_is_stored(
    session: Session, sample: dict[str, Any], lists: Any, words: str
) -> None:
    survey = village(session, **sample)
    if lists:
        list_units(session, survey, lists)
    session.commit()
    with pytest.raises(UserError, match=words):
        draw_sample(session, survey, seed="7", actor=TESTER)
    session.rollback()
    assert survey.state == "draft"
    assert session.scalars(select(Draw)).all() == []


def test_lists_too_short_for_the_number_wanted_are_told(session: Session) -> None:
    survey = village(session, cases={"allocation": "proportional", "number": 10_000})
    list_cases(session, survey, SIZES)
    with pytest.raises(UserError, match="10"):
        draw_sample(session, survey, seed="7", actor=TESTER)


def test_another_draw_gives_the_cases_of_the_first_back(session: Session) -> None:
    survey = village(session, cases={"number": 10})
    list_cases(session, survey, SIZES)
    first = draw_sample(session, survey, seed="7", actor=TESTER)
    ask_redraw(session, survey, seed="8", reason="nhầm mầm", actor=TESTER)
    second = decide_redraw(session, survey, granted=True, actor=SECOND)
    assert second is not None
    assert cases_of(session, first) == []
    assert len(cases_of(session, second)) == 6 * 12  # ten and two in reserve
    assert verify_draw(session, survey, first).agrees


def test_a_record_that_was_tampered_with_does_not_agree(session: Session) -> None:
    survey = village(session, cases={"number": 10})
    list_cases(session, survey, SIZES)
    draw = draw_sample(session, survey, seed="7", actor=TESTER)
    session.commit()
    tampered = [
        update(FrameUnit).where(FrameUnit.position == 0).values(random_number=0.5),
        update(FrameUnit).where(FrameUnit.position == 0).values(stratum="khác"),
        update(FrameUnit).where(FrameUnit.position == 0).values(list_size=999),
        update(Case).where(Case.rank == 1, Case.role == "reserve").values(position=0),
        update(Draw).values(seed="8"),
        update(Draw).values(frame_sha256="0" * 64),
    ]
    assert verify_draw(session, survey, draw).agrees
    for change in tampered:
        session.execute(change)
        session.expire_all()
        verification = verify_draw(session, survey, find_draw(session, survey))
        assert not verification.agrees, str(change)
        session.rollback()


def test_a_list_that_changed_after_the_draw_is_told_and_the_draw_stands(session: Session) -> None:
    from survey_app.sampling.listing.models import ListedCase

    survey = village(session, cases={"number": 10})
    list_cases(session, survey, SIZES)
    draw = draw_sample(session, survey, seed="7", actor=TESTER)
    assert verify_draw(session, survey, draw).changes == []
    spare = session.scalars(
        select(ListedCase.id).where(ListedCase.id.not_in(select(Case.listed_case_id))).limit(1)
    ).one()
    session.execute(update(ListedCase).where(ListedCase.id == spare).values(reference=b"0" * 16))
    verification = verify_draw(session, survey, draw)
    assert verification.agrees
    assert len(verification.changes) == 1
