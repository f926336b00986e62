"""The format of snapshots: how it is hashed, and how those of format 1 are read.

Snapshots of format 1 have no `texts`, `breakdowns`, `public`, `review`, `code` and `content_sha256`.
"""

from __future__ import annotations

import hashlib
import json

from flask_babel import force_locale
from flask_babel import gettext as _

from survey_app.i18n import LANGUAGES
from survey_app.instruments.schema import Instrument
from survey_app.publication.attachments import Content
from survey_app.publication.texts import write_texts
from survey_app.publication.waves import instrument_in

FORMAT = 2
#: Kinds of rows that belong to a section which may be left out.
KINDS = {"section": "factors", "item": "items"}


def hash_of(content: Content) -> str:
    """SHA-256 of the content as JSON with sorted keys, no spaces, in UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_content(stored: Content) -> Content:
    """The content of a snapshot of any format with every key of the newest; what an old one lacks is derived."""
    if stored["format"] >= FORMAT:
        return stored
    instrument = instrument_in(stored)
    content: Content = {"probability": True, "weighting": [], "set_aside": 0, "undrawn": 0} | stored
    content["breakdowns"] = {by: breakdown_titles(instrument, by) for by in stored["figures"] if by}
    content["public"] = {
        "sections": [*KINDS.values(), "choices"],
        "breakdowns": list(content["breakdowns"]),
        "files": [],
        "open_text": False,
    }
    content["code"] = {"version": stored["version"]}
    content["texts"] = {language: write_texts(content, language) for language in LANGUAGES}
    return content


def breakdown_titles(instrument: Instrument, by: str) -> dict[str, str]:
    """What a breakdown is called, in each language: „huyện, thành phố”, or the question's own words."""
    found = {}
    for language in LANGUAGES:
        with force_locale(language):
            fixed = {
                "district": _("huyện, thành phố"),
                "commune": _("xã, phường"),
                "channel": _("kênh trả lời"),
                "sex": _("giới tính"),
                "age": _("độ tuổi"),
            }
            texts = {item.key: item.text.get(language) for item in instrument.items()}
            found[language] = fixed.get(by) or texts.get(by, by)
    return found
