"""One visitor after the other: what is wiped is gone, for the next person, for Back, and on the server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from survey_app.collection.drafts import discard_stale_drafts
from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.visits import wipe_left_forms
from survey_app.collection.models import Draft, Response
from survey_app.database import db, now
from survey_app.personal_data import contact_key
from survey_app.sampling.listing.models import ListedCase
from survey_app.sampling.work.models import Case
from tests.rooms.kiosk_village import GOOD, answer, begin, device, paired
from tests.rooms.work_village import make_work
from tests.village import VILLAGE, communes, make_village
from tests.world import fill

NUMBER = "G12.34-261121-0007"


@pytest.fixture
def codes(app: Flask) -> list[str]:
    """The drawn communes of a village that takes answers."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


@pytest.fixture
def drawn(app: Flask) -> list[str]:
    """The same with drawn people; the first case of the first commune has a number on its receipt."""
    with app.app_context():
        survey = make_work(db.session)
        codes = communes(db.session, survey)
        case = db.session.scalars(select(Case).where(Case.role == "main").order_by(Case.id)).first()
        db.session.execute(
            update(ListedCase)
            .where(ListedCase.id == case.listed_case_id)
            .values(reference=contact_key().mark(VILLAGE, NUMBER))
        )
        db.session.commit()
        return codes


def forms(app: Flask) -> tuple[int, int]:
    with app.app_context():
        return len(db.session.scalars(select(Draft)).all()), len(db.session.scalars(select(Response)).all())


def halfway(tablet: FlaskClient) -> tuple[str, str]:
    """A form whose first part is answered."""
    first = str(begin(tablet).headers["Location"])
    return first, str(fill(tablet, first, GOOD).headers["Location"])


@pytest.mark.parametrize("left", ["idle", "choice"])
def test_a_wiped_form_is_gone_on_the_server_and_its_address_leads_to_the_start(
    app: Flask, codes: list[str], left: str
) -> None:
    tablet, _number, _pin = paired(app, codes[0])
    first, second = halfway(tablet)
    assert "checked" in tablet.get(first).text
    ended = tablet.post("/quay/ket-thuc", data={"left": left})
    assert ended.status_code == (204 if left == "idle" else 303)
    assert forms(app) == (0, 0)
    for address in (first, second):
        answered = tablet.get(address)
        assert (answered.status_code, answered.headers["Location"]) == (302, "/quay")
        assert answered.headers["Cache-Control"] == "no-store"
    assert "chọn" not in tablet.get("/quay").text.split("<form")[0]


def test_the_start_screen_alone_shuts_a_form_that_was_left_without_scripts(app: Flask, codes: list[str]) -> None:
    tablet, _number, _pin = paired(app, codes[0])
    first, second = halfway(tablet)
    assert 'http-equiv="refresh"' in tablet.get(second).text
    tablet.get("/quay")
    for address in (first, second):
        assert tablet.get(address).headers["Location"] == "/quay"
    next_form = begin(tablet).headers["Location"]
    assert forms(app) == (1, 0)
    assert " checked" not in tablet.get(next_form).text


def test_the_next_person_finds_neither_language_nor_look_nor_receipt(app: Flask, codes: list[str]) -> None:
    tablet, _number, _pin = paired(app, codes[0])
    address = begin(tablet, "?lang=en&xem=large,contrast").headers["Location"]
    page = tablet.get(address).text
    assert '<html lang="en">' in page
    assert "large contrast" in page
    thanks = answer(tablet, address)
    assert '<html lang="en">' in tablet.get(thanks).text
    start = tablet.get("/quay").text
    assert '<html lang="vi">' in start
    assert 'class="page-respondent kiosk device"' in start
    assert tablet.get(thanks).headers["Location"] == "/quay"
    assert tablet.get(address).headers["Location"] == "/quay"
    page = tablet.get(begin(tablet).headers["Location"]).text
    assert '<html lang="vi">' in page
    assert 'class="page-respondent kiosk device"' in page


def test_a_tablet_offers_the_languages_it_was_given(app: Flask, codes: list[str]) -> None:
    tablet, _number, _pin = paired(app, codes[0], languages=("vi",))
    assert "English" not in tablet.get("/quay?lang=en").text
    assert 'value="en"' not in tablet.get(begin(tablet).headers["Location"]).text


