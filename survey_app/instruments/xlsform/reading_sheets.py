"""Settings and our own sheets read as parts of a questionnaire: title, scales, basis, indices, targets."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .layout import BASIS, INDICATORS, INDICES, LANGUAGES, SCALES, SETTINGS, TARGETS
from .losses import Remarks
from .reading_choices import ChoiceList, number, truth
from .reading_words import form_key
from .sheets import Row, Sheet

Node = dict[str, object]

_SETTINGS = {"form_title", "form_title::vi", "form_title::en",
             "form_id", "version", "default_language", "hailong_title_en", "hailong_sector",
             "hailong_audience", "hailong_minutes"}  # fmt: skip
LONGEST_VERSION = 40
#: What a workbook without our settings is taken for.
ASSUMED = {"hailong_sector": "administrative", "hailong_audience": "citizen", "version": "1"}


def settings_row(sheets: Mapping[str, Sheet]) -> Row:
    """The one row of the sheet ``settings``, or an empty one."""
    rows = sheets.get(SETTINGS, Sheet(SETTINGS)).rows
    return rows[0] if rows else Row(2, {})


def read_settings(sheets: Mapping[str, Sheet], remarks: Remarks, *, name: str, minutes: int) -> Node:
    """Key, version, title, sector, audience and minutes; ``name`` and ``minutes`` where the workbook has none."""
    row = settings_row(sheets)
    _tell_rest(sheets.get(SETTINGS, Sheet(SETTINGS)), row, remarks)
    assumed = {**ASSUMED, "form_id": name, "form_title": row.get("form_id") or name, "hailong_minutes": str(minutes)}

    def told(column: str) -> str:
        if not row.get(column):
            remarks.add("X53", SETTINGS, row.number if row.cells else None, name=column, value=assumed[column])
        return row.get(column) or assumed[column]

    if not row.get("form_title") and row.get("form_title::vi"):
        row.cells["form_title"] = row.get("form_title::vi")
    identifier, title = told("form_id"), told("form_title")
    key = form_key(identifier)
    if key != identifier:
        remarks.add("X50", SETTINGS, row.number, name=identifier, new=key)
    english = row.get("hailong_title_en") or row.get("form_title::en")
    if not english:
        remarks.add(
            "X52",
            SETTINGS,
            row.number if row.cells else None,
            column="form_title",
            language="tiếng Anh",
            heading=LANGUAGES["en"],
        )
    version = told("version")
    if len(version) > LONGEST_VERSION:
        remarks.add("X62", SETTINGS, row.number, name=version, new=version[:LONGEST_VERSION])
    return {
        "key": key,
        "version": version[:LONGEST_VERSION],
        "sector": told("hailong_sector"),
        "audience": told("hailong_audience").replace(",", " ").split(),
        "title": {"vi": title, "en": english or title},
        "minutes": number(told("hailong_minutes")),
    }


def _tell_rest(sheet: Sheet, row: Row, remarks: Remarks) -> None:
    for heading in sheet.headings:
        if heading not in _SETTINGS and row.get(heading):
            remarks.add("X67", SETTINGS, row.number, name=sheet.headings[heading], value=row.get(heading))
    for further in sheet.rows[1:]:
        value = " ".join(further.cells.values())
        remarks.add("X33", SETTINGS, further.number, column="…", name=SETTINGS, value=value)


def read_scales(sheets: Mapping[str, Sheet], lists: Mapping[str, ChoiceList], remarks: Remarks) -> Node:
    """The lists named in ``hailong_scales`` as scales."""
    scales: Node = {}
    for row in sheets.get(SCALES, Sheet(SCALES)).rows:
        name = row.get("list_name")
        choices = lists.get(name)
        if choices is None:
            remarks.add("X33", SCALES, row.number, column="list_name", name=SCALES, value=name)
            continue
        outside = row.get("no_opinion")
        points = [option for option in choices.options if "missing" not in option and str(option["value"]) != outside]
        scale: Node = {"points": [_only(option, "value", "label") for option in points]}
        scale["satisfied"] = _codes(row.get("satisfied"))
        if row.get("dissatisfied"):
            scale["dissatisfied"] = _codes(row.get("dissatisfied").removeprefix("-"))
        if row.get("display"):
            scale["display"] = row.get("display")
        for option in choices.options:
            if outside and str(option["value"]) == outside:
                scale["no_opinion"] = _only(option, "value", "label")
        missing = [option for option in choices.options if "missing" in option and str(option["value"]) != outside]
        if missing:
            scale["missing"] = [{**_only(one, "value", "label"), "kind": one["missing"]} for one in missing]
        scales[name] = scale
    return scales


def _only(option: Node, *names: str) -> Node:
    return {name: option[name] for name in names}


def _codes(text: str) -> list[object]:
    return [int(part) if re.fullmatch("[0-9]{1,9}", part) else part for part in text.replace(",", " ").split()]


def _line(row: Row, *columns: str) -> Node:
    return {column: row.get(column) for column in columns if row.get(column)}


def read_basis(sheets: Mapping[str, Sheet]) -> list[Node]:
    """The documents the questionnaire rests on."""
    return [_line(row, "document", "date", "issuer") for row in sheets.get(BASIS, Sheet(BASIS)).rows]


def _title(row: Row) -> Node | None:
    title = {code: row.get(f"title_{code}") for code in LANGUAGES}
    return dict(title) if any(title.values()) else None


def read_indices(sheets: Mapping[str, Sheet], keys: Mapping[str, str]) -> list[Node]:
    """The indices with their indicators; ``keys`` are the keys of rows that were renamed."""
    indices: list[Node] = []
    for row in sheets.get(INDICES, Sheet(INDICES)).rows:
        index = _line(row, "key", "kind", "pool")
        if _title(row):
            index["title"] = _title(row)
        if row.get("rescale"):
            index["rescale"] = truth(row.get("rescale"))
        if row.get("of"):
            index["of"] = [keys.get(part, part) for part in row.get("of").replace(",", " ").split()]
        if row.get("kind") == "papi_dimension":
            index["sub_dimensions"] = _sub_dimensions(sheets.get(INDICATORS, Sheet(INDICATORS)), row.get("key"), keys)
        indices.append(index)
    return indices


def _sub_dimensions(sheet: Sheet, index: str, keys: Mapping[str, str]) -> list[Node]:
    parts: dict[str, Node] = {}
    for row in sheet.rows:
        if row.get("index") != index:
            continue
        indicator: Node = {"item": keys.get(row.get("item"), row.get("item"))}
        if row.get("codes"):
            indicator["codes"] = _codes(row.get("codes"))
        indicator |= {name: number(row.get(name)) for name in ("min", "max") if row.get(name)}
        if row.get("negative"):
            indicator["negative"] = truth(row.get("negative"))
        key = row.get("sub_dimension")
        part = parts.setdefault(key, {"key": key, "title": _title(row), "indicators": []})
        found = part["indicators"]
        assert isinstance(found, list)
        found.append(indicator)
    return list(parts.values())


def read_targets(sheets: Mapping[str, Sheet]) -> list[Node]:
    """The targets."""
    return [
        {**_line(row, "index", "operator", "basis"), "rate": number(row.get("rate"))}
        for row in sheets.get(TARGETS, Sheet(TARGETS)).rows
    ]
