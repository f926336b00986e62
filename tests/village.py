"""A small world beside Kiên Giang: a province of two levels, a questionnaire with one item of every kind."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.collection.service import Receipt, Submission, accept_response
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.geography.models import Unit
from survey_app.geography.service import import_units
from survey_app.instruments.loader import load_file
from survey_app.instruments.service import store_questionnaire
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.service import draw_sample
from survey_app.sampling.work.models import Case
from survey_app.surveys.definition import SurveyDefinition, read_definition
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey
from survey_app.surveys.service import create_survey, set_state
from tests.world import TESTER

VILLAGE = "lang-2026"
QUESTIONNAIRE = Path(__file__).parent / "rooms" / "village.yaml"
#: Twelve communes of a province without districts: 8 xã, 3 phường, 1 đặc khu.
TWO_LEVELS = "province_code,province_name,commune_code,commune_name,commune_type\n" + "".join(
    f"92,Tỉnh Hai Cấp,{2000 + number},{kind.capitalize()} Số {number},{kind}\n"
    for number, kind in enumerate(["xã"] * 8 + ["phường"] * 3 + ["đặc khu"])
)


def village_definition(**changes: Any) -> SurveyDefinition:
    """A survey of the two-level province; all communes of each type unless changed."""
    data: dict[str, Any] = {
        "slug": VILLAGE,
        "title": {"vi": "Khảo sát làng", "en": "Village survey"},
        "questionnaire": "village",
        "territory": "92",
        "period": {"from": date(2026, 1, 1), "to": date(2026, 12, 31)},
        "sample": {"share": 0.5, "rule": "each_stratum", "cases_per_commune": 20},
        "target": {"rate": 0.8},
    }
    return read_definition(data | changes)


def found_village(session: Session) -> None:
    """Bring in the two-level province and the small questionnaire, unless another test of this database has."""
    if session.scalar(select(Unit.id).where(Unit.name == "Tỉnh Hai Cấp")) is None:
        import_units(session, io.BytesIO(TWO_LEVELS.encode()), actor=TESTER)
    store_questionnaire(session, load_file(QUESTIONNAIRE), actor=TESTER)


def make_village(session: Session, *, state: str = "collecting", seed: str = "7", **changes: Any) -> Survey:
    """The village survey in a state, on its own geography and questionnaire."""
    found_village(session)
    survey = create_survey(session, village_definition(**changes), actor=TESTER)
    for step in {"draft": (), "sampled": ("draw",), "collecting": ("draw", "collecting")}.get(
        state, ("draw", "collecting", state)
    ):
        if step == "draw":
            draw_sample(session, survey, seed=seed, actor=TESTER)
        else:
            set_state(session, survey, step, actor=TESTER)
    session.commit()
    return survey


def communes(session: Session, survey: Survey) -> list[str]:
    """The codes of the drawn communes, in the order of the frame."""
    return [entry.unit.code for entry in drawn_units(session, survey)]


def respond(session: Session, survey: Survey, commune: str | None = None, **changes: Any) -> Receipt:
    """One answer of the village form through the door; keywords are parts of the submission."""
    values: dict[str, Any] = {
        "response_id": uuid4(),
        "unit_code": commune or communes(session, survey)[0],
        "channel": "kiosk",
        "language": "vi",
        "answers": {"q1": 3, "q2": 3, "late": 2},
    }
    if design_of(survey).sample.cases is not None:
        values["case_id"] = open_case(session, survey, values["unit_code"])
    return accept_response(session, survey, Submission(**(values | changes)))


def open_case(session: Session, survey: Survey, commune: str) -> int | None:
    """A drawn case of a commune that waits for its answer; None where people were not drawn or all have answered."""
    query = (
        select(Case.id)
        .join(FrameUnit, Case.frame_unit_id == FrameUnit.id)
        .join(Unit, FrameUnit.unit_id == Unit.id)
        .where(Case.survey_id == survey.id, Unit.code == commune, Case.role == "main", Case.state == "todo")
        .order_by(Case.rank)
    )
    return session.scalar(query.limit(1))


def csv_of(rows: Iterable[dict[str, Any]], *, columns: list[str] | None = None) -> bytes:
    """Rows as a CSV file of responses; the columns are those of the first row unless given."""
    rows = list(rows)
    columns = columns or list(rows[0])
    lines = [",".join(columns)] + [",".join(str(row.get(name, "")) for name in columns) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def refusal(work: Callable[[], Any]) -> UserError | None:
    """The error in words that ``work`` ends with, or None where it does not."""
    try:
        work()
    except UserError as error:
        return error
    return None


def at_once(app: Flask, work: Callable[[int], Any], count: int) -> list[Any]:
    """Run ``work(number)`` in threads that start together, each in its own application context; results or errors."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                results[number] = work(number)
            except Exception as error:
                db.session.rollback()
                results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "a thread hangs"
    return results
