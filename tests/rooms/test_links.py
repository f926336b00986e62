"""Links on posters and slips: batches that can be revoked, forms resumed on the same phone, limits for open links."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.accounts.roles import ISSUE_INVITATIONS
from survey_app.audit.models import AuditEntry
from survey_app.collection.drafts import discard_stale_drafts, issue_invitations
from survey_app.collection.holding import HOLDER_COOKIE
from survey_app.collection.links.limits import BEGUN_PER_HOUR, open_link_counts
from survey_app.collection.links.print import MAXIMUM_SLIPS, poster_pdf, slips_pdf
from survey_app.collection.links.service import all_batches, revoke_batch
from survey_app.collection.models import Draft, Invitation, InvitationBatch, Response
from survey_app.collection.queries import count_self_selected
from survey_app.database import db, now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import Area, area_of, whole_area
from survey_app.surveys.queries import find_survey
from tests.conftest import token_in
from tests.rooms.kiosk_village import GOOD
from tests.village import VILLAGE, communes, make_village, refusal
from tests.world import TESTER, fill

SignIn = Callable[..., FlaskClient]
PAGE = f"/quan-ly/dot/{VILLAGE}/duong-dan"


@pytest.fixture
def codes(app: Flask) -> list[str]:
    """The drawn communes of a village that takes answers."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


def area() -> Area:
    return whole_area(find_survey(db.session, VILLAGE))


def tokens(count: int = 1, days: int = 90, note: str = "") -> list[str]:
    survey = find_survey(db.session, VILLAGE)
    units = list(drawn_units(db.session, survey))[:1]
    made = issue_invitations(db.session, survey, units, count, actor=TESTER, days=days, note=note)
    db.session.commit()
    return [token for _unit, token in made]


def begin(phone: FlaskClient, token: str) -> str:
    address = f"/s/{VILLAGE}/t/{token}"
    page = phone.get(address)
    assert page.status_code == 200, page.text
    return str(phone.post(address, data={"csrf_token": token_in(page.text), "consent": "1"}).headers["Location"])


