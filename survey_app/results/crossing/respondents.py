"""What each respondent adds to a rate: satisfied answers and answers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey_app.results.crossing.coded import CodedResponses
from survey_app.results.crossing.measures import Shown

Floats = NDArray[np.float64]


def satisfied_of(coded: CodedResponses, one: Shown) -> tuple[Floats, Floats] | None:
    """Satisfied answers and answers of each respondent; None of a measure that is no rate of counted answers."""
    counted = one.measure.counted
    if counted is None or one.measure.unit != "share":
        return None
    if counted.values is None:
        return coded.pool(counted.name)
    codes, levels = coded.answers(one.measure.items[0], one.option)
    values: dict[Any, float] = dict(counted.values)
    given = np.array([0.0, *(float(level in values) for level in levels)])
    agreed = np.array([0.0, *(values.get(level, 0.0) for level in levels)])
    return agreed[codes], given[codes]
