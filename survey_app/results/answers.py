"""How often each answer was given: bases, and the shares of satisfied, neutral and dissatisfied answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.cube import tally
from survey_app.instruments.schema import ScaleItem
from survey_app.results.cube import NOT_ASKED, SurveyCube
from survey_app.results.measures import Measure

SIDES = ("satisfied", "neutral", "dissatisfied")


@dataclass(frozen=True)
class Answers:
    """The answers behind one figure: how many were asked for, and the weighted share of each side."""

    asked: int
    shares: dict[str, float] | None


def count_answers(counts: SurveyCube, measures: list[Measure], by: Sequence[str]) -> list[list[Answers]]:
    """The answers behind every figure of a table, ``[measure][domain]``."""
    items = {key: _count_item(counts, key, by) for key in dict.fromkeys(k for m in measures for k in m.items)}
    return [[_share(rows) for rows in zip(*(items[key] for key in m.items), strict=True)] for m in measures]


def _count_item(counts: SurveyCube, key: str, by: Sequence[str]) -> list[Any]:
    """Of each domain: answers asked for, and the weight of those on each side."""
    item = counts.instrument.item(key)
    assert isinstance(item, ScaleItem)
    levels = counts.cube.plan.items[key]
    satisfied, dissatisfied = (np.isin(levels, side) for side in counts.instrument.sides_of(item))
    valid = np.isin(levels, counts.instrument.scale_of(item).values)
    neutral = valid & ~satisfied & ~dissatisfied
    table = tally(counts.cube, [key], by)[:, 0]  # (D, 1 + levels, 2)
    asked = table[:, :, 0].sum(axis=1) - table[:, 1 + levels.index(NOT_ASKED), 0]
    weights = table[:, 1:, 1] @ np.column_stack([satisfied, neutral, dissatisfied]).astype(float)
    return [(asked[number], weights[number]) for number in range(len(table))]


def _share(rows: Sequence[Any]) -> Answers:
    asked = round(float(sum(row[0] for row in rows)))
    weights = np.sum([row[1] for row in rows], axis=0)
    total = float(weights.sum())
    return Answers(asked, {side: float(w) / total for side, w in zip(SIDES, weights, strict=True)} if total else None)
