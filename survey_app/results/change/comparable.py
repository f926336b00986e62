"""Which figures of two waves measure the same: as the comparison of their questionnaires says."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from survey_app.instruments.comparability import compare_indices, compare_items
from survey_app.instruments.schema import Instrument


@dataclass(frozen=True)
class Comparability:
    """Whether a figure may stand beside the same of another wave; ``words``: why not, or with what care."""

    level: str
    words: str = ""


SAME = Comparability("comparable")


def compare_measures(before: Instrument, after: Instrument) -> dict[str, Comparability]:
    """A verdict on every item, factor and index of the later questionnaire, by key."""
    if before.content_hash == after.content_hash:
        keys = [item.key for item in after.items()] + [index.key for index in after.indices]
        return dict.fromkeys([*keys, *(section.key for section in after.sections)], SAME)
    items = compare_items(before, after)
    found = {verdict.key: Comparability(verdict.level, verdict.words) for verdict in items}
    for verdict in compare_indices(before, after, items):
        found[verdict.key] = Comparability(verdict.level, verdict.words)
    was = {section.key: _scale_keys(section) for section in before.sections}
    for section in after.sections:
        if section.factor:
            found[section.key] = _section(was.get(section.key), _scale_keys(section), found)
    new = Comparability("not_comparable", _("đợt trước không hỏi"))
    keys = [item.key for item in after.items()] + [index.key for index in after.indices]
    return dict.fromkeys(keys, new) | found


def _scale_keys(section: object) -> list[str]:
    return [item.key for item in section.items if item.type == "scale"]  # type: ignore[attr-defined]  # a section


def _section(was: list[str] | None, now: list[str], found: dict[str, Comparability]) -> Comparability:
    if was is None:
        return Comparability("not_comparable", _("đợt trước không có yếu tố này"))
    if set(was) != set(now):
        return Comparability("not_comparable", _("các tiêu chí của yếu tố đã khác"))
    levels = {found[key].level if key in found else "not_comparable" for key in now}
    if "not_comparable" in levels:
        return Comparability("not_comparable", _("có tiêu chí không còn so sánh được"))
    if "with_care" in levels:
        return Comparability("with_care", _("có tiêu chí đã đổi cách hỏi"))
    return SAME
