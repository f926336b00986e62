"""Redoing a draw from its record, for whoever doubts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import UserError
from survey_app.sampling.drawing import base_weight, draw_all_cases
from survey_app.sampling.frame import build_frame, frame_hash, read_case_lists
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.sampling.plan import case_rules, rules_of
from survey_app.sampling.report import settings_of
from survey_app.sampling.stage_one import Entry, Outcome, Rules, draw_strata, plan_strata
from survey_app.sampling.work.models import Case
from survey_app.surveys.design import SurveyDesign
from survey_app.surveys.models import Survey

SHOWN_DIFFERENCES = 100


@dataclass(frozen=True)
class Verification:
    """What came of redoing a draw.

    Attributes
    ----------
    units, cases : int
        Units of the frame and drawn cases that were compared.
    differences : list of str
        Where the record is not what its own seed and frame give, a sentence each; empty when all agrees.
    changes : list of str
        What has changed in the frame since; the draw stands as it was made.
    """

    number: int
    frame_sha256: str
    units: int
    cases: int
    differences: list[str]
    changes: list[str]

    @property
    def agrees(self) -> bool:
        """Whether the draw is what its record says."""
        return not self.differences

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "agrees": self.agrees,
            "number": self.number,
            "frame_sha256": self.frame_sha256,
            "units": self.units,
            "cases": self.cases,
            "differences": self.differences,
            "changes": self.changes,
        }


def verify_draw(session: Session, survey: Survey, draw: Draw) -> Verification:
    """Draw again from the frozen frame with the recorded seed and design, and compare every unit and case."""
    entries = [
        Entry(unit.unit.code, unit.unit.name, unit.stratum, unit.stratum_name, unit.cluster, unit.size)
        for unit in draw.units
    ]
    sample = settings_of(draw)
    rules = rules_of(SurveyDesign(sample=sample))
    lists = (
        {unit.unit.code: (unit.list_size, unit.list_sha256 or "") for unit in draw.units if unit.list_size}
        if sample.cases
        else {}
    )
    differences: list[str] = []
    cases = 0
    if frame_hash(entries, rules, lists) != draw.frame_sha256:
        differences.append(_("Mã băm của dàn mẫu đã lưu không khớp các đơn vị đã lưu."))
    try:
        outcomes = draw_strata(plan_strata(entries, rules), rules, draw.seed)
        differences += _unit_differences(draw.units, outcomes)
        if draw.in_force:
            listed = {code: size for code, (size, _sha) in lists.items()}
            redone = draw_all_cases(outcomes, listed, case_rules(sample, sum(listed.values())), draw.seed)
            told = _stored_places(session, draw)
            differences += _person_differences(session, survey, draw)
            cases = sum(len(one.main) + len(one.reserve) for one in redone.values())
            again = {code: (one.main.tolist(), one.reserve.tolist()) for code, one in redone.items()}
            differences += [
                _("%(code)s: các hồ sơ được bốc không đúng như khi bốc lại.", code=code)
                for code in sorted(again.keys() | told.keys())
                if again.get(code) != told.get(code)
            ]
    except UserError as error:
        differences.append(error.message)
    return Verification(
        draw.number,
        draw.frame_sha256,
        len(entries),
        cases,
        differences[:SHOWN_DIFFERENCES],
        list(_changes(session, survey, draw, rules, with_cases=bool(sample.cases))) if draw.in_force else [],
    )


def _unit_differences(units: list[FrameUnit], outcomes: list[Outcome]) -> Iterator[str]:
    again = {outcome.entry.code: outcome for outcome in outcomes}
    for unit in units:
        outcome = again[unit.unit.code]
        recorded = (unit.drawn, unit.random_number, unit.inclusion_probability, unit.stratum_size, unit.stratum_drawn)
        redone = (
            outcome.drawn,
            outcome.random_number,
            outcome.probability,
            outcome.stratum_size,
            outcome.stratum_drawn,
        )
        weight = base_weight(outcome) if outcome.drawn else None
        if recorded != redone or unit.base_weight != weight:
            yield _("%(name)s (%(code)s) không đúng như khi bốc lại.", name=unit.unit.name, code=unit.unit.code)


def _person_differences(session: Session, survey: Survey, draw: Draw) -> Iterator[str]:
    """Drawn cases that are not the ones at their places of the lists, or bear another probability."""
    lists = read_case_lists(session, survey)
    units = {unit.id: unit for unit in draw.units}
    query = select(Case).join(FrameUnit, Case.frame_unit_id == FrameUnit.id).where(FrameUnit.draw_id == draw.id)
    for case in session.scalars(query.order_by(Case.id)):
        unit = units[case.frame_unit_id]
        listed = lists.get(unit.unit_id)
        if listed is None or listed.sha256 != unit.list_sha256 or case.position is None:
            continue  # told as a change of the list, or as a missing place
        if case.listed_case_id != listed.ids[case.position]:
            yield _("Hồ sơ số %(number)s không phải hồ sơ ở chỗ đã bốc trong danh sách.", number=case.id)
        if case.probability != (unit.invited or 0) / len(listed.ids):
            yield _("Hồ sơ số %(number)s có xác suất khác với khi bốc lại.", number=case.id)


def _stored_places(session: Session, draw: Draw) -> dict[str, tuple[list[int], list[int]]]:
    codes = {unit.id: unit.unit.code for unit in draw.units}
    query = (
        select(Case.frame_unit_id, Case.role, Case.position)
        .join(FrameUnit, Case.frame_unit_id == FrameUnit.id)
        .where(FrameUnit.draw_id == draw.id)
        .order_by(Case.frame_unit_id, Case.rank)
    )
    found: dict[str, tuple[list[int], list[int]]] = {}
    for unit_id, role, position in session.execute(query):
        main, reserve = found.setdefault(codes[unit_id], ([], []))
        (main if role == "main" else reserve).append(-1 if position is None else position)
    return {code: (sorted(main), reserve) for code, (main, reserve) in found.items()}


def _changes(session: Session, survey: Survey, draw: Draw, rules: Rules, *, with_cases: bool) -> Iterator[str]:
    try:
        frame = build_frame(session, survey)
    except UserError as error:
        yield error.message
        return
    before = {unit.unit.code for unit in draw.units}
    after = set(frame.units)
    if gone := sorted(before - after):
        yield _("%(count)s đơn vị của dàn mẫu nay không còn: %(codes)s.", count=len(gone), codes=", ".join(gone[:20]))
    if new := sorted(after - before):
        yield _("%(count)s đơn vị mới có sau khi bốc: %(codes)s.", count=len(new), codes=", ".join(new[:20]))
    if before != after:
        return
    by_id = read_case_lists(session, survey) if with_cases else {}
    lists = {code: by_id[unit.id] for code, unit in frame.units.items() if unit.id in by_id}
    if frame_hash(frame.entries, rules, {c: (len(one.ids), one.sha256) for c, one in lists.items()}) != (
        draw.frame_sha256
    ):
        yield _("Dàn mẫu hiện nay khác dàn mẫu đã bốc: tầng, quy mô hoặc danh sách đã đổi.")
