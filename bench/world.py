"""A temporary instance with a survey that collects."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from survey_app import create_app
from survey_app.audit.models import SYSTEM
from survey_app.database import db
from survey_app.instruments.schema import Instrument
from survey_app.instruments.service import store_questionnaire
from survey_app.sampling.service import draw_sample
from survey_app.settings import read_settings
from survey_app.setup import prepare
from survey_app.surveys.definition import read_definition
from survey_app.surveys.service import create_survey, set_state

SLUG = "do-toc-do"


@contextmanager
def empty_world(database: str = "") -> Iterator[Flask]:
    """A temporary instance on SQLite in its durable setting, or on the database at an address, with what is shipped."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"HAILONG_INSTANCE": folder} | ({"HAILONG_DATABASE_URL": database} if database else {})
        app = create_app(read_settings(environ))
        with app.app_context():
            prepare(lambda line: None)
        yield app


@contextmanager
def small_world(instrument: Instrument | None = None, database: str = "") -> Iterator[tuple[Flask, str]]:
    """Kiên Giang with 44 drawn communes on SQLite (durable), or elsewhere; asks with ``instrument`` or SIPAS."""
    with empty_world(database) as app:
        with app.app_context():
            if instrument is not None:
                store_questionnaire(db.session, instrument, actor=SYSTEM)
            survey = create_survey(
                db.session,
                read_definition(
                    {
                        "slug": SLUG,
                        "title": {"vi": "Đo tốc độ (dữ liệu mô phỏng)", "en": "Benchmark (simulated data)"},
                        "questionnaire": "sipas-commune" if instrument is None else instrument.key,
                        "territory": "91",
                        "period": {"from": "2020-07-01", "to": "2020-09-30"},
                        "sample": {"share": 0.3, "stratify_by": "district"},
                        "target": 0.8,
                        "simulated": True,
                    }
                ),
                actor=SYSTEM,
            )
            draw_sample(db.session, survey, seed="1", actor=SYSTEM)
            set_state(db.session, survey, "collecting", actor=SYSTEM)
            db.session.commit()
        yield app, SLUG
