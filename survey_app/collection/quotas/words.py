"""What a quota counts, in words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey_app.collection.models import Quota
from survey_app.collection.words import CHANNEL_WORDS
from survey_app.i18n import language
from survey_app.instruments.items import ScaleItem, SingleItem
from survey_app.instruments.schema import Instrument

RULE_WORDS = {
    "refuse": _l("đủ thì thôi nhận"),
    "flag": _l("vẫn nhận, gắn cờ phiếu vượt"),
}


def part_words(quota: Quota, instrument: Instrument) -> str:
    """The part that a quota counts: place, channel, answer."""
    parts = []
    if quota.unit is not None:
        parts.append(quota.unit.name)
    if quota.channel is not None:
        parts.append(str(CHANNEL_WORDS[quota.channel]))
    if quota.item is not None:
        answer = answer_words(instrument, quota.item).get(str(quota.value), str(quota.value))
        parts.append(_("câu %(number)s: %(answer)s", number=instrument.number_of(quota.item), answer=answer))
    return " · ".join(parts)


def answer_words(instrument: Instrument, key: str) -> dict[str, str]:
    """Each answer of an item as it is stored in a quota, with its label; empty for items without fixed answers."""
    item = next((one for one in instrument.questions() if one.key == key), None)
    if isinstance(item, ScaleItem):
        return {str(point.value): point.label.get(language()) for point in instrument.scale_of(item).answers}
    if isinstance(item, SingleItem):
        return {str(option.value): option.label.get(language()) for option in item.options}
    return {}
