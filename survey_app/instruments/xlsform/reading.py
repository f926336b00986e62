"""An XLSForm workbook, ours or anybody's, read as the plain tree of a questionnaire and what the tree leaves out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from survey_app.instruments.yaml_tree import Tree

from .expressions import Compared, Joined, Named, NotUnderstood, Quoted, parse
from .layout import CHOICES, COLUMNS, CONSENT_LIST, CONSENT_YES, FACTOR, HELPER, OWN, SETTINGS, SHOW_IF, SURVEY
from .losses import Remarks
from .reading_choices import read_choices, truth
from .reading_groups import Page, Placed, is_group_row, read_pages
from .reading_items import ItemReader
from .reading_sheets import (
    read_basis,
    read_indices,
    read_scales,
    read_settings,
    read_targets,
    settings_row,
)
from .reading_words import Words, key_of
from .relevance_reading import Asked, Node, Untranslatable, condition_of, read_condition
from .row_types import row_type
from .sheets import Row, Sheet, language_code
from .workbook import WorkbookRefused

#: Columns of ``survey`` that the readers of rows look at; ours and these are all that is known.
_READ = {
    "type", "name", "label", "hint", "required", "relevant", "constraint", "calculation", "appearance", "parameters",
    "default", "read_only", "choice_filter", "trigger", "disabled", "constraint_message", "required_message",
    "guidance_hint", "image", "audio", "video", "big_image", "autoplay", "repeat_count", "jr:count",
}  # fmt: skip


def read_sheets(sheets: Mapping[str, Sheet], remarks: Remarks, *, name: str) -> Tree:
    """The questionnaire in the sheets; ``name`` is its key where the workbook has none.

    Raises
    ------
    WorkbookRefused
        There is no sheet ``survey`` with columns ``type`` and ``name``.
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
    if not {"type", "name"} <= survey.headings.keys() or not survey.rows:
        raise WorkbookRefused(_("Trang «survey» trống, hoặc dòng đầu thiếu cột «type» hay «name». Xin thêm."))
    return _Reading(sheets, remarks).tree(name)


