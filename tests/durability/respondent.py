"""A citizen's browser without scripts, as small as can be: one cookie, one token, forms posted over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 30


class NoAnswer(Exception):
    """The server was not there, or went away before it had answered."""


class Respondent:
    """Somebody who opens the first page of a survey and sends forms."""

    def __init__(self, url: str, slug: str) -> None:
        self.host = urlsplit(url).netloc
        self.slug = slug
        self.cookie = ""
        page = self._ask("GET", f"/s/{slug}")[1]
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, page
        self.token = found[1]
        self.communes = re.findall(r'<option value="(\d+)"', page)

    def begin(self, commune: str) -> str:
        """Begin a form; the address of its first section."""
        return self.post(f"/s/{self.slug}", [("commune", commune), ("consent", "1")])

    def post(self, address: str, fields: Iterable[tuple[str, str]]) -> str:
        """Send fields; where the server sends the browser next.

        Raises
        ------
        NoAnswer
            Nothing is known about what became of it.
        """
        body = urlencode([*fields, ("csrf_token", self.token), ("go", "next")])
        status, page, location = self._ask("POST", address, body)
        assert status == 302, f"{status} {page}"
        return location

    def _ask(self, method: str, address: str, body: str = "") -> tuple[int, str, str]:
        connection = HTTPConnection(self.host, timeout=TIMEOUT_SECONDS)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        try:
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        except (OSError, HTTPException) as error:
            raise NoAnswer(str(error)) from error
        finally:
            connection.close()
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer.status, page, answer.headers["Location"] or ""
