"""Reference cases of allocation, inclusion probabilities and draws.

What a case was given (numbers to share out, codes, seeds, starts) stands in its results beside what came out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.csv_table import CsvTable
from analysis.errors import TableError
from analysis.sampling import (
    allocate,
    allocate_by_power,
    allocate_neyman,
    allocate_proportionally,
    allocate_respondents,
    conditional_poisson_joint_probabilities,
    draw_pareto,
    draw_smallest,
    equal_joint_probabilities,
    equal_probabilities,
    permanent_random_number,
    proportional_probabilities,
    round_by_largest_remainder,
    sampford_joint_probabilities,
    select_respondents,
    select_systematically,
    systematic_start,
)
from analysis.verify.cases import Case, as_list
from analysis.verify.comparison import Accepted

Result = dict[str, Any]


def _read_codes(case: Case) -> CsvTable:
    """Read the frame with its codes as they are written: 01 is another commune than 1."""
    return CsvTable(case.table().cells)


def compute_stratum_allocation(case: Case) -> list[Result]:
    """Allocate a share of the communes; a tie that only binary rounding settles may be settled either way."""
    return [_keep(result, "N", "fraction", "minimum") | _allocate_strata(result) for result in case.results]


def _allocate_strata(result: Result) -> Result:
    sizes, share, minimum = result["N"], result["fraction"], result.get("minimum", 2)
    drawn = allocate(sizes, share, minimum=minimum).tolist()
    target = math.floor(share * sum(sizes) + 0.5)
    in_doubles = round_by_largest_remainder(
        [share * size for size in sizes],
        target,
        minimum=[min(minimum, size) for size in sizes],
        maximum=sizes,
    ).tolist()
    pairs = list(zip(sizes, drawn, in_doubles, strict=True))
    return {
        "n": [Accepted(n, others=(other,)) for _size, n, other in pairs],
        "pi": [Accepted(n / size, others=(other / size,)) if size else 0.0 for size, n, other in pairs],
        "weight": [Accepted(size / n, others=(size / max(other, 1),)) if n else None for size, n, other in pairs],
        "total": sum(drawn),
        "total_target": target,
    }


def compute_optimal_allocation(case: Case) -> list[Result]:
    """Allocate in real numbers: in proportion, by Neyman, and by the square root of the sizes."""
    return [
        _keep(result, "M", "S", "n_total")
        | {
            "proportional": allocate_proportionally(result["M"], result["n_total"]),
            "neyman": allocate_neyman(result["M"], result["S"], result["n_total"]),
            "power_half": allocate_by_power(result["M"], result["n_total"], power=0.5),
        }
        for result in case.results
    ]


def compute_respondent_allocation(case: Case) -> list[Result]:
    """Share out respondents among the lists of communes, between the bounds of the case alone."""
    answers = []
    for result in case.results:
        m = allocate_respondents(
            result["list_size"], result["total"], minimum=result["min"], maximum=result["max"], within_lists=False
        ).tolist()
        answers.append(_keep(result, "list_size", "total", "min", "max") | {"n": m, "sum": sum(m)})
    return answers


def compute_inclusion_probabilities(case: Case) -> list[Result]:
    """Compute the inclusion probabilities of each group: equal ones, or in proportion to a size or its power."""
    table, method = _read_codes(case), case.estimand["method"]
    if method not in {"pps", "srswor"}:
        raise TableError("unknown_method", f"method {method!r} is not known; 'pps' and 'srswor' are")
    name, _, power = str(case.estimand.get("size", "")).partition("^")
    answers = []
    for result in case.results:
        group, given = _group(case, table, result), _keep(result, "n", *_group_columns(case))
        if method == "srswor":
            chance = equal_probabilities(len(group), result["n"])[0]
            answers.append(given | {"N": len(group), "pi": chance, "weight": 1 / chance})
            continue
        sizes = group.numbers(name.strip())
        chances = proportional_probabilities(sizes, result["n"], power=float(power or 1))
        column, rows = _rows_of(group, result)
        answers.append(
            given
            | {column: group.labels(column)[rows]}
            | {"size": sizes[rows], "pi": chances[rows], "weight": 1 / chances[rows]}
            | {"n_certainty": int((chances == 1).sum()), "sum": chances.sum()}
        )
    return answers


def compute_joint_probabilities(case: Case) -> list[Result]:
    """Compute the joint inclusion probabilities of a design that has the given probabilities.

    R's ``UPmaxentropypi2`` stops when its working probabilities move by less than 1e-6 in all, so its answer
    is good to that and no more (its rows do not sum to n·π exactly; ours do).
    """
    method = case.estimand["method"].lower()
    answers = []
    for result in case.results:
        chances = result["pi"]
        if "sampford" in method:
            joint: list[list[Any]] = sampford_joint_probabilities(chances).tolist()
        elif "poisson" in method or "entropy" in method:
            exact = conditional_poisson_joint_probabilities(chances).tolist()
            joint = [[Accepted(value, abs=1e-6) for value in row] for row in exact]
        elif "srs" in method:
            joint = equal_joint_probabilities(len(chances), round(sum(chances))).tolist()
        else:
            raise TableError("unknown_method", f"method {method!r} is not known; use sampford, poisson or srswor")
        answers.append(_keep(result, "commune", "pi") | {"pi2": joint})
    return answers


def compute_draws(case: Case) -> list[Result]:
    """Draw communes by permanent random numbers, with equal probabilities and by Pareto sampling."""
    seed = case.estimand["seed"]
    answers = []
    for result in case.results:
        column = next(name for name, value in result.items() if _are_texts(value) and not name.endswith("selected"))
        codes = result[column]
        answer = _keep(result, "district", "n", "pareto_pi", column) | {
            "u": [permanent_random_number(seed, code) for code in codes],
            "srswor_selected": draw_smallest(codes, seed, result["n"]),
        }
        if "pareto_pi" in result:
            answer["pareto_selected"] = draw_pareto(codes, seed, result["pareto_pi"])
        answers.append(answer)
    return answers


def compute_respondents(case: Case) -> list[Result]:
    """Select the positions of respondents in the lists of communes, simply and systematically."""
    seed = case.estimand["seed"]
    answers = []
    for result in case.results:
        place = result["commune"], result["list_size"], result["m"]
        answers.append(
            _keep(result, "commune", "list_size", "m")
            | {
                "srs_first_positions_0based": select_respondents(seed, *place),
                "systematic_start": systematic_start(seed, *place),
                "systematic_positions_0based": select_respondents(seed, *place, method="systematic"),
                "weight": result["list_size"] / result["m"],
            }
        )
    return answers


def compute_systematic_draws(case: Case) -> list[Result]:
    """Draw systematically in proportion to size from the given start, along the order that the case states.

    A case may leave out n: it is the number of units drawn.
    """
    table, size = _read_codes(case), case.estimand["size"]
    name, _, power = str(size).partition("^")
    answers = []
    for result in case.results:
        group = _group(case, table, result)
        column = _column_holding(group, result["selected"])
        group = _ordered(group, str(result.get("order", "")))
        n = result.get("n", len(result["selected"]))
        chances = proportional_probabilities(group.numbers(name.strip()), n, power=float(power or 1))
        answers.append(result | {"n": n, "selected": group.labels(column)[select_systematically(chances, result["u"])]})
    return answers


def _keep(result: Result, *names: str) -> Result:
    """Return what a result was given, as it stands there."""
    return {name: result[name] for name in names if name in result}


def _group_columns(case: Case) -> list[str]:
    return as_list(case.estimand.get("by"))


def _group(case: Case, table: CsvTable, result: Result) -> CsvTable:
    """Return the rows of the group that a result is about."""
    names = _group_columns(case)
    group = table.select(table.matching({name: str(result[name]) for name in names}))
    if not len(group):
        raise TableError("empty_group", f"the data hold no row of { {name: result[name] for name in names} }")
    return group


def _rows_of(group: CsvTable, result: Result) -> tuple[str, NDArray[np.int64]]:
    """Return the column of the units that a result lists, and the rows of the group in the order of that list."""
    column = next((name for name, value in result.items() if name in group and _are_texts(value)), None)
    if column is None:
        raise TableError("no_units", "the result lists no units by a column of the data")
    place = {label: row for row, label in enumerate(group.labels(column).tolist())}
    rows = [place[label] for label in result[column] if label in place]
    return column, np.array(rows if len(rows) == len(group) else range(len(group)), dtype=np.int64)


def _column_holding(group: CsvTable, labels: list[str]) -> str:
    for name in group.cells:
        if set(labels) <= set(group.labels(name).tolist()):
            return name
    raise TableError("no_units", "no column of the data holds the selected units")


def _ordered(group: CsvTable, order: str) -> CsvTable:
    """Sort by the column that opens the order's description; the order of the file where it names none."""
    name, *words = order.split() or [""]
    if name not in group:
        return group
    labels = group.labels(name)
    try:
        rows = np.argsort(labels.astype(np.float64), kind="stable")
    except ValueError:
        rows = np.argsort(labels, kind="stable")
    return CsvTable(
        {
            column: cells[rows[::-1] if "".join(words).startswith("desc") else rows]
            for column, cells in group.cells.items()
        }
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


ESTIMANDS: dict[str, Callable[[Case], list[Result]]] = {
    "stratum_allocation_30pct": compute_stratum_allocation,
    "optimal_allocation_real": compute_optimal_allocation,
    "respondent_allocation": compute_respondent_allocation,
    "inclusion_probabilities": compute_inclusion_probabilities,
    "joint_inclusion_probabilities": compute_joint_probabilities,
    "reproducible_selection_prn": compute_draws,
    "reproducible_respondent_selection": compute_respondents,
    "systematic_pps_selection": compute_systematic_draws,
}
