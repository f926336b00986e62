"""The disclosure check of a file: who stands out by the keys, what is hidden, what can then not be recomputed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask_babel import gettext as _
from numpy.typing import NDArray

from analysis.disclosure import Suppression, Unreachable, rows_at_risk, suppress_cells
from survey_app.errors import Conflict
from survey_app.publication.data.settings import DataSettings
from survey_app.publication.data.words import key_words

#: What a place key stands for in the file: the columns of the design that tell it.
SHOWN_BY_PLACE = {"district": ("stratum", "district"), "commune": ("stratum", "district", "psu", "commune")}


@dataclass(frozen=True)
class DisclosureReport:
    """What was found and hidden.

    Attributes
    ----------
    keys : tuple of str
        What others may know, as chosen.
    shown : tuple of str
        Columns that nothing can be hidden of: the design, and questions that the weights tell of.
    hideable : tuple of str
        The other keys.
    k, rows : int
    at_risk : int
        Rows that fewer than k rows looked like before.
    left : int
        The same afterwards; 0.
    hidden : dict of str to int
        Hidden cells of each key.
    hidden_rows : int
    weights_tell : tuple of str
        The keys among `shown` because of the weights.
    """

    keys: tuple[str, ...]
    shown: tuple[str, ...]
    hideable: tuple[str, ...]
    k: int
    rows: int
    at_risk: int
    left: int
    hidden: dict[str, int]
    hidden_rows: int
    weights_tell: tuple[str, ...]

    @property
    def hidden_keys(self) -> tuple[str, ...]:
        """The questions of which a cell is hidden."""
        return tuple(key for key, count in self.hidden.items() if count)


def hide_cells(
    design: Mapping[str, NDArray[Any]],
    answers: Mapping[str, NDArray[Any]],
    settings: DataSettings,
    *,
    published: Sequence[str],
    weighted_by: Sequence[str],
) -> tuple[DisclosureReport, Suppression | None]:
    """Choose the cells to hide; those of questions with published figures come last.

    Parameters
    ----------
    design, answers : mapping of str to ndarray, shape (n,)
        Columns of the design by name, and single-choice questions by key.
    settings : DataSettings
    published, weighted_by : sequence of str
        As in `build_microdata`.

    Raises
    ------
    Conflict
        k cannot be reached by hiding, because the file shows too much in any case.
    """
    told = tuple(key for key in settings.item_keys if key in weighted_by)
    hideable = tuple(key for key in settings.item_keys if key not in told)
    place = next((SHOWN_BY_PLACE[key] for key in ("commune", "district") if key in settings.keys), ())
    shown = (*(name for name in place if name in design), *told)
    rows = len(next(iter(design.values())))
    visible = np.column_stack(
        [_numbers(design.get(name, answers.get(name))) for name in shown] or [np.zeros(rows, np.int64)]
    )
    keys = np.column_stack([answers[key] for key in hideable]) if hideable else np.zeros((rows, 0), np.int64)
    costs = [1.0 + len(hideable) * (key in published) for key in hideable]
    if not rows:
        return DisclosureReport(settings.keys, shown, hideable, settings.k, 0, 0, 0, {}, 0, told), None
    try:
        found = suppress_cells(keys, settings.k, shown=visible, costs=costs)
    except Unreachable as error:
        raise Conflict(
            _(
                "Chưa đủ %(k)s phiếu giống nhau: %(rows)s phiếu thuộc nhóm quá nhỏ theo %(shown)s, mà các cột này tệp "
                "luôn để lộ. Xin bớt thông tin đã chọn hoặc chọn số nhỏ hơn.",
                k=settings.k, rows=int(error.rows.sum()), shown=key_words(shown, {}),
            )
        ) from None  # fmt: skip
    return (
        DisclosureReport(
            settings.keys, shown, hideable, settings.k, rows, found.at_risk, rows_at_risk(keys, found, visible),
            dict(zip(hideable, found.cells, strict=True)), found.rows, told,
        ),
        found,
    )  # fmt: skip


def _numbers(values: Any) -> NDArray[np.int64]:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def not_recomputable(content: Mapping[str, Any], report: DisclosureReport, *, communes: bool) -> list[dict[str, str]]:
    """The published figures that the file does not give exactly, because cells behind them are hidden.

    Returns
    -------
    list of dict
        ``of`` (empty: every figure), ``by`` (empty: the whole), ``reason`` ``hidden_cells`` or ``places_not_named``.
    """
    found = [{"of": "", "by": by, "reason": "hidden_cells"} for by in content["figures"] if by in report.hidden_keys]
    if "commune" in content["figures"] and not communes:
        found.append({"of": "", "by": "commune", "reason": "places_not_named"})
    choices = [one["key"] for one in content["choices"] if one["key"] in report.hidden_keys]
    indices = [
        index["key"]
        for index in content["questionnaire"]["content"].get("indices", [])
        if set(_items_of(index)) & set(report.hidden_keys)
    ]
    return found + [{"of": of, "by": "", "reason": "hidden_cells"} for of in (*choices, *indices)]


def _items_of(index: Mapping[str, Any]) -> list[str]:
    """The single-choice questions that an index of PAPI's kind asks."""
    parts = index.get("sub_dimensions", [])
    return [indicator["item"] for part in parts for indicator in part["indicators"]]
