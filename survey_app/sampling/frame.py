"""The frame: the communes of the territory, each in its stratum, in an order that never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey_app.geography.models import Unit
from survey_app.geography.queries import units_below
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class FrameEntry:
    """A commune with its stratum."""

    unit: Unit
    stratum: str
    stratum_name: str


def build_frame(session: Session, survey: Survey) -> list[FrameEntry]:
    """The communes of the survey's territory by stratum code, then by commune code."""
    entries = [_entry(unit, survey.stratify_by) for unit in units_below(session, survey.territory, "commune")]
    return sorted(entries, key=lambda entry: (entry.stratum, entry.unit.code))


def _entry(unit: Unit, stratify_by: str) -> FrameEntry:
    if stratify_by == "district" and unit.parent is not None:
        return FrameEntry(unit, unit.parent.code, unit.parent.name)
    if stratify_by == "commune_type":
        return FrameEntry(unit, unit.kind, unit.kind)
    return FrameEntry(unit, "all", "")


def frame_hash(pairs: Sequence[tuple[str, str]]) -> str:
    """SHA-256 of the frame: one line ``stratum|commune code`` for each commune, sorted, each ended by a newline."""
    text = "".join(sorted(f"{stratum}|{code}\n" for stratum, code in pairs))
    return hashlib.sha256(text.encode()).hexdigest()
