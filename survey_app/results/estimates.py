"""Estimates of a survey: every figure with its base, its interval, its verdict, or the reason why it is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from analysis.cube import estimate_table
from analysis.estimate import Estimate
from analysis.published import PublishedFigure, judge_list, protect, publish, publish_mean
from analysis.verdict import Operator
from survey_app.instruments.indices import MeanScore
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.results.answers import Answers, count_answers
from survey_app.results.composites import Responses, count_asked, estimate_index
from survey_app.results.cube import SurveyCube, count_responses
from survey_app.results.extract import Extract, read_extract
from survey_app.results.kept import keep
from survey_app.results.measures import Measure, breakdowns, find_breakdown, list_measures
from survey_app.results.pools import point_range
from survey_app.surveys.models import Survey


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
    df: float | None
    deff: float | None
    ci: dict[str, Any] | None
    shares: dict[str, float] | None
    target: float | None
    target_operator: str
    verdict: str | None
    withheld: str | None
    marks: list[str] = field(default_factory=list)
    verdict_in_list: str | None = None
    unit: str = "share"
    rescaled: dict[str, float | None] | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values, in the order of the columns."""
        return asdict(self)


@dataclass(frozen=True)
class Figures:
    """The figures of a survey by one breakdown, or of the whole.

    Attributes
    ----------
    probability : bool
        Whether anybody drew the sample; if not, no figure has an interval or a verdict.
    """

    fingerprint: str
    responses: int
    by: str
    rows: list[Row]
    breakdowns: list[str]
    probability: bool = True


def estimate_survey(session: Session, survey: Survey, by: str = "") -> Figures:
    """The whole and, with ``by``, each of its parts: ``district``, ``commune``, ``channel`` or a question's key.

    Computed once for the responses that count and kept until others do.
    """
    extract = read_extract(session, survey)
    instrument = instrument_of(session, survey.questionnaire_id)
    name = ("figures", *survey_settings(survey), instrument.content_hash, by)
    kept = keep(
        extract,
        name,
        lambda: asdict(_compute(count_responses(session, survey, instrument, extract), extract, by)),
    )
    return Figures(**(kept | {"rows": [Row(**row) for row in kept["rows"]]}))


def survey_settings(survey: Survey) -> tuple[object, ...]:
    """What figures depend on beside responses, weights and questionnaire."""
    return (survey.slug, survey.target_rate, survey.target_operator, survey.confidence_level)


def _compute(counts: SurveyCube, extract: Extract, by: str) -> Figures:
    parts = find_breakdown(counts, by) if by else None
    measures = list_measures(counts.instrument)
    title = {"vi": "Toàn địa bàn", "en": "Whole territory"}
    whole = _estimate(counts, measures, extract, "")
    rows = _rows(counts, measures, whole, [({}, title)], [None] * len(measures))
    if parts is not None:
        split = _estimate(counts, measures, extract, by)
        domains = [({by: value}, parts.titles[value]) for value in split.values]
        rows += _rows(counts, measures, split, domains, whole.estimates[0])
    return Figures(counts.fingerprint, counts.size, by, rows, breakdowns(counts), counts.design.probability)


@dataclass(frozen=True, eq=False)
class _Table:
    """Estimates and the answers behind them, ``[domain][measure]``, with the responses of each domain."""

    by: tuple[str, ...]
    values: list[str]
    estimates: list[list[Estimate]]
    answers: list[list[Answers]]
    rows: Any


def _estimate(counts: SurveyCube, measures: list[Measure], extract: Extract, by: str) -> _Table:
    """Every figure from the counts where they give it, the others from the responses."""
    keys = (by,) if by else ()
    counted = [measure for measure in measures if measure.counted is not None]
    found = estimate_table(counts.cube, [measure.counted for measure in counted if measure.counted], keys)
    values = [value for (value,) in found.domains] if by else []
    columns = {measure.key: [row[place] for row in found.estimates] for place, measure in enumerate(counted)}
    pooled = [measure for measure in measures if measure.counts_answers]
    answers = dict(zip([m.key for m in pooled], count_answers(counts, pooled, keys), strict=True))
    others = [measure for measure in measures if not measure.counts_answers]
    responses = Responses.of(counts, extract.table, by, values) if others else None
    for measure in others:
        assert measure.index is not None
        assert responses is not None
        answers[measure.key] = [Answers(asked, None) for asked in count_asked(responses, measure.index)]
        if measure.counted is None:
            columns[measure.key] = estimate_index(responses, measure.index)
    domains = range(len(found.domains))
    return _Table(
        keys,
        values,
        [[columns[measure.key][number] for measure in measures] for number in domains],
        [[answers[measure.key][number] for measure in measures] for number in domains],
        found.rows,
    )


def _rows(
    counts: SurveyCube,
    measures: list[Measure],
    table: _Table,
    domains: list[tuple[dict[str, str], dict[str, str]]],
    references: Sequence[Estimate | None],
) -> list[Row]:
    """The rows of a table, domain by domain; a channel nobody used is no domain."""
    used = [n for n in range(len(domains)) if "channel" not in domains[n][0] or table.rows[n] > 0]
    columns = []
    for place, (measure, reference) in enumerate(zip(measures, references, strict=True)):
        estimates = [table.estimates[n][place] for n in used]
        figures = _publish(counts.survey, measure, estimates, reference, in_list=bool(table.by))
        columns.append(protect(figures) if table.by else figures)
    return [
        _row(counts, measure, *domains[number], columns[place][line], table.answers[number][place])
        for line, number in enumerate(used)
        for place, measure in enumerate(measures)
    ]


def _publish(
    survey: Survey, measure: Measure, estimates: list[Estimate], reference: Estimate | None, *, in_list: bool
) -> list[PublishedFigure]:
    """One measure in every domain; only shares are judged."""
    level = survey.confidence_level
    if measure.unit != "share":
        return [publish_mean(estimate, level=level) for estimate in estimates]
    operator: Operator = "gt" if survey.target_operator == "gt" else "ge"
    figures = [
        publish(estimate, reference, target=survey.target_rate, operator=operator, level=level)
        for estimate in estimates
    ]
    return judge_list(figures, level=level) if in_list and measure.kind == "index" else figures


def _row(
    counts: SurveyCube,
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
        unit=measure.unit,
        rescaled=_rescale(counts.instrument, measure, values),
        **values,
    )


def _rescale(instrument: Instrument, measure: Measure, values: dict[str, Any]) -> dict[str, float | None] | None:
    """A mean score on 0 to 100, where the questionnaire asks for it."""
    if not isinstance(measure.index, MeanScore) or not measure.index.rescale or values["estimate"] is None:
        return None
    low, high = point_range(instrument, measure.items[0])
    limits = values["ci"] or {"low": None, "high": None}
    points = {"estimate": values["estimate"], "low": limits["low"], "high": limits["high"]}
    return {name: None if one is None else (one - low) / (high - low) * 100 for name, one in points.items()}
