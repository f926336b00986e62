"""The figures of a published table: as published, with the interval and the verdict that the assumptions allow."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.counted import are_whole_counts, counted_estimate, design_effect_of_clusters, largest_design_effect
from analysis.estimate import Estimate
from analysis.published import PublishedFigure, publish
from analysis.verdict import Operator
from survey_app.results.counts.models import CountedRow, CountedSurvey
from survey_app.results.estimates import Row

SIDES = ("satisfied", "neutral", "dissatisfied")


@dataclass(frozen=True)
class CountedFigure:
    """One line of a table.

    Attributes
    ----------
    percentages : dict of str to float or None
        As published, 0 to 100, of the three sides.
    row : Row
        The rate with interval and verdict, as every other figure.
    estimate : Estimate
    holds_up_to : float or None
        The largest design effect with which the verdict stays; None where nothing is proven or judged.
    whole : bool or None
        Whether whole numbers of forms give the percentages; None where the counts themselves were entered.
    """

    line: CountedRow
    percentages: dict[str, float | None]
    row: Row
    estimate: Estimate
    holds_up_to: float | None
    whole: bool | None


def design_effect_of(survey: CountedSurvey, n: int) -> float:
    """What is assumed for a line of n forms; 1 for a simple random sample."""
    if survey.correlation is not None and survey.units_drawn:
        return design_effect_of_clusters(max(n / survey.units_drawn, 1.0), survey.correlation)
    return survey.design_effect or 1.0


def estimate_counted(survey: CountedSurvey, line: CountedRow, *, design_effect: float | None = None) -> Estimate:
    """The estimate that a line stands for, with the assumed design effect or another."""
    return counted_estimate(
        _rate(line),
        line.n,
        design_effect=design_effect_of(survey, line.n) if design_effect is None else design_effect,
        units=survey.units_drawn,
        probability=survey.selection != "not_drawn",
    )


def figures_of(survey: CountedSurvey) -> list[CountedFigure]:
    """Every line of a table, in its order."""
    return [_figure(survey, line) for line in survey.rows]


def _figure(survey: CountedSurvey, line: CountedRow) -> CountedFigure:
    operator: Operator = "gt" if survey.target_operator == "gt" else "ge"
    estimate = estimate_counted(survey, line)
    figure = publish(estimate, estimate, target=survey.target_rate, operator=operator, level=survey.confidence_level)
    percentages = percentages_of(line)
    known = [percentages[side] for side in SIDES]
    shares = {side: (value or 0.0) / 100 for side, value in zip(SIDES, known, strict=True)}
    held = (
        largest_design_effect(
            estimate.estimate, line.n, figure.interval.df, survey.target_rate, survey.confidence_level
        )
        if figure.verdict in ("met", "not_met")
        else None
    )
    return CountedFigure(
        line,
        percentages,
        _row(line, figure, shares if None not in known and not figure.interval.withheld else None),
        estimate,
        held,
        are_whole_counts([one for one in known if one is not None], line.n, survey.decimals)
        if line.satisfied is None and None not in known
        else None,
    )


def percentages_of(line: CountedRow) -> dict[str, float | None]:
    """The three sides from 0 to 100: as entered, or from the counts."""
    if line.satisfied is not None:
        return {side: getattr(line, side) / line.n * 100 for side in SIDES}
    return {side: getattr(line, f"percent_{side}") for side in SIDES}


def _rate(line: CountedRow) -> float:
    return (percentages_of(line)["satisfied"] or 0.0) / 100


def _row(line: CountedRow, figure: PublishedFigure, shares: dict[str, float] | None) -> Row:
    title = {"vi": line.label_vi, "en": line.label_en}
    return Row(
        of=line.of,
        kind="counted",
        title=title,
        criterion="",
        domain={"line": str(line.position)},
        domain_title=title,
        base=line.n,
        missing=0,
        shares=shares,
        **figure.as_json(),
    )


#: Design effects to look at beside the assumed one: people drawn directly, the usual, twice and three times.
LADDER = (1.0, 1.6, 2.0, 3.0)


def verdicts_by_design_effect(survey: CountedSurvey) -> list[tuple[float, list[str | None]]]:
    """The verdict on every line under other design effects, so that readers see what rests on the assumption."""
    return [(effect, [_verdict(survey, line, effect) for line in survey.rows]) for effect in LADDER]


def _verdict(survey: CountedSurvey, line: CountedRow, design_effect: float) -> str | None:
    operator: Operator = "gt" if survey.target_operator == "gt" else "ge"
    one = estimate_counted(survey, line, design_effect=design_effect)
    return publish(one, one, target=survey.target_rate, operator=operator, level=survey.confidence_level).verdict
