"""Tables of a survey from a file of responses and a page of settings, without the web application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.csv_table import CsvTable
from analysis.design import SurveyDesign
from analysis.design_file import KEYS as DESIGN_KEYS
from analysis.design_file import declare_from
from analysis.errors import DesignError
from analysis.estimate import Estimate
from analysis.published import PublishedFigure, judge_list, publish

PLAN_KEYS = {
    "items", "pooled", "valid", "satisfied", "dissatisfied", "not_asked", "by", "target", "target_operator", "level",
    "minimum_n", "note",
}  # fmt: skip
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
        ``unknown_key``, ``nothing_to_estimate``, and what reading the design and the columns raises.

    Examples
    --------
    >>> table = CsvTable({"xa": np.array(list("aabb") * 4), "q1": np.array(["4", "5", "2", "5"] * 4)})
    >>> (row,) = make_tables({"ids": "xa", "items": ["q1"]}, table)
    >>> row["estimate"], row["n"], row["marks"]
    (0.75, 16, ['model_assisted', 'few_psu'])
    """
    unknown = sorted(set(settings) - PLAN_KEYS - DESIGN_KEYS)
    if unknown:
        raise DesignError(
            "unknown_key", f"unknown key {unknown[0]!r}; use {', '.join(sorted(PLAN_KEYS | DESIGN_KEYS))}"
        )
    design = declare_from({key: value for key, value in settings.items() if key in DESIGN_KEYS}, table)
    measures = list(_read_measures(settings, table))
    if not measures:
        raise DesignError("nothing_to_estimate", 'name the columns of answers: {"items": ["q01", "q02"]}')
    whole = _Domains((), [()], [np.ones(len(table), dtype=np.bool_)])
    (reference,) = _estimate(design, measures, whole)
    rows = _publish(settings, design, measures, whole, [reference], [None] * len(measures))
    for by in settings.get("by") or []:
        parts = _Domains.of(table, [by] if isinstance(by, str) else list(by))
        rows += _publish(settings, design, measures, parts, _estimate(design, measures, parts), reference)
    return rows


@dataclass(frozen=True, eq=False)
class _Domains:
    by: tuple[str, ...]
    levels: list[tuple[str, ...]]
    flags: list[NDArray[np.bool_]]

    @classmethod
    def of(cls, table: CsvTable, by: list[str]) -> _Domains:
        columns = [table.labels(name) for name in by]
        present = sorted({levels for levels in zip(*(c.tolist() for c in columns), strict=True) if all(levels)})
        flags = [np.all([c == level for c, level in zip(columns, levels, strict=True)], axis=0) for levels in present]
        return cls(tuple(by), present, flags)


def _read_measures(settings: dict[str, Any], table: CsvTable) -> Iterator[_Measure]:
    given = settings.get("items") or []
    own = given if isinstance(given, dict) else {name: {} for name in given}
    items = {name: _read_item(name, settings | (codes or {}), table) for name, codes in own.items()}
    for name, members in (settings.get("pooled") or {}).items():
        plan = members if isinstance(members, dict) else {"items": members}
        missing = [key for key in plan["items"] if key not in items]
        if missing:
            raise DesignError("unknown_item", f"{name} pools {missing[0]!r}, which is not among the items")
        parts = [items[key] for key in plan["items"]]
        yield _Measure(
            name,
            plan.get("kind", "index"),
            np.sum([part.asked for part in parts], axis=0),
            np.sum([part.given for part in parts], axis=0),
            np.sum([part.sides for part in parts], axis=0),
        )
    yield from items.values()


def _read_item(name: str, codes: dict[str, Any], table: CsvTable) -> _Measure:
    values = table.numbers(name)
    valid = np.isin(values, codes.get("valid") or [1, 2, 3, 4, 5])
    satisfied = valid & np.isin(values, codes.get("satisfied") or [4, 5])
    dissatisfied = valid & np.isin(values, codes.get("dissatisfied") or [1, 2]) & ~satisfied
    asked = ~np.isin(values, codes.get("not_asked") or [])
    sides = np.column_stack([satisfied, valid & ~satisfied & ~dissatisfied, dissatisfied])
    return _Measure(name, "item", asked.astype(float), valid.astype(float), sides.astype(float))


def _estimate(design: SurveyDesign, measures: list[_Measure], domains: _Domains) -> list[list[Estimate]]:
    if not domains.flags:
        return []
    return design.ratios(
        np.column_stack([measure.sides[:, 0] for measure in measures]),
        np.column_stack([measure.given for measure in measures]),
        np.column_stack(domains.flags),
    )


def _publish(
    settings: dict[str, Any],
    design: SurveyDesign,
    measures: list[_Measure],
    domains: _Domains,
    estimates: list[list[Estimate]],
    references: Sequence[Estimate | None],
) -> list[dict[str, Any]]:
    level = settings.get("level", 0.95)
    columns: list[list[PublishedFigure]] = []
    for place, (measure, reference) in enumerate(zip(measures, references, strict=True)):
        figures = [
            publish(
                row[place],
                reference,
                target=settings.get("target", 0.8),
                operator=settings.get("target_operator", "ge"),
                level=level,
                minimum_n=settings.get("minimum_n", 10),
            )
            for row in estimates
        ]
        columns.append(judge_list(figures, level=level) if domains.by and measure.kind == "index" else figures)
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
