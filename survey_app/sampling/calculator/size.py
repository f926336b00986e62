"""The question of a sample size and its answer, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analysis.planning import (
    sample_size_for_change,
    sample_size_for_margin,
    sample_size_to_prove,
    sample_sizes_by_domain,
)

GOALS = ("margin", "prove", "change")
MARGINS = (0.02, 0.025, 0.03, 0.035, 0.04, 0.05)
ABOVE_TARGET = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06)


@dataclass(frozen=True, slots=True)
class Question:
    """What a survey shall be able to say; every rate is a share.

    Attributes
    ----------
    goal : {"margin", "prove", "change"}
        A margin of error; a proof that the target is met; a change since an earlier survey.
    population : int or None
        Of the whole; None: so large that it does not matter.
    by_stratum : bool
        Each stratum shall be able to say it, not only the whole.
    """

    goal: str
    margin: float
    confidence: float
    rate: float
    deff: float
    response: float
    population: int | None
    target: float
    true_rate: float
    power: float
    earlier_rate: float
    correlation: float
    by_stratum: bool


@dataclass(frozen=True, slots=True)
class Size:
    """Answers needed and people to invite for them."""

    answers: int
    invited: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The size of the whole, and of each domain where each shall be able to say it."""

    whole: Size
    domains: dict[str, Size]


def answer_question(question: Question, populations: Mapping[str, int | None]) -> Answer:
    """How many answers a question takes.

    Parameters
    ----------
    populations : mapping of str to int or None
        The strata by name with their populations; used where each of them shall have its own figure.

    Raises
    ------
    ValueError
        Where no size can do it: the true rate is the target, or both rates of a change are the same.
    """
    if not question.by_stratum or len(populations) < 2:
        return Answer(_size(question), {})
    if question.goal == "margin":
        found = sample_sizes_by_domain(
            populations,
            question.margin,
            p=question.rate,
            confidence=question.confidence,
            deff=question.deff,
            response_rate=question.response,
        )
        domains = {name: Size(size.n, size.invited) for name, size in found.items()}
    else:
        domains = dict.fromkeys(populations, _size(question))
    whole = Size(sum(size.answers for size in domains.values()), sum(size.invited for size in domains.values()))
    return Answer(whole, domains)


def _size(question: Question) -> Size:
    if question.goal == "margin":
        for_margin = sample_size_for_margin(
            question.margin,
            p=question.rate,
            confidence=question.confidence,
            population=question.population,
            deff=question.deff,
            response_rate=question.response,
        )
        return Size(for_margin.n, for_margin.invited)
    if question.goal == "prove":
        size = sample_size_to_prove(
            question.target,
            question.true_rate,
            power=question.power,
            confidence=question.confidence,
            deff=question.deff,
            response_rate=question.response,
        )
    else:
        size = sample_size_for_change(
            question.earlier_rate,
            question.rate,
            power=question.power,
            confidence=question.confidence,
            deff=question.deff,
            correlation=question.correlation,
            response_rate=question.response,
        )
    return Size(size.n, size.invited)


def sizes_by_margin(question: Question) -> list[tuple[float, Size]]:
    """What other margins of the whole take, the wanted one among them."""
    margins = sorted({*MARGINS, question.margin} if question.goal == "margin" else MARGINS)
    return [(margin, _size(replace(question, goal="margin", margin=margin))) for margin in margins]


def sizes_by_true_rate(question: Question) -> list[tuple[float, Size]]:
    """What the proof takes at other true rates above the target, the expected one among them."""
    rates = {round(question.target + step, 6) for step in ABOVE_TARGET} | {question.true_rate}
    shown = sorted(rate for rate in rates if 0 < rate < 1 and rate != question.target)
    return [(rate, _size(replace(question, goal="prove", true_rate=rate))) for rate in shown]
