"""The draw report: everything needed to redo the draw and compare."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from survey_app.pdf import page_for_print
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.sampling.work.models import Case
from survey_app.surveys.design import SampleSettings, SurveyDesign
from survey_app.surveys.models import Survey

RECIPES = {
    "srswor": "u = first 53 bits of SHA-256(seed|commune code in UTF-8) / 2^53; "
    "in each stratum the n communes with the smallest u are drawn",
    "pareto": "u = first 53 bits of SHA-256(seed|code in UTF-8) / 2^53; p = n * size / sum of sizes, units that would "
    "pass 1 are certain and taken out first; in each stratum the n units with the smallest [u/(1-u)]/[p/(1-p)] "
    "are drawn (Rosen 1997); the inclusion probabilities stated are those of this draw, not p (Aires 1999)",
    "systematic": "start = first 53 bits of SHA-256(seed|stratum|start in UTF-8) / 2^53; pi = n * size / sum of sizes, "
    "certain units taken out first; in the order of the codes a unit is drawn when its cumulated pi passes start + k",
}
SHIFT_RECIPE = "; every u is (u + shift) mod 1"
CLUSTER_RECIPE = "; districts are drawn by their codes and all their communes taken"
CASE_RECIPES = {
    "systematic": "places floor(start + j*M/m) of the list, j = 0..m-1, start = u(seed|unit code|start) * M/m",
    "simple": "the m places of the list with the smallest u(seed|unit code|place)",
}
RESERVE_RECIPE = (
    "; reserve: of the places left, those with the smallest u(seed|unit code|reserve|place), used in this order"
)
FRAME_RECIPE = (
    "SHA-256 of the sorted lines 'stratum|commune code', each ended by a newline, in UTF-8; a line also holds '|size' "
    "where sizes decide, '|district' where districts are drawn whole, '|M|list fingerprint' where cases are drawn"
)


def draw_report(survey: Survey, draw: Draw) -> dict[str, Any]:
    """The report as plain values, ready for JSON; a page and the command line show the same."""
    sample = settings_of(draw)
    places = _places(draw)
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
        "probability_sample": sample.frame != "none",
        "frame": sample.frame,
        "first_stage": sample.first_stage,
        "method": draw.method,
        "recipe": RECIPES[draw.method]
        + (SHIFT_RECIPE if sample.shift else "")
        + (CLUSTER_RECIPE if sample.first_stage == "district" else ""),
        "seed": draw.seed,
        "shift": sample.shift,
        "share": draw.share,
        "wanted": sample.number,
        "rule": draw.rule,
        "stratify_by": draw.stratify_by,
        "min_per_stratum": draw.min_per_stratum,
        "take_all": list(sample.take_all),
        "cases": _case_settings(sample, draw.units),
        "frame_sha256": draw.frame_sha256,
        "frame_recipe": FRAME_RECIPE,
        "frame_size": len(draw.units),
        "drawn": sum(unit.drawn for unit in draw.units),
        "drawn_at": draw.drawn_at.isoformat(timespec="seconds"),
        "drawn_by": draw.drawn_by,
        "approved_by": draw.approved_by,
        "strata": [
            {
                "stratum": stratum,
                "name": units[0].stratum_name,
                "size": units[0].stratum_size,
                "drawn": units[0].stratum_drawn,
                "inclusion_probability": units[0].inclusion_probability if draw.method == "srswor" else None,
            }
            for stratum, units in by_stratum(draw)
        ],
        "units": [_unit(unit, places.get(unit.id)) for unit in draw.units],
    }


def report_for_print(survey: Survey, draw: Draw) -> str:
    """The report as a page to print, with room for signatures."""
    return page_for_print(
        "office/sample_pdf.html",
        survey=survey,
        draw=draw,
        settings=settings_of(draw),
        strata=by_stratum(draw),
        report=draw_report(survey, draw),
    )


def by_stratum(draw: Draw) -> list[tuple[str, list[FrameUnit]]]:
    """The units of a draw under their strata."""
    return [(stratum, list(units)) for stratum, units in groupby(draw.units, key=lambda unit: unit.stratum)]


def settings_of(draw: Draw) -> SampleSettings:
    """The settings a draw was made with; draws from before there were designs have the plain ones."""
    if draw.design:
        return SurveyDesign.model_validate(draw.design).sample
    return SampleSettings(
        share=draw.share,
        rule=draw.rule,
        stratify_by=draw.stratify_by,
        min_per_stratum=draw.min_per_stratum,
        method=draw.method,
    )


def _case_settings(sample: SampleSettings, units: list[FrameUnit]) -> dict[str, Any] | None:
    if sample.cases is None:
        return None
    return {
        **sample.cases.model_dump(mode="json"),
        "recipe": CASE_RECIPES[sample.cases.method] + RESERVE_RECIPE,
        **count_drawn_cases(units),
    }


def count_drawn_cases(units: list[FrameUnit]) -> dict[str, int]:
    """Cases on all lists, those drawn, and the reserves."""
    return {
        "listed": sum(unit.list_size or 0 for unit in units),
        "drawn": sum(unit.invited or 0 for unit in units),
        "reserves": sum(unit.reserved or 0 for unit in units),
    }


def _places(draw: Draw) -> dict[int, dict[str, list[int]]]:
    """Places of the drawn cases in the list of every unit, main and reserve, by the unit's id."""
    session = object_session(draw)
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: {"main": [], "reserve": []})
    if isinstance(session, Session):
        query = (
            select(Case.frame_unit_id, Case.role, Case.position)
            .join(FrameUnit, Case.frame_unit_id == FrameUnit.id)
            .where(FrameUnit.draw_id == draw.id)
            .order_by(Case.frame_unit_id, Case.role, Case.rank)
        )
        for unit_id, role, position in session.execute(query):
            if position is not None:
                found[unit_id][role].append(position)
    return dict(found)


def _unit(unit: FrameUnit, places: dict[str, list[int]] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "code": unit.unit.code,
        "name": unit.unit.name,
        "stratum": unit.stratum,
        "u": unit.random_number,
        "drawn": unit.drawn,
        "inclusion_probability": unit.inclusion_probability,
        "base_weight": unit.base_weight,
    }
    if unit.cluster != unit.unit.code:
        told["cluster"] = unit.cluster
    if unit.size is not None:
        told |= {"size": unit.size, "certainty": unit.certainty}
    if unit.list_size is not None:
        told |= {"list_size": unit.list_size, "list_sha256": unit.list_sha256}
    if unit.invited is not None:
        told |= {"invited": unit.invited, "reserved": unit.reserved}
    if places is not None:
        told["places"] = places
    return told
