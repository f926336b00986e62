"""The published figures as one long table, for spreadsheets and for programs; read from a snapshot's content alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from survey_app.plain_text import harmless_cell
from survey_app.publication.waves import rows_of
from survey_app.results.tables import CSV_COLUMNS, NOTE, rows_as_csv, rows_as_json

BOM = b"\xef\xbb\xbf"
OPTION_COLUMNS = ("option", "option_vi", "option_en", "chosen")
Content = Mapping[str, Any]


def figures_csv(content: Content) -> bytes:
    """Every published figure, one a row: rates, indices and means by breakdown, then the shares of every option."""
    simulated = content["survey"]["simulated"]
    rows = [row for by in content["figures"] for row in rows_of(dict(content), by)]
    columns = (*CSV_COLUMNS, *OPTION_COLUMNS, *(NOTE if simulated else ()))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(csv.DictReader(io.StringIO(rows_as_csv(rows, simulated=simulated), newline="")))
    writer.writerows({**row, **(NOTE if simulated else {})} for row in _choice_rows(content))
    return BOM + buffer.getvalue().encode()


def count_figures(content: Content) -> int:
    """How many rows `figures_csv` has."""
    return sum(len(rows) for rows in content["figures"].values()) + sum(1 for _row in _choice_rows(content))


def figures_json(content: Content) -> bytes:
    """The same for programs, with what the figures are of."""
    simulated = content["survey"]["simulated"]
    rows = [row for by in content["figures"] for row in rows_of(dict(content), by)]
    document = {
        "survey": content["survey"],
        "responses": content["responses"],
        "probability": content["probability"],
        "fingerprint": content["fingerprint"],
        "figures": rows_as_json(rows, simulated=simulated),
        "choices": content["choices"],
        "version": content["version"],
    } | (NOTE if simulated else {})
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _choice_rows(content: Content) -> Iterator[dict[str, Any]]:
    for question in content["choices"]:
        for option in question["options"]:
            label = option["label"]
            row = {
                "of": question["key"],
                "kind": "choice",
                "title_vi": question["title"]["vi"],
                "title_en": question["title"]["en"],
                "respondents": question["n"],
                "n": question["n"],
                "base": question["base"],
                "missing": question["base"] - question["n"],
                "estimate": option["share"],
                "ci_level": content["survey"]["confidence_level"] if option["low"] is not None else None,
                "ci_method": "wilson" if option["low"] is not None else None,
                "ci_low": option["low"],
                "ci_high": option["high"],
                "withheld": "too_few" if option["share"] is None else None,
                "unit": "share",
                "option": option["value"],
                "option_vi": label["vi"],
                "option_en": label["en"],
                "chosen": option["n"],
            }
            yield {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return harmless_cell(value) if isinstance(value, str) else value
