"""Weights: the standard error we publish over the true one, when lists, sizes and known totals come in.

145 communes in 15 strata with lists of 80 to 1,500 people; 1,500 surveys a row. „Fixed” counts weights as given, as the
web application does; „residuals” takes calibration into the variance. Run alone: `python -m bench.weights`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.sampling import proportional_probabilities
from analysis.weighting import poststratify
from bench.timing import report

STRATA = np.repeat(np.arange(15), [20, 16, 14, 13, 12, 11, 10, 9, 9, 8, 7, 6, 5, 3, 2])
SIZE_OF = np.bincount(STRATA)
SURVEYS = 1500


def run() -> None:
    rng = np.random.default_rng(5)
    lists = np.clip(rng.lognormal(6, 0.5, len(STRATA)), 80, 1500).astype(int)
    for slope, told in ((0.0, "rates apart from size"), (0.06, "rates that rise with size")):
        rates = np.clip(0.82 + 0.08 * rng.standard_normal(len(STRATA)) + slope * (np.log(lists) - 6), 0.3, 0.99)
        people = [rng.random(size) < rate for size, rate in zip(lists, rates, strict=True)]
        truth = sum(int(answers.sum()) for answers in people) / int(lists.sum())
        found: dict[str, list[tuple[float, float]]] = {}
        for _survey in range(SURVEYS):
            for name, design, answers in [*_draw_communes(rng, lists, people), _draw_by_size(rng, lists, people)]:
                rate = design.proportion(answers)
                found.setdefault(name, []).append((rate.estimate, rate.variance))
        for name, pairs in found.items():
            estimates, variances = np.array(pairs).T
            ratio = np.sqrt(variances.mean()) / estimates.std()
            bias = (estimates.mean() - truth) / estimates.std()
            report(f"{told}, {name}", f"{ratio:5.2f} × true error, bias {bias:+.2f} errors")


def _draw_communes(
    rng: np.random.Generator, lists: NDArray[np.int_], people: list[NDArray[np.bool_]]
) -> list[tuple[str, SurveyDesign, NDArray[np.float64]]]:
    taken = np.maximum(2, np.round(0.3 * SIZE_OF).astype(int))
    drawn = np.concatenate(
        [rng.choice(np.flatnonzero(one == STRATA), count, replace=False) for one, count in enumerate(taken)]
    )
    asked = np.minimum(np.maximum(10, (0.1 * lists[drawn]).astype(int)), lists[drawn])
    came = np.minimum(np.maximum(5, rng.binomial(asked, 0.8)), asked)
    stratum = STRATA[drawn]
    base = (SIZE_OF / taken)[stratum] * lists[drawn] / asked
    factor = np.bincount(stratum, base * asked) / np.bincount(stratum, base * came)
    answers = _ask(rng, people, drawn, came)
    plain = _declare(drawn, came, base * factor[stratum], SIZE_OF[stratum].astype(float), lists)
    totals = {str(one): float(total) for one, total in enumerate(np.bincount(STRATA, lists))}
    cells = np.repeat(stratum, came).astype(str).tolist()
    residuals = poststratify(plain, cells, totals).design
    return [
        ("non-response by stratum", plain, answers),
        ("totals by stratum, fixed", plain.with_weights(residuals.weights), answers),
        ("totals by stratum, residuals", residuals, answers),
    ]


def _draw_by_size(
    rng: np.random.Generator, lists: NDArray[np.int_], people: list[NDArray[np.bool_]]
) -> tuple[str, SurveyDesign, NDArray[np.float64]]:
    chance = proportional_probabilities(lists.tolist(), 44)
    u = rng.random(len(lists))
    with np.errstate(divide="ignore"):
        rank = np.where(chance >= 1, -1.0, u / (1 - u) / (chance / (1 - chance)))
    drawn = np.argsort(rank)[:44]
    asked = np.full(44, 40)
    weights = 1 / chance[drawn] * lists[drawn] / asked
    sizes = np.where(chance[drawn] >= 1, (chance >= 1).sum(), np.inf)
    design = _declare(drawn, asked, weights, sizes, lists, chance[drawn] >= 1)
    return "Pareto by size, counted with replacement", design, _ask(rng, people, drawn, asked)


def _ask(
    rng: np.random.Generator, people: list[NDArray[np.bool_]], drawn: NDArray[np.int_], counts: NDArray[np.int_]
) -> NDArray[np.float64]:
    answers = [rng.choice(people[one], count, replace=False) for one, count in zip(drawn, counts, strict=True)]
    return np.concatenate(answers).astype(np.float64)


def _declare(
    drawn: NDArray[np.int_],
    counts: NDArray[np.int_],
    weights: NDArray[np.float64],
    sizes: NDArray[np.float64],
    lists: NDArray[np.int_],
    strata: NDArray[np.bool_] | None = None,
) -> SurveyDesign:
    return SurveyDesign.declare(
        psu=np.repeat(drawn, counts).tolist(),
        strata=np.repeat(STRATA[drawn] if strata is None else strata, counts).tolist(),
        weights=np.repeat(weights, counts),
        psu_population=np.repeat(sizes, counts),
        element_population=np.repeat(lists[drawn], counts).astype(np.float64),
    )


if __name__ == "__main__":
    run()
