"""Base weights: one over the chance of being asked, known as far as the design knows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey_app.results.design import SampleDesign

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BaseWeights:
    """The weight of a response of each place before any step.

    Attributes
    ----------
    weight : ndarray, shape (p,)
        In the order of the design's places.
    invited : ndarray, shape (p,), or None
        People asked in each place; None where nobody knows.
    """

    weight: Floats
    invited: Floats | None


def base_weights(design: SampleDesign, answered: Floats) -> BaseWeights:
    """Base weights of a survey whose places have so many answers.

    With lists they are (1/π)(M/m), m being the people asked. Without, 1/π, shared out among the primary units of the
    stratum that have answers (decision 0006). A sample that nobody drew has weights of 1.

    Parameters
    ----------
    answered : ndarray, shape (p,)
        Responses of each place.
    """
    places = list(design.places.values())
    if not design.probability:
        return BaseWeights(np.ones(len(places)), None)
    if design.listed:
        asked = np.array([place.entry.invited or 1 for place in places], dtype=np.float64)
        size = np.array([place.entry.list_size or 1 for place in places], dtype=np.float64)
        first = np.array([place.entry.base_weight or 1.0 for place in places])
        return BaseWeights(first * (size / asked), asked)
    by_psu = _share_out(design, answered)
    return BaseWeights(np.array([by_psu[place.psu] for place in places]), None)


def _share_out(design: SampleDesign, answered: Floats) -> dict[str, float]:
    """The weight of a response of each primary unit where nobody knows how many were asked in it."""
    number = {code: place for place, code in enumerate(design.places)}
    answering = {psu for psu, codes in design.members.items() if any(answered[number[code]] > 0 for code in codes)}
    strata: dict[str, list[str]] = {}
    for psu in design.members:
        strata.setdefault(design.first(psu).stratum, []).append(psu)
    weights: dict[str, float] = {}
    for psus in strata.values():
        present = [psu for psu in psus if psu in answering] or psus
        first = design.first(psus[0])
        if first.equal:
            weights |= dict.fromkeys(psus, first.population / len(present))
            continue
        raised = {psu: design.first(psu).entry.base_weight or 1.0 for psu in psus}
        factor = sum(raised.values()) / sum(raised[psu] for psu in present)
        weights |= {psu: raised[psu] * factor for psu in psus}
    return weights
