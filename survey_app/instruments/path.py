"""The parts of a form that a respondent comes to, given the answers so far; the same for the form and its preview."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .conditions import condition_to_json, visible_items
from .form import SectionForm
from .schema import Instrument

#: The buttons of a page that is posted.
BACK = "back"


@dataclass(frozen=True)
class Step:
    """Where a posted page leads.

    Attributes
    ----------
    to : str
        ``stale``: the page was too old to be trusted, nothing of it may be kept; ``same``: this part as it stands, in
        another language; ``mistakes``: this part with its mistakes named; ``revealed``: this part with the questions
        its answers have put on the path; ``back``, ``next``: another part; ``skipped``: a part passed over on the way
        to the end; ``done``: the end.
    part : int
        The part to show; of ``done``, the last one answered.
    revealed : tuple of str
        Keys of the questions that have come to light, in order.
    """

    to: Literal["stale", "same", "mistakes", "revealed", "back", "next", "skipped", "done"]
    part: int
    revealed: tuple[str, ...] = ()


def step_from(form: SectionForm, part: int, *, go: str | None, other_language: bool) -> Step:
    """Validate the posted form of a part and decide where it leads; the same for respondents and for the preview.

    ``go`` is the button pressed, ``other_language`` whether it was one of those that switch the language. Neither that
    nor the way back asks for answers still missing, but what was typed and cannot be stored keeps the page.
    """
    good = form.validate()
    if form.csrf_failed:
        return Step("stale", part)
    instrument, answers = form.instrument, form.checked.answers
    storable = not {problem.item for problem in form.checked.problems} & set(form.shown)
    if other_language and storable:
        return Step("same", part)
    if go == BACK and storable:
        return Step("back", part_before(instrument, answers, part))
    if not good:
        return Step("mistakes", part)
    if revealed := form.newly_visible():
        return Step("revealed", part, tuple(revealed))
    if (following := part_after(instrument, answers, part)) is not None:
        return Step("next", following)
    if (skipped := skipped_part(instrument, answers)) is not None:
        return Step("skipped", skipped)
    return Step("done", part)


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
