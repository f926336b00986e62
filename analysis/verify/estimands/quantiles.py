"""Quantiles with Woodruff's interval."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.quantiles import Quantile, quantiles
from analysis.verify.cases import Case
from analysis.verify.comparison import Accepted


def compute_quantiles(case: Case) -> list[dict[str, Any]]:
    """Estimate each quantile by the rule and the interval named."""
    table = case.table()
    estimand = case.estimand
    y = table.numbers(estimand["variable"])
    found = quantiles(
        case.declare(table),
        y,
        [expected["prob"] for expected in case.results],
        rule=estimand["qrule"],
        method=estimand["interval_type"],
        level=case.results[0].get("level") or estimand.get("level") or 0.95,
    )
    values = np.unique(y[~np.isnan(y)])
    return [
        _describe(one, values) | {"level": expected.get("level")}
        for one, expected in zip(found, case.results, strict=True)
    ]


def _describe(ours: Quantile, values: NDArray[np.float64]) -> dict[str, Any]:
    low, high = (Accepted(limit, others=_neighbours(limit, values)) for limit in (ours.low, ours.high))
    others = tuple(_neighbours(limit, values) or (limit,) for limit in (ours.low, ours.high))
    return {
        "prob": ours.probability,
        "estimate": ours.estimate,
        "ci": [low, high],
        "se": Accepted(ours.se, others=_neighbouring_errors(ours, others)),
    }


def _neighbours(limit: float, values: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the data values beside a limit: README accepts them, as F jumps there."""
    if np.isnan(limit):
        return ()
    place = int(np.searchsorted(values, limit))
    return tuple(values[max(place - 1, 0) : place + 2].tolist())


def _neighbouring_errors(ours: Quantile, others: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """Return the standard errors that go with the accepted limits."""
    if not ours.high > ours.low:
        return ()
    unit = ours.se / (ours.high - ours.low)
    lows, highs = (ours.low, *others[0]), (ours.high, *others[1])
    return tuple(unit * (high - low) for low in lows for high in highs)


ESTIMANDS = {"quantile": compute_quantiles}
