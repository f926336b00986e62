"""Reference cases of weighting: calibration to margins, trimming, Kish's design effect, base weights."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.csv_table import CsvTable
from analysis.design import SurveyDesign
from analysis.errors import TableError
from analysis.estimate import Estimate
from analysis.verify.cases import Case, as_list
from analysis.verify.comparison import Accepted
from analysis.verify.estimands.rates import read_response
from analysis.weighting.base import two_stage_weights
from analysis.weighting.calibrated import CalibratedDesign
from analysis.weighting.calibration import calibrate, calibrate_weights
from analysis.weighting.distances import DistanceName
from analysis.weighting.kish import summarize_weights
from analysis.weighting.margins import Columns, Margins
from analysis.weighting.nonresponse import adjust_for_nonresponse
from analysis.weighting.poststratification import poststratify
from analysis.weighting.raking import rake
from analysis.weighting.trimming import trim_weights

Vector = NDArray[np.float64]

RAKE_SE = 0.03
"""How far our standard errors of raked weights may be from R's own rule (tests/golden/README.md)."""
FIRST_ROWS = re.compile(r"(?P<what>g|w)_first(?P<count>\d+)$|w_sorted_top(?P<top>\d+)$")


def _calibrate_rates(case: Case) -> list[dict[str, Any]]:
    table = case.table()
    design = case.declare(table)
    method = str(case.estimand["method"])
    done = _apply(case, table, design, method)
    calibrated = done.design
    swept = _sweep_like_r(case, table, calibrated) if method.startswith("rake") else None
    summary = done.report.after
    results = []
    for expected in case.results:
        result = {
            "weights_sum": summary.total,
            "g_min": done.report.g_minimum,
            "g_max": done.report.g_maximum,
            "cv_w": float(np.std(calibrated.weights, ddof=1) / np.mean(calibrated.weights)),
            "kish_deff": summary.kish_deff,
            "n_eff": summary.n_effective,
            "estimates": [_estimate(case, table, calibrated, one, swept) for one in as_list(expected.get("estimates"))],
        } | _take_rows(expected, done.g, calibrated.weights)
        if "score" in table:
            score = table.numbers("score")
            ours, theirs = calibrated.mean(score), swept.mean(score) if swept else None
            result |= {"score_mean": ours.estimate, "score_se": _accept(ours, theirs)}
        results.append(result)
    return results


def _estimate(
    case: Case, table: CsvTable, design: SurveyDesign, expected: dict[str, Any], swept: SurveyDesign | None
) -> dict[str, Any]:
    """Compute the rate of one variable, its total, and its rates by the levels of another."""
    y = read_response(table, expected["variable"], case.estimand.get("success"))
    rate, total = design.proportion(y), design.total(np.nan_to_num(y))
    other_rate, other_total = (swept.proportion(y), swept.total(np.nan_to_num(y))) if swept else (None, None)
    result = {
        "variable": expected["variable"],
        "estimate": rate.estimate,
        "se": _accept(rate, other_rate),
        "total": total.estimate,
        "se_total": _accept(total, other_total),
    }
    if expected.get("by"):
        domains = [table.matching({expected["by"]: str(level)}) for level in as_list(expected["by_levels"])]
        parts = [design.proportion(y, domain) for domain in domains]
        others = [swept.proportion(y, domain) if swept else None for domain in domains]
        result |= {
            "by": expected["by"],
            "by_levels": expected["by_levels"],
            "by_estimate": [part.estimate for part in parts],
            "by_se": [_accept(part, other) for part, other in zip(parts, others, strict=True)],
        }
    return result


def _accept(ours: Estimate, swept: Estimate | None) -> Accepted:
    """Our standard error; of raked weights one near it is right too, and the one by R's own rule."""
    return Accepted(ours.se) if swept is None else Accepted(ours.se, rel=RAKE_SE, others=(swept.se,))


def _sweep_like_r(case: Case, table: CsvTable, raked: SurveyDesign) -> SurveyDesign:
    """Return the raked design with the residuals of R's ``rake``: unweighted margin means taken out ten times."""
    columns, _margins = _one_way(table, _keep_named(_read_margins(case), case, str(case.estimand["method"])))
    groups = [np.unique(np.asarray(labels), return_inverse=True)[1] for labels in columns.values()]

    def sweep(influence: Vector) -> Vector:
        left = influence.copy()
        for group in groups * 10:
            means = np.stack([np.bincount(group, column) for column in left.T], axis=1) / np.bincount(group)[:, None]
            left -= means[group]
        return left

    return raked.with_weights(raked.weights, sweep)


