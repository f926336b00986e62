"""A survey's responses reduced to counts by commune, question and answer; every figure is computed from those.

The counts of the responses seen so far stay in memory; responses that came since are added to them. What is lost with
the process is counted again from the extract.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy.orm import Session

from analysis.cube import Batch, CubePlan, PsuCube, PsuFrame, encode
from survey_app.collection.models import CHANNELS
from survey_app.instruments.scales import missing_values
from survey_app.instruments.schema import Instrument, Item, MultipleItem, RankingItem, SingleItem
from survey_app.results.design import SampleDesign, read_design
from survey_app.results.extract import Counted, Extract, asked_column
from survey_app.results.pools import pool_counts, pool_names
from survey_app.results.weighting.run import Weighting, by_unit, weigh_responses
from survey_app.sampling.frame import district_of
from survey_app.surveys.models import Survey

NOT_ASKED = -1
"""The answer of somebody whose path did not lead past the question."""

KEPT_CUBES = 8


@dataclass(frozen=True, eq=False)
class SurveyCube:
    """The counts of a survey's responses, what they are counts of, and how they are weighted."""

    survey: Survey
    instrument: Instrument
    design: SampleDesign
    cube: PsuCube
    weighting: Weighting
    fingerprint: str

    @property
    def size(self) -> int:
        """How many responses there are."""
        return int(self.cube.rows.sum())


_kept: dict[str, tuple[Counted, PsuCube]] = {}
_weighted: dict[str, tuple[PsuCube | None, Weighting]] = {}
_lock = threading.Lock()


def count_responses(session: Session, survey: Survey, instrument: Instrument, extract: Extract) -> SurveyCube:
    """The counts of the responses of an extract, with the weights they have now.

    Where all responses of a primary unit weigh the same, they are counted once and weighted afterwards; else they are
    counted anew with a weight each, and so again when others come.
    """
    design = read_design(session, survey)
    key = f"{extract.folder}:{design.draw}"
    version = f"{key}:{extract.fingerprint}:{extract.frame}"
    with _lock:
        counted, weighting = _weighted.pop(version, (None, None))
        if weighting is None:
            weighting = weigh_responses(session, survey, design, instrument, extract.table)
        by_psu = by_unit(design, weighting.of_place, weighting.sample.groups.answered)
        if by_psu is not None:
            cube = copy.copy(_count_new(instrument, design, extract, key))  # what was handed out keeps its weights
            cube.frame = cube.frame.with_weights(by_psu)
        elif counted is None:
            cube = counted = _count_weighted(instrument, design, extract, weighting)
        else:
            cube = counted
        _weighted[version] = counted, weighting
        while len(_weighted) > KEPT_CUBES:
            _weighted.pop(next(iter(_weighted)))
    return SurveyCube(survey, instrument, design, cube, weighting, extract.fingerprint)


def _count_new(instrument: Instrument, design: SampleDesign, extract: Extract, key: str) -> PsuCube:
    """The kept counts, with the responses that came since added."""
    counted, cube = _kept.pop(key, (None, None))
    if counted is None or cube is None or counted.digest != extract.counted.digest:
        fresh = None if counted is None else extract.counted.beyond(counted)
        if fresh is None or cube is None:
            cube = PsuCube(declare_frame(design), plan_counts(instrument, design))
            cube.add(read_batch(instrument, design, cube, extract.table))
        else:
            cube.add(read_batch(instrument, design, cube, extract.table.filter(pa.array(fresh))))
    cube.frame = declare_frame(design, cube.rows)
    _kept[key] = extract.counted, cube
    while len(_kept) > KEPT_CUBES:
        _kept.pop(next(iter(_kept)))
    return cube


def _count_weighted(instrument: Instrument, design: SampleDesign, extract: Extract, weighting: Weighting) -> PsuCube:
    cube = PsuCube(declare_frame(design), plan_counts(instrument, design))
    cube.give_row_weights()
    batch = read_batch(instrument, design, cube, extract.table)
    cube.add(replace(batch, weights=weighting.of_row))
    cube.frame = declare_frame(design, cube.rows)
    return cube


