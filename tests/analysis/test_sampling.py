"""What every part of sampling refuses, and the reference cases it reproduces."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis import allocate, draw_smallest
from analysis.sampling import (
    allocate_by_power,
    allocate_neyman,
    allocate_proportionally,
    allocate_respondents,
    allocate_whole,
    conditional_poisson_joint_probabilities,
    draw_pareto,
    equal_joint_probabilities,
    equal_probabilities,
    proportional_probabilities,
    round_by_largest_remainder,
    sampford_joint_probabilities,
    select_respondents,
    select_systematically,
)
from analysis.verify.cases import Case
from analysis.verify.comparison import compare
from analysis.verify.estimands.sampling import ESTIMANDS

CASES = Path(__file__).parent.parent / "golden" / "cases"


def read_cases(kinds: set[str]) -> list[Case]:
    return [
        Case.read(path)
        for path in sorted(CASES.glob("*.json"))
        if json.loads(path.read_text("utf-8"))["estimand"]["type"] in kinds
    ]


@pytest.mark.parametrize(
    "call",
    [
        lambda: allocate([5], 0),
        lambda: allocate([5], 1.01),
        lambda: allocate([5], -0.3),
        lambda: allocate([5], float("nan")),
        lambda: allocate([5], "thirty"),
        lambda: allocate([5, -1], 0.3),
        lambda: allocate([5.5], 0.3),
        lambda: allocate([5], 0.3, minimum=-1),
        lambda: allocate([5], 0.3, rule="each"),
        lambda: allocate_proportionally([1, float("nan")], 10),
        lambda: allocate_proportionally([0, 0], 10),
        lambda: allocate_proportionally([1, 2], 0),
        lambda: allocate_neyman([1, 2], [0.5], 10),
        lambda: allocate_neyman([1, 2], [0.5, -0.1], 10),
        lambda: allocate_neyman([1, 2], [0.5, 0.5], 10, costs=[1, 0]),
        lambda: allocate_by_power([1, 2], 10, power=1.5),
        lambda: allocate_whole([], 10),
        lambda: allocate_whole([0, 0], 10),
        lambda: allocate_whole([1, 2], 10, minimum=3, maximum=2),
        lambda: allocate_respondents([0, 0], 10),
        lambda: allocate_respondents([100], 10, minimum=30, maximum=20),
        lambda: round_by_largest_remainder([1.0, -1.0], 2),
        lambda: round_by_largest_remainder([1.0], 2, minimum=[0, 0]),
        lambda: draw_smallest(["a", "b", "a"], "seed", 1),
        lambda: draw_smallest(["a", "b"], "seed", 3),
        lambda: draw_smallest(["a", "b"], "seed", -1),
        lambda: draw_smallest(["a", "b"], "seed", 1, shift=1.0),
        lambda: equal_probabilities(3, 4),
        lambda: equal_probabilities(0, 0),
        lambda: equal_joint_probabilities(3, 0),
        lambda: proportional_probabilities([1, 0], 1),
        lambda: proportional_probabilities([1, float("nan")], 1),
        lambda: proportional_probabilities([1, 2], 3),
        lambda: draw_pareto(["a", "b"], "seed", [0.5, 0.6]),
        lambda: draw_pareto(["a", "b"], "seed", [0.5, 1.5]),
        lambda: draw_pareto(["a", "b"], "seed", [1.0]),
        lambda: draw_pareto(["a", "a"], "seed", [0.5, 0.5]),
        lambda: sampford_joint_probabilities([0.5, 0.7]),
        lambda: conditional_poisson_joint_probabilities([0.5, float("nan")]),
        lambda: select_systematically([0.5, 0.5], 1.0),
        lambda: select_systematically([0.5, -0.5], 0.5),
        lambda: select_respondents("seed", "a", 10, 11),
        lambda: select_respondents("seed", "a", 10, 0),
        lambda: select_respondents("seed", "a", 10, 2, method="every"),
    ],
)
def test_nonsense_is_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"\d|stands twice|thirty|unknown|nan|empty|every share|no units"):
        call()


@pytest.mark.parametrize("case", read_cases(set(ESTIMANDS)), ids=lambda case: case.name)
def test_reference_cases_are_reproduced(case: Case) -> None:
    got = ESTIMANDS[case.estimand["type"]](case)
    assert [str(failure) for failure in compare(case.results, got, case.tolerance)] == []


@pytest.mark.parametrize(
    ("kind", "figure"),
    [
        ("stratum_allocation_30pct", "n"),
        ("optimal_allocation_real", "neyman"),
        ("respondent_allocation", "n"),
        ("inclusion_probabilities", "pi"),
        ("joint_inclusion_probabilities", "pi2"),
        ("reproducible_respondent_selection", "systematic_positions_0based"),
        ("reproducible_selection_prn", "u"),
    ],
)
def test_a_wrong_figure_in_a_reference_case_is_noticed(kind: str, figure: str) -> None:
    for case in read_cases({kind}):
        wrong = json.loads(json.dumps(case.results))
        value = wrong[0][figure]
        row = value if not isinstance(value, list) else value[0] if isinstance(value[0], list) else value
        if isinstance(row, list):
            row[0] += 1 if isinstance(row[0], int) else 1e-4
        else:
            wrong[0][figure] = row + 1e-4
        changed = replace(case, results=wrong)
        assert list(compare(wrong, ESTIMANDS[kind](changed), case.tolerance))