@dataclass
class _Reading:
    sheets: Mapping[str, Sheet]
    remarks: Remarks
    keys: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    tree_lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    used_lists: set[str] = field(default_factory=set)
    group_conditions: dict[int, Node | None] = field(default_factory=dict)
    consent_row: str = ""

    def tree(self, name: str) -> Tree:
        self.survey = self.sheets[SURVEY]
        default = language_code(settings_row(self.sheets).get("default_language"))
        self.words = Words(self.remarks, default=default if default in ("vi", "en") else "vi")
        self.helpers = {row.get("name"): row.get(HELPER) for row in self.survey.filled(HELPER)}
        self.words.piped = {row: word[5:] for row, word in self.helpers.items() if word.startswith("name:")}
        self.missing_rows = {word[8:]: row for row, word in self.helpers.items() if word.startswith("missing:")}
        self.lists = read_choices(self.sheets, self.words)
        self.scales = read_scales(self.sheets, self.lists, self.remarks)
        self.used_lists.update(self.scales)
        self.asked = Asked(dict(self.scales))
        self.items = ItemReader(self.survey, self.words, self.lists, self.scales)
        root: Node = {}
        self._take_names()
        sections = list(self._sections(root, read_pages(self.survey, self.remarks)))
        self._tell_unread()
        count = sum(len(_list(section["items"])) for section in sections)
        minutes = min(120, max(1, -(-count // 6)))
        settings = read_settings(self.sheets, self.remarks, name=name, minutes=minutes)
        root = {**settings, "basis": read_basis(self.sheets), **root, "scales": self.scales, "sections": sections}
        root |= {"indices": read_indices(self.sheets, self.keys), "targets": read_targets(self.sheets)}
        if not any(item.get("type") == "scale" for item in self.asked.items.values()):
            self.remarks.add("X56", SURVEY, None)
        return Tree(value={key: part for key, part in root.items() if part not in ([], {})}, lines=self.tree_lines)

    def _take_names(self) -> None:
        """A key for every row, those that are keys already first, so that none of them changes."""
        rows = [row for row in self.survey.rows if row.get("name") and not row.get(HELPER)]
        names = list(dict.fromkeys(row.get("name") for row in rows if not row.get("type").casefold().startswith("end")))
        for name in sorted(names, key=lambda name: key_of(name, set()) != name):
            self.keys[name] = key_of(name, self.taken)
            self.taken.add(self.keys[name])

    def _key(self, row: Row, wanted: str) -> str:
        name = row.get("name")
        if not name:
            key = key_of(wanted, self.taken)
            self.taken.add(key)
            self.remarks.add("X50", SURVEY, row.number, name=row.get("type"), new=key)
            return key
        if self.keys[name] != name:
            self.remarks.add("X50", SURVEY, row.number, name=name, new=self.keys[name])
        return self.keys[name]

    def _sections(self, root: Node, pages: list[Page]) -> Iterator[Node]:
        number = 0
        for page in pages:
            section: Node = {"items": []}
            placed = [(one, self._item(one, root, section)) for one in page.rows]
            items = [(one, item) for one, item in placed if item is not None]
            if not items:
                self._tell_empty(page)
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
            key = key_of(f"part_{number}", self.taken)
            self.taken.add(key)
            return key, title
        name = page.group.get("name")
        told = self.words.text(self.survey, page.group, "label", name, braces=True)
        if told is None:
            self.remarks.add("X58", SURVEY, page.group.number, name=name)
        if page.group.get(FACTOR):
            section["factor"] = truth(page.group.get(FACTOR))
        return self._key(page.group, f"part_{number}"), dict(told or title)

    def _tell_empty(self, page: Page) -> None:
        if page.group is not None:
            self._tell_group_cells(page.group)
            value = next((text for head, text in page.group.cells.items() if head.startswith("label")), "–")
            self.remarks.add("X40", SURVEY, page.group.number, name=page.group.get("name"), value=value)

    def _tell_group_cells(self, row: Row) -> None:
        for word in row.get("appearance").split():
            if word.casefold() != "field-list":
                self.remarks.add("X33", SURVEY, row.number, column="appearance", name=row.get("name"), value=word)

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
        name = row.get("name")
        self.used_lists.add(kind.list_name)
        key = self._key(row, "q")
        item = self.items.item(row, kind, key, self.missing_rows.get(name))
        if item is None:
            return None
        self._condition(item, placed)
        if item["type"] != "information":
            self.asked.items[name] = item
            if kind.list_name:
                codes = dict(self.lists[kind.list_name].codes) if kind.list_name in self.lists else {}
                self.asked.codes[name] = {**codes, **({"other": "other"} if kind.with_other else {})}
        return item

    def _heading_of_group(self, placed: Placed) -> Node | None:
        """The name of an inner group, as a paragraph before its questions."""
        row = placed.row
        self._tell_group_cells(row)
        text = self.words.text(self.survey, row, "label", row.get("name"), braces=True)
        if text is None:
            return None
        item: Node = {"key": self._key(row, "group"), "type": "information", "text": text}
        self._condition(item, placed)
        return item

    def _helper(self, row: Row, list_name: str, root: Node, section: Node) -> bool:
        """Whether the row is one that only ODK needs; what it says goes to its place."""
        word, _mark, of = row.get(HELPER).partition(":")
        text = self.words.text(self.survey, row, "label", row.get("name"), braces=word == "section_intro")
        if word in ("intro", "consent") and text:
            root[word] = text
            self.consent_row = row.get("name") if word == "consent" else self.consent_row
            self.used_lists.add(CONSENT_LIST)
        elif word == "section_intro" and text:
            section["intro"] = text
        elif word == "missing" and of in self.asked.items and list_name in self.lists:
            item = self.asked.items[of]
            item["missing"] = [
                {"value": one["value"], "kind": one.get("missing", "dont_know"), "label": one["label"]}
                for one in self.lists[list_name].options
            ]
            self.asked.missing_rows[row.get("name")] = item
            self.used_lists.add(list_name)
        elif word not in ("name", "other"):
            self.keys.setdefault(row.get("name"), key_of(row.get("name"), self.taken))
            return False
        return True

    def _condition(self, item: Node, placed: Placed) -> None:
        """``show_if`` from the row and the groups around it."""
        parts = [self._condition_of_group(row) for row in placed.groups]
        if not is_group_row(placed.row):
            parts.append(self._read_condition(placed.row, group=False))
        found = [part for part in parts if part is not None]
        if found:
            item["show_if"] = found[0] if len(found) == 1 else {"all": found}

    def _condition_of_group(self, row: Row) -> Node | None:
        if row.number not in self.group_conditions:  # before any question of the group is asked
            self.group_conditions[row.number] = self._read_condition(row, group=True)
        return self.group_conditions[row.number]

    def _read_condition(self, row: Row, *, group: bool) -> Node | None:
        text = row.get("relevant")
        if not text:
            return None
        exact = _exact(row.get(SHOW_IF), text)
        if exact is not None:
            return exact
        try:
            return self._without_consent(text) if group else read_condition(text, self.asked)
        except Untranslatable as error:
            self.remarks.add("X30", SURVEY, row.number, name=row.get("name"), value=text, reason=str(error))
            return None

    def _without_consent(self, text: str) -> Node | None:
        """The condition of a group but for the consent, which the page of the form asks for of itself."""
        try:
            tree = parse(text)
        except NotUnderstood as error:
            raise Untranslatable(str(error)) from None
        agreed = Compared("=", Named(self.consent_row), Quoted(CONSENT_YES))
        if tree == agreed:
            return None
        if isinstance(tree, Joined) and tree.word == "and" and agreed in tree.parts:
            rest = tuple(part for part in tree.parts if part != agreed)
            tree = rest[0] if len(rest) == 1 else Joined("and", rest)
        return condition_of(tree, self.asked)

    def _tell_unread(self) -> None:
        """Sheets, columns and lists that nothing has read."""
        for name, sheet in self.sheets.items():
            if name not in COLUMNS:
                if sheet.headings:
                    self.remarks.add("X01", name, None, name=name)
            elif name not in (CHOICES, SETTINGS):
                _tell_columns(sheet, self.remarks)
        for choices in self.lists.values():
            if choices.name not in self.used_lists:
                self.remarks.add("X23", CHOICES, choices.row, name=choices.name, count=len(choices.options))


def _tell_columns(sheet: Sheet, remarks: Remarks) -> None:
    known = _READ | set(COLUMNS[SURVEY]) if sheet.name == SURVEY else set(COLUMNS[sheet.name])
    for heading, told in sheet.headings.items():
        column, _mark, language = heading.partition("::")
        count = len(list(sheet.filled(heading)))
        if not count or heading in known:
            continue
        if column not in known or column.startswith(OWN):
            remarks.add("X06", sheet.name, None, name=told, count=count)
        elif language not in ("", "vi", "en"):
            remarks.add("X07", sheet.name, None, name=language, count=count)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _exact(cell: str, relevant: str) -> Node | None:
    """The condition that we wrote beside the expression, as long as the expression is still the same."""
    try:
        told = json.loads(cell) if cell else None
    except (ValueError, RecursionError):
        return None
    if isinstance(told, dict) and told.get("relevant") == relevant and isinstance(told.get("show_if"), dict):
        return told["show_if"]
    return None
