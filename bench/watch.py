"""The fieldwork page with 100,000 cases and 50,000 responses, on SQLite and PostgreSQL.

Run alone: ``python -m bench.watch [sqlite|postgresql] [--plans]``.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import Table, create_engine, event, insert, text
from sqlalchemy.orm import Session

from bench.timing import median_seconds, report
from survey_app import create_app
from survey_app.accounts.models import User
from survey_app.accounts.service import add_user
from survey_app.audit.models import SYSTEM
from survey_app.collection.models import Response
from survey_app.collection.watch.progress import watch_fieldwork
from survey_app.database import db
from survey_app.i18n import PROVINCE_TIME, today
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.service import draw_sample
from survey_app.sampling.work.area import whole_area
from survey_app.sampling.work.models import Assignment, Attempt, Case
from survey_app.settings import read_settings
from survey_app.setup import prepare
from survey_app.surveys.definition import read_definition
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import create_survey, set_state
from tests.postgres import running_server

SLUG = "theo-doi"
CASES, RESPONSES, COLLECTORS, DAYS = 100_000, 50_000, 120, 45
TARGET_SECONDS = 0.3
PASSWORD = "mật khẩu đo tốc độ"
PAGE = f"/quan-ly/dot/{SLUG}/thuc-dia"


def run() -> None:
    """Measure on both databases."""
    for database in ("sqlite", "postgresql"):
        with full_world(database) as app:
            measure(app, database)


def measure(app: Flask, database: str, *, plans: bool = False) -> None:
    """The queries, then the page as a signed-in manager gets it."""
    with app.app_context():
        area = whole_area(find_survey(db.session, SLUG))
        if plans:
            _tell_queries(lambda: watch_fieldwork(db.session, area))
        taken = median_seconds(lambda: watch_fieldwork(db.session, area))
        report(f"{database}: counting", f"{taken * 1000:.0f} ms")
    client = app.test_client()
    token = client.get("/dang-nhap").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    person = {"email": "phu-trach@hailong.example", "password": PASSWORD, "csrf_token": token, "submit": "1"}
    assert client.post("/dang-nhap", data=person).status_code == 302

    def page() -> None:
        answer = client.get(PAGE)
        assert answer.status_code == 200, answer.text

    page()
    start = time.process_time()
    page()
    report(f"{database}: processor time of this process", f"{(time.process_time() - start) * 1000:.0f} ms")
    each = [median_seconds(page, 1) for _number in range(9)]
    taken = statistics.median(each)
    report(f"{database}: the fastest of {len(each)}", f"{min(each) * 1000:.0f} ms")
    size = len(client.get(PAGE).data) / 1024
    report(
        f"{database}: page of {size:.0f} KB, {CASES:,} cases, {RESPONSES:,} responses",
        f"{taken * 1000:.0f} ms",
        f"{TARGET_SECONDS * 1000:.0f} ms",
        met=taken < TARGET_SECONDS,
    )


@contextmanager
def full_world(database: str) -> Iterator[Flask]:
    """Kiên Giang with all 145 communes, every case in a collector's hands, half of them answered."""
    with tempfile.TemporaryDirectory() as folder:
        if database == "sqlite":
            yield _filled(folder, {})
            return
        with running_server() as server:
            admin = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text("CREATE DATABASE watch"))
            admin.dispose()
            address = server.format(database="watch")
            app = _filled(folder, {"HAILONG_DATABASE_URL": address})
            engine = create_engine(address, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:  # as the server does by itself within a minute
                connection.execute(text("VACUUM ANALYZE"))
            engine.dispose()
            yield app


def _filled(folder: str, variables: dict[str, str]) -> Flask:
    app = create_app(read_settings({"HAILONG_INSTANCE": folder} | variables))
    with app.app_context():
        prepare(lambda line: None)
        definition = {
            "slug": SLUG,
            "title": {"vi": "Đo trang thực địa (dữ liệu mô phỏng)", "en": "Fieldwork benchmark (simulated data)"},
            "questionnaire": "sipas-commune",
            "territory": "91",
            "period": {"from": today() - timedelta(days=DAYS), "to": today() + timedelta(days=DAYS)},
            "sample": {"share": 1, "stratify_by": "district"},
            "target": 0.8,
            "simulated": True,
        }
        survey = create_survey(db.session, read_definition(definition), actor=SYSTEM)
        draw_sample(db.session, survey, seed="1", actor=SYSTEM)
        set_state(db.session, survey, "collecting", actor=SYSTEM)
        add_user(
            db.session,
            "phu-trach@hailong.example",
            role="survey_manager",
            scopes=[],
            actor=SYSTEM,
            password=PASSWORD,
        )
        db.session.commit()
        _fill(db.session, survey)
        db.session.commit()
        db.session.close()
    return app


def _fill(session: Session, survey: Survey) -> None:
    chance = random.Random(7)
    communes = drawn_units(session, survey)
    first_user, first_case = _add_collectors(session), 1
    tables = (Case, Assignment, Response, Attempt)
    rows: dict[Table, list[dict[str, Any]]] = {
        table.__table__: []  # type: ignore[misc]  # declared as a FromClause
        for table in tables
    }
    cases, held, responses, attempts = rows.values()
    numbers = count(first_case)
    answers = {f"item_{number}": chance.randint(1, 5) for number in range(45)}
    each = CASES // len(communes) + 1
    for place, entry in enumerate(communes):
        for rank in range(each):
            number = next(numbers)
            if number > CASES:
                break
            reserve = rank >= each * 5 // 6
            state = "todo" if reserve else chance.choices(("answered", "tried", "todo", "closed"), (66, 14, 16, 4))[0]
            answered = state == "answered" and len(responses) < RESPONSES
            state = "tried" if state == "answered" and not answered else state
            outcome = {"answered": "answered", "todo": None}.get(state) or chance.choice(
                ("refused", "not_home", "moved", "unreachable") if state != "todo" else (None,)
            )
            day = today() - timedelta(days=chance.randrange(DAYS))
            collector = first_user + (place * 3 + rank % 3) % COLLECTORS
            cases.append(_case(survey, entry.id, number, rank, reserve, state, outcome))
            if reserve:
                continue
            held.append(_assignment(number, collector))
            if state != "todo":
                attempts.append(_attempt(number, collector, outcome, day, chance))
            if answered:
                responses.append(_response(survey, entry.unit_id, collector, number, day, answers, chance))
    while len(responses) < RESPONSES:  # the rest came by the open link
        entry = chance.choice(communes)
        day = today() - timedelta(days=chance.randrange(DAYS))
        responses.append(_response(survey, entry.unit_id, None, None, day, answers, chance))
    for table, values in rows.items():
        for start in range(0, len(values), 5000):
            session.execute(insert(table), values[start : start + 5000])


def _add_collectors(session: Session) -> int:
    people = [
        User(email=f"thu-phieu-{number}@hailong.example", name=f"Nguyễn Văn {number}", fs_uniquifier=f"b{number}")
        for number in range(COLLECTORS)
    ]
    session.add_all(people)
    session.flush()
    return people[0].id


def _case(
    survey: Survey, entry: int, number: int, rank: int, reserve: bool, state: str, outcome: str | None
) -> dict[str, Any]:
    return {
        "id": number,
        "survey_id": survey.id,
        "frame_unit_id": entry,
        "role": "reserve" if reserve else "main",
        "rank": rank + 1,
        "probability": 0.1,
        "state": state,
        "outcome": outcome,
        "attempts": int(state != "todo"),
        "reason": "",
        "changed_at": datetime.now(PROVINCE_TIME),
    }


def _assignment(number: int, collector: int) -> dict[str, Any]:
    return {
        "case_id": number,
        "collector_id": collector,
        "assigned_by": "bench",
        "assigned_at": datetime.now(PROVINCE_TIME) - timedelta(days=DAYS),
        "due_on": today() - timedelta(days=number % 20 - 10),
        "end_reason": "",
    }


def _attempt(number: int, collector: int, outcome: str | None, day: date, chance: random.Random) -> dict[str, Any]:
    return {
        "id": UUID(int=chance.getrandbits(128)),
        "case_id": number,
        "collector_id": collector,
        "outcome": outcome,
        "tried_at": datetime.combine(day, datetime.min.time(), PROVINCE_TIME),
        "day": day,
    }


def _response(
    survey: Survey,
    unit: int,
    collector: int | None,
    case: int | None,
    day: date,
    answers: dict[str, int],
    chance: random.Random,
) -> dict[str, Any]:
    return {
        "id": UUID(int=chance.getrandbits(128)),
        "survey_id": survey.id,
        "questionnaire_id": survey.questionnaire_id,
        "unit_id": unit,
        "channel": "field" if collector else "link",
        "language": "vi",
        "collector_id": collector,
        "case_id": case,
        "completeness": None if case is None else chance.choices(("complete", "partial"), (95, 5))[0],
        "minutes": round(chance.lognormvariate(1.6, 0.5), 1),
        "day": day,
        "answers": answers,
        "status": "accepted",
        "quality_flags": [],
        "sha256": f"{chance.getrandbits(256):064x}",
    }


def _tell_queries(work: Any) -> None:
    """Print each statement with its time and, on SQLite, its plan."""
    started: list[float] = []
    told: list[tuple[float, str, Any]] = []

    def before(connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        started.append(time.perf_counter())

    def after(connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        told.append((time.perf_counter() - started.pop(), statement, parameters))

    event.listen(db.engine, "before_cursor_execute", before)
    event.listen(db.engine, "after_cursor_execute", after)
    start = time.perf_counter()
    work()
    print(f"  all {1000 * (time.perf_counter() - start):.0f} ms, {len(told)} statements")
    event.remove(db.engine, "before_cursor_execute", before)
    event.remove(db.engine, "after_cursor_execute", after)
    for taken, statement, parameters in told:
        print(f"  {1000 * taken:7.1f} ms  {' '.join(statement.split())[:160]}")
        explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN ANALYZE "
        if taken > 0.005 and statement.startswith("SELECT"):
            for row in db.session.connection().exec_driver_sql(explain + statement, parameters):
                print("             ", row[-1])


if __name__ == "__main__":
    chosen = [name for name in sys.argv[1:] if not name.startswith("-")] or ["sqlite", "postgresql"]
    for name in chosen:
        with full_world(name) as application:
            measure(application, name, plans="--plans" in sys.argv)
