"""The official words of a decree or a form put into a questionnaire, from a table and without touching anything else.

A row of the table names an item (``a1``) or one of its options (``n4:2``), a language and the new text. Every other
part of the questionnaire, and with it what stays comparable over time, is left as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from survey_app.characters import is_clean
from survey_app.errors import LinesRefused, UserError

from .items import Item, MultipleItem, RankingItem, ScaleItem, SingleItem
from .schema import Instrument
from .schema_problems import LANGUAGES, closest

COLUMNS = ("item", "language", "text")
LONGEST_TEXT, LONGEST_SOURCE = 4000, 300
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")

#: Item, value of one of its options or nothing, language.
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Rewording:
    """The reworded instrument, the items that now bear the official words, and those whose English is still the old."""

    instrument: Instrument
    official: tuple[str, ...]
    english_left: tuple[str, ...]


def reword(
    instrument: Instrument, rows: Iterable[tuple[int, dict[str, str]]], *, source: str, version: str
) -> Rewording:
    """The instrument in the words of the rows, as another version.

    Parameters
    ----------
    rows
        Line number and cells (``item``, ``language``, ``text``), as :func:`survey_app.csv_reader.read_rows` gives them.
    source
        The document the words are from; stored with each item whose own Vietnamese text a row gives, which becomes
        ``wording: official``.

    Raises
    ------
    LinesRefused
        Every line with an unknown item, option or language, a text that is empty, too long, given twice, holds hidden
        characters, or has other names in braces than the text it replaces.
    UserError
        No row, or no usable source.
    """
    source = source.strip()
    if not source or len(source) > LONGEST_SOURCE or not is_clean(source):
        raise UserError(
            _("Xin ghi văn bản nguồn của câu chữ (--source), nhiều nhất %(limit)s ký tự.", limit=LONGEST_SOURCE)
        )
    texts = _checked(instrument, rows)
    if not texts:
        raise UserError(_("Tệp không có dòng nào để thay câu chữ."))
    content = json.loads(instrument.canonical_json()) | {"version": version}
    asked = {item.key for item in instrument.questions()}
    official = {key for key, value, language in texts if not value and language == "vi" and key in asked}
    for item in (item for section in content["sections"] for item in section["items"]):
        _replace(item, texts)
        if item["key"] in official:
            item |= {"wording": "official", "source": source}
    renewed = {key for key, value, language in texts if not value and language == "en"}
    reworded = Instrument.model_validate_json(json.dumps(content))
    keys = [item.key for section in reworded.sections for item in section.items]
    return Rewording(
        instrument=reworded,
        official=tuple(key for key in keys if key in official),
        english_left=tuple(key for key in keys if key in official - renewed),
    )


def _replace(item: dict[str, Any], texts: dict[Place, str]) -> None:
    for (key, value, language), text in texts.items():
        if key != item["key"]:
            continue
        if not value:
            item["text"][language] = text
        for option in item.get("options", ()):
            if str(option["value"]) == value:
                option["label"][language] = text


def _checked(instrument: Instrument, rows: Iterable[tuple[int, dict[str, str]]]) -> dict[Place, str]:
    """The text for each place; raises :class:`LinesRefused` with every fault of every line."""
    items = {item.key: item for section in instrument.sections for item in section.items}
    texts: dict[Place, str] = {}
    first: dict[Place, int] = {}
    refused: list[tuple[int, str]] = []
    for line, row in rows:
        if row.get(""):
            refused.append((line, row[""]))
            continue
        key, _colon, value = row["item"].partition(":")
        place = (key.strip(), value.strip(), row["language"].strip().lower())
        faults = list(_faults(items, place, row["text"]))
        if place in first:
            faults.append(_("câu chữ này đã có ở dòng %(first)s", first=first[place]))
        refused.extend((line, fault) for fault in faults)
        first.setdefault(place, line)
        texts[place] = row["text"]
    if refused:
        raise LinesRefused(_("Chưa thay câu nào, vì tệp có chỗ sai:"), refused)
    return texts


def _faults(items: dict[str, Item], place: Place, text: str) -> Iterator[str]:
    key, value, language = place
    if language not in LANGUAGES:
        yield _("thứ tiếng „%(language)s” không dùng được, xin ghi vi hoặc en", language=language[:20])
    if not text.strip():
        yield _("chưa có câu chữ")
    if len(text) > LONGEST_TEXT:
        yield _("câu chữ dài quá %(limit)s ký tự", limit=LONGEST_TEXT)
    if not is_clean(text):
        yield _("câu chữ có ký tự ẩn, xin xóa đi và gõ lại")
    if key not in items:
        nearest = closest(key, sorted(items))
        yield _("bộ phiếu không có câu „%(key)s”; khóa gần giống: %(nearest)s", key=key[:60], nearest=nearest)
        return
    old = _old_text(items[key], value, language)
    if old is None:
        yield _no_option(items[key], value)
    elif language in LANGUAGES and sorted(_BRACES.findall(old)) != sorted(_BRACES.findall(text)):
        names = ", ".join(_BRACES.findall(old)) or _("(không có)")
        yield _("tên trong ngoặc nhọn phải giữ như câu cũ: %(names)s", names=names)


def _old_text(item: Item, value: str, language: str) -> str | None:
    """The text in this place now; ``None`` where the item has no such option."""
    if not value:
        return item.text.get(language)
    if not isinstance(item, (SingleItem, MultipleItem, RankingItem)):
        return None
    return next((option.label.get(language) for option in item.options if str(option.value) == value), None)


def _no_option(item: Item, value: str) -> str:
    if isinstance(item, ScaleItem):
        return str(
            _(
                "câu „%(key)s” dùng chung thang đo „%(scale)s” nên không thay riêng tên mức được",
                key=item.key,
                scale=item.scale,
            )
        )
    if isinstance(item, (SingleItem, MultipleItem, RankingItem)):
        known = ", ".join(str(option.value) for option in item.options)
        return str(
            _("câu „%(key)s” không có ý „%(value)s”, chỉ có: %(known)s", key=item.key, value=value[:40], known=known)
        )
    return str(_("câu „%(key)s” không có ý nào để chọn", key=item.key))
