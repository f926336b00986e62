"""Carrying a plan out: units of every stratum, cases of every drawn unit, all of it stored with its probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from survey_app.database import now
from survey_app.sampling.frame import CaseList, frame_hash, read_case_lists
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.sampling.plan import DrawPlan
from survey_app.sampling.stage_one import Outcome, draw_strata
from survey_app.sampling.stage_two import CaseDraw, CaseRules, draw_cases, plan_cases
from survey_app.sampling.work.models import Case
from survey_app.surveys.models import Survey


def store_draw(session: Session, survey: Survey, draw: Draw, plan: DrawPlan) -> None:
    """Draw both stages and store the outcome; cases of an earlier draw give way.

    Raises
    ------
    UserError
        The plan cannot be drawn: a stratum without a unit, a size or a list that is missing.
    """
    outcomes = draw_strata(plan.strata, plan.rules, draw.seed)
    lists = _lists_by_code(session, survey, plan) if plan.cases else {}
    cases = draw_all_cases(outcomes, {code: len(one.ids) for code, one in lists.items()}, plan.cases, draw.seed)
    draw.frame_sha256 = frame_hash(
        plan.frame.entries, plan.rules, {code: (len(one.ids), one.sha256) for code, one in lists.items()}
    )
    session.execute(
        delete(Case).where(Case.frame_unit_id.in_(select(FrameUnit.id).join(Draw).where(Draw.survey_id == survey.id)))
    )
    session.add(draw)
    session.flush()
    draw.units = [
        _frame_unit(number, outcome, plan, lists.get(outcome.entry.code), cases.get(outcome.entry.code))
        for number, outcome in enumerate(outcomes)
    ]
    session.flush()
    if cases:
        _store_cases(session, survey, draw.units, lists, cases)


def draw_all_cases(
    outcomes: Sequence[Outcome], list_sizes: dict[str, int], rules: CaseRules | None, seed: str
) -> dict[str, CaseDraw]:
    """The cases of every drawn unit, by its code; none where the survey draws no cases.

    Raises
    ------
    UserError
        As `plan_cases`.
    """
    if rules is None:
        return {}
    drawn = [outcome for outcome in outcomes if outcome.drawn]
    sizes = {outcome.entry.code: list_sizes.get(outcome.entry.code, 0) for outcome in drawn}
    counts = plan_cases(sizes, {outcome.entry.code: base_weight(outcome) for outcome in drawn}, rules)
    return {code: draw_cases(seed, code, sizes[code], count, rules) for code, count in counts.items()}


def base_weight(outcome: Outcome) -> float:
    """One over the probability, N_h/n_h where all of a stratum have the same."""
    if outcome.probability == outcome.stratum_drawn / outcome.stratum_size:
        return outcome.stratum_size / outcome.stratum_drawn
    return 1 / outcome.probability


def _lists_by_code(session: Session, survey: Survey, plan: DrawPlan) -> dict[str, CaseList]:
    lists = read_case_lists(session, survey)
    return {code: lists[unit.id] for code, unit in plan.frame.units.items() if unit.id in lists}


def _frame_unit(
    number: int, outcome: Outcome, plan: DrawPlan, listed: CaseList | None, cases: CaseDraw | None
) -> FrameUnit:
    entry = outcome.entry
    unit = plan.frame.units[entry.code]
    return FrameUnit(
        unit=unit,
        unit_id=unit.id,
        position=number,
        stratum=entry.stratum,
        stratum_name=entry.stratum_name,
        stratum_size=outcome.stratum_size,
        stratum_drawn=outcome.stratum_drawn,
        cluster=entry.cluster,
        size=entry.size,
        certainty=outcome.certainty,
        list_size=len(listed.ids) if listed else None,
        list_sha256=listed.sha256 if listed else None,
        invited=len(cases.main) if cases else None,
        reserved=len(cases.reserve) if cases else None,
        random_number=outcome.random_number,
        drawn=outcome.drawn,
        inclusion_probability=outcome.probability,
        base_weight=base_weight(outcome) if outcome.drawn else None,
    )


def _store_cases(
    session: Session, survey: Survey, units: Sequence[FrameUnit], lists: dict[str, CaseList], cases: dict[str, CaseDraw]
) -> None:
    changed = now()
    rows: list[dict[str, Any]] = []
    for unit in units:
        code = unit.unit.code
        if code not in cases:
            continue
        for role, places in (("main", cases[code].main), ("reserve", cases[code].reserve)):
            rows += [
                {
                    "survey_id": survey.id,
                    "frame_unit_id": unit.id,
                    "listed_case_id": lists[code].ids[place],
                    "role": role,
                    "rank": rank,
                    "position": place,
                    "probability": cases[code].probability,
                    "changed_at": changed,
                }
                for rank, place in enumerate(places.tolist(), start=1)
            ]
    session.execute(insert(Case), rows)
