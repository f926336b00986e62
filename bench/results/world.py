"""A survey with 100,000 simulated responses in a temporary instance, and somebody who may see its results."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np
from flask import Flask
from sqlalchemy import create_engine, insert, text

from bench.world import SLUG, small_world
from survey_app.accounts.service import add_user
from survey_app.audit.models import SYSTEM
from survey_app.collection.models import Response
from survey_app.database import db
from survey_app.demonstration_answers import simulate_answers
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.queries import find_survey
from tests.postgres import running_server

RESPONSES = 100_000
PEOPLE = 4_000
"""Different people whose answers are simulated; the others answer as one of them does."""
EMAIL, PASSWORD = "phu-trach@hailong.example", "mật khẩu đo tốc độ"
PAGE = f"/quan-ly/dot/{SLUG}/ket-qua"


@dataclass(frozen=True)
class Instance:
    """An instance with a survey, and the settings with which another process serves it."""

    app: Flask
    slug: str
    environment: dict[str, str]


@contextmanager
def full_instance(database: str = "sqlite", responses: int = RESPONSES) -> Iterator[Instance]:
    """Kiên Giang with 44 drawn communes and so many responses to SIPAS."""
    if database == "sqlite":
        with _filled("", responses) as instance:
            yield instance
        return
    with running_server() as server:
        admin = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE results"))
        admin.dispose()
        with _filled(server.format(database="results"), responses) as instance:
            engine = create_engine(server.format(database="results"), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:  # as the server does by itself within a minute
                connection.execute(text("VACUUM ANALYZE"))
            engine.dispose()
            yield instance


@contextmanager
def _filled(address: str, responses: int) -> Iterator[Instance]:
    with small_world(database=address) as (app, slug):
        with app.app_context():
            add_user(db.session, EMAIL, role="survey_manager", scopes=[], actor=SYSTEM, password=PASSWORD)
            _fill(slug, responses)
            db.session.commit()
            db.session.close()
            db.engine.dispose()
        environment = {"HAILONG_INSTANCE": str(app.config["INSTANCE"])}
        yield Instance(app, slug, environment | ({"HAILONG_DATABASE_URL": address} if address else {}))


def _fill(slug: str, responses: int) -> None:
    survey = find_survey(db.session, slug)
    instrument = instrument_of(db.session, survey.questionnaire_id)
    places = drawn_units(db.session, survey)
    chance, people = random.Random(7), np.random.default_rng(7)
    answers = [simulate_answers(people, instrument, 3.9 + 0.2 * (n % 2)) for n in range(PEOPLE)]
    rows = []
    for number in range(responses):
        entry = chance.choice(places)
        given = answers[chance.randrange(PEOPLE)]
        rows.append(
            {
                "id": UUID(int=chance.getrandbits(128), version=4),
                "survey_id": survey.id,
                "questionnaire_id": survey.questionnaire_id,
                "unit_id": entry.unit_id,
                "channel": chance.choice(("kiosk", "link", "field", "paper")),
                "language": "vi",
                "minutes": round(chance.lognormvariate(1.6, 0.5), 1),
                "day": date(2020, 7, 1) + timedelta(days=chance.randrange(80)),
                "answers": given,
                "status": "accepted",
                "quality_flags": [],
                "sha256": hashlib.sha256(str(number).encode()).hexdigest(),
            }
        )
    for start in range(0, len(rows), 5000):
        db.session.execute(insert(Response.__table__), rows[start : start + 5000])  # type: ignore[arg-type]  # declared as a FromClause
