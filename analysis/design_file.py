"""A design written down: which columns of a file hold the stages, strata, weights and population sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.csv_table import CsvTable
from analysis.design import LonelyPsu, SurveyDesign
from analysis.errors import DesignError

KEYS = {"ids", "strata", "weights", "fpc", "nest", "lonely_psu", "adjust_domain_lonely", "probability"}


def declare_from(spec: dict[str, Any], table: CsvTable) -> SurveyDesign:
    """Declare the design that a mapping names the columns of.

    Parameters
    ----------
    spec : dict
        ``ids``: column of each stage, the first the PSU, at most three (a scalar stands for a list of one;
        none: each row is its own unit); ``strata``; ``weights`` (a column; without it all weigh 1); ``fpc``:
        columns with the population size of each stage (units in the stratum, in the PSU, ...); ``nest``: PSU
        codes start again in each stratum; ``lonely_psu``, ``adjust_domain_lonely``, ``probability`` as in
        `SurveyDesign.declare`.
    table : CsvTable
        n rows.

    Returns
    -------
    SurveyDesign

    Raises
    ------
    DesignError
        ``unknown_key``, ``too_many_stages``, and what `SurveyDesign.declare` and `CsvTable` raise.

    Examples
    --------
    >>> import numpy as np
    >>> table = CsvTable({"xa": np.array(["1", "1", "2"]), "w": np.array(["4", "4", "5"])})
    >>> len(declare_from({"ids": "xa", "weights": "w"}, table).psu)
    3
    """
    unknown = sorted(set(spec) - KEYS)
    if unknown:
        raise DesignError("unknown_key", f"the design has the key {unknown[0]!r}; use {', '.join(sorted(KEYS))}")
    ids, populations = _as_list(spec.get("ids")), _as_list(spec.get("fpc"))
    if len(ids) > 3 or len(populations) > 3:
        raise DesignError("too_many_stages", "a design has at most three stages; leave the others out")
    strata = table.labels(spec["strata"]) if spec.get("strata") else None
    units = [table.labels(name) for name in ids]
    if units and spec.get("nest") and strata is not None:
        units[0] = np.char.add(np.char.add(strata, "\x1f"), units[0])
    sizes = [table.numbers(name) for name in populations]
    lonely: LonelyPsu = spec.get("lonely_psu") or "adjust"
    return SurveyDesign.declare_stages(
        units=units,
        populations=sizes,
        strata=strata,
        weights=table.numbers(spec["weights"]) if spec.get("weights") else np.ones(len(table)),
        lonely_psu=lonely,
        adjust_domain_lonely=bool(spec.get("adjust_domain_lonely", False)),
        probability=bool(spec.get("probability", True)),
    )


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list) else [value]
