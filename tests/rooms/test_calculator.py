"""The calculator: the figures of facts/STATISTICS.md, what a planned draw will give, every field kept as typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from survey_app.audit.models import AuditEntry
from survey_app.database import db
from survey_app.geography.models import Unit
from survey_app.sampling.calculator.at_hand import form_for, reckon, take_up
from survey_app.sampling.calculator.forms import SizeForm
from survey_app.sampling.calculator.outlook import Outlook, Prospect, look_ahead
from survey_app.sampling.calculator.size import Question, answer_question, sizes_by_margin
from survey_app.sampling.calculator.words import answer_sentence, outlook_sentence, warnings
from survey_app.sampling.frame import Frame
from survey_app.sampling.listing.models import ListedCase
from survey_app.sampling.plan import DrawPlan
from survey_app.sampling.stage_one import Entry, Rules, plan_strata
from survey_app.sampling.stage_two import CaseRules
from survey_app.surveys.models import Survey
from tests.lists import add_list
from tests.village import VILLAGE, make_village
from tests.world import SURVEY, make_survey

PAGE = f"/quan-ly/dot/{SURVEY}/co-mau"


def question(**changes: Any) -> Question:
    values: dict[str, Any] = {
        "goal": "margin", "margin": 0.03, "confidence": 0.95, "rate": 0.8, "deff": 1.6, "response": 0.8,
        "population": None, "target": 0.8, "true_rate": 0.84, "power": 0.8, "earlier_rate": 0.76, "correlation": 0.0,
        "by_stratum": False,
    }  # fmt: skip
    return Question(**(values | changes))


@pytest.mark.parametrize(("rate", "answers"), [(0.85, 753), (0.84, 1194), (0.83, 2152)])
def test_a_proof_takes_what_the_facts_say(rate: float, answers: int) -> None:
    size = answer_question(question(goal="prove", true_rate=rate), {}).whole
    assert size.answers == answers
    assert size.invited == -(-answers * 10 // 8)


def test_a_margin_takes_what_the_formula_says_worked_out_by_hand() -> None:
    simple = 1.959963984540054**2 * 0.8 * 0.2 / 0.03**2 * 1.6
    assert answer_question(question(), {}).whole.answers == int(simple) + 1 == 1093
    finite = simple / (1 + (simple - 1) / 76000)
    assert answer_question(question(population=76000), {}).whole.answers == int(finite) + 1 == 1078


def test_each_stratum_takes_its_own_and_their_sum_is_the_survey() -> None:
    answer = answer_question(question(margin=0.05, deff=1, by_stratum=True), {"D01": 9661, "D15": 727, "?": None})
    assert [size.answers for size in answer.domains.values()] == [240, 184, 246]
    assert answer.whole.answers == 240 + 184 + 246
    assert answer_question(question(by_stratum=True), {"one": None}).domains == {}


def test_half_the_margin_takes_four_times_the_answers() -> None:
    sizes = {margin: size.answers for margin, size in sizes_by_margin(question())}
    assert list(sizes) == [0.02, 0.025, 0.03, 0.035, 0.04, 0.05]
    assert sizes[0.02] / sizes[0.04] == pytest.approx(4, rel=0.01)
    assert 0.01 in dict(sizes_by_margin(question(margin=0.01)))


def a_plan(
    strata: dict[str, int], *, share: float = 0.3, minimum: int = 2, lists: int = 0, cases: CaseRules | None = None,
    method: str = "srswor", communes_each: int = 1,
) -> DrawPlan:  # fmt: skip
    entries = [
        Entry(f"{name}{place}-{part}", "x", name, name, f"{name}{place}", float(place + 1))
        for name, size in strata.items()
        for place in range(size)
        for part in range(communes_each)
    ]
    rules = Rules(method, share, None, "total", minimum)
    return DrawPlan(
        plan_strata(entries, rules), rules, cases, Frame(entries, {}, {entry.code: lists for entry in entries})
    )


def chance(row: Prospect, rate: float) -> float:
    return next(one.met for one in row.chances if one.true_rate == rate)


def ahead(plan: DrawPlan, each: int = 40, **changes: Any) -> Outlook:
    probability = changes.pop("probability", True)
    return look_ahead(plan, question(**changes), each=each, target=0.8, probability=probability)


def test_the_chances_before_the_survey_are_those_of_the_facts() -> None:
    kien_giang = [12, 7, 8, 14, 11, 10, 19, 11, 9, 11, 8, 10, 4, 6, 5]
    plan = a_plan({f"d{place:02d}": size for place, size in enumerate(kien_giang)})
    outlook = ahead(plan)
    assert (outlook.whole.drawn, outlook.whole.df) == (44, 44 - 15)
    assert 0.74 <= chance(outlook.whole, 0.84) <= 0.91
    assert outlook.whole.margin == pytest.approx(0.0275, abs=0.001)
    many = ahead(plan, each=60, response=1.0)
    six = next(row for row in many.strata if row.drawn == 6)
    assert 0.15 <= chance(six, 0.84) <= 0.18
    for row in outlook.strata:
        if row.drawn == 2:
            assert row.supported
            assert chance(row, 0.84) < 0.1


def test_the_chances_of_the_three_verdicts_sum_to_one_and_grow_with_the_true_rate() -> None:
    outlook = ahead(a_plan({"a": 40, "b": 20}))
    for row in [outlook.whole, *outlook.strata]:
        assert [one.true_rate for one in row.chances] == [0.8, 0.82, 0.84, 0.86]
        met = [one.met for one in row.chances]
        assert met == sorted(met)
        for one in row.chances:
            assert one.met + one.not_met + one.not_proven == pytest.approx(1)


def test_true_rates_above_a_hundred_per_cent_are_left_out() -> None:
    outlook = look_ahead(a_plan({"a": 40}), question(), each=40, target=0.95)
    assert [one.true_rate for one in outlook.whole.chances] == [0.95, 0.97, 0.99]


@pytest.mark.parametrize(
    ("cases", "lists", "invited"),
    [
        (None, 0, 18 * 40),
        (CaseRules("systematic", "fixed", 25), 100, 18 * 25),
        (CaseRules("systematic", "fixed", 25), 10, 18 * 10),
        (CaseRules("systematic", "fixed", 25), 0, 18 * 25),
        (CaseRules("systematic", "proportional", 900), 100, 900),
        (CaseRules("systematic", "proportional", 9000), 100, 18 * 100),
        (CaseRules("systematic", "optimal", 720), 0, 720),
    ],
)
def test_the_planned_cases_are_counted_as_the_draw_will_count_them(
    cases: CaseRules | None, lists: int, invited: int
) -> None:
    outlook = ahead(a_plan({"a": 40, "b": 20}, cases=cases, lists=lists))
    assert (outlook.whole.drawn, outlook.whole.invited) == (18, invited)
    assert outlook.whole.answers == pytest.approx(invited * 0.8, abs=0.5)
    assert sum(row.invited for row in outlook.strata) == pytest.approx(invited, abs=1)
    assert outlook.short_lists == (60 if lists == 10 else 0)


def test_a_stratum_taken_whole_stands_on_its_people_and_lends_little_to_the_whole() -> None:
    plan = a_plan({"a": 5, "b": 30}, share=0.1, minimum=3)
    whole = a_plan({"a": 3, "b": 30}, share=0.1, minimum=3)
    alone = a_plan({"a": 3}, share=0.5, minimum=3)
    assert [row.df for row in ahead(plan).strata] == [2, 2]
    assert ahead(plan).whole.df == 4
    three, thirty = ahead(whole).strata
    assert (three.drawn, three.size, three.df) == (3, 3, three.answers - 3)
    assert not three.supported
    assert not three.few
    assert thirty.df == 2
    assert ahead(whole).whole.df == 2  # not 4: the three are a tenth of the people and vary little
    assert ahead(alone).whole.df == ahead(alone).whole.answers - 3


def test_districts_drawn_whole_bring_all_their_communes_and_count_as_one() -> None:
    outlook = ahead(a_plan({"all": 15}, share=1 / 3, communes_each=10))
    assert (outlook.whole.drawn, outlook.whole.size, outlook.whole.df) == (5, 15, 4)
    assert outlook.whole.places == pytest.approx(50)
    assert outlook.whole.answers == 50 * 32


def test_large_units_are_expected_more_often_in_a_draw_by_size() -> None:
    rules = CaseRules("systematic", "proportional", 300)
    plan = a_plan({"a": 30}, method="pareto", cases=rules, lists=1)
    for entry in plan.frame.entries:
        plan.frame.list_sizes[entry.code] = int(entry.size or 0) * 10
    equal = DrawPlan(
        plan.strata, Rules("srswor", 0.3, None, "total", 2), CaseRules("s", "proportional", 10**6), plan.frame
    )
    by_size = DrawPlan(plan.strata, plan.rules, CaseRules("s", "proportional", 10**6), plan.frame)
    assert ahead(by_size).whole.invited > 1.2 * ahead(equal).whole.invited


def test_warnings_name_what_can_prove_nothing() -> None:
    outlook = ahead(a_plan({"lớn": 60, "nhỏ": 5}), each=90)
    [said] = warnings(outlook, 0.8)
    assert "1 tầng" in said
    assert "nhỏ" in said
    assert "lớn" not in said
    assert any("Bậc tự do" in said for said in warnings(ahead(a_plan({"một": 20})), 0.8))
    assert any("chỉ bốc 3 xã" in said for said in warnings(ahead(a_plan({"một": 10})), 0.8))
    nothing = warnings(ahead(a_plan({"a": 50, "b": 1}, minimum=0)), 0.8)
    assert any("không được bốc xã nào: b" in said for said in nothing)
    few = ahead(a_plan({"a": 50, "b": 4}), each=3)
    assert any("không được công bố: b" in said for said in warnings(few, 0.8))
    assert few.strata[1].margin is None
    assert few.strata[1].chances == []
    short = ahead(a_plan({"a": 50}, cases=CaseRules("s", "fixed", 30), lists=9))
    assert any("50 xã có danh sách ngắn hơn" in said for said in warnings(short, 0.8))
    weak = ahead(a_plan({"a": 50}), each=5)
    assert any("Tỷ lệ thật là 84%" in said for said in warnings(weak, 0.8))


def test_two_strata_of_one_name_stay_two() -> None:
    entries = [
        Entry(f"{code}{place}", "x", code, "Châu Thành", f"{code}{place}") for code in "ab" for place in range(9)
    ]
    rules = Rules("srswor", 0.5, None, "total", 2)
    plan = DrawPlan(plan_strata(entries, rules), rules, None, Frame(entries, {}, {}))
    assert [row.name for row in ahead(plan).strata] == ["Châu Thành (a)", "Châu Thành (b)"]


def test_without_a_frame_nothing_is_claimed() -> None:
    outlook = ahead(a_plan({"a": 50}), probability=False)
    assert (outlook.whole.margin, outlook.whole.chances) == (None, [])
    assert warnings(outlook, 0.8) == []
    said = outlook_sentence(outlook, question(), answer_question(question(), {}))
    assert "không bốc ngẫu nhiên" in said
    asked = answer_sentence(question(), answer_question(question(), {}), outlook)
    assert asked.startswith("Nếu bốc ngẫu nhiên: cần 1.093 phiếu")


GOOD = {"goal": "margin", "margin": "3", "rate": "80", "deff": "1,6", "response": "80", "confidence": "95"}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"goal": "most"}, "goal"),
        ({"domains": "commune"}, "domains"),
        ({"margin": "0"}, "margin"),
        ({"margin": "50"}, "margin"),
        ({"margin": "nan"}, "margin"),
        ({"margin": ""}, "margin"),
        ({"rate": "100"}, "rate"),
        ({"rate": "tám mươi"}, "rate"),
        ({"deff": "0,9"}, "deff"),
        ({"deff": "inf"}, "deff"),
        ({"response": "0"}, "response"),
        ({"response": "101"}, "response"),
        ({"confidence": "49"}, "confidence"),
        ({"confidence": "100"}, "confidence"),
        ({"population": "0"}, "population"),
        ({"population": "-5"}, "population"),
        ({"population": "nhiều"}, "population"),
        ({"population": "9" * 30}, "population"),
        ({"goal": "prove", "target": "100"}, "target"),
        ({"goal": "prove", "true_rate": "80"}, "true_rate"),
        ({"goal": "prove", "power": "40"}, "power"),
        ({"goal": "change", "earlier_rate": "80"}, "earlier_rate"),
        ({"goal": "change", "correlation": "1"}, "correlation"),
        ({"goal": "change", "correlation": "-1"}, "correlation"),
    ],
    ids=str,
)
def test_each_mistake_is_told_at_its_field(session: Session, typed: dict[str, str], field: str) -> None:
    form = SizeForm(MultiDict(GOOD | typed))
    assert form.read() is None
    assert [name for name, _message in form.mistakes()] == [field]
    assert all(form[name].data == value for name, value in typed.items())


def test_numbers_are_read_as_people_write_them(session: Session) -> None:
    form = SizeForm(MultiDict(GOOD | {"margin": "2,5%", "population": "76.000", "deff": "1.8", "confidence": "90 %"}))
    found = form.read()
    assert found is not None
    assert (found.margin, found.population, found.deff, found.confidence) == (0.025, 76000, 1.8, 0.9)


def test_what_another_goal_asks_for_does_no_harm(session: Session) -> None:
    form = SizeForm(MultiDict(GOOD | {"true_rate": "x", "correlation": "7", "power": ""}))
    assert form.read() is not None
    assert form.true_rate.data == "x"


def test_the_page_answers_first_keeps_what_was_typed_and_writes_nothing(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        make_survey(db.session)
        db.session.commit()
        before = len(db.session.scalars(select(AuditEntry)).all())
    observer = sign_in("observer")
    page = observer.get(PAGE).text
    assert "Cần 1.093 phiếu trả lời, mời 1.367 người" in " ".join(page.split())
    assert "1.408" in page
    assert page.count('<th scope="row">Huyện') + page.count('<th scope="row">Thành phố') == 15
    assert "chỉ tham khảo" in page
    kept = observer.get(PAGE, query_string={"goal": "prove", "true_rate": "85", "domains": "strata", "lang": "vi"})
    assert kept.status_code == 200
    assert 'value="85"' in kept.text
    assert '<option selected value="strata">' in kept.text
    assert "11.295" in kept.text  # fifteen times 753
    assert "true_rate=85" in kept.text  # in the address of the other language
    bad = observer.get(PAGE, query_string={"margin": "rất nhỏ", "response": "70", "population": "76.000"})
    assert bad.status_code == 400
    for words in ('id="margin-error"', 'value="rất nhỏ"', 'value="70"', 'value="76.000"'):
        assert words in bad.text, words
    with app.app_context():
        assert len(db.session.scalars(select(AuditEntry)).all()) >= before
        assert db.session.scalars(select(Survey.state)).all() == ["draft"]


def test_a_draw_that_cannot_be_planned_is_told_and_the_calculator_still_works(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        make_survey(db.session, sample={"share": 0.3, "frame": "list"})
        db.session.commit()
    page = sign_in("survey_manager").get(PAGE)
    assert page.status_code == 200
    assert "chưa có danh sách" in page.text
    assert "1.093" in page.text


def test_lists_tell_the_population_and_the_design_what_is_expected(session: Session) -> None:
    cases = {"allocation": "optimal", "margin": 0.04, "deff": 2, "response_rate": 0.5, "expected_rate": 0.7}
    survey = make_village(session, state="draft", sample={"share": 0.5, "cases": cases})
    communes = session.scalars(
        select(Unit).where(Unit.level == "commune", Unit.code_system == survey.territory.code_system)
    ).all()
    communes = [unit for unit in communes if unit.lies_in(survey.territory)]
    file = add_list(session, survey)
    for number in range(600):
        session.add(
            ListedCase(
                id=number + 1, survey_id=survey.id, file_id=file.id, unit_id=communes[number % len(communes)].id,
                line=number, reference=number.to_bytes(16, "big"), attributes={},
            )
        )  # fmt: skip
    session.flush()
    at_hand = take_up(session, survey)
    assert at_hand.obstacle == ""
    assert sum(size or 0 for size in at_hand.populations.values()) == 600
    form = form_for(at_hand, MultiDict())
    found = form.read()
    assert found is not None
    assert (found.population, found.deff, found.response, found.rate) == (600, 2.0, 0.5, 0.7)
    by_stratum = form_for(at_hand, MultiDict({"domains": "strata"})).read()
    assert by_stratum is not None
    answer = reckon(by_stratum, at_hand).answer
    assert set(answer.domains) == set(at_hand.populations)
    assert all(size.answers <= (at_hand.populations[name] or 0) for name, size in answer.domains.items())


def test_the_command_line_says_the_same_as_the_page(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        make_survey(db.session)
        db.session.commit()
    runner = app.test_cli_runner()
    alone = runner.invoke(args=["sample", "size", "--goal", "prove", "--true-rate", "83"])
    assert alone.exit_code == 0, alone.output
    assert "Cần 2.152 phiếu trả lời, mời 2.690 người" in alone.output
    said = runner.invoke(args=["sample", "size", SURVEY, "--margin", "2,5"])
    page = " ".join(sign_in("observer").get(PAGE, query_string={"margin": "2,5"}).text.split())
    sentence = said.output.splitlines()[0]
    assert sentence in page
    assert re.search(r"Cả địa bàn\t44/145\t1\.408\tdf 29\t±2,8", said.output)
    plain = json.loads(runner.invoke(args=["sample", "size", SURVEY, "--format", "json"]).output)
    assert plain["answer"]["whole"] == {"answers": 1093, "invited": 1367}
    assert plain["outlook"]["whole"]["df"] == 29
    assert len(plain["outlook"]["strata"]) == 15
    refused = runner.invoke(args=["sample", "size", "--margin", "0", "--deff", "x"])
    assert refused.exit_code == 1
    assert len(refused.stderr.splitlines()) == 2


def test_a_person_of_another_sector_sees_no_plan(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        make_village(db.session, state="draft")
    address = f"/quan-ly/dot/{VILLAGE}/co-mau"
    assert sign_in("sector_lead", "sector:health").get(address).status_code == 404
    assert sign_in("collector").get(address).status_code == 403
    assert sign_in("analyst").get(address).status_code == 200
