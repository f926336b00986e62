"""Experience, expectations and background: the weighted share of every option, with its interval."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy.orm import Session

from analysis.cube import CubeMeasure, estimate_table, tally
from analysis.policy import published_interval
from survey_app.instruments.queries import instrument_of
from survey_app.results.cube import NOT_ASKED, SurveyCube, count_responses, option_item, option_values
from survey_app.results.estimates import survey_settings
from survey_app.results.extract import read_extract
from survey_app.results.kept import keep
from survey_app.surveys.models import Survey

FEW = 10


def describe_choices(session: Session, survey: Survey) -> list[dict[str, Any]]:
    """One entry for each choice question and each ranking, with its options; of a ranking who put the option first.

    Returns
    -------
    list of dict
        ``key, title, kind, n, base, withheld, options: [{value, label, n, share, low, high}]``; shares are of those
        who answered the question; an option declared missing is no answer and is not among them.
    """
    instrument = instrument_of(session, survey.questionnaire_id)
    extract = read_extract(session, survey)

    def describe() -> list[dict[str, Any]]:
        counts = count_responses(session, survey, instrument, extract)
        chosen = [item for item in instrument.items() if item.type in ("single", "multiple", "ranking")]
        return [_describe(counts, item) for item in chosen]

    found: list[dict[str, Any]] = keep(
        extract, ("choices", *survey_settings(survey), instrument.content_hash), describe
    )
    return found


def _describe(counts: SurveyCube, item: Any) -> dict[str, Any]:
    values = [str(value) for value in option_values(item)]
    if item.type != "multiple":
        measures = [CubeMeasure.rate(item.key, [value], values) for value in values]
        answers = tally(counts.cube, [item.key])[0, 0, :, 0]
        levels = counts.cube.plan.items[item.key]
        chosen = [int(answers[1 + levels.index(value)]) for value in values]
        n, asked = sum(chosen), int(answers.sum() - answers[1 + levels.index(str(NOT_ASKED))])
    else:
        names = [option_item(item.key, value) for value in values]
        measures = [CubeMeasure.rate(name, [1], [0, 1]) for name in names]
        table = tally(counts.cube, names)[0, :, :, 0]  # (options, no answer and 0, 1, not asked)
        n, asked = int(table[0, 1:3].sum()), int(table[0, :3].sum())
        chosen = [int(count) for count in table[:, 2]]
    options = []
    if counts.size:
        for option, estimate, count in zip(
            [option for option in item.options if str(option.value) in values],
            estimate_table(counts.cube, measures).estimates[0],
            chosen,
            strict=True,
        ):
            published = published_interval(estimate, None, level=counts.survey.confidence_level)
            hidden = published.withheld is not None
            options.append(
                {
                    "value": str(option.value),
                    "label": {"vi": option.label.vi, "en": option.label.en},
                    "n": None if hidden else count,
                    "share": None if hidden else estimate.estimate,
                    "low": None if hidden or math.isnan(published.low) else published.low,
                    "high": None if hidden or math.isnan(published.high) else published.high,
                }
            )
    return {
        "key": item.key,
        "title": {"vi": item.text.vi, "en": item.text.en},
        "kind": item.type,
        "n": n,
        "base": asked,
        "withheld": "too_few" if n < FEW else None,
        "options": options,
    }
