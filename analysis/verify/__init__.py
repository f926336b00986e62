"""Check this package against reference results computed by other programs (`python -m analysis verify`).

A folder holds ``cases/*.json`` and the data they name. Each case is computed from its data by the functions of
`analysis`, its estimand's type choosing how (`analysis.verify.estimands`); nothing here knows a case by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import TableError
from analysis.verify.cases import Case
from analysis.verify.comparison import Failure, compare
from analysis.verify.estimands import ESTIMANDS

__all__ = ["Outcome", "verify_case", "verify_folder"]


@dataclass(frozen=True)
class Outcome:
    """A case and the figures of it that failed; none: it passed."""

    name: str
    failures: list[Failure]


def verify_folder(folder: Path) -> Iterator[Outcome]:
    """Verify every case of a golden folder, in the order of their names.

    Raises
    ------
    TableError
        ``no_cases`` if the folder holds no ``cases/*.json``.
    """
    paths = sorted((folder / "cases").glob("*.json"))
    if not paths:
        raise TableError("no_cases", f"{folder} has no cases/*.json; give a folder as tests/golden/README.md describes")
    for path in paths:
        try:
            case = Case.read(path)
        except TableError as error:
            yield Outcome(path.stem, [Failure("case", "a readable case", str(error))])
        else:
            yield verify_case(case)


def verify_case(case: Case) -> Outcome:
    """Compute one case and compare it; an estimand nobody knows or an error in computing fails it."""
    kind = case.estimand.get("type")
    if kind not in ESTIMANDS:
        return Outcome(case.name, [Failure("estimand.type", f"one of {', '.join(sorted(ESTIMANDS))}", kind)])
    if not case.results:
        return Outcome(case.name, [Failure("results", "at least one", "none")])
    try:
        got = ESTIMANDS[kind](case)
    except Exception as error:  # a case that cannot be computed has failed, whatever the reason
        return Outcome(case.name, [Failure("computation", "a result", f"{type(error).__name__}: {error}")])
    failures = _compare_results(case.results, got, case.tolerance)
    if failures and any(not _compare_results(other, got, case.tolerance) for other in case.alternatives):
        failures = []
    return Outcome(case.name, failures)


def _compare_results(
    expected: list[dict[str, Any]], got: list[dict[str, Any]], tolerance: dict[str, float]
) -> list[Failure]:
    return list(compare(expected, got, tolerance))
