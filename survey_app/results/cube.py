"""A survey's responses reduced to counts by commune, question and answer; every figure is computed from those.

The counts of the responses seen so far stay in memory; responses that came since are added to them. What is lost with
the process is counted again from the extract.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy.orm import Session

from analysis.cube import Batch, CubePlan, PsuCube, PsuFrame, encode
from survey_app.collection.models import CHANNELS
from survey_app.instruments.scales import missing_values
from survey_app.instruments.schema import Instrument, Item, MultipleItem, RankingItem, SingleItem
from survey_app.results.extract import Extract, asked_column
from survey_app.results.pools import pool_counts, pool_names
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey

NOT_ASKED = -1
"""The answer of somebody whose path did not lead past the question."""

KEPT_CUBES = 8


@dataclass(frozen=True, eq=False)
class SurveyCube:
    """The counts of a survey's responses, and what they are counts of."""

    survey: Survey
    instrument: Instrument
    units: dict[str, FrameUnit]
    cube: PsuCube
    fingerprint: str

    @property
    def size(self) -> int:
        """How many responses there are."""
        return int(self.cube.rows.sum())


_kept: dict[str, tuple[frozenset[str], PsuCube]] = {}
_lock = threading.Lock()


def count_responses(session: Session, survey: Survey, instrument: Instrument, extract: Extract) -> SurveyCube:
    """The counts of the responses of an extract, with the weights they have now.

    Communes are the primary units, drawn without replacement from N_h of their stratum; an answer weighs N_h over the
    communes of the stratum that have answers (decision 0006).
    """
    units = {entry.unit.code: entry for entry in drawn_units(session, survey)}
    draw = next(iter(units.values())).draw_id if units else 0
    ids = extract.table.column("response_id").to_pylist()
    with _lock:
        key = f"{extract.folder}:{draw}"
        counted, cube = _kept.pop(key, (frozenset[str](), None))
        if cube is None or not counted <= frozenset(ids):
            counted, cube = frozenset(), PsuCube(declare_frame(units), plan_counts(instrument))
        if len(counted) < len(ids):
            fresh = np.array([one not in counted for one in ids], dtype=bool)
            cube.add(read_batch(instrument, cube, extract.table.filter(pa.array(fresh))))
        _kept[key] = frozenset(ids), cube
        while len(_kept) > KEPT_CUBES:
            _kept.pop(next(iter(_kept)))
        cube.frame = cube.frame.with_weights(weigh_answers(cube, list(units.values())))
    return SurveyCube(survey, instrument, units, cube, extract.fingerprint)


def declare_frame(units: dict[str, FrameUnit]) -> PsuFrame:
    """The drawn communes as the primary units of the design; the second stage counts as drawn with replacement."""
    entries = list(units.values())
    return PsuFrame.declare(
        psu=list(units),
        strata=[entry.stratum for entry in entries],
        psu_population=[entry.stratum_size for entry in entries],
        places={
            "district": [district.code if (district := district_of(entry)) else "" for entry in entries],
            "commune": list(units),
        },
        lonely_psu="adjust",
    )


def weigh_answers(cube: PsuCube, entries: list[FrameUnit]) -> list[float]:
    """The weight of an answer of each commune: communes of the stratum over those of them with answers."""
    answering = np.bincount(cube.frame.stratum, weights=cube.rows > 0, minlength=cube.frame.strata)
    return [
        entry.stratum_size / (answering[stratum] or entry.stratum_drawn or 1)
        for entry, stratum in zip(entries, cube.frame.stratum, strict=True)
    ]


def district_of(entry: FrameUnit) -> Any:
    """The district of a commune, None in provinces without."""
    parent = entry.unit.parent
    return parent if parent is not None and parent.level == "district" else None


def plan_counts(instrument: Instrument) -> CubePlan:
    """What to count of an instrument: scale and choice questions and the first in every ranking.

    Counted by channel and by every single-choice question.
    """
    items: dict[str, list[Any]] = {}
    keys: dict[str, list[str]] = {"channel": list(CHANNELS)}
    for item in instrument.items():
        if item.type == "scale":
            items[item.key] = [*scale_values(instrument, item), NOT_ASKED]
        elif item.type == "single":
            keys[item.key] = [str(option.value) for option in item.options]
            items[item.key] = [*keys[item.key], str(NOT_ASKED)]
        elif item.type == "multiple":
            items |= {option_item(item.key, value): [0, 1, NOT_ASKED] for value in option_values(item)}
        elif item.type == "ranking":
            items[item.key] = [*(str(value) for value in option_values(item)), str(NOT_ASKED)]
    return CubePlan.of(items, keys, pooled=pool_names(instrument))


def option_item(key: str, value: Any) -> str:
    """The name under which one option of a multiple-choice question is counted."""
    return f"{key}={value}"


def option_values(item: SingleItem | MultipleItem | RankingItem) -> list[Any]:
    """The options of a choice question or of a ranking that are in its base."""
    outside = () if isinstance(item, RankingItem) else missing_values(item.options)
    return [option.value for option in item.options if option.value not in outside]


def scale_values(instrument: Instrument, item: Any) -> list[int]:
    """The codes of a scale question, those that are outside the base last."""
    return [point.value for point in instrument.scales[item.scale].answers]


def read_batch(instrument: Instrument, cube: PsuCube, table: pa.Table) -> Batch:
    """The responses of a table as codes."""
    place = {name: number for number, name in enumerate(cube.frame.names)}
    answers: dict[str, Any] = {}
    keys = {"channel": encode(_column(table, "channel"), cube.plan.keys["channel"], "channel")}
    for item in instrument.items():
        if item.type == "scale":
            answers[item.key] = _mark_unasked(table, item, _encode_scale(table, item, cube), cube)
        elif item.type == "single":
            keys[item.key] = encode(_column(table, item.key), cube.plan.keys[item.key], item.key)
            answers[item.key] = _mark_unasked(table, item, keys[item.key].copy(), cube)
        elif item.type == "multiple":
            outside = {str(value) for value in missing_values(item.options)}
            cells = [None if cell is None else set(cell) for cell in table.column(item.key).to_pylist()]
            chosen = [None if cell is None or cell & outside else cell for cell in cells]
            for value in option_values(item):
                codes = [0 if some is None else 2 if str(value) in some else 1 for some in chosen]
                name = option_item(item.key, value)
                answers[name] = _mark_unasked(table, item, np.array(codes, dtype=np.int16), cube, name)
        elif item.type == "ranking":
            first = [cell[0] if cell else None for cell in table.column(item.key).to_pylist()]
            answers[item.key] = _mark_unasked(table, item, encode(first, cube.plan.items[item.key], item.key), cube)
    communes = [place[code] for code in table.column("commune").to_pylist()]
    return Batch(np.array(communes, dtype=np.intp), answers, keys, pool_counts(instrument, table))


def _column(table: pa.Table, name: str) -> Any:
    return table.column(name).to_numpy(zero_copy_only=False)


def _encode_scale(table: pa.Table, item: Item, cube: PsuCube) -> Any:
    values = _column(table, item.key).astype(np.float64)
    levels = cube.plan.items[item.key]
    return encode(np.where(np.isin(values, levels[:-1]), values, np.nan), levels, item.key)


def _mark_unasked(table: pa.Table, item: Any, codes: Any, cube: PsuCube, name: str = "") -> Any:
    """Give the last answer, „not asked”, to those whose path did not lead past the question."""
    if item.show_if is not None:
        asked = _column(table, asked_column(item.key)).astype(bool)
        codes[~asked] = len(cube.plan.items[name or item.key])
    return codes
