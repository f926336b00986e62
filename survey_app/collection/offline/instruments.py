"""A questionnaire as data for ``static/js/offline/form.js``: what the server's pages show, in both languages."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale

from survey_app.collection.begin import DEFAULT_CONSENT
from survey_app.i18n import LANGUAGES
from survey_app.instruments.conditions import condition_to_json
from survey_app.instruments.items import (
    DateItem,
    Item,
    MultipleItem,
    NumberItem,
    OtherText,
    RankingItem,
    ScaleItem,
    SingleItem,
    TextItem,
)
from survey_app.instruments.scales import MissingWord, Scale
from survey_app.instruments.schema import Instrument
from survey_app.instruments.texts import Text

Data = dict[str, Any]


def instrument_as_data(instrument: Instrument, content_hash: str) -> Data:
    """The questionnaire of this hash as plain data; conditions as ``conditions.js`` reads them."""
    numbers = instrument.numbers()
    return {
        "hash": content_hash,
        "title": _both(instrument.title),
        "minutes": instrument.minutes,
        "intro": _maybe(instrument.intro),
        "consent": _both(instrument.consent) if instrument.consent else default_consent(),
        "scales": {key: _scale(scale) for key, scale in instrument.scales.items()},
        "sections": [
            {
                "key": section.key,
                "title": _both(section.title),
                "intro": _maybe(section.intro),
                "items": [_item(item, numbers.get(item.key), instrument) for item in instrument.items_in(section.key)],
            }
            for section in instrument.sections
        ],
    }


def default_consent() -> dict[str, str]:
    """What is said before a form whose questionnaire says nothing of its own."""
    found = {}
    for code in LANGUAGES:
        with force_locale(code):
            found[code] = str(DEFAULT_CONSENT)
    return found


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _maybe(text: Text | None) -> dict[str, str] | None:
    return None if text is None else _both(text)


def _scale(scale: Scale) -> Data:
    return {
        "points": [{"value": point.value, "label": _both(point.label)} for point in scale.points],
        "outside": [{"value": point.value, "label": _both(point.label)} for point in scale.outside],
        "satisfied": list(scale.satisfied),
        "no_opinion": _both(scale.no_opinion.label) if scale.no_opinion else None,
        "faces": scale.shows_faces,
        "grid": scale.display == "grid",
    }


def _item(item: Item, number: str | None, instrument: Instrument) -> Data:
    return {
        "key": item.key,
        "type": item.type,
        "number": number,
        "text": _both(item.text),
        "hint": _maybe(item.hint),
        "required": item.required,
        "show_if": None if item.show_if is None else condition_to_json(item.show_if, instrument),
        **_of_its_type(item),
    }


def _of_its_type(item: Item) -> Data:
    if isinstance(item, ScaleItem):
        return {"scale": item.scale, "reversed": item.direction is not None}
    if isinstance(item, SingleItem | MultipleItem):
        return {
            "options": [
                {
                    "value": option.value,
                    "label": _both(option.label),
                    "missing": option.missing is not None,
                    "other": bool(option.other),
                    "exclusive": bool(getattr(option, "exclusive", False)),
                    "alone": bool(getattr(option, "alone", False)),
                }
                for option in item.options
            ]
        }
    if isinstance(item, RankingItem):
        options = [{"value": option.value, "label": _both(option.label)} for option in item.options]
        return {"options": options, "places": item.places}
    if isinstance(item, NumberItem):
        whole = float(item.step).is_integer() and (item.min or 0) >= 0
        return {
            "min": item.min,
            "max": item.max,
            "step": item.step,
            "unit": _maybe(item.unit),
            "missing": _words(item.missing),
            "keyboard": "numeric" if whole else "decimal",
        }
    if isinstance(item, TextItem):
        parent = item.parent if isinstance(item, OtherText) else None
        return {"max_length": item.max_length, "rows": item.rows, "parent": parent}
    if isinstance(item, DateItem):
        limits = {"min": item.min, "max": item.max}
        return {name: day and day.isoformat() for name, day in limits.items()} | {"missing": _words(item.missing)}
    return {}


def _words(words: tuple[MissingWord, ...] | None) -> list[Data]:
    return [{"value": word.value, "label": _both(word.label)} for word in words or ()]
