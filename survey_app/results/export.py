"""Responses as a file that anyone can compute the figures from again: `python -m analysis estimate` and R read it."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.results.cube import NOT_ASKED, SurveyCube, count_responses, option_item
from survey_app.results.extract import asked_column, read_extract
from survey_app.results.measures import breakdowns
from survey_app.results.pools import index_items, pooled_items
from survey_app.sampling.frame import district_of
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class ResponseFile:
    """The responses of a survey as CSV, and what its columns mean as JSON."""

    responses: str
    design: str


def export_responses(session: Session, survey: Survey) -> ResponseFile:
    """Every counted response without its identifier, day and open text, and the design that its figures rest on.

    Of the numbers only those that an index is made of are there.

    A question that was not asked holds −1. Rows are numbered in an order that does not tell when they came.
    """
    instrument = instrument_of(session, survey.questionnaire_id)
    extract = read_extract(session, survey)
    counts = count_responses(session, survey, instrument, extract)
    columns = place_columns(counts, extract.table) | answer_columns(instrument, extract.table)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    design = _describe_design(counts) | ({"note": "dữ liệu mô phỏng"} if survey.simulated else {})
    return ResponseFile(buffer.getvalue(), json.dumps(design, ensure_ascii=False, indent=1) + "\n")


def place_columns(counts: SurveyCube, table: Any, first: int = 0) -> dict[str, list[Any]]:
    """Number, design and place of each response; the table may hold a stretch of them that begins at ``first``."""
    communes = table.column("commune").to_pylist()
    frame, places = counts.cube.frame, [counts.design.places[code] for code in communes]
    lists = dict(zip(frame.names, frame.list_size.tolist(), strict=True))
    district = {
        code: found.code if (found := district_of(place.unit)) else "" for code, place in counts.design.places.items()
    }
    return {
        "response": list(range(first + 1, first + len(communes) + 1)),
        "stratum": [place.stratum for place in places],
        "stratum_size": [_size(place.population) for place in places],
        "psu": [place.psu for place in places],
        "list_size": [_size(lists[place.psu]) for place in places],
        "district": [district[code] for code in communes],
        "commune": communes,
        "weight": counts.weighting.of_row[first : first + len(communes)].tolist(),
        "channel": table.column("channel").to_pylist(),
    }


def _size(population: float) -> Any:
    """A whole number, or the word that R and Python read as infinity: drawn with replacement."""
    return int(population) if math.isfinite(population) else "Inf"


def answer_columns(instrument: Instrument, table: Any) -> dict[str, list[Any]]:
    """The answers of each response by question; each option of a question of several answers is a column."""
    columns: dict[str, list[Any]] = {}
    in_indices = {key for index in instrument.indices for key in index_items(instrument, index)}
    for item in instrument.items():
        if item.type not in ("scale", "single", "multiple") and item.key not in in_indices:
            continue
        cells = table.column(item.key).to_pylist()
        asked = np.ones(len(cells), bool) if item.show_if is None else table.column(asked_column(item.key)).to_pylist()
        given: list[Any] = [cell if on_path else NOT_ASKED for cell, on_path in zip(cells, asked, strict=True)]
        if item.type != "multiple":
            columns[item.key] = ["" if cell is None else cell for cell in given]
            continue
        for option in item.options:
            columns[option_item(item.key, option.value)] = [
                "" if cell is None else cell if cell == NOT_ASKED else int(str(option.value) in cell) for cell in given
            ]
    return columns


def _describe_design(counts: SurveyCube) -> dict[str, Any]:
    survey, instrument = counts.survey, counts.instrument
    items = {}
    for item in instrument.items():
        if item.type == "scale":
            satisfied, dissatisfied = instrument.sides_of(item)
            items[item.key] = {
                "valid": list(instrument.scale_of(item).values),
                "satisfied": list(satisfied),
                "dissatisfied": list(dissatisfied),
            }
    pools = pooled_items(instrument)
    pooled = {
        name.partition(":")[2]: {"items": members, "kind": name.partition(":")[0]}
        for name, members in pools.items()
        if members
    }
    return {
        "ids": ["psu", "response"],
        "strata": "stratum",
        "weights": "weight",
        "fpc": ["stratum_size", "list_size"],
        "probability": counts.design.probability,
        "lonely_psu": "adjust",
        "df_rule": "satterthwaite",
        "not_asked": [NOT_ASKED],
        "items": items,
        "pooled": pooled,
        "by": breakdowns(counts),
        "target": survey.target_rate,
        "target_operator": survey.target_operator,
        "level": survey.confidence_level,
    }
