"""A phone with ODK Collect: what it asks for and sends; and what its engine makes of a form."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from uuid import uuid4

from flask import Flask
from werkzeug.test import TestResponse

from survey_app.accounts.models import User
from survey_app.api.keys import issue_key
from survey_app.api.scopes import OPENROSA
from survey_app.database import db
from tests.odk_engine import fill_in
from tests.world import TESTER


class Phone:
    """ODK Collect on a collector's phone."""

    def __init__(self, app: Flask, user: User) -> None:
        self.client = app.test_client()
        key, text = issue_key(db.session, f"ODK {uuid4()}", [OPENROSA], actor=TESTER, user=user)
        db.session.commit()  # nothing of this context holds the database when the phone asks
        self.prefix, self.email, self.password = key.prefix, user.email, text

    @property
    def headers(self) -> dict[str, str]:
        pair = base64.b64encode(f"{self.email}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {pair}", "X-OpenRosa-Version": "1.0"}

    def get(self, path: str) -> TestResponse:
        return self.client.get(path if path.startswith("/odk") else f"/odk{path}", headers=self.headers)

    def head(self) -> TestResponse:
        return self.client.head("/odk/submission", headers=self.headers)

    def send(self, xml: bytes | str, *, part: str = "xml_submission_file") -> TestResponse:
        content = xml.encode() if isinstance(xml, str) else xml
        data = {part: (io.BytesIO(content), "submission.xml", "text/xml")}
        return self.client.post("/odk/submission", data=data, headers=self.headers)


def filled(slug: str, where: str, *, form_id: str | None = None, **fields: str) -> str:
    """A submission written by hand, as Collect writes one."""
    leaves = {
        "odk_start": "2026-03-02T09:00:00.000+07:00",
        "odk_end": "2026-03-02T09:04:30.000+07:00",
        "odk_today": "2026-03-02",
        "odk_where": where,
        "q1": "3",
        "q2": "3",
        "late": "2",
    } | fields
    instance = leaves.pop("instance", f"uuid:{uuid4()}")
    body = "".join(f"<{name}>{text}</{name}>" for name, text in leaves.items())
    return (
        f'<?xml version="1.0"?><data xmlns:orx="http://openrosa.org/xforms" id="{form_id or slug}" version="1">'
        f"{body}<orx:meta><orx:instanceID>{instance}</orx:instanceID></orx:meta></data>"
    )


def words(answer: TestResponse) -> str:
    """What Collect shows of an answer."""
    found = re.search(r"<message[^>]*>(.*)</message>", answer.text, flags=re.S)
    assert found, answer.text
    return found[1]


def fill_in_engine(form: bytes, places: bytes, answers: dict[str, str], folder: Path) -> bytes:
    """What Collect's own engine sends for these answers, of which it refuses none."""
    (folder / "form.xml").write_bytes(form)
    (folder / "places.csv").write_bytes(places)
    lines = [f"FORM\t{folder / 'form.xml'}", f"MEDIA\t{folder}"]
    (filled,) = fill_in([*lines, *(f"SET\t{name}\t{text}" for name, text in answers.items()), "END"])
    assert {name: said for name, said in filled.asked.items() if said != "ok"} == {}
    return filled.sent
