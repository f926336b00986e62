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
    """What came of verifying a case.

    Attributes
    ----------
    name : str
        Of the case.
    failures : list of Failure
        The figures that failed; none: it passed.
    """

    name: str
    failures: list[Failure]


def verify_folder(folder: Path) -> Iterator[Outcome]:
    """Verify every case of a golden folder, in the order of their names.

    Parameters
    ----------
    folder : Path
        As tests/golden/README.md describes.

    Yields
    ------
    Outcome

    Raises
    ------
    TableError
        ``no_cases`` if the folder holds no ``cases/*.json``.

    Examples
    --------
    >>> import json, tempfile
    >>> estimand, results = {"type": "decision_thresholds", "target": 0.8}, [{"n": 400, "min_k_wilson95": 335}]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cases = Path(folder, "cases")
    ...     cases.mkdir()
    ...     _ = Path(cases, "a.json").write_text(json.dumps({"estimand": estimand, "results": results}))
    ...     for outcome in verify_folder(Path(folder)):
    ...         print(outcome.name, *outcome.failures)
    a [0].min_k_wilson95: expected 335, got 336
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
    """Compute one case and compare it.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Outcome
        An estimand nobody knows or an error in computing is a failure too.

    Examples
    --------
    >>> asked = {"type": "decision_thresholds", "target": 0.8}
    >>> expected = [{"n": 400, "min_k_wilson95": 336}]  # Wilson's lower limit is 0.8009 there and 0.7982 at 335
    >>> verify_case(Case(Path(), "a", asked, {}, None, {"rel": 1e-6, "abs": 1e-9}, expected, [])).failures
    []
    """
    kind = str(case.estimand.get("type"))
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
