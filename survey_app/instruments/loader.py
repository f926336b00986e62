"""Reading questionnaire files: a file becomes an instrument, or a list of all that is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path as FilePath

from pydantic import ValidationError

from survey_app.characters import cleaned, refused_characters, with_plain_line_ends

from .problems import Finding, QuestionnaireProblems, make_problem
from .rules import rule_findings
from .schema import Instrument
from .schema_problems import schema_findings
from .yaml_tree import Tree, read_tree

MAX_BYTES = 1_000_000


def load_file(path: FilePath | str) -> Instrument:
    """The instrument in the file; raises :class:`QuestionnaireProblems`, or ``OSError`` if unreadable."""
    path = FilePath(path)
    with path.open("rb") as file:
        return load_questionnaire(file.read(MAX_BYTES + 1), name=path.name)


def load_questionnaire(data: bytes | str, *, name: str = "questionnaire.yaml") -> Instrument:
    """The instrument in ``data`` (YAML, UTF-8); raises :class:`QuestionnaireProblems` with all problems."""
    text = _decoded(data, name)
    hidden = _hidden_in_source(text)
    tree = read_tree(cleaned(text))
    tree.findings.extend(hidden)
    if tree.readable and tree.value is None:
        raise _refusal([Finding("Q002")], Tree(), name)
    if not tree.readable:
        raise _refusal(tree.findings, tree, name)
    return instrument_from_tree(tree, name=name)


def instrument_from_tree(tree: Tree, *, name: str) -> Instrument:
    """The instrument in a plain tree, wherever it came from (YAML, XLSForm); raises the same problems."""
    findings = [*tree.findings, *rule_findings(tree)]
    # JSON in, so that strict models take ISO dates and lists, and nothing else is converted
    content = cleaned(json.dumps(tree.value, ensure_ascii=False))
    try:
        instrument = Instrument.model_validate_json(content)
    except ValidationError as error:
        findings.extend(schema_findings(error))
        raise _refusal(findings, tree, name) from None
    if findings:
        raise _refusal(findings, tree, name)
    return instrument


def _decoded(data: bytes | str, name: str) -> str:
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        raise _refusal([Finding("Q003", values={"limit": MAX_BYTES // 1_000_000})], Tree(), name)
    try:
        text = raw.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _refusal([Finding("Q001", line=line)], Tree(), name) from None
    return with_plain_line_ends(text)


def _hidden_in_source(text: str) -> list[Finding]:
    """Refused characters that stand in the file itself, comments included; one finding a line."""
    lines: dict[int, set[str]] = {}
    for place, character in refused_characters(text):
        lines.setdefault(text.count("\n", 0, place) + 1, set()).add(character)
    return [
        Finding("Q011", values={"characters": ", ".join(sorted(found))}, line=line) for line, found in lines.items()
    ]


def _refusal(findings: list[Finding], tree: Tree, name: str) -> QuestionnaireProblems:
    problems = {
        make_problem(finding, file=name, line=tree.line_of(finding.path) if tree.lines else None): None
        for finding in findings
    }
    return QuestionnaireProblems(sorted(problems, key=lambda problem: (problem.line or 0, problem.code)))
