"""The R script that computes every published figure from the responses again, written for one survey.

Its head says what the figures are of; its body, `reproduce.R`, is the same for every survey.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from survey_app.instruments.indices import AllSatisfied, ExpectationMet, MeanScore, PapiDimension, PapiTotal
from survey_app.instruments.schema import Instrument, ScaleItem
from survey_app.publication.data.columns import Column
from survey_app.results.cube import option_values
from survey_app.results.pools import index_items, is_pooled, point_range

BODY = Path(__file__).parent / "reproduce.R"


def write_script(
    content: Mapping[str, Any],
    instrument: Instrument,
    columns: Sequence[Column],
    *,
    lost: Sequence[Mapping[str, str]],
) -> str:
    """The script as text.

    Parameters
    ----------
    content
        Of the snapshot.
    columns : sequence of Column
        Those of phieu.csv.
    lost : sequence of dict
        Figures that the file does not give exactly, as `not_recomputable` lists them.
    """
    survey = content["survey"]
    head = {
        "level": survey["confidence_level"],
        "target": survey["target_rate"],
        "target_operator": survey["target_operator"],
        "probability": content["probability"],
        "text_columns": [c.name for c in columns if c.kind in ("design", "single", "ranking") and _is_text(c)],
        "column_of": _breakdowns(columns),
        "lost_by": sorted({one["by"] for one in lost if one["by"]}),
        "lost_of": sorted({one["of"] for one in lost if one["of"]}),
        "items": _items(instrument, columns),
        "figures": _figures(instrument),
        "choices": _choices(instrument, columns),
    }
    words = [
        f"# {survey['title']['vi']}",
        f"# {survey['title']['en']}",
        *(["# DỮ LIỆU MÔ PHỎNG / SIMULATED DATA"] if survey["simulated"] else []),
    ]
    settings = [f"{name} <- {to_r(value)}" for name, value in head.items()]
    return "\n".join([*words, "", *settings, "", BODY.read_text("utf-8")])


def _is_text(column: Column) -> bool:
    return column.kind != "design" or column.name not in ("row", "stratum_size", "list_size", "weight")


def _breakdowns(columns: Sequence[Column]) -> dict[str, str]:
    """The column of each breakdown."""
    design = {name: name for name in ("district", "commune", "channel")}
    return design | {column.item: column.name for column in columns if column.kind == "single"}


def _items(instrument: Instrument, columns: Sequence[Column]) -> dict[str, Any]:
    names = {column.item: column.name for column in columns if column.kind in ("scale", "single", "number")}
    found: dict[str, Any] = {}
    for key, name in names.items():
        item = instrument.item(key)
        if isinstance(item, ScaleItem):
            satisfied, dissatisfied = instrument.sides_of(item)
            low, high = point_range(instrument, key)
            found[key] = {
                "column": name,
                "valid": list(instrument.scale_of(item).values),
                "satisfied": list(satisfied),
                "dissatisfied": list(dissatisfied),
                "turned": None if item.direction is None else low + high,
            }
        elif item.type == "number":
            found[key] = {"column": name, "valid": None}
        else:
            found[key] = {"column": name, "valid": [str(value) for value in option_values(item)]}  # type: ignore[arg-type]  # a choice
    return found


def _figures(instrument: Instrument) -> dict[str, Any]:
    """How each figure is made, by its kind and key."""
    found: dict[str, Any] = {}
    for index in instrument.indices:
        keys = index_items(instrument, index)
        made: dict[str, Any] = {"items": keys}
        if isinstance(index, PapiDimension | PapiTotal):
            known = {one.key: one for one in instrument.indices if isinstance(one, PapiDimension)}
            parts = index.of if isinstance(index, PapiTotal) else (index.key,)
            made |= {"how": "papi", "dimensions": [_dimension(known[part]) for part in parts]}
        elif isinstance(index, MeanScore):
            low, high = point_range(instrument, keys[0])
            made |= {"how": "points", "range": [low, high] if index.rescale else None}
        elif isinstance(index, ExpectationMet):
            made |= {"how": "numbers"}
        elif isinstance(index, AllSatisfied):
            made |= {"how": "all"}
        else:
            made |= {"how": "pooled" if is_pooled(index) else "mean_of_rates"}
        found[f"index:{index.key}"] = made
    for section in instrument.sections:
        keys = [item.key for item in section.items if item.type == "scale"]
        if section.factor and keys:
            found[f"section:{section.key}"] = {"items": keys, "how": "pooled"}
    for item in instrument.items():
        if item.type == "scale":
            found[f"item:{item.key}"] = {"items": [item.key], "how": "pooled"}
    return found


def _dimension(dimension: PapiDimension) -> list[Any]:
    return [
        [
            {
                "item": one.item,
                "codes": None if one.codes is None else [str(code) for code in one.codes],
                "min": one.min,
                "max": one.max,
                "negative": one.negative is True,
            }
            for one in part.indicators
        ]
        for part in dimension.sub_dimensions
    ]


def _choices(instrument: Instrument, columns: Sequence[Column]) -> dict[str, Any]:
    """Of each option the column that holds it, and which values of it are answers."""
    found: dict[str, Any] = {}
    for item in instrument.items():
        if item.type not in ("single", "multiple", "ranking"):
            continue
        options = {}
        for value in map(str, option_values(item)):
            if item.type == "multiple":
                column = next(c.name for c in columns if c.item == item.key and c.option == value)
                options[value] = {"column": column, "valid": ["0", "1"], "chosen": "1"}
            else:
                column = next(c.name for c in columns if c.item == item.key and c.option in ("", "1"))
                valid = [str(one) for one in option_values(item)]
                options[value] = {"column": column, "valid": valid, "chosen": value}
        found[item.key] = options
    return found


def to_r(value: Any) -> str:
    """A plain value as R writes it: lists of plain values as vectors, others as lists.

    >>> to_r({"a": [1, 2], "b": None, "c": [{"d": "e"}]})
    'list(`a` = c(1, 2), `b` = NULL, `c` = list(list(`d` = "e")))'
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "list(" + ", ".join(f"`{name}` = {to_r(one)}" for name, one in value.items()) + ")"
    if isinstance(value, list | tuple):
        nested = any(isinstance(one, Mapping | list | tuple) for one in value)
        return f"{'list' if nested else 'c'}({', '.join(to_r(one) for one in value)})"
    return repr(value)
