"""The responses of an extract as small numbers, so that any table of them is counted in one pass."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from analysis.verdict import Operator
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.scales import missing_values
from survey_app.instruments.schema import MultipleItem, ScaleItem, SingleItem
from survey_app.results.composites import Responses
from survey_app.results.crossing.facets import Facet, list_facets
from survey_app.results.cube import SurveyCube, count_responses
from survey_app.results.extract import Extract, asked_column, read_extract
from survey_app.results.pools import pool_counts
from survey_app.surveys.models import Survey

KEPT, KEPT_RESULTS = 4, 32
Codes = NDArray[np.int16]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Rule:
    """How figures of a survey are judged: confidence level, target, „at least” or „more than”."""

    level: float
    target: float
    operator: Operator


@dataclass(eq=False)
class CodedResponses:
    """The responses of a survey, their columns turned into codes when they are first asked for.

    It outlives the request it was made in, so nothing here may be asked of the database again.

    Attributes
    ----------
    extract : Extract
    counts : SurveyCube
    table : Table
        The answers the codes are made of.
    facets : dict of str to Facet
    rule : Rule
    unit : ndarray of int, shape (n,)
        The place of each response's unit among the drawn places.
    psu : ndarray of int, shape (n,)
        The place of its primary unit in the frame.
    """

    extract: Extract
    counts: SurveyCube
    table: pa.Table
    facets: dict[str, Facet]
    rule: Rule
    unit: NDArray[np.intp] = field(init=False)
    psu: NDArray[np.intp] = field(init=False)
    _codes: dict[str, Codes] = field(init=False, default_factory=dict)
    _pools: dict[str, tuple[Any, Any]] | None = field(init=False, default=None)
    _results: dict[tuple[str, str], Any] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        places = list(self.counts.design.places)
        number = {psu: place for place, psu in enumerate(self.counts.cube.frame.names)}
        self.unit = _find(self.table.column("commune"), places).astype(np.intp) - 1
        of_place = np.array([number[one.psu] for one in self.counts.design.places.values()], dtype=np.intp)
        self.psu = of_place[self.unit]

    def __len__(self) -> int:
        return len(self.table)

    def facet(self, by: str) -> Codes:
        """The value of each response, from 1; 0 where it has none."""
        name = f"facet {by}"
        if name not in self._codes:
            facet = self.facets[by]
            levels = list(facet.levels)
            if facet.of_unit is None:
                self._codes[name] = _find(self.table.column(by), levels)
            else:
                place = {value: number for number, value in enumerate(levels, start=1)}
                of_place = [place.get(facet.of_unit.get(code, ""), 0) for code in self.counts.design.places]
                self._codes[name] = np.array(of_place, dtype=np.int16)[self.unit]
        return self._codes[name]

    def answers(self, key: str, option: str = "") -> tuple[Codes, list[Any]]:
        """The answers to a question, or whether an option of a multiple-choice one was chosen, with their levels."""
        plan, item = self.counts.cube.plan, self.counts.instrument.item(key)
        name = f"{key}={option}" if isinstance(item, MultipleItem) else key
        levels = list(plan.items[name])
        if name not in self._codes:
            column = self.table.column(key)
            if isinstance(item, MultipleItem):
                codes = _find_chosen(column, option, {str(value) for value in missing_values(item.options)})
            elif isinstance(item, ScaleItem):
                codes = _find(column, levels[:-1])
            else:
                assert isinstance(item, SingleItem)
                codes = _find(column, levels[:-1])
            if item.show_if is not None:
                asked = self.table.column(asked_column(key)).to_numpy(zero_copy_only=False).astype(bool)
                codes[~asked] = len(levels)
            self._codes[name] = codes
        return self._codes[name], levels

    @cached_property
    def responses(self) -> Responses:
        """The responses themselves with their design, for what counts alone do not give."""
        return Responses(self.counts, self.table, [])

    def once(self, kind: str, name: str, compute: Callable[[], Result]) -> Result:
        """What was computed of these responses under a name; it goes when they go."""
        key = (kind, name)
        if key not in self._results:
            found = compute()
            while len(self._results) >= KEPT_RESULTS:
                self._results.pop(next(iter(self._results)), None)
            self._results[key] = found
            return found
        kept: Result = self._results[key]
        return kept

    def pool(self, name: str) -> tuple[Any, Any]:
        """Numerator and denominator of each respondent in a pooled measure."""
        if self._pools is None:
            self._pools = pool_counts(self.counts.instrument, self.table)
        return self._pools[name]


def _find(column: pa.ChunkedArray, levels: list[Any]) -> Codes:
    """The place of each value among the levels, from 1; 0 for none and for others."""
    found = pc.index_in(column, value_set=pa.array(levels, type=column.type))
    codes: Codes = pc.add(pc.fill_null(found, -1), 1).to_numpy().astype(np.int16)
    return codes


def _find_chosen(column: pa.ChunkedArray, option: str, outside: set[str]) -> Codes:
    """2 where an option was chosen, 1 where it was not, 0 where there is no answer."""
    lists = column.combine_chunks()
    rows, values = pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists)
    codes = np.where(pc.is_null(lists).to_numpy(zero_copy_only=False), 0, 1).astype(np.int16)
    codes[rows[pc.equal(values, option).to_numpy(zero_copy_only=False)]] = 2
    if outside:
        codes[rows[pc.is_in(values, value_set=pa.array(sorted(outside))).to_numpy(zero_copy_only=False)]] = 0
    return codes


_kept: dict[str, CodedResponses] = {}
_lock = threading.Lock()


def code_responses(session: Session, survey: Survey) -> CodedResponses:
    """The responses at hand as codes; kept until others come, or the target or the weights change."""
    extract = read_extract(session, survey)
    rule = Rule(survey.confidence_level, survey.target_rate, "gt" if survey.target_operator == "gt" else "ge")
    key = f"{extract.folder} {extract.fingerprint} {extract.frame} {rule}"
    with _lock:
        found = _kept.pop(key, None)
        if found is None:
            counts = count_responses(session, survey, instrument_of(session, survey.questionnaire_id), extract)
            found = CodedResponses(extract, counts, extract.table, list_facets(session, counts), rule)
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.pop(next(iter(_kept)))
    return found
