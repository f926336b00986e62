"""Keys and requests for the tests of the API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey_app.api.keys import Reach, issue_key
from survey_app.api.scopes import OPENROSA, SCOPES
from survey_app.database import db
from tests.world import TESTER

#: Everything that is no app password.
ALL = tuple(scope for scope in SCOPES if scope != OPENROSA)


def make_key(
    session: Session, *scopes: str, name: str = "", reach: Reach | None = None, per_minute: int = 1_000
) -> str:
    """The text of a new key."""
    _key, text = issue_key(
        session, name or f"key {uuid4()}", scopes or ALL, actor=TESTER, reach=reach, per_minute=per_minute
    )
    session.commit()
    return text


class System:
    """Another system with its key."""

    def __init__(self, app: Flask, text: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {text}"}

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=self.headers | _named(headers))

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers | _named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def system(app: Flask, *scopes: str, reach: Reach | None = None, per_minute: int = 1_000) -> System:
    """A system with a key of its own."""
    with app.app_context():
        return System(app, make_key(db.session, *scopes, reach=reach, per_minute=per_minute))


def form(unit: str, **changes: Any) -> dict[str, Any]:
    """A filled-in village form as a system pushes it."""
    return {"id": str(uuid4()), "unit": unit, "answers": {"q1": 3, "q2": 3, "late": 2}} | changes


def finished(unit: str, number: int, **changes: Any) -> dict[str, Any]:
    """A finished dossier."""
    return {
        "unit": unit,
        "reference": f"H{number:06d}",
        "name": f"Nguyễn Văn {number}",
        "phone": f"09{number:08d}",
        "address": f"Ấp {number}",
        "attributes": {"Lĩnh vực": "Đất đai" if number % 2 else "Hộ tịch"},
    } | changes
