"""What the cell ``type`` of a row means, in every spelling that pyxform takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = r"(?:add |q )?select[ _]?(?:one|1)(?: prompt using| using| from)?"
_MANY = r"(?:add )?(?:select[ _](?:multiple|all that apply)|q select)(?: prompt using| using| from)?"
_WITH_LIST = (
    ("single", re.compile(rf"(?:{_ONE}) (?P<list>\S+)(?P<other> or[ _](?:specify[ _])?other)?", re.I)),
    ("multiple", re.compile(rf"(?:{_MANY}) (?P<list>\S+)(?P<other> or[ _](?:specify[ _])?other)?", re.I)),
    ("ranking", re.compile(r"(?:odk:)?rank (?P<list>\S+)(?P<other>$)?", re.I)),
)
_FROM_FILE = re.compile(r"select[ _](?:one|multiple)[ _](?:from[ _]file|external)\b.*", re.I)
_PLAIN = {
    "integer": "number", "int": "number", "decimal": "number", "range": "number",
    "text": "text", "string": "text", "date": "date", "note": "information", "percentage": "number",
    "datetime": "date", "date_time": "date", "acknowledge": "information", "trigger": "information",
}  # fmt: skip
#: Types of which a part is carried, by the code of the loss.
_PARTLY = {"datetime": "X19", "date_time": "X19", "acknowledge": "X18", "trigger": "X18"}
#: Types that are not carried, by the code of what is told.
_REFUSED = {
    "X10": {"calculate", "hidden", "xml-external", "csv-external"},
    "X11": {"image", "photo", "audio", "video", "file", "barcode", "background-audio", "signature", "draw", "annotate"},
    "X12": {"geopoint", "geotrace", "geoshape", "start-geopoint", "gps", "location", "osm",
            "background-geopoint"},
    "X70": {"start", "end", "today", "deviceid", "device_id", "username", "phonenumber", "phone_number", "email",
            "simserial", "subscriberid", "audit", "imei", "start_time", "end_time", "instanceid", "instance_id",
            "sim_id", "subscriber_id"},
}  # fmt: skip


@dataclass(frozen=True)
class RowType:
    """Type of the item (``None``: none of ours), its list, its spelling; ``refused`` is the code of what is lost."""

    kind: str | None
    word: str
    list_name: str = ""
    with_other: bool = False
    refused: str = ""


def row_type(text: str) -> RowType:
    """The meaning of the cell."""
    text = re.sub(r"\s+", " ", text.strip())
    word = text.casefold()
    spelling = word.removeprefix("add ").removeprefix("q ").removeprefix("get ").removeprefix("uri:")
    spelling = spelling.removesuffix(" prompt").replace(" ", "_")
    if spelling in _PLAIN:
        return RowType(_PLAIN[spelling], spelling, refused=_PARTLY.get(spelling, ""))
    if _FROM_FILE.fullmatch(text):
        return RowType(None, word, refused="X16")
    for kind, pattern in _WITH_LIST:
        found = pattern.fullmatch(text)
        if found:
            return RowType(kind, word, found["list"], with_other=bool(found["other"]))
    code = next((code for code, words in _REFUSED.items() if spelling in words or word in words), "X17")
    return RowType(None, word, refused=code)
