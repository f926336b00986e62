"""A figure as it is published: the estimate, its interval, its verdict, or the reason why it is withheld."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.estimate import Estimate
from analysis.policy import PublishedInterval, published_interval, published_mean
from analysis.suppression import choose_withheld, choose_withheld_parts
from analysis.verdict import Operator, Verdict, adjust, judge, score_one_sided_p

PROTECTED = "protected"
"""Why a figure is withheld that has enough people: with it, one that has too few could be computed."""


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One figure with all that must stand beside it.

    Attributes
    ----------
    estimate : Estimate
    interval : PublishedInterval
    target : float or None
        None for a figure that is no rate and is not judged.
    operator : {"ge", "gt"}
    verdict : {"met", "not_met", "not_proven"} or None
        None where the figure is withheld, not judged, or nobody drew the sample.
    verdict_in_list : {"met", "not_listed"} or None
        Whether it may stand in a list of achievers, set by `judge_list`; None where it was not compared.
    """

    estimate: Estimate
    interval: PublishedInterval
    target: float | None
    operator: Operator
    verdict: Verdict | None
    verdict_in_list: str | None = None

    @property
    def one_sided_p(self) -> float:
        """The p value of "above the target"; NaN where withheld, without interval or only for reference."""
        if self.target is None or self.interval.withheld or "model_assisted" in self.interval.marks:
            return math.nan
        return score_one_sided_p(self.estimate.estimate, self.interval.n_effective, self.interval.df, self.target)

    def as_json(self) -> dict[str, Any]:
        """Return plain values with every digit; null for what is withheld or not defined.

        Returns
        -------
        dict of str to value
            Shares between 0 and 1; ``respondents`` counts people, ``n`` answers. A sample that nobody drew has no
            standard error either.
        """
        ours, limits = self.estimate, self.interval
        counts = {"respondents": ours.n, "n": int(ours.total), "n_psu": ours.n_psu}
        settled = {"target": self.target, "target_operator": self.operator, "withheld": limits.withheld}
        drawn = "non_probability" not in limits.marks
        if limits.withheld:
            hidden = dict.fromkeys(("estimate", "se", "df", "deff", "ci", "verdict", "verdict_in_list"))
            return counts | hidden | settled | {"marks": []}
        return (
            counts
            | {
                "estimate": _number(ours.estimate),
                "se": _number(ours.se) if drawn else None,
                "df": ours.df if drawn else None,
                "deff": _number(ours.deff_with_replacement) if drawn else None,
                "ci": None
                if math.isnan(limits.low)
                else {
                    "level": limits.level,
                    "method": limits.method,
                    "low": _number(limits.low),
                    "high": _number(limits.high),
                    "n_effective": _number(limits.n_effective),
                    "df": _number(limits.df),
                },
                "verdict": self.verdict,
                "verdict_in_list": self.verdict_in_list,
            }
            | settled
            | {"marks": list(limits.marks)}
        )


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def publish(
    estimate: Estimate,
    reference: Estimate | None,
    *,
    target: float,
    operator: Operator = "ge",
    level: float = 0.95,
    minimum_n: int = 10,
) -> PublishedFigure:
    """Publish a rate or pooled index against a target.

    Parameters
    ----------
    estimate, reference, level, minimum_n
        As in `analysis.policy.published_interval`.
    target, operator
        As in `analysis.verdict.judge`.

    Returns
    -------
    PublishedFigure

    Raises
    ------
    ValueError
        As in `analysis.policy.published_interval` and `analysis.verdict.judge`.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=None, weights=[1.0] * 200)
    >>> figure = publish(design.proportion([1] * 180 + [0] * 20), None, target=0.8)
    >>> figure.verdict, round(figure.interval.low, 3)
    ('met', 0.85)
    """
    interval = published_interval(estimate, reference, level=level, minimum_n=minimum_n)
    silent = interval.withheld or "non_probability" in interval.marks
    verdict = None if silent else judge(interval.low, interval.high, target, operator)
    return PublishedFigure(estimate, interval, target, operator, verdict)


