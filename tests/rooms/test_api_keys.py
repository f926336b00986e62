"""Keys of other systems: shown once, kept as a hash, ended at will, and no wider than they were made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.api.keys import Reach, find_key, issue_key, key_of_text, revoke_key
from survey_app.api.models import ApiKey
from survey_app.api.scopes import OPENROSA, PUSH_CASES, READ_PROGRESS
from survey_app.audit.models import AuditEntry
from survey_app.database import db, now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.i18n import today
from tests.cases import make_person
from tests.conftest import token_in
from tests.rooms.api_keys import ALL, make_key, system
from tests.village import VILLAGE, at_once, make_village
from tests.world import TESTER


def test_only_the_hash_of_a_key_is_stored(session: Session) -> None:
    shown = make_key(session, PUSH_CASES, name="Một cửa")
    assert len(shown) >= 50
    assert shown.startswith("hl_")
    for table in ("api_key", "audit_entry"):
        for row in session.execute(text(f"SELECT * FROM {table}")).all():
            assert shown.split("_", 2)[2] not in repr(row)
    key = key_of_text(session, shown)
    assert key is not None
    assert (key.name, key.scopes, key.last_used_at) == ("Một cửa", [PUSH_CASES], None)


@pytest.mark.parametrize("wrong", ["", "hl_", "hl_abc_def", "Bearer", "hl_ÿ_x", "x" * 500])
def test_a_text_that_is_no_key_opens_nothing(wrong: str, session: Session) -> None:
    make_key(session)
    assert key_of_text(session, wrong) is None


def test_a_changed_letter_of_a_key_opens_nothing(session: Session) -> None:
    shown = make_key(session)
    assert key_of_text(session, shown[:-1] + ("A" if shown[-1] != "A" else "B")) is None


def test_a_revoked_and_an_expired_key_are_refused_at_once(app: Flask) -> None:
    gone, late = system(app), system(app)
    assert gone.get("/surveys").status_code == 200
    with app.app_context():
        first, second = db.session.scalars(select(ApiKey).order_by(ApiKey.id)).all()
        revoke_key(db.session, first, actor=TESTER)
        second.expires_at = now() - timedelta(seconds=1)
        db.session.commit()
    for one in (gone, late):
        answer = one.get("/surveys", Accept_Language="vi")
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"
        assert answer.json["type"] == "/api/problems/key-missing"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "Authorization: Bearer" in answer.json["detail"]


def test_a_key_without_the_scope_is_told_which_it_lacks(app: Flask) -> None:
    answer = system(app, READ_PROGRESS).get("/results")
    assert answer.status_code == 403
    assert "results.read" in answer.json["detail"]


def test_the_database_refuses_a_scope_that_is_not_in_the_list(session: Session) -> None:
    make_key(session)
    key_id = session.scalar(select(ApiKey.id))
    with pytest.raises(IntegrityError):
        session.execute(
            text("INSERT INTO api_key_scope (api_key_id, scope) VALUES (:id, 'everything')"), {"id": key_id}
        )


def test_what_cannot_be_a_key_is_refused_in_words(session: Session) -> None:
    collector, analyst = make_person(session), make_person(session, "analyst")
    make_key(session, name="Có rồi")
    for error, part, given in (
        (UserError, "tên", {"name": " "}),
        (UserError, "quyền", {"scopes": []}),
        (UserError, "quyền", {"scopes": ["admin"]}),
        (UserError, "openrosa", {"scopes": [OPENROSA]}),
        (UserError, "openrosa", {"scopes": [OPENROSA, PUSH_CASES], "user": collector}),
        (UserError, "openrosa", {"scopes": [PUSH_CASES], "user": collector}),
        (UserError, "ODK", {"scopes": [OPENROSA], "user": analyst}),
        (UserError, "qua", {"expires_on": today() - timedelta(days=1)}),
        (UserError, "phút", {"per_minute": 0}),
        (NotFound, "9999999", {"reach": Reach(unit="9999999")}),
        (NotFound, "khong-co", {"reach": Reach(surveys=["khong-co"])}),
        (Conflict, "Có rồi", {"name": "Có rồi"}),
    ):
        values = {"name": "Mới", "scopes": [PUSH_CASES]} | given
        with pytest.raises(error, match=part):
            issue_key(session, values.pop("name"), values.pop("scopes"), actor=TESTER, **values)
        session.rollback()


def test_many_requests_at_once_in_several_threads_pass_exactly_as_often_as_the_minute_allows(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = now()
    monkeypatch.setattr("survey_app.api.keys.now", lambda: moment)  # a clock that stands
    other = system(app, per_minute=5)
    with app.app_context():
        make_village(db.session)
    answers = at_once(app, lambda number: other.client.application.test_client().get(
        "/api/v1/surveys", headers=other.headers
    ), 12)  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 7
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    monkeypatch.setattr("survey_app.api.keys.now", lambda: moment + timedelta(minutes=1))
    assert other.get("/surveys").status_code == 200


def test_the_office_makes_a_key_sees_it_once_and_revokes_it(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    admin = sign_in("administrator")
    page = admin.get("/quan-ly/khoa-api").text
    typed = {"csrf_token": token_in(page), "name": "Một cửa tỉnh", "scopes": ["cases.push", "progress.read"]}
    refused = admin.post("/quan-ly/khoa-api", data=typed | {"unit": "9999999", "per_minute": "60"})
    assert refused.status_code == 404
    assert "Một cửa tỉnh" in refused.text
    made = admin.post("/quan-ly/khoa-api", data=typed | {"per_minute": "60", "expires_on": "2099-12-31"})
    assert made.status_code == 200, made.text
    with app.app_context():
        key = find_key(db.session, "Một cửa tỉnh")
        number, prefix = key.id, key.prefix
        shown = made.text.split(f"hl_{prefix}_")[1].split("<")[0]
        assert key_of_text(db.session, f"hl_{prefix}_{shown}") is not None
    again = admin.get("/quan-ly/khoa-api").text
    assert "Một cửa tỉnh" in again
    assert shown not in again
    done = admin.post(f"/quan-ly/khoa-api/{number}/thu-hoi", data={"csrf_token": token_in(again)})
    assert done.status_code == 302
    with app.app_context():
        assert find_key(db.session, prefix).state == "revoked"
        verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.subject == f"api_key:{prefix}")).all()
        assert sorted(verbs) == ["api_key.add", "api_key.revoke"]


def test_only_who_manages_people_manages_keys(sign_in: Callable[..., FlaskClient]) -> None:
    assert sign_in("survey_manager").get("/quan-ly/khoa-api").status_code == 403


def test_the_commands_make_list_and_revoke_a_key_with_the_same_permission(app: Flask) -> None:
    with app.app_context():
        admin = make_person(db.session, "administrator").email
        analyst = make_person(db.session, "analyst").email
        make_village(db.session)
    run = app.test_cli_runner().invoke
    add = ["api-key", "add", "Tổng đài", "--scope", "progress.read", "--survey", VILLAGE, "--expires", "2099-01-31"]
    assert run(args=[*add, "--by", analyst]).exit_code == 1
    made = run(args=[*add, "--by", admin])
    assert made.exit_code == 0, made.output
    shown = made.output.split("key: ")[1].strip()
    assert run(args=["api-key", "list", "--by", analyst]).exit_code == 1
    listed = run(args=["api-key", "list", "--format", "json"]).output
    assert '"Tổng đài"' in listed
    assert shown not in listed
    assert run(args=["api-key", "revoke", "Tổng đài", "--by", analyst]).exit_code == 1
    assert run(args=["api-key", "revoke", "Tổng đài", "--by", admin]).exit_code == 0
    with app.app_context():
        assert key_of_text(db.session, shown) is None


def test_a_key_for_one_survey_or_another_sector_knows_of_no_other(app: Flask) -> None:
    with app.app_context():
        make_village(db.session)
    seen = system(app, *ALL, reach=Reach(surveys=[VILLAGE]))
    health = system(app, *ALL, reach=Reach(sector="health"))
    far = system(app, *ALL, reach=Reach(unit="91"))
    assert [one["slug"] for one in seen.get("/surveys").json["surveys"]] == [VILLAGE]
    for other in (health, far):
        assert other.get("/surveys").json["surveys"] == []
        for answer in (
            other.get(f"/surveys/{VILLAGE}/progress"),
            other.post(f"/surveys/{VILLAGE}/invitations", {"unit": "2000"}),
            other.post(f"/surveys/{VILLAGE}/cases", {"cases": [{"unit": "2000", "reference": "1"}]}),
        ):
            assert answer.status_code == 404, answer.text


def test_last_use_is_noted_also_for_reading(app: Flask) -> None:
    other = system(app)
    other.get("/surveys")
    with app.app_context():
        assert db.session.scalar(select(ApiKey.last_used_at)) is not None
        db.session.execute(update(ApiKey).values(calls=0))
