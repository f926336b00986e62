"""Collection: full responses through the one door, each committed to disk, beside a bare insert of the same bytes."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from flask import Flask

from survey_app.collection.service import Submission, accept_response
from survey_app.database import db
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.queries import find_survey

RESPONSES = 500


def run(app: Flask, slug: str) -> None:
    with app.app_context():
        survey = find_survey(db.session, slug)
        instrument = instrument_of(db.session, survey.questionnaire_id)
        answers = {item.key: 4 for item in instrument.items() if item.type == "scale"}
        communes = [entry.unit.code for entry in drawn_units(db.session, survey)]
        start = time.perf_counter()
        for number in range(RESPONSES):
            commune = communes[number % len(communes)]
            accept_response(db.session, survey, Submission(uuid4(), commune, "kiosk", "vi", answers))
            db.session.commit()
        ours = RESPONSES / (time.perf_counter() - start)
    bare = _bare_inserts(json.dumps(answers))
    print(f"  one door, committed one by one: {ours:8.0f} a second")
    print(f"  bare SQLite insert, same bytes: {bare:8.0f} a second   ratio {ours / bare:.2f}")


def _bare_inserts(body: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "bare.sqlite3", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT)")
        start = time.perf_counter()
        for _number in range(RESPONSES):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO bare VALUES (?, ?)", (str(uuid4()), body))
            connection.execute("COMMIT")
        taken = time.perf_counter() - start
        connection.close()
    return RESPONSES / taken
