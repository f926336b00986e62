"""Limits of answers as ``constraint`` expressions, written and read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from survey_app.instruments.items import DateItem, Item, MultipleItem, NumberItem, TextItem

from .expressions import (
    MIRRORED,
    Call,
    Compared,
    Expression,
    Joined,
    NotUnderstood,
    Number,
    Quoted,
    This,
    parse,
    plain_number,
)

_COUNT = Call("count-selected", (This(),))


def write_constraint(item: Item) -> str:
    """The limits of the item; nothing when it has none."""
    if isinstance(item, NumberItem):
        told = [(">=", item.min), ("<=", item.max)]
        return " and ".join(f". {sign} {plain_number(limit)}" for sign, limit in told if limit is not None)
    if isinstance(item, DateItem):
        days = [(">=", item.min), ("<=", item.max)]
        return " and ".join(f". {sign} date('{day.isoformat()}')" for sign, day in days if day is not None)
    if isinstance(item, TextItem):
        return f"string-length(.) <= {item.max_length}"
    if isinstance(item, MultipleItem):
        codes = [option.value for option in item.options if option.alone]
        alone = [f"not(selected(., '{code}')) or count-selected(.) = 1" for code in codes]
        return alone[0] if len(alone) == 1 else " and ".join(f"({part})" for part in alone)
    return ""


@dataclass
class Limits:
    """What a constraint says that an item can say too; ``rest`` are the pieces it cannot."""

    least: float | str | None = None
    most: float | str | None = None
    length: int | None = None
    alone: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)


def read_constraint(text: str, *, kind: str, step: float = 1) -> Limits:
    """The limits in the expression for an item of this type; of numbers with this step."""
    limits = Limits()
    if not text:
        return limits
    try:
        tree = parse(text)
    except NotUnderstood:
        limits.rest.append(text)
        return limits
    for part in tree.parts if isinstance(tree, Joined) and tree.word == "and" else (tree,):
        if not _understood(_unless_empty(part), kind, step, limits):
            limits.rest.append(str(part))
    return limits


def _unless_empty(tree: Expression) -> Expression:
    """``. = '' or limit`` is the limit: ODK does not check a blank answer, and neither do we."""
    if isinstance(tree, Joined) and tree.word == "or" and len(tree.parts) == 2:
        rest = [part for part in tree.parts if part != Compared("=", This(), Quoted(""))]
        if len(rest) == 1:
            return rest[0]
    return tree


def _understood(tree: Expression, kind: str, step: float, limits: Limits) -> bool:
    if kind == "multiple":
        code = _alone(tree)
        limits.alone += [code] if code is not None else []
        return code is not None
    if not isinstance(tree, Compared):
        return False
    turned = isinstance(tree.left, (Number, Quoted)) or tree.right == This()
    left, right = (tree.right, tree.left) if turned else (tree.left, tree.right)
    sign = MIRRORED[tree.sign] if turned else tree.sign
    if kind == "text":
        return _length(left, sign, right, limits)
    if left != This():
        return False
    if kind == "number" and isinstance(right, Number):
        return _number(sign, right.value, step, limits)
    return kind == "date" and _day(sign, right, limits)


def _length(left: Expression, sign: str, right: Expression, limits: Limits) -> bool:
    if left != Call("string-length", (This(),)) or not isinstance(right, Number) or sign not in ("<", "<="):
        return False
    most = int(right.value) if sign == "<=" else math.ceil(right.value) - 1
    limits.length = min(limits.length or most, most)
    return True


def _number(sign: str, value: float, step: float, limits: Limits) -> bool:
    whole = step % 1 == 0
    if sign == ">":
        value = math.floor(value) + 1 if whole else round(value + step, 12)
    elif sign == "<":
        value = math.ceil(value) - 1 if whole else round(value - step, 12)
    if sign in (">", ">="):
        limits.least = max(float(limits.least), value) if limits.least is not None else value
    elif sign in ("<", "<="):
        limits.most = min(float(limits.most), value) if limits.most is not None else value
    return sign not in ("=", "!=")


def _day(sign: str, right: Expression, limits: Limits) -> bool:
    if isinstance(right, Call) and right.function == "date" and len(right.arguments) == 1:
        right = right.arguments[0]
    if not isinstance(right, Quoted) or sign in ("=", "!="):
        return False
    try:
        day = date.fromisoformat(right.value) + timedelta(days={">": 1, "<": -1}.get(sign, 0))
    except (ValueError, OverflowError):
        return False
    if sign in (">", ">="):
        limits.least = max(str(limits.least or ""), day.isoformat())
    else:
        limits.most = min(str(limits.most or "9999-12-31"), day.isoformat())
    return True


def _alone(tree: Expression) -> str | None:
    """The code of the option that goes with no other, in the ways authors write it."""
    if isinstance(tree, Joined) and tree.word == "or" and len(tree.parts) == 2:
        return _pair(tree.parts, count=("=", 1), selected=False)
    if isinstance(tree, Call) and tree.function == "not" and len(tree.arguments) == 1:
        inner = tree.arguments[0]
        if isinstance(inner, Joined) and inner.word == "and" and len(inner.parts) == 2:
            counts = ((">", 1), (">=", 2))
            return next(filter(None, (_pair(inner.parts, count=one, selected=True) for one in counts)), None)
    if isinstance(tree, Call) and tree.function == "if" and len(tree.arguments) == 3:
        test, then, otherwise = tree.arguments
        if otherwise == Call("true", ()) and then == Compared("=", _COUNT, Number(1)):
            return _selected_here(test)
    return None


def _pair(parts: Sequence[Expression], *, count: tuple[str, int], selected: bool) -> str | None:
    counted = Compared(count[0], _COUNT, Number(count[1]))
    others = [part for part in parts if part != counted]
    if len(others) != 1:
        return None
    test = others[0]
    if not selected:
        if not (isinstance(test, Call) and test.function == "not" and len(test.arguments) == 1):
            return None
        test = test.arguments[0]
    return _selected_here(test)


def _selected_here(tree: Expression) -> str | None:
    if isinstance(tree, Call) and tree.function == "selected" and len(tree.arguments) == 2:
        question, value = tree.arguments
        if question == This() and isinstance(value, (Quoted, Number)):
            return value.value if isinstance(value, Quoted) else str(value)
    return None
