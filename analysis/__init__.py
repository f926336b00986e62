"""Survey statistics of Hài Lòng: declare a design once, estimate, publish, judge.

Pure functions on arrays, free of the web application:

- `analysis.design` declares the design; its methods return an `Estimate`;
- `analysis.policy` turns an `Estimate` into the interval to publish, `analysis.intervals` holds the others;
- `analysis.verdict` compares with a target;
- `analysis.sampling` allocates and draws communes.

docs/method.md and docs/phuong-phap.md explain what is computed and why.
"""

from analysis.design import SurveyDesign
from analysis.errors import DesignError, MeasureError
from analysis.estimate import Estimate
from analysis.intervals import Interval, interval
from analysis.policy import PublishedInterval, published_interval
from analysis.sampling import allocate, draw_smallest, permanent_random_number
from analysis.verdict import adjust, judge, one_sided_p, score_one_sided_p

__all__ = [
    "DesignError",
    "Estimate",
    "Interval",
    "MeasureError",
    "PublishedInterval",
    "SurveyDesign",
    "adjust",
    "allocate",
    "draw_smallest",
    "interval",
    "judge",
    "one_sided_p",
    "permanent_random_number",
    "published_interval",
    "score_one_sided_p",
]
