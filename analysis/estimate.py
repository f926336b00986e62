"""One estimate with everything needed to judge and to publish it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate, mean or pooled ratio in one domain, NaN wherever a figure is not defined.

    Attributes
    ----------
    n : int
        Respondents (rows) in the domain with a valid answer; for a ratio, with a denominator above 0.
    total : float
        Unweighted sum of the denominator: the number of answers. Equals `n` for a rate or mean.
    n_psu, n_strata : int
        Primary sampling units and strata with at least one such row.
    estimate : float
        The point estimate, between 0 and 1 for a rate.
    se, variance : float
        Standard error and its square.
    df : float
        Degrees of freedom of the variance: ``n_psu - n_strata``, unless strata were taken whole (`variance.find_df`).
    df_design : int
        PSUs less strata over the whole file.
    deff_with_replacement : float
        Design effect against simple random sampling with replacement: the one we publish.
    deff_without_replacement : float
        The same against simple random sampling without replacement from ``sum_weights`` people.
    n_effective : float
        Variance of one answer over `variance`; for a rate ``p(1-p)/variance``.
    sum_weights : float
        Sum of the weights of the `n` rows.
    lonely_strata : int
        Strata in the domain whose variance came from the rule for a lone PSU.
    probability : bool
        Whether the sample was drawn; if not, no interval is claimed.
    """

    n: int
    total: float
    n_psu: int
    n_strata: int
    estimate: float
    se: float
    variance: float
    df: float
    df_design: int
    deff_with_replacement: float
    deff_without_replacement: float
    n_effective: float
    sum_weights: float
    lonely_strata: int
    probability: bool = True
