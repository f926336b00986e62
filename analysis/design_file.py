"""A design written down: which columns of a file hold the stages, strata, weights and population sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.csv_table import CsvTable
from analysis.design import DfRule, LonelyPsu, SurveyDesign
from analysis.errors import DesignError

KEYS = {"ids", "strata", "weights", "fpc", "nest", "lonely_psu", "adjust_domain_lonely", "probability", "df_rule"}


def declare_from(spec: dict[str, Any], table: CsvTable) -> SurveyDesign:
    """Declare the design that a mapping names the columns of.

    Parameters
    ----------
    spec : dict
        ``ids``: column of each stage, the first the PSU, at most three (a scalar stands for a list of one;
        none: each row is its own unit); ``strata``; ``weights``: a column (without it the fractions that ``fpc``
        tells give them, and without those all weigh 1); ``fpc``: columns with the population size of each stage
        (units in the stratum, in the PSU, ...); ``nest``: PSU codes start again in each stratum; ``lonely_psu``,
        ``adjust_domain_lonely``, ``probability``, ``df_rule`` as in `SurveyDesign.declare`.
    table : CsvTable
        n rows.

    Returns
    -------
    SurveyDesign

    Raises
    ------
    DesignError
        ``unknown_key``, ``too_many_stages``, ``too_many_populations``, ``bad_setting``, and what
        `SurveyDesign.declare` and `CsvTable` raise.

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
    if len(populations) > max(len(ids), 1):
        raise DesignError("too_many_populations", "fpc names more stages than ids; give one column a stage")
    for key in ("strata", "weights"):
        if spec.get(key) is not None and not isinstance(spec[key], str):
            raise DesignError("bad_setting", f"{key} is {spec[key]!r}; write the name of one column")
    if any(not isinstance(name, str) for name in (*ids, *populations)):
        raise DesignError("bad_setting", "ids and fpc hold names of columns")
    strata = table.labels(spec["strata"]) if spec.get("strata") else None
    units = [table.labels(name) for name in ids]
    if units and _read_truth(spec, "nest", False) and strata is not None:
        units[0] = np.char.add(np.char.add(strata, "\x1f"), units[0])
    sizes = [table.numbers(name) for name in populations]
    lonely: LonelyPsu = spec.get("lonely_psu") or "adjust"
    degrees: DfRule = spec.get("df_rule") or "counted"
    weights = table.numbers(spec["weights"]) if spec.get("weights") else None
    design = SurveyDesign.declare_stages(
        units=units,
        populations=sizes,
        strata=strata,
        weights=np.ones(len(table)) if weights is None else weights,
        lonely_psu=lonely,
        adjust_domain_lonely=_read_truth(spec, "adjust_domain_lonely", False),
        probability=_read_truth(spec, "probability", True),
        df_rule=degrees,
    )
    return design if weights is not None or not sizes else design.with_weights(_invert_fractions(design))


def _invert_fractions(design: SurveyDesign) -> NDArray[np.float64]:
    """Return the weights that the sampling fractions of the stages tell, shape (n,)."""
    weights = np.ones(len(design))
    for stage, units in zip(design.stages, design.unit_of_row, strict=True):
        fraction = stage.fraction[stage.group_of_unit][units]
        weights /= np.where(fraction > 0, fraction, 1.0)
    return weights


def _read_truth(spec: dict[str, Any], key: str, default: bool) -> bool:
    value = spec.get(key)
    if value is not None and not isinstance(value, bool):
        raise DesignError("bad_setting", f"{key} is {value!r}; write true or false")
    return default if value is None else value


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list) else [value]
