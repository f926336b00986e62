"""ODK Collect collects for us: its forms come from our questionnaires, what it sends enters through the one door."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import func, select
from structlog.testing import capture_logs

from survey_app.accounts.models import User
from survey_app.accounts.service import set_active
from survey_app.api.keys import find_key, revoke_key
from survey_app.collection.models import Dispute, Response
from survey_app.database import db
from survey_app.sampling.work.models import Case
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.cases import make_person
from tests.rooms.odk_phone import Phone, fill_in_engine, filled, words
from tests.village import VILLAGE, communes, make_village
from tests.world import TESTER

LISTED = "{http://openrosa.org/xforms/xformsList}"
ASKED = "{http://openrosa.org/xforms/xformsManifest}"


@pytest.fixture
def units(app: Flask) -> list[str]:
    """The drawn communes of a village without lists of people."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


@pytest.fixture
def phone(app: Flask, units: list[str]) -> Phone:
    """The phone of a collector of the whole village."""
    with app.app_context():
        return Phone(app, make_person(db.session))


def responses() -> list[Response]:
    return list(db.session.scalars(select(Response)))


def download(phone: Phone) -> tuple[bytes, bytes]:
    """The form and its list of places, by the addresses that the lists give."""
    [entry] = ET.fromstring(phone.get("/formList").data)
    address = entry.findtext(f"{LISTED}downloadUrl").removeprefix("http://localhost")
    asked = phone.get(entry.findtext(f"{LISTED}manifestUrl").removeprefix("http://localhost"))
    [file] = ET.fromstring(asked.data)
    places = phone.get(file.findtext(f"{ASKED}downloadUrl").removeprefix("http://localhost"))
    return phone.get(address).data, places.data


def test_the_list_names_the_form_and_where_to_fetch_it(phone: Phone, units: list[str]) -> None:
    answer = phone.get("/formList")
    assert answer.status_code == 200
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    [entry] = ET.fromstring(answer.data)
    assert entry.findtext(f"{LISTED}formID") == VILLAGE
    assert entry.findtext(f"{LISTED}hash").startswith("md5:")
    form, places = download(phone)
    assert b"<h:html" in form
    assert [line.split(",")[0] for line in places.decode().splitlines()] == ["name", *units]
    again = ET.fromstring(phone.get("/formList").data)[0]
    assert again.findtext(f"{LISTED}hash") == entry.findtext(f"{LISTED}hash")


def test_collects_own_engine_fills_our_form_and_its_submission_is_stored(
    phone: Phone, units: list[str], app: Flask, tmp_path: Path
) -> None:
    form, places = download(phone)
    answers = {
        "odk_where": units[1], "q1": "3", "q2": "9", "late": "1", "q3": "1", "ways": "1 2", "visits": "4",
        "words": "Cán bộ <tận tình> & chu đáo", "when": "2026-02-03", "sex": "2",
    }  # fmt: skip
    sent = fill_in_engine(form, places, answers, tmp_path)
    first = phone.send(sent)
    assert first.status_code == 201, first.text
    second = phone.send(sent)
    assert second.status_code == 201
    assert words(first).split()[-1] == words(second).split()[-1]
    with app.app_context():
        [stored] = responses()
        assert stored.answers == {
            "q1": 3, "q2": 9, "late": 1, "q3": 1, "ways": [1, 2], "visits": 4,
            "words": "Cán bộ <tận tình> & chu đáo", "when": "2026-02-03", "sex": 2,
        }  # fmt: skip
        assert (stored.channel, stored.unit.code if hasattr(stored, "unit") else units[1]) == ("field", units[1])
        assert stored.minutes is not None
        assert stored.minutes < 5
        assert str(stored.id) in sent.decode()
        assert db.session.get(User, stored.collector_id).email == phone.email


def test_before_sending_the_phone_is_told_that_it_may_and_how_much(phone: Phone) -> None:
    answer = phone.head()
    assert answer.status_code == 204
    assert int(answer.headers["X-OpenRosa-Accept-Content-Length"]) >= 1_000_000
    assert answer.headers["Location"].endswith("/odk/submission")


