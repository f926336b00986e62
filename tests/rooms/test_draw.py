"""The draw: the right number in every stratum, redone by anyone from the report, done once."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.queries import entries_about
from survey_app.database import db
from survey_app.errors import Conflict, Forbidden, UserError
from survey_app.sampling.models import Draw
from survey_app.sampling.plan import plan_draw
from survey_app.sampling.queries import all_draws, drawn_units, find_draw, redraw_requests
from survey_app.sampling.report import draw_report
from survey_app.sampling.service import ask_redraw, decide_redraw, draw_sample
from survey_app.sampling.verification import verify_draw
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.village import VILLAGE, at_once, make_village, refusal
from tests.world import SURVEY, TESTER, make_survey

SECOND = Actor(None, "second")
#: District → (N_h, n_h), worked out by hand: each gets floor(0.3·N_h), at least 2, together 41; the three seats left
#: of floor(0.3·145 + 0.5) = 44 go to the largest remainders: 906 and 908 (0.7), 899 (0.6).
ALLOCATION = {
    "899": (12, 4), "900": (7, 2), "902": (8, 2), "903": (14, 4), "904": (11, 3), "905": (10, 3), "906": (19, 6),
    "907": (11, 3), "908": (9, 3), "909": (11, 3), "910": (8, 2), "911": (10, 3), "912": (4, 2), "913": (6, 2),
    "914": (5, 2),
}  # fmt: skip


def report(session: Session, survey: Any) -> dict[str, Any]:
    """The report as a stranger gets it: JSON and nothing else."""
    return json.loads(json.dumps(draw_report(survey, find_draw(session, survey))))


def redo(told: dict[str, Any]) -> set[str]:
    """The draw from the report by its recipe, with hashlib alone."""
    strata = defaultdict(list)
    for unit in told["units"]:
        digest = hashlib.sha256(f"{told['seed']}|{unit['code']}".encode()).digest()
        u = (int.from_bytes(digest[:8], "big") >> 11) / 2**53
        assert u == unit["u"]
        strata[unit["stratum"]].append((u, unit["code"]))
    counts = {stratum["stratum"]: stratum["drawn"] for stratum in told["strata"]}
    return {code for stratum, units in strata.items() for _u, code in sorted(units)[: counts[stratum]]}


def test_the_draw_takes_44_of_145_communes_by_the_allocation_worked_out_by_hand(session: Session) -> None:
    survey = make_survey(session, state="sampled")
    units = find_draw(session, survey).units
    assert (len(units), sum(unit.drawn for unit in units)) == (145, 44)
    sizes, drawn = Counter(unit.stratum for unit in units), Counter(unit.stratum for unit in units if unit.drawn)
    assert {stratum: (sizes[stratum], drawn[stratum]) for stratum in sizes} == ALLOCATION


def test_weights_and_probabilities_add_up_to_the_frame_of_every_stratum(session: Session) -> None:
    survey = make_survey(session, state="sampled")
    strata = defaultdict(list)
    for unit in find_draw(session, survey).units:
        strata[unit.stratum].append(unit)
    for units in strata.values():
        assert math.isclose(sum(unit.inclusion_probability for unit in units), sum(unit.drawn for unit in units))
        assert math.isclose(sum(unit.base_weight for unit in units if unit.drawn), len(units))
        assert all(unit.base_weight is None for unit in units if not unit.drawn)
        assert all(math.isclose(u.base_weight * u.inclusion_probability, 1) for u in units if u.drawn)


def test_anyone_redoes_the_draw_from_the_report(session: Session) -> None:
    seed = "xổ số 15/7"
    survey = make_survey(session, state="sampled", seed=seed)
    told = report(session, survey)
    assert redo(told) == {unit["code"] for unit in told["units"] if unit["drawn"]}
    frame = "".join(sorted(f"{unit['stratum']}|{unit['code']}\n" for unit in told["units"]))
    assert hashlib.sha256(frame.encode()).hexdigest() == told["frame_sha256"]
    assert (told["frame_size"], told["drawn"], told["seed"], told["method"]) == (145, 44, seed, "srswor")


def test_the_same_seed_draws_the_same_and_another_seed_others(session: Session) -> None:
    drawn = []
    for number, seed in enumerate(["1", "1", "2"]):
        survey = make_survey(session, state="sampled", seed=seed, slug=f"dot-{number}")
        drawn.append([unit.unit.code for unit in drawn_units(session, survey)])
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_each_stratum_may_have_to_reach_the_share_by_itself(session: Session) -> None:
    sample = {"share": 0.3, "rule": "each_stratum", "stratify_by": "district", "min_per_stratum": 2}
    survey = make_survey(session, state="sampled", sample=sample)
    for stratum in report(session, survey)["strata"]:
        assert stratum["drawn"] == max(2, math.ceil(round(0.3 * stratum["size"], 9))), stratum


def test_a_share_of_one_is_a_census(session: Session) -> None:
    survey = make_survey(session, state="sampled", sample={"share": 1.0, "min_per_stratum": 2})
    told = report(session, survey)
    assert told["drawn"] == 145
    assert all(unit["base_weight"] == unit["inclusion_probability"] == 1 for unit in told["units"])


def test_a_province_of_two_levels_is_drawn_by_type_of_commune(session: Session) -> None:
    survey = make_village(session, state="sampled")
    strata = {stratum["stratum"]: (stratum["size"], stratum["drawn"]) for stratum in report(session, survey)["strata"]}
    assert strata == {"xã": (8, 4), "phường": (3, 2), "đặc khu": (1, 1)}


def test_without_strata_all_communes_are_one(session: Session) -> None:
    survey = make_village(session, state="sampled", sample={"share": 0.5, "stratify_by": "none"})
    (stratum,) = report(session, survey)["strata"]
    assert (stratum["size"], stratum["drawn"]) == (12, 6)


def test_the_plan_shown_before_the_draw_is_what_is_drawn(session: Session) -> None:
    survey = make_survey(session)
    plan = {stratum.stratum: stratum.drawn for stratum in plan_draw(session, survey).strata}
    draw_sample(session, survey, seed="1", actor=TESTER)
    assert plan == {stratum["stratum"]: stratum["drawn"] for stratum in report(session, survey)["strata"]}


def test_a_seed_that_cannot_be_read_aloud_is_refused(session: Session) -> None:
    survey = make_village(session, state="draft")
    for seed in ("", "   ", "a|b", "a\x00b", "\u202e1", "9" * 101):
        assert refusal(lambda seed=seed: draw_sample(session, survey, seed=seed, actor=TESTER)) is not None, seed
    assert survey.state == "draft"


def test_a_stratum_that_would_be_left_out_stops_the_draw(session: Session) -> None:
    survey = make_village(session, state="draft", sample={"share": 0.1, "rule": "total", "min_per_stratum": 0})
    with pytest.raises(UserError, match="ít nhất 1"):
        draw_sample(session, survey, seed="1", actor=TESTER)
    session.rollback()
    assert all_draws(session, survey) == []


def test_a_drawn_survey_is_drawn_again_only_by_request(session: Session) -> None:
    survey = make_village(session, state="sampled")
    with pytest.raises(Conflict, match="đề nghị"):
        draw_sample(session, survey, seed="8", actor=TESTER)
    for reason in ("", "  ", "a\x00b", "a" * 1001):
        work = partial(ask_redraw, session, survey, seed="8", actor=TESTER, reason=reason)
        assert refusal(work) is not None, reason
    session.rollback()
    assert [draw.seed for draw in all_draws(session, survey)] == ["7"]


def test_nothing_is_asked_before_the_first_draw_and_nothing_decided_without_a_request(session: Session) -> None:
    survey = make_village(session, state="draft")
    with pytest.raises(Conflict):
        ask_redraw(session, survey, seed="8", reason="vì sao không", actor=TESTER)
    with pytest.raises(Conflict):
        decide_redraw(session, survey, granted=True, actor=SECOND)


def test_a_request_changes_nothing_until_a_second_person_grants_it(session: Session) -> None:
    survey = make_village(session, state="sampled")
    ask_redraw(session, survey, seed="8", reason="đọc nhầm mầm", actor=TESTER)
    assert find_draw(session, survey).seed == "7"
    with pytest.raises(Forbidden):
        decide_redraw(session, survey, granted=True, actor=TESTER)
    with pytest.raises(Conflict, match="đang chờ"):
        ask_redraw(session, survey, seed="9", reason="nữa", actor=SECOND)


def test_a_granted_draw_is_in_force_and_the_first_stays_in_the_record(session: Session) -> None:
    survey = make_village(session, state="sampled")
    ask_redraw(session, survey, seed="8", reason="đọc nhầm mầm", actor=TESTER)
    decide_redraw(session, survey, granted=True, actor=SECOND)
    session.commit()
    assert [(d.number, d.seed, d.in_force, d.reason, d.approved_by) for d in all_draws(session, survey)] == [
        (2, "8", True, "đọc nhầm mầm", "second"),
        (1, "7", False, "", None),
    ]
    assert (
        len(session.scalars(select(Draw).where(Draw.survey_id == survey.id).order_by(Draw.number)).first().units) == 12
    )
    verbs = [entry.verb for entry in entries_about(session, f"survey:{VILLAGE}")][:3]
    assert sorted(verbs) == ["sample.ask_redraw", "sample.decide_redraw", "sample.draw"]
    assert verify_draw(session, survey, all_draws(session, survey)[1]).agrees  # the earlier one can still be checked


def test_a_refused_request_leaves_the_draw_and_stays_in_the_record(session: Session) -> None:
    survey = make_village(session, state="sampled")
    ask_redraw(session, survey, seed="8", reason="không ưng các xã này", actor=TESTER)
    assert decide_redraw(session, survey, granted=False, actor=SECOND) is None
    session.commit()
    assert [draw.seed for draw in all_draws(session, survey)] == ["7"]
    (request,) = redraw_requests(session, survey)
    assert (request.granted, request.decided_by, request.reason) == (False, "second", "không ưng các xã này")
    ask_redraw(session, survey, seed="9", reason="lý do khác", actor=TESTER)  # and another may be asked for


@pytest.mark.parametrize("state", ["collecting", "closed"])
def test_nothing_is_drawn_again_once_answers_are_taken(session: Session, state: str) -> None:
    survey = make_village(session, state=state)
    with pytest.raises(Conflict):
        draw_sample(session, survey, seed="8", actor=TESTER)
    with pytest.raises(Conflict):
        ask_redraw(session, survey, seed="8", actor=TESTER, reason="vì sao không")
    session.rollback()
    assert len(all_draws(session, survey)) == 1


def test_of_people_who_draw_at_once_one_draws(app: Flask) -> None:
    with app.app_context():
        make_survey(db.session)
        db.session.commit()

    def draw(number: int) -> str:
        drawn = draw_sample(db.session, find_survey(db.session, SURVEY), seed=str(number), actor=TESTER)
        db.session.commit()
        return drawn.seed

    results = at_once(app, draw, 4)
    winners = [result for result in results if isinstance(result, str)]
    assert len(winners) == 1, results
    assert all(isinstance(result, UserError) for result in results if not isinstance(result, str)), results
    with app.app_context():
        (only,) = all_draws(db.session, find_survey(db.session, SURVEY))
        assert (only.in_force, only.seed) == (True, winners[0])


def test_drawing_and_opening_at_once_leave_the_frame_that_was_opened(app: Flask) -> None:
    with app.app_context():
        asked = make_village(db.session, state="sampled")
        ask_redraw(db.session, asked, seed="8", reason="lại", actor=TESTER)
        db.session.commit()

    def act(number: int) -> None:
        survey = find_survey(db.session, VILLAGE)
        if number:
            decide_redraw(db.session, survey, granted=True, actor=SECOND)
        else:
            set_state(db.session, survey, "collecting", actor=TESTER)
        db.session.commit()

    results = at_once(app, act, 2)
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        assert survey.state == "collecting"
        draws = all_draws(db.session, survey)
        assert len(draws) == (1 if isinstance(results[1], Conflict) else 2)
        assert sum(draw.in_force for draw in draws) == 1


def test_a_request_that_waits_when_the_survey_opens_is_closed_and_told(
    session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    survey = make_village(session, state="sampled")
    ask_redraw(session, survey, seed="8", reason="đọc nhầm mầm", actor=TESTER)
    session.commit()
    page, watcher = f"/quan-ly/dot/{VILLAGE}/mau", sign_in("observer")
    assert "thì đề nghị này tự khép" in watcher.get(page).text
    set_state(session, survey, "collecting", actor=TESTER)
    session.commit()
    (request,) = redraw_requests(session, survey)
    assert (request.granted, request.decided_by) == (False, "system")
    told = next(entry for entry in entries_about(session, f"survey:{VILLAGE}") if entry.verb == "sample.decide_redraw")
    assert (told.actor, told.detail["granted"], told.detail["asked_by"]) == ("system", False, "tester")
    session.rollback()
    shown = watcher.get(page).text
    assert "tự khép khi đợt mở nhận phiếu" in shown
    assert "đang chờ duyệt" not in shown
    with pytest.raises(Conflict):
        decide_redraw(session, survey, granted=True, actor=SECOND)