def _apply(case: Case, table: CsvTable, design: SurveyDesign, method: str) -> CalibratedDesign:
    """Weight by the method the case names: ``poststratify_…``, ``rake_…`` or ``calibrate_…``."""
    kind, _, rest = method.partition("_")
    files = _read_margins(case)
    if kind == "poststratify":
        margin = _find_joint(files, rest)
        variables = [name for name in margin.cells if name != "Freq"]
        totals = dict(zip(_join(margin, variables), margin.numbers("Freq").tolist(), strict=True))
        return poststratify(design, _join(table, variables), totals, variable=" × ".join(variables))
    if kind == "rake":
        columns, margins = _one_way(table, _keep_named(files, case, rest))
        return rake(design, columns, margins)
    if kind != "calibrate":
        raise TableError("bad_case", f"method {method!r} is none of poststratify_…, rake_…, calibrate_…")
    columns, margins = _one_way(table, list(files.values()))
    distances: dict[str, DistanceName] = {
        "linear": "linear",
        "raking": "raking",
        "logit_bounds": "logit",
        "linear_bounds": "truncated",
    }
    distance = distances[rest]
    bounds = _find_bounds(case) if distance in {"logit", "truncated"} else None
    return calibrate(design, columns, margins, distance=distance, bounds=bounds)


def _read_margins(case: Case) -> dict[str, CsvTable]:
    """Read the margin files of the case by what stands after ``margin_`` in their names."""
    paths = sorted(case.folder.glob(str(case.estimand["margins"])))
    return {path.stem.rpartition("margin_")[2]: CsvTable.read(path, codes_as_numbers=True) for path in paths}


def _find_joint(files: dict[str, CsvTable], name: str) -> CsvTable:
    """Return the margin file of that name, or the one whose variables joined by ``_`` are the name."""
    for suffix, table in files.items():
        if name in {suffix, "_".join(column for column in table.cells if column != "Freq")}:
            return table
    raise TableError("bad_case", f"there is no margin file for {name!r}; there are: {', '.join(files)}")


def _keep_named(files: dict[str, CsvTable], case: Case, name: str) -> list[CsvTable]:
    """Return the one-way margins that R's ``rake`` was given, or else those whose variable the method names."""
    call = re.search(r"rake\([^()]*list\(([^()]*)\)", case.code)
    given = re.findall(r"~\s*([\w.]+)", call.group(1)) if call else []
    one_way = {_variable(table): table for table in files.values() if len(table.cells) == 2}
    if given and set(given) <= set(one_way):
        return [one_way[variable] for variable in given]
    named = [table for variable, table in one_way.items() if any(variable.startswith(part) for part in name.split("_"))]
    return named or list(one_way.values())


def _one_way(table: CsvTable, files: list[CsvTable]) -> tuple[Columns, Margins]:
    margins = {
        _variable(one): dict(zip(one.labels(_variable(one)).tolist(), one.numbers("Freq").tolist(), strict=True))
        for one in files
        if len(one.cells) == 2
    }
    return {variable: table.labels(variable) for variable in margins}, margins


def _variable(margin: CsvTable) -> str:
    return next(name for name in margin.cells if name != "Freq")


def _join(table: CsvTable, variables: list[str]) -> list[tuple[str, ...]]:
    return list(zip(*(table.labels(name).tolist() for name in variables), strict=True))


def _trim(case: Case) -> list[dict[str, Any]]:
    table = case.table()
    design = case.declare(table)
    mean = float(design.weights.mean())
    lower, upper = (case.estimand.get(f"{side}_times_mean") for side in ("lower", "upper"))
    trimmed = trim_weights(
        design.weights,
        lower=0.0 if lower is None else lower * mean,
        upper=np.inf if upper is None else upper * mean,
        strict=bool(case.estimand.get("strict")),
    )
    summary = summarize_weights(trimmed.weights)
    after = design.with_weights(trimmed.weights)
    at_limit = int(np.sum(np.isclose(trimmed.weights, trimmed.upper, rtol=1e-9, atol=0.0)))
    results = []
    for expected in case.results:
        result = {
            "lower": trimmed.lower,
            "upper": trimmed.upper,
            # weights cut, or weights that end at the limit: R's code of the case does not say which were counted
            "n_trimmed_upper": Accepted(int(np.sum(design.weights > trimmed.upper)), others=(at_limit,)),
            "n_trimmed_lower": int(np.sum(design.weights < trimmed.lower)),
            "sum_w": summary.total,
            "kish_deff": summary.kish_deff,
            "n_eff": summary.n_effective,
            "estimates": [_estimate(case, table, after, one, None) for one in as_list(expected.get("estimates"))],
        }
        results.append(result | _take_rows(expected, trimmed.weights / design.weights, trimmed.weights))
    return results


