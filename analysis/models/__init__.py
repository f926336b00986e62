"""Tests of association, regressions, drivers of satisfaction and importance against performance, all by design."""

from analysis.models.correlation import Correlation, correlate
from analysis.models.drivers import Driver, DriverAnalysis, find_drivers
from analysis.models.fitted import FittedModel
from analysis.models.proportional_odds import ProportionalOdds, fit_proportional_odds
from analysis.models.quadrants import (
    Measured,
    PlacedCriterion,
    QuadrantChart,
    compare_importance_and_performance,
    place_criteria,
)
from analysis.models.rao_scott import AssociationTest, TableTest, assess_answers, assess_association
from analysis.models.regression import fit_linear, fit_logit
from analysis.models.t_test import GroupDifference, compare_groups

__all__ = [
    "AssociationTest",
    "Correlation",
    "Driver",
    "DriverAnalysis",
    "FittedModel",
    "GroupDifference",
    "Measured",
    "PlacedCriterion",
    "ProportionalOdds",
    "QuadrantChart",
    "TableTest",
    "assess_answers",
    "assess_association",
    "compare_groups",
    "compare_importance_and_performance",
    "correlate",
    "find_drivers",
    "fit_linear",
    "fit_logit",
    "fit_proportional_odds",
    "place_criteria",
]
