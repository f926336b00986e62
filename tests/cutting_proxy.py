"""A network that breaks: it stands before a server and cuts answers off after the server has done its work."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: What is not handed on from one side to the other.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}
Change = Callable[[str, bytes], bytes]


class _Server(ThreadingHTTPServer):
    """A browser that is killed, or hangs up, is no error here."""

    daemon_threads = True

    def handle_error(self, _request: object, _address: object) -> None:
        """Say nothing."""


class CuttingProxy:
    """Hands requests on to a server of this machine.

    Attributes
    ----------
    cut_every : int
        Of the requests for ``paths`` each so-manieth gets no answer though the server has done its work; 0: none.
    change : callable
        Gets path and body of an answer and gives the body to hand on.
    cut : int
        How many were cut off.
    """

    def __init__(self, port: int, paths: tuple[str, ...] = ("/thu-phieu/gui", "/thu-phieu/viec")) -> None:
        self.server_port, self.paths = port, paths
        self.cut_every, self.cut, self.seen = 0, 0, 0
        self.change: Change = lambda _path, body: body
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                proxy.hand_on(self)

            do_POST = do_HEAD = do_GET

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def hand_on(self, handler: BaseHTTPRequestHandler) -> None:
        """One request and its answer, or none."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection("127.0.0.1", self.server_port, timeout=60)
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "accept-encoding"}
        connection.request(handler.command, handler.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if self._is_cut(handler.path):
            handler.close_connection = True
            return
        path = handler.path.partition("?")[0]
        if answer.status == 200:
            content = self.change(path, content)
        handler.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)

    def _is_cut(self, path: str) -> bool:
        if not self.cut_every or not path.startswith(self.paths):
            return False
        with self._lock:
            self.seen += 1
            wanted = self.seen % self.cut_every == 0
            self.cut += wanted
        return wanted

    def stop(self) -> None:
        """Close the door."""
        self._server.shutdown()
        self._server.server_close()
