"""The sheet ``choices`` as lists of options, with what our own sheet of options adds to them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from .layout import CHOICES, OPTIONS
from .losses import Remarks
from .reading_words import Names, Words, word_of
from .sheets import Row, Sheet

_OWN_COLUMNS = {"list_name", "name", "value", "label"}
_KINDS = ("no_opinion", "not_used", "refused", "dont_know")


@dataclass
class ChoiceList:
    """One list: its options as a questionnaire has them, the code of each name in the workbook, its first row."""

    name: str
    row: int
    options: list[dict[str, object]] = field(default_factory=list)
    codes: dict[str, int | str] = field(default_factory=dict)
    taken: Names = field(default_factory=Names)
    labels: dict[str, set[str]] = field(default_factory=dict)


def read_choices(sheets: Mapping[str, Sheet], words: Words) -> dict[str, ChoiceList]:
    """Every list of the workbook by its name."""
    sheet = sheets.get(CHOICES, Sheet(CHOICES))
    lists: dict[str, ChoiceList] = {}
    for row in sheet.rows:
        name, code = row.get("list_name"), row.get("name") or row.get("value")
        if not name or not code:
            words.remarks.add("X24", CHOICES, row.number, value="list_name" if not name else "name")
            continue
        choices = lists.setdefault(name, ChoiceList(name, row.number))
        label = words.text(sheet, row, "label", code)
        if label is None:
            words.remarks.add("X58", CHOICES, row.number, name=code)
            label = {"vi": code, "en": code}
        if label["vi"] in choices.labels.setdefault(code, set()):
            words.remarks.add("X22", CHOICES, row.number, value=code, name=name)
            continue
        choices.labels[code].add(label["vi"])
        value = _value(code, choices, row, words.remarks)
        choices.codes.setdefault(code, value)
        choices.options.append({"value": value, "label": label})
    words.tell_columns(sheet, _OWN_COLUMNS)
    _add_own(sheets.get(OPTIONS, Sheet(OPTIONS)), lists, words.remarks)
    return lists


def _value(code: str, choices: ChoiceList, row: Row, remarks: Remarks) -> int | str:
    """The code where a questionnaire can have it; otherwise the most like it, which is told."""
    whole = code.isascii() and code.isdigit() and len(code) <= 4 and str(int(code)) == code
    word = code.isascii() and code.isidentifier() and len(code) <= 40
    usable = (whole or word) and code not in choices.taken
    new = choices.taken.take(code if usable else word_of(code))
    if new != code:
        remarks.add("X21", CHOICES, row.number, value=code, name=choices.name, new=new)
    return int(code) if whole and new == code else new


def _add_own(sheet: Sheet, lists: dict[str, ChoiceList], remarks: Remarks) -> None:
    """What ``hailong_options`` says of an option."""
    for row in sheet.rows:
        choices = lists.get(row.get("list_name"))
        code = choices.codes.get(row.get("name")) if choices else None
        option = next((one for one in choices.options if one["value"] == code), None) if choices else None
        if option is None:
            value = f"{row.get('list_name')} {row.get('name')}"
            remarks.add("X33", OPTIONS, row.number, column="list_name, name", name=row.get("list_name"), value=value)
            continue
        if row.get("missing"):
            option["missing"] = row.get("missing")
        for name in ("other", "exclusive"):
            if row.get(name):
                option[name] = truth(row.get(name))


def truth(text: str) -> object:
    """``yes`` and its like as a truth value; anything else as it is, for the schema to refuse."""
    return {"yes": True, "true": True, "true()": True, "1": True, "no": False, "false": False, "false()": False,
            "0": False}.get(text.strip().casefold(), text)  # fmt: skip


def number(text: str) -> object:
    """The number, whole where it can be; anything else as it is, for the schema to refuse."""
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        return text
    return int(value) if value.is_integer() else value
