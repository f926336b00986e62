"""Embargo, corrections and withdrawals: what the public reads at each hour, and that it stays what it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.queries import entries_about
from survey_app.collection.models import Response
from survey_app.database import db, now
from survey_app.errors import Conflict, Forbidden, UserError
from survey_app.publication import queries
from survey_app.publication.models import Publication, PublishedFile
from survey_app.publication.public_choice import PublicChoice
from survey_app.publication.queries import approved_publications, find_approved, is_correction
from survey_app.publication.review import LINES, Answer, answers_digest, lines_left, review_publication
from survey_app.publication.service import approve_publication, freeze_publication, withdraw_publication
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from tests.conftest import token_in
from tests.publishing import LEADER, REVIEWER, publish, tick_all
from tests.rooms.test_publication_steps import closed_village
from tests.village import VILLAGE, refusal
from tests.world import TESTER

ADDRESS = f"/ket-qua/{VILLAGE}"
SECOND = Actor(None, "second.leader@hailong.example")
REASON = "Sai trọng số của hai xã"


def correct(session: Session, survey: Survey, reason: str = REASON, **changes: Any) -> Publication:
    return publish(session, survey, reason=reason, **changes)


def test_an_embargo_keeps_everything_from_the_public_until_its_hour(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = now() + timedelta(hours=3)
    with app.app_context():
        survey = closed_village(db.session)
        freeze_publication(db.session, survey, actor=TESTER)
        tick_all(db.session, survey)
        approve_publication(db.session, survey, actor=LEADER, public_from=end)
        db.session.commit()
    private = [ADDRESS, f"{ADDRESS}/ban/1", f"{ADDRESS}/tep/so-lieu.csv", f"{ADDRESS}/ban/1/tep/so-lieu.csv"]
    assert [client.get(address).status_code for address in private] == [404] * 4
    assert VILLAGE not in client.get("/ket-qua/").text + client.get("/sitemap.xml").text
    assert f'href="{ADDRESS}"' not in client.get(f"/s/{VILLAGE}").text
    with app.app_context():
        assert list(approved_publications(db.session)) == []

    for module in ("queries", "public_views"):
        monkeypatch.setattr(f"survey_app.publication.{module}.now", lambda: end + timedelta(seconds=1))
    assert [client.get(address).status_code for address in private] == [200] * 4
    assert VILLAGE in client.get("/ket-qua/").text
    assert f'href="{ADDRESS}"' in client.get(f"/s/{VILLAGE}").text
    with app.app_context():
        assert find_approved(db.session, VILLAGE).number == 1


def test_an_embargo_lies_ahead_and_within_a_year(session: Session) -> None:
    survey = closed_village(session)
    freeze_publication(session, survey, actor=TESTER)
    tick_all(session, survey)
    for hours in (-1, 24 * 400):
        error = refusal(
            lambda hours=hours: approve_publication(
                session, survey, actor=LEADER, public_from=now() + timedelta(hours=hours)
            )
        )
        assert type(error) is UserError
        session.rollback()


def test_a_correction_takes_the_place_and_the_old_version_stays_readable_and_says_so(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        survey = closed_village(db.session)
        first = publish(db.session, survey)
        before = {file: first.snapshot["files"][file] for file in ("so-lieu.csv", "so-lieu.json")}
    old_page = client.get(ADDRESS)
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        with pytest.raises(Conflict, match="lý do"):
            freeze_publication(db.session, survey, actor=TESTER)
        db.session.rollback()
        freeze_publication(
            db.session, survey, actor=TESTER, reason=REASON, choice=PublicChoice(("factors",), ("channel",))
        )
        db.session.commit()
    assert client.get(ADDRESS).text == old_page.text, "what waits changes nothing for the public"
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        tick_all(db.session, survey)
        approve_publication(db.session, survey, actor=LEADER)
        db.session.commit()
    new, old = client.get(ADDRESS), client.get(f"{ADDRESS}/ban/1")
    assert (new.status_code, old.status_code, client.get(f"{ADDRESS}/ban/2").status_code) == (200, 200, 200)
    assert REASON in new.text
    assert "Các tiêu chí, yếu nhất trước" in old.text
    assert "Các tiêu chí, yếu nhất trước" not in new.text
    top = old.text.partition("<h1")[0]
    assert "đã được thay bằng bản đính chính" in top
    assert REASON in top
    assert f'href="{ADDRESS}"' in top
    assert "noindex" in top
    assert "đã được thay bằng" not in new.text.partition("<h1")[0]
    for name, digest in before.items():
        import hashlib

        assert hashlib.sha256(client.get(f"{ADDRESS}/ban/1/tep/{name}").data).hexdigest() == digest
    assert client.get("/ket-qua/").text.count(f'href="{ADDRESS}"') == 1
    with app.app_context():
        assert [
            (one.number, one.state) for one in db.session.scalars(select(Publication).order_by(Publication.id))
        ] == [
            (1, "superseded"),
            (2, "approved"),
        ]
        assert find_approved(db.session, VILLAGE).number == 2


def test_a_correction_has_no_embargo_but_keeps_the_one_that_runs(session: Session, client: FlaskClient) -> None:
    survey = closed_village(session)
    publish(session, survey)
    freeze_publication(session, survey, actor=TESTER, reason=REASON)
    tick_all(session, survey)
    error = refusal(lambda: approve_publication(session, survey, actor=LEADER, public_from=now() + timedelta(hours=1)))
    assert type(error) is UserError
    session.rollback()

    hidden = closed_village(session, slug="lang-khac")
    end = now() + timedelta(hours=2)
    freeze_publication(session, hidden, actor=TESTER)
    tick_all(session, hidden)
    approve_publication(session, hidden, actor=LEADER, public_from=end)
    session.commit()
    second = correct(session, hidden)
    assert second.public_from == end
    assert [client.get(f"/ket-qua/lang-khac{part}").status_code for part in ("", "/ban/1", "/ban/2")] == [404] * 3


def test_what_never_was_public_before_its_correction_stays_unread(
    session: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = closed_village(session)
    end = now() + timedelta(hours=2)
    freeze_publication(session, survey, actor=TESTER)
    tick_all(session, survey)
    approve_publication(session, survey, actor=LEADER, public_from=end)
    session.commit()
    correct(session, survey)
    for module in ("queries", "public_views"):
        monkeypatch.setattr(f"survey_app.publication.{module}.now", lambda: end + timedelta(hours=1))
    assert [client.get(f"{ADDRESS}{part}").status_code for part in ("", "/ban/1", "/ban/2")] == [200, 404, 200]


def test_a_version_taken_back_before_its_hour_leaves_nothing_to_correct(
    app: Flask, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        survey = closed_village(db.session)
        freeze_publication(db.session, survey, actor=TESTER)
        tick_all(db.session, survey)
        made = approve_publication(db.session, survey, actor=LEADER, public_from=now() + timedelta(hours=2))
        db.session.commit()
        assert is_correction(db.session, survey)
        sha256 = made.sha256
    leader = sign_in("approver")
    page = f"/quan-ly/dot/{VILLAGE}/cong-bo"
    data = {"csrf_token": token_in(leader.get(page).text), "withdrawal": "Chờ thêm phiếu của một xã", "sha256": sha256}
    told = leader.post(f"{page}/rut", data=data, follow_redirects=True).text
    assert "nên công chúng chưa thấy gì" in told
    assert client.get(ADDRESS).status_code == 404
    with app.app_context():
        again = publish(db.session, find_survey(db.session, VILLAGE))
        assert (again.number, again.reason, again.state) == (2, "", "approved")
    assert client.get(ADDRESS).status_code == 200


def test_a_withdrawal_leaves_its_reason_and_the_record(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        survey = closed_village(db.session)
        publish(db.session, survey)
        correct(db.session, survey)
        with pytest.raises(UserError):
            withdraw_publication(db.session, survey, actor=LEADER, reason=" ")
        before = db.session.get_one(Publication, 1).sha256
        with pytest.raises(Conflict, match="bản số 2"):
            withdraw_publication(db.session, survey, actor=LEADER, reason="Sai ở bản một", sha256=before)
        db.session.rollback()
        withdraw_publication(db.session, survey, actor=LEADER, reason="Phiếu của một xã bị nhập hai lần")
        db.session.commit()
        assert survey.state == "closed"
        with pytest.raises(Conflict):
            withdraw_publication(db.session, survey, actor=LEADER, reason="Lần nữa")
        db.session.rollback()
        assert refusal(lambda: find_approved(db.session, VILLAGE)) is not None
        entry = entries_about(db.session, f"survey:{VILLAGE}")[0]
        assert (entry.verb, entry.detail["number"]) == ("publication.withdraw", 2)
        assert db.session.get_one(Publication, 2).snapshot["responses"] == 12
    for part in ("", "/ban/1", "/ban/2"):
        page = client.get(f"{ADDRESS}{part}")
        assert page.status_code == 410
        assert "Phiếu của một xã bị nhập hai lần" in page.text
        assert "Tỷ lệ hài lòng là" not in page.text
    assert [client.get(f"{ADDRESS}{part}/tep/so-lieu.csv").status_code for part in ("", "/ban/1", "/ban/2")] == [
        410
    ] * 3
    assert VILLAGE not in client.get("/ket-qua/").text + client.get("/sitemap.xml").text
    with app.app_context():
        third = correct(db.session, find_survey(db.session, VILLAGE), "Đã bỏ các phiếu nhập hai lần")
        assert third.number == 3
    assert client.get(ADDRESS).status_code == 200
    assert f'href="{ADDRESS}"' in client.get(f"{ADDRESS}/ban/2").text


def test_the_checklist_is_answered_by_another_person_and_only_while_it_waits(session: Session) -> None:
    survey = closed_village(session)
    publication = freeze_publication(session, survey, actor=TESTER)
    session.commit()
    assert publication.snapshot["review"]["coverage"] == {
        "probability": True, "frame": 12, "drawn": 6, "answered": 1, "received": 12, "planned": 240,
        "silent": publication.snapshot["review"]["coverage"]["silent"],
    }  # fmt: skip
    assert len(publication.snapshot["review"]["coverage"]["silent"]) == 5
    assert publication.snapshot["review"]["comparison"] is None

    def answer(answers: dict[str, Answer], actor: Actor = REVIEWER) -> Exception | None:
        error = refusal(lambda: review_publication(session, survey, answers, actor=actor))
        session.commit() if error is None else session.rollback()
        return error

    assert isinstance(answer({"coverage": Answer(ok=True)}, TESTER), Forbidden)
    assert type(answer({"nothing": Answer(ok=True)})) is UserError
    assert type(answer({"coverage": Answer(ok=False, comment="gọi 0912 345 678")})) is UserError
    assert answer({"coverage": Answer(ok=False, comment="Năm xã chưa có phiếu, đã biết")}) is None
    assert lines_left(publication) == [line for line in LINES if line != "coverage"]
    assert answer({line: Answer(ok=True) for line in LINES if line != "coverage"}) is None
    assert lines_left(publication) == []
    assert answer({"quality": Answer(ok=False)}) is None
    assert lines_left(publication) == ["quality"], "a line may be taken back until the approval"
    answer({"quality": Answer(ok=True)})
    approve_publication(session, survey, actor=LEADER)
    session.commit()
    assert publication.review["coverage"]["comment"] == "Năm xã chưa có phiếu, đã biết"
    assert {one["by"] for one in publication.review.values()} == {REVIEWER.label}
    assert isinstance(answer({"quality": Answer(ok=True)}), Conflict)


def test_a_reviewer_does_not_wipe_out_an_objection_that_came_meanwhile(session: Session) -> None:
    survey = closed_village(session)
    publication = freeze_publication(session, survey, actor=TESTER)
    session.commit()
    shown = answers_digest(publication)
    review_publication(
        session, survey, {"quality": Answer(ok=False, comment="Cờ chưa xử lý")}, actor=SECOND, seen=shown
    )
    session.commit()
    ticks = {line: Answer(ok=True) for line in LINES}
    with pytest.raises(Conflict):
        review_publication(session, survey, ticks, actor=REVIEWER, seen=shown)
    session.rollback()
    assert publication.review["quality"]["comment"] == "Cờ chưa xử lý"
    review_publication(session, survey, ticks, actor=REVIEWER, seen=answers_digest(publication))
    session.commit()
    said = [entry.detail["lines"] for entry in entries_about(session, f"survey:{VILLAGE}") if "lines" in entry.detail]
    assert {"quality": "Cờ chưa xử lý"} in said, "what was said stays in the trail"


def test_the_database_keeps_what_was_decided(session: Session) -> None:
    survey = closed_village(session)
    publish(session, survey)
    correct(session, survey)
    withdraw_publication(session, survey, actor=LEADER, reason="Sai")
    session.commit()
    third = correct(session, survey)
    at = now()
    file = {"publication_id": third.id, "name": "x.csv", "media_type": "text/csv", "content": b"x"}
    forbidden = [
        update(Publication).where(Publication.number == 3).values(review={}),
        update(Publication).where(Publication.number == 3).values(public_from=at),
        update(Publication).where(Publication.number == 3).values(approved_by="somebody else"),
        update(Publication).where(Publication.number == 3).values(reason="another"),
        update(Publication).where(Publication.number == 3).values(summary={}),
        update(Publication).where(Publication.number == 3).values(state="withdrawn", ended_at=at, ended_by="x"),
        update(Publication)
        .where(Publication.number == 3)
        .values(state="frozen", approved_by=None, approved_at=None, public_from=None),
        update(Publication).where(Publication.number == 1).values(state="approved", ended_at=None, ended_by=None),
        update(Publication).where(Publication.number == 1).values(ended_by="somebody else"),
        update(Publication).where(Publication.number == 2).values(withdrawal_reason="another"),
        update(Publication).where(Publication.number == 2).values(state="superseded", withdrawal_reason=""),
        insert(PublishedFile).values(**file),
    ]
    for statement in forbidden:
        try:
            session.execute(statement)
        except DBAPIError:
            session.rollback()
        else:
            pytest.fail(f"the database allowed: {statement}")
    session.execute(update(Publication).where(Publication.number == 3).values(
        state="withdrawn", ended_at=at, ended_by="x", withdrawal_reason="as the verb does"
    ))  # fmt: skip
    session.rollback()


def test_what_is_not_chosen_is_not_in_the_snapshot(session: Session) -> None:
    survey = closed_village(session)
    chosen = freeze_publication(
        session, survey, actor=TESTER, choice=PublicChoice(("choices",), ("channel",), files=())
    )
    session.commit()
    content = chosen.snapshot
    assert set(content["figures"]) == {"", "channel"}
    assert {row["kind"] for rows in content["figures"].values() for row in rows} == {"index"}
    assert not [name for name in content["files"] if name.startswith(("yeu-to", "tieu-chi"))]
    assert content["public"]["open_text"] is False
    with pytest.raises(UserError, match="khong-co"):
        freeze_publication(session, survey, actor=TESTER, choice=PublicChoice(breakdowns=("khong-co",)))
    with pytest.raises(UserError, match="khong-co"):
        freeze_publication(session, survey, actor=TESTER, choice=PublicChoice(files=("khong-co",)))


def test_no_open_answer_is_in_a_snapshot(session: Session) -> None:
    survey = closed_village(session)
    answer = session.scalars(select(Response).limit(1)).one()
    answer.answers = answer.answers | {"why": "Bà Tư ở quầy số ba rất tận tình"}
    session.commit()
    publication = freeze_publication(session, survey, actor=TESTER)
    files = queries.files_named(session, publication.id, list(publication.snapshot["files"]))
    assert "Bà Tư" not in str(publication.snapshot)
    assert not [name for name, data in files.items() if "Bà Tư".encode() in data]
