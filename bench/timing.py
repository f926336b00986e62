"""The time a function takes, and a line that says whether a target was met."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def median_seconds(function: Callable[[], object], times: int = 5) -> float:
    """The median of some runs."""
    taken = []
    for _number in range(times):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def report(what: str, figure: str, target: str = "", *, met: bool | None = None) -> None:
    """Print one line of figures with its target."""
    verdict = "" if met is None else f"   {'met' if met else 'NOT MET'}: {target}"
    print(f"  {what:<58} {figure:>29}{verdict}", flush=True)
