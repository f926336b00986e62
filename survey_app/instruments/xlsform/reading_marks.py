"""Rows that we write for ODK alone, known again by their shape where somebody deleted the column with their marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from survey_app.instruments.items import OTHER_LENGTH
from survey_app.instruments.piping import GENERAL_NAMES

from .layout import CONSENT_LIST, HELPER, named
from .reading_groups import is_group_row
from .row_types import row_type
from .sheets import Row, Sheet

_NAMES = {f"'{words}'": name for name, words in GENERAL_NAMES["vi"].items()}
_OTHER = re.compile(r"selected\(\$\{([^{}]+)\}, '([^']*)'\)")


Labels = dict[tuple[str, str], dict[str, str]]


def with_marks(sheet: Sheet, choices: Sheet) -> Sheet:
    """The sheet with the column of marks, made anew where it is not there."""
    if HELPER in sheet.headings:
        return sheet
    labels = {(row.get("list_name"), row.get("name")): _labels(row) for row in choices.rows}
    marks = dict(_marks(sheet.rows, labels))
    if not marks:
        return sheet
    rows = [
        Row(row.number, {**row.cells, HELPER: marks[row.number]}) if row.number in marks else row for row in sheet.rows
    ]
    return replace(sheet, headings={**sheet.headings, HELPER: HELPER}, rows=rows)


def other_code(row: Row) -> str | None:
    """The code of the option whose line the row is."""
    found = _OTHER.fullmatch(row.get("relevant"))
    return found[2] if found else None


def _labels(row: Row) -> dict[str, str]:
    return {heading: text for heading, text in row.cells.items() if heading.startswith("label")}


def _marks(rows: list[Row], labels: Labels) -> Iterator[tuple[int, str]]:
    before: Row | None = None
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        mark = _mark(row, before, after) or _mark_of_other(row, before, labels)
        if mark:
            yield row.number, mark
        before = row


def _mark(row: Row, before: Row | None, after: Row | None) -> str:
    kind, name = row_type(row.get("type")), row.get("name")
    owner = before.get("name") if before is not None else ""
    if kind.word == "calculate" and name.startswith("name_of_") and row.get("calculation") in _NAMES:
        return f"name:{_NAMES[row.get('calculation')]}"
    if kind.list_name == CONSENT_LIST:
        return "consent"
    if kind.word == "note" and name == "form_intro" and after is not None:
        return "intro" if is_group_row(after) or row_type(after.get("type")).list_name == CONSENT_LIST else ""
    if kind.word == "note" and before is not None and is_group_row(before) and name == f"{owner}_intro":
        return "section_intro"
    if kind.kind == "single" and owner and row.get("constraint") == f". = '' or {named(owner)} = ''":
        return f"missing:{owner}"
    return ""


def _mark_of_other(row: Row, before: Row | None, labels: Labels) -> str:
    """Its words are those of the option, which a question of the author's own would not repeat."""
    asked = _OTHER.fullmatch(row.get("relevant"))
    if before is None or asked is None or row.get("constraint") != f"string-length(.) <= {OTHER_LENGTH}":
        return ""
    owner = before.get("name")
    option = labels.get((row_type(before.get("type")).list_name, asked[2]))
    ours = asked[1] == owner and row.get("name") == f"{owner}_other" and row_type(row.get("type")).kind == "text"
    return f"other:{owner}" if ours and option == _labels(row) else ""
