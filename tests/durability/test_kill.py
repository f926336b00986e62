"""kill -9 of every process of the server while 200 people send their forms: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey_app import create_app
from survey_app.audit.models import SYSTEM
from survey_app.collection.models import Draft, Response
from survey_app.database import db
from survey_app.instruments.loader import load_file
from survey_app.instruments.service import store_questionnaire
from survey_app.settings import read_settings
from tests.durability.respondent import NoAnswer, Respondent
from tests.servers import RunningServer, flask_environment
from tests.world import make_survey

FORMS = 200
AT_ONCE = 32
QUESTIONNAIRE = Path(__file__).parents[1] / "questionnaires" / "show_if_operators.yaml"
SLUG = "mat-dien"
#: What the second section asks of somebody who rates 3 and came often.
LAST_SECTION = ("by_not_in", "by_ge", "by_all", "by_any")


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[RunningServer]:
    """The real server on each database, with a survey of two sections that takes answers."""
    variables = flask_environment(Path(environment["HAILONG_INSTANCE"])) | environment
    app = create_app(read_settings(environment))
    with app.app_context():
        store_questionnaire(db.session, load_file(QUESTIONNAIRE), actor=SYSTEM)
        make_survey(db.session, state="collecting", slug=SLUG, questionnaire="show-if")
        db.session.commit()
        db.session.close()
        db.engine.dispose()
    server = RunningServer(variables, tmp_path / "server.log")
    try:
        yield server.wait_until_ready()
    finally:
        server.kill_everything()


@pytest.mark.parametrize("rounds", [3, pytest.param(20, marks=pytest.mark.long)])
def test_every_acknowledged_form_is_there_once_after_each_of_many_power_cuts(
    server: RunningServer, rounds: int
) -> None:
    chance = random.Random(20201120)
    expected: dict[str, int] = {}
    for round_number in range(rounds):
        person = Respondent(server.url, SLUG)
        forms = _prepare(person, first_number=1000 * (round_number + 1))
        expected |= {_id_of(address): number for address, number in forms.items()}

        acknowledged = _send_until_the_power_fails(server, person, forms, chance)

        assert 0 < len(acknowledged) < FORMS, "the cut came too early or too late to prove anything"
        stored = _stored(server)
        assert {_id_of(address) for address in acknowledged} <= stored.keys()
        assert all(stored[key] == expected[key] for key in stored)

        server.start_again()
        _send_again(person, [address for address in forms if address not in acknowledged])
        assert _stored(server) == expected
        assert _count_drafts(server) == 0
        _check_sqlite(server)
    assert "unexpected error" not in server.logged()


def _prepare(person: Respondent, *, first_number: int) -> dict[str, int]:
    """Forms up to their last section: its address, and a number that only this form answers with."""
    numbers = range(first_number, first_number + FORMS)

    def prepare(number: int) -> tuple[str, int]:
        first = person.begin(person.communes[number % len(person.communes)])
        shown = [("shown", key) for key in ("rating", "visits", "topics", "day")]
        return person.post(first, [*shown, ("rating", "3"), ("visits", str(number))]), number

    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(prepare, numbers))


def _send(person: Respondent, address: str) -> str:
    fields = [("shown", key) for key in LAST_SECTION] + [(key, "7") for key in LAST_SECTION]
    return person.post(address, fields)


def _send_until_the_power_fails(
    server: RunningServer, person: Respondent, forms: dict[str, int], chance: random.Random
) -> set[str]:
    """Send all forms at once, kill everything somewhere in the middle; the addresses that got their receipt."""
    acknowledged: set[str] = set()
    enough, moment = chance.randint(20, 140), chance.uniform(0, 0.03)
    in_the_middle = threading.Event()

    def send(address: str) -> None:
        try:
            receipt = _send(person, address)
        except NoAnswer:
            return
        assert receipt.endswith("/cam-on"), receipt
        acknowledged.add(address)
        if len(acknowledged) >= enough:
            in_the_middle.set()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(send, address) for address in forms]
        assert in_the_middle.wait(60), server.logged()
        time.sleep(moment)
        server.kill_everything()
    for one in sent:
        one.result()
    return acknowledged


def _send_again(person: Respondent, addresses: list[str]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        receipts = list(pool.map(lambda address: _send(person, address), addresses))
    assert all(receipt.endswith("/cam-on") for receipt in receipts)


def _id_of(address: str) -> str:
    return address.split("/")[3]


def _stored(server: RunningServer) -> dict[str, int]:
    """Every response in the database with the number it answers; the database itself allows an id only once."""
    with create_app(read_settings(server.environment)).app_context():
        rows = db.session.execute(select(Response.id, Response.answers)).all()
        db.session.close()
        db.engine.dispose()
    return {str(key): answers["visits"] for key, answers in rows}


def _count_drafts(server: RunningServer) -> int:
    with create_app(read_settings(server.environment)).app_context():
        count = db.session.scalar(select(func.count()).select_from(Draft))
        db.session.close()
        db.engine.dispose()
    return count or 0


def _check_sqlite(server: RunningServer) -> None:
    path = Path(server.environment["HAILONG_INSTANCE"]) / "hai-long.sqlite3"
    if path.exists():
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
