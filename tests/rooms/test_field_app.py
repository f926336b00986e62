"""What a collector's device takes along, and what it brings back: own work alone, on the trail, once."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from survey_app.collection.models import Response
from survey_app.collection.sync.models import HeldForm
from survey_app.database import db, now
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.work.models import Assignment, Attempt, Case
from survey_app.surveys.queries import find_survey
from tests.conftest import token_in
from tests.rooms.test_sealed_forms import record_of, sealed
from tests.rooms.work_village import MINE, SignIn, cases_of, name_of, trail
from tests.village import VILLAGE, make_village

BUNDLE, TOLD, FILE = "/thu-phieu/goi", "/thu-phieu/viec", "/thu-phieu/tep-niem-phong"


def tell(client: FlaskClient, *told: dict[str, Any]) -> list[dict[str, Any]]:
    token = client.get("/thu-phieu/phien").json["csrf"]
    answer = client.post(TOLD, json={"actions": told}, headers={"X-CSRFToken": token})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json["actions"]
    assert [one["id"] for one in found] == [one["id"] for one in told]
    return found


def attempt(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "kind": "attempt", "survey": VILLAGE, "case": number, "outcome": "not_home",
        "tried_at": now().isoformat(),
    } | changes  # fmt: skip


def test_a_device_gets_its_own_cases_with_contacts_and_nothing_of_others(
    app: Flask, lan: FlaskClient, codes: list[str], sign_in: SignIn
) -> None:
    with app.app_context():
        hers = cases_of(db.session, codes[0])
    bundle = lan.get(BUNDLE).json
    (survey,) = bundle["surveys"]
    assert [case["id"] for case in survey["cases"]] == hers
    assert {case["unit"] for case in survey["cases"]} == {codes[0]}
    assert {int(number) for number in bundle["contacts"][VILLAGE]} == set(hers)
    assert all(
        contact["name"].startswith(name_of(1)[:-1].rstrip("0123456789"))
        for contact in bundle["contacts"][VILLAGE].values()
    )
    assert set(bundle["names"][VILLAGE]) == {codes[0]}
    assert set(bundle["names"][VILLAGE][codes[0]]) == {"vi", "en"}
    assert len(bundle["key"]["raw"]) == 87
    mai = sign_in("collector").get(BUNDLE).json
    assert (mai["surveys"], mai["contacts"], mai["instruments"]) == ([], {VILLAGE: {}}, {})


def test_contacts_are_opened_and_noted_once_while_nothing_changes(app: Flask, lan: FlaskClient) -> None:
    first = lan.get(BUNDLE)
    again = lan.get(BUNDLE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with app.app_context():
        shown = trail(db.session, "contact.show")
        assert [(one["count"], one["purpose"]) for one in shown] == [(6, "offline")]
        number = cases_of(db.session)[0]
        db.session.execute(update(Assignment).where(Assignment.case_id == number).values(ended_at=now()))
        db.session.commit()
    changed = lan.get(BUNDLE, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert number not in [case["id"] for case in changed.json["surveys"][0]["cases"]]
    assert str(number) not in changed.json["contacts"][VILLAGE]


def test_the_questionnaire_travels_whole_in_both_languages(app: Flask, lan: FlaskClient) -> None:
    bundle = lan.get(BUNDLE).json
    ((content_hash, data),) = bundle["instruments"].items()
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        instrument = instrument_of(db.session, survey.questionnaire_id)
        assert content_hash == survey.questionnaire.content_hash == bundle["surveys"][0]["questionnaire"]
    told = [item for section in data["sections"] for item in section["items"]]
    assert [item["key"] for item in told] == [item.key for item in instrument.items()]
    assert all(set(item["text"]) == {"vi", "en"} for item in told)
    assert [item["number"] for item in told] == [instrument.numbers().get(item.key) for item in instrument.items()]


def test_a_survey_without_cases_gives_its_communes(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        make_village(db.session)
    (survey,) = sign_in("collector").get(BUNDLE).json["surveys"]
    assert "cases" not in survey
    assert {commune["planned"] for commune in survey["communes"]} == {20}


def test_a_try_told_again_and_again_is_one_try(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    one = attempt(number)
    assert [tell(lan, one)[0]["state"], *(each["state"] for each in tell(lan, one, one))] == [
        "done",
        "repeated",
        "repeated",
    ]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1
        assert len(trail(db.session, "case.attempt")) == 1


def test_a_reserve_takes_the_place_after_the_try_that_ends_the_case(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    too_early = {"id": str(uuid4()), "kind": "replace", "survey": VILLAGE, "case": number, "reason": "đã chuyển đi"}
    refused, done, replaced = tell(lan, too_early, attempt(number, outcome="moved"), too_early | {"id": str(uuid4())})
    assert (refused["state"], done["state"], replaced["state"]) == ("refused", "done", "done")
    assert "mới thử" in refused["reason"]
    assert tell(lan, too_early)[0]["state"] == "repeated"
    with app.app_context():
        assert db.session.get_one(Case, number).state == "replaced"
        assert db.session.scalar(select(func.count()).select_from(Case).where(Case.replaces_id == number)) == 1


def test_what_cannot_be_done_is_refused_with_a_reason_and_stops_nothing_else(
    app: Flask, lan: FlaskClient, sign_in: SignIn
) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    bad = [
        attempt(number, outcome="answered"),
        attempt(number, tried_at=(now() + timedelta(days=1)).isoformat()),
        attempt(number, tried_at="2020-01-01T00:00:00+07:00"),
        attempt(number, tried_at="2026-11-01T00:00:00"),
        attempt(10**6),
        attempt(number, survey="khong-co"),
        attempt(number, survey="a\x00b"),
        attempt(number, kind="delete"),
        attempt(number, case="một"),
    ]
    states = tell(lan, *bad, attempt(number))
    assert [one["state"] for one in states] == ["refused"] * len(bad) + ["done"]
    assert all(one["reason"] for one in states[:-1])
    assert [one["state"] for one in tell(sign_in("collector"), attempt(number))] == ["refused"]
    token = lan.get("/thu-phieu/phien").json["csrf"]
    for body in ({"actions": "không"}, {}, []):
        assert lan.post(TOLD, json=body, headers={"X-CSRFToken": token}).status_code == 400
    assert lan.post(TOLD, json={"actions": [attempt(number)] * 51}, headers={"X-CSRFToken": token}).status_code == 400
    assert lan.post(TOLD, json={"actions": []}).status_code == 400


def test_the_session_says_who_until_when_and_which_hour_it_is(lan: FlaskClient, client: FlaskClient) -> None:
    answer = lan.get("/thu-phieu/phien")
    facts = answer.json
    assert facts["session_ends"] > facts["server_time"] >= facts["signed_in_at"][:10]
    assert "Expires=" in answer.headers["Set-Cookie"]
    assert client.get("/thu-phieu/phien").status_code == 302
    assert client.get(BUNDLE).status_code == 302
    assert client.get("/thu-phieu/sw.js").status_code == 200
    assert client.post(TOLD, json={"actions": []}).status_code == 403


def test_the_page_is_the_same_for_everybody_and_lets_the_position_be_asked(lan: FlaskClient, sign_in: SignIn) -> None:
    mine, other = lan.get("/thu-phieu/ung-dung"), sign_in("collector").get("/thu-phieu/ung-dung")
    assert mine.text == other.text
    assert "geolocation=(self)" in mine.headers["Permissions-Policy"]
    assert "unsafe" not in mine.headers["Content-Security-Policy"]
    worker = lan.get("/thu-phieu/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/thu-phieu"
    for path in json.loads(worker.text.split("ASSETS = new Set(")[1].split(");")[0]):
        assert lan.get(path).status_code == 200, path


def test_a_sealed_file_comes_in_once_by_page_and_by_command(
    app: Flask, lan: FlaskClient, sign_in: SignIn, tmp_path: Path
) -> None:
    with app.app_context():
        one, two = cases_of(db.session)[:2]
    forms = [sealed(app, record_of(app, number)) for number in (one, two)]

    def hand_in(client: FlaskClient, content: bytes) -> str:
        page = client.get("/thu-phieu").text
        data = {"csrf_token": token_in(page), "file": (io.BytesIO(content), "phieu.json")}
        return client.post(FILE, data=data, content_type="multipart/form-data", follow_redirects=True).text

    content = json.dumps({"forms": forms[:1]}).encode()
    assert "1 mới nhận" in hand_in(lan, content)
    assert "1 đã nhận từ trước" in hand_in(lan, content)
    assert "không phải tệp phiếu niêm phong" in hand_in(lan, b"xin chao")
    path = tmp_path / "phieu.json"
    path.write_text(json.dumps({"forms": forms}))
    run = app.test_cli_runner().invoke(args=["held", "bring", str(path), "--by", lan.email])
    assert (run.exit_code, run.output.count("repeated"), run.output.count("accepted")) == (0, 1, 1), run.output
    other = sign_in("observer")
    refused = app.test_cli_runner().invoke(args=["held", "bring", str(path), "--by", other.email])
    assert refused.exit_code == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Response)) == 2
        assert db.session.scalar(select(func.count()).select_from(HeldForm)) == 0


def test_a_bundle_belongs_to_no_cache(lan: FlaskClient) -> None:
    for address in (BUNDLE, "/thu-phieu/phien", "/thu-phieu/ung-dung", MINE):
        assert "no-store" in lan.get(address).headers["Cache-Control"], address
