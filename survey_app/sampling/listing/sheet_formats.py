"""How a workbook shows its numbers: which are dates, and which carry zeros in front."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any
from xml.parsers import expat

#: Numbers of the formats that every spreadsheet has without saying: dates, and times of the day.
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_FIRST_DAY = datetime(1899, 12, 30)
_LAST_DAY = 2_958_466
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
DATE = -1


def read_formats(content: bytes) -> list[int]:
    """For each cell style: 0 as it stands, `DATE`, or to how many digits the number is filled with zeros."""
    if not content:
        return []
    custom: dict[str, str] = {}
    styles: list[int] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        name = name.rpartition(":")[2]
        if name == "numFmt":
            custom[attributes["numFmtId"]] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            styles.append(_meaning(attributes.get("numFmtId", "0"), custom))

    def end(name: str) -> None:
        nonlocal inside
        if name.rpartition(":")[2] == "cellXfs":
            inside = False

    parser: Any = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(content, True)
    return styles


def _meaning(number: str, custom: dict[str, str]) -> int:
    code = custom.get(number)
    if code is None:
        return DATE if int(number) in _BUILT_IN_DATES else 0
    bare = _QUOTED.sub("", code.partition(";")[0]).lower()
    if re.search(r"[dmyhs]", bare):
        return DATE
    return len(bare) if re.fullmatch(r"0{2,20}", bare) else 0


def number_text(value: str, form: int) -> str:
    """A number as an official would read it: 5 and not 5.0, 12,5, an ISO date, 00123 where the cell shows it so."""
    number = float(value)
    if form == DATE and 0 < number < _LAST_DAY:
        moment = _FIRST_DAY + timedelta(seconds=round(number * 86_400))
        if number < 1:
            return moment.time().isoformat()
        return moment.date().isoformat() if moment.time() == time() else moment.isoformat(sep=" ")
    if number.is_integer():
        return str(int(number)).zfill(max(form, 0))
    return repr(number).replace(".", ",")
