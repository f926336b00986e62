"""Expressions of XLSForm (a part of XPath) read into a small tree, and never evaluated.

Known are ``and``, ``or``, comparisons, numbers, texts, ``${name}``, ``.`` and calls of functions. Arithmetic, paths
and whatever else is refused; what a function means is for the readers of the tree to decide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

MAX_LENGTH, MAX_DEPTH = 10_000, 30
COMPARISONS = ("=", "!=", "<=", ">=", "<", ">")
#: The same comparison with its sides exchanged.
MIRRORED = {"=": "=", "!=": "!=", "<=": ">=", ">=": "<=", "<": ">", ">": "<"}

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    | (?P<text>'[^']*'|"[^"]*")
    | \$\{\s*(?P<name>[^{}\s]+)\s*\}
    | (?P<sign><=|>=|!=|=|<|>|\(|\)|,|-)
    | (?P<word>[A-Za-z][A-Za-z0-9_:-]*)
    | (?P<dot>\.)
    )""",
    re.X,
)
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " "})  # what word processors make of quotes


class NotUnderstood(ValueError):
    """The expression uses something outside the known part; the message is the piece in question."""


@dataclass(frozen=True)
class Named:
    """The answer to the row with this name."""

    name: str

    def __str__(self) -> str:
        return f"${{{self.name}}}"


@dataclass(frozen=True)
class This:
    """The answer to the row itself."""

    def __str__(self) -> str:
        return "."


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float

    def __str__(self) -> str:
        return plain_number(self.value)


@dataclass(frozen=True)
class Quoted:
    """A text in quotes."""

    value: str

    def __str__(self) -> str:
        return f"'{self.value}'"


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    function: str
    arguments: tuple[Expression, ...]

    def __str__(self) -> str:
        return f"{self.function}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True)
class Compared:
    """Two sides and the sign between them."""

    sign: str
    left: Expression
    right: Expression

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


@dataclass(frozen=True)
class Joined:
    """Parts joined by ``and`` or by ``or``."""

    word: str
    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(f"({part})" if isinstance(part, Joined) else str(part) for part in self.parts)


Expression = Named | This | Number | Quoted | Call | Compared | Joined


def plain_number(value: float) -> str:
    """The number without an exponent and without a needless ``.0``, as XPath writes it."""
    return str(int(value)) if value % 1 == 0 else format(Decimal(repr(value)), "f")


def parse(text: str) -> Expression:
    """The tree of the expression; raises :class:`NotUnderstood` for anything outside the known part."""
    if len(text) > MAX_LENGTH:
        raise NotUnderstood("…")
    reader = _Reader(list(_tokens(text.translate(_QUOTES))))
    tree = reader.joined("or", 0)
    if reader.kind != "end":
        raise NotUnderstood(reader.value)
    return tree


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place, text = 0, text.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise NotUnderstood(text[place : place + 20].strip())
        yield found.lastgroup, found[found.lastgroup]
        place = found.end()


class _Reader:
    """The tokens and how far they have been read."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = [*tokens, ("end", "")]
        self._place = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._place][0]

    @property
    def value(self) -> str:
        return self._tokens[self._place][1]

    def _take(self) -> str:
        value = self.value
        self._place += 1
        return value

    def _expect(self, sign: str) -> None:
        if (self.kind, self.value) != ("sign", sign):
            raise NotUnderstood(self.value or sign)
        self._take()

    def joined(self, word: str, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise NotUnderstood("(((…")
        parts = [self._operand(word, depth)]
        while (self.kind, self.value) == ("word", word):
            self._take()
            parts.append(self._operand(word, depth))
        return parts[0] if len(parts) == 1 else Joined(word, _flat(word, parts))

    def _operand(self, word: str, depth: int) -> Expression:
        return self.joined("and", depth) if word == "or" else self._compared(depth)

    def _compared(self, depth: int) -> Expression:
        left = self._single(depth)
        if self.kind == "sign" and self.value in COMPARISONS:
            return Compared(self._take(), left, self._single(depth))
        return left

    def _single(self, depth: int) -> Expression:
        kind, value = self.kind, self._take() if self.kind != "end" else ""
        if kind == "number":
            return Number(_finite(value))
        if kind == "text":
            return Quoted(value[1:-1])
        if kind == "name":
            return Named(value)
        if kind == "dot":
            return This()
        if (kind, value) == ("sign", "-") and self.kind == "number":
            return Number(-_finite(self._take()))
        if (kind, value) == ("sign", "("):
            inside = self.joined("or", depth + 1)
            self._expect(")")
            return inside
        if kind == "word" and value not in ("and", "or") and (self.kind, self.value) == ("sign", "("):
            return self._call(value, depth)
        raise NotUnderstood(value or "…")

    def _call(self, function: str, depth: int) -> Expression:
        self._expect("(")
        arguments: list[Expression] = []
        while (self.kind, self.value) != ("sign", ")"):
            if arguments:
                self._expect(",")
            arguments.append(self.joined("or", depth + 1))
        self._take()
        return Call(function, tuple(arguments))


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise NotUnderstood(digits[:20])
    return value


def _flat(word: str, parts: list[Expression]) -> tuple[Expression, ...]:
    """The parts, those of an inner join by the same word among them."""
    return tuple(
        inner for part in parts for inner in (part.parts if isinstance(part, Joined) and part.word == word else (part,))
    )
