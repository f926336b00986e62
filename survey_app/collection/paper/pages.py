"""The rows of the keying and deciding pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from survey_app.collection.names import names_at
from survey_app.collection.paper.codes import Choice, choices_of
from survey_app.collection.paper.comparing import Comparison
from survey_app.collection.paper.models import PaperBatch
from survey_app.collection.paper.reading import UNCLEAR, write_value
from survey_app.instruments.items import Item, OtherText
from survey_app.instruments.piping import fill_in
from survey_app.instruments.schema import Instrument


@dataclass(frozen=True)
class Row:
    """An item to key: what stands on the paper, what can be typed, what was typed.

    Attributes
    ----------
    script : str
        The choices as JSON for the page's script: number, value, words.
    first, second : str
        What the two keyers read, where a third decides.
    """

    key: str
    kind: str
    number: str
    text: str
    choices: tuple[Choice, ...]
    script: str
    typed: str
    problem: str
    chosen: str
    first: str = ""
    second: str = ""


def rows_to_key(
    instrument: Instrument, batch: PaperBatch, typed: Mapping[str, str], problems: Mapping[str, str]
) -> list[tuple[str, list[Row]]]:
    """The items of each section with its title, in the order and the language of the paper."""
    names, language = names_at(batch.unit), batch.language
    return [
        (
            fill_in(section.title.get(language), names),
            [
                _row(instrument, item, batch, names, typed, problems)
                for item in instrument.items_in(section.key)
                if item.type != "information"
            ],
        )
        for section in instrument.sections
    ]


def rows_to_decide(
    instrument: Instrument,
    batch: PaperBatch,
    found: Comparison,
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> list[Row]:
    """The items on which two keyers differ, with what each read."""
    names = names_at(batch.unit)
    rows = []
    for one in found.differences:
        row = _row(instrument, one.item, batch, names, typed, problems)
        first, second = (_words(one.item, value, instrument, batch.language) for value in (one.first, one.second))
        rows.append(Row(**vars(row) | {"first": first, "second": second}))
    return rows


def _row(
    instrument: Instrument,
    item: Item,
    batch: PaperBatch,
    names: dict[str, str],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> Row:
    language = batch.language
    choices = choices_of(item, instrument, language)
    text = fill_in(item.text.get(language), names)
    if isinstance(item, OtherText):
        text = _("Chữ ghi cạnh ô „%(label)s”", label=text)
    script = [{"code": one.code, "value": one.value, "label": one.label} for one in choices]
    given = typed.get(item.key, "")
    return Row(
        key=item.key,
        kind=item.type,
        number=instrument.number_of(item.key),
        text=text,
        choices=choices,
        script=json.dumps(script, ensure_ascii=False),
        typed=given,
        problem=problems.get(item.key, ""),
        chosen=next((one.label for one in choices if one.code == given.strip()), ""),
    )


def _words(item: Item, value: object, instrument: Instrument, language: str) -> str:
    if value is None:
        return _("bỏ trống")
    return _("không rõ") if value == UNCLEAR else write_value(item, value, instrument, language)
