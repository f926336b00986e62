"""Steps of weighting: what each does, what is refused, what is undone."""

from __future__ import annotations

import io
import json
import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.weighting import WeightingStep, kish_deff, run_steps
from survey_app.audit.models import AuditEntry
from survey_app.collection.models import Response
from survey_app.errors import Conflict, LinesRefused, NotFound, UserError
from survey_app.instruments.queries import instrument_of
from survey_app.publication.service import approve_publication, freeze_publication
from survey_app.results.design import read_design
from survey_app.results.estimates import estimate_survey
from survey_app.results.extract import read_extract
from survey_app.results.weighting.ask import make_plan
from survey_app.results.weighting.describe import describe_weighting
from survey_app.results.weighting.models import WeightStep
from survey_app.results.weighting.plans import StepPlan
from survey_app.results.weighting.run import weigh_responses
from survey_app.results.weighting.service import add_step, preview_step, undo_step
from survey_app.results.weighting.totals import Totals, read_totals
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey
from survey_app.surveys.service import set_state
from tests.publishing import tick_all
from tests.rooms.weighing import (
    CODES,
    SIZES,
    answer_all,
    drawn_from_lists,
    frame_by,
    stratum,
    sums_by,
    weighted_sex,
    weights_by_commune,
)
from tests.village import make_village, respond
from tests.world import TESTER

SEXES: Totals = {("item:sex",): {("1",): 900.0, ("2",): 1230.0}}


def test_raking_meets_every_total_and_gives_responses_their_own_weights(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey)
    before = estimate_survey(session, survey).rows[0].estimate
    add_step(session, survey, make_plan("rake", ["stratum", "item:sex"], SEXES), actor=TESTER)
    assert weighted_sex(session, survey) == pytest.approx({"1": 900.0, "2": 1230.0})
    assert sums_by(session, survey, stratum) == pytest.approx(frame_by(session, survey, stratum))
    assert estimate_survey(session, survey).rows[0].estimate != before
    undo_step(session, survey, actor=TESTER)
    assert estimate_survey(session, survey).rows[0].estimate == before


def test_people_without_an_answer_keep_their_share_of_the_weights(session: Session) -> None:
    survey = drawn_from_lists(session, stratify_by="none")
    for place, entry in enumerate(drawn_units(session, survey)):
        for number in range(10):
            sex = {} if number == 0 else {"sex": 1 + (number + place) % 2}
            respond(session, survey, entry.unit.code, answers={"q1": 3, "late": 2} | sex)
    session.commit()
    silent = weighted_sex(session, survey)[""]
    whole = sum(SIZES.values())
    totals: Totals = {("item:sex",): {("1",): 0.4 * whole, ("2",): 0.6 * whole}}
    add_step(session, survey, make_plan("poststratify", ["item:sex"], totals), actor=TESTER)
    found = weighted_sex(session, survey)
    assert found[""] == pytest.approx(silent)
    assert found["1"] / found["2"] == pytest.approx(4 / 6)
    assert sum(found.values()) == pytest.approx(whole)
    assert describe_weighting(session, survey)["steps"][2]["unanswered"] == {"item:sex": 6}


def test_shares_change_the_proportions_and_not_the_sum(session: Session) -> None:
    survey = make_village(session, sample={"share": 0.5, "stratify_by": "none"})
    answer_all(session, survey)
    before = sum(weight for _commune, weight in weights_by_commune(session, survey))
    totals: Totals = {("item:sex",): {("1",): 45.0, ("2",): 55.0}}
    add_step(session, survey, make_plan("poststratify", ["item:sex"], totals, shares=True), actor=TESTER)
    found = weighted_sex(session, survey)
    assert sum(found.values()) == pytest.approx(before)
    assert found["1"] / before == pytest.approx(0.45)


def test_trimming_cuts_to_the_multiple_of_the_mean_and_weighs_to_the_totals_again(session: Session) -> None:
    survey = drawn_from_lists(session, stratify_by="none")
    answer_all(session, survey)
    before = np.array([weight for _commune, weight in weights_by_commune(session, survey)])
    limit = 1.3 * before.mean()
    assert (before > limit).any()
    add_step(session, survey, make_plan("trim", times_mean=1.3), actor=TESTER)
    after = np.array([weight for _commune, weight in weights_by_commune(session, survey)])
    assert after.max() < before.max()
    assert after.sum() == pytest.approx(sum(SIZES.values()))
    told = describe_weighting(session, survey)["steps"][2]
    assert (told["limit"], told["cut"]) == (pytest.approx(limit), int((before > limit).sum()))
    assert told["summary"]["kish_deff"] == pytest.approx(kish_deff(after))


