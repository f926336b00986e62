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
#: A request is awaited up to this size, more than the application takes from people who have not signed in. A larger
#: one it refuses unread, or reads as it comes where an office sends a file.
AWAITED_BYTES = 1 << 20
#: What a client may go on sending after its answer, so that it sees the answer and not a broken connection.
MOST_DRAINED_BYTES = 128 << 20
#: More than any head of a request has.
HEAD_BYTES = 1 << 17
#: Pieces of an answer that wait for a slow client before the application waits with it.
MOST_LETTERS = 1_000
READ_BYTES = 1 << 16
#: Connections taken before the process looks after those that wait.
AT_ONCE = 16

Letter = Callable[[], object]

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"


def has_come(received: bytes | bytearray) -> bool:
    """Whether there is nothing to await: the request is whole, or not one that is awaited.

    What a request means is gunicorn's to say; here only its end is looked for.
    """
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return len(received) > HEAD_BYTES
    head = bytes(received[: end + 2])
    if _CHUNKED.search(head):
        return received.endswith(_LAST_CHUNK, end + 4) or len(received) > AWAITED_BYTES
    length = _LENGTH.search(head)
    return length is None or int(length[1]) > AWAITED_BYTES or len(received) >= end + 4 + int(length[1])


def expects_word(received: bytes | bytearray) -> bool:
    """Whether the client has sent its head and waits for a word before it sends more."""
    end = received.find(b"\r\n\r\n")
    return end >= 0 and len(received) == end + 4 and _EXPECTS.search(received, 0, end + 2) is not None


@dataclass(eq=False, slots=True)
class Client:
    """A connection whose request is still to come, or whose client has yet to see the end of the answer."""

    sock: socket.socket
    address: Any
    listener: Any
    deadline: float
    received: bytearray = field(default_factory=bytearray)
    encouraged: bool = False
    answered: bool = False
    drained: int = 0


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
    encouraged : bool
        Whether the client was told to go on sending.
    """

    def __init__(
        self, sock: socket.socket, received: bytearray, notify: Callable[[], None], *, encouraged: bool = False
    ) -> None:
        self._encouraged = encouraged
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

    def send(self, word: bytes) -> int:
        """Tell the client to go on sending, unless it was told."""
        if not self._encouraged:
            self.sendall(word)
        return len(word)

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
                if self.alive:
                    key.data()
        self._await_carriers()

    def _welcome(self, listener: Any) -> None:
        """Take some connections: who speaks already is answered before the next is taken."""
        for _number in range(AT_ONCE):
            if not self.alive:
                return
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
        elif client.answered:
            self._drain(client, len(part))
        else:
            client.received += part
            client.deadline = time.monotonic() + SILENCE_SECONDS
            if has_come(client.received):
                self._leave(client)
                self._answer(client)
            else:
                self._await(client)
                self._encourage(client)

    def _encourage(self, client: Client) -> None:
        if not client.encouraged and expects_word(client.received):
            client.encouraged = True
            with suppress(OSError):
                client.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _drain(self, client: Client, size: int) -> None:
        """What it sends after its answer is of no use, but while it sends it has not looked at the answer."""
        client.drained += size
        if client.drained > MOST_DRAINED_BYTES:
            self._forget(client)
        else:
            client.deadline = time.monotonic() + SILENCE_SECONDS
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
        self.notify()
        talk = Talk(client.sock, client.received, self.notify, encouraged=client.encouraged)
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
        """Let those go whose time is over, unless they spoke while the process was busy."""
        now = time.monotonic()
        for client in [client for client in self.clients if client.deadline <= now]:
            try:
                client.sock.recv(1, socket.MSG_PEEK)
            except OSError:
                self._forget(client)

    def _await_carriers(self) -> None:
        """Give slow clients the rest of their answers before the process ends."""
        end = time.monotonic() + self.cfg.graceful_timeout
        for carrier in self.carriers:
            while carrier.is_alive() and time.monotonic() < end:
                self.notify()
                carrier.join(0.5)
