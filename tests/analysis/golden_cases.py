"""Reads the golden cases and declares their designs; knows no case by name."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from analysis import SurveyDesign

FOLDER = Path(__file__).parent.parent / "golden"


def load_cases() -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((FOLDER / "cases").glob("*.json"))]


@cache
def load_columns(path: str) -> dict[str, list[str]]:
    with (FOLDER / path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def read_numbers(columns: dict[str, list[str]], name: str) -> np.ndarray:
    return np.array([float(value) if value not in ("", "NA") else np.nan for value in columns[name]])


def as_list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def declare(case: dict[str, Any]) -> SurveyDesign:
    """Our declaration of the design that R was given."""
    given, columns = case["design"], load_columns(case["data"])
    ids, fpc = as_list(given["ids"]), as_list(given["fpc"])
    n = len(next(iter(columns.values())))
    return SurveyDesign.declare(
        psu=columns[ids[0]] if ids else None,
        strata=columns[given["strata"]] if given["strata"] else None,
        weights=read_numbers(columns, given["weights"]) if given["weights"] in columns else [1.0] * n,
        psu_population=read_numbers(columns, fpc[0]) if fpc else None,
        element_population=read_numbers(columns, fpc[1]) if len(fpc) > 1 else None,
        two_stage=len(ids) > 1,
        lonely_psu=given["lonely_psu"],
        adjust_domain_lonely=given["adjust_domain_lonely"],
    )


def read_measure(case: dict[str, Any]) -> np.ndarray:
    estimand = case["estimand"]
    y = read_numbers(load_columns(case["data"]), estimand["variable"])
    if estimand["type"] != "prop":
        return y
    return np.where(np.isnan(y), np.nan, np.isin(y, estimand["success"]).astype(float))


def select(case: dict[str, Any], domain: dict[str, str]) -> np.ndarray:
    columns = load_columns(case["data"])
    mask = np.ones(len(next(iter(columns.values()))), dtype=bool)
    for name, level in domain.items():
        mask &= np.array([value == str(level) for value in columns[name]])
    return mask
