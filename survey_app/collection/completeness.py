"""How much of a form was answered, as AAPOR's Standard Definitions part interviews."""

from __future__ import annotations

from collections.abc import Mapping

from survey_app.instruments.conditions import visible_items
from survey_app.instruments.schema import Instrument

COMPLETE_FROM_PERCENT = 80
PARTIAL_FROM_PERCENT = 50


def completeness_of(instrument: Instrument, answers: Mapping[str, object]) -> str:
    """Whether the answers are complete, partial or broken off.

    Counted over the scale items on the respondent's path, since the figures are made of them; "no opinion" is an
    answer. A form that asks no such item is complete.

    Returns
    -------
    {"complete", "partial", "broken_off"}
        At least 80% answered; at least 50%; fewer. The standard gives these limits as its example and asks that
        the ones used be told (AAPOR 2023, on complete and partial interviews and break-offs).
    """
    applicable = [item.key for item in visible_items(instrument, answers) if item.type == "scale"]
    percent = 100 * sum(key in answers for key in applicable)
    if percent >= COMPLETE_FROM_PERCENT * len(applicable):
        return "complete"
    return "partial" if percent >= PARTIAL_FROM_PERCENT * len(applicable) else "broken_off"
