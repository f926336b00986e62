"""Gunicorn's plain worker for people on slow networks: the silent and the slow keep nobody waiting (decision 0043).

Browsers open connections long before they ask anything, and a phone at the edge of a network sends its form in drops. A
connection therefore stands in a poller until its request has come whole; then the process answers it, alone and at
once, as gunicorn's plain worker does. What the client is too slow to take is carried to it by a thread of its own.
"""

from __future__ import annotations

import errno
import os
import re
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Full, Queue
from typing import Any, BinaryIO

from gunicorn import util
from gunicorn.workers.sync import SyncWorker

#: A client that neither sends nor takes anything for so long is let go.
SILENCE_SECONDS = 25.0
#: How long a client may take to see the end of its answer.
FAREWELL_SECONDS = 2.0
#: A request is awaited up to this size; a larger one, which only the offices send, the application reads as it comes.
AWAITED_BYTES = 1 << 18
#: More than any head of a request has.
HEAD_BYTES = 1 << 17
#: Pieces of an answer that wait for a slow client before the application waits with it.
MOST_LETTERS = 1_000
READ_BYTES = 1 << 16
#: Connections taken before the process looks after those that wait.
AT_ONCE = 16

Letter = Callable[[], object]

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)


def has_come(received: bytes | bytearray) -> bool:
    """Whether there is nothing to await: the request is whole, or not one that is awaited.

    What a request means is gunicorn's to say; here only its end is looked for.
    """
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return len(received) > HEAD_BYTES
    head = bytes(received[: end + 2])
    length = _LENGTH.search(head)
    if length is None or _EXPECTS.search(head) or int(length[1]) > AWAITED_BYTES:
        return True
    return len(received) >= end + 4 + int(length[1])


@dataclass(eq=False, slots=True)
class Client:
    """A connection whose request is still to come, or whose client has yet to see the end of the answer."""

    sock: socket.socket
    address: Any
    listener: Any
    deadline: float
    received: bytearray = field(default_factory=bytearray)
    answered: bool = False


class Talk:
    """What gunicorn takes for the socket of a client: reads what has come, writes without waiting.

    Parameters
    ----------
    sock : socket
        Not blocking.
    received : bytes
        What has come.
    notify : callable
        Tells that the process lives, while more is read or written.
    """

    def __init__(self, sock: socket.socket, received: bytearray, notify: Callable[[], None]) -> None:
        self._sock, self._received, self._notify = sock, memoryview(bytes(received)), notify
        self._letters: Queue[Letter | None] | None = None
        self._ended = self._lost = False
        self.carrier: threading.Thread | None = None

    def recv(self, size: int) -> bytes:
        """What has come, then what comes; nothing after the end of the answer."""
        if self._received or self._ended:
            part, self._received = self._received[:size], self._received[size:]
            return b"" if self._ended else bytes(part)
        self._notify()
        self._sock.settimeout(SILENCE_SECONDS)
        try:
            return self._sock.recv(size)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the client fell silent") from error
        finally:
            self._sock.settimeout(0)

    def sendall(self, data: bytes) -> None:
        """Send what the client takes at once; the rest is carried."""
        sent = 0
        if self.carrier is None:
            with suppress(BlockingIOError):
                sent = self._sock.send(data)
        if sent < len(data):
            self._post(partial(_push, self._sock, bytes(data[sent:])))

    send = sendall

    def sendfile(self, file: Any, offset: int, count: int) -> None:
        """Send a part of a file; a long one from the disk."""
        if count <= READ_BYTES:
            self.sendall(os.pread(file.fileno(), count, offset))
        else:
            self._post(partial(_push_file, self._sock, os.fdopen(os.dup(file.fileno()), "rb"), offset, count))

    def shutdown(self, _how: int) -> None:
        """The answer is complete."""
        self._ended = True
        if self._letters is not None:
            self._put(self._letters, None)
        else:
            self._sock.shutdown(socket.SHUT_WR)

    def gettimeout(self) -> float:
        """Nothing here waits."""
        return 0.0

    def settimeout(self, _seconds: float | None) -> None:
        """Nothing here waits."""

    def close(self) -> None:
        """The worker closes it."""

    def _post(self, letter: Letter) -> None:
        if self._letters is None:
            self._letters = Queue(MOST_LETTERS)
            self.carrier = threading.Thread(target=self._carry, args=(self._letters,), daemon=True)
            self.carrier.start()
        if not self._put(self._letters, letter):
            raise BrokenPipeError(errno.EPIPE, "the client has gone")

    def _put(self, letters: Queue[Letter | None], letter: Letter | None) -> bool:
        """Whether the carrier will see it; where many wait, wait with them until the client goes."""
        while not self._lost:
            with suppress(Full):
                letters.put(letter, timeout=1)
                return True
            self._notify()
        return False

    def _carry(self, letters: Queue[Letter | None]) -> None:
        self._sock.settimeout(SILENCE_SECONDS)
        try:
            while letter := letters.get():
                letter()
        except OSError:
            self._lost = True
        util.close_graceful(self._sock)


