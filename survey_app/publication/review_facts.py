"""The facts beside each line of the reviewer's checklist, computed when the figures are frozen."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.collection.queries import count_disputes, count_undrawn, progress_by_commune, set_aside_count
from survey_app.collection.watch.progress import watch_fieldwork
from survey_app.publication.queries import wave_before
from survey_app.publication.snapshot_format import read_content
from survey_app.publication.waves import comparable, differences, rows_of, series_of
from survey_app.results.estimates import Figures
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.models import Survey

Facts = dict[str, Any]


def coverage(session: Session, survey: Survey, draw: dict[str, Any], *, probability: bool) -> Facts:
    """How many of the drawn places answered, and which did not."""
    places = progress_by_commune(session, survey) if probability else []
    return {
        "probability": probability,
        "frame": draw["frame_size"],
        "drawn": draw["drawn"],
        "answered": sum(place.received > 0 for place in places),
        "silent": sorted(place.name for place in places if place.received == 0),
        "received": sum(place.received for place in places),
        "planned": sum(place.planned for place in places),
    }


def response_rate(session: Session, survey: Survey, reached: Facts) -> Facts:
    """AAPOR's rates where there are drawn cases; elsewhere forms received over forms planned."""
    watched = watch_fieldwork(session, whole_area(survey))
    rates = watched.rates
    cases = watched.dispositions.cases if watched.has_cases else 0
    return {
        "cases": cases,
        "rr1": _share(rates.rr1) if cases else None,
        "rr2": _share(rates.rr2) if cases else None,
        "refusals": _share(rates.ref1) if cases else None,
        "of_planned": _share(reached["received"] / reached["planned"]) if reached["planned"] else None,
    }


def _share(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def quality(session: Session, survey: Survey) -> Facts:
    """Flags on the forms that count, and forms that do not count."""
    rows = session.execute(
        select(Response.status, func.count()).where(Response.survey_id == survey.id).group_by(Response.status)
    )
    statuses = {status: count for status, count in rows}  # noqa: C416  a Row is no plain pair to a type checker
    flags: Counter[str] = Counter()
    for found in session.scalars(
        select(Response.quality_flags).where(Response.survey_id == survey.id, Response.status == "flagged")
    ):
        flags.update(map(str, found))
    forms, collectors = set_aside_count(session, survey)
    return {
        "flagged": statuses.get("flagged", 0),
        "flags": dict(sorted(flags.items())),
        "rejected": statuses.get("rejected", 0),
        "set_aside": forms,
        "set_aside_collectors": collectors,
        "undrawn": count_undrawn(session, survey),
        "disputes": count_disputes(session, survey),
    }


def withheld(tables: dict[str, Figures]) -> Facts:
    """How many figures are not shown, of how many, and in which breakdowns."""
    cells = {by: [row for row in figures.rows if bool(row.domain) == bool(by)] for by, figures in tables.items()}
    return {
        "cells": sum(len(rows) for rows in cells.values()),
        "withheld": sum(row.withheld is not None for rows in cells.values() for row in rows),
        "by": {by: count for by, rows in cells.items() if (count := sum(row.withheld is not None for row in rows))},
        "model_assisted": sum("model_assisted" in row.marks for rows in cells.values() for row in rows),
        "few_psu": sum("few_psu" in row.marks for rows in cells.values() for row in rows),
    }


def microdata(session: Session, survey: Survey, content: dict[str, Any]) -> Facts:
    """How the public file of single responses will be protected, or that there will be none.

    Returns
    -------
    dict
        ``file``: whether open data is among the files; ``left_out``: sections not chosen, for which no responses are
        given; ``keys, k, communes``: as in `data.settings.DataSettings`.
    """
    from survey_app.publication.data.package import sections_left_out
    from survey_app.publication.data.service import PUBLIC_DATA, public_settings

    return {
        "file": PUBLIC_DATA in content["public"]["files"],
        "left_out": sections_left_out(content),
        **public_settings(session, survey).as_json(),
    }


def comparison(session: Session, survey: Survey, content: dict[str, Any]) -> Facts | None:
    """The first index beside that of the last wave of the series; None where there is no wave before.

    It also puts `microdata` beside the withheld figures, for only here the content is there.
    """
    content["review"]["withheld"]["microdata"] = microdata(session, survey, content)
    before = wave_before(session, *series_of(content), survey)
    if before is None:
        return None
    earlier = read_content(before.snapshot)
    now_row, then_row = (next((row for row in rows_of(one) if row.kind == "index"), None) for one in (content, earlier))
    level = "not_comparable"
    gap = None
    if now_row is not None and then_row is not None and now_row.of == then_row.of:
        levels = comparable(earlier, content)
        level = levels.get(now_row.of, "not_comparable")
        before_of = {row.of: row for row in rows_of(earlier)}
        rows = [row for row in rows_of(content) if row.of in levels and row.of in before_of]
        gaps = differences([(before_of[row.of], row) for row in rows], level=content["survey"]["confidence_level"])
        gap = next((gap for row, gap in zip(rows, gaps, strict=True) if row.of == now_row.of), None)
    return {
        "slug": before.survey.slug,
        "number": before.number,
        "title": earlier["survey"]["title"],
        "ends_on": earlier["survey"]["ends_on"],
        "level": level,
        "index": None if now_row is None else now_row.estimate,
        "index_before": None if then_row is None else then_row.estimate,
        "difference": None if gap is None else gap.as_json(),
    }
