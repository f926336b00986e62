"""Before a survey: how many answers it needs, and what it will be able to prove with them.

- `sample_size` for a margin of error, to prove a target, to see a change;
- `power` gives the margins to expect and the chances of each verdict, `thresholds` the counts that decide;
- `further` forms that would bring an answer while a survey still collects;
- `simple_intervals` are intervals and tests for plain counts without a design.
"""

from analysis.planning.further import FurtherForms, further_forms
from analysis.planning.power import VerdictChances, expected_margin, tabulate_verdict_chances, verdict_chances
from analysis.planning.sample_size import (
    MarginSampleSize,
    SampleSize,
    count_invited,
    sample_size_for_change,
    sample_size_for_margin,
    sample_size_to_prove,
    sample_sizes_by_domain,
)
from analysis.planning.simple_intervals import RateTest, binomial_interval, exact_test, score_test
from analysis.planning.thresholds import largest_count_that_misses, smallest_count_that_meets, smallest_exact_count

__all__ = [
    "FurtherForms",
    "MarginSampleSize",
    "RateTest",
    "SampleSize",
    "VerdictChances",
    "binomial_interval",
    "count_invited",
    "exact_test",
    "expected_margin",
    "further_forms",
    "largest_count_that_misses",
    "sample_size_for_change",
    "sample_size_for_margin",
    "sample_size_to_prove",
    "sample_sizes_by_domain",
    "score_test",
    "smallest_count_that_meets",
    "smallest_exact_count",
    "tabulate_verdict_chances",
    "verdict_chances",
]
