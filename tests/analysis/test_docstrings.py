"""What the docstrings of `analysis` must tell: arguments, what comes back, errors by code, an example that runs.

`pytest --doctest-modules` runs the examples; here it is only checked that they are there.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
ONE_LINE_SUFFICES = ("analysis/__main__.py", "analysis/command_line/", "analysis/verify/estimands/")
ERRORS = {"DesignError", "MeasureError", "TableError"}


class Documented(NamedTuple):
    """A public function, method or class."""

    path: str
    owner: str
    node: ast.FunctionDef | ast.ClassDef

    @property
    def doc(self) -> str:
        return ast.get_docstring(self.node) or ""

    @property
    def sections(self) -> dict[str, str]:
        parts = re.split(r"^(\w[\w ]*)\n-{3,}$", self.doc, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))

    @property
    def leans_on_another(self) -> bool:
        """Whether a method says that it takes and gives what another does."""
        return bool(self.owner) and re.search(r"as in `", self.doc, re.IGNORECASE) is not None

    def __str__(self) -> str:
        return f"{self.path}:{self.owner}{'.' if self.owner else ''}{self.node.name}"


def list_public(path: str, source: str) -> Iterator[Documented]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield Documented(path, "", node)
            for method in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    yield Documented(path, node.name, method)


def find_gaps(item: Documented) -> list[str]:
    """Tell what a docstring lacks."""
    first = item.doc.split("\n")[0]
    if not first.endswith(".") or re.search(r"[^.]\. [A-Z]", first):
        return [f"its first line is no sentence: {first!r}"]
    gaps = [f"a line is over 120 characters: {line}" for line in item.doc.split("\n") if len(line) > 120]
    if item.path.startswith(ONE_LINE_SUFFICES):
        return gaps
    return gaps + (_gaps_of_class(item, item.node) if isinstance(item.node, ast.ClassDef) else _gaps_of_call(item))


def _gaps_of_class(item: Documented, node: ast.ClassDef) -> list[str]:
    fields = [part.target.id for part in node.body if isinstance(part, ast.AnnAssign)]
    told = item.sections.get("Attributes", "")
    return [f"attribute {name} is not told" for name in fields if not (name.startswith("_") or _names(told, name))]


def _gaps_of_call(item: Documented) -> list[str]:
    node = item.node
    assert isinstance(node, ast.FunctionDef)
    is_property = any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
    given = node.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, [given.vararg, given.kwarg])]
    names = [argument.arg for argument in arguments if argument.arg not in {"self", "cls"}]
    returned = ast.unparse(node.returns).strip("'\"") if node.returns else "None"
    gaps = []
    if not item.leans_on_another:
        told = item.sections.get("Parameters", "")
        gaps += [f"parameter {name} is not told" for name in names if not _names(told, name)]
        silent = is_property or returned in {"None", "NoReturn", item.owner}
        if not silent and not {"Returns", "Yields"} & set(item.sections):
            gaps.append("what it returns is not told")
    for raised in (part.exc for part in ast.walk(node) if isinstance(part, ast.Raise) and part.exc):
        errors = item.sections.get("Raises", "")
        if not errors and not item.leans_on_another:
            gaps.append("what it raises is not told")
        code = raised.args[0] if isinstance(raised, ast.Call) and raised.args else None
        is_coded = isinstance(raised, ast.Call) and ast.unparse(raised.func) in ERRORS
        if is_coded and isinstance(code, ast.Constant) and f"``{code.value}``" not in errors:
            gaps.append(f"the error {code.value} is not told")
    if not item.owner and ">>>" not in item.sections.get("Examples", ""):
        gaps.append("it has no example")
    return gaps


def _names(text: str, name: str) -> bool:
    return re.search(rf"^(?! )[\w, *]*\b{name}\b", text, re.MULTILINE) is not None


PUBLIC = [
    item
    for path in sorted((ROOT / "analysis").rglob("*.py"))
    for item in list_public(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
]


@pytest.mark.parametrize("item", PUBLIC, ids=str)
def test_docstring_tells_arguments_results_errors_and_an_example(item: Documented) -> None:
    assert find_gaps(item) == []


def test_package_is_walked_whole() -> None:
    found = {str(item) for item in PUBLIC}
    assert {"analysis/design.py:SurveyDesign", "analysis/design.py:SurveyDesign.declare"} <= found
    assert "analysis/cube/tables.py:tally" in found
    assert len(PUBLIC) > 400


@pytest.mark.parametrize(
    ("docstring", "gap"),
    [
        ("Return half of it", "no sentence"),
        ("Return half of it. Or more.", "no sentence"),
        ("Return half of it.", "parameter x is not told"),
        ("Return half.\n\n    Parameters\n    ----------\n    x : float\n", "what it returns is not told"),
        ("Return half.\n\n    Parameters\n    ----------\n    y : float\n        Of x.\n", "parameter x is not told"),
        ("Return half.\n\n    Raises\n    ------\n    DesignError\n        ``worse``.\n", "the error bad is not told"),
        ("Return half.\n\n    Returns\n    -------\n    float\n", "it has no example"),
    ],
)
def test_gap_is_found(docstring: str, gap: str) -> None:
    source = f'def halve(x: float) -> float:\n    """{docstring}"""\n    raise DesignError("bad", "no")\n'
    (item,) = list_public("analysis/half.py", source)
    assert any(gap in found for found in find_gaps(item))
