"""Reference cases of sample sizes, thresholds and simple intervals; what a case was given stands in its results."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from analysis.planning import (
    binomial_interval,
    exact_test,
    largest_count_that_misses,
    sample_size_for_change,
    sample_size_for_margin,
    sample_size_to_prove,
    score_test,
    smallest_count_that_meets,
    smallest_exact_count,
)
from analysis.planning.simple_intervals import RateTest
from analysis.verdict import judge
from analysis.verify.cases import Case
from analysis.verify.comparison import Accepted

Result = dict[str, Any]


def compute_thresholds(case: Case) -> list[Result]:
    """Compute the counts that decide; the names of the figures hold their levels (``2_5pct``, ``wilson95``)."""
    target = case.estimand["target"]
    answers = []
    for result in case.results:
        n = result["n"]
        answer: Result = {"n": n}
        for name in result:
            level = _percentage(r"wilson(\d+)", name, 0.95)
            if name.startswith("min_k_exact"):
                answer[name] = smallest_exact_count(n, target, alpha=_percentage(r"([\d_]+)pct", name, 0.025))
            elif name.startswith("min_k_wilson"):
                answer[name] = smallest_count_that_meets(n, target, level=level)
            elif name.startswith("max_k_not_met"):
                answer[name] = largest_count_that_misses(n, target, level=level)
        answers.append(answer)
    return answers


def compute_margin_sizes(case: Case) -> list[Result]:
    """Compute the sample size for a margin, with the variants that a case lists beside it.

    The people to invite are n over the response rate rounded up, 10 for 7/0.7; a program that rounds up the
    double 10.000000000000002 to 11 is not wrong for it.
    """
    answers = []
    for result in case.results:
        given = result["input"]
        size = sample_size_for_margin(
            given["margin"],
            p=given["p"],
            confidence=given["confidence"],
            population=given.get("N"),
            deff=given.get("deff", 1.0),
            response_rate=given.get("response_rate", 1.0),
        )
        in_doubles = math.ceil(size.n / given.get("response_rate", 1.0))
        answers.append(
            {
                "input": given,
                "z": size.z,
                "n0": size.n_simple,
                "n0_ceil": math.ceil(size.n_simple),
                "n_fpc": size.n_population,
                "n_fpc_exact_form": size.n_population,
                "n_fpc_then_deff": given.get("deff", 1.0) * size.n_population,
                "n_deff_then_fpc": size.n_design,
                "recommended": "n_deff_then_fpc",
                "n_required": size.n,
                "n_to_invite": Accepted(size.invited, others=(in_doubles,)),
            }
        )
    return answers


def compute_proof_sizes(case: Case) -> list[Result]:
    """Compute the sample size that proves a target."""
    answers = []
    for result in case.results:
        size = sample_size_to_prove(
            result["target"],
            result["p_true"],
            power=result["power"],
            confidence=1 - 2 * result["alpha_one_sided"],
            deff=result["deff"],
        )
        given = {name: result[name] for name in ("p_true", "target", "power", "alpha_one_sided", "deff")}
        answers.append(given | {"n_srs": size.n_exact / result["deff"], "n": size.n})
    return answers


def compute_change_sizes(case: Case) -> list[Result]:
    """Compute the sample size of each of two waves that shows a change."""
    answers = []
    for result in case.results:
        size = sample_size_for_change(
            result["p1"],
            result["p2"],
            power=result["power"],
            confidence=result.get("confidence", 0.95),
            deff=result["deff"],
            correlation=result["correlation"],
        )
        given = {
            name: result[name] for name in ("p1", "p2", "deff", "correlation", "power", "confidence") if name in result
        }
        answers.append(given | {"n_raw": size.n_exact, "n_per_wave": size.n})
    return answers


def compute_simple_intervals(case: Case) -> list[Result]:
    """Compute the intervals and tests of plain counts; the names of the figures hold their levels and targets."""
    target = case.estimand["target"]
    answers = []
    for result in case.results:
        count, n = result["count"], result["nobs"]
        answer = {
            "count": count,
            "nobs": n,
            "estimate": count / n,
            "ci": {
                level: {method: binomial_interval(count, n, method=method, level=float(level)) for method in intervals}
                for level, intervals in result["ci"].items()
            },
        }
        for name in result:
            if name.startswith("binom_test"):
                answer[name] = _p_values(exact_test(count, n, _target_of(name, target)))
            elif name.startswith("score_test"):
                answer[name] = _p_values(score_test(count, n, _target_of(name, target)))
            elif name.startswith("decision"):
                level = _percentage(r"decision_(\d+)", name, 0.95)
                answer[name] = judge(*binomial_interval(count, n, level=level), target)
        answers.append(answer)
    return answers


def _p_values(test: RateTest) -> Result:
    return {
        "z": test.statistic,
        "p_greater": test.p_greater,
        "p_less": test.p_less,
        "p_two_sided": test.p_two_sided,
    }


def _target_of(name: str, target: float) -> float:
    """Read the target out of ``binom_test_vs_0.8``."""
    found = re.search(r"vs_([\d.]+)", name)
    return float(found[1]) if found else target


def _percentage(pattern: str, name: str, default: float) -> float:
    """Read a percentage out of the name of a figure, 0.025 out of ``2_5pct``."""
    found = re.search(pattern, name)
    return float(found[1].strip("_").replace("_", ".")) / 100 if found else default


ESTIMANDS: dict[str, Callable[[Case], list[Result]]] = {
    "decision_thresholds": compute_thresholds,
    "sample_size_for_margin": compute_margin_sizes,
    "sample_size_to_prove_target": compute_proof_sizes,
    "sample_size_change_two_waves": compute_change_sizes,
    "simple_binomial_intervals_and_tests": compute_simple_intervals,
}
