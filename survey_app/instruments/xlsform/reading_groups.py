"""Rows of ``survey`` as pages: groups become sections, groups inside them are flattened, repeats are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .layout import STANDARD
from .losses import Remarks
from .sheets import Row, Sheet

_BEGIN = re.compile(r"begin[ _]+(group|lgroup|repeat|looped[ _]group|loop|kobomatrix)\b.*", re.I)
_END = re.compile(r"end[ _]+(group|lgroup|repeat|looped[ _]group|loop|kobomatrix)\b.*", re.I)


@dataclass
class Group:
    """A group of rows; ``row`` is where it begins, ``None`` for the whole form."""

    row: Row | None
    repeated: bool = False
    children: list[Row | Group] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Every row inside, those of inner groups too."""
        for child in self.children:
            if isinstance(child, Group):
                yield from child.rows()
            else:
                yield child


@dataclass(frozen=True)
class Placed:
    """A row of a page with the groups around it; the row of an inner group stands before its first question."""

    row: Row
    groups: tuple[Row, ...]


@dataclass
class Page:
    """What becomes one section: the row of its group, if it has one, and its rows."""

    group: Row | None
    rows: list[Placed] = field(default_factory=list)


def read_groups(sheet: Sheet, remarks: Remarks) -> Group:
    """The rows in their groups; mistakes of nesting are told and mended."""
    root = Group(None)
    open_groups = [root]
    for row in sheet.rows:
        kind = row.get("type").strip()
        if not kind:
            told = " ".join(text for heading, text in row.cells.items() if heading != "disabled")
            remarks.add("X08", sheet.name, row.number, value=told)
        elif row.get("disabled").casefold() in ("yes", "true", "1"):
            remarks.add("X42", sheet.name, row.number, name=row.get("name") or kind)
        elif begin := _BEGIN.fullmatch(kind):
            group = Group(row, repeated=begin[1].casefold() not in ("group",))
            open_groups[-1].children.append(group)
            open_groups.append(group)
        elif _END.fullmatch(kind):
            _tell_cells(row, sheet, remarks, read={"type", "name", "disabled"})
            if len(open_groups) == 1:
                remarks.add("X41", sheet.name, row.number, value=kind)
            else:
                open_groups.pop()
        else:
            open_groups[-1].children.append(row)
    for group in open_groups[1:]:
        if group.row is not None:
            remarks.add("X41", sheet.name, group.row.number, value=group.row.get("type"))
    return root


def read_pages(sheet: Sheet, remarks: Remarks) -> list[Page]:
    """The pages of the form in order; rows outside every group are pages of their own."""
    return list(_pages(read_groups(sheet, remarks), (), sheet, remarks))


def _pages(group: Group, around: tuple[Row, ...], sheet: Sheet, remarks: Remarks) -> Iterator[Page]:
    loose: Page | None = None
    for child in group.children:
        if isinstance(child, Row):
            loose = loose or Page(None)
            loose.rows.append(Placed(child, around))
            continue
        if child.repeated:
            _tell_repeat(child, sheet, remarks)
            continue
        if loose is not None:
            yield loose
            loose = None
        yield from _group_pages(child, around, sheet, remarks)
    if loose is not None:
        yield loose


def _group_pages(group: Group, around: tuple[Row, ...], sheet: Sheet, remarks: Remarks) -> Iterator[Page]:
    assert group.row is not None
    around = (*around, group.row)
    if all(isinstance(child, Group) for child in group.children):  # a group of groups, or an empty one
        pages = list(_pages(group, around, sheet, remarks))
        if not pages:
            yield Page(group.row)
            return
        pages[0].rows.insert(0, Placed(group.row, around))  # its name stands before the first of its questions
        yield from pages
        return
    page = Page(group.row)
    page.rows.extend(_flat(group, around, page.group, sheet, remarks))
    yield page


def _flat(group: Group, around: tuple[Row, ...], page: Row | None, sheet: Sheet, remarks: Remarks) -> Iterator[Placed]:
    for child in group.children:
        if isinstance(child, Row):
            yield Placed(child, around)
        elif child.repeated:
            _tell_repeat(child, sheet, remarks)
        elif child.row is not None:
            names = {"name": child.row.get("name"), "value": page.get("name") if page else ""}
            remarks.add("X55", sheet.name, child.row.number, **names)
            yield Placed(child.row, (*around, child.row))
            yield from _flat(child, (*around, child.row), page, sheet, remarks)


def is_group_row(row: Row) -> bool:
    """Whether a group begins in this row."""
    return _BEGIN.fullmatch(row.get("type").strip()) is not None


def _tell_repeat(group: Group, sheet: Sheet, remarks: Remarks) -> None:
    rows = list(group.rows())
    if group.row is not None:
        remarks.add("X14", sheet.name, group.row.number, name=group.row.get("name"), count=len(rows))
    for row in rows:
        remarks.add("X15", sheet.name, row.number, name=row.get("name"), value=row.get("type"))


def tell_group_cells(row: Row, sheet: Sheet, remarks: Remarks) -> None:
    """What stands in the row of a group and has no place in a questionnaire."""
    for word in row.get("appearance").split():
        if word.casefold() != "field-list":
            remarks.add("X59", sheet.name, row.number, name=row.get("name"), value=word)
    _tell_cells(row, sheet, remarks, read={"type", "name", "disabled", "label", "hint", "relevant", "appearance"})


def _tell_cells(row: Row, sheet: Sheet, remarks: Remarks, *, read: set[str]) -> None:
    for heading, text in row.cells.items():
        if heading.partition("::")[0] in STANDARD - read:
            told = {"column": sheet.headings.get(heading, heading), "name": row.get("name") or row.get("type")}
            remarks.add("X33", sheet.name, row.number, value=text, **told)
