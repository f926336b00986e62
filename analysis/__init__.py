"""Survey statistics of Hài Lòng: declare a design once, estimate, publish, judge.

Pure functions on arrays, free of the web application.

Estimation: `design` declares a sample of up to three stages, its methods return an `Estimate`; `joint` estimates
groups, items and answers with their covariance, and compares them; `quantiles`; `cube` reduces responses once to
counts by primary sampling unit and computes every table from those.

What is published: `policy` turns an `Estimate` into the interval to publish, `intervals` holds the others, `verdict`
compares with a target, `published` puts them together, `table_plan` makes whole tables from a file.

Planning and drawing: `planning` (sample sizes, power), `sampling` (allocation, inclusion probabilities, draws).

Weights: `weighting` (base, non-response, post-stratification, raking, calibration, trimming, replicates).

Explaining: `models` (tests, regressions, drivers, quadrants), `reliability` (of an instrument), `indices` (SIPAS, PAPI,
PCI), `quality` (of the responses).

`python -m analysis` runs the commands; `verify` compares with reference results of other programs.

docs/method.md and docs/phuong-phap.md explain what is computed and why.
"""

from analysis.design import SurveyDesign
from analysis.errors import DesignError, MeasureError, TableError
from analysis.estimate import Estimate
from analysis.intervals import Interval, interval
from analysis.joint import Contrast, JointEstimate, by_group, by_item, distribution
from analysis.policy import PublishedInterval, published_interval
from analysis.published import PublishedFigure, judge_list, publish
from analysis.quantiles import Quantile, quantiles
from analysis.sampling import allocate, draw_smallest, permanent_random_number
from analysis.verdict import adjust, judge, one_sided_p, score_one_sided_p

__all__ = [
    "Contrast",
    "DesignError",
    "Estimate",
    "Interval",
    "JointEstimate",
    "MeasureError",
    "PublishedFigure",
    "PublishedInterval",
    "Quantile",
    "SurveyDesign",
    "TableError",
    "adjust",
    "allocate",
    "by_group",
    "by_item",
    "distribution",
    "draw_smallest",
    "interval",
    "judge",
    "judge_list",
    "one_sided_p",
    "permanent_random_number",
    "publish",
    "published_interval",
    "quantiles",
    "score_one_sided_p",
]