def _push(sock: socket.socket, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[sock.send(rest) :]


def _push_file(sock: socket.socket, file: BinaryIO, offset: int, count: int) -> None:
    with file:
        sock.sendfile(file, offset, count)


class PatientWorker(SyncWorker):
    """Awaits requests in a poller and answers them one at a time."""

    def run(self) -> None:
        """Serve until told to stop."""
        self.poller = selectors.DefaultSelector()
        self.clients: dict[Client, None] = {}
        self.carriers: list[threading.Thread] = []
        self.poller.register(self.PIPE[0], selectors.EVENT_READ, partial(os.read, self.PIPE[0], 64))
        for listener in self.sockets:
            listener.setblocking(False)
            self.poller.register(listener, selectors.EVENT_READ, partial(self._welcome, listener))
        looked = 0.0
        while self.alive:
            if time.monotonic() - looked > 1:
                if not self.is_parent_alive():
                    break
                self._forget_silent()
                looked = time.monotonic()
            self.notify()
            for key, _events in self.poller.select(1.0):
                key.data()
        self._await_carriers()

    def _welcome(self, listener: Any) -> None:
        """Take some connections: who speaks already is answered before the next is taken."""
        for _number in range(AT_ONCE):
            try:
                sock, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):  # none waits
                return
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE) or not self.clients:
                    raise
                self._forget_longest_silent()
                return
            sock.setblocking(False)
            self._hear(Client(sock, address, listener, time.monotonic() + SILENCE_SECONDS))

    def _hear(self, client: Client) -> None:
        """Take what has come; answer when it is all, else wait."""
        try:
            part = client.sock.recv(READ_BYTES)
        except BlockingIOError:
            self._await(client)
            return
        except OSError:
            part = b""
        if not part:
            self._forget(client)
        elif not client.answered:
            client.received += part
            client.deadline = time.monotonic() + SILENCE_SECONDS
            if has_come(client.received):
                self._leave(client)
                self._answer(client)
            else:
                self._await(client)
        else:  # what it sends after its answer is of no use
            self._await(client)

    def _await(self, client: Client) -> None:
        if client in self.clients:
            return
        if len(self.clients) >= self.cfg.worker_connections:
            self._forget_longest_silent()
        self.clients[client] = None
        self.poller.register(client.sock, selectors.EVENT_READ, partial(self._hear, client))

    def _leave(self, client: Client) -> None:
        if client in self.clients:
            del self.clients[client]
            self.poller.unregister(client.sock)

    def _answer(self, client: Client) -> None:
        """Let gunicorn answer; the socket stays until the client has seen the end."""
        talk = Talk(client.sock, client.received, self.notify)
        self.handle(client.listener, talk, client.address)
        if talk.carrier is not None:
            self.carriers = [carrier for carrier in [*self.carriers, talk.carrier] if carrier.is_alive()]
            return
        client.answered, client.received = True, bytearray()
        client.deadline = time.monotonic() + FAREWELL_SECONDS
        self._hear(client)

    def _forget(self, client: Client) -> None:
        self._leave(client)
        client.sock.close()

    def _forget_longest_silent(self) -> None:
        self._forget(min(self.clients, key=lambda client: client.deadline))

    def _forget_silent(self) -> None:
        now = time.monotonic()
        for client in [client for client in self.clients if client.deadline <= now]:
            self._forget(client)

    def _await_carriers(self) -> None:
        """Give slow clients the rest of their answers before the process ends."""
        end = time.monotonic() + self.cfg.graceful_timeout
        for carrier in self.carriers:
            while carrier.is_alive() and time.monotonic() < end:
                self.notify()
                carrier.join(0.5)
