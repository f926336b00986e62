"""``relevant`` expressions read as conditions: what means the same is carried, everything else is refused.

XPath's rules are followed, not our own: an unanswered question is the empty text, a missing code is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from survey_app.instruments.answer_values import answers_of, type_of

from .expressions import MIRRORED, Call, Compared, Expression, Joined, Named, NotUnderstood, Number, Quoted, parse

#: How deep a condition may be nested: the reader of questionnaire files stops at twice as many steps and a few.
MAX_DEPTH = 6

Node = dict[str, object]


class Untranslatable(ValueError):
    """The expression means something that no condition can say; the message is the piece in question."""


@dataclass
class Asked:
    """The rows that have been read so far, by their names in the workbook."""

    scales: dict[str, object]
    items: dict[str, Node] = field(default_factory=dict)
    missing_rows: dict[str, Node] = field(default_factory=dict)
    codes: dict[str, dict[str, int | str]] = field(default_factory=dict)

    def answers(self, item: Node) -> list[object]:
        """The values with which the item can be answered."""
        return answers_of(item, {"scales": self.scales})


def read_condition(text: str, asked: Asked) -> Node | None:
    """The condition of the expression, ``None`` for one that is always true.

    Raises
    ------
    Untranslatable
        The expression is outside what a condition can say, or speaks of a row that is not an earlier question.
    """
    try:
        tree = parse(text)
    except NotUnderstood as error:
        raise Untranslatable(str(error)) from None
    return condition_of(tree, asked)


def condition_of(tree: Expression, asked: Asked) -> Node | None:
    """The condition of a parsed expression, as :func:`read_condition`."""
    if tree == Call("true", ()):
        return None
    node = _node(tree, asked)
    if _depth(node) > MAX_DEPTH:
        raise Untranslatable("(((…")
    return node


def _depth(node: object) -> int:
    if not isinstance(node, dict):
        return 0
    parts = [*_list(node.get("all")), *_list(node.get("any")), node.get("not")]
    return 1 + max(_depth(part) for part in parts)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _node(tree: Expression, asked: Asked) -> Node:
    if isinstance(tree, Joined):
        parts = [_node(part, asked) for part in tree.parts]
        return _any(parts) if tree.word == "or" else {"all": parts}
    if isinstance(tree, Call):
        return _called(tree, asked)
    if isinstance(tree, Compared):
        if isinstance(tree.left, (Number, Quoted)) or (isinstance(tree.left, Call) and tree.left.function == "date"):
            return _compared(tree.right, MIRRORED[tree.sign], tree.left, tree, asked)
        return _compared(tree.left, tree.sign, tree.right, tree, asked)
    raise Untranslatable(str(tree))


def _any(parts: list[Node]) -> Node:
    """The parts joined by „or”, with neighbours that list answers to the same item as one list."""
    joined: list[Node] = []
    for part in parts:
        last = joined[-1] if joined else {}
        if part.keys() == {"item", "in"} == last.keys() and part["item"] == last["item"]:
            joined[-1] = {"item": part["item"], "in": [*_list(last["in"]), *_list(part["in"])]}
        else:
            joined.append(part)
    return joined[0] if len(joined) == 1 else {"any": joined}


def _called(tree: Call, asked: Asked) -> Node:
    if tree.function == "not" and len(tree.arguments) == 1:
        return {"not": _node(tree.arguments[0], asked)}
    if tree.function == "selected" and len(tree.arguments) == 2:
        question, value = tree.arguments
        if isinstance(question, Named) and isinstance(value, (Quoted, Number)):
            item = _item(question, asked)
            if type_of(item) in ("scale", "single", "multiple", "ranking"):
                return {"item": item["key"], "in": [_code(question, value, asked)]}
    raise Untranslatable(str(tree))


def _item(question: Named, asked: Asked) -> Node:
    if question.name not in asked.items:
        raise Untranslatable(str(question))
    return asked.items[question.name]


def _code(question: Named, value: Quoted | Number, asked: Asked) -> int | str:
    written = value.value if isinstance(value, Quoted) else str(value)
    codes = asked.codes.get(question.name, {})
    if written not in codes:
        raise Untranslatable(f"{question} = {value}")
    return codes[written]


def _bare(side: Expression, asked: Asked) -> Expression:
    """The answer inside ``number(…)`` or ``int(…)``, which change nothing of a whole number or of a code."""
    if isinstance(side, Call) and side.function in ("number", "int") and len(side.arguments) == 1:
        inner = side.arguments[0]
        if isinstance(inner, Named) and inner.name in asked.items:
            step = asked.items[inner.name].get("step", 1)
            if side.function == "number" or (isinstance(step, (int, float)) and step % 1 == 0):
                return inner
        if side.function == "number" and isinstance(inner, (Number, Quoted)):
            return inner
    return side


def _compared(left: Expression, sign: str, right: Expression, tree: Compared, asked: Asked) -> Node:
    left, right = _bare(left, asked), _bare(right, asked)
    if isinstance(left, Call):
        return _counted(left, sign, right, tree, asked)
    if not isinstance(left, Named):
        raise Untranslatable(str(tree))
    if left.name in asked.missing_rows:
        return _missing_word(asked.missing_rows[left.name], sign, right, tree, asked)
    item = _item(left, asked)
    if right == Quoted("") and sign in ("=", "!="):
        return _answered(item, asked) if sign == "!=" else {"not": _answered(item, asked)}
    kind = type_of(item)
    if kind == "number" and isinstance(right, Number):
        return _ordered(item, sign, int(right.value) if right.value % 1 == 0 else right.value)
    if kind == "date" and (day := _day(right)) is not None:
        return _ordered(item, sign, day)
    if kind in ("scale", "single", "multiple", "ranking") and isinstance(right, (Quoted, Number)):
        if sign in ("=", "!="):
            equal = _equal(left, item, right, asked)
            return equal if sign == "=" else {"not": equal}
        if isinstance(right, Number) and kind in ("scale", "single"):
            return _among(item, sign, right.value, tree, asked)
    raise Untranslatable(str(tree))


def _counted(call: Call, sign: str, right: Expression, tree: Compared, asked: Asked) -> Node:
    """``count-selected(…)`` only where it asks whether anything is chosen."""
    if call.function == "count-selected" and len(call.arguments) == 1 and isinstance(call.arguments[0], Named):
        answered = _answered(_item(call.arguments[0], asked), asked)
        if (sign, right) in ((">", Number(0)), (">=", Number(1)), ("!=", Number(0))):
            return answered
        if (sign, right) in (("=", Number(0)), ("<", Number(1))):
            return {"not": answered}
    raise Untranslatable(str(tree))


def _missing_word(item: Node, sign: str, right: Expression, tree: Compared, asked: Asked) -> Node:
    words = asked.answers(item)
    if isinstance(right, Quoted) and sign in ("=", "!=") and right.value in ("", *words):
        empty = right.value == ""
        chosen: Node = {"item": item["key"], "in": words} if empty else {"item": item["key"], "eq": right.value}
        return {"not": chosen} if (sign == "=") == empty else chosen
    raise Untranslatable(str(tree))


def _answered(item: Node, asked: Asked) -> Node:
    kind, key = type_of(item), item["key"]
    if kind == "number":
        return {"any": [{"item": key, "ge": 0}, {"item": key, "le": 0}]}
    if kind == "date":
        return {"item": key, "ge": "0001-01-01"}
    if kind in ("scale", "single", "multiple", "ranking"):
        return {"item": key, "in": asked.answers(item)}
    raise Untranslatable(str(key))


def _ordered(item: Node, sign: str, value: int | float | str) -> Node:
    key = item["key"]
    equal: Node = {"item": key, "eq": value}
    plain: dict[str, Node] = {
        "=": equal,
        "!=": {"not": equal},
        ">=": {"item": key, "ge": value},
        "<=": {"item": key, "le": value},
    }
    if sign in plain:
        return plain[sign]
    return {"all": [plain[sign + "="], {"not": equal}]}


def _equal(question: Named, item: Node, value: Quoted | Number, asked: Asked) -> Node:
    code, key = _code(question, value, asked), item["key"]
    if type_of(item) == "multiple":  # the answer is this one and no other
        others = [answer for answer in asked.answers(item) if answer != code]
        return {"all": [{"item": key, "in": [code]}, {"not": {"item": key, "in": others}}]}
    if type_of(item) == "ranking":
        raise Untranslatable(f"{question} = {value}")
    return {"item": key, "eq": code}


def _among(item: Node, sign: str, limit: float, tree: Compared, asked: Asked) -> Node:
    """The answers whose codes are in order as asked; missing codes too, for XPath takes them for numbers."""
    tests = {">=": lambda code: code >= limit, "<=": lambda code: code <= limit,
             ">": lambda code: code > limit, "<": lambda code: code < limit}  # fmt: skip
    found = [answer for answer in asked.answers(item) if isinstance(answer, int) and tests[sign](answer)]
    if not found:
        raise Untranslatable(str(tree))
    scale = asked.scales.get(str(item.get("scale"))) if type_of(item) == "scale" else None
    if isinstance(scale, dict) and sign in (">=", "<=") and limit % 1 == 0 and int(limit) in found:
        points = {point["value"] for point in _list(scale.get("points")) if isinstance(point, dict)}
        if points >= set(found):
            return {"item": item["key"], "ge" if sign == ">=" else "le": int(limit)}
    return {"item": item["key"], "in": found}


def _day(value: Expression) -> str | None:
    if isinstance(value, Call) and value.function == "date" and len(value.arguments) == 1:
        value = value.arguments[0]
    if not isinstance(value, Quoted):
        return None
    try:
        return date.fromisoformat(value.value).isoformat()
    except ValueError:
        return None
