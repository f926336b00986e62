"""An XLSForm workbook, ours or anybody's, read as the plain tree of a questionnaire and what the tree leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from survey_app.instruments.items import OTHER_SUFFIX
from survey_app.instruments.yaml_tree import Tree

from .layout import (
    CHOICES,
    COLUMNS,
    CONSENT_LIST,
    FACTOR,
    HELPER,
    INDICES,
    SCALES,
    SETTINGS,
    STANDARD,
    SURVEY,
)
from .losses import Remarks
from .reading_choices import read_choices, truth
from .reading_conditions import ConditionReader
from .reading_groups import Page, Placed, is_group_row, read_pages, tell_group_cells
from .reading_items import ItemReader
from .reading_kobo import in_plain_words
from .reading_marks import other_code, with_marks
from .reading_scales import guess_scales, missing_kind_of, overall_index, rated_lists
from .reading_sheets import (
    read_basis,
    read_indices,
    read_scales,
    read_settings,
    read_targets,
    settings_row,
)
from .reading_words import Names, Words, key_of, new_keys
from .relevance_reading import Asked, Node
from .row_types import row_type
from .sheets import Row, Sheet
from .workbook import WorkbookRefused

MAX_QUESTIONS = 2_500


def read_sheets(sheets: Mapping[str, Sheet], remarks: Remarks, *, name: str) -> Tree:
    """The questionnaire in the sheets; ``name`` is its key where the workbook has none.

    Raises
    ------
    WorkbookRefused
        There is no sheet ``survey`` with a column ``type``, or it is longer than any questionnaire.
    """
    survey = sheets.get(SURVEY)
    if survey is None:
        raise WorkbookRefused(
            _(
                "Tệp không có trang tính «survey» (có: %(names)s). Xin đặt tên trang câu hỏi là survey, trang lựa chọn "
                "là choices, trang thông tin chung là settings.",
                names=", ".join(sheets)[:200] or "–",
            )
        )
    if "type" not in survey.headings or not survey.rows:
        raise WorkbookRefused(
            _(
                "Trang «survey» trống, hoặc dòng đầu không có cột «type». Xin ghi tên các cột ở dòng đầu: type, name, "
                "label."
            )
        )
    if len(survey.rows) > MAX_QUESTIONS:
        told = _("Trang «survey» có quá %(limit)s dòng. Xin chia thành nhiều bộ phiếu.", limit=MAX_QUESTIONS)
        raise WorkbookRefused(told)
    plain = in_plain_words(survey, remarks)
    sheets = {**sheets, SURVEY: with_marks(plain, sheets.get(CHOICES, Sheet(CHOICES)))}
    return _Reading(sheets, remarks).tree(name)


@dataclass
class _Reading:
    sheets: Mapping[str, Sheet]
    remarks: Remarks
    keys: dict[str, str] = field(default_factory=dict)
    row_keys: dict[int, str] = field(default_factory=dict)
    taken: Names = field(default_factory=new_keys)
    tree_lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    used_lists: set[str] = field(default_factory=set)

    def tree(self, name: str) -> Tree:
        self.survey = self.sheets[SURVEY]
        default = settings_row(self.sheets).get("default_language")
        self.words = Words.of(self.sheets, default, self.remarks)
        self.helpers = {row.get("name"): row.get(HELPER) for row in self.survey.filled(HELPER)}
        self.words.piped = {row: word[5:] for row, word in self.helpers.items() if word.startswith("name:")}
        self.missing_rows = {word[8:]: row for row, word in self.helpers.items() if word.startswith("missing:")}
        self.lists = read_choices(self.sheets, self.words)
        self.scales = read_scales(self.sheets, self.lists, self.remarks)
        self.used_lists.update(self.scales)
        scale_keys = {name: name for name in self.scales}
        if not self._is_ours():
            guessed = guess_scales(rated_lists(self.survey, self.lists), Names(), self.remarks)
            scale_keys |= {name: key for name, (key, _scale) in guessed.items()}
            self.scales |= dict(guessed.values())
        self.asked = Asked(dict(self.scales))
        self.conditions = ConditionReader(self.asked, self.remarks)
        self.items = ItemReader(self.survey, self.words, self.lists, scale_keys)
        root: Node = {}
        self._take_names()
        sections = list(self._sections(root, read_pages(self.survey, self.remarks)))
        self._tell_unread()
        if not sections:
            self.remarks.add("X44", SURVEY, None)
        count = sum(len(_list(section["items"])) for section in sections)
        minutes = min(120, max(1, -(-count // 6)))
        settings = read_settings(self.sheets, self.remarks, name=name, minutes=minutes)
        root = {**settings, "basis": read_basis(self.sheets), **root, "scales": self.scales, "sections": sections}
        indices = read_indices(self.sheets, self.keys) or (
            [] if self._is_ours() else overall_index(sections, self.remarks)
        )
        root |= {"indices": indices, "targets": read_targets(self.sheets)}
        if not any(item.get("type") == "scale" for item in self.asked.items.values()):
            self.remarks.add("X56", SURVEY, None)
        return Tree(value={key: part for key, part in root.items() if part not in ([], {})}, lines=self.tree_lines)

    def _is_ours(self) -> bool:
        """Whether the workbook says itself which lists are scales and what is counted."""
        return any(name in self.sheets for name in (SCALES, INDICES))

    def _take_names(self) -> None:
        """A key for every row; names that are keys already come first, and questions before groups, so that they stay.

        The line of an „other” option has the key of its question and ``_other``.
        """
        rows = [row for row in self.survey.rows if row.get("name") and not row.get(HELPER)]
        rows = [row for row in rows if not row.get("type").casefold().startswith("end")]
        for row in sorted(rows, key=_claim):
            key = self.taken.take(key_of(row.get("name")))
            if row_type(row.get("type")).with_other:
                self.taken.take(key + OTHER_SUFFIX)
            self.row_keys[row.number] = key
            self.keys.setdefault(row.get("name"), key)

    def _key(self, row: Row, wanted: str) -> str:
        if row.number not in self.row_keys:
            self.row_keys[row.number] = self.taken.take(key_of(row.get("name") or wanted))
        key = self.row_keys[row.number]
        if key != row.get("name"):
            self.remarks.add("X50", SURVEY, row.number, name=row.get("name") or row.get("type"), new=key)
        return key

    def _sections(self, root: Node, pages: list[Page]) -> Iterator[Node]:
        number = 0
        for page in pages:
            section: Node = {"items": []}
            placed = [(one, self._item(one, root, section)) for one in page.rows]
            items = [(one, item) for one, item in placed if item is not None]
            if all(is_group_row(one.row) for one, _item in items):
                self._tell_empty(page, [one.row for one, _item in items])
                continue
            key, title = self._head(page, number + 1, section)
            self.tree_lines["sections", number] = page.group.number if page.group else items[0][0].row.number
            for place, (one, _item) in enumerate(items):
                self.tree_lines["sections", number, "items", place] = one.row.number
            number += 1
            yield {"key": key, **section, "title": title, "items": [item for _one, item in items]}

    def _head(self, page: Page, number: int, section: Node) -> tuple[str, Node]:
        title: Node = {"vi": f"Phần {number}", "en": f"Part {number}"}
        if page.group is None:
            return self.taken.take(f"part_{number}"), title
        name = page.group.get("name")
        tell_group_cells(page.group, self.survey, self.remarks)
        hint = self.words.text(self.survey, page.group, "hint", name, braces=True)
        if hint:
            section.setdefault("intro", hint)
        told = self.words.text(self.survey, page.group, "label", name, braces=True)
        if told is None:
            self.remarks.add("X68", SURVEY, page.group.number, name=name or page.group.get("type"), value=title["vi"])
        if page.group.get(FACTOR):
            section["factor"] = truth(page.group.get(FACTOR))
        return self._key(page.group, f"part_{number}"), dict(told or title)

    def _tell_empty(self, page: Page, headings: list[Row]) -> None:
        """The names of groups of which no question is left."""
        for group in [*headings, *([page.group] if page.group else [])]:
            tell_group_cells(group, self.survey, self.remarks)
            value = next((text for head, text in group.cells.items() if head.startswith("label")), "–")
            self.remarks.add("X40", SURVEY, group.number, name=group.get("name"), value=value)

    def _item(self, placed: Placed, root: Node, section: Node) -> Node | None:
        row = placed.row
        if is_group_row(row):
            return self._heading_of_group(placed)
        kind = row_type(row.get("type"))
        if row.get(HELPER) and self._helper(row, kind.list_name, root, section):
            return None
        if kind.kind is None:
            name = row.get("name") or row.get("type")
            self.remarks.add(kind.refused, SURVEY, row.number, name=name, value=kind.word)
            return None
        if kind.refused:
            self.remarks.add(kind.refused, SURVEY, row.number, name=row.get("name"), value=kind.word)
        name = row.get("name")
        self.used_lists.add(kind.list_name)
        key = self._key(row, "q")
        item = self.items.item(row, kind, key, self.missing_rows.get(name))
        if item is None:
            return None
        self.conditions.read(item, placed)
        if item["type"] != "information" and name:
            self.asked.items[name] = item
            if kind.list_name:
                codes = dict(self.lists[kind.list_name].codes) if kind.list_name in self.lists else {}
                self.asked.codes[name] = {**codes, **({"other": "other"} if kind.with_other else {})}
        return item

    def _heading_of_group(self, placed: Placed) -> Node | None:
        """The name of an inner group, as a paragraph before its questions."""
        row = placed.row
        tell_group_cells(row, self.survey, self.remarks)
        name = row.get("name")
        parts = [self.words.text(self.survey, row, column, name, braces=True) for column in ("label", "hint")]
        text = self.words.in_lines(self.survey, row, name, *parts)
        if text is None:
            return None
        item: Node = {"key": self._key(row, "group"), "type": "information", "text": text}
        self.conditions.read(item, placed)
        return item

    def _helper(self, row: Row, list_name: str, root: Node, section: Node) -> bool:
        """Whether the row is one that only ODK needs; what it says goes to its place."""
        word, _mark, of = row.get(HELPER).partition(":")
        text = self.words.text(self.survey, row, "label", row.get("name"), braces=word == "section_intro")
        if word in ("intro", "consent") and text:
            root[word] = text
            self.conditions.consent_row = row.get("name") if word == "consent" else self.conditions.consent_row
            self.used_lists.add(CONSENT_LIST)
        elif word == "section_intro" and text:
            section["intro"] = text
        elif word == "missing" and of in self.asked.items and list_name in self.lists:
            item = self.asked.items[of]
            item["missing"] = [
                {
                    "value": one["value"],
                    "kind": one.get("missing") or missing_kind_of(one["label"]),
                    "label": one["label"],
                }
                for one in self.lists[list_name].options
            ]
            self.asked.missing_rows[row.get("name")] = item
            self.used_lists.add(list_name)
        elif word == "other" and of in self.asked.items:
            return self._line_of_other(row, of)
        else:
            return word == "name"
        return True

    def _line_of_other(self, row: Row, of: str) -> bool:
        """Whether the row is the line beside an option, which then says so."""
        options = [one for one in _list(self.asked.items[of].get("options")) if isinstance(one, dict)]
        if any(one.get("other") for one in options):
            return True
        code = self.asked.codes.get(of, {}).get(other_code(row) or "")
        found = [one for one in options if one["value"] == code]
        for one in found:
            one["other"] = True
        return bool(found)

    def _tell_unread(self) -> None:
        """Sheets, columns and lists that nothing has read."""
        for name, sheet in self.sheets.items():
            if name not in COLUMNS:
                if sheet.headings:
                    self.remarks.add("X01", name, None, name=name)
            elif name not in (CHOICES, SETTINGS):
                known = STANDARD | set(COLUMNS[SURVEY]) if name == SURVEY else set(COLUMNS[name])
                self.words.tell_columns(sheet, known)
        for choices in self.lists.values():
            if choices.name not in self.used_lists:
                self.remarks.add("X23", CHOICES, choices.row, name=choices.name, count=len(choices.options))


def _claim(row: Row) -> tuple[bool, bool, bool]:
    """Who gets its name as a key when two want it: the least."""
    named_so = key_of(row.get("name")) == row.get("name")
    return not row_type(row.get("type")).with_other, not named_so, is_group_row(row)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
