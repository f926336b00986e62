"""Another system pushes dossiers and forms, fetches tokens and reads: through the same checks as everybody."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from survey_app.api.idempotency import discard_old_answers
from survey_app.api.keys import Reach
from survey_app.api.models import ApiIdempotency
from survey_app.api.scopes import PUSH_RESPONSES
from survey_app.audit.models import Actor, AuditEntry
from survey_app.collection.drafts import token_hash
from survey_app.collection.models import Dispute, Invitation, Response
from survey_app.database import db, now
from survey_app.publication.service import approve_publication, freeze_publication
from survey_app.sampling.listing.models import CaseContact, FrameFile, ListedCase
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.publishing import tick_all
from tests.rooms.api_keys import System, finished, form, system
from tests.village import VILLAGE, at_once, communes, make_village, respond
from tests.world import TESTER


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def open_village(app: Flask) -> list[str]:
    """The drawn communes of a village that takes answers."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


@pytest.fixture
def young_village(app: Flask) -> None:
    """A village before its draw."""
    with app.app_context():
        make_village(db.session, state="draft")


@pytest.mark.usefixtures("young_village")
def test_a_batch_of_a_thousand_dossiers_comes_in_whole_with_contacts_sealed(app: Flask) -> None:
    other = system(app)
    cases = [finished(str(2000 + number % 12), number) for number in range(1_000)]
    answer = other.post(f"/surveys/{VILLAGE}/cases", {"name": "Tháng 11", "cases": cases})
    assert answer.status_code == 201, answer.text
    assert answer.json["cases"], answer.json["units"] == (1_000, 12)
    with app.app_context():
        assert count(ListedCase) == count(CaseContact) == 1_000
        file = db.session.scalars(select(FrameFile)).one()
        assert (file.id, file.name) == (answer.json["batch"], "Tháng 11")
        assert file.imported_by.startswith("API: key ")
        assert db.session.scalars(select(ListedCase)).first().attributes.keys() == {"linh_vuc"}
        assert all("Nguyễn".encode() not in sealed for sealed in db.session.scalars(select(CaseContact.sealed)))
    again = other.post(f"/surveys/{VILLAGE}/cases", {"cases": cases})
    assert again.status_code == 409


@pytest.mark.usefixtures("young_village")
def test_one_wrong_dossier_refuses_the_batch_and_every_wrong_row_says_why(app: Flask) -> None:
    cases = [
        finished("2000", 1),
        finished("7777", 2),
        finished("2001", 1),
        finished("2002", 4, attributes={"Lĩnh vực": "0912345678"}),
    ]
    answer = system(app).post(f"/surveys/{VILLAGE}/cases", {"cases": cases})
    assert answer.status_code == 400
    assert answer.json["type"] == "/api/problems/bad-request"
    assert [error["row"] for error in answer.json["errors"]] == [2, 3, 4]
    assert "0912345678" not in answer.text
    with app.app_context():
        assert count(ListedCase) == count(FrameFile) == 0


@pytest.mark.usefixtures("young_village")
def test_a_key_of_one_place_cannot_push_dossiers_of_another(app: Flask) -> None:
    near = system(app, reach=Reach(unit="2000"))
    answer = near.post(f"/surveys/{VILLAGE}/cases", {"cases": [finished("2000", 1), finished("2001", 2)]})
    assert [error["row"] for error in answer.json["errors"]] == [2]
    assert near.post(f"/surveys/{VILLAGE}/cases", {"cases": [finished("2000", 1)]}).status_code == 201


def test_dossiers_after_the_draw_are_a_conflict(app: Flask, open_village: list[str]) -> None:
    answer = system(app).post(f"/surveys/{VILLAGE}/cases", {"cases": [finished(open_village[0], 1)]})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "cases"),
        ({"cases": []}, "cases"),
        ({"cases": [{"unit": "2000"}]}, "cases.0.reference"),
        ({"cases": [finished("2000", 1, cccd="001")]}, "cases.0.cccd"),
        ({"cases": [finished("2000", 1, name=5)]}, "cases.0.name"),
        ({"cases": [finished("2000", n) for n in range(1_001)]}, "cases"),
        ([1], "body"),
    ],
)
def test_a_body_of_the_wrong_form_is_told_field_by_field(body: Any, field: str, app: Flask) -> None:
    answer = system(app).post(f"/surveys/{VILLAGE}/cases", body)
    assert answer.status_code == 422, answer.text
    assert answer.json["type"] == "/api/problems/invalid"
    assert field in [error["field"] for error in answer.json["errors"]]


