"""Estimates of a survey: every figure with its base, its interval, its verdict, or the reason why it is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from analysis.cube import CubeTable, estimate_table
from analysis.estimate import Estimate
from analysis.published import PublishedFigure, judge_list, publish
from analysis.verdict import Operator
from survey_app.instruments.queries import instrument_of
from survey_app.results.answers import Answers, count_answers
from survey_app.results.cube import SurveyCube, count_responses
from survey_app.results.extract import read_extract
from survey_app.results.measures import Measure, breakdowns, find_breakdown, list_measures
from survey_app.surveys.models import Survey

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
        _kept[key] = _compute(count_responses(session, survey, instrument, extract), by)
    return _kept[key]


def _compute(counts: SurveyCube, by: str) -> Figures:
    parts = find_breakdown(counts, by) if by else None
    measures = list_measures(counts.instrument)
    whole = estimate_table(counts.cube, [measure.counted for measure in measures])
    (reference,) = whole.estimates
    title = {"vi": "Toàn địa bàn", "en": "Whole territory"}
    rows = _rows(counts, measures, whole, [({}, title)], [None] * len(measures))
    if parts is not None:
        table = estimate_table(counts.cube, [measure.counted for measure in measures], (by,))
        domains = [({by: value}, parts.titles[value]) for (value,) in table.domains]
        rows += _rows(counts, measures, table, domains, reference)
    return Figures(counts.fingerprint, counts.size, by, rows, breakdowns(counts))


def _rows(
    counts: SurveyCube,
    measures: list[Measure],
    table: CubeTable,
    domains: list[tuple[dict[str, str], dict[str, str]]],
    references: Sequence[Estimate | None],
) -> list[Row]:
    """The rows of a table, domain by domain; a channel nobody used is no domain."""
    survey = counts.survey
    operator: Operator = "gt" if survey.target_operator == "gt" else "ge"
    used = [n for n in range(len(domains)) if "channel" not in domains[n][0] or table.rows[n] > 0]
    columns = []
    for place, (measure, reference) in enumerate(zip(measures, references, strict=True)):
        figures = [
            publish(
                table.estimates[number][place],
                reference,
                target=survey.target_rate,
                operator=operator,
                level=survey.confidence_level,
            )
            for number in used
        ]
        columns.append(
            judge_list(figures, level=survey.confidence_level) if table.by and measure.kind == "index" else figures
        )
    answers = count_answers(counts, measures, table.by)
    return [
        _row(measure, *domains[number], columns[place][line], answers[place][number])
        for line, number in enumerate(used)
        for place, measure in enumerate(measures)
    ]


def _row(
    measure: Measure,
    domain: dict[str, str],
    domain_title: dict[str, str],
    figure: PublishedFigure,
    answers: Answers,
) -> Row:
    values = figure.as_json()
    return Row(
        of=measure.key,
        kind=measure.kind,
        title=measure.title,
        criterion=measure.criterion,
        domain=domain,
        domain_title=domain_title,
        base=answers.asked,
        missing=answers.asked - values["n"],
        shares=None if figure.interval.withheld else answers.shares,
        **values,
    )
