"""Senders in a process of their own: each sends its requests one after the other, all at once.

Reads from standard input JSON: ``{"port", "senders", "path", "headers", "bodies"}``; prints the seconds it took, the
latencies in milliseconds and how often each answer came.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections import Counter
from typing import Any


def main() -> None:
    asked: dict[str, Any] = json.load(sys.stdin)
    head = (
        f"POST {asked['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
    )
    head += "".join(f"{name}: {value}\r\n" for name, value in asked["headers"].items())
    requests = [f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode() for body in asked["bodies"]]
    taken: list[float] = []
    answers: Counter[str] = Counter()
    waiting = iter(requests)
    lock, ready = threading.Lock(), threading.Barrier(asked["senders"] + 1)

    def send() -> None:
        ready.wait()
        while True:
            with lock:
                request = next(waiting, None)
            if request is None:
                return
            start = time.perf_counter()
            answer = _ask(asked["port"], request)
            seconds = time.perf_counter() - start
            with lock:
                taken.append(seconds * 1000)
                answers[answer] += 1

    threads = [threading.Thread(target=send) for _number in range(asked["senders"])]
    for thread in threads:
        thread.start()
    start = time.perf_counter()
    ready.wait()
    for thread in threads:
        thread.join()
    json.dump({"seconds": time.perf_counter() - start, "taken": taken, "answers": answers}, sys.stdout)


def _ask(port: int, request: bytes) -> str:
    """The status, and the state of the form where the answer tells one."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    head, _gap, body = b"".join(parts).partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1].decode()
    if status != "200" or b'"forms"' not in body:
        return status
    return ",".join(form["state"] for form in json.loads(body)["forms"])


if __name__ == "__main__":
    main()
