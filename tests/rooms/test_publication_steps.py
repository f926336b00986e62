"""Freeze, approve by another person, publish: nothing before, nothing that changed since, nothing afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor, AuditEntry
from survey_app.audit.queries import entries_about
from survey_app.audit.service import record
from survey_app.collection.models import Response
from survey_app.database import db
from survey_app.errors import Conflict, Forbidden, NotFound
from survey_app.jobs.worker import run_waiting_jobs
from survey_app.publication.kept_pages import forget_pages
from survey_app.publication.models import Publication, PublishedFile
from survey_app.publication.queries import find_approved
from survey_app.publication.service import approve_publication, freeze_publication
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.publishing import LEADER, publish, tick_all
from tests.village import VILLAGE, make_village, refusal, respond
from tests.world import TESTER

BASE = f"/quan-ly/dot/{VILLAGE}/cong-bo"


def closed_village(session: Session, **changes: Any) -> Survey:
    """A closed survey of one stratum with a dozen answers."""
    survey = make_village(session, sample={"share": 0.5, "stratify_by": "none"}, **changes)
    for number in range(12):
        respond(session, survey, answers={"q1": 3 if number % 4 else 1, "q2": 3})
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    return survey


def frozen_village(session: Session) -> Publication:
    publication = freeze_publication(session, closed_village(session), actor=TESTER)
    session.commit()
    return publication


@pytest.mark.parametrize("state", ["draft", "sampled", "collecting"])
def test_only_a_closed_survey_is_frozen(session: Session, state: str) -> None:
    survey = make_village(session, state=state)
    with pytest.raises(Conflict):
        freeze_publication(session, survey, actor=TESTER)


def test_a_survey_without_answers_is_not_frozen(session: Session) -> None:
    with pytest.raises(Conflict, match="phiếu"):
        freeze_publication(session, make_village(session, state="closed"), actor=TESTER)


def test_the_way_of_a_snapshot_from_freezing_to_the_public(session: Session) -> None:
    survey = closed_village(session)
    first = freeze_publication(session, survey, actor=TESTER)
    session.commit()
    second = freeze_publication(session, survey, actor=TESTER)
    session.commit()
    assert [(first.number, first.state), (second.number, second.state)] == [(1, "superseded"), (2, "frozen")]
    with pytest.raises(NotFound):
        find_approved(session, VILLAGE)
    with pytest.raises(Forbidden):
        approve_publication(session, survey, actor=TESTER)
    session.rollback()
    with pytest.raises(Conflict, match="5 dòng"):
        approve_publication(session, survey, actor=LEADER)
    session.rollback()
    tick_all(session, survey)
    with pytest.raises(Conflict):
        approve_publication(session, survey, actor=LEADER, sha256=first.sha256 + "0")
    session.rollback()
    approve_publication(session, survey, actor=LEADER, sha256=second.sha256)
    session.commit()
    assert (survey.state, find_approved(session, VILLAGE).approved_by) == ("published", LEADER.label)
    for act in (freeze_publication, approve_publication):
        with pytest.raises(Conflict):
            act(session, survey, actor=Actor(None, "third"))
        session.rollback()
    verbs = [entry.verb for entry in entries_about(session, f"survey:{VILLAGE}")][:4]
    assert verbs == ["publication.approve", "publication.review", "publication.freeze", "publication.freeze"]


def test_the_hash_of_a_snapshot_and_of_its_files_recomputes_from_what_is_stored(session: Session) -> None:
    key = frozen_village(session).id
    session.expire_all()
    stored = session.get_one(Publication, key)
    canonical = json.dumps(stored.snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == stored.sha256
    files = {file.name: hashlib.sha256(file.content).hexdigest() for file in stored.files}
    assert files == stored.snapshot["files"]
    assert {"so-lieu.csv", "so-lieu.json"} <= set(files)
    content = stored.snapshot
    assert (content["responses"], content["draw"]["drawn"], content["questionnaire"]["key"]) == (12, 6, "village")


def test_what_changed_since_it_was_frozen_is_not_approved(session: Session) -> None:
    survey = frozen_village(session).survey
    tick_all(session, survey)

    def refused() -> bool:
        session.commit()
        error = refusal(lambda: approve_publication(session, survey, actor=LEADER))
        session.rollback()
        return isinstance(error, Conflict)

    answer = session.scalars(select(Response).limit(1)).one()
    answer.status = "rejected"
    assert refused()
    answer.status = "accepted"
    set_state(session, survey, "collecting", actor=TESTER, reason="thiếu")
    assert refused()
    respond(session, survey)
    set_state(session, survey, "closed", actor=TESTER)
    assert refused()
    assert refusal(lambda: find_approved(session, VILLAGE)) is not None


def test_the_database_itself_keeps_what_is_frozen_and_who_may_approve(session: Session) -> None:
    publication = frozen_village(session)
    record(session, TESTER, "test", "test:1")
    session.commit()
    forbidden = [
        update(AuditEntry).values(actor="somebody else"),
        delete(AuditEntry),
        update(Publication).values(snapshot={}),
        update(Publication).values(sha256="0" * 64),
        update(Publication).values(frozen_by="somebody else"),
        update(Publication).values(number=9),
        update(Publication).values(state="approved", approved_by=publication.frozen_by),
        update(Publication).values(state="approved"),
        update(Publication).values(approved_by=LEADER.label),
        update(Publication).values(state="withdrawn"),
        update(Publication).values(summary={}),
        update(Publication).values(reason="another"),
        update(Publication).values(public_from=publication.frozen_at),
        update(Publication).values(ended_at=publication.frozen_at, ended_by="somebody"),
        delete(Publication),
        update(PublishedFile).values(content=b"other"),
        delete(PublishedFile),
        text("UPDATE questionnaire SET version = 'other'"),
    ]
    for statement in forbidden:
        try:
            session.execute(statement)
        except DBAPIError:
            session.rollback()
        else:
            pytest.fail(f"the database allowed: {statement}")
    values = {
        "survey_id": publication.survey_id,
        "snapshot": {},
        "sha256": "0" * 64,
        "frozen_by": "a",
        "frozen_at": publication.frozen_at,
        "summary": {},
        "review": {},
        "reason": "",
        "withdrawal_reason": "",
    }
    with pytest.raises(IntegrityError):
        session.execute(insert(Publication).values(values | {"number": 1, "state": "frozen"}))
    session.rollback()
    assert session.get_one(Publication, publication.id).sha256 == publication.sha256


def test_the_public_reads_the_snapshot_and_nothing_that_came_later(
    app: Flask, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        publication = frozen_village(db.session)
        tick_all(db.session, publication.survey)
        names, digest = [file.name for file in publication.files], publication.sha256
        files = dict(publication.snapshot["files"])
    public = [f"/ket-qua/{VILLAGE}", *(f"/ket-qua/{VILLAGE}/tep/{name}" for name in names)]
    assert {client.get(address).status_code for address in public} == {404}
    assert VILLAGE not in client.get("/ket-qua/").text
    manager, approver = sign_in("survey_manager"), sign_in("approver")
    data = {"csrf_token": token_in(approver.get(BASE).text), "sha256": digest}
    assert manager.get(f"{BASE}/1").status_code == 200
    assert approver.get(f"{BASE}/2").status_code == 404
    assert approver.post(f"{BASE}/duyet", data=data | {"sha256": "0" * 64}).status_code == 409
    assert approver.post(f"{BASE}/duyet", data=data).status_code == 302
    page = client.get(public[0])
    assert page.status_code == 200
    assert "Khảo sát làng" in page.text
    for name, address in zip(names, public[1:], strict=True):
        answer = client.get(address)
        assert hashlib.sha256(answer.data).hexdigest() == files[name], name
        assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get(f"/ket-qua/{VILLAGE}/tep/khac.csv").status_code == 404
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        survey.title_vi, survey.target_rate = "Tên khác hẳn", 0.1
        db.session.scalars(select(Response).limit(1)).one().status = "rejected"
        db.session.commit()
    forget_pages(app)
    assert client.get(public[0]).text == page.text
    assert "Khảo sát làng" in client.get("/ket-qua/").text


def test_a_breakdown_that_does_not_exist_is_refused_before_any_work(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        closed_village(db.session)
    person = sign_in("survey_manager")
    token = token_in(person.get(BASE).text)
    for breakdowns in (["nonsense"], ["channel", "q1"]):
        answer = person.post(f"{BASE}/chot", data={"csrf_token": token, "chosen": "1", "breakdowns": breakdowns})
        assert answer.status_code == 400
        assert f"Không có phần „{breakdowns[-1]}”" in answer.text
    run_waiting_jobs(app)
    with app.app_context():
        assert db.session.scalars(select(Publication)).all() == []
    assert (
        person.post(f"{BASE}/chot", data={"csrf_token": token, "chosen": "1", "breakdowns": ["sex"]}).status_code == 302
    )


def test_only_the_public_page_offers_its_charts_to_other_pages(
    app: Flask, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        publish(db.session, closed_village(db.session))
    preview = sign_in("survey_manager").get(f"{BASE}/1")
    assert preview.status_code == 200
    offer = "Dùng biểu đồ này ở trang khác"
    assert (offer in preview.text, offer in client.get(f"/ket-qua/{VILLAGE}").text) == (False, True)


def test_who_may_do_both_still_cannot_approve_their_own(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    from survey_app.accounts.service import add_user

    with app.app_context():
        closed_village(db.session)
    person = sign_in("survey_manager")
    with app.app_context():
        add_user(db.session, person.email, role="approver", scopes=[], actor=TESTER)
        db.session.commit()
    data = {"csrf_token": token_in(person.get(BASE).text)}
    assert person.post(f"{BASE}/chot", data=data).status_code == 302
    run_waiting_jobs(app)
    with app.app_context():
        digest = db.session.scalars(select(Publication)).one().sha256
    assert "duyet" not in person.get(BASE).text
    assert person.post(f"{BASE}/duyet", data=data | {"sha256": digest}).status_code == 403
    with app.app_context():
        assert db.session.scalars(select(Publication)).one().state == "frozen"
