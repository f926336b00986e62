"""A cross table as a file: one line a cell, totals with an empty value."""

from __future__ import annotations

import csv
import io
from typing import Any

from survey_app.plain_text import harmless_cell
from survey_app.results.crossing.table import CrossTable
from survey_app.results.estimates import Row
from survey_app.results.tables import NOTE

FIGURES = (
    "respondents", "n", "base", "missing", "n_psu", "estimate", "se", "df", "deff", "ci_level", "ci_low", "ci_high",
    "withheld", "marks", "unit",
)  # fmt: skip


def table_as_json(table: CrossTable, *, simulated: bool) -> dict[str, Any]:
    """The table with every digit; a withheld cell has no number at all, not even its count."""
    row, column, shown = table.choice.row, table.choice.column, table.choice.shown
    return {
        "measure": {"key": shown.measure.key, "kind": shown.measure.kind, "title": shown.measure.title},
        "rows": {"by": row.by, "title": dict(row.title), "values": _values(table.rows)},
        "columns": {"by": column.by, "title": dict(column.title), "values": _values(table.columns)} if column else None,
        "filters": [
            {"by": facet.by, "value": value, "title": dict(facet.levels[value])}
            for facet, value in table.choice.filters
        ],
        "among": table.among,
        "cells": [_cell(cell) for line in table.cells for cell in line],
        "fingerprint": table.fingerprint,
    } | (NOTE if simulated else {})


def _values(named: list[tuple[str, dict[str, str]]]) -> list[dict[str, Any]]:
    return [{"value": value, "title": title} for value, title in named]


def _cell(cell: Row) -> dict[str, Any]:
    values = cell.as_json()
    keep = (
        "domain",
        "domain_title",
        "respondents",
        "n",
        "base",
        "missing",
        "n_psu",
        "estimate",
        "se",
        "df",
        "deff",
        "ci",
    )
    if cell.withheld is not None:
        return {name: values[name] for name in ("domain", "domain_title", "withheld")}
    return {name: values[name] for name in (*keep, "withheld", "marks", "unit")}


def table_as_csv(table: CrossTable, *, simulated: bool) -> str:
    """The same cells as CSV text; simulated data says so in a column of its own."""
    row, column = table.choice.row, table.choice.column
    head = ["measure", row.by, "row_vi", "row_en"] + ([column.by, "column_vi", "column_en"] if column else [])
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([harmless_cell(name) for name in (*head, *FIGURES, *(NOTE if simulated else ()))])
    for (value, title), line in zip(table.rows, table.cells, strict=True):
        for (other, other_title), cell in zip(table.columns, line, strict=True):
            cells: list[Any] = [cell.of, value, title["vi"], title["en"]]
            cells += [other, other_title["vi"], other_title["en"]] if column else []
            cells += _figures(cell) + (list(NOTE.values()) if simulated else [])
            writer.writerow(
                [harmless_cell(one) if isinstance(one, str) else "" if one is None else one for one in cells]
            )
    return buffer.getvalue()


def _figures(cell: Row) -> list[Any]:
    if cell.withheld is not None:
        return [cell.withheld if name == "withheld" else cell.unit if name == "unit" else None for name in FIGURES]
    limits = cell.ci or {}
    values = cell.as_json() | {f"ci_{name}": limits.get(name) for name in ("level", "low", "high")}
    values["marks"] = " ".join(cell.marks)
    return [values[name] for name in FIGURES]
