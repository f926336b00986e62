"""Tests and regression models of a case."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.csv_table import CsvTable
from analysis.errors import TableError
from analysis.models.columns import find_present
from analysis.models.fitted import FittedModel
from analysis.models.proportional_odds import fit_proportional_odds
from analysis.models.rao_scott import AssociationTest, TableTest, assess_association
from analysis.models.regression import fit_linear, fit_logit
from analysis.models.t_test import compare_groups
from analysis.verify.cases import Case, as_list
from analysis.verify.comparison import IGNORED, Accepted
from analysis.verify.estimands.rates import read_response
from analysis.verify.svyolr import stop_early

RAO_SCOTT = "Pearson's X^2: Rao & Scott adjustment"
SMALLEST_SE = 1e-9
WALD = "Design-based Wald test of association"


def compute_rao_scott(case: Case) -> list[dict[str, Any]]:
    """Test a two-way table; with ``success`` its row variable is 0 or 1, else it has the column's own categories."""
    table, estimand = case.table(), case.estimand
    expected = as_list(case.results)[0]
    success = estimand.get("success")
    row: NDArray[Any] = (
        read_response(table, estimand["row"], success) if success else _read_column(table, estimand["row"])
    )
    column = _read_column(table, estimand["col"])
    order = _order_as_written(column, expected.get("col_levels"))
    found = assess_association(case.declare(table), row, column, column_levels=order)
    all_rows = len(table) / found.n  # R scales X² to all rows of the file, those with a missing answer too
    return [
        {
            "table": found.table,
            "col_levels": list(found.column_levels),
            "F": _describe(found.second_order, RAO_SCOTT),
            "Chisq": _describe_first_order(found, all_rows),
            "Wald": _describe(found.wald, WALD),
            "adjWald": _describe(found.adjusted_wald, WALD),
        }
    ]


def _describe(test: TableTest, method: str) -> dict[str, Any]:
    parameter = {"ndf": test.df_numerator, "ddf": test.df_denominator}
    return _htest(test.statistic, parameter, test.p_value, method)


def _describe_first_order(found: AssociationTest, scale: float) -> dict[str, Any]:
    parameter = {"df": found.first_order.df_numerator}
    return _htest(found.pearson * scale, parameter, found.first_order.p_value, RAO_SCOTT)


def _htest(statistic: float, parameter: dict[str, float], p_value: float, method: str) -> dict[str, Any]:
    nothing = {"estimate": None, "conf_int": None}
    return {"statistic": statistic, "parameter": parameter, "p_value": p_value, "method": method} | nothing


def compute_t_test(case: Case) -> list[dict[str, Any]]:
    """Test the difference of the second group from the first."""
    table, estimand = case.table(), case.estimand
    y = read_response(table, estimand["variable"], estimand.get("success"))
    found = compare_groups(case.declare(table), y, _read_column(table, estimand["by"]))
    return [
        {
            "statistic": _ignore_certain(found.t, found.se),
            "parameter": {"df": found.df},
            "p_value": _ignore_certain(found.p_value, found.se),
            "estimate": found.difference,
            "conf_int": [found.low, found.high],
            "method": "Design-based t-test",
        }
    ]


def _ignore_certain(figure: float, se: float) -> Any:
    """Leave out a t or p of a standard error of 0, which is 0/0 or rounding."""
    return figure if se >= SMALLEST_SE else IGNORED


def compute_regression(case: Case) -> list[dict[str, Any]]:
    """Fit a linear or logistic regression."""
    table, estimand = case.table(), case.estimand
    fit = fit_logit if estimand["type"] == "quasibinomial_logit" else fit_linear
    y = read_response(table, estimand["variable"], estimand.get("success"))
    terms, levels = _read_terms(table, estimand, as_list(as_list(case.results)[0].get("terms")))
    model = fit(case.declare(table), y, terms, levels=levels)
    return [_describe_model(model) | {"terms": list(model.names), "df_residual": model.df}]


def compute_proportional_odds(case: Case) -> list[dict[str, Any]]:
    """Fit a proportional odds model to the categories of the response."""
    table, estimand = case.table(), case.estimand
    y = read_response(table, estimand["variable"], estimand.get("success"))
    terms, levels = _read_terms(table, estimand, as_list(as_list(case.results)[0].get("coef_names")))
    design = case.declare(table)
    found = fit_proportional_odds(design, y, terms, levels=levels)
    stopped, covariance = stop_early(design, y, terms, levels)
    slopes = len(found.slopes)
    names = list(found.model.names)
    coefficients = _accept_both(found.model.coefficients, stopped)
    return [
        _describe_model(found.model)
        | {
            "coef": coefficients[:slopes],
            "coef_names": names[:slopes],
            "zeta": coefficients[slopes:],
            "zeta_names": names[slopes:],
            "se": _accept_both(found.model.se, np.sqrt(np.diag(covariance))),
            "vcov": [_accept_both(*rows) for rows in zip(found.model.covariance, covariance, strict=True)],
            "df_residual": found.model.df,
        }
    ]


def _accept_both(at_maximum: NDArray[np.float64], where_stopped: NDArray[np.float64]) -> list[Accepted]:
    """Our figures at the maximum, with those where R's optimiser stops being right as well."""
    pairs = zip(at_maximum.tolist(), where_stopped.tolist(), strict=True)
    return [Accepted(ours, others=(theirs,)) for ours, theirs in pairs]


def _describe_model(model: FittedModel) -> dict[str, Any]:
    return {
        "coef": model.coefficients,
        "se": model.se,
        "t": [_ignore_certain(t, se) for t, se in zip(model.t.tolist(), model.se.tolist(), strict=True)],
        "p_value": [_ignore_certain(p, se) for p, se in zip(model.p_values.tolist(), model.se.tolist(), strict=True)],
        "vcov": model.covariance,
        "n": model.n,
    }


def _read_column(table: CsvTable, name: str) -> NDArray[Any]:
    """Return a column as numbers where all its cells are, else as text, as R reads a file."""
    try:
        return table.numbers(name)
    except TableError as error:
        if error.code != "not_a_number":
            raise
        return table.labels(name)


def _read_terms(
    table: CsvTable, estimand: Mapping[str, Any], labels: list[str]
) -> tuple[dict[str, NDArray[Any]], dict[str, list[Hashable]]]:
    """Return the terms and, from the labels of the case, the order of their levels."""
    columns = {str(name): _read_column(table, str(name)) for name in as_list(estimand.get("terms"))}
    levels: dict[str, list[Hashable]] = {}
    for name, column in columns.items():
        dummies = [label.removeprefix(name) for label in labels if label.startswith(name)]
        order = _order_as_written(column, dummies) if column.dtype.kind == "U" else None
        if order is not None:
            levels[name] = order
    return columns, levels


def _order_as_written(column: NDArray[Any], written: Any) -> list[Hashable] | None:
    """Return the levels of a text in the order the other program, sorting by another alphabet, wrote them.

    A level that is not written was the one the others are compared with; None where the labels do not say.
    """
    if column.dtype.kind != "U" or not as_list(written):
        return None
    found = set(np.unique(column[find_present(column)]).tolist())
    order = [label for label in as_list(written) if label in found]
    missing = sorted(found - set(order))
    return [*missing, *order] if len(missing) <= 1 else None


ESTIMANDS: dict[str, Callable[[Case], list[dict[str, Any]]]] = {
    "rao_scott": compute_rao_scott,
    "ttest": compute_t_test,
    "linear_model": compute_regression,
    "quasibinomial_logit": compute_regression,
    "proportional_odds": compute_proportional_odds,
}
