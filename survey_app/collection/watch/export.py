"""Progress and rates as files: JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from survey_app.collection.watch.progress import Progress
from survey_app.collection.watch.tally import Tally
from survey_app.collection.watch.words import DISPOSITION_WORDS, RATE_WORDS
from survey_app.plain_text import harmless_cell

COUNTS = tuple(field.name for field in fields(Tally))
COLUMNS = ("level", "code", "name", "district", "commune", *COUNTS, "share")
NOTE = {"note": "dữ liệu mô phỏng"}


def progress_as_json(progress: Progress) -> dict[str, Any]:
    """All figures of the fieldwork page."""
    pace = progress.pace
    return {
        "on": progress.on.isoformat(),
        "ends_on": progress.ends_on.isoformat(),
        **_tally(progress.total),
        "minutes": progress.minutes,
        "unlisted": progress.unlisted,
        "pace": pace
        and {
            "per_day": pace.per_day,
            "days": pace.days,
            "done_on": pace.done_on.isoformat() if pace.done_on else None,
        },
        "places": list(_rows(progress)),
        "collectors": [
            {
                "name": one.name,
                "received": one.received,
                "held": one.held,
                "late": one.late,
                "minutes": one.minutes,
                "last_day": one.presence.last.isoformat() if one.presence.last else None,
                "days_without_work": one.presence.idle,
            }
            for one in progress.collectors
        ],
        "channels": [
            {"channel": one.name, "received": one.received, "goal": one.goal, "minutes": one.minutes}
            for one in progress.channels
        ],
        "rates": rates_as_json(progress) if progress.has_cases else None,
    }


def rates_as_json(progress: Progress) -> dict[str, Any]:
    """The counts of dispositions and the rates, each with its formula; a rate of nothing is null."""
    counts = asdict(progress.dispositions)
    shares = asdict(progress.rates)
    return {
        "source": "AAPOR Standard Definitions, 10th edition, 2023",
        "cases": progress.dispositions.cases,
        "dispositions": {code: counts[name] for name, (code, _words) in DISPOSITION_WORDS.items()},
        "rates": {
            code: {"value": None if math.isnan(shares[name]) else shares[name], "formula": formula}
            for name, (code, _words, formula) in RATE_WORDS.items()
        },
    }


def progress_as_csv(progress: Progress, *, simulated: bool) -> str:
    """The table of places, districts before their communes; simulated data says so in a column of its own."""
    note = NOTE if simulated else {}
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *note))
    for row in _rows(progress):
        cells = row | {"share": round(row["share"], 4)} | note
        writer.writerow([harmless_cell(str(cells[name])) for name in (*COLUMNS, *note)])
    return buffer.getvalue()


def _rows(progress: Progress) -> Iterator[dict[str, Any]]:
    for group in progress.groups:
        if group.name:
            level = "district" if progress.by_district else "stratum"
            yield {"level": level, "code": "", "name": group.name, "district": "", "commune": ""} | _tally(group.tally)
        for place in group.places:
            yield {
                "level": place.level,
                "code": place.code,
                "name": place.name,
                "district": place.district,
                "commune": place.commune,
            } | _tally(place.tally)


def _tally(tally: Tally) -> dict[str, Any]:
    return asdict(tally) | {"share": tally.share}