def test_a_body_that_is_no_json_is_a_problem_and_no_page(app: Flask) -> None:
    other = system(app)
    answer = other.client.post("/api/v1/surveys/x/cases", data=b"{", headers=other.headers)
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    big = other.client.post("/api/v1/surveys/x/cases", data=b"[" + b" " * 5_000_000 + b"]", headers=other.headers)
    assert (big.status_code, big.json["type"]) == (413, "/api/problems/too-large")


def test_forms_are_taken_one_by_one_through_the_door(app: Flask, open_village: list[str]) -> None:
    good, twin = form(open_village[0], day="2026-03-01", minutes=2.5), form(open_village[1])
    bad, strange = form(open_village[0], answers={"q1": 77}), form("7777")
    other = system(app)
    answer = other.post(f"/surveys/{VILLAGE}/responses", {"responses": [good, bad, strange, twin]})
    assert answer.status_code == 200, answer.text
    results = answer.json["results"]
    assert [one["state"] for one in results] == ["accepted", "refused", "refused", "accepted"]
    assert results[1]["errors"][0]["item"] == "q1"
    assert "7777" in results[2]["reason"]
    changed = twin | {"answers": {"q1": 1, "q2": 1, "late": 2}}
    again = other.post(f"/surveys/{VILLAGE}/responses", {"responses": [good, changed]}).json["results"]
    assert [one["state"] for one in again] == ["repeated", "disputed"]
    assert again[0]["code"] == results[0]["code"]
    with app.app_context():
        assert count(Response) == 2
        assert count(Dispute) == 1
        stored = db.session.scalars(select(Response).where(Response.minutes == 2.5)).one()
        assert (stored.channel, str(stored.day)) == ("file", "2026-03-01")
        detail = db.session.scalars(select(AuditEntry.detail).where(AuditEntry.verb == "response.push")).first()
        assert detail == {"accepted": 2, "repeated": 0, "disputed": 0, "refused": 2}


def test_a_channel_needs_its_scope(app: Flask, open_village: list[str]) -> None:
    body = {"responses": [form(open_village[0], channel="link")]}
    assert system(app, PUSH_RESPONSES).post(f"/surveys/{VILLAGE}/responses", body).status_code == 403
    assert system(app).post(f"/surveys/{VILLAGE}/responses", body).json["accepted"] == 1
    with app.app_context():
        assert db.session.scalars(select(Response.channel)).all() == ["link"]


def test_a_key_of_one_place_cannot_push_forms_of_another(app: Flask, open_village: list[str]) -> None:
    near = system(app, reach=Reach(unit=open_village[0]))
    body = {"responses": [form(open_village[0]), form(open_village[1])]}
    answer = near.post(f"/surveys/{VILLAGE}/responses", body)
    assert [one["state"] for one in answer.json["results"]] == ["accepted", "refused"]
    assert near.get(f"/surveys/{VILLAGE}/progress").json["received"] == 1
    assert [one["unit"] for one in near.get(f"/surveys/{VILLAGE}/progress").json["units"]] == [open_village[0]]
    assert near.post(f"/surveys/{VILLAGE}/invitations", {"unit": open_village[1]}).status_code == 404


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, "\ud800", "\x00", [[[[]]]], {"a": {}}])
def test_no_value_of_an_answer_breaks_the_door(value: Any, app: Flask, open_village: list[str]) -> None:
    other = system(app)
    body = json.dumps({"responses": [form(open_village[0], answers={"q1": 3, "words": value, "visits": value})]})
    answer = other.client.post(
        f"/api/v1/surveys/{VILLAGE}/responses", data=body, headers=other.headers, content_type="application/json"
    )
    assert answer.status_code in (200, 400, 422), answer.text


