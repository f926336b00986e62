"""One row of ``survey`` as one item of a questionnaire, cell by cell; what is not carried is told."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from .constraints import Limits, read_constraint
from .expressions import Compared, Named, NotUnderstood, Quoted, parse, plain_number
from .layout import (
    CHOOSE,
    CRITERION,
    DIRECTION,
    ROWS,
    SOURCE,
    STEP,
    UNIT_EN,
    UNIT_VI,
    UNIT_WORDS,
    WORDING,
)
from .reading_choices import ChoiceList, number, truth
from .reading_words import Words
from .row_types import RowType
from .sheets import Row, Sheet

Node = dict[str, object]
#: XLSForm sets no limit to a text, the questionnaire this one.
LONGEST, DECIMAL_STEP = 10_000, 0.01
#: Options of all questions together; a questionnaire of more would be larger than its file may be.
MAX_OPTIONS = 20_000
_OTHER = {"value": "other", "label": {"vi": "Khác", "en": "Other"}, "other": True}
_PARTS = {
    "ranking": ("value", "label"),
    "single": ("value", "label", "missing", "other"),
    "multiple": ("value", "label", "missing", "other", "exclusive"),
}
_MOST = {"single": 2000, "multiple": 2000, "ranking": 12}
#: Appearances that say what a questionnaire does of itself.
_APPEARANCES = {("text", "multiline"), ("scale", "likert"), ("information", "label")}
_LIST_PARAMETERS = re.compile(r"([\w-]+)\s*=\s*([^\s;,]+)")


@dataclass
class ItemReader:
    """Reads rows as items of one workbook."""

    sheet: Sheet
    words: Words
    lists: Mapping[str, ChoiceList]
    scale_keys: Mapping[str, str]
    count: int = 0

    def item(self, row: Row, kind: RowType, key: str, missing_row: str | None) -> Node | None:
        """The item without its condition, ``None`` for one that cannot be carried; all losses told.

        ``missing_row`` is the name of the row with the words instead of this number or day.
        """
        name = row.get("name") or key
        text = self.words.text(self.sheet, row, "label", name, braces=True)
        hint = self.words.text(self.sheet, row, "hint", name, braces=True)
        if text is None:
            text, hint = hint or {"vi": name, "en": name}, None
            self._tell("X58", row, name=name)
        type_name = (
            "scale"
            if kind.kind == "single" and kind.list_name in self.scale_keys and not kind.with_other
            else str(kind.kind)
        )
        item: Node = {"key": key, "type": type_name, "text": text}
        if type_name == "information":
            item["text"] = self.words.in_lines(self.sheet, row, name, text, hint)
            self._tell_cells(row, type_name, used=set())
            return item
        if not self._choices(item, row, kind, name):
            return None
        self._own(item, row, hint)
        self._required(item, row, missing_row)
        used = self._limits(item, row, kind)
        self._tell_cells(row, type_name, used)
        return item

    def _tell(self, code: str, row: Row, **values: object) -> None:
        self.words.remarks.add(code, self.sheet.name, row.number, **values)

    def _tell_cell(self, column: str, row: Row, value: str) -> None:
        name = row.get("name") or row.get("type")
        self._tell("X33", row, column=self.sheet.headings.get(column, column), name=name, value=value)

    def _choices(self, item: Node, row: Row, kind: RowType, name: str) -> bool:
        if not kind.list_name:
            return True
        if item["type"] == "scale":
            item["scale"] = self.scale_keys[kind.list_name]
            return True
        choices = self.lists.get(kind.list_name)
        wanted = _PARTS[str(item["type"])]
        options = [{part: one[part] for part in wanted if part in one} for one in (choices.options if choices else [])]
        if kind.with_other:
            already = next((one for one in options if one["value"] == "other"), None)
            already.update(other=True) if already else options.append(dict(_OTHER))
        most = _MOST[str(item["type"])]
        if not 2 <= len(options) <= most:
            told = {"name": name, "value": kind.list_name, "count": len(options), "least": 2, "most": most}
            self._tell("X20", row, **told)
            return False
        self.count += len(options)
        if self.count > MAX_OPTIONS:
            self._tell("X25", row, name=name, value=kind.list_name, count=len(options), most=MAX_OPTIONS)
            self.count -= len(options)
            return False
        item["options"] = options
        return True

    def _own(self, item: Node, row: Row, hint: dict[str, str] | None) -> None:
        """The columns that only our workbooks have."""
        unit = {"vi": row.get(UNIT_VI), "en": row.get(UNIT_EN)}
        if item["type"] == "number" and any(unit.values()):
            item["unit"] = {code: word for code, word in unit.items() if word}
            hint = _without_unit(hint, unit)
        if hint:
            item["hint"] = hint
        columns = [(CRITERION, "criterion"), (WORDING, "wording"), (SOURCE, "source")]
        columns += [(DIRECTION, "direction")] if item["type"] == "scale" else []
        item |= {name: row.get(column) for column, name in columns if row.get(column)}
        if item["type"] == "ranking" and row.get(CHOOSE):
            item["choose"] = number(row.get(CHOOSE))

    def _required(self, item: Node, row: Row, missing_row: str | None) -> None:
        written = row.get("required")
        required = truth(written) if written else False
        if not isinstance(required, bool):
            if missing_row and _parsed(written) == Compared("=", Named(missing_row), Quoted("")):
                required = True
            else:
                self._tell("X32", row, name=row.get("name"), value=written)
                required = False
        if required or item["type"] == "scale":
            item["required"] = required

    def _limits(self, item: Node, row: Row, kind: RowType) -> set[str]:
        """Steps and limits; returns the parameters that were of use."""
        given = dict(_LIST_PARAMETERS.findall(row.get("parameters")))
        used: set[str] = set()
        step = float(self._step(item, row, kind, given)) if item["type"] == "number" else 1.0
        limits = read_constraint(row.get("constraint"), kind=str(item["type"]), step=step)
        for rest in limits.rest:
            self._tell("X31", row, name=row.get("name"), value=rest)
        if kind.word == "range":
            used = {"start", "end", "step"}
            _narrow(limits, _float(given.get("start"), 1.0), _float(given.get("end"), 10.0))
        if kind.word == "percentage":
            _narrow(limits, 0.0, 100.0)
        if item["type"] == "text":
            item["max_length"] = max(1, min(LONGEST if limits.length is None else limits.length, LONGEST))
            shown = min(20.0, max(1.0, _float(given.get("rows"), 3.0 if _is_long(row) else 1.0)))
            item["rows"] = number(row.get(ROWS) or str(int(shown)))
            used = {"rows"}
        least, most = limits.least, limits.most
        if least is not None and most is not None and least > most:  # type: ignore[operator]  # two numbers or two days
            self._tell("X31", row, name=row.get("name"), value=row.get("constraint"))
        else:
            item |= {name: limit for name, limit in (("min", least), ("max", most)) if limit is not None}
        self._alone(item, row, kind, limits)
        return used

    def _step(self, item: Node, row: Row, kind: RowType, given: Mapping[str, str]) -> float:
        told = row.get(STEP)
        if kind.word == "range" and not told:
            told = plain_number(abs(_float(given.get("step"), 1.0)) or 1.0)
        if told:
            item["step"] = number(told)
        elif kind.word == "decimal":
            item["step"] = DECIMAL_STEP
            self._tell("X54", row, name=row.get("name"))
        return abs(_float(told, DECIMAL_STEP if kind.word == "decimal" else 1.0)) or 1.0

    def _alone(self, item: Node, row: Row, kind: RowType, limits: Limits) -> None:
        codes = self.lists[kind.list_name].codes if limits.alone else {}
        options = item.get("options")
        for written in limits.alone:
            found = [one for one in options if one["value"] == codes.get(written)] if isinstance(options, list) else []
            if not found:
                self._tell("X31", row, name=row.get("name"), value=row.get("constraint"))
            elif "missing" not in found[0]:
                found[0]["exclusive"] = True

    def _tell_cells(self, row: Row, type_name: str, used: set[str]) -> None:
        """Cells of the row that nothing has read."""
        parameters = _LIST_PARAMETERS.findall(row.get("parameters"))
        if row.get("parameters") and (not parameters or {name for name, _value in parameters} - used):
            self._tell_cell("parameters", row, row.get("parameters"))
        for word in row.get("appearance").split():
            if (type_name, word.casefold()) not in _APPEARANCES:
                self._tell("X59", row, name=row.get("name") or row.get("type"), value=word)
        skipped = {"required": ("false", "no", "0", "false()")}
        silent = ("required", "constraint") if type_name == "information" else ()
        columns = (
            "default",
            "calculation",
            "read_only",
            "choice_filter",
            "trigger",
            "repeat_count",
            "jr:count",
            *silent,
        )
        for column in columns:
            value = row.get(column)
            if value and value.casefold() not in skipped.get(column, ()):
                self._tell_cell(column, row, value)
        for heading in self.sheet.headings:
            if heading.partition("::")[0] in _PER_LANGUAGE and row.get(heading):
                self._tell_cell(heading, row, row.get(heading))


_PER_LANGUAGE = {
    "constraint_message", "required_message", "guidance_hint", "image", "audio", "video", "big_image", "autoplay",
}  # fmt: skip


def _is_long(row: Row) -> bool:
    return "multiline" in row.get("appearance").casefold()


def _parsed(text: str) -> object:
    try:
        return parse(text)
    except NotUnderstood:
        return None


def _float(text: str | None, otherwise: float) -> float:
    try:
        value = float(text) if text else otherwise
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise


def _narrow(limits: Limits, start: float, end: float) -> None:
    least, most = sorted((start, end))
    limits.least = max(least, float(limits.least)) if limits.least is not None else least
    limits.most = min(most, float(limits.most)) if limits.most is not None else most


def _without_unit(hint: dict[str, str] | None, unit: dict[str, str]) -> dict[str, str] | None:
    """The hint without the sentence on the unit, which the workbook has for ODK alone."""
    if hint is None:
        return None
    left = {code: words.removesuffix(UNIT_WORDS[code] % unit[code]).strip() for code, words in hint.items()}
    return left if all(left.values()) else None if not any(left.values()) else hint