def test_a_tablet_may_keep_what_was_answered_by_whoever_left_but_not_what_was_deleted(
    app: Flask, codes: list[str]
) -> None:
    tablet, _number, _pin = paired(app, codes[0], on_wipe="partial")
    assert "vẫn được gửi" in tablet.get("/quay").text
    halfway(tablet)
    tablet.post("/quay/ket-thuc", data={"left": "idle"})
    assert forms(app) == (0, 1)
    halfway(tablet)
    tablet.post("/quay/ket-thuc", data={})
    assert forms(app) == (0, 1)
    begin(tablet)
    tablet.post("/quay/ket-thuc", data={"left": "idle"})
    assert forms(app) == (0, 1)
    with app.app_context():
        (row,) = db.session.scalars(select(Response))
        assert row.answers == {"q1": 3, "q2": 2, "late": 2}
        assert "broken_off" in row.quality_flags


def test_a_tablet_that_was_switched_off_in_the_middle_is_wiped_within_the_hour(app: Flask, codes: list[str]) -> None:
    tablet, number, _pin = paired(app, codes[0], on_wipe="partial")
    first, _second = halfway(tablet)
    with app.app_context():
        assert wipe_left_forms(db.session) == 0
        db.session.execute(update(Draft).values(updated_at=now() - timedelta(minutes=61)))
        db.session.commit()
    assert tablet.get(first).headers["Location"] == "/quay"
    with app.app_context():
        assert discard_stale_drafts(db.session) == 0
        assert wipe_left_forms(db.session) == 1
        assert device(db.session, number).last_seen_at is not None
    assert forms(app) == (0, 1)


def test_another_tablet_or_a_stranger_wipes_nothing(app: Flask, client: FlaskClient, codes: list[str]) -> None:
    one, _number, _pin = paired(app, codes[0], "Quầy 1")
    two, _second, _pin = paired(app, codes[0], "Quầy 2")
    halfway(one)
    two.post("/quay/ket-thuc", data={"left": "idle"})
    client.post("/quay/ket-thuc", data={"left": "idle"})
    assert forms(app) == (1, 0)


def test_a_number_on_the_receipt_ties_the_answer_to_its_case_and_is_stored_nowhere(
    app: Flask, drawn: list[str]
) -> None:
    tablet, _number, _pin = paired(app, drawn[0])
    assert "dossier" in tablet.get("/quay").text
    answer(tablet, begin(tablet, dossier=f" {NUMBER.lower()} ").headers["Location"])
    with app.app_context():
        (row,) = db.session.scalars(select(Response))
        case = db.session.scalars(select(Case).where(Case.role == "main").order_by(Case.id)).first()
        assert (row.case_id, case.state) == (case.id, "answered")
        for table in (Response, Draft, Device):
            assert NUMBER.lower() not in str([vars(one) for one in db.session.scalars(select(table))]).lower()
    again = begin(tablet, dossier=NUMBER)
    assert again.status_code == 400
    assert "đã có phiếu trả lời" in again.text


def test_a_wrong_number_is_told_gently_and_one_goes_on_without(app: Flask, drawn: list[str]) -> None:
    tablet, _number, _pin = paired(app, drawn[0])
    for wrong in ("1", "x" * 100, "\u202e7", NUMBER + "8"):
        refused = begin(tablet, dossier=wrong)
        assert refused.status_code == 400, wrong
        assert "không có trong danh sách" in refused.text
        assert "không dùng số hồ sơ" in refused.text
    other, _second, _pin = paired(app, drawn[1], "Quầy 2")
    assert begin(other, dossier=NUMBER).status_code == 400  # of another place
    assert forms(app) == (0, 0)
    assert begin(tablet, dossier="1", without="1").status_code == 302
    with app.app_context():
        assert db.session.scalars(select(Draft)).one().case_id is None


def test_trying_numbers_counts_against_the_hour(app: Flask, drawn: list[str]) -> None:
    tablet, _number, _pin = paired(app, drawn[0], hourly_limit=3)
    assert [begin(tablet, dossier=str(number)).status_code for number in range(4)] == [400, 400, 400, 409]


def test_a_form_of_a_case_that_was_left_is_never_kept_so_the_case_stays_open(app: Flask, drawn: list[str]) -> None:
    tablet, _number, _pin = paired(app, drawn[0], on_wipe="partial")
    fill(tablet, begin(tablet, dossier=NUMBER).headers["Location"], GOOD)
    tablet.post("/quay/ket-thuc", data={"left": "idle"})
    assert forms(app) == (0, 0)
    assert begin(tablet, dossier=NUMBER).status_code == 302
