"""Requests that come in drops, answers that are taken slowly: what the worker awaits, and what it carries."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from selectors import DefaultSelector
from types import SimpleNamespace
from typing import Any

import pytest

from survey_app import patient_worker
from survey_app.patient_worker import AWAITED_BYTES, HEAD_BYTES, Client, PatientWorker, Talk, has_come
from survey_app.serving import web_server
from survey_app.settings import ROOT
from tests.servers import free_port

POST = b"POST /s/a HTTP/1.1\r\nHost: may-chu\r\n"
STUCK_SECONDS = 5
LONG = bytes(range(256)) * 40_000


def answering(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    """An application with answers larger than what any machine holds for a client that does not read."""
    start_response("200 OK", [])
    if environ["PATH_INFO"] == "/file":
        file = Path(os.environ["LONG_FILE"]).open("rb")  # noqa: SIM115  the server closes it
        return environ["wsgi.file_wrapper"](file)  # type: ignore[no-any-return]
    if environ["PATH_INFO"] == "/whole":
        return [environ["wsgi.input"].read()]
    if environ["PATH_INFO"] == "/thinking":
        time.sleep(1)
    return [LONG] if environ["PATH_INFO"] == "/long" else [b"short"]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """One process that serves it."""
    (tmp_path / "long").write_bytes(LONG)
    port = free_port()
    application = "tests.durability.test_patient_worker:answering"
    command = [*web_server(f"127.0.0.1:{port}", 1), "--timeout", str(STUCK_SECONDS)]
    server = subprocess.Popen(
        [arg.replace("wsgi:app", application) for arg in command if arg != "--preload"],
        cwd=ROOT, env=os.environ | {"LONG_FILE": str(tmp_path / "long")},
    )  # fmt: skip
    try:
        for _attempt in range(300):
            with suppress(urllib.error.URLError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                break
            time.sleep(0.1)
        yield "127.0.0.1", port
    finally:
        server.terminate()
        assert server.wait(20) == 0


def test_clients_that_do_not_read_keep_nobody_waiting_and_miss_nothing(address: tuple[str, int]) -> None:
    with ExitStack() as open_ones:
        slow_ones = [open_ones.enter_context(socket.create_connection(address)) for _number in range(6)]
        for number, slow in enumerate(slow_ones):
            slow.sendall(f"GET /{('long', 'file')[number % 2]} HTTP/1.0\r\n\r\n".encode())
        for _person in range(4):  # each would wait until those read
            assert urllib.request.urlopen("http://{}:{}/".format(*address), timeout=10).read() == b"short"
        for slow in slow_ones:
            slow.settimeout(20)
            assert read_all(slow).partition(b"\r\n\r\n")[2] == LONG


@pytest.mark.parametrize(
    ("received", "come"),
    [
        (b"", False),
        (b"GET / HT", False),
        (b"GET / HTTP/1.1\r\nHost: may-chu\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: may-chu\r\n\r\n", True),
        (POST + b"Content-Length: 3\r\n\r\nab", False),
        (POST + b"Content-Length: 3\r\n\r\nabc", True),
        (POST + b"content-length:3\r\nX: y\r\n\r\nabc", True),
        (POST + b"CONTENT-LENGTH: 3 \r\nX: y\r\n\r\nab", False),
        (POST + b"X-Content-Length: 3\r\n\r\n", True),
        (POST + b"Content-Length: drei\r\n\r\n", True),
        (POST + b"Content-Length: %d\r\n\r\n" % AWAITED_BYTES, False),
        (POST + b"Content-Length: %d\r\n\r\n" % (AWAITED_BYTES + 1), True),
        (POST + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n", False),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", False),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", False),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", True),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"x" * AWAITED_BYTES, True),
        (b"x" * HEAD_BYTES, False),
        (b"x" * (HEAD_BYTES + 1), True),
    ],
)
def test_a_request_is_awaited_to_its_end_and_no_further(received: bytes, come: bool) -> None:
    assert has_come(received) is come


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end, that does not block and holds little, and the client's."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    theirs.settimeout(20)
    with ours, theirs:
        yield ours, theirs


def talk_to(ours: socket.socket, received: bytes = b"") -> Talk:
    return Talk(ours, bytearray(received), lambda: None)


def send_for_ever(talk: Talk) -> None:
    while True:
        talk.sendall(LONG)


def assert_carried(talk: Talk) -> None:
    assert talk.carrier is not None
    talk.carrier.join(20)
    assert not talk.carrier.is_alive()


def read_all(theirs: socket.socket) -> bytes:
    parts = []
    while part := theirs.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def test_what_comes_after_the_request_does_not_cut_the_answer(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as client:
        client.settimeout(20)
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na" + b"GET / HTTP/1.1\r\n" * 20_000)
        assert read_all(client).endswith(b"short\r\n0\r\n\r\n")


def test_a_client_that_ends_its_side_is_answered(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as client:
        client.settimeout(20)
        client.sendall(b"GET /long HTTP/1.0\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        assert read_all(client).endswith(LONG)


def test_bodies_that_do_not_come_keep_nobody_waiting(address: tuple[str, int]) -> None:
    heads = ("Content-Length: 1048576", "Content-Length: 9\r\nExpect: 100-continue", "Transfer-Encoding: chunked")
    with ExitStack() as open_ones:
        for number in range(12):
            slow = open_ones.enter_context(socket.create_connection(address))
            slow.sendall(f"POST / HTTP/1.1\r\nHost: a\r\n{heads[number % 3]}\r\n\r\n".encode())
        assert urllib.request.urlopen("http://{}:{}/".format(*address), timeout=10).read() == b"short"


def test_a_client_that_waits_for_a_word_hears_it_once(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as client:
        client.settimeout(20)
        client.sendall(b"POST /whole HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"word")
        answer = read_all(client)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"word" in answer


def test_a_body_in_chunks_arrives_whole(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as client:
        client.settimeout(20)
        client.sendall(b"POST /whole HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        time.sleep(0.2)
        client.sendall(b"2\r\ncd\r\n0\r\n\r\n")
        assert b"abcd" in read_all(client)


def test_a_body_that_nobody_reads_is_taken_so_that_the_answer_is_seen(address: tuple[str, int]) -> None:
    body = b"x" * 5_000_000
    with socket.create_connection(address) as client:
        client.settimeout(20)
        client.sendall(b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert read_all(client).endswith(b"short")


def test_many_long_answers_one_after_the_other_are_no_sign_of_a_dead_process(address: tuple[str, int]) -> None:
    def visit(_number: int) -> bytes:
        answer: bytes = urllib.request.urlopen("http://{}:{}/thinking".format(*address), timeout=60).read()
        return answer

    with ThreadPoolExecutor(2 * STUCK_SECONDS) as pool:
        assert set(pool.map(visit, range(2 * STUCK_SECONDS))) == {b"short"}


def test_who_spoke_while_the_process_was_busy_is_not_forgotten(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    worker = PatientWorker.__new__(PatientWorker)  # as it is after `run` began, without a server
    worker.poller, worker.clients, worker.cfg = DefaultSelector(), {}, SimpleNamespace(worker_connections=10)
    client = Client(ours, None, None, deadline=0.0)
    worker._await(client)
    theirs.sendall(b"GET /")
    worker._forget_silent()
    assert client in worker.clients
    assert ours.recv(10) == b"GET /"
    worker._forget_silent()
    assert client not in worker.clients


def test_more_silent_clients_than_there_is_room_for_make_room_for_those_who_speak(address: tuple[str, int]) -> None:
    with ExitStack() as open_ones:
        for _number in range(700):
            open_ones.enter_context(socket.create_connection(address))
        assert urllib.request.urlopen("http://{}:{}/".format(*address), timeout=10).read() == b"short"


def test_a_short_answer_needs_no_carrier(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    talk = talk_to(ours)
    talk.sendall(b"short")
    talk.shutdown(socket.SHUT_WR)
    assert talk.carrier is None
    assert read_all(theirs) == b"short"


def test_what_the_client_does_not_take_at_once_is_carried_in_order(
    pair: tuple[socket.socket, socket.socket], tmp_path: Path
) -> None:
    ours, theirs = pair
    (tmp_path / "file").write_bytes(LONG)
    talk = talk_to(ours)
    with (tmp_path / "file").open("rb") as file:
        talk.sendall(LONG)
        talk.sendfile(file, 100, 200)
        talk.sendfile(file, 300, len(LONG) - 300)
    talk.sendall(b"end")
    talk.shutdown(socket.SHUT_WR)  # all of this came back although nobody has read yet
    assert read_all(theirs) == LONG + LONG[100:] + b"end"
    assert_carried(talk)


def test_a_client_that_has_gone_ends_the_answer(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patient_worker, "MOST_LETTERS", 3)
    ours, theirs = pair
    talk = talk_to(ours)
    talk.sendall(LONG)
    theirs.close()
    with pytest.raises(BrokenPipeError):
        send_for_ever(talk)
    talk.shutdown(socket.SHUT_WR)


def test_a_client_that_takes_nothing_is_let_go(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patient_worker, "SILENCE_SECONDS", 0.2)
    ours, _theirs = pair
    talk = talk_to(ours)
    talk.sendall(LONG)
    talk.shutdown(socket.SHUT_WR)
    assert_carried(talk)


def test_more_than_what_has_come_is_read_as_it_comes(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    talk = talk_to(ours, b"has come")
    sender = threading.Thread(target=lambda: (theirs.sendall(LONG), theirs.close()))
    sender.start()
    parts = [talk.recv(3), talk.recv(100)]
    while part := talk.recv(8192):
        parts.append(part)
    sender.join()
    assert parts[:2] == [b"has", b" come"]
    assert b"".join(parts[2:]) == LONG


def test_a_client_that_falls_silent_in_the_middle_is_one_that_has_gone(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patient_worker, "SILENCE_SECONDS", 0.05)
    with pytest.raises(ConnectionResetError):
        talk_to(pair[0]).recv(100)
