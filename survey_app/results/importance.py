"""How much each criterion bears on satisfaction as a whole: background work, kept for the responses that count."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flask_babel import gettext as _
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from analysis.design import SurveyDesign
from analysis.errors import DesignError, MeasureError
from analysis.models.correlation import correlate
from analysis.models.drivers import find_drivers
from survey_app.audit.models import Actor
from survey_app.collection.queries import count_responses as count_counted
from survey_app.database import read_only
from survey_app.errors import Conflict
from survey_app.instruments.indices import SatisfiedShare
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument, ScaleItem, Section
from survey_app.jobs.models import Job
from survey_app.jobs.service import Progress, enqueue, find_unfinished, work_of_kind
from survey_app.results.composites import Responses
from survey_app.results.cube import count_responses
from survey_app.results.estimates import survey_settings
from survey_app.results.extract import read_extract
from survey_app.results.kept import find_kept, keep
from survey_app.results.pools import index_items, point_range, valid_values
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

KIND = "results.importance"
FEWEST = 50
"""Responses below which nothing is said about importance."""

Floats = NDArray[np.float64]


def find_importance(session: Session, survey: Survey) -> dict[str, Any] | None:
    """What was found for the responses that count now; None where nobody asked yet."""
    found: dict[str, Any] | None = find_kept(read_extract(session, survey), _name(session, survey))
    return found


def check_importance(session: Session, survey: Survey) -> None:
    """Refuse what would say nothing.

    Raises
    ------
    Conflict
        Too few responses, or no criteria in the questionnaire.
    """
    if not criteria_of(instrument_of(session, survey.questionnaire_id)):
        raise Conflict(_("Bộ phiếu này không có tiêu chí theo thang đo nên không tính được tầm quan trọng."))
    if count_counted(session, survey) < FEWEST:
        raise Conflict(_("Cần ít nhất %(count)s phiếu mới tính được tầm quan trọng.", count=FEWEST))


def ask_importance(session: Session, survey: Survey, *, actor: Actor, return_to: str) -> Job:
    """Ask for it as background work; work that waits or runs is not asked for twice.

    Raises
    ------
    Conflict
        As `check_importance`.
    """
    check_importance(session, survey)
    if (job := find_unfinished(session, KIND, survey=survey.slug)) is not None:
        return job
    title = _("Tầm quan trọng của các tiêu chí")
    return enqueue(session, KIND, title=title, actor=actor, return_to=return_to, survey=survey.slug)


@work_of_kind(KIND)
def do_weigh(session: Session, job: Job, progress: Progress) -> dict[str, Any]:
    """The work of the job."""
    survey = find_survey(session, job.arguments["survey"])

    def tell(done: int, total: int) -> None:
        progress(done, total)
        session.commit()

    weigh_importance(session, survey, tell)
    return {"survey": survey.slug}


def weigh_importance(session: Session, survey: Survey, progress: Progress = lambda done, total: None) -> dict[str, Any]:
    """Correlations of every criterion, and the regression on the factors where there is an overall question.

    Returns
    -------
    dict
        ``overall`` (the key of the overall question or None), ``responses``, ``criteria: [{key, value, low, high, n}]``
        and ``drivers`` (None without an overall question, or where it cannot be computed: then ``problem`` says why).
    """
    with read_only(session):
        instrument = instrument_of(session, survey.questionnaire_id)
        extract = read_extract(session, survey)
        name = _name(session, survey)
        counts = count_responses(session, survey, instrument, extract)
        design, drawn = Responses.of(counts, extract.table).design, counts.design.probability

    def compute() -> dict[str, Any]:
        table, level = extract.table, survey.confidence_level
        points = {key: _points(instrument, table, key) for key in criteria_of(instrument)}
        overall = overall_item(instrument)
        whole = None if overall is None else _points(instrument, table, overall.key)
        found = []
        for number, (key, values) in enumerate(points.items()):
            progress(number, len(points) + 1)
            other = whole if whole is not None else _rest(instrument, points, key)
            found.append(_correlate(design, key, values, other, level, drawn=drawn))
        drivers, problem = (
            (None, None) if whole is None else _drive(design, instrument, points, whole, level, drawn=drawn)
        )
        progress(len(points) + 1, len(points) + 1)
        return {
            "overall": overall.key if overall else None,
            "responses": len(table),
            "criteria": found,
            "drivers": drivers,
            "problem": problem,
        }

    result: dict[str, Any] = keep(extract, name, compute)
    return result


def _name(session: Session, survey: Survey) -> tuple[object, ...]:
    return ("importance", *survey_settings(survey), instrument_of(session, survey.questionnaire_id).content_hash)


def criteria_of(instrument: Instrument) -> list[str]:
    """The scale questions of the factors, in the order of the questionnaire."""
    return [item.key for section in _factors(instrument) for item in section.items if item.type == "scale"]


def _factors(instrument: Instrument) -> list[Section]:
    return [section for section in instrument.sections if section.factor]


def overall_item(instrument: Instrument) -> ScaleItem | None:
    """The question that asks about satisfaction as a whole: the only one of an index, outside the factors."""
    inside = set(criteria_of(instrument))
    for index in instrument.indices:
        if isinstance(index, SatisfiedShare):
            keys = index_items(instrument, index)
            if len(keys) == 1 and keys[0] not in inside:
                item = instrument.item(keys[0])
                assert isinstance(item, ScaleItem)
                return item
    return None


def _points(instrument: Instrument, table: Any, key: str) -> Floats:
    """Where on its scale, from 0 to 1 for the more satisfied, so that scales of any length can be averaged."""
    low, high = point_range(instrument, key)
    values: Floats = (valid_values(instrument, table, key) - low) / (high - low)
    satisfied, dissatisfied = instrument.sides_of(instrument.item(key))  # type: ignore[arg-type]  # a scale question
    turned = np.mean(list(satisfied)) < np.mean(list(dissatisfied)) if satisfied and dissatisfied else False
    return 1 - values if turned else values


def _rest(instrument: Instrument, points: dict[str, Floats], key: str) -> Floats:
    """The mean of a respondent's answers to the criteria of the other factors: what a criterion is no part of."""
    own = next(section for section in _factors(instrument) if any(item.key == key for item in section.items))
    inside = {item.key for item in own.items}
    others = [column for name, column in points.items() if name not in inside] or [
        column for name, column in points.items() if name != key
    ]
    return _mean(others)