def test_the_chain_over_groups_gives_the_weights_of_the_chain_over_rows(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey, fewer=2)
    undo_step(session, survey, actor=TESTER)
    add_step(session, survey, make_plan("rake", ["stratum", "item:sex"], SEXES), actor=TESTER)
    extract = read_extract(session, survey)
    entries = {entry.unit.code: entry for entry in drawn_units(session, survey)}
    rows = [entries[code] for code in extract.table.column("commune").to_pylist()]
    asked: Counter[str] = Counter()
    base: Counter[str] = Counter()
    for entry in entries.values():
        asked[entry.stratum] += entry.invited or 0
        base[entry.stratum] += (entry.base_weight or 0) * (entry.list_size or 0)
    chain = run_steps(
        {
            "pi": [entry.inclusion_probability for entry in rows],
            "share": [(entry.invited or 0) / (entry.list_size or 1) for entry in rows],
            "stratum": [entry.stratum for entry in rows],
            "sex": extract.table.column("sex").to_pylist(),
        },
        [
            WeightingStep("base", {"probabilities": ["pi", "share"]}),
            WeightingStep(
                "nonresponse",
                {"variables": ["stratum"], "invited": [[name, asked[name], base[name]] for name in asked]},
            ),
            WeightingStep(
                "rake",
                {"margins": {"stratum": frame_by(session, survey, stratum), "sex": {"1": 900.0, "2": 1230.0}}},
            ),
        ],
    )
    ours = [weight for _commune, weight in weights_by_commune(session, survey)]
    assert ours == pytest.approx(chain.weights.tolist(), rel=1e-9)


@pytest.mark.parametrize(
    ("kind", "variables", "totals", "words"),
    [
        ("nonresponse", ["stratum"], None, "Đã có bước"),
        ("poststratify", ["item:sex"], {("item:sex",): {("1",): 10.0}}, "Thiếu tổng"),
        ("poststratify", ["item:sex"], {("item:sex",): {("1",): 10.0, ("2",): 5.0, ("3",): 5.0}}, "không có mức 3"),
        ("poststratify", ["item:sex"], {("item:sex",): {("1",): 10.0, ("2",): -1.0}}, "lớn hơn 0"),
        ("poststratify", ["item:sex"], {("item:sex",): {("1",): 10.0, ("2",): math.nan}}, "lớn hơn 0"),
        ("poststratify", ["item:late"], {("item:late",): {("1",): 10.0, ("2",): 10.0}}, "Chưa phiếu nào"),
        ("poststratify", ["item:sex"], None, "Chưa có tổng"),
        ("poststratify", ["item:q1"], {("item:q1",): {("1",): 1.0}}, "q1"),
        ("poststratify", ["nothing"], None, "nothing"),
        ("poststratify", [], None, "ít nhất một"),
        ("rake", ["stratum", "stratum"], None, "hai lần"),
        ("rake", ["stratum", "item:sex"], {("item:sex",): {("1",): 900.0, ("2",): 1000.0}}, "tổng khác nhau"),
        ("rake", ["stratum"], SEXES, "không dùng biến"),
        ("trim", [], None, "Mức cắt"),
        ("melt", [], None, "Không có bước"),
    ],
)
def test_a_step_that_cannot_be_done_is_told_and_nothing_is_stored(
    session: Session, kind: str, variables: list[str], totals: Totals | None, words: str
) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey)
    before = [row.as_json() for row in estimate_survey(session, survey).rows]
    with pytest.raises(UserError, match=words):
        add_step(
            session,
            survey,
            make_plan(kind, variables, totals, times_mean=1.0 if kind == "trim" else 3.0),
            actor=TESTER,
        )
    session.rollback()
    assert session.scalars(select(WeightStep)).all() == []
    assert [row.as_json() for row in estimate_survey(session, survey).rows] == before


