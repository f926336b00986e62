"""How many communes and respondents to draw, with which probabilities, and draws that anyone can repeat.

- `allocation` shares a sample out among strata, and respondents among communes, `rounding` in whole numbers;
- `inclusion` and `joint_inclusion` give the probabilities of being drawn, of one unit and of two;
- `permanent_random_numbers`, `pareto` and `systematic` draw communes, `respondents` draws people from their lists.
"""

from analysis.sampling.allocation import (
    allocate,
    allocate_by_power,
    allocate_neyman,
    allocate_proportionally,
    allocate_respondents,
)
from analysis.sampling.inclusion import equal_probabilities, proportional_probabilities
from analysis.sampling.joint_inclusion import (
    conditional_poisson_joint_probabilities,
    equal_joint_probabilities,
    sampford_joint_probabilities,
)
from analysis.sampling.pareto import draw_pareto, pareto_inclusion_probabilities
from analysis.sampling.permanent_random_numbers import draw_smallest, permanent_random_number, shift_random_number
from analysis.sampling.respondents import select_respondents, systematic_start
from analysis.sampling.rounding import allocate_whole, round_by_largest_remainder
from analysis.sampling.systematic import select_systematically

__all__ = [
    "allocate",
    "allocate_by_power",
    "allocate_neyman",
    "allocate_proportionally",
    "allocate_respondents",
    "allocate_whole",
    "conditional_poisson_joint_probabilities",
    "draw_pareto",
    "draw_smallest",
    "equal_joint_probabilities",
    "equal_probabilities",
    "pareto_inclusion_probabilities",
    "permanent_random_number",
    "proportional_probabilities",
    "round_by_largest_remainder",
    "sampford_joint_probabilities",
    "select_respondents",
    "select_systematically",
    "shift_random_number",
    "systematic_start",
]