def test_tokens_are_shown_once_and_only_their_hashes_are_stored(app: Flask, open_village: list[str]) -> None:
    answer = system(app).post(f"/surveys/{VILLAGE}/invitations", {"unit": open_village[0], "count": 3})
    assert answer.status_code == 201, answer.text
    made = answer.json["invitations"]
    assert len({one["token"] for one in made}) == 3
    with app.app_context():
        stored = set(db.session.scalars(select(Invitation.token_sha256)))
    assert stored == {token_hash(one["token"]) for one in made}
    assert app.test_client().get(made[0]["path"]).status_code == 200


def test_the_same_idempotency_key_gives_the_same_tokens_again_and_they_stand_nowhere_in_the_clear(
    app: Flask, open_village: list[str]
) -> None:
    other = system(app)
    body = {"unit": open_village[0], "count": 2}
    first = other.post(f"/surveys/{VILLAGE}/invitations", body, Idempotency_Key="k1")
    again = other.post(f"/surveys/{VILLAGE}/invitations", body, Idempotency_Key="k1")
    assert again.data == first.data
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    changed = other.post(f"/surveys/{VILLAGE}/invitations", body | {"count": 3}, Idempotency_Key="k1")
    assert (changed.status_code, changed.json["type"]) == (422, "/api/problems/key-reused")
    with app.app_context():
        assert count(Invitation) == 2
        kept = db.session.scalars(select(ApiIdempotency.body)).one()
        assert first.json["invitations"][0]["token"].encode() not in kept
    elsewhere = system(app).post(f"/surveys/{VILLAGE}/invitations", body, Idempotency_Key="k1")
    assert elsewhere.data != first.data


def test_a_refused_request_frees_its_name(app: Flask, open_village: list[str]) -> None:
    other = system(app)
    assert other.post(f"/surveys/{VILLAGE}/invitations", {"unit": "7777"}, Idempotency_Key="k").status_code == 404
    good = other.post(f"/surveys/{VILLAGE}/invitations", {"unit": open_village[0]}, Idempotency_Key="k")
    assert good.status_code == 201
    bad = other.post(f"/surveys/{VILLAGE}/invitations", {"unit": open_village[0]}, Idempotency_Key="x" * 300)
    assert bad.status_code == 400


def test_of_many_at_once_with_one_name_one_is_done_and_the_others_get_its_answer_or_wait(
    app: Flask, open_village: list[str]
) -> None:
    other = system(app)

    def ask(_number: int) -> Any:
        client = System(app, other.headers["Authorization"].split()[1])
        return client.post(
            f"/surveys/{VILLAGE}/invitations", {"unit": open_village[0], "count": 5}, Idempotency_Key="once"
        )

    answers = at_once(app, ask, 8)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.data for answer in answers if answer.status_code == 201}) == 1
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 409)
    with app.app_context():
        assert count(Invitation) == 5


def test_progress_is_paged_and_unchanged_progress_is_not_sent_again(app: Flask, open_village: list[str]) -> None:
    with app.app_context():
        respond(db.session, find_survey(db.session, VILLAGE), open_village[0])
        db.session.commit()
    other = system(app)
    units: list[str] = []
    after = ""
    while True:
        page = other.get(f"/surveys/{VILLAGE}/progress?limit=2" + (f"&after={after}" if after else ""))
        units += [one["unit"] for one in page.json["units"]]
        assert page.json["received"] == 1
        after = page.json["next"]
        if after is None:
            break
    assert units == open_village
    whole = other.get(f"/surveys/{VILLAGE}/progress")
    assert whole.json["channels"] == {"kiosk": 1}
    same = other.get(f"/surveys/{VILLAGE}/progress", If_None_Match=whole.headers["ETag"])
    assert (same.status_code, same.data) == (304, b"")
    assert other.get(f"/surveys/{VILLAGE}/progress?after=nowhere").status_code == 404
    assert other.get(f"/surveys/{VILLAGE}/progress?limit=0").status_code == 422