def test_totals_that_no_weights_meet_together_are_refused(session: Session) -> None:
    survey = drawn_from_lists(session, stratify_by="none")
    first, *others = drawn_units(session, survey)
    for entry in (first, *others):  # all men in one commune, all women in the others
        for _number in range(10):
            respond(session, survey, entry.unit.code, answers={"q1": 3, "late": 2, "sex": 1 if entry is first else 2})
    session.commit()
    size_of_first = describe_size_class(session, survey, first.unit.code)
    whole = sum(SIZES.values())
    totals: Totals = {
        ("item:sex",): {("1",): 0.99 * whole, ("2",): 0.01 * whole},
        ("size",): {
            (name,): (0.02 if name == size_of_first else 0.49) * whole for name in ("small", "medium", "large")
        },
    }
    with pytest.raises(UserError, match=r"khớp được mọi tổng|Chưa phiếu nào"):
        preview_step(session, survey, make_plan("rake", ["item:sex", "size"], totals))


def describe_size_class(session: Session, survey: Survey, code: str) -> str:
    ordered = sorted(CODES, key=lambda one: SIZES[one])
    return ("small", "medium", "large")[ordered.index(code) // 4]


def test_without_lists_nobody_knows_who_did_not_answer(session: Session) -> None:
    survey = make_village(session)
    answer_all(session, survey)
    with pytest.raises(UserError, match="không biết đã mời bao nhiêu"):
        add_step(session, survey, make_plan("nonresponse", ["stratum"]), actor=TESTER)
    with pytest.raises(UserError, match="không biết tổng"):
        preview_step(session, survey, make_plan("poststratify", ["stratum"]))


def test_before_the_first_answer_there_is_nothing_to_weigh(session: Session) -> None:
    survey = drawn_from_lists(session)
    with pytest.raises(Conflict, match="Chưa có phiếu"):
        add_step(session, survey, make_plan("trim"), actor=TESTER)
    assert describe_weighting(session, survey)["base"] is None


def test_what_goes_without_a_decision_is_written_down_before_the_first_decision(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey)
    assert describe_weighting(session, survey)["by_default"]
    add_step(session, survey, make_plan("trim"), actor=TESTER)
    session.commit()
    steps = session.scalars(select(WeightStep).order_by(WeightStep.position)).all()
    assert [(step.position, step.kind, step.made_by) for step in steps] == [
        (1, "nonresponse", "system"),
        (2, "poststratify", "system"),
        (3, "trim", "tester"),
    ]
    assert not describe_weighting(session, survey)["by_default"]


def test_an_undone_step_stays_in_the_record_and_its_place_can_be_taken(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey)
    add_step(session, survey, make_plan("trim", times_mean=2), actor=TESTER)
    undo_step(session, survey, 3, actor=TESTER)
    add_step(session, survey, make_plan("trim", times_mean=1.5), actor=TESTER)
    session.commit()
    trims = session.scalars(select(WeightStep).where(WeightStep.kind == "trim").order_by(WeightStep.id)).all()
    assert [(step.position, step.undone_by) for step in trims] == [(3, "tester"), (3, None)]
    with pytest.raises(NotFound):
        undo_step(session, survey, 4, actor=TESTER)
    verbs = session.scalars(
        select(AuditEntry.verb).where(AuditEntry.verb.startswith("weight.")).order_by(AuditEntry.id)
    )
    assert list(verbs) == ["weight.add", "weight.undo", "weight.add"]


def test_a_middle_step_can_be_undone_alone(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey, fewer=2)
    undo_step(session, survey, 1, actor=TESTER)
    assert [step["kind"] for step in describe_weighting(session, survey)["steps"]] == ["poststratify"]
    assert sums_by(session, survey, stratum) == pytest.approx(frame_by(session, survey, stratum))


def test_a_step_that_no_longer_fits_the_answers_says_so_and_can_be_undone(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey)
    add_step(session, survey, make_plan("rake", ["stratum", "item:sex"], SEXES), actor=TESTER)
    session.commit()
    for response in session.scalars(select(Response)):
        if response.answers["sex"] == 1:
            response.status = "rejected"
    session.commit()
    with pytest.raises(Conflict, match="Bước trọng số 3"):
        estimate_survey(session, survey)
    assert describe_weighting(session, survey)["problem"]["step"] == 3
    undo_step(session, survey, actor=TESTER)
    assert estimate_survey(session, survey).responses > 0


def test_another_step_asks_for_another_freeze_and_a_published_survey_keeps_its_weights(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey)
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    frozen = freeze_publication(session, survey, actor=TESTER)
    session.commit()
    figures = json.loads(json.dumps(frozen.snapshot["figures"]))
    add_step(session, survey, make_plan("trim", times_mean=1.2), actor=TESTER)
    session.commit()
    other = TESTER._replace(label="leader")
    with pytest.raises(Conflict):
        approve_publication(session, survey, actor=other)
    session.rollback()
    again = freeze_publication(session, survey, actor=TESTER)
    session.commit()
    assert frozen.snapshot["figures"] == figures != again.snapshot["figures"]
    assert [step["kind"] for step in again.snapshot["weighting"]] == ["nonresponse", "poststratify", "trim"]
    tick_all(session, survey)
    approve_publication(session, survey, actor=other)
    session.commit()
    with pytest.raises(Conflict, match="đã công bố"):
        add_step(session, survey, make_plan("trim"), actor=TESTER)
    with pytest.raises(Conflict, match="đã công bố"):
        undo_step(session, survey, actor=TESTER)


def test_a_survey_that_nobody_weighed_has_the_fingerprint_of_its_responses_alone(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey)
    before = read_extract(session, survey).fingerprint
    add_step(session, survey, make_plan("trim"), actor=TESTER)
    weighed = read_extract(session, survey).fingerprint
    undo_step(session, survey, actor=TESTER)
    assert len({before, weighed, read_extract(session, survey).fingerprint}) == 3


def test_closing_cuts_the_ties_and_changes_no_weight(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey, fewer=1)
    before = weights_by_commune(session, survey)
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    assert weights_by_commune(session, survey) == before


def test_answers_one_by_one_give_the_weights_of_all_at_once(session: Session) -> None:
    survey = drawn_from_lists(session)
    answer_all(session, survey, fewer=4)
    estimate_survey(session, survey)
    for entry in drawn_units(session, survey):
        respond(session, survey, entry.unit.code)
        session.commit()
        weights_by_commune(session, survey)
    instrument = instrument_of(session, survey.questionnaire_id)
    fresh = weigh_responses(
        session, survey, read_design(session, survey), instrument, read_extract(session, survey).table
    )
    assert [weight for _commune, weight in weights_by_commune(session, survey)] == fresh.of_row.tolist()


def test_totals_come_in_a_file_of_either_shape() -> None:
    long = b"variable,level,total\nitem:sex,1,900\nitem:sex,2,1230\nstratum,all,2130\n"
    assert read_totals(io.BytesIO(long)) == {
        ("item:sex",): {("1",): 900.0, ("2",): 1230.0},
        ("stratum",): {("all",): 2130.0},
    }
    wide = "item:sex;item:age;total\n1;trẻ;1.234,5\n".encode()
    assert read_totals(io.BytesIO(wide)) == {("item:sex", "item:age"): {("1", "trẻ"): 1234.5}}


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        ("item:sex,1,60.000\n", 1),
        ("item:sex,1,mười\nitem:sex,2,3\n", 1),
        ("item:sex,,5\n", 1),
        ("item:sex,1,5\nitem:sex,1,6\n", 1),
        ("item:sex,1\n", 1),
    ],
)
def test_lines_that_are_no_totals_are_refused_by_number(app: Any, lines: str, refused: int) -> None:
    with app.app_context(), pytest.raises(LinesRefused) as error:
        read_totals(io.BytesIO(b"variable,level,total\n" + lines.encode()))
    assert len(error.value.lines) == refused


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["nonresponse", "poststratify", "rake"]),
    names=st.lists(st.sampled_from(["stratum", "kind", "item:sex"]), min_size=1, max_size=3, unique=True),
    numbers=st.lists(st.floats(min_value=0.1, max_value=1e6), min_size=8, max_size=8),
    shares=st.booleans(),
)
def test_a_plan_is_read_again_as_it_was_stored(kind: str, names: list[str], numbers: list[float], shares: bool) -> None:
    totals: Totals = {
        (name,): {("a",): numbers[2 * place], ("b",): numbers[2 * place + 1]} for place, name in enumerate(names)
    }
    if kind == "poststratify":
        names, totals = names[:1], {(names[0],): totals[(names[0],)]}
    plan = make_plan(kind, names, totals if kind != "nonresponse" else None, shares=shares)
    assert StepPlan.read(plan.kind, json.loads(json.dumps(plan.as_settings()))) == plan
