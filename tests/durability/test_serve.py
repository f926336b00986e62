"""The server as one group: it starts once, stops whole, and leaves nothing behind, however it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey_app import create_app
from survey_app.accounts.models import User
from survey_app.collection.models import Response
from survey_app.database import db
from survey_app.demonstration import OPEN
from survey_app.geography.models import Unit
from survey_app.instruments.models import Questionnaire
from survey_app.publication.models import Publication
from survey_app.sampling.models import Draw
from survey_app.settings import read_settings
from survey_app.surveys.models import Survey
from tests.durability.respondent import Respondent
from tests.servers import FLASK, ROOT, RunningServer, flask_environment, run_flask

#: More than a web server, one worker of it and the job worker: the parent waits for all of them.
PARTS = 4


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], RunningServer]]:
    """Start the server of a fresh instance; stopped at the end whatever happened."""
    environment = flask_environment(tmp_path / "instance")
    run_flask(environment, "init", "--bare")
    servers: list[RunningServer] = []

    def serve() -> RunningServer:
        servers.append(RunningServer(environment, tmp_path / "server.log"))
        return servers[-1].wait_until_ready()

    yield serve
    for server in servers:
        server.kill_everything()


def test_ctrl_c_stops_every_part_within_seconds(serve: Callable[[], RunningServer]) -> None:
    server = serve()
    assert len(server.processes()) >= PARTS

    server.process.send_signal(signal.SIGINT)

    assert server.process.wait(timeout=10) == 0
    assert server.processes() == []


def test_a_server_whose_parent_is_killed_leaves_no_orphans(serve: Callable[[], RunningServer]) -> None:
    server = serve()
    assert len(server.processes()) >= PARTS

    server.process.kill()
    server.process.wait()

    assert server.wait_until_gone(15) == []


def test_a_dead_part_takes_the_whole_down_rather_than_half_a_service(serve: Callable[[], RunningServer]) -> None:
    server = serve()
    worker = next(process for process in server.processes() if "jobs" in _command_line(process))

    subprocess.run(["kill", "-9", str(worker)], check=True)

    assert server.process.wait(timeout=20) == 1
    assert server.processes() == []
    assert "stopping the rest" in server.logged()


def test_a_second_server_on_the_same_port_says_so_and_leaves_the_first_alone(
    serve: Callable[[], RunningServer],
) -> None:
    server = serve()

    second = subprocess.run(
        [*FLASK, "serve", "--port", str(server.port)],
        cwd=ROOT, env=server.environment, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip

    assert second.returncode == 1
    assert f"127.0.0.1:{server.port}" in second.stderr
    assert f"PORT={server.port + 1}" in second.stderr
    assert "Traceback" not in second.stderr
    server.wait_until_ready()


def test_silent_and_slow_clients_keep_nobody_waiting(serve: Callable[[], RunningServer]) -> None:
    server = serve()
    head = "POST /s/khong-co HTTP/1.1\r\nHost: may-chu\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    said = ["", "GET / HT", head, f"{head}Content-Length: 90\r\n\r\na="]
    with ExitStack() as open_ones:
        for number in range(40):
            slow = open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            slow.sendall(said[number % len(said)].encode())
        for _person in range(4):  # each of them would wait for half a minute
            urllib.request.urlopen(f"{server.url}/du-lieu-ca-nhan", timeout=10).close()
        slow.sendall(b"b" * 88)
        assert slow.recv(100).startswith(b"HTTP/1.1 404")
    assert "Traceback" not in server.logged()


def test_starting_again_after_a_kill_in_the_middle_of_loading_loads_nothing_twice(tmp_path: Path) -> None:
    environment = flask_environment(tmp_path / "instance")
    server = RunningServer(environment, tmp_path / "server.log", command="start")
    try:
        _wait_for(lambda: "simulating" in server.logged(), server)
        time.sleep(1)
        server.kill_everything()
        server.start_again()
        first = _counts(environment)
        server.stop()
        assert server.process.returncode == 0
        server.start_again()
        second = _counts(environment)
        person = Respondent(server.url, OPEN)
        assert person.begin(person.communes[0]).endswith("/1"), "nothing that was prepared holds a lock on the database"
        server.stop()
    finally:
        server.kill_everything()

    assert second == first
    assert first["responses"] > 3000
    assert first["surveys"] == first["draws"] == 3
    assert first["publications"] == 1
    assert server.logged().count("simulating 1725 answers") == 2  # begun, killed, taken up again; never a third time
    assert server.logged().count("shown this once") == 1


def _counts(environment: dict[str, str]) -> dict[str, int]:
    """How much of everything is in the database."""
    tables = {
        "users": User, "units": Unit, "questionnaires": Questionnaire, "surveys": Survey, "draws": Draw,
        "responses": Response, "publications": Publication,
    }  # fmt: skip
    app = create_app(read_settings(environment))
    with app.app_context():
        counts = {name: db.session.scalar(select(func.count()).select_from(table)) for name, table in tables.items()}
        db.session.close()
        db.engine.dispose()
    return {name: count or 0 for name, count in counts.items()}


def _command_line(process: int) -> list[str]:
    return Path(f"/proc/{process}/cmdline").read_text().split("\0")


def _wait_for(condition: Callable[[], bool], server: RunningServer) -> None:
    for _tick in range(600):
        assert server.process.poll() is None, server.logged()
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(server.logged())
