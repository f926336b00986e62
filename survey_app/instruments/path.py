"""The parts of a form that a respondent comes to, given the answers so far; the same for the form and its preview."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .conditions import condition_to_json, visible_items
from .form import SectionForm
from .schema import Instrument


def parts_on_path(instrument: Instrument, answers: Mapping[str, object]) -> list[int]:
    """Numbers (from 1) of the sections that ask something."""
    visible = {item.key for item in visible_items(instrument, answers)}
    return [
        number
        for number, section in enumerate(instrument.sections, start=1)
        if any(item.key in visible for item in section.items)
    ]


def part_after(instrument: Instrument, answers: Mapping[str, object], part: int) -> int | None:
    """The next section that asks something."""
    return next((number for number in parts_on_path(instrument, answers) if number > part), None)


def part_before(instrument: Instrument, answers: Mapping[str, object], part: int) -> int:
    """The section before that asks something; the first where there is none."""
    return next((number for number in reversed(parts_on_path(instrument, answers)) if number < part), 1)


def skipped_part(instrument: Instrument, answers: Mapping[str, object]) -> int | None:
    """The first part with a required question on the path that was never answered; a page reached by its address."""
    waiting = [item.key for item in visible_items(instrument, answers) if item.required]
    missing = next((key for key in waiting if key not in answers), None)
    return None if missing is None else instrument.sections.index(instrument.section_of(missing)) + 1


def attach_conditions(form: SectionForm) -> None:
    """Give each field its condition as the page's script reads it."""
    for field in form:
        item = getattr(field, "item", None)
        if item is not None:
            rule = item.show_if
            field.show_if_json = json.dumps(condition_to_json(rule, form.instrument)) if rule else None
