"""Forms that devices bring: sealed for the server, confirmed one by one, held where they cannot enter."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from survey_app.collection.models import Dispute, Response
from survey_app.collection.sealing import SealBroken, SealingKey, open_sealed, public_key, seal, to_base64url
from survey_app.collection.sync.models import HeldForm
from survey_app.database import db, now
from survey_app.i18n import today
from survey_app.sampling.work.models import Assignment, Case
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.rooms.work_village import MINE, cases_of
from tests.village import VILLAGE, at_once
from tests.world import TESTER

SEND = "/thu-phieu/gui"
HELD = f"/quan-ly/dot/{VILLAGE}/phieu-giu-lai"


def sealed(app: Flask, record: dict[str, Any], form_id: UUID | None = None, **changes: str) -> dict[str, str]:
    """A form as a device sends it."""
    form_id = form_id or uuid4()
    with app.app_context():
        data = seal(json.dumps(record).encode(), str(form_id), public_key())
    return {"id": str(form_id), "sealed": to_base64url(data), "sha256": hashlib.sha256(data).hexdigest()} | changes


def record_of(app: Flask, number: int, **changes: Any) -> dict[str, Any]:
    with app.app_context():
        unit = db.session.get_one(Case, number).frame_unit.unit.code
    return {
        "survey": VILLAGE, "unit": unit, "language": "vi", "answers": {"q1": 3, "q2": 3, "late": 2}, "case": number,
    } | changes  # fmt: skip


def send(client: FlaskClient, *forms: dict[str, str]) -> list[dict[str, Any]]:
    token = token_in(client.get(MINE).text)
    answer = client.post(SEND, json={"forms": forms}, headers={"X-CSRFToken": token})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json["forms"]
    assert [(one["id"], one["sha256"]) for one in found] == [(form["id"], form["sha256"]) for form in forms]
    return found


def test_a_seal_opens_for_its_server_and_its_number_alone() -> None:
    ours, other = SealingKey("x" * 32), SealingKey("y" * 32)
    data = seal("ổn".encode(), "one", ours.public)
    assert ours.open(data, "one").decode() == "ổn"
    for key, text, owner in (
        (other, data, "one"),
        (ours, data, "two"),
        (ours, data[:-1] + bytes([data[-1] ^ 1]), "one"),
        (ours, data[:40], "one"),
        (ours, b"", "one"),
        (ours, b"\x01" + b"\x04" + b"\x00" * 120, "one"),
    ):
        with pytest.raises(SealBroken):
            key.open(text, owner)
    assert SealingKey("x" * 32).public == ours.public != other.public


def test_forms_enter_once_and_are_confirmed_by_number_and_hash(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        one, two = cases_of(db.session)[:2]
    forms = [sealed(app, record_of(app, number)) for number in (one, two)]
    first = send(lan, *forms)
    assert [outcome["state"] for outcome in first] == ["accepted", "accepted"]
    assert all(outcome["code"] for outcome in first)
    again = send(lan, *forms)
    assert [(o["state"], o["code"]) for o in again] == [("repeated", o["code"]) for o in first]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Response)) == 2
        assert db.session.get_one(Case, one).state == "answered"


def test_what_never_was_a_form_leaves_nothing_and_stops_no_other(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    good = sealed(app, record_of(app, number))
    bad = [
        sealed(app, record_of(app, number), sha256="0" * 64),
        sealed(app, record_of(app, number), id=str(uuid4())),
        sealed(app, record_of(app, number), id="không"),
        sealed(app, record_of(app, number), sealed="@@@"),
        sealed(app, {"answers": "không"}),
        sealed(app, record_of(app, number, survey="khong-co")),
        sealed(app, record_of(app, number, survey="a\x00b")),
        sealed(app, record_of(app, number, unit="2000\x00")),
        sealed(app, record_of(app, number, language="v\x00")),
        sealed(app, record_of(app, number), sha256="é" * 64),
    ]
    outcomes = send(lan, *bad, good)
    assert [one["state"] for one in outcomes] == ["refused"] * len(bad) + ["accepted"]
    assert all(one["reason"] for one in outcomes[:-1])
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(HeldForm)) == 0


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59+00:00"])
def test_a_clock_at_the_end_of_the_calendar_stops_no_form(moment: str, app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        one, two = cases_of(db.session)[:2]
    forms = [sealed(app, record_of(app, one, filled_at=moment)), sealed(app, record_of(app, two))]
    assert [outcome["state"] for outcome in send(lan, *forms)] == ["accepted", "accepted"]


def test_the_second_form_of_a_case_waits_beside_the_first_until_somebody_looked(
    app: Flask, lan: FlaskClient, sign_in: Any
) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    first, second = (sealed(app, record_of(app, number, answers={"q1": q1, "q2": 3, "late": 2})) for q1 in (3, 1))
    assert [one["state"] for one in send(lan, first, second, second)] == ["accepted", "disputed", "disputed"]
    manager = sign_in("survey_manager")
    page = manager.get(HELD).text
    assert "Giữ phiếu trước" in page
    with app.app_context():
        dispute = db.session.scalars(select(Dispute)).one()
        assert dispute.answers["q1"] == 1
    data = {"csrf_token": token_in(page), "number": str(dispute.id), "do": "keep"}
    assert manager.post(HELD, data=data).status_code == 302
    assert manager.post(HELD, data=data).status_code == 409
    with app.app_context():
        settled = db.session.scalars(select(Dispute)).one()
        assert (settled.answers, settled.settled_by) == ({}, manager.email)
        assert db.session.scalars(select(Response)).one().answers["q1"] == 3


def test_a_form_of_a_case_taken_back_is_held_and_a_coordinator_lets_it_in(
    app: Flask, lan: FlaskClient, sign_in: Any
) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
        db.session.execute(update(Assignment).where(Assignment.case_id == number).values(ended_at=now()))
        db.session.commit()
    form = sealed(app, record_of(app, number, day="2999-01-01"))
    states = [one["state"] for one in send(lan, form, form)]
    assert states == ["held", "held"]
    with app.app_context():
        held = db.session.scalars(select(HeldForm)).one()
        assert b"answers" not in held.sealed
    manager = sign_in("survey_manager")
    page = manager.get(HELD).text
    assert f"hồ sơ số {number}" in page
    data = {"csrf_token": token_in(page), "number": str(held.id)}
    refused = manager.post(HELD, data=data | {"do": "discard", "reason": ""})
    assert refused.status_code == 400
    assert manager.post(HELD, data=data | {"do": "enter"}).status_code == 302
    with app.app_context():
        entered = db.session.scalars(select(Response)).one()
        assert (str(entered.id), entered.case_id, entered.day) == (form["id"], number, today())
        settled = db.session.scalars(select(HeldForm)).one()
        assert (settled.settlement, settled.sealed, settled.settled_by) == ("entered", None, manager.email)
    assert send(lan, form)[0]["state"] in ("held", "repeated")  # its device asks once more and may forget it


def test_what_the_door_refuses_is_held_and_can_be_put_away_by_command(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    form = sealed(app, record_of(app, number, answers={"q1": 77}))
    assert send(lan, form)[0]["state"] == "held"
    run = app.test_cli_runner().invoke
    listed = json.loads(run(args=["held", "list", VILLAGE, "--format", "json"]).stdout)
    (one,) = listed["held"]
    assert one["case_number"] == number
    entered = run(args=["held", "enter", VILLAGE, str(one["number"])])
    assert entered.exit_code == 1
    done = run(args=["held", "discard", VILLAGE, str(one["number"]), "--reason", "Không sửa được."])
    assert done.exit_code == 0, done.output
    assert run(args=["held", "discard", VILLAGE, str(one["number"]), "--reason", "Nữa."]).exit_code == 1
    assert json.loads(run(args=["held", "list", VILLAGE, "--format", "json"]).stdout)["held"] == []


def test_after_closing_forms_are_held_not_lost(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    form = sealed(app, record_of(app, number))
    token = token_in(lan.get(MINE).text)
    with app.app_context():
        set_state(db.session, find_survey(db.session, VILLAGE), "closed", actor=TESTER)
        db.session.commit()
    answer = lan.post(SEND, json={"forms": [form]}, headers={"X-CSRFToken": token})
    assert answer.json["forms"][0]["state"] == "held"
    with app.app_context():
        assert open_sealed(db.session.scalars(select(HeldForm)).one().sealed, form["id"])


def test_without_token_sack_or_account_nothing_is_taken(app: Flask, lan: FlaskClient, client: FlaskClient) -> None:
    token = {"X-CSRFToken": token_in(lan.get(MINE).text)}
    with app.app_context():
        number = cases_of(db.session)[0]
    form = sealed(app, record_of(app, number))
    stale = lan.post(SEND, json={"forms": [form]})
    assert (stale.status_code, stale.json["stale"]) == (400, True)
    assert client.post(SEND, json={"forms": [form]}, headers=token).status_code == 403
    for body in ({}, {"forms": [{}]}, {"forms": [form] * 51}, [], {"forms": [form], "more": 1}):
        answer = lan.post(SEND, json=body, headers=token)
        assert (answer.status_code, bool(answer.json["reason"])) == (400, True), body
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Response)) == 0


def test_the_same_form_from_two_tabs_at_once_enters_once(app: Flask, lan: FlaskClient) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    form, token = sealed(app, record_of(app, number)), token_in(lan.get(MINE).text)
    states = []

    def go(_number: int) -> None:
        answer = lan.post(SEND, json={"forms": [form]}, headers={"X-CSRFToken": token})
        states.append(answer.json["forms"][0]["state"])

    at_once(app, go, 6)
    assert sorted(set(states)) in (["accepted", "repeated"], ["accepted"])
    assert states.count("accepted") == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Response)) == 1


def test_who_works_elsewhere_sees_no_form_of_this_place(app: Flask, lan: FlaskClient, sign_in: Any) -> None:
    with app.app_context():
        number = cases_of(db.session)[0]
    send(lan, sealed(app, record_of(app, number, answers={"q1": 77})))
    assert sign_in("post_coordinator", "unit:92").get(HELD).status_code == 200
    assert sign_in("observer").get(HELD).status_code == 403
    assert sign_in("sector_lead", "sector:health").get(HELD).status_code in (403, 404)