def _mean(columns: list[Floats]) -> Floats:
    matrix = np.column_stack(columns)
    given = (~np.isnan(matrix)).sum(axis=1)
    return np.where(given > 0, np.nansum(matrix, axis=1) / np.maximum(given, 1), np.nan)


def _correlate(
    design: SurveyDesign, key: str, values: Floats, other: Floats, level: float, *, drawn: bool
) -> dict[str, Any]:
    both = int((~np.isnan(values) & ~np.isnan(other)).sum())
    entry: dict[str, Any] = {"key": key, "n": both, "value": None, "low": None, "high": None}
    if both < FEWEST:
        return entry
    try:
        pair = correlate(design, values, other, level=level)
    except (MeasureError, DesignError):  # everybody answered alike
        return entry
    limits = {"low": pair.low, "high": pair.high} if drawn else {}
    return entry | {name: _number(value) for name, value in ({"value": pair.estimate} | limits).items()}


def _drive(
    design: SurveyDesign, instrument: Instrument, points: dict[str, Floats], whole: Floats, level: float, *, drawn: bool
) -> tuple[dict[str, Any] | None, str | None]:
    factors = {
        section.key: _mean([points[item.key] for item in section.items if item.key in points])
        for section in _factors(instrument)
        if any(item.key in points for item in section.items)
    }
    try:
        found = find_drivers(design, whole, factors, level=level)
    except (MeasureError, DesignError) as error:
        return None, error.code

    def limits(low: float, high: float) -> dict[str, float | None]:
        return {"low": _number(low), "high": _number(high)} if drawn else {"low": None, "high": None}

    explained = {"value": _number(found.r_squared)} | limits(found.r_squared_low, found.r_squared_high)
    return {
        "n": found.n,
        "incomplete": found.n_incomplete,
        "r_squared": explained,
        "factors": [
            {
                "key": one.name,
                "share": {"value": _number(one.share)} | limits(one.share_low, one.share_high),
                "coefficient": {"value": _number(one.coefficient)} | limits(one.coefficient_low, one.coefficient_high),
            }
            for one in found.drivers
        ],
    }, None


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