def _take_rows(expected: dict[str, Any], g: Vector, weights: Vector) -> dict[str, Any]:
    """Return the keys ``g_first20``, ``w_first20``, ``w_sorted_top5`` for the numbers that the case has in them."""
    taken: dict[str, Any] = {}
    for key in expected:
        found = FIRST_ROWS.match(key)
        if found and found["top"]:
            taken[key] = np.sort(weights)[::-1][: int(found["top"])].tolist()
        elif found:
            taken[key] = (g if found["what"] == "g" else weights)[: int(found["count"])].tolist()
    return taken


def _find_g_weights(case: Case) -> list[dict[str, Any]]:
    said = re.search(r"tolerance\s+([\d.eE+-]*\d)", case.notes)
    rel = float(said.group(1)) if said else None
    results = []
    for expected in case.results:
        g: dict[str, list[Accepted]] = {}
        for method in expected["g"]:
            bounds = _find_bounds(case) if method in {"logit", "truncated"} else None
            solved = calibrate_weights(expected["d"], expected["X"], expected["total"], distance=method, bounds=bounds)
            g[method] = [Accepted(value, rel=rel) for value in solved.g.tolist()]
        results.append({**expected, "g": g})
    return results


def _find_kish_deff(case: Case) -> list[dict[str, Any]]:
    results = []
    for expected in case.results:
        summary = summarize_weights(expected["weights"])
        results.append(
            {
                "weights": expected["weights"],
                "kish_deff": summary.kish_deff,
                "n_eff": summary.n_effective,
                "cv2": summary.cv**2,
            }
        )
    return results


def _adjust_for_nonresponse(case: Case) -> list[dict[str, Any]]:
    rows = case.results
    base = two_stage_weights(
        psu_population=_column(rows, "N_h"),
        psu_sample=_column(rows, "n_h"),
        element_population=_column(rows, "list_size"),
        element_sample=_column(rows, "invited_commune"),
    )
    invited, responded = _column(rows, "invited"), _column(rows, "responded")
    communes = [(row["district"], row["commune"]) for row in rows]
    cells = [(*commune, row["sex"]) for commune, row in zip(communes, rows, strict=True)]
    sexes = [row["sex"] for row in rows]

    def find_factor(classes: list[Any], weights: Vector | None = None) -> Vector:
        adjustment = adjust_for_nonresponse(
            classes, invited, responded, base=weights, minimum_invited=0, maximum_factor=np.inf
        )
        return adjustment.factor

    factors = {
        "cell": find_factor(cells),
        "commune": find_factor(communes),
        "sex_weighted": find_factor(sexes, base),
    }
    columns = {"base_weight": base, "sumw_base_invited": base * invited}
    for name, factor in factors.items():
        columns |= {f"nr_factor_{name}": factor, f"weight_{name}": base * factor}
    return [
        {**row, **{name: float(values[place]) for name, values in columns.items()}} for place, row in enumerate(rows)
    ]


def _column(rows: list[dict[str, Any]], name: str) -> Vector:
    return np.array([row[name] for row in rows], dtype=np.float64)


def _find_bounds(case: Case) -> tuple[float, float]:
    """Return the bounds of g, from the estimand or from ``bounds=c(low,high)`` in the code of the case."""
    given = case.estimand.get("bounds")
    if given is None:
        said = re.search(r"bounds\s*=\s*c\(\s*([^,\s]+)\s*,\s*([^)\s]+)\s*\)", case.code)
        if said is None:
            raise TableError("bad_case", "the case says no bounds; give estimand.bounds or bounds=c(low,high)")
        given = said.groups()
    return float(given[0]), float(given[1])


ESTIMANDS: dict[str, Callable[[Case], list[dict[str, Any]]]] = {
    "base_weight_and_nonresponse_adjustment": _adjust_for_nonresponse,
    "calibrated_prop": _calibrate_rates,
    "calibration_g_weights": _find_g_weights,
    "kish_weighting_deff": _find_kish_deff,
    "trimmed_weights": _trim,
}
