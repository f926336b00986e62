"""Drafts stored as versions: each number once, nothing overwritten, nothing typed lost."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.audit.queries import latest_entries
from survey_app.database import db
from survey_app.instruments.drafts import next_version, with_version
from survey_app.instruments.loader import load_file, load_questionnaire
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.written import source_of, write_questionnaire
from survey_app.surveys.models import Survey
from tests.rooms.office_questionnaires import (
    EDIT,
    FILES,
    LIST,
    NEXT,
    SHIPPED,
    SIPAS,
    SMALL,
    WRITE,
    SignIn,
    post,
    stored_names,
    text_in,
    token,
)
from tests.world import answer, make_survey


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_questionnaire_written_from_its_content_is_the_same_version(path: Path) -> None:
    instrument = load_file(path)
    assert load_questionnaire(write_questionnaire(instrument)).content_hash == instrument.content_hash
    assert source_of(instrument) == path.read_text(encoding="utf-8")


def test_a_scale_question_that_may_be_left_out_stays_so_when_it_is_written() -> None:
    instrument = load_questionnaire(SMALL)
    again = load_questionnaire(write_questionnaire(instrument))
    assert [item.required for item in again.items()] == [item.required for item in instrument.items()]
    assert not again.item("optional_rating").required


def test_a_version_is_stored_once_under_a_new_number_and_the_trail_knows(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    page = manager.get(f"{EDIT}?tu={SIPAS}").text
    assert f'name="version" value="{NEXT}"' in page
    text = text_in(page).replace("vi: Số ghế ngồi chờ dành cho người dân", "vi: Số ghế ngồi chờ cho người dân")
    assert text != text_in(page)
    same = post(manager, WRITE, do="save", version=SHIPPED.version, text=text)
    assert same.status_code == 409
    assert "đặt số phiên bản mới" in same.text
    assert "Bộ phiếu chưa được lưu" in same.text
    assert f'name="version" value="{NEXT}"' in same.text
    assert text_in(same.text) == text
    assert post(manager, WRITE, do="save", version="", text=text).status_code == 400
    for said in ("Đã lưu bộ phiếu", "không khác chữ nào"):  # the button pressed twice
        saved = post(manager, WRITE, do="save", version=NEXT, text=text)
        assert saved.status_code == 302
        assert saved.headers["Location"].endswith(f"sipas-commune@{NEXT}")
        assert said in manager.get(saved.headers["Location"]).text
    with app.app_context():
        entries = [entry for entry in latest_entries(db.session) if entry.detail.get("version") == NEXT]
        assert [(entry.verb, entry.subject, entry.actor) for entry in entries] == [
            ("questionnaire.store", "questionnaire:sipas-commune", manager.email)
        ]
    compared = manager.get(f"{LIST}/so-sanh?truoc={SIPAS}&sau=sipas-commune@{NEXT}").text
    assert "Số ghế ngồi chờ <del>dành</del> cho người dân" in compared
    assert "Số ghế ngồi chờ cho người dân" in compared
    assert "So sánh được, cần thận trọng" in compared
    assert "Đã có phiên bản mới hơn" in manager.get(f"{LIST}/{SIPAS}").text


def test_a_number_before_the_newest_is_refused_with_a_better_one(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    older = with_version(SMALL.replace("key: item-types", "key: sipas-commune"), "2001.1")
    page = post(manager, WRITE, do="check", text=older).text
    assert f'name="version" value="{NEXT}"' in page
    assert "xin đổi dòng key" in page
    refused = post(manager, WRITE, do="save", version="2001.1", text=older)
    assert refused.status_code == 409
    assert f"ví dụ {NEXT}" in refused.text
    assert text_in(refused.text) == older
    assert "sipas-commune@2001.1" not in stored_names(app)


def test_whoever_stores_second_is_told_and_overwrites_nothing(app: Flask, sign_in: SignIn) -> None:
    first, second = sign_in("survey_manager"), sign_in("sector_lead", "sector:administrative")
    page = first.get(f"{EDIT}?tu={SIPAS}").text
    known = re.search(r'name="known" value="([^"]*)"', page)[1]
    assert known == SIPAS
    mine, theirs = (text_in(page).replace("Số ghế ngồi chờ", word) for word in ("Ghế ngồi chờ", "Chỗ ngồi chờ"))
    for _press in range(2):  # the second finds what the first stored, and that it is the same
        assert post(first, EDIT, do="save", version=NEXT, text=mine, known=known).status_code == 302
    later = next_version(NEXT, {NEXT})
    for version in (NEXT, later):
        told = post(second, EDIT, do="save", version=version, text=theirs, known=known)
        assert told.status_code == 409
        assert f"phiên bản {NEXT} đã được lưu" in told.text
        assert first.email in told.text
        assert text_in(told.text) == theirs
    assert f"sipas-commune@{later}" not in stored_names(app)
    seen = {"known": known, "seen": NEXT}
    assert post(second, EDIT, do="save", version=NEXT, text=theirs, **seen).status_code == 409
    assert post(second, EDIT, do="save", version=later, text=theirs, **seen).status_code == 302
    with app.app_context():
        texts = {
            one.version: instrument_of(db.session, one.id).item("a1").text.vi
            for one in db.session.scalars(select(Questionnaire).where(Questionnaire.key == "sipas-commune"))
        }
    assert texts[NEXT].startswith("Ghế")
    assert texts[later].startswith("Chỗ")
    assert texts[SHIPPED.version].startswith("Số ghế")


def test_a_version_with_responses_stays_as_it_is_when_a_new_one_arises(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    with app.app_context():
        survey = make_survey(db.session, state="collecting")
        answer(db.session, survey)
        db.session.commit()
        before = survey.questionnaire_id, instrument_of(db.session, survey.questionnaire_id).content_hash
    text = source_of(SHIPPED).replace("Số ghế ngồi chờ", "Ghế ngồi chờ")
    assert post(manager, EDIT, do="save", version=NEXT, text=text, known=SIPAS).status_code == 302
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        assert (survey.questionnaire_id, survey.questionnaire.content_hash) == before
        assert instrument_of(db.session, before[0]).item("a1").text.vi.startswith("Số ghế")
    page = manager.get(LIST).text
    assert page.count("Đã có phiếu trả lời") == 1


def test_an_old_page_keeps_the_text_and_stores_nothing(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    before = stored_names(app)
    for address in (WRITE, EDIT):
        late = manager.post(address, data={"csrf_token": "old", "do": "save", "version": "3", "text": SMALL})
        assert late.status_code == 400
        assert text_in(late.text) == SMALL
        assert "mở quá lâu" in late.text
    assert stored_names(app) == before


def test_the_number_of_a_version(app: Flask) -> None:
    assert next_version("2020.1", {"2020.1", "2020.2"}) == "2020.3"
    assert next_version("a", {"a"}) == "a.1"
    assert 'version: "2" # chú thích' in with_version("key: a\nversion: '1'   # chú thích\n", "2")
    assert with_version("{key: a, version: '1'}", "2") == "{key: a, version: '1'}"
    assert with_version('key: a\nversion: "1"\n', '"x').endswith('version: "\\"x"\n')


def test_two_who_store_at_the_same_moment_store_once(app: Flask, sign_in: SignIn) -> None:
    people = [sign_in("survey_manager"), sign_in("sector_lead", "sector:administrative")]
    fields = [{"csrf_token": token(person), "do": "save", "version": "1", "text": SMALL} for person in people]
    start = Barrier(2)

    def press(number: int) -> int:
        start.wait()
        return people[number].post(WRITE, data=fields[number]).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(press, range(2))) == [302, 302]
    with app.app_context():
        stored = [entry for entry in latest_entries(db.session) if entry.subject == "questionnaire:item-types"]
        assert len(stored) == 1
