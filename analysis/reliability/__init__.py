"""Reliability and validity of a block of items: alpha, omega, item-rest correlations, factor models, straight lines."""

from analysis.reliability.alpha import Alpha, alpha_of_covariance, cronbach_alpha, linearise_alpha
from analysis.reliability.factor_fit import FactorFit, assess_fit, fit_factors
from analysis.reliability.factor_model import FactorModel, estimate_factor_model
from analysis.reliability.item_covariance import ItemCovariance, estimate_item_covariance
from analysis.reliability.item_rest import ItemRest, correlate_with_rest
from analysis.reliability.omega import Omega, mcdonald_omega
from analysis.reliability.straight_lines import mark_straight_lines, straight_line_share

__all__ = [
    "Alpha",
    "FactorFit",
    "FactorModel",
    "ItemCovariance",
    "ItemRest",
    "Omega",
    "alpha_of_covariance",
    "assess_fit",
    "correlate_with_rest",
    "cronbach_alpha",
    "estimate_factor_model",
    "estimate_item_covariance",
    "fit_factors",
    "linearise_alpha",
    "mark_straight_lines",
    "mcdonald_omega",
    "straight_line_share",
]
