"""Quality of the responses: speed, patterns, duplicates, collectors. Every flag is a reason to look again."""

from analysis.quality.collectors import (
    CollectorComparison,
    CollectorMeasure,
    compare_collectors,
    flag_collectors,
    measure_responses,
)
from analysis.quality.duplicates import PercentMatch, find_exact_duplicates, find_near_duplicates, match_answers
from analysis.quality.flags import Flag
from analysis.quality.outlier_tests import compare_ranks, compare_shares, robust_z
from analysis.quality.patterns import find_long_runs, find_straight_lines, longest_runs, missing_shares
from analysis.quality.speed import find_speeders, relative_times, speed_index

__all__ = [
    "CollectorComparison",
    "CollectorMeasure",
    "Flag",
    "PercentMatch",
    "compare_collectors",
    "compare_ranks",
    "compare_shares",
    "find_exact_duplicates",
    "find_long_runs",
    "find_near_duplicates",
    "find_speeders",
    "find_straight_lines",
    "flag_collectors",
    "longest_runs",
    "match_answers",
    "measure_responses",
    "missing_shares",
    "relative_times",
    "robust_z",
    "speed_index",
]
