"""What goes into the importance of criteria: negative statements and scales of other lengths on one measure."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from survey_app.instruments.loader import load_file
from survey_app.results.importance import _points, criteria_of
from survey_app.settings import ROOT


@pytest.mark.parametrize("name", ["pci-enterprise", "sipas-commune", "health-staff"])
def test_every_criterion_lies_between_nought_for_the_worst_and_one_for_the_best_answer(name: str) -> None:
    instrument = load_file(ROOT / "questionnaires" / f"{name}.yaml")
    turned = 0
    for key in criteria_of(instrument):
        item = instrument.item(key)
        satisfied, dissatisfied = instrument.sides_of(item)
        points = instrument.scale_of(item).values
        found = _points(instrument, pa.table({key: pa.array([*points, None], pa.int16())}), key)
        place = dict(zip(points, found, strict=False))
        assert (min(place.values()), max(place.values())) == (0, 1)
        assert np.isnan(found[-1])
        assert min(place[one] for one in satisfied) > max(place[one] for one in dissatisfied)
        turned += place[max(points)] == 0
    assert (turned > 0) == (name == "pci-enterprise")
