"""Tables of a survey from a file of responses and a page of settings, without the web application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.csv_table import CsvTable
from analysis.design import SurveyDesign
from analysis.design_file import declare_from
from analysis.estimate import Estimate
from analysis.published import PublishedFigure, judge_list, protect, publish
from analysis.table_settings import ItemCodes, TableSettings

SIDES = ("satisfied", "neutral", "dissatisfied")


@dataclass(frozen=True, eq=False)
class _Measure:
    """Answers of each respondent behind one figure, each shape (n,)."""

    name: str
    kind: str
    asked: NDArray[np.float64]
    given: NDArray[np.float64]
    sides: NDArray[np.float64]  # (n, 3): satisfied, neutral, dissatisfied


def make_tables(settings: dict[str, Any], table: CsvTable) -> list[dict[str, Any]]:
    """Compute the published figures that a page of settings asks for.

    Parameters
    ----------
    settings : dict
        The design's keys (`analysis.design_file.declare_from`) and

        - ``items``: columns of answers, a list, or a dict of column to its own ``valid``, ``satisfied``, ...;
        - ``satisfied`` (default 4 and 5), ``valid`` (default 1 to 5), ``dissatisfied`` (default 1 and 2),
          ``not_asked`` (default none): codes of all items; any other code is a missing answer;
        - ``pooled``: dict of name to the items whose answers it pools, or to ``{"items": [...], "kind": "section"}``;
        - ``by``: columns to break down by, a list of columns crosses them: ``["district", ["sex", "age"]]``;
        - ``target`` (default 0.8), ``target_operator`` (``ge`` or ``gt``), ``level`` (0.95), ``minimum_n`` (10).
    table : CsvTable
        One response a row.

    Returns
    -------
    list of dict
        For everyone and each domain, one row a measure: ``of``, ``kind``, ``domain``, ``base``, ``missing``, ``shares``
        and what `PublishedFigure.as_json` holds. Pooled measures of the kind ``index`` carry ``verdict_in_list``.

    Raises
    ------
    DesignError
        ``unknown_key``, ``bad_setting``, ``nothing_to_estimate``, ``unknown_item``, ``name_twice``, and what reading
        the design and the columns raises.

    Examples
    --------
    >>> table = CsvTable({"xa": np.array(list("aabb") * 4), "q1": np.array(["4", "5", "2", "5"] * 4)})
    >>> (row,) = make_tables({"ids": "xa", "items": ["q1"]}, table)
    >>> row["estimate"], row["n"], row["marks"]
    (0.75, 16, ['model_assisted', 'few_psu'])
    """
    plan = TableSettings.read(settings)
    design = declare_from(plan.design, table)
    measures = list(_read_measures(plan, table))
    whole = _Domains((), [()], [np.ones(len(table), dtype=np.bool_)])
    (reference,) = _estimate(design, measures, whole)
    rows = _publish(plan, design, measures, whole, [reference], [None] * len(measures))
    for by in plan.by:
        parts = _Domains.of(table, by, plan)
        rows += _publish(plan, design, measures, parts, _estimate(design, measures, parts), reference)
    return rows


@dataclass(frozen=True, eq=False)
class _Domains:
    by: tuple[str, ...]
    levels: list[tuple[str, ...]]
    flags: list[NDArray[np.bool_]]

    @classmethod
    def of(cls, table: CsvTable, by: tuple[str, ...], plan: TableSettings) -> _Domains:
        """Find the domains that occur; a question that was not asked makes none."""
        columns = [_blank_unasked(table, name, plan).tolist() for name in by]
        present = sorted({levels for levels in zip(*columns, strict=True) if all(levels)})
        places = {levels: number for number, levels in enumerate(present)}
        domain = np.array([places.get(levels, -1) for levels in zip(*columns, strict=True)], dtype=np.intp)
        return cls(by, present, [domain == number for number in range(len(present))])


def _blank_unasked(table: CsvTable, name: str, plan: TableSettings) -> NDArray[np.str_]:
    labels = table.labels(name)
    unasked = {f"{code:g}" for codes in plan.items.values() for code in codes.not_asked}
    return np.where(np.isin(labels, list(unasked)), "", labels) if unasked else labels


def _read_measures(plan: TableSettings, table: CsvTable) -> Iterator[_Measure]:
    items = {name: _read_item(name, codes, table) for name, codes in plan.items.items()}
    for name, pool in plan.pooled.items():
        parts = [items[key] for key in pool.items]
        yield _Measure(
            name,
            pool.kind,
            np.sum([part.asked for part in parts], axis=0),
            np.sum([part.given for part in parts], axis=0),
            np.sum([part.sides for part in parts], axis=0),
        )
    yield from items.values()


def _read_item(name: str, codes: ItemCodes, table: CsvTable) -> _Measure:
    values = table.numbers(name)
    valid = np.isin(values, codes.valid)
    satisfied = valid & np.isin(values, codes.satisfied)
    dissatisfied = valid & np.isin(values, codes.dissatisfied) & ~satisfied
    asked = ~np.isin(values, codes.not_asked)
    sides = np.column_stack([satisfied, valid & ~satisfied & ~dissatisfied, dissatisfied])
    return _Measure(name, "item", asked.astype(float), valid.astype(float), sides.astype(float))


BLOCK = 4
"""Measures estimated at once: the rest of a long file waits outside memory."""


def _estimate(design: SurveyDesign, measures: list[_Measure], domains: _Domains) -> list[list[Estimate]]:
    """Estimate every measure in every domain, ``[domain][measure]``."""
    found: list[list[Estimate]] = [[] for _flags in domains.flags]
    for start in range(0, len(measures), BLOCK):
        block = measures[start : start + BLOCK]
        satisfied = np.column_stack([measure.sides[:, 0] for measure in block])
        given = np.column_stack([measure.given for measure in block])
        table = design.ratios(satisfied, given, np.column_stack(domains.flags)) if domains.flags else []
        for estimates, more in zip(found, table, strict=True):
            estimates.extend(more)
    return found


def _publish(
    plan: TableSettings,
    design: SurveyDesign,
    measures: list[_Measure],
    domains: _Domains,
    estimates: list[list[Estimate]],
    references: Sequence[Estimate | None],
) -> list[dict[str, Any]]:
    columns: list[list[PublishedFigure]] = []
    for place, (measure, reference) in enumerate(zip(measures, references, strict=True)):
        figures = [
            publish(
                row[place],
                reference,
                target=plan.target,
                operator=plan.operator,
                level=plan.level,
                minimum_n=plan.minimum_n,
            )
            for row in estimates
        ]
        if domains.by and measure.kind == "index":
            figures = judge_list(figures, level=plan.level)
        columns.append(protect(figures, domains.levels, minimum_n=plan.minimum_n) if domains.by else figures)
    return [
        _row(design, measure, dict(zip(domains.by, levels, strict=True)), inside, columns[place][number])
        for number, (levels, inside) in enumerate(zip(domains.levels, domains.flags, strict=True))
        for place, measure in enumerate(measures)
    ]


def _row(
    design: SurveyDesign,
    measure: _Measure,
    domain: dict[str, str],
    inside: NDArray[np.bool_],
    figure: PublishedFigure,
) -> dict[str, Any]:
    values = figure.as_json()
    base = int(measure.asked[inside].sum())
    weights = design.weights[inside] @ measure.sides[inside]
    shares = dict(zip(SIDES, (weights / weights.sum()).tolist(), strict=True)) if weights.sum() > 0 else None
    head = {"of": measure.name, "kind": measure.kind, "domain": domain, "base": base, "missing": base - values["n"]}
    return head | values | {"shares": None if figure.interval.withheld else shares}
