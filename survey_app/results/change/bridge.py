"""Two waves on two maps: the three-level one of before and the two-level one since 1 July 2025, by the successors.

For the province, the later wave is looked at in the communes that hold a part of the old province. For a new commune,
the earlier wave is the sum of its predecessors' answers, each weighted by the share that came to it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session

from analysis.cube import estimate_table
from analysis.cube.domains import Layout, Part, gather_moments
from analysis.estimate import Estimate
from analysis.published import publish, publish_mean
from analysis.verdict import Operator
from survey_app.geography.successor_models import Succession
from survey_app.geography.successors import successions_between
from survey_app.results.cube import SurveyCube
from survey_app.results.estimates import Row
from survey_app.results.measures import Measure, list_measures
from survey_app.surveys.models import Survey

INSIDE = "1"


@dataclass(frozen=True)
class Bridge:
    """The successions between the maps of two waves.

    Attributes
    ----------
    inside : set of str
        Codes of new communes that hold a part of the earlier territory.
    known : int
        Old communes of the earlier territory whose successors are known.
    """

    successions: list[Succession]
    inside: set[str]
    known: int

    @property
    def documents(self) -> list[str]:
        """The sources, each once."""
        return list(dict.fromkeys(one.document for one in self.successions))


def bridge_between(session: Session, earlier: Survey, later: Survey) -> Bridge | None:
    """The bridge two waves need; None where they stand on one map."""
    systems = earlier.territory.code_system, later.territory.code_system
    if systems[0] == systems[1]:
        return None
    found = [one for one in successions_between(session, *systems) if one.old.lies_in(earlier.territory)]
    return Bridge(found, {one.new.code for one in found}, len({one.old_id for one in found}))


def rows_inside(counts: SurveyCube, bridge: Bridge) -> list[Row]:
    """The figures of the later wave in the communes that hold a part of the old province."""
    cube = copy.copy(counts.cube)
    labels = [INSIDE if _is_inside(counts, psu, bridge) else "" for psu in cube.frame.names]
    if INSIDE not in labels:
        return []
    cube.frame = replace(cube.frame, places={**cube.frame.places, "bridge": tuple(labels)})
    measures = [measure for measure in list_measures(counts.instrument) if measure.counted]
    table = estimate_table(cube, [measure.counted for measure in measures if measure.counted], ("bridge",))
    whole = estimate_table(cube, [measure.counted for measure in measures if measure.counted])
    rows = []
    for measure, estimate, reference in zip(measures, table.estimates[0], whole.estimates[0], strict=True):
        rows.append(_row(counts.survey, measure, estimate, reference if measure.unit == "share" else None))
    return rows


def _is_inside(counts: SurveyCube, psu: str, bridge: Bridge) -> bool:
    return any(code in bridge.inside for code in counts.design.members[psu])


def predecessor_rows(counts: SurveyCube, bridge: Bridge, of: str) -> dict[str, tuple[Row, int, int, bool]]:
    """What the earlier wave says of each new commune, for one measure that is a rate.

    Returns
    -------
    dict of str to (Row, int, int, bool)
        By the code of the new commune: the figure, predecessors with answers, all predecessors, whether one of these
        was split, so that the figure rests on the assumption that its people answered alike wherever they went.
    """
    measure = next((one for one in list_measures(counts.instrument) if one.key == of and one.counted), None)
    if measure is None or measure.counted is None or measure.unit != "share":
        return {}
    layout = Layout.of(counts.cube, ("commune",))
    answering = np.flatnonzero(counts.cube.rows > 0)
    places = np.arange(layout.of_psu.shape[1], dtype=np.intp)
    moments = gather_moments(counts.cube, [measure.counted], layout, Part(answering, places))[:, 0].sum(axis=1)
    moments = moments[:, layout.order]
    of_commune = {domain[0]: moments[:, number] for number, domain in enumerate(layout.domains)}
    (reference,) = estimate_table(counts.cube, [measure.counted]).estimates[0]
    found = {}
    for code in sorted(bridge.inside):
        parts = [one for one in bridge.successions if one.new.code == code]
        asked = [
            (one.share, of_commune[one.old.code])
            for one in parts
            if one.old.code in of_commune and of_commune[one.old.code][0] > 0
        ]
        if asked:
            estimate = _combine(asked, reference)
            row = _row(counts.survey, measure, estimate, reference)
            split = any(share < 1 for share, _sums in asked)
            found[code] = (row, len(asked), len(parts), split)
    return found


def _combine(parts: list[tuple[float, np.ndarray]], reference: Estimate) -> Estimate:
    """Shares of communes together: a rate whose variance is the whole sample's design effect on its own answers.

    n is what the shares leave of the answers; the weights within a new commune lower it as Kish (1965) has it.
    """
    n, x, w, wy, wx = (sum(share * sums[place] for share, sums in parts) for place in range(5))
    spread = sum(share**2 * sums[8] for share, sums in parts)
    rate = float(np.clip(wy / wx, 0.0, 1.0))
    effective = min(float(wx**2 / spread) if spread > 0 else float(x), float(x))
    effect = max(reference.deff_with_replacement, 1.0) if np.isfinite(reference.deff_with_replacement) else 1.0
    variance = rate * (1 - rate) * effect / effective
    return replace(
        reference,
        n=int(n),
        total=float(x),
        n_psu=len(parts),
        n_strata=1,
        estimate=rate,
        variance=variance,
        se=float(np.sqrt(variance)),
        df=len(parts) - 1,
        deff_with_replacement=effect,
        n_effective=effective / effect,
        sum_weights=float(w),
        lonely_strata=0,
    )


def _row(survey: Survey, measure: Measure, estimate: Estimate, reference: Estimate | None) -> Row:
    operator: Operator = "gt" if survey.target_operator == "gt" else "ge"
    figure = (
        publish(estimate, reference, target=survey.target_rate, operator=operator, level=survey.confidence_level)
        if measure.unit == "share"
        else publish_mean(estimate, level=survey.confidence_level)
    )
    values = figure.as_json()
    return Row(
        of=measure.key,
        kind=measure.kind,
        title=measure.title,
        criterion=measure.criterion,
        domain={},
        domain_title={"vi": "", "en": ""},
        base=values["n"],
        missing=0,
        shares=None,
        unit=measure.unit,
        **values,
    )
