"""Simulated responses: 22 items of five answers, 44 communes in 15 districts, sex, age and channel; one fixed seed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.cube import Batch, CubeMeasure, CubePlan, PsuFrame

ITEMS, COMMUNES, DISTRICTS = 22, 44, 15
LEVELS = [1, 2, 3, 4, 5]
NAMES = [f"q{number:02}" for number in range(1, ITEMS + 1)]
KEYS = {
    "sex": ["F", "M"],
    "age": ["18-29", "30-44", "45-59", "60+"],
    "channel": ["kiosk", "web", "paper"],
}
PLAN = CubePlan.of(dict.fromkeys(NAMES, LEVELS), KEYS, [tuple(KEYS)])
MEASURES = [CubeMeasure.rate(name, [4, 5], LEVELS) for name in NAMES]
BREAKDOWNS: list[tuple[str, ...]] = [(), ("district",), ("sex",), ("age",), ("channel",)]
LABELS = [f"c{number:02}" for number in range(COMMUNES)]
PORTION = 1_000_000


def declare_frame() -> PsuFrame:
    district = np.arange(COMMUNES) % DISTRICTS
    return PsuFrame.declare(
        psu=LABELS,
        strata=district,
        psu_population=np.bincount(district)[district] * 3,
        weights=3 + district / 10,
        places={"district": [f"d{number:02}" for number in district]},
    )


@dataclass(frozen=True)
class Responses:
    """n responses as codes, and a weight of each."""

    psu: NDArray[np.int8]
    answers: dict[str, NDArray[np.int8]]
    keys: dict[str, NDArray[np.int8]]
    weights: NDArray[np.float64]

    @classmethod
    def simulate(cls, n: int, seed: int = 1) -> Responses:
        g = np.random.default_rng(seed)

        def draw(places: int) -> NDArray[np.int8]:
            return g.integers(0, places, n, dtype=np.int8)

        return cls(
            psu=draw(COMMUNES),
            answers={name: draw(1 + len(LEVELS)) for name in NAMES},
            keys={key: draw(1 + len(levels)) for key, levels in KEYS.items()},
            weights=g.uniform(0.5, 9, n),
        )

    def batch(self, rows: slice = slice(None), *, weighted: bool = True) -> Batch:
        return Batch(
            self.psu[rows],
            {name: codes[rows] for name, codes in self.answers.items()},
            {key: codes[rows] for key, codes in self.keys.items()},
            weights=self.weights[rows] if weighted else None,
        )

    def table(self) -> pa.Table:
        """Answers as small numbers, labels as dictionaries."""

        def label(codes: NDArray[np.int8], labels: list[str]) -> Any:
            return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(labels))

        columns = {"psu": label(self.psu, LABELS), "weight": pa.array(self.weights)}
        columns |= {key: label(codes - 1, KEYS[key]) for key, codes in self.keys.items()}
        return pa.table(columns | {name: pa.array(codes, mask=codes == 0) for name, codes in self.answers.items()})


def write_responses(path: Path, n: int) -> None:
    """Write n responses to a Parquet file, one portion after the other."""
    with pq.ParquetWriter(path, Responses.simulate(1).table().schema) as file:
        for number, start in enumerate(range(0, n, PORTION)):
            file.write_table(Responses.simulate(min(PORTION, n - start), seed=1 + number).table())
