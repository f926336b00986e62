"""The pages of a survey's results at 100,000 responses, warm and after a restart, against a page of the same size."""

from __future__ import annotations

import http.client
import os
import statistics
import tempfile
import time
import urllib.parse
from pathlib import Path

from bench.results.world import EMAIL, PAGE, PASSWORD, RESPONSES, Instance, full_instance
from bench.served import serving
from bench.timing import report
from survey_app.database import db
from survey_app.results.extract import read_extract
from survey_app.surveys.queries import find_survey

WARM_SECONDS, COLD_SECONDS = 0.3, 2.0
TIMES = 9
PAGES = {"overview": PAGE, "factors and criteria": f"{PAGE}/yeu-to", "overview by sex": f"{PAGE}?theo=sex"}
PLAIN = '''"""Serves a page as it stands in a file."""
from pathlib import Path
BODY = Path({path!r}).read_bytes()
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))])
    return [BODY]
'''


def measure_workspace(database: str = "sqlite", responses: int = RESPONSES) -> None:
    """The first page of a new process, then the same again, then a page that computes nothing."""
    with full_instance(database, responses) as instance:
        start = time.perf_counter()
        with instance.app.app_context():
            read_extract(db.session, find_survey(db.session, instance.slug))
            db.engine.dispose()
        report(f"{database}: the extract made anew, once", f"{time.perf_counter() - start:.1f} s")
        for name, path in PAGES.items():
            forget_figures(instance)
            with serving("wsgi:app", **instance.environment) as port:
                reader = Reader(port)
                start = time.perf_counter()
                reader.get(path)
                taken = time.perf_counter() - start
                report(
                    f"{database}: {name}, first page of a process",
                    f"{taken:.2f} s",
                    f"{COLD_SECONDS:.0f} s",
                    met=taken < COLD_SECONDS,
                )
                _measure_warm(reader, database, name, path)
        with serving("wsgi:app", **instance.environment) as port:
            Reader(port).get(PAGE)
        with serving("wsgi:app", **instance.environment) as port:
            reader = Reader(port)
            start = time.perf_counter()
            reader.get(PAGE)
            taken = time.perf_counter() - start
            report(
                f"{database}: overview, the same with its figures on disk",
                f"{taken:.2f} s",
                f"{COLD_SECONDS:.0f} s",
                met=taken < COLD_SECONDS,
            )


def _measure_warm(reader: Reader, database: str, name: str, path: str) -> None:
    body = reader.get(path)
    plain = _plain_seconds(body)
    each = [_seconds(reader, path) for _number in range(TIMES)]
    taken = statistics.median(each)
    report(
        f"{database}: {name}, {len(body) / 1024:.0f} KB, {RESPONSES:,} responses, warm",
        f"{taken * 1000:.0f} ms (fastest {min(each) * 1000:.0f}, plain page {plain * 1000:.0f})",
        f"{WARM_SECONDS * 1000:.0f} ms",
        met=taken < WARM_SECONDS,
    )


def _plain_seconds(body: bytes) -> float:
    """How long a page of the same bytes takes that computes nothing, from the same server."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_bytes(body)
        (Path(folder) / "plain_page.py").write_text(PLAIN.format(path=str(page)))
        path = os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))
        with serving("plain_page:application", PYTHONPATH=path) as port:
            reader = Reader(port, signed_in=False)
            reader.get("/")
            return statistics.median(_seconds(reader, "/") for _number in range(TIMES))


def _seconds(reader: Reader, path: str) -> float:
    start = time.perf_counter()
    reader.get(path)
    return time.perf_counter() - start


def forget_figures(instance: Instance) -> None:
    """Delete every figure kept on disk; the extract stays."""
    for path in (Path(instance.environment["HAILONG_INSTANCE"]) / "extracts").glob("*/figures-*/*.json"):
        path.unlink()


class Reader:
    """Somebody with one connection after the other, signed in."""

    def __init__(self, port: int, *, signed_in: bool = True) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        if signed_in:
            token = self.get("/dang-nhap").decode().split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
            self.post("/dang-nhap", {"email": EMAIL, "password": PASSWORD, "csrf_token": token, "submit": "1"})

    def get(self, path: str) -> bytes:
        """The body of a page that came whole."""
        status, body = self._ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return body

    def post(self, path: str, values: dict[str, str]) -> None:
        """Send a form that leads on."""
        status, _body = self._ask("POST", path, urllib.parse.urlencode(values))
        if status != 302:
            raise RuntimeError(f"{path} answered {status}")

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _sign, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        content = answer.read()
        connection.close()
        return answer.status, content
