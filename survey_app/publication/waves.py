"""Years of one series side by side, from snapshots: what can be compared, and by how much it differs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from survey_app.instruments.comparability import compare_indices, compare_items
from survey_app.instruments.schema import Instrument
from survey_app.results.change.figures import Change, compare_rows, judge_changes
from survey_app.results.estimates import Row


@dataclass(frozen=True)
class Difference:
    """By how much the later wave is above the earlier one, as a share; limits only where both samples were drawn.

    Attributes
    ----------
    verdict : {"up", "down", "not_proven"}, optional
        Whether a change is proven among all figures of its kind; none without an interval or for reference only.
    reference : bool
        Whether a model stands behind a side, so that the difference proves nothing.
    """

    estimate: float
    low: float | None = None
    high: float | None = None
    verdict: str | None = None
    reference: bool = False

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


def differences(pairs: Sequence[tuple[Row, Row]], *, level: float) -> list[Difference | None]:
    """Earlier and later figures compared as the office compares independent samples (ADR 0037), judged all together.

    Unequal draws of the same people are not known to the snapshots, so the samples count as independent; where the
    same communes were drawn again the interval is wider than it need be. None where a figure is withheld.
    """
    changes = [compare_rows(_with_basis(earlier), _with_basis(later), level=level) for earlier, later in pairs]
    same_unit = [change for change in changes if change.earlier.unit == change.later.unit]
    judged = iter(judge_changes(same_unit, level=level))
    return [_as_difference(next(judged)) if change.earlier.unit == change.later.unit else None for change in changes]


def _with_basis(row: Row) -> Row:
    """The row; without its interval where an old snapshot does not say what that was made of."""
    return row if row.ci is None or {"n_effective", "df"} <= row.ci.keys() else replace(row, ci=None)


def _as_difference(change: Change) -> Difference | None:
    if change.difference is None:
        return None
    verdict = None
    if change.low is not None and not change.reference:
        verdict = ("up" if change.difference > 0 else "down") if change.proven else "not_proven"
    return Difference(change.difference, change.low, change.high, verdict, change.reference)