def test_a_form_by_hand_gives_day_minutes_and_collector(phone: Phone, units: list[str], app: Flask) -> None:
    number = uuid4()
    answer = phone.send(filled(VILLAGE, units[0], instance=f"uuid:{number}"))
    assert answer.status_code == 201, answer.text
    assert ET.fromstring(answer.data).tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    with app.app_context():
        stored = db.session.get(Response, number)
        assert (stored.minutes, str(stored.day), stored.language) == (4.5, "2026-03-02", "vi")


@pytest.mark.parametrize("written", ["10", "10.0", "1.0E1", "1E+1"])
def test_a_number_is_read_however_phones_write_it(written: str, phone: Phone, units: list[str], app: Flask) -> None:
    assert phone.send(filled(VILLAGE, units[0], visits=written)).status_code == 201
    with app.app_context():
        [stored] = responses()
        assert stored.answers["visits"] == 10


def test_the_same_number_with_other_answers_is_kept_for_review(phone: Phone, units: list[str], app: Flask) -> None:
    number = f"uuid:{uuid4()}"
    phone.send(filled(VILLAGE, units[0], instance=number))
    answer = phone.send(filled(VILLAGE, units[0], instance=number, q1="1"))
    assert answer.status_code == 202
    with app.app_context():
        assert [stored.answers["q1"] for stored in responses()] == [3]
        assert db.session.scalar(select(func.count()).select_from(Dispute)) == 1


def test_wrong_answers_are_refused_with_the_reason_and_nothing_is_stored(
    phone: Phone, units: list[str], app: Flask
) -> None:
    for status, part, xml in (
        (400, "Câu 1", filled(VILLAGE, units[0], q1="77")),
        (400, "Câu", filled(VILLAGE, units[0], visits="21")),
        (400, "bộ phiếu khác", filled(VILLAGE, units[0], unheard_of="1")),
        (400, "câu đầu", filled(VILLAGE, "")),
        (404, "7777", filled(VILLAGE, "7777")),
        (404, "khong-co", filled(VILLAGE, units[0], form_id="khong-co")),
        (400, "instanceID", filled(VILLAGE, units[0], instance="uuid:1")),
        (400, "chưa đến", filled(VILLAGE, units[0], odk_today="2999-01-01")),
    ):
        answer = phone.send(xml)
        assert (answer.status_code, part in words(answer)) == (status, True), answer.text
    with app.app_context():
        assert responses() == []


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE data [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    + ']><data id="lang-2026">&i;</data>'
)


@pytest.mark.parametrize(
    "xml",
    [
        BOMB,
        '<!DOCTYPE data [<!ENTITY x SYSTEM "file:///etc/passwd">]><data id="lang-2026"><q1>&x;</q1></data>',
        '<!DOCTYPE data SYSTEM "http://127.0.0.1:9/x.dtd"><data id="lang-2026"/>',
        "", "no xml", "<data>", '<data id="lang-2026"/>', "<a/><b/>", "\x00", '<?xml version="1.0" encoding="x"?><a/>',
        '<data id="lang-2026" encrypted="yes" xmlns="http://opendatakit.org/submissions"/>',
        "<data id='lang-2026'>" + "<q/>" * 6_000 + "</data>",
        "<data id='lang-2026'>" + "<a>" * 50_000 + "</a>" * 50_000 + "</data>",
    ],
    ids=lambda xml: xml[:20],
)  # fmt: skip
def test_a_hostile_or_broken_file_is_refused_quickly_in_words(xml: str, phone: Phone) -> None:
    answer = phone.send(xml)
    assert answer.status_code == 400, answer.text
    assert "root:" not in answer.text
    assert words(answer)


def test_a_form_that_is_too_long_or_no_form_at_all_is_refused(phone: Phone, units: list[str]) -> None:
    long = phone.send(filled(VILLAGE, units[0], words="x" * 3_000_000))
    assert long.status_code == 413
    assert words(long)
    assert phone.send("<data/>", part="other").status_code == 400


def test_without_the_app_password_of_that_collector_nothing_opens(phone: Phone, app: Flask, units: list[str]) -> None:
    right = phone.password
    for email, password in (
        (phone.email, "mật khẩu thử nghiệm"),  # the account's own password opens no app
        ("someone@else.example", right),
        ("", ""),
    ):
        other = Phone.__new__(Phone)
        other.client, other.email, other.password = app.test_client(), email, password
        answer = other.get("/formList")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        assert other.send(filled(VILLAGE, units[0])).status_code == 401
    assert app.test_client().get("/odk/formList").status_code == 401
    assert app.test_client().get(
        "/api/v1/surveys", headers={"Authorization": f"Bearer {right}"}
    ).status_code == 403  # fmt: skip


