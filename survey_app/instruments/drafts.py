"""A questionnaire while it is being written: its text, what is wrong with it, and the next version's number."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from survey_app.characters import with_plain_line_ends

from .loader import load_questionnaire
from .problems import Finding, Problem, QuestionnaireProblems, make_problem
from .schema import Instrument
from .yaml_tree import read_tree

_VERSION_LINE = re.compile(r"""(?m)^version[ ]*:[ ]*("[^"\n]*"|'[^'\n]*'|[^\s#]*)[ ]*(#.*)?$""")


@dataclass(frozen=True)
class Draft:
    """A text, the instrument it makes when nothing is wrong, and the problems in the order of its lines."""

    text: str
    instrument: Instrument | None
    problems: tuple[Problem, ...]

    @property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.split("\n")


@dataclass(frozen=True)
class MarkedLine:
    """A line that is shown with its problems under it; ``gap``: lines before it are left out."""

    number: int
    text: str
    problems: tuple[Problem, ...]
    gap: bool


def check_draft(text: str) -> Draft:
    """The text with all that is wrong with it; the words are in the language of the request."""
    text = with_plain_line_ends(text.removeprefix("\ufeff"))
    lost = [
        make_problem(Finding("Q001"), file="", line=number)
        for number, line in enumerate(text.split("\n"), start=1)
        if "\ufffd" in line
    ]
    try:
        instrument = load_questionnaire(text, name="")
    except QuestionnaireProblems as error:
        return Draft(text, None, tuple(sorted([*lost, *error.problems], key=lambda problem: problem.line or 0)))
    return Draft(text, None if lost else instrument, tuple(lost))


def marked_lines(draft: Draft, *, around: int = 1, most: int = 300) -> list[MarkedLine]:
    """The lines with problems, each with its neighbours; at most ``most`` lines."""
    by_line: dict[int, list[Problem]] = {}
    for problem in draft.problems:
        by_line.setdefault(problem.line or 1, []).append(problem)
    lines = draft.lines
    wanted = sorted(
        {near for line in by_line for near in range(line - around, line + around + 1) if 1 <= near <= len(lines)}
    )
    return [
        MarkedLine(number, lines[number - 1], tuple(by_line.get(number, ())), gap=number - 1 not in wanted)
        for number in wanted[:most]
    ]


def with_version(text: str, version: str) -> str:
    """The text with another version number; everything else stays as it was typed."""
    told = f"version: {json.dumps(version, ensure_ascii=False)}"
    if _VERSION_LINE.search(text):
        return _VERSION_LINE.sub(lambda found: f"{told} {found[2]}" if found[2] else told, text, count=1)
    if ("version",) in read_tree(text).lines:
        return text  # written in some other way; the author changes it there
    return f"{told}\n{text}"


def next_version(version: str, taken: set[str]) -> str:
    """A version number after this one that is not taken: 2020.1 → 2020.2."""
    head, number = re.fullmatch(r"(.*?)(\d{0,6})", version, re.S).groups()  # type: ignore[union-attr]  # always matches
    counter = int(number or 1)
    head = head if number else f"{version}."
    while f"{head}{counter}" in taken:
        counter += 1
    return f"{head}{counter}"


def comes_before(version: str, other: str) -> bool:
    """Whether a version number is lower than another; numbers of other kinds have no order."""
    numbers = [re.fullmatch(r"\d{1,9}(\.\d{1,9})*", one) for one in (version, other)]
    if None in numbers:
        return False
    mine, theirs = ([int(part) for part in one.split(".")] for one in (version, other))
    return mine < theirs
