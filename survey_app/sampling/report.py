"""The draw report: everything needed to redo the draw and compare."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from survey_app.sampling.models import Draw
from survey_app.surveys.models import Survey

RECIPE = (
    "u = first 53 bits of SHA-256(seed|commune code in UTF-8) / 2^53; "
    "in each stratum the n communes with the smallest u are drawn"
)
FRAME_RECIPE = "SHA-256 of the sorted lines 'stratum|commune code', each ended by a newline, in UTF-8"


def draw_report(survey: Survey, draw: Draw) -> dict[str, Any]:
    """The report as plain values, ready for JSON; a page and the command line show the same."""
    return {
        "survey": survey.slug,
        "simulated": survey.simulated,
        "territory": {
            "code": survey.territory.code,
            "name": survey.territory.name,
            "code_system": survey.territory.code_system,
        },
        "number": draw.number,
        "reason": draw.reason,
        "method": draw.method,
        "recipe": RECIPE,
        "seed": draw.seed,
        "share": draw.share,
        "rule": draw.rule,
        "stratify_by": draw.stratify_by,
        "min_per_stratum": draw.min_per_stratum,
        "frame_sha256": draw.frame_sha256,
        "frame_recipe": FRAME_RECIPE,
        "frame_size": len(draw.units),
        "drawn": sum(unit.drawn for unit in draw.units),
        "drawn_at": draw.drawn_at.isoformat(timespec="seconds"),
        "drawn_by": draw.drawn_by,
        "strata": [
            {
                "stratum": stratum,
                "name": units[0].stratum_name,
                "size": units[0].stratum_size,
                "drawn": units[0].stratum_drawn,
                "inclusion_probability": units[0].inclusion_probability,
            }
            for stratum, members in groupby(draw.units, key=lambda unit: unit.stratum)
            for units in [list(members)]
        ],
        "units": [
            {
                "code": unit.unit.code,
                "name": unit.unit.name,
                "stratum": unit.stratum,
                "u": unit.random_number,
                "drawn": unit.drawn,
                "inclusion_probability": unit.inclusion_probability,
                "base_weight": unit.base_weight,
            }
            for unit in draw.units
        ],
    }
