"""The figures as files: JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import Any

from survey_app.plain_text import harmless_cell
from survey_app.results.estimates import Row

CSV_COLUMNS = (
    "of",
    "kind",
    "criterion",
    "title_vi",
    "title_en",
    "domain",
    "domain_value",
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
    "ci_level",
    "ci_method",
    "ci_low",
    "ci_high",
    "satisfied",
    "neutral",
    "dissatisfied",
    "target",
    "target_operator",
    "verdict",
    "verdict_in_list",
    "withheld",
    "marks",
    "unit",
    "rescaled",
    "rescaled_low",
    "rescaled_high",
)


NOTE = {"note": "dữ liệu mô phỏng"}


def rows_as_json(rows: list[Row], *, simulated: bool) -> list[dict[str, Any]]:
    """One object a row, every digit kept; simulated data says so in every object."""
    return [row.as_json() | (NOTE if simulated else {}) for row in rows]


def rows_as_csv(rows: list[Row], *, simulated: bool) -> str:
    """The same rows as CSV text; simulated data says so in a column of its own."""
    return records_as_csv(rows_as_json(rows, simulated=simulated), simulated=simulated)


def records_as_csv(records: list[dict[str, Any]], *, simulated: bool) -> str:
    """The objects of `rows_as_json` as CSV text."""
    buffer = io.StringIO()
    columns = (*CSV_COLUMNS, *NOTE) if simulated else CSV_COLUMNS
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for row in records:
        flat = _flatten(row)
        writer.writerow([_cell(flat.get(name)) for name in columns])
    return buffer.getvalue()


def _flatten(row: dict[str, Any]) -> dict[str, Any]:
    ((domain, value),) = (row["domain"] or {"": ""}).items()
    interval, rescaled = row["ci"] or {}, row["rescaled"] or {}
    return {
        **row,
        **(row["shares"] or {}),
        "title_vi": row["title"]["vi"],
        "title_en": row["title"]["en"],
        "domain": domain,
        "domain_value": value,
        "domain_title": row["domain_title"]["vi"],
        "ci_level": interval.get("level"),
        "ci_method": interval.get("method"),
        "ci_low": interval.get("low"),
        "ci_high": interval.get("high"),
        "marks": " ".join(row["marks"]),
        "rescaled": rescaled.get("estimate"),
        "rescaled_low": rescaled.get("low"),
        "rescaled_high": rescaled.get("high"),
    }


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return harmless_cell(value) if isinstance(value, str) else value
