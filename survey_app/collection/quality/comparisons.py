"""Answers that a collector brings in unusually often: at once for small surveys, kept for large ones.

Reading the answers of 100,000 forms takes seconds, which no page should. Above ``LIVE_FORMS`` the findings are kept
in a file under the instance, made anew every hour while the survey collects, and whenever somebody asks for it; the
file can be deleted at any time. It holds counts of collectors' answers and no form.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from flask import current_app
from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from analysis.fieldwork_checks import ShareComparison, compare_top_answers
from survey_app.collection.models import Response
from survey_app.collection.quality.answer_tables import count_answers, scale_answers
from survey_app.collection.queries import COUNTED
from survey_app.database import now, read_only
from survey_app.instruments.queries import instrument_of
from survey_app.jobs.models import Job
from survey_app.jobs.service import Progress, hourly, work_of_kind
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys, find_survey

KIND = "quality-comparisons"
LIVE_FORMS = 5_000
#: Expected share of findings that are none, over all comparisons of a survey (Benjamini and Hochberg 1995).
FALSE_SHARE = 0.05


@dataclass(frozen=True)
class Comparisons:
    """What was found when, over how many forms and comparisons; findings by the collector's id."""

    at: datetime
    forms: int
    compared: int
    unusual: dict[int, list[ShareComparison]]


def find_comparisons(session: Session, survey: Survey) -> Comparisons | None:
    """The findings: of now for a small survey, else those kept; None where none are kept yet."""
    forms = session.scalar(select(func.count()).select_from(Response).where(*_theirs(survey))) or 0
    if forms <= LIVE_FORMS:
        return compare_now(session, survey)
    try:
        kept = json.loads(_path(survey).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    unusual = {int(number): [ShareComparison(**one) for one in found] for number, found in kept["unusual"].items()}
    return Comparisons(datetime.fromisoformat(kept["at"]), kept["forms"], kept["compared"], unusual)


def compare_now(session: Session, survey: Survey) -> Comparisons:
    """Read every collector's answers and compare them."""
    rows = session.execute(
        select(Response.collector_id, Response.unit_id, cast(Response.answers, String)).where(*_theirs(survey))
    ).all()
    if not rows:
        return Comparisons(now(), 0, 0, {})
    who, units, answers = zip(*rows, strict=True)
    ids, number = np.unique(np.array(who), return_inverse=True)
    stratum_of = {entry.unit_id: entry.stratum for entry in drawn_units(session, survey)}
    names = {name: place for place, name in enumerate(sorted(set(stratum_of.values())))}
    strata = np.array([names.get(stratum_of.get(unit, ""), len(names)) for unit in units])
    items = scale_answers(instrument_of(session, survey.questionnaire_id))
    found = compare_top_answers(count_answers(answers, number.astype(np.int64), strata.astype(np.int64), items))
    unusual: dict[int, list[ShareComparison]] = {}
    for one in found:
        if one.p_adjusted <= FALSE_SHARE:
            unusual.setdefault(int(ids[one.collector]), []).append(one)
    return Comparisons(now(), len(rows), len(found), unusual)


def keep_comparisons(session: Session, survey: Survey) -> Comparisons:
    """Compare now and keep the findings for the page; nobody waits meanwhile to write."""
    with read_only(session):
        found = compare_now(session, survey)
    path = _path(survey)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    text = json.dumps(
        {
            "at": found.at.isoformat(),
            "forms": found.forms,
            "compared": found.compared,
            "unusual": {number: [asdict(one) for one in some] for number, some in found.unusual.items()},
        }
    )
    draft = path.with_suffix(".tmp")
    draft.write_text(text)
    draft.rename(path)
    return found


@work_of_kind(KIND)
def do_compare(session: Session, job: Job, progress: Progress) -> dict[str, Any]:
    """The work that a person asks for."""
    found = keep_comparisons(session, find_survey(session, job.arguments["slug"]))
    return {"forms": found.forms, "compared": found.compared, "collectors": len(found.unusual)}


@hourly
def refresh_comparisons(session: Session) -> None:
    """Keep the findings of every large survey that collects up to date."""
    for survey in all_surveys(session, "collecting"):
        forms = session.scalar(select(func.count()).select_from(Response).where(*_theirs(survey))) or 0
        if forms > LIVE_FORMS:
            keep_comparisons(session, survey)


def _theirs(survey: Survey) -> tuple[Any, ...]:
    return (Response.survey_id == survey.id, Response.status.in_(COUNTED), Response.collector_id.is_not(None))


def _path(survey: Survey) -> Path:
    return Path(current_app.config["INSTANCE"]) / "quality" / f"{survey.id}.json"
