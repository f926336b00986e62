"""Estimates of a survey: every figure with its base, its interval, its verdict, or the reason why it is withheld."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
from sqlalchemy.orm import Session

from analysis.estimate import Estimate
from analysis.policy import published_interval
from analysis.verdict import adjust, judge, score_one_sided_p
from survey_app.instruments.queries import instrument_of
from survey_app.results.extract import read_extract
from survey_app.results.frame import (
    Domains,
    Measure,
    SampleFrame,
    breakdowns,
    build_domains,
    build_measures,
    declare_sample,
)
from survey_app.surveys.models import Survey

INTERVAL_METHOD = "wilson"
KEPT_TABLES = 64


@dataclass(frozen=True)
class Row:
    """One figure in one domain, as published; see docs/method.md for every column."""

    of: str
    kind: str
    title: dict[str, str]
    criterion: str
    domain: dict[str, str]
    domain_title: dict[str, str]
    respondents: int
    n: int
    base: int
    missing: int
    n_psu: int
    estimate: float | None
    se: float | None
    df: int | None
    deff: float | None
    ci: dict[str, Any] | None
    shares: dict[str, float] | None
    target: float
    target_operator: str
    verdict: str | None
    withheld: str | None
    marks: list[str] = field(default_factory=list)
    verdict_in_list: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values, in the order of the columns."""
        return asdict(self)


@dataclass(frozen=True)
class Figures:
    """The figures of a survey by one breakdown, or of the whole."""

    fingerprint: str
    responses: int
    by: str
    rows: list[Row]
    breakdowns: list[str]


_kept: dict[tuple[str, str, str, str], Figures] = {}


def estimate_survey(session: Session, survey: Survey, by: str = "") -> Figures:
    """The whole and, with ``by``, each of its parts: ``district``, ``commune``, ``channel`` or a question's key.

    Computed once for the responses at hand and kept until others come.
    """
    extract = read_extract(session, survey)
    instrument = instrument_of(session, survey.questionnaire_id)
    settings = f"{survey.slug} {survey.target_rate} {survey.target_operator} {survey.confidence_level}"
    key = (settings, instrument.content_hash, extract.fingerprint, by)
    if key not in _kept:
        while len(_kept) >= KEPT_TABLES:
            _kept.pop(next(iter(_kept)))
        _kept[key] = _compute(declare_sample(session, survey, instrument, extract.table), by, extract.fingerprint)
    return _kept[key]


def _compute(frame: SampleFrame, by: str, fingerprint: str) -> Figures:
    measures = build_measures(frame)
    whole = Domains("", [""], [{"vi": "Toàn địa bàn", "en": "Whole territory"}], [np.ones(frame.size, bool)])
    reference = _estimate(frame, measures, whole)[0]
    rows = [_row(frame, m, whole, 0, e, None) for m, e in zip(measures, reference, strict=True)]
    if by:
        parts = build_domains(frame, by)
        part_rows = [
            _row(frame, measure, parts, number, estimate, above)
            for number, estimates in enumerate(_estimate(frame, measures, parts))
            for measure, estimate, above in zip(measures, estimates, reference, strict=True)
        ]
        rows += _judge_lists(frame, part_rows)
    return Figures(fingerprint, frame.size, by, rows, breakdowns(frame))


def _estimate(frame: SampleFrame, measures: list[Measure], domains: Domains) -> list[list[Estimate]]:
    if not domains.flags:  # nobody has answered, so there is no channel either
        return []
    return frame.design.ratios(
        np.column_stack([measure.satisfied for measure in measures]),
        np.column_stack([measure.answered for measure in measures]),
        np.column_stack(domains.flags),
    )


def _row(
    frame: SampleFrame,
    measure: Measure,
    domains: Domains,
    number: int,
    estimate: Estimate,
    above: Estimate | None,
) -> Row:
    survey = frame.survey
    inside = domains.flags[number]
    base = int(measure.asked[inside].sum())
    published = published_interval(estimate, above, level=survey.confidence_level)
    common: dict[str, Any] = {
        "of": measure.key,
        "kind": measure.kind,
        "title": measure.title,
        "criterion": measure.criterion,
        "domain": {domains.by: domains.values[number]} if domains.by else {},
        "domain_title": domains.titles[number],
        "respondents": estimate.n,
        "n": int(estimate.total),
        "base": base,
        "missing": base - int(estimate.total),
        "n_psu": estimate.n_psu,
        "target": survey.target_rate,
        "target_operator": survey.target_operator,
    }
    if published.withheld is not None:
        return Row(
            **common,
            estimate=None,
            se=None,
            df=None,
            deff=None,
            ci=None,
            shares=None,
            verdict=None,
            withheld=published.withheld,
            marks=[],
        )
    operator: Literal["ge", "gt"] = "gt" if survey.target_operator == "gt" else "ge"
    return Row(
        **common,
        estimate=_number(estimate.estimate),
        se=_number(estimate.se),
        df=estimate.df,
        deff=_number(estimate.deff_with_replacement),
        ci={
            "level": published.level,
            "method": published.method,
            "low": _number(published.low),
            "high": _number(published.high),
            "n_effective": _number(published.n_effective),
            "df": _number(published.df),
        },
        shares=_shares(frame, measure, inside),
        verdict=judge(published.low, published.high, survey.target_rate, operator),
        withheld=None,
        marks=list(published.marks),
    )


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _shares(frame: SampleFrame, measure: Measure, inside: Any) -> dict[str, float] | None:
    weights = frame.design.weights[inside]
    total = float(weights @ measure.answered[inside])
    if total == 0:
        return None
    return {
        name: float(weights @ getattr(measure, name)[inside]) / total
        for name in ("satisfied", "neutral", "dissatisfied")
    }


def _judge_lists(frame: SampleFrame, rows: list[Row]) -> list[Row]:
    """A list of achievers names no part by chance: Holm's correction over the parts, for the indices."""
    alpha = (1 - frame.survey.confidence_level) / 2
    listed: dict[int, str] = {}
    for key in {row.of for row in rows if row.kind == "index"}:
        shown = [(row, p) for row in rows if row.of == key and math.isfinite(p := _one_sided_p(row))]
        if shown:
            for (row, _p), value in zip(shown, adjust([p for _row, p in shown]), strict=True):
                listed[id(row)] = "met" if value <= alpha and row.verdict == "met" else "not_listed"
    return [replace(row, verdict_in_list=listed.get(id(row))) for row in rows]


def _one_sided_p(row: Row) -> float:
    """The p value of "above the target"; NaN where the figure is withheld or only for reference."""
    if row.estimate is None or row.ci is None or "model_assisted" in row.marks:
        return math.nan
    return score_one_sided_p(row.estimate, row.ci["n_effective"] or 0.0, row.ci["df"] or 0.0, row.target)
