"""The weighting of a survey as plain values: what the page shows and the command line prints."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.results.design import SampleDesign, read_design
from survey_app.results.extract import read_extract
from survey_app.results.weighting.models import WeightStep
from survey_app.results.weighting.plans import StepPlan
from survey_app.results.weighting.queries import all_steps
from survey_app.results.weighting.run import gather_sample, run_steps, steps_in_force
from survey_app.results.weighting.service import Preview
from survey_app.results.weighting.steps import Line, Sample, StepDone
from survey_app.results.weighting.words import cell_title, plan_variables
from survey_app.surveys.models import Survey

LANGUAGES = ("vi", "en")


def describe_weighting(session: Session, survey: Survey) -> dict[str, Any]:
    """Every step in force with what it did, the weights by stratum beside the frame, and the steps undone.

    Returns
    -------
    dict
        ``problem`` says why the steps stop where they do; None where all could be done.
    """
    design = read_design(session, survey)
    instrument = instrument_of(session, survey.questionnaire_id)
    table = read_extract(session, survey).table
    plans = steps_in_force(session, survey, design)
    sample = gather_sample(session, survey, design, instrument, table, plans, whole_frame=True)
    steps, problem = run_steps(sample, plans) if len(table) else ([], None)
    rows = all_steps(session, survey)
    stored = sorted((row for row in rows if row.undone_at is None), key=lambda row: row.position)
    return {
        "survey": survey.slug,
        "simulated": survey.simulated,
        "probability": design.probability,
        "listed": design.listed,
        "by_default": not rows,
        "responses": len(table),
        "variables": sample.frame.variables,
        "base": _step(instrument, sample, steps[0]) if steps else None,
        "steps": [
            _head(instrument, plan, row, number)
            | (_step(instrument, sample, steps[number]) if number < len(steps) else {})
            for number, (plan, row) in enumerate(_pair(plans, stored), start=1)
        ],
        "problem": None if problem is None else {"step": len(steps), "reason": problem.message},
        "strata": _strata(design, instrument, sample, steps) if steps else [],
        "undone": [
            {"kind": row.kind, "made_by": row.made_by, "undone_by": row.undone_by, "undone_at": _moment(row.undone_at)}
            for row in rows
            if row.undone_at is not None
        ],
    }


def describe_preview(session: Session, survey: Survey, plan: StepPlan, preview: Preview) -> dict[str, Any]:
    """A step that is not in force yet, with what it would do."""
    instrument = instrument_of(session, survey.questionnaire_id)
    before = preview.steps[-2].summary
    return (
        _head(instrument, plan, None, len(preview.steps) - 1)
        | _step(instrument, preview.sample, preview.steps[-1])
        | {"before": asdict(before)}
    )


def weighting_of(session: Session, survey: Survey) -> list[dict[str, Any]]:
    """The steps in force, briefly: what a publication says of its weights."""
    instrument = instrument_of(session, survey.questionnaire_id)
    plans = steps_in_force(session, survey, read_design(session, survey))
    return [
        {"kind": plan.kind, "variables": plan_variables(instrument, plan), "times_mean": plan.times_mean}
        for plan in plans
    ]


def _pair(plans: list[StepPlan], stored: list[WeightStep]) -> list[tuple[StepPlan, WeightStep | None]]:
    rows: list[WeightStep | None] = list(stored) or [None] * len(plans)
    return list(zip(plans, rows, strict=True))


def _head(instrument: Instrument, plan: StepPlan, row: WeightStep | None, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "position": row.position if row is not None else number,
        "kind": plan.kind,
        "variables": plan_variables(instrument, plan),
        "settings": plan.as_settings(),
        "times_mean": plan.times_mean,
        "made_by": row.made_by if row is not None else None,
        "made_at": _moment(row.made_at) if row is not None else None,
    }


def _step(instrument: Instrument, sample: Sample, done: StepDone) -> dict[str, Any]:
    return {
        "summary": asdict(done.summary),
        "lines": [_line(instrument, sample, line) for line in done.lines],
        "limit": done.limit,
        "cut": done.cut,
        "above": done.above,
        "left_out": [
            {language: _of(instrument, sample, variables, cell, language) for language in LANGUAGES}
            for variables, cell in done.left_out
        ],
        "unanswered": done.unanswered,
    }


def _line(instrument: Instrument, sample: Sample, line: Line) -> dict[str, Any]:
    return {
        "variable": " × ".join(line.variables),
        "cells": [list(cell) for cell in line.cells],
        "titles": {
            language: "; ".join(_of(instrument, sample, line.variables, cell, language) for cell in line.cells)
            for language in LANGUAGES
        },
        "responses": line.responses,
        "invited": line.invited,
        "before": line.before,
        "after": line.after,
        "total": line.total,
        "factor": line.factor if line.before else None,
        "within_limits": line.within_limits,
    }


def _of(instrument: Instrument, sample: Sample, variables: tuple[str, ...], cell: Any, language: str) -> str:
    return cell_title(instrument, sample.frame, variables, cell, language)


def _strata(
    design: SampleDesign, instrument: Instrument, sample: Sample, steps: list[StepDone]
) -> list[dict[str, Any]]:
    """The weights of each stratum beside what its frame holds, known or estimated."""
    stratum = [place.entry.stratum for place in design.places.values()]
    known = sample.frame.totals(["stratum"])
    groups, weights = sample.groups, steps[-1].weights
    sums = dict.fromkeys(stratum, 0.0)
    for place, weight in zip(groups.place.tolist(), (weights * groups.count).tolist(), strict=True):
        sums[stratum[place]] += weight
    asked = sample.base.invited
    expected = dict.fromkeys(stratum, 0.0)
    for name, one in zip(stratum, (asked * sample.base.weight).tolist() if asked is not None else [], strict=False):
        expected[name] += one
    return [
        {
            "stratum": name,
            "titles": {language: _of(instrument, sample, ("stratum",), (name,), language) for language in LANGUAGES},
            "weights": total,
            "frame": known.get((name,)),
            "estimated": expected[name] if asked is not None else None,
        }
        for name, total in sums.items()
    ]


def _moment(at: Any) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
