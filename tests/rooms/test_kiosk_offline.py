"""What a tablet takes along for a broken network, and how its sealed forms come in: by itself, or as a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.audit.models import AuditEntry
from survey_app.collection.kiosk.service import move_device, pause_device
from survey_app.collection.models import Response
from survey_app.collection.sealing import public_key, seal, to_base64url
from survey_app.collection.sync.models import HeldForm
from survey_app.database import db
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.queries import find_survey
from tests.rooms.kiosk_village import paired
from tests.village import VILLAGE, communes, make_village
from tests.world import TESTER


@pytest.fixture
def codes(app: Flask) -> list[str]:
    """The drawn communes of a village that takes answers."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


def sealed(app: Flask, code: str, **changes: object) -> dict[str, str]:
    """A form as a tablet seals it."""
    number = str(uuid4())
    record = {"survey": VILLAGE, "unit": code, "language": "vi", "answers": {"q1": 3, "q2": 2, "late": 2}} | changes
    with app.app_context():
        closed = seal(json.dumps(record).encode(), number, public_key())
    return {"id": number, "sealed": to_base64url(closed), "sha256": hashlib.sha256(closed).hexdigest()}


def test_a_tablet_takes_along_its_survey_and_nothing_when_it_serves_none(app: Flask, codes: list[str]) -> None:
    tablet, number, pin = paired(app, codes[0], languages=("vi",), idle_seconds=90)
    first = tablet.get("/quay/goi")
    assert (first.json["serving"], first.json["unit"], first.json["idle"]) == (True, codes[0], 90)
    assert first.json["languages"] == ["vi"]
    assert [section["key"] for section in first.json["instrument"]["sections"]]
    assert pin not in first.text
    assert tablet.get("/quay/goi", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with app.app_context():
        pause_device(db.session, whole_area(find_survey(db.session, VILLAGE)), number, actor=TESTER)
        db.session.commit()
    assert tablet.get("/quay/goi").json["serving"] is False
    assert app.test_client().get("/quay/goi").json["serving"] is False


def test_the_worker_keeps_the_page_and_every_file_it_loads(app: Flask, client: FlaskClient) -> None:
    script = client.get("/quay/sw.js")
    assert script.headers["Service-Worker-Allowed"] == "/quay"
    assets = json.loads(script.text.split("ASSETS = new Set(")[1].split(");")[0])
    for address in assets:
        assert client.get(address).status_code == 200, address
    page = client.get("/quay/khong-mang").text
    for part in page.split('href="')[1:] + page.split('src="')[1:]:
        address = part.partition('"')[0]
        assert not address.startswith("/static/") or address in assets, address


def test_the_forms_of_a_tablet_come_in_under_its_number(app: Flask, codes: list[str]) -> None:
    tablet, number, _pin = paired(app, codes[0])
    form = sealed(app, codes[0])
    told = [tablet.post("/quay/gui", json={"forms": [form]}).json["forms"][0]["state"] for _time in range(2)]
    assert told == ["accepted", "repeated"]
    with app.app_context():
        (row,) = db.session.scalars(select(Response))
        assert (row.channel, row.device_id, str(row.id)) == ("kiosk", number, form["id"])
        move_device(db.session, whole_area(find_survey(db.session, VILLAGE)), number, unit_code=codes[1], actor=TESTER)
        db.session.commit()
    late = tablet.post("/quay/gui", json={"forms": [sealed(app, codes[0])]}).json["forms"][0]
    assert late["state"] == "held"
    with app.app_context():
        assert db.session.scalars(select(HeldForm.channel)).all() == ["kiosk"]


def test_the_file_of_a_tablet_comes_in_once_by_command(
    app: Flask, sign_in: Callable[..., FlaskClient], codes: list[str], tmp_path: Path
) -> None:
    _tablet, number, _pin = paired(app, codes[0])
    good, broken = sealed(app, codes[0]), sealed(app, codes[0])
    file = tmp_path / "phieu.json"
    file.write_text(json.dumps({"forms": [good]}))
    runner = app.test_cli_runner()
    words = ["response", "import-sealed", str(file), "--device", str(number)]
    assert "1 forms: 1 accepted" in runner.invoke(args=words).output
    again = runner.invoke(args=words)
    assert (again.exit_code, "1 repeated" in again.output) == (0, True)
    file.write_text(json.dumps({"forms": [broken | {"sha256": "0" * 64}]}))
    refused = runner.invoke(args=words)
    assert refused.exit_code == 1
    assert "1 refused" in refused.output
    file.write_text("{")
    assert "không phải tệp phiếu niêm phong" in runner.invoke(args=words).output
    assert runner.invoke(args=[*words[:-1], "99"]).exit_code == 1
    file.write_text(json.dumps({"forms": [good]}))
    collector = sign_in("collector").email
    assert runner.invoke(args=[*words, "--by", collector]).exit_code == 1
    with app.app_context():
        (row,) = db.session.scalars(select(Response))
        assert (row.channel, row.device_id) == ("kiosk", number)
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "response.import_sealed")).all()
        assert [entry.detail.get("accepted") for entry in entries] == [1, None, None]