def text_of(document: bytes) -> str:
    """The words of a PDF, without the breaks between lines."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=document, capture_output=True, check=True)
    return re.sub(r"\s+", " ", done.stdout.decode())


def pages_of(document: bytes) -> int:
    done = subprocess.run(["pdfinfo", "-"], input=document, capture_output=True, check=True)
    return int(done.stdout.decode().split("Pages:")[1].split()[0])


def test_a_form_begun_from_a_personal_link_goes_on_on_the_same_phone_alone(app: Flask, codes: list[str]) -> None:
    with app.app_context():
        (token,) = tokens()
    phone, other = app.test_client(), app.test_client()
    first = begin(phone, token)
    cookie = phone.get_cookie(HOLDER_COOKIE)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    second = fill(phone, first, GOOD).headers["Location"]
    assert other.get(first).status_code == 404
    assert "Làm tiếp phiếu dở" not in other.get(f"/s/{VILLAGE}/t/{token}").text
    with app.app_context():
        db.session.execute(update(Draft).values(updated_at=now() - timedelta(days=6, hours=23)))
        db.session.commit()
        assert discard_stale_drafts(db.session) == 0
    page = phone.get(f"/s/{VILLAGE}/t/{token}").text
    resume = re.search(r'href="([^"]+)">Làm tiếp phiếu dở', page)
    assert resume
    assert resume[1] == first
    assert "checked" in phone.get(resume[1]).text
    anew = begin(other, token)
    done = fill(other, fill(other, anew, GOOD).headers["Location"], {"visits": "1"})
    assert done.headers["Location"].endswith("cam-on")
    late = fill(phone, second, {"visits": "2"})
    assert late.status_code == 409
    assert "đã được dùng" in late.text
    with app.app_context():
        assert db.session.scalar(select(func.count(Response.id))) == 1
        assert not any("holder" in name or "invitation" in name for name in Response.__table__.columns.keys())  # noqa: SIM118  a collection, not a dict


def test_after_a_week_a_form_from_a_personal_link_is_forgotten(app: Flask, codes: list[str]) -> None:
    with app.app_context():
        (token,) = tokens()
    phone = app.test_client()
    address = begin(phone, token)
    with app.app_context():
        db.session.execute(update(Draft).values(updated_at=now() - timedelta(days=7, minutes=1)))
        db.session.commit()
    assert "Làm tiếp phiếu dở" not in phone.get(f"/s/{VILLAGE}/t/{token}").text
    assert phone.get(address).status_code == 302
    with app.app_context():
        assert discard_stale_drafts(db.session) == 1


def test_a_form_of_an_open_link_still_lives_for_a_day(app: Flask, client: FlaskClient, codes: list[str]) -> None:
    page = client.get(f"/s/{VILLAGE}").text
    client.post(f"/s/{VILLAGE}", data={"csrf_token": token_in(page), "consent": "1", "commune": codes[0]})
    with app.app_context():
        db.session.execute(update(Draft).values(updated_at=now() - timedelta(hours=25)))
        db.session.commit()
        assert discard_stale_drafts(db.session) == 1


def test_answers_through_an_open_link_say_so_and_the_results_tell_how_many(
    app: Flask, sign_in: SignIn, client: FlaskClient, codes: list[str]
) -> None:
    with app.app_context():
        (token,) = tokens()
    page = client.get(f"/s/{VILLAGE}").text
    begun = client.post(f"/s/{VILLAGE}", data={"csrf_token": token_in(page), "consent": "1", "commune": codes[0]})
    invited = app.test_client()
    for phone, start in ((client, begun.headers["Location"]), (invited, begin(invited, token))):
        done = fill(phone, fill(phone, start, GOOD).headers["Location"], {"visits": "1"})
        assert done.headers["Location"].endswith("cam-on")
    with app.app_context():
        alone = ["open_link" in flags for flags in db.session.scalars(select(Response.quality_flags))]
        assert sorted(alone) == [False, True]
        assert count_self_selected(db.session, find_survey(db.session, VILLAGE)) == 1
    results = sign_in("analyst").get(f"/quan-ly/dot/{VILLAGE}/ket-qua").text
    assert "1 phiếu đến qua đường dẫn mở" in results


def test_a_batch_counts_what_became_of_its_links_and_is_revoked_as_one(app: Flask, codes: list[str]) -> None:
    phone, half = app.test_client(), app.test_client()
    with app.app_context():
        one, two, _three = tokens(3, note="giấy hẹn tháng 11")
        tokens(2)
    fill(phone, fill(phone, begin(phone, one), GOOD).headers["Location"], {"visits": "1"})
    last = fill(half, begin(half, two), GOOD).headers["Location"]
    with app.app_context():
        newer, older = all_batches(db.session, area())
        assert (older.made, older.used, older.revoked, older.expired, older.open) == (3, 1, 0, 0, 2)
        assert older.batch.note == "giấy hẹn tháng 11"
        assert newer.open == 2
        assert revoke_batch(db.session, area(), older.batch.id, actor=TESTER) == 2
        db.session.commit()
        newer, older = all_batches(db.session, area())
        assert (older.used, older.revoked, older.open, newer.open) == (1, 2, 0, 2)
        assert isinstance(refusal(lambda: revoke_batch(db.session, area(), older.batch.id, actor=TESTER)), Conflict)
        assert isinstance(refusal(lambda: revoke_batch(db.session, area(), 99, actor=TESTER)), NotFound)
    assert half.get(last).status_code == 302  # its form is gone
    refused = half.get(f"/s/{VILLAGE}/t/{two}")
    assert refused.status_code == 409
    assert "bị thu hồi" in refused.text
    with app.app_context():
        assert db.session.scalar(select(func.count(Response.id))) == 1
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "invitation.revoke")).one()
        assert entry.detail["count"] == 2


def test_a_link_that_is_revoked_while_the_form_is_being_sent_takes_no_answer(app: Flask, codes: list[str]) -> None:
    phone = app.test_client()
    with app.app_context():
        (token,) = tokens()
    last = fill(phone, begin(phone, token), GOOD).headers["Location"]
    with app.app_context():
        db.session.execute(update(Invitation).values(revoked=True))
        db.session.commit()
    sent = fill(phone, last, {"visits": "1"})
    assert sent.status_code == 409
    assert "bị thu hồi" in sent.text
    with app.app_context():
        assert db.session.scalars(select(Response)).all() == []


def test_the_days_of_a_batch_are_chosen_and_old_links_are_counted(session: Session) -> None:
    survey = make_village(session)
    units = list(drawn_units(session, survey))[:1]
    for days in (0, 91, -1):
        assert isinstance(
            refusal(lambda days=days: issue_invitations(session, survey, units, 1, actor=TESTER, days=days)), UserError
        )
    issue_invitations(session, survey, units, 2, actor=TESTER, days=7)
    batch = session.scalars(select(InvitationBatch)).one()
    assert timedelta(days=6, hours=23) < batch.expires_at - now() <= timedelta(days=7)
    session.execute(update(Invitation).values(expires_at=now() - timedelta(seconds=1)))
    (counted,) = all_batches(session, whole_area(survey))
    assert (counted.expired, counted.open) == (2, 0)


def test_a_coordinator_revokes_no_batch_that_reaches_beyond_their_place(
    app: Flask, sign_in: SignIn, codes: list[str]
) -> None:
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        issue_invitations(db.session, survey, list(drawn_units(db.session, survey)), 1, actor=TESTER)
        db.session.commit()
    person = sign_in("post_coordinator", f"unit:{codes[0]}")
    page = person.get(PAGE)
    token = {"csrf_token": token_in(page.text)}
    refused = person.post(f"/quan-ly/dot/{VILLAGE}/phieu-moi/1/thu-hoi", data=token)
    assert refused.status_code == 409
    assert "ngoài địa bàn" in refused.text
    manager = sign_in("survey_manager")
    token = {"csrf_token": token_in(manager.get(PAGE).text)}
    assert manager.post(f"/quan-ly/dot/{VILLAGE}/phieu-moi/1/thu-hoi", data=token).status_code == 302
    with app.app_context():
        assert db.session.scalar(select(func.count(Invitation.id)).where(~Invitation.revoked)) == 0


def test_posters_name_each_place_and_its_address(app: Flask, sign_in: SignIn, codes: list[str]) -> None:
    observer = sign_in("observer")
    with app.app_context():
        names = {entry.unit.code: entry.unit.name for entry in drawn_units(db.session, area().survey)}
    document = observer.get(f"/quan-ly/dot/{VILLAGE}/ap-phich.pdf?tieng=vi")
    assert document.mimetype == "application/pdf"
    assert pages_of(document.data) == len(codes)
    words = text_of(document.data)
    for code, name in names.items():
        assert name in words
        assert f"http://localhost/s/{VILLAGE}?xa={code}" in words
    assert "Mở camera điện thoại" in words
    one = observer.get(f"/quan-ly/dot/{VILLAGE}/ap-phich.pdf?noi={codes[0]}&tieng=en")
    assert pages_of(one.data) == 1
    assert names[codes[0]] in text_of(one.data)
    assert names[codes[1]] not in text_of(one.data)
    assert observer.get(f"/quan-ly/dot/{VILLAGE}/ap-phich.pdf?noi=99999").status_code == 404


def test_slips_carry_each_link_once_eight_on_a_page(app: Flask, sign_in: SignIn, codes: list[str]) -> None:
    manager = sign_in("survey_manager")
    data = {
        "csrf_token": token_in(manager.get(PAGE).text), "per_commune": "9", "place": codes[0], "days": "30",
        "note": "thử", "form": "pdf",
    }  # fmt: skip
    document = manager.post(f"/quan-ly/dot/{VILLAGE}/phieu-moi", data=data)
    assert document.mimetype == "application/pdf"
    assert document.headers["Cache-Control"] == "no-store"
    assert pages_of(document.data) == 2
    words = text_of(document.data)
    assert words.count("Dùng một lần") == 9
    with app.app_context():
        assert db.session.scalar(select(func.count(Invitation.id))) == 9
    for wrong in ({"days": "91"}, {"days": "x"}, {"per_commune": "0"}, {"note": "x" * 201}, {"place": "99999"}):
        refused = manager.post(f"/quan-ly/dot/{VILLAGE}/phieu-moi", data=data | wrong)
        assert refused.status_code in (400, 404), wrong
        assert "csrf_token" in refused.text
    too_many = manager.post(f"/quan-ly/dot/{VILLAGE}/phieu-moi", data=data | {"per_commune": str(MAXIMUM_SLIPS + 1)})
    assert too_many.status_code == 400
    with app.app_context():
        assert db.session.scalar(select(func.count(Invitation.id))) == 9


def test_paper_of_a_simulated_survey_says_so(app: Flask) -> None:
    with app.app_context():
        survey = make_village(db.session, simulated=True)
        entry = drawn_units(db.session, survey)[0]
        poster = poster_pdf(survey, [(entry.unit, "https://a.vn/s/x?xa=1")], code="vi", minutes=3)
        slips = slips_pdf(survey, [(entry, "https://a.vn/s/x/t/y")], expires_at=now(), minutes=3)
    assert "Dữ liệu mô phỏng" in text_of(poster)
    assert "Dữ liệu mô phỏng" in text_of(slips)


def test_one_address_begins_only_so_many_forms_of_an_open_link(app: Flask, codes: list[str]) -> None:
    hall, home = app.test_client(), app.test_client()

    def start(phone: FlaskClient, address: str) -> int:
        page = phone.get(f"/s/{VILLAGE}").text
        data = {"csrf_token": token_in(page), "consent": "1", "commune": codes[0]}
        return int(phone.post(f"/s/{VILLAGE}", data=data, environ_base={"REMOTE_ADDR": address}).status_code)

    page = hall.get(f"/s/{VILLAGE}").text
    data = {"csrf_token": token_in(page), "consent": "1", "commune": codes[0]}
    counts = open_link_counts(app)
    for _time in range(BEGUN_PER_HOUR.amount - 1):
        counts.hit(BEGUN_PER_HOUR, VILLAGE, "10.1.2.3")
    assert hall.post(f"/s/{VILLAGE}", data=data, environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 302
    full = hall.post(f"/s/{VILLAGE}", data=data, environ_base={"REMOTE_ADDR": "10.1.2.3"})
    assert full.status_code == 429
    assert "quá nhiều phiếu" in full.text
    assert start(home, "10.1.2.4") == 302
    assert start(home, "127.0.0.1") == 302
    with app.app_context():
        (token,) = tokens()
    address = f"/s/{VILLAGE}/t/{token}"
    data = {"csrf_token": token_in(hall.get(address).text), "consent": "1"}
    assert hall.post(address, data=data, environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 302


def test_the_commands_print_posters_and_slips_and_revoke(app: Flask, codes: list[str], tmp_path: Path) -> None:
    runner = app.test_cli_runner()

    def run(*words: str) -> str:
        done = runner.invoke(args=list(words))
        assert done.exit_code == 0, done.output
        return str(done.output)

    base = ["--address", "https://khaosat.example.vn/"]
    run("poster", VILLAGE, str(tmp_path / "a.pdf"), "--commune", codes[0], "--language", "en", *base)
    assert f"https://khaosat.example.vn/s/{VILLAGE}?xa={codes[0]}" in text_of((tmp_path / "a.pdf").read_bytes())
    run(
        "invitation", "issue", VILLAGE, "--per-commune", "2", "--commune", codes[0], "--days", "5", "--note", "thử",
        "--pdf", str(tmp_path / "b.pdf"), *base,
    )  # fmt: skip
    assert "https://khaosat.example.vn/s/" in text_of((tmp_path / "b.pdf").read_bytes())
    assert "made 2\tused 0\trevoked 0\texpired 0\topen 2\tthử" in run("invitation", "list", VILLAGE)
    assert "2 links revoked" in run("invitation", "revoke", VILLAGE, "1")
    wrong = runner.invoke(args=["poster", VILLAGE, str(tmp_path / "c.pdf"), "--address", "khaosat"])
    assert wrong.exit_code == 1
    assert io.StringIO(wrong.output).readline().startswith("Địa chỉ")


def test_an_area_of_one_commune_sees_only_its_links(app: Flask, sign_in: SignIn, codes: list[str]) -> None:
    person = sign_in("post_coordinator", f"unit:{codes[1]}")
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        issue_invitations(db.session, survey, list(drawn_units(db.session, survey)), 1, actor=TESTER)
        db.session.commit()
        user = db.session.scalars(select(User).where(User.email == person.email)).one()
        (one,) = all_batches(db.session, area_of(user, survey, ISSUE_INVITATIONS))
        assert one.made == 1
