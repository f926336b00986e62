"""What the tests of kept pages share: somebody who begins a form, and the page that would be served to them."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import token_in
from tests.village import VILLAGE
from tests.world import begin


def without_token(page: str) -> str:
    return page.replace(token_in(page), "TOKEN")


def kept(client: FlaskClient, address: str, headers: dict[str, str] | None = None) -> TestResponse | None:
    """The page as it is kept; ``None`` where the request would go on to the view."""
    app = client.application
    view = app.view_functions["respond.section"]
    app.view_functions["respond.section"] = _handed_on
    try:
        answer = client.get(address, headers=headers)
    finally:
        app.view_functions["respond.section"] = view
    return None if answer.data == b"handed on" else answer


def _handed_on(**place: object) -> str:
    return "handed on"


_handed_on.guard = "public"


def visitor(app: Flask, commune: str, slug: str = VILLAGE) -> tuple[FlaskClient, str]:
    """Somebody new, and the address of their form."""
    client = app.test_client()
    return client, begin(client, slug, commune)
