"""``show_if`` of an item: from its row, from the groups around it, and from what we wrote beside the expression."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .expressions import Compared, Joined, Named, NotUnderstood, Quoted, parse
from .layout import CONSENT_YES, SHOW_IF, SURVEY
from .losses import Remarks
from .reading_groups import Placed, is_group_row
from .relevance_reading import Asked, Node, Untranslatable, condition_of, read_condition
from .sheets import Row


@dataclass
class ConditionReader:
    """Reads the conditions of one workbook; ``consent_row`` is the question of consent, where there is one."""

    asked: Asked
    remarks: Remarks
    consent_row: str = ""
    _groups: dict[int, Node | None] = field(default_factory=dict)

    def read(self, item: Node, placed: Placed) -> None:
        """Give the item its ``show_if``."""
        parts = [self._of_group(row) for row in placed.groups]
        if not is_group_row(placed.row):
            parts.append(self._of_row(placed.row, group=False))
        found = [part for part in parts if part is not None]
        if found:
            item["show_if"] = found[0] if len(found) == 1 else {"all": found}

    def _of_group(self, row: Row) -> Node | None:
        if row.number not in self._groups:  # before any question of the group is asked
            self._groups[row.number] = self._of_row(row, group=True)
        return self._groups[row.number]

    def _of_row(self, row: Row, *, group: bool) -> Node | None:
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


def _exact(cell: str, relevant: str) -> Node | None:
    """The condition that we wrote beside the expression, as long as the expression is still the same."""
    try:
        told = json.loads(cell) if cell else None
    except (ValueError, RecursionError):
        return None
    if isinstance(told, dict) and told.get("relevant") == relevant and isinstance(told.get("show_if"), dict):
        return dict(told["show_if"])
    return None
