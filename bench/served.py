"""The real server with one worker, and how many pages a second it serves to one patient reader."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from survey_app.serving import web_server
from survey_app.settings import ROOT

WARM_UP = 50


@contextmanager
def serving(application: str, *, workers: int = 1, **environment: str) -> Iterator[int]:
    """Serve ``wsgi:app`` as `flask serve` does, another ``module:application`` by plain gunicorn; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    address = f"127.0.0.1:{port}"
    command = web_server(address, workers) if application == "wsgi:app" else _plain(address, workers, application)
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _plain(address: str, workers: int, application: str) -> list[str]:
    options = ["--bind", address, "--workers", str(workers), "--log-level", "warning"]
    return [sys.executable, "-m", "gunicorn", application, "--preload", *options]


def pages_a_second(port: int, path: str, cookie: str, pages: int) -> float:
    """Ask for a page again and again, each time on a new connection, and check that it came whole."""
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
    for _number in range(WARM_UP):
        _ask(port, asked)
    start = time.perf_counter()
    for _number in range(pages):
        _ask(port, asked)
    return pages / (time.perf_counter() - start)


def _ask(port: int, asked: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(asked)
        parts = []
        while part := connection.recv(262_144):
            parts.append(part)
    if not parts or not parts[0].startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"the server answered {parts[:1]}")


def _wait_for(port: int) -> None:
    for _attempt in range(900):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")
