"""Experience, expectations and background: the weighted share of every option, with its interval."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from analysis.policy import published_interval
from survey_app.instruments.queries import instrument_of
from survey_app.results.extract import asked_column, read_extract
from survey_app.results.frame import SampleFrame, declare_sample
from survey_app.surveys.models import Survey


def describe_choices(session: Session, survey: Survey) -> list[dict[str, Any]]:
    """One entry for each single- or multiple-choice question, with its options.

    Returns
    -------
    list of dict
        ``key, title, kind, n, base, withheld, options: [{value, label, n, share, low, high}]``; shares are of those
        who answered the question.
    """
    instrument = instrument_of(session, survey.questionnaire_id)
    frame = declare_sample(session, survey, instrument, read_extract(session, survey).table)
    return [_describe(frame, item) for item in instrument.items() if item.type in ("single", "multiple")]


def _describe(frame: SampleFrame, item: Any) -> dict[str, Any]:
    values = [str(option.value) for option in item.options]
    column = frame.column(item.key)
    answered = np.array([cell is not None for cell in column], dtype=bool)
    chosen = np.array([[value in _as_list(cell) for value in values] for cell in column], dtype=float).reshape(
        len(column), len(values)
    )
    asked = (
        frame.column(asked_column(item.key)).astype(bool) if item.show_if is not None else np.ones(len(column), bool)
    )
    chosen[~answered] = np.nan
    estimates = frame.design.ratios(chosen)[0] if len(column) else []
    options = []
    for option, estimate, counts in zip(item.options, estimates, np.nan_to_num(chosen).sum(axis=0), strict=False):
        published = published_interval(estimate, None, level=frame.survey.confidence_level)
        hidden = published.withheld is not None
        options.append(
            {
                "value": str(option.value),
                "label": {"vi": option.label.vi, "en": option.label.en},
                "n": None if hidden else int(counts),
                "share": None if hidden else estimate.estimate,
                "low": None if hidden else published.low,
                "high": None if hidden else published.high,
            }
        )
    n = int(answered.sum())
    return {
        "key": item.key,
        "title": {"vi": item.text.vi, "en": item.text.en},
        "kind": item.type,
        "n": n,
        "base": int(asked.sum()),
        "withheld": "too_few" if n < 10 else None,
        "options": options,
    }


def _as_list(cell: Any) -> list[str]:
    if cell is None:
        return []
    return [cell] if isinstance(cell, str) else list(cell)