def declare_frame(design: SampleDesign, rows: Any = None) -> PsuFrame:
    """The primary units of the design, as decision 0019 says.

    Parameters
    ----------
    rows : ndarray, optional
        Responses of each: a list counts at least as many people as answered.
    """
    psus = list(design.members)
    firsts = [design.first(psu) for psu in psus]
    districts = [district_of(place.unit) for place in firsts]
    lists = np.array(list(design.list_sizes.values()), dtype=np.float64)
    return PsuFrame.declare(
        psu=psus,
        strata=[place.stratum for place in firsts],
        psu_population=[place.population for place in firsts],
        element_population=lists if rows is None else np.maximum(lists, rows),
        places={"district": [district.code if district else "" for district in districts]}
        | ({} if design.clustered else {"commune": psus}),
        lonely_psu="adjust",
        df_rule="satterthwaite",
        probability=design.probability,
    )


def plan_counts(instrument: Instrument, design: SampleDesign) -> CubePlan:
    """What to count of an instrument: scale and choice questions and the first in every ranking.

    Counted by channel and by every single-choice question; by commune too where these are not the primary units.
    """
    items: dict[str, list[Any]] = {}
    keys: dict[str, list[str]] = {"channel": list(CHANNELS)}
    if design.clustered:
        keys["commune"] = list(design.places)
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


def read_batch(instrument: Instrument, design: SampleDesign, cube: PsuCube, table: pa.Table) -> Batch:
    """The responses of a table as codes."""
    number = {psu: place for place, psu in enumerate(cube.frame.names)}
    place = {code: number[one.psu] for code, one in design.places.items()}
    answers: dict[str, Any] = {}
    keys = {"channel": _encode_words(table, "channel", cube.plan.keys["channel"])}
    for item in instrument.items():
        if item.type == "scale":
            answers[item.key] = _mark_unasked(table, item, _encode_scale(table, item, cube), cube)
        elif item.type == "single":
            keys[item.key] = _encode_words(table, item.key, cube.plan.keys[item.key])
            answers[item.key] = _mark_unasked(table, item, keys[item.key].copy(), cube)
        elif item.type == "multiple":
            for value, codes in _encode_options(table, item):
                name = option_item(item.key, value)
                answers[name] = _mark_unasked(table, item, codes, cube, name)
        elif item.type == "ranking":
            first = [cell[0] if cell else None for cell in table.column(item.key).to_pylist()]
            answers[item.key] = _mark_unasked(table, item, encode(first, cube.plan.items[item.key], item.key), cube)
    if design.clustered:
        keys["commune"] = _encode_words(table, "commune", cube.plan.keys["commune"])
    communes = table.column("commune").combine_chunks().dictionary_encode()
    psus = np.array([place[code] for code in communes.dictionary.to_pylist()], dtype=np.intp)
    return Batch(psus[communes.indices.to_numpy()], answers, keys, pool_counts(instrument, table))


def _column(table: pa.Table, name: str) -> Any:
    return table.column(name).to_numpy(zero_copy_only=False)


def _encode_words(table: pa.Table, name: str, levels: Sequence[Any]) -> Any:
    """As `encode`, each different word once."""
    column = table.column(name).combine_chunks().dictionary_encode()
    codes = np.append(encode(column.dictionary.to_pylist(), levels, name), np.int16(0)).astype(np.int16)
    return codes[column.indices.fill_null(-1).to_numpy()]


def _encode_options(table: pa.Table, item: MultipleItem) -> Iterator[tuple[Any, Any]]:
    """For each option in the base: 2 where it was chosen, 1 where it was not, 0 where nothing in the base was said."""
    column = table.column(item.key).combine_chunks()
    rows = pc.list_parent_indices(column).to_numpy()
    words = pc.list_flatten(column).dictionary_encode()
    chosen = words.indices.to_numpy()
    place = {word: number for number, word in enumerate(words.dictionary.to_pylist())}
    said = column.is_valid().to_numpy(zero_copy_only=False).copy()
    for value in missing_values(item.options):
        said[rows[chosen == place.get(str(value), -1)]] = False
    for value in option_values(item):
        codes = said.astype(np.int16)
        codes[rows[chosen == place.get(str(value), -1)]] += 1
        codes[~said] = 0
        yield value, codes


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
