"""A national draw: 3,321 communes and 500,000 cases on one list, drawn in both stages, stored, and redone."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import insert

from bench.timing import report
from bench.world import empty_world
from survey_app.audit.models import SYSTEM
from survey_app.database import db
from survey_app.geography.queries import units_below
from survey_app.geography.service import import_units
from survey_app.sampling.listing.models import FrameFile, ListedCase
from survey_app.sampling.service import draw_sample
from survey_app.sampling.verification import verify_draw
from survey_app.surveys.definition import read_definition
from survey_app.surveys.models import Survey
from survey_app.surveys.service import create_survey

COLUMNS = [
    ("province", "code"), ("province", "name"), ("district", "code"), ("district", "name"), ("district", "type"),
    ("commune", "code"), ("commune", "name"), ("commune", "type"),
]  # fmt: skip
COMMUNES, CASES, DISTRICTS = 3_321, 500_000, 340


def run() -> None:
    """Print seconds of the draw and of redoing it, against hashing as many random numbers alone."""
    with empty_world() as app, app.app_context():
        survey = _prepare()
        seconds, draw = _timed(lambda: draw_sample(db.session, survey, seed="1", actor=SYSTEM))
        db.session.commit()
        again, verification = _timed(lambda: verify_draw(db.session, survey, draw))
        drawn = [unit for unit in draw.units if unit.drawn]
        numbers = COMMUNES + sum(unit.list_size or 0 for unit in drawn)
        baseline, _sum = _timed(lambda: _hash(numbers))
        cases = sum(unit.invited or 0 for unit in drawn)
    report(
        f"{len(drawn):,} of {COMMUNES:,} communes, {cases:,} of {CASES:,} cases",
        f"{seconds:.2f} s",
        "under 5 s",
        met=seconds < 5,
    )
    report(f"against hashing {numbers:,} random numbers alone", f"{seconds / baseline:.1f} x {baseline:.2f} s")
    report("redone and compared", f"{again:.2f} s", "agrees", met=verification.agrees)


def _prepare() -> Survey:
    rows = [",".join(f"{level}_{part}" for level, part in COLUMNS)]
    rows += [
        f"1,Tỉnh Đo,{100 + number % DISTRICTS},Huyện {number % DISTRICTS},huyện,{10_000 + number},Xã {number},xã"
        for number in range(COMMUNES)
    ]
    import_units(db.session, io.BytesIO("\n".join(rows).encode()), actor=SYSTEM)
    survey = create_survey(
        db.session,
        read_definition(
            {
                "slug": "ca-nuoc",
                "title": {"vi": "Đo tốc độ (dữ liệu mô phỏng)", "en": "Benchmark (simulated data)"},
                "questionnaire": "sipas-commune",
                "territory": "1",
                "period": {"from": "2026-07-01", "to": "2026-09-30"},
                "sample": {"share": 0.3, "cases": {"method": "simple", "number": 40}},
                "target": 0.8,
                "simulated": True,
            }
        ),
        actor=SYSTEM,
    )
    _list_cases(survey)
    db.session.commit()
    return survey


def _list_cases(survey: Survey) -> None:
    file = FrameFile(
        survey_id=survey.id,
        kind="cases",
        name="mo-phong.csv",
        sha256="0" * 64,
        columns={},
        row_count=CASES,
        imported_by="bench",
    )
    db.session.add(file)
    db.session.flush()
    ids = [unit.id for unit in units_below(db.session, survey.territory, "commune")]
    rows = [
        {
            "id": number,
            "survey_id": survey.id,
            "file_id": file.id,
            "unit_id": ids[number % COMMUNES],
            "line": number,
            "reference": number.to_bytes(16, "big"),
            "person": None,
            "attributes": {},
        }
        for number in range(1, CASES + 1)
    ]
    for start in range(0, CASES, 20_000):
        db.session.execute(insert(ListedCase), rows[start : start + 20_000])


def _hash(count: int) -> float:
    return sum(int.from_bytes(hashlib.sha256(f"1|{number}".encode()).digest()[:8], "big") for number in range(count))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    run()