def publish_mean(estimate: Estimate, *, level: float = 0.95, minimum_n: int = 10) -> PublishedFigure:
    """Publish a mean or a score, which is not judged, with the interval ``mean`` of `analysis.policy`.

    Parameters
    ----------
    estimate, level, minimum_n
        As in `analysis.policy.published_mean`.

    Returns
    -------
    PublishedFigure

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=None, weights=[1.0] * 20)
    >>> figure = publish_mean(design.mean([3, 5] * 10))
    >>> figure.interval.method, round(figure.interval.low, 3), figure.verdict
    ('mean', 3.52, None)
    """
    return PublishedFigure(estimate, published_mean(estimate, level=level, minimum_n=minimum_n), None, "ge", None)


def judge_list(figures: Sequence[PublishedFigure], *, level: float = 0.95) -> list[PublishedFigure]:
    """Say which of the figures may stand together in a list of achievers.

    Holm's correction of the one-sided p values at (1 - level)/2 keeps the chance of even one false name below that
    (Holm 1979). A figure that is withheld or only for reference is not compared.

    Parameters
    ----------
    figures : sequence of PublishedFigure
        One measure in the parts of a breakdown.
    level : float
        Confidence level.

    Returns
    -------
    list of PublishedFigure
        The same, with `verdict_in_list`.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=None, weights=[1.0] * 200)
    >>> rates = [design.proportion([1] * k + [0] * (200 - k)) for k in (180, 172, 172)]
    >>> figures = judge_list([publish(rate, None, target=0.8) for rate in rates])
    >>> [round(figure.one_sided_p, 4) for figure in figures]  # times 3, 2 and 1, and none below the one before
    [0.0003, 0.0178, 0.0178]
    >>> [(figure.verdict, figure.verdict_in_list) for figure in figures]
    [('met', 'met'), ('met', 'not_listed'), ('met', 'not_listed')]
    """
    compared = [place for place, figure in enumerate(figures) if math.isfinite(figure.one_sided_p)]
    found = list(figures)
    adjusted = adjust([figures[place].one_sided_p for place in compared], "holm")
    for place, p_value in zip(compared, adjusted, strict=True):
        listed = p_value <= (1 - level) / 2 and figures[place].verdict == "met"
        found[place] = replace(figures[place], verdict_in_list="met" if listed else "not_listed")
    return found


def protect(
    figures: Sequence[PublishedFigure], levels: Sequence[Sequence[str]] = (), *, minimum_n: int = 10
) -> list[PublishedFigure]:
    """Withhold further parts where one that has too few people would follow from the whole and the others.

    Parameters
    ----------
    figures : sequence of PublishedFigure
        One measure in the parts of a breakdown.
    levels : sequence of sequences of str
        What makes each part; where two variables do, rows and columns are wholes too.
    minimum_n : int
        As in `analysis.suppression.choose_withheld`.

    Returns
    -------
    list of PublishedFigure
        The same, or with the interval's ``withheld`` set to `PROTECTED`.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=None, weights=[1.0] * 60)
    >>> parts = [
    ...     design.proportion([1, 0] * 30, domain=[start <= place < stop for place in range(60)])
    ...     for start, stop in ((0, 4), (4, 34), (34, 60))
    ... ]
    >>> [figure.interval.withheld for figure in protect([publish(part, None, target=0.8) for part in parts])]
    ['too_few', None, 'protected']
    """
    people = [figure.estimate.n for figure in figures]
    if levels and len(levels[0]) == 2:
        places = [np.unique([part[side] for part in levels], return_inverse=True)[1] for side in (0, 1)]
        counts = np.zeros([place.max() + 1 for place in places], dtype=np.int64)
        counts[tuple(places)] = people
        hidden = choose_withheld(counts, minimum=minimum_n)[tuple(places)]
    else:
        hidden = choose_withheld_parts(people, minimum=minimum_n)[:-1]
    return [
        replace(figure, interval=replace(figure.interval, withheld=PROTECTED))
        if given_away and not figure.interval.withheld
        else figure
        for figure, given_away in zip(figures, hidden.tolist(), strict=True)
    ]