def test_a_revoked_password_and_a_shut_account_end_at_once(app: Flask, units: list[str]) -> None:
    with app.app_context():
        first, second = (Phone(app, make_person(db.session)) for _place in range(2))
    assert first.get("/formList").status_code == second.get("/formList").status_code == 200
    with app.app_context():
        revoke_key(db.session, find_key(db.session, first.prefix), actor=TESTER)
        user = db.session.scalars(select(User).where(User.email == second.email)).one()
        set_active(db.session, user, False, actor=TESTER)
        db.session.commit()
    assert first.get("/formList").status_code == second.get("/formList").status_code == 401


def test_a_collector_of_one_commune_gets_and_sends_only_that(app: Flask, units: list[str]) -> None:
    with app.app_context():
        near = Phone(app, make_person(db.session, "collector", f"unit:{units[0]}"))
        far = Phone(app, make_person(db.session, "collector", "sector:health"))
    _form, places = download(near)
    assert [line.split(",")[0] for line in places.decode().splitlines()[1:]] == [units[0]]
    assert near.send(filled(VILLAGE, units[1])).status_code == 404
    assert len(ET.fromstring(far.get("/formList").data)) == 0
    assert far.get(f"/forms/{VILLAGE}.xml").status_code == 404
    assert far.send(filled(VILLAGE, units[0])).status_code == 404


def test_a_closed_survey_takes_nothing_new_but_knows_what_it_has(phone: Phone, app: Flask, units: list[str]) -> None:
    known = filled(VILLAGE, units[0], instance=f"uuid:{uuid4()}")
    assert phone.send(known).status_code == 201
    with app.app_context():
        set_state(db.session, find_survey(db.session, VILLAGE), "closed", actor=TESTER)
        db.session.commit()
    assert len(ET.fromstring(phone.get("/formList").data)) == 0
    assert phone.send(known).status_code == 201
    refused = phone.send(filled(VILLAGE, units[0]))
    assert refused.status_code == 409
    assert "đóng" in words(refused)


def test_an_unexpected_error_is_told_with_a_number_and_the_form_stays_on_the_phone(
    phone: Phone, units: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise RuntimeError("cannot go on")

    monkeypatch.setattr("survey_app.api.openrosa.views.accept_response", fail)
    with capture_logs() as logged:
        answer = phone.send(filled(VILLAGE, units[0], words="một câu riêng tư"))
    assert answer.status_code == 500
    number = words(answer).split("tham chiếu ")[1].split(".")[0]
    assert number in [event["reference"] for event in logged]
    assert "riêng tư" not in repr(logged)


def test_a_collector_gets_own_cases_and_of_two_phones_with_one_case_the_first_wins(app: Flask) -> None:
    from survey_app.sampling.work.assigning import assign_places
    from tests.rooms.work_village import holder, make_work, village

    with app.app_context():
        codes = communes(db.session, make_work(db.session))
        user = make_person(db.session)
        assign_places(db.session, village(db.session)[1], codes[:1], holder(db.session, user), actor=TESTER)
        db.session.commit()
        phone, other = Phone(app, user), Phone(app, make_person(db.session))
    _form, places = download(phone)
    numbers = [line.split(",")[0] for line in places.decode().splitlines()[1:]]
    assert len(numbers) == len(set(numbers)) > 1
    assert len(ET.fromstring(other.get("/formList").data)) == 0
    assert other.send(filled(VILLAGE, numbers[0])).status_code == 409
    sent = filled(VILLAGE, numbers[0], instance=f"uuid:{uuid4()}")
    assert phone.send(sent).status_code == 201
    assert phone.send(sent).status_code == 201
    assert numbers[0] not in [line.split(",")[0] for line in download(phone)[1].decode().splitlines()]
    assert phone.send(filled(VILLAGE, numbers[0], q1="1")).status_code == 202
    with app.app_context():
        assert db.session.get(Case, int(numbers[0])).state == "answered"
        assert len(responses()) == 1
        assert isinstance(responses()[0].id, UUID)
