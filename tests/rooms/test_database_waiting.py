"""Who writes waits for others who write, no longer than it must; a server that was restarted is found again."""

from __future__ import annotations

import threading
import time

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import OperationalError

from survey_app import database
from survey_app.database import db
from survey_app.surveys.models import Survey

HELD_SECONDS = 0.6
on_sqlite = pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("environment", ["postgresql"], indirect=True)


@on_sqlite
def test_a_writer_asks_for_the_place_again_after_short_pauses(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    sleep = time.sleep

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        sleep(seconds)

    with app.app_context():
        engine, taken = db.engine, []
        first = engine.connect()
        first.begin()
        monkeypatch.setattr(database.time, "sleep", pause)

        def write() -> None:
            with engine.begin() as connection:
                taken.append(connection.scalar(text("SELECT 1")))

        second = threading.Thread(target=write)
        second.start()
        sleep(HELD_SECONDS)
        assert taken == []
        first.close()
        second.join(timeout=10)
    assert taken == [1]
    assert pauses[0] == database.SHORTEST_PAUSE
    assert pauses == sorted(pauses)
    assert max(pauses) == database.LONGEST_PAUSE


@on_sqlite
def test_a_place_that_never_becomes_free_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.2)
    with app.app_context():
        with db.engine.begin(), pytest.raises(OperationalError, match="locked"), db.engine.begin():
            pass
        with db.engine.begin() as after:
            assert after.scalar(text("SELECT 1")) == 1


@on_postgresql
def test_a_connection_that_rested_while_the_server_restarted_is_made_anew(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "RESTED_SECONDS", 0.0)
    with app.app_context():
        with db.engine.connect() as connection:
            number = connection.scalar(text("SELECT pg_backend_pid()"))
        other = create_engine(db.engine.url)
        with other.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
        other.dispose()
        time.sleep(0.1)
        assert db.session.scalars(select(Survey)).all() == []
