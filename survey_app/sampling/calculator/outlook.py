"""What the survey at hand will give by its design, before it is drawn: answers, intervals, chances of each verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from analysis.planning import VerdictChances, expected_margin, tabulate_verdict_chances
from analysis.policy import FEW_PSU_DF, MODEL_ASSISTED_DF
from analysis.sampling import proportional_probabilities
from survey_app.sampling.calculator.size import Question
from survey_app.sampling.plan import DrawPlan
from survey_app.sampling.stage_one import Rules, StratumPlan

STEPS = (0.0, 0.02, 0.04, 0.06)
FEWEST_ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is to be expected of the whole or of a stratum.

    Attributes
    ----------
    size, drawn : int
        What is drawn of it, communes, agencies or districts, and how many there are.
    places : float
        Communes or agencies where people are asked, expected.
    invited, answers : int
        Expected.
    df : int
        What is drawn less the strata; strata taken whole count apart (decision 0025).
    margin : float or None
        Half the width of the interval to expect, a share; None where too few answer for a figure.
    chances : list of VerdictChances
        At the target and above it.
    supported : bool
        The interval leans on the whole's: for reference only, never ranked.
    """

    name: str
    size: int
    drawn: int
    places: float
    invited: int
    answers: int
    df: int
    margin: float | None
    chances: list[VerdictChances]
    supported: bool

    @property
    def few(self) -> bool:
        """Whether so few communes stand behind it that the figure carries a mark."""
        return self.df < FEW_PSU_DF


@dataclass(frozen=True, slots=True)
class Outlook:
    """The whole and its strata, in the order of the frame.

    Attributes
    ----------
    probability : bool
        False where nobody draws the sample; then there are neither margins nor chances.
    short_lists : int
        Units whose list is shorter than the cases wanted there.
    """

    whole: Prospect
    strata: list[Prospect]
    probability: bool
    short_lists: int


def stratum_names(plan: DrawPlan) -> list[str]:
    """A name for each stratum that no other has: with its code where two are called the same."""
    counts = Counter(stratum.name for stratum in plan.strata)
    return [
        stratum.name if counts[stratum.name] == 1 else f"{stratum.name} ({stratum.stratum})" for stratum in plan.strata
    ]


def look_ahead(plan: DrawPlan, question: Question, *, each: int, target: float, probability: bool = True) -> Outlook:
    """What a planned draw will give.

    Parameters
    ----------
    question : Question
        Its rate, design effect, response rate and confidence are what is expected.
    each : int
        Forms planned in each commune where no cases are drawn from lists.
    target : float
        The survey's target.
    """
    chances = [_probabilities(stratum, plan.rules) for stratum in plan.strata]
    invited = _invited(plan, chances, each)
    parts = [_part(plan, stratum, cases, question) for stratum, cases in zip(plan.strata, invited, strict=True)]
    df = _join_df([part for part in parts if part.variance > 0])

    def prospect(name: str, size: int, drawn: int, places: float, cases: float, own_df: int) -> Prospect:
        answers = int(cases * question.response + 0.5)
        supported = own_df < MODEL_ASSISTED_DF
        used_df = max(df if supported else own_df, 1)
        margin, verdicts = None, []
        if probability and answers >= FEWEST_ANSWERS:
            margin = expected_margin(question.rate, answers, question.deff, used_df, level=question.confidence)
            verdicts = tabulate_verdict_chances(
                [rate for step in STEPS if (rate := round(target + step, 6)) < 1],
                target,
                answers,
                deff=question.deff,
                df=used_df,
                level=question.confidence,
            )
        return Prospect(name, size, drawn, places, int(cases + 0.5), answers, own_df, margin, verdicts, supported)

    rows = [
        prospect(name, stratum.size, stratum.drawn, sum(chance), cases, int(part.df + 0.5))
        for name, stratum, chance, cases, part in zip(
            stratum_names(plan), plan.strata, chances, invited, parts, strict=True
        )
    ]
    places = sum(row.places for row in rows)
    whole = prospect("", plan.size, plan.drawn, places, sum(invited), df)
    return Outlook(whole, rows, probability, _short_lists(plan))


