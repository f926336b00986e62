"""Years of one series side by side, from snapshots: what can be compared, and by how much it differs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from analysis.intervals import t_quantile
from survey_app.instruments.comparability import compare_indices, compare_items
from survey_app.instruments.schema import Instrument
from survey_app.results.estimates import Row


@dataclass(frozen=True)
class Difference:
    """By how much the later wave is above the earlier one, as a share; limits only where both samples were drawn.

    Attributes
    ----------
    verdict : {"up", "down", "not_proven"}, optional
        Whether the interval lies above zero, below, or holds it; none without an interval.
    """

    estimate: float
    low: float | None = None
    high: float | None = None
    verdict: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def series_of(content: dict[str, Any]) -> tuple[str, str]:
    """What the waves of one series share: questionnaire and territory."""
    return content["questionnaire"]["key"], content["survey"]["territory_code"]


def rows_of(content: dict[str, Any], by: str = "") -> list[Row]:
    """The figures of a snapshot, the whole or one breakdown."""
    return [Row(**row) for row in content["figures"].get(by, ())]


def instrument_in(content: dict[str, Any]) -> Instrument:
    """The questionnaire of a snapshot."""
    return Instrument.model_validate_json(json.dumps(content["questionnaire"]["content"]))


def comparable(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, str]:
    """Measure → ``comparable`` or ``with_care``, for what both snapshots measure in the same way."""
    was, now = instrument_in(earlier), instrument_in(later)
    verdicts = compare_items(was, now)
    levels = {one.key: str(one.level) for one in (*verdicts, *compare_indices(was, now, verdicts))}
    members = {section.key: {item.key for item in section.items} for section in was.sections}
    for section in now.sections:
        keys = {item.key for item in section.items}
        if keys == members.get(section.key):
            levels[section.key] = _worst(levels.get(key, "comparable") for key in keys)
    return {key: level for key, level in levels.items() if level != "not_comparable"}


def _worst(levels: Iterable[str]) -> str:
    found = set(levels)
    return next((level for level in ("not_comparable", "with_care") if level in found), "comparable")


def difference(earlier: Row, later: Row) -> Difference | None:
    """The difference of two independent samples, with Welch's degrees of freedom; None where a figure is withheld.

    Unequal draws of the same people are not known to the snapshots, so the samples count as independent; where the
    same communes were drawn again the interval is wider than it need be.
    """
    if earlier.estimate is None or later.estimate is None or earlier.unit != later.unit:
        return None
    gap = later.estimate - earlier.estimate
    if not (earlier.ci and later.ci and earlier.se is not None and later.se is not None):
        return Difference(gap)
    variances = [(earlier.se**2, earlier.df), (later.se**2, later.df)]
    variance = sum(one for one, _df in variances)
    shares = sum(one**2 / df for one, df in variances if df)
    df = variance**2 / shares if shares else math.inf
    reach = t_quantile(later.ci["level"], df) * math.sqrt(variance)
    low, high = gap - reach, gap + reach
    return Difference(gap, low, high, "up" if low > 0 else "down" if high < 0 else "not_proven")
