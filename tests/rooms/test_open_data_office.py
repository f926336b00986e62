"""The open data in the office: its page and commands, and what of it a snapshot takes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import AuditEntry
from survey_app.database import db
from survey_app.jobs.worker import run_waiting_jobs
from survey_app.publication.data.service import public_settings, settings_in_force
from survey_app.publication.models import Publication
from survey_app.publication.public_choice import PublicChoice
from survey_app.publication.review_words import facts_in_words
from survey_app.publication.service import freeze_publication, withdraw_publication
from survey_app.surveys.models import Survey
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.publishing import LEADER, publish
from tests.rooms.test_open_data import answered
from tests.village import VILLAGE
from tests.world import TESTER

PAGE = f"/quan-ly/dot/{VILLAGE}/ket-qua/du-lieu"


def survey_snapshot(session: Session) -> dict[str, Any]:
    return session.scalars(select(Publication).order_by(Publication.number.desc()).limit(1)).one().snapshot


@pytest.fixture
def village(app: Flask) -> str:
    with app.app_context():
        answered(db.session)
    return VILLAGE


def test_the_page_tells_what_would_be_hidden_and_keeps_what_was_chosen(
    sign_in: Callable[..., FlaskClient], village: str
) -> None:
    person = sign_in("analyst")
    page = person.get(f"{PAGE}?k=5&khoa=district&khoa=sex&khoa=late").text
    assert "phải ẩn" in page
    assert "Làm các tệp" not in page
    wrong = person.get(f"{PAGE}?k=abc&khoa=late").text
    assert 'value="abc"' in wrong
    assert "phải là số từ 2 đến 50" in wrong
    assert 'value="late" checked' in wrong


def test_the_files_are_made_in_the_background_and_fetched_by_the_manager_alone(
    app: Flask, sign_in: Callable[..., FlaskClient], village: str
) -> None:
    manager = sign_in("survey_manager")
    token = token_in(manager.get(PAGE).text)
    answer = manager.post(PAGE, data={"csrf_token": token, "k": "5", "khoa": ["district", "sex"]})
    assert answer.status_code == 302
    run_waiting_jobs(app)
    job = answer.headers["Location"].rsplit("/", 1)[1]
    assert f"{PAGE}?viec={job}" in manager.get(answer.headers["Location"]).text
    page = manager.get(f"{PAGE}?viec={job}").text
    address = f"{PAGE}/{job}/phieu.csv"
    assert address in page
    file = manager.get(address)
    assert file.status_code == 200
    assert file.data.startswith(b"\xef\xbb\xbfrow,stratum")
    assert f"filename={VILLAGE}-phieu.csv" in file.headers["Content-Disposition"].replace('"', "")
    assert sign_in("analyst").get(address).status_code == 403
    assert manager.get(f"{PAGE}/{job}/..%2Fhai-long.sqlite3").status_code == 404
    assert manager.get(f"{PAGE}/{job}/khac.csv").status_code == 404
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "data.export")).one()
        assert entry.detail["keys"] == ["district", "sex"]


def test_the_commands_check_and_export_with_the_rights_of_who_acts(
    app: Flask, sign_in: Callable[..., FlaskClient], village: str, tmp_path: Path
) -> None:
    analyst, manager = sign_in("analyst").email, sign_in("survey_manager").email  # type: ignore[attr-defined]
    runner = app.test_cli_runner()
    checked = runner.invoke(args=["data", "check", VILLAGE, "--keys", "district,sex,late", "--by", analyst])
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.output)["rows"] == 90
    refused = runner.invoke(args=["data", "export", VILLAGE, "--folder", str(tmp_path), "--by", analyst])
    assert refused.exit_code == 1
    assert not list(tmp_path.glob("*.csv"))
    done = runner.invoke(args=["data", "export", VILLAGE, "--folder", str(tmp_path), "--by", manager])
    assert done.exit_code == 0, done.output
    assert "90 responses" in done.output
    assert (tmp_path / "phieu.sav").exists()
    too_much = runner.invoke(args=["data", "check", VILLAGE, "--keys", "commune", "--k", "50"])
    assert too_much.exit_code == 1


def test_freezing_adds_the_open_data_with_the_choices_of_the_last_export(
    app: Flask, sign_in: Callable[..., FlaskClient], village: str
) -> None:
    manager = sign_in("survey_manager")
    token = token_in(manager.get(PAGE).text)
    manager.post(PAGE, data={"csrf_token": token, "k": "7", "khoa": ["district", "sex"]})
    run_waiting_jobs(app)
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        set_state(db.session, survey, "closed", actor=TESTER)
        publication = freeze_publication(db.session, survey, actor=TESTER)
        db.session.commit()
        (file,) = [one for one in publication.files if one.name == "du-lieu-mo.zip"]
        archive = zipfile.ZipFile(io.BytesIO(file.content))
        report = json.loads(archive.read("du-lieu/bao-mat.json"))
        assert (report["keys"], report["k"]) == (["district", "sex"], 7)
        told = facts_in_words(publication.snapshot)["withheld"][-1]
        assert "ít nhất 7 phiếu giống nhau; không nêu tên xã" in told
        assert archive.testzip() is None
        assert "du-lieu/danh-muc.csv" in archive.namelist()


def test_a_correction_keeps_the_choices_of_the_responses_that_were_public(
    app: Flask, sign_in: Callable[..., FlaskClient], village: str
) -> None:
    manager = sign_in("survey_manager")

    def export(k: str, keys: list[str]) -> dict[str, Any]:
        token = token_in(manager.get(PAGE).text)
        manager.post(PAGE, data={"csrf_token": token, "k": k, "khoa": keys})
        run_waiting_jobs(app)
        with app.app_context():
            return public_settings(db.session, db.session.scalars(select(Survey)).one()).as_json()

    export("6", ["district", "sex"])
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        set_state(db.session, survey, "closed", actor=TESTER)
        publish(db.session, survey, choice=PublicChoice(files=()))
    assert export("7", ["district", "sex"])["k"] == 7  # no responses were public yet
    with app.app_context():
        publish(db.session, db.session.scalars(select(Survey)).one(), reason="Thêm dữ liệu mở")
    first = {"keys": ["district", "sex"], "k": 7, "communes": False}
    assert export("9", ["district", "sex", "late"]) == first
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        publish(db.session, survey, reason="Sửa tên một tiêu chí")
        told = facts_in_words(survey_snapshot(db.session))["withheld"][-1]
        assert "ít nhất 7 phiếu giống nhau" in told
        withdraw_publication(db.session, survey, actor=LEADER, reason="Sai số liệu của một xã")
        db.session.commit()
        assert public_settings(db.session, survey).as_json() == first


@pytest.mark.parametrize(("k", "keys"), [("2", ["district", "sex"]), ("5", ["late"])])
def test_freezing_does_not_take_choices_that_protect_less_than_usual(
    app: Flask, sign_in: Callable[..., FlaskClient], village: str, k: str, keys: list[str]
) -> None:
    manager = sign_in("survey_manager")
    manager.post(PAGE, data={"csrf_token": token_in(manager.get(PAGE).text), "k": k, "khoa": keys})
    run_waiting_jobs(app)
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        used = settings_in_force(db.session, survey)
        assert (used.k, list(used.keys)) == (int(k), keys)
        assert public_settings(db.session, survey).as_json() == {"keys": ["district", "sex"], "k": 5, "communes": False}


@pytest.mark.parametrize("sections", [("factors", "choices"), ("factors", "items")])
def test_what_was_not_chosen_is_not_in_the_open_data_either(session: Session, sections: tuple[str, ...]) -> None:
    survey = answered(session)
    set_state(session, survey, "closed", actor=TESTER)
    publication = freeze_publication(session, survey, actor=TESTER, choice=PublicChoice(sections))
    session.commit()
    (file,) = [one for one in publication.files if one.name == "du-lieu-mo.zip"]
    archive = zipfile.ZipFile(io.BytesIO(file.content))
    names = {name.removeprefix("du-lieu/") for name in archive.namelist()}
    detail = {"cx-chi-tiet.csv"} if "items" in sections else set()
    assert names == {
        "ket-qua.csv", "ket-qua.json", "cx-tong.csv", "bao-mat.json", "doc-truoc.txt", "danh-muc.csv", *detail
    }  # fmt: skip
    assert "phần không chọn công bố" in json.loads(archive.read("du-lieu/bao-mat.json"))["refusal"]
    told = facts_in_words(publication.snapshot)["withheld"][-1]
    assert "không công bố, vì cho biết cả phần không chọn" in told
