"""Rows that we wrote for ODK alone: what somebody changed in them is not part of a questionnaire, and is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from survey_app.instruments.schema import Instrument

from .layout import CHOICES, CONSENT_LABELS, CONSENT_LIST, HELPER, SURVEY
from .losses import Remarks
from .sheets import Row, Sheet
from .writing import write_tables

_COMPARED = ("label::vi", "label::en", "required", "constraint", "calculation")
#: Helpers whose words are those of the questionnaire.
_SPEAKING = ("intro", "consent", "section_intro")


def tell_changed_helpers(sheets: Mapping[str, Sheet], instrument: Instrument, remarks: Remarks) -> None:
    """Compare every such row with the one we would write now."""
    survey = sheets[SURVEY]
    marked = list(survey.filled(HELPER))
    if not marked:
        return
    written = {(row["name"], row[HELPER]): row for row in write_tables(instrument)[SURVEY] if row.get(HELPER)}
    for row in marked:
        ours = written.get((row.get("name"), row.get(HELPER)))
        if ours is not None:
            for column, was in _changed(row, ours):
                remarks.add("X43", SURVEY, row.number, name=row.get("name"), column=column, value=was or "–")
    _tell_changed_choices(sheets.get(CHOICES, Sheet(CHOICES)), remarks)


def _changed(row: Row, ours: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    columns = ("required", "constraint") if row.get(HELPER) in _SPEAKING else _COMPARED
    for column in columns:
        if row.get(column) != ours.get(column, ""):
            yield column, ours.get(column, "")


def _tell_changed_choices(sheet: Sheet, remarks: Remarks) -> None:
    for row in sheet.rows:
        label = CONSENT_LABELS.get(row.get("name"), {}) if row.get("list_name") == CONSENT_LIST else {}
        for code, was in label.items():
            if row.get(f"label::{code}") != was:
                remarks.add("X43", CHOICES, row.number, name=row.get("name"), column=f"label::{code}", value=was)
