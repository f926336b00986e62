"""Indices: satisfaction, expectation, and scores on the frames of PAPI and PCI."""

from analysis.indices.answers import FIVE_LEVELS, AnswerScale, PooledColumns
from analysis.indices.expectation import (
    Priority,
    compare_with_expectation,
    mean_gap,
    read_expectation_met,
    set_priorities,
)
from analysis.indices.linear_scores import LinearScores
from analysis.indices.papi import PapiDimension, PapiIndicator, PapiSubDimension, score_papi
from analysis.indices.pci import PCI_WEIGHTS, SURVEY_SHARE, PciIndicator, PciSubIndex, find_bounds, score_pci
from analysis.indices.satisfaction import (
    all_satisfied,
    count_codes,
    count_satisfied,
    mean_score,
    rescale_to_100,
    rescale_to_highest,
    sum_scores,
)

__all__ = [
    "FIVE_LEVELS",
    "PCI_WEIGHTS",
    "SURVEY_SHARE",
    "AnswerScale",
    "LinearScores",
    "PapiDimension",
    "PapiIndicator",
    "PapiSubDimension",
    "PciIndicator",
    "PciSubIndex",
    "PooledColumns",
    "Priority",
    "all_satisfied",
    "compare_with_expectation",
    "count_codes",
    "count_satisfied",
    "find_bounds",
    "mean_gap",
    "mean_score",
    "read_expectation_met",
    "rescale_to_100",
    "rescale_to_highest",
    "score_papi",
    "score_pci",
    "set_priorities",
    "sum_scores",
]
