"""Responses as they lie in files and databases, and the figures that the rows themselves give."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pyarrow as pa

from analysis import Estimate, SurveyDesign
from analysis.cube import CubeMeasure, CubePlan, PsuCube, PsuFrame, estimate_table

COMMUNES = [f"xã {number}" for number in range(9)]
STRATA = [number % 3 for number in range(9)]
SCALE = [1, 2, 3, 4, 5]
PLAN = CubePlan.of(
    {"q1": SCALE, "q2": SCALE, "helped": ["có", "không"]},
    {"sex": ["F", "M"], "age": [1, 2, 3]},
    [("sex", "age"), ("sex",)],
    pooled=["index"],
)
POOLED = {"index": [CubeMeasure.rate("q1", [4, 5], SCALE), CubeMeasure.rate("q2", [5], [1, 2, 4, 5])]}
MEASURES = [
    CubeMeasure.rate("q1", [4, 5], SCALE),
    CubeMeasure.mean("q2", {level: float(level) for level in SCALE}),
    CubeMeasure.rate("helped", ["có"], ["có", "không"]),
    CubeMeasure("index"),
]


def make_responses(n: int = 400, seed: int = 7) -> pa.Table:
    """One row a response; some answers, sexes and ages are missing."""
    g = np.random.default_rng(seed)

    def some(values: list[Any], share: float = 0.1) -> list[Any]:
        drawn = g.integers(0, len(values), n)
        return [None if gone else values[place] for gone, place in zip(g.random(n) < share, drawn, strict=True)]

    return pa.table(
        {
            "response": pa.array(range(n), pa.int64()),
            "commune": pa.array(some(COMMUNES, 0), pa.string()),
            "w": pa.array(g.uniform(0.5, 9, n), pa.float64()),
            "gioi_tinh": pa.array(some(["F", "M", ""]), pa.string()),
            "age": pa.array(some([1, 2, 3]), pa.int16()),
            "q1": pa.array(some(SCALE), pa.int8()),
            "q2": pa.array(some(SCALE), pa.int64()),
            "helped": pa.array(some(["có", "không"], 0.3), pa.string()),
        }
    )


NAMES: dict[str, Any] = {"psu": "commune", "columns": {"sex": "gioi_tinh"}, "pooled": POOLED}
"""How the table's columns are called, as the readers take it."""


def declare_frame() -> PsuFrame:
    """Nine communes in three strata, with the weights that count where responses have none."""
    return PsuFrame.declare(
        psu=COMMUNES,
        strata=STRATA,
        psu_population=[20] * 9,
        weights=np.linspace(1, 3, 9),
        places={"district": [f"d{stratum}" for stratum in STRATA]},
    )


def worst_difference(cube: PsuCube, table: pa.Table, *, weighted: bool) -> float:
    """The largest relative difference of any figure of the cube from what `SurveyDesign` computes from the rows."""
    rows = {name: table.column(name).to_pylist() for name in table.column_names}
    psu = np.array([COMMUNES.index(label) for label in rows["commune"]])
    design = SurveyDesign.declare(
        psu=psu,
        strata=np.array(STRATA)[psu],
        weights=rows["w"] if weighted else cube.frame.weight[psu],
        psu_population=np.full(len(psu), 20),
    )
    q1, q2 = (np.array([math.nan if value is None else value for value in rows[name]]) for name in ("q1", "q2"))
    helped = np.array([{"có": 1.0, "không": 0.0}.get(value, math.nan) for value in rows["helped"]])
    pooled_q2 = np.isfinite(q2) & (q2 != 3)
    answered = np.isfinite(q1).astype(float) + pooled_q2
    agreed = (q1 >= 4).astype(float) + (pooled_q2 & (q2 == 5))
    worst = 0.0
    for by in ((), ("district",), ("sex",), ("sex", "age"), ("district", "sex")):
        found = estimate_table(cube, MEASURES, by)
        for domain, estimates in zip(found.domains, found.estimates, strict=True):
            inside = np.ones(len(psu), dtype=bool)
            for name, level in zip(by, domain, strict=True):
                if name == "district":
                    inside &= np.array([f"d{STRATA[place]}" == level for place in psu])
                else:
                    column = rows["gioi_tinh" if name == "sex" else name]
                    inside &= np.array([str(value) == level for value in column])
            expected = [
                design.proportion(np.where(np.isnan(q1), np.nan, q1 >= 4), inside),
                design.mean(q2, inside),
                design.proportion(helped, inside),
                design.ratio(agreed, answered, inside),
            ]
            worst = max(worst, *map(_difference, estimates, expected))
    return worst


def _difference(left: Estimate, right: Estimate) -> float:
    pairs = zip(dataclasses.astuple(left), dataclasses.astuple(right), strict=True)
    return max((abs(a - b) / max(abs(b), 1e-300) for a, b in pairs if a != b and not (a != a and b != b)), default=0.0)
