"""The change of every comparable figure between two waves, with its interval and what it proves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.intervals import t_quantile
from analysis.verdict import adjust
from analysis.waves import change_between
from survey_app.results.change.comparable import SAME, Comparability
from survey_app.results.estimates import Row


@dataclass(frozen=True)
class Change:
    """One figure in two waves.

    Attributes
    ----------
    difference, low, high : float or None
        In the unit of the figure, later less earlier; None where a side is withheld or nobody drew a sample.
    p_value, adjusted : float or None
        Two-sided; adjusted by Holm over the figures of its kind.
    proven : bool
        Whether the adjusted p value says that there is a change.
    covariance : float
        Of the two waves, from the communes in both; 0 for independent samples.
    reference : bool
        Whether a model stands behind it, so that it is for reference only and proves nothing.
    """

    earlier: Row
    later: Row
    comparability: Comparability = SAME
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    adjusted: float | None = None
    proven: bool = False
    covariance: float = 0.0
    reference: bool = False

    @property
    def outside_zero(self) -> bool:
        """Whether the interval by itself leaves out no change."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def compare_rows(
    earlier: Row,
    later: Row,
    *,
    level: float,
    covariance: float = 0.0,
    comparability: Comparability = SAME,
) -> Change:
    """The change of one figure: difference ± t·se, with the variance behind each published interval."""
    sides = [_variance(row, level) for row in (earlier, later)]
    reference = any("model_assisted" in row.marks for row in (earlier, later))
    plain = Change(earlier, later, comparability, reference=reference)
    if earlier.estimate is None or later.estimate is None:
        return plain
    plain = replace(plain, difference=later.estimate - earlier.estimate)
    one, two = sides
    if one is None or two is None:
        return plain
    found = change_between((earlier.estimate, *one), (later.estimate, *two), covariance)
    limits = found.interval(level)
    if not math.isfinite(limits.low):
        return plain
    return replace(
        plain,
        low=limits.low,
        high=limits.high,
        p_value=found.p_value if math.isfinite(found.p_value) else None,
        covariance=covariance,
    )


def _variance(row: Row, level: float) -> tuple[float, float] | None:
    """Variance and degrees of freedom as the published interval has them; None where there is none.

    A rate has p(1-p)/n_eff; of 0 or 1, where that is 0, the rate at the centre of Wilson's interval (Agresti and
    Coull 1998).
    """
    if row.ci is None or row.se is None:
        return None
    if row.unit != "share":
        return row.se**2, float(row.df or 0.0)
    n, df, p = row.ci["n_effective"], row.ci["df"], row.estimate
    if n is None or df is None or p is None or df <= 0:
        return None
    if p in (0.0, 1.0):
        t = t_quantile(level, df)
        centre = (p * n + t * t / 2) / (n + t * t)
        return centre * (1 - centre) / (n + t * t), float(df)
    return max(row.se**2 if "model_assisted" not in row.marks else 0.0, p * (1 - p) / n), float(df)


def judge_changes(changes: Sequence[Change], *, level: float) -> list[Change]:
    """Say which changes are proven: Holm over all of one kind (indices, factors, criteria, parts)."""
    found = list(changes)
    for kind in dict.fromkeys(_kind(change) for change in changes):
        places = [
            number
            for number, change in enumerate(changes)
            if _kind(change) == kind and change.p_value is not None and not change.reference
        ]
        values = [changes[number].p_value or 0.0 for number in places]
        for number, value in zip(places, adjust(values, "holm").tolist(), strict=True):
            found[number] = replace(changes[number], adjusted=value, proven=value <= 1 - level)
    return found


def _kind(change: Change) -> str:
    return "part" if change.later.domain else change.later.kind