def _probabilities(stratum: StratumPlan, rules: Rules) -> list[float]:
    """The chance of each entry to be drawn; equal where sizes are not known yet."""
    equal = [stratum.drawn / stratum.size] * len(stratum.entries)
    if rules.method == "srswor" or stratum.drawn in (0, stratum.size):
        return equal
    sizes = dict.fromkeys(stratum.clusters, 0.0)
    for entry in stratum.entries:
        if not entry.size or not entry.size > 0:
            return equal
        sizes[entry.cluster] += entry.size
    found = dict(zip(sizes, proportional_probabilities(list(sizes.values()), stratum.drawn).tolist(), strict=True))
    return [found[entry.cluster] for entry in stratum.entries]


def _invited(plan: DrawPlan, chances: list[list[float]], each: int) -> list[float]:
    """People to be asked in each stratum, expected."""
    if plan.cases is None:
        return [sum(chance) * each for chance in chances]
    number = plan.cases.number
    lists = [[plan.frame.list_sizes.get(entry.code, 0) for entry in stratum.entries] for stratum in plan.strata]
    if plan.cases.allocation == "fixed":
        if not plan.listed:  # planned before the lists have come
            return [sum(chance) * number for chance in chances]
        return [
            sum(one * min(number, size) for one, size in zip(chance, sizes, strict=True))
            for chance, sizes in zip(chances, lists, strict=True)
        ]
    weighted = plan.cases.allocation == "optimal"  # what a list stands for counts, however likely its unit is drawn
    reach = [
        sum((1 if weighted else one) * (size if plan.listed else 1) for one, size in zip(chance, sizes, strict=True))
        for chance, sizes in zip(chances, lists, strict=True)
    ]
    total = min(number, sum(reach)) if plan.listed else number
    return [total * part / (sum(reach) or 1) for part in reach]


@dataclass(frozen=True, slots=True)
class _Part:
    """What a stratum is to lend to the variance of the whole: its degrees of freedom and its share, to scale."""

    taken: bool
    df: float
    variance: float


def _part(plan: DrawPlan, stratum: StratumPlan, cases: float, question: Question) -> _Part:
    """A stratum taken whole varies by the people within its units alone: as many as answer, and no design effect."""
    taken, answers = stratum.drawn == stratum.size, cases * question.response
    if not stratum.drawn or not answers:
        return _Part(taken, max(stratum.drawn - 1, 0), 0.0)
    listed = [plan.frame.list_sizes.get(entry.code, 0) for entry in stratum.entries] if plan.listed else []
    people: float = sum(listed) or sum(entry.size or 0.0 for entry in stratum.entries) or len(stratum.entries)
    if taken:
        return _Part(True, max(answers - stratum.drawn, 1), people**2 / answers)
    return _Part(False, max(stratum.drawn - 1, 0), people**2 / answers * question.deff)


def _join_df(parts: list[_Part]) -> int:
    """Degrees of freedom of the whole, as `analysis.variance.find_df` puts them together (decision 0025)."""
    if not parts:
        return 0
    if len({part.taken for part in parts}) == 1:
        return int(sum(part.df for part in parts) + 0.5)
    total, pooled = sum(part.variance for part in parts), 0.0
    for taken in (True, False):
        group = [part for part in parts if part.taken is taken]
        pooled += sum(part.variance for part in group) ** 2 / max(sum(part.df for part in group), 1)
    return int(total**2 / pooled + 0.5)


def _short_lists(plan: DrawPlan) -> int:
    if plan.cases is None or plan.cases.allocation != "fixed" or not plan.listed:
        return 0
    return sum(size < plan.cases.number for size in plan.frame.list_sizes.values())
