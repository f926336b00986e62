"""How each type of estimand is computed: a function from a case to results in the shape of the case's own.

A function takes a `Case` and returns one dict for each dict of ``case.results``, holding every key that is there:
figures computed from the case's data, and labels copied from it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from analysis.verify.cases import Case

_MODULES = ("rates", "joint", "quantiles", "models", "weighting", "sampling", "planning", "reliability")

ESTIMANDS: dict[str, Callable[[Case], list[dict[str, Any]]]] = {
    kind: compute for module in _MODULES for kind, compute in import_module(f"{__name__}.{module}").ESTIMANDS.items()
}
"""Estimand type → function."""
