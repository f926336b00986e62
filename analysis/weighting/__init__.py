"""Weighting: from base weights over non-response to known totals, trimming, and what it costs.

- `base`, `nonresponse`: one over the chance of being invited, times a factor for those who did not answer;
- `poststratification`, `raking`, `calibration`: weights that meet population totals, with the design that follows;
- `trimming`, `kish`: the largest weights cut off; the design effect of unequal weights;
- `replicates`: jackknife and bootstrap, a check on linearization;
- `steps`: all of these as a chain of data that can be shown and undone.
"""

from analysis.weighting.base import inverse_probability_weights, two_stage_weights
from analysis.weighting.calibrated import CalibratedDesign, CalibratedWeights, CalibrationReport, MarginReached
from analysis.weighting.calibration import calibrate, calibrate_weights
from analysis.weighting.kish import WeightSummary, effective_sample_size, kish_deff, summarize_weights
from analysis.weighting.nonresponse import ResponseAdjustment, ResponseClass, adjust_for_nonresponse
from analysis.weighting.poststratification import poststratify, poststratify_weights
from analysis.weighting.raking import rake, rake_weights
from analysis.weighting.replicates import (
    ReplicateEstimate,
    ReplicateWeights,
    bootstrap,
    estimate_by_replicates,
    jackknife,
)
from analysis.weighting.steps import StepResult, WeightingChain, WeightingStep, run_steps
from analysis.weighting.trimming import TrimmedDesign, TrimmedWeights, trim_and_rake, trim_weights

__all__ = [
    "CalibratedDesign",
    "CalibratedWeights",
    "CalibrationReport",
    "MarginReached",
    "ReplicateEstimate",
    "ReplicateWeights",
    "ResponseAdjustment",
    "ResponseClass",
    "StepResult",
    "TrimmedDesign",
    "TrimmedWeights",
    "WeightSummary",
    "WeightingChain",
    "WeightingStep",
    "adjust_for_nonresponse",
    "bootstrap",
    "calibrate",
    "calibrate_weights",
    "effective_sample_size",
    "estimate_by_replicates",
    "inverse_probability_weights",
    "jackknife",
    "kish_deff",
    "poststratify",
    "poststratify_weights",
    "rake",
    "rake_weights",
    "run_steps",
    "summarize_weights",
    "trim_and_rake",
    "trim_weights",
    "two_stage_weights",
]
