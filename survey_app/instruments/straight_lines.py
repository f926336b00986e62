"""Long lists answered with one level all the way down: a reason for a gentle word, never for a refusal."""

from __future__ import annotations

from collections.abc import Mapping

from .conditions import visible_items
from .schema import Instrument

#: As many questions on one scale make a long list; the page has both numbers in its template.
LONG = 7
#: Of fewer points the same answer everywhere is common: eight conditions that were all met.
FINE = 4


def straight_lines(instrument: Instrument, section_key: str | None, answers: Mapping[str, object]) -> list[str]:
    """Keys of the scales of which a long list in the section, None for the whole form, has the same point everywhere.

    Only questions on the respondent's path count, and scales of at least ``FINE`` points. A list with a question left
    open, or with an answer outside the scale such as "no opinion", is no straight line: whoever has no opinion is not
    pressed for one.
    """
    fine = {key for key, scale in instrument.scales.items() if len(scale.points) >= FINE}
    rated = {key: scale for key, scale in instrument.rated(section_key).items() if scale in fine}
    points: dict[str, set[object]] = {}
    for key, scale in rated.items():
        if key in answers:
            points.setdefault(scale, set()).add(answers[key])
    if all(len(given) > 1 for given in points.values()):
        return []  # as nearly every form; the path need not be walked
    lists: dict[str, list[object]] = {}
    for item in visible_items(instrument, answers):
        if item.key in rated:
            lists.setdefault(rated[item.key], []).append(answers.get(item.key))
    return [
        scale
        for scale, given in lists.items()
        if len(given) >= LONG and len(set(given)) == 1 and given[0] in instrument.scales[scale].values
    ]