def test_results_are_read_when_approved_and_not_before(app: Flask, open_village: list[str]) -> None:
    other = system(app)
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        for code in open_village:
            for _number in range(12):
                respond(db.session, survey, code)
        set_state(db.session, survey, "closed", actor=TESTER)
        frozen = freeze_publication(db.session, survey, actor=TESTER)
        db.session.commit()
    assert other.get("/results").json["results"] == []
    assert other.get(f"/results/{VILLAGE}").status_code == 404
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        tick_all(db.session, survey)
        approve_publication(db.session, survey, actor=Actor(None, "leader"))
        db.session.commit()
    [listed] = other.get("/results").json["results"]
    whole = other.get(f"/results/{VILLAGE}").json
    assert listed["sha256"] == whole["sha256"] == frozen.sha256
    assert whole["snapshot"]["responses"] == 12 * len(open_village)


def test_an_unexpected_error_is_a_problem_with_a_number_that_stands_in_the_log(
    app: Flask, open_village: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise RuntimeError("cannot go on")

    monkeypatch.setattr("survey_app.api.response_views.accept_response", fail)
    sent = form(open_village[0], answers={"q1": 3, "words": "một câu riêng tư"})
    with capture_logs() as logged:
        answer = system(app).post(f"/surveys/{VILLAGE}/responses", {"responses": [sent]}, Idempotency_Key=str(uuid4()))
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert answer.json["reference"] in [event["reference"] for event in logged]
    assert "riêng tư" not in repr(logged)
    with app.app_context():
        assert count(ApiIdempotency) == 0


@pytest.mark.parametrize(("asked", "spoken"), [("en", "en"), ("vi", "vi"), ("fr", "vi"), ("en-GB,vi;q=0.5", "en")])
def test_errors_speak_the_language_that_was_asked_for(asked: str, spoken: str, client: Any) -> None:
    for path in ("/api/v1/surveys", "/api/v1/nowhere"):
        answer = client.get(path, headers={"Accept-Language": asked})
        assert answer.headers["Content-Language"] == spoken
        assert "Set-Cookie" not in answer.headers
    assert client.get("/api/v1/nowhere", headers={"Accept-Language": asked}).json["detail"] == {
        "vi": "Không có trang này.", "en": "There is no such page."
    }[spoken]  # fmt: skip


def test_every_kind_of_problem_has_its_page(client: Any) -> None:
    kind = client.get("/api/v1/surveys").json["type"]
    assert client.get(kind).status_code == 200
    assert client.get("/api/problems/unheard-of").status_code == 404
    assert client.get("/api/docs").status_code == 200


def test_a_request_that_a_crash_cut_off_can_be_sent_again_after_a_while(app: Flask, open_village: list[str]) -> None:
    other = system(app)
    body = {"unit": open_village[0]}
    assert other.post(f"/surveys/{VILLAGE}/invitations", body, Idempotency_Key="k").status_code == 201
    with app.app_context():
        db.session.execute(update(ApiIdempotency).values(status=None, body=None))
        db.session.commit()
    cut = other.post(f"/surveys/{VILLAGE}/invitations", body, Idempotency_Key="k")
    assert (cut.status_code, cut.json["type"]) == (409, "/api/problems/in-progress")
    with app.app_context():
        db.session.execute(update(ApiIdempotency).values(created_at=now() - timedelta(minutes=11)))
        db.session.commit()
    assert other.post(f"/surveys/{VILLAGE}/invitations", body, Idempotency_Key="k").status_code == 201


def test_answers_are_forgotten_after_a_day(app: Flask, open_village: list[str]) -> None:
    other = system(app)
    body = {"unit": open_village[0]}
    first = other.post(f"/surveys/{VILLAGE}/invitations", body, Idempotency_Key="k")
    with app.app_context():
        db.session.execute(update(ApiIdempotency).values(created_at=now() - timedelta(hours=25)))
        db.session.commit()
    assert other.post(f"/surveys/{VILLAGE}/invitations", body, Idempotency_Key="k").data != first.data
    with app.app_context():
        db.session.execute(update(ApiIdempotency).values(created_at=now() - timedelta(hours=25)))
        db.session.commit()
        discard_old_answers(db.session)
        assert count(ApiIdempotency) == 0
