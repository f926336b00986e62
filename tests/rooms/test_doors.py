"""Every guarded route and who may use it, written by hand; nothing is done without a token from our own page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.accounts.roles import PERMISSIONS
from survey_app.database import Base, db
from survey_app.publication.models import Publication
from survey_app.settings import ROOT
from survey_app.surveys.models import Survey
from tests.village import TWO_LEVELS, VILLAGE, communes, make_village
from tests.world import TESTER

ALL = frozenset(PERMISSIONS)
MANAGERS = frozenset({"survey_manager", "sector_lead"})
RESULTS = MANAGERS | {"analyst", "approver"}
FIELDWORK = RESULTS | {"post_coordinator", "observer"}
SURVEYS = FIELDWORK | {"administrator"}
ADMINISTRATOR = frozenset({"administrator"})
COUNTER = frozenset({"counter_device"})
COLLECTORS = frozenset({"post_coordinator", "collector"})
KEYERS = frozenset({"post_coordinator", "paper_keyer"})
INTAKE = MANAGERS | {"post_coordinator"}
CHECKERS = INTAKE | {"observer"}
DOT = "/quan-ly/dot/<slug>"
QUESTIONNAIRE = (ROOT / "tests" / "questionnaires" / "item_types.yaml").read_text(encoding="utf-8")

DOORS: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/ban-lam-viec"): ALL,
    ("GET", "/viec/<uuid:job_id>"): frozenset(),  # only the one who asked, see test_response_file_jobs
    ("GET", "/quan-ly"): SURVEYS,
    ("GET", "/quan-ly/bo-phieu"): SURVEYS,
    ("GET", "/quan-ly/bo-phieu/<name>"): SURVEYS,
    ("GET", "/quan-ly/bo-phieu/<name>/tep.yaml"): SURVEYS,
    ("GET", "/quan-ly/bo-phieu/<name>/xlsform.xlsx"): SURVEYS,
    ("GET", "/quan-ly/bo-phieu/<name>/xem-thu"): SURVEYS,
    ("GET", "/quan-ly/bo-phieu/<name>/xem-thu/giay"): SURVEYS,
    ("GET", "/quan-ly/bo-phieu/<name>/xem-thu/phieu"): SURVEYS,
    ("POST", "/quan-ly/bo-phieu/<name>/xem-thu/phieu"): SURVEYS,
    ("GET", "/quan-ly/bo-phieu/so-sanh"): SURVEYS,
    ("GET", "/quan-ly/bo-phieu/moi"): MANAGERS,
    ("GET", "/quan-ly/bo-phieu/soan"): MANAGERS,
    ("POST", "/quan-ly/bo-phieu/soan"): MANAGERS,
    ("GET", "/quan-ly/bo-phieu/soan/bieu-mau"): MANAGERS,
    ("POST", "/quan-ly/bo-phieu/soan/bieu-mau"): MANAGERS,
    ("POST", "/quan-ly/bo-phieu/soan/tep"): MANAGERS,
    ("POST", "/quan-ly/bo-phieu/soan/xem-thu"): MANAGERS,
    ("GET", "/quan-ly/dia-ban"): ADMINISTRATOR,
    ("POST", "/quan-ly/dia-ban"): ADMINISTRATOR,
    ("GET", "/quan-ly/nguoi-dung"): ADMINISTRATOR,
    ("POST", "/quan-ly/nguoi-dung"): ADMINISTRATOR,
    ("POST", "/quan-ly/nguoi-dung/<int:user_id>"): ADMINISTRATOR,
    ("GET", "/quan-ly/nhat-ky"): ADMINISTRATOR | {"survey_manager"},
    ("GET", f"{DOT[:-6]}moi"): MANAGERS,
    ("POST", f"{DOT[:-6]}moi"): MANAGERS,
    ("GET", DOT): SURVEYS,
    ("GET", f"{DOT}/sua"): MANAGERS,
    ("POST", f"{DOT}/sua"): MANAGERS,
    ("POST", f"{DOT}/trang-thai"): MANAGERS,
    ("GET", f"{DOT}/co-mau"): FIELDWORK,
    ("GET", f"{DOT}/mau"): FIELDWORK,
    ("POST", f"{DOT}/mau"): MANAGERS,
    ("GET", f"{DOT}/mau.json"): FIELDWORK,
    ("GET", f"{DOT}/mau.pdf"): FIELDWORK,
    ("GET", f"{DOT}/mau/kiem-tra"): FIELDWORK,
    ("POST", f"{DOT}/mau/boc-lai"): MANAGERS,
    ("POST", f"{DOT}/mau/duyet"): MANAGERS | {"approver"},
    ("GET", f"{DOT}/dan-mau"): FIELDWORK,
    ("POST", f"{DOT}/dan-mau"): MANAGERS,
    # what belongs to one upload, job or list: see test_listing_pages; whose upload is gone is led back to the lists
    ("GET", f"{DOT}/dan-mau/tep/<uuid:upload_id>"): MANAGERS,
    ("POST", f"{DOT}/dan-mau/tep/<uuid:upload_id>"): MANAGERS,
    ("GET", f"{DOT}/dan-mau/dong-sai/<uuid:job_id>.csv"): frozenset(),
    ("GET", f"{DOT}/dan-mau/<int:file_id>/bo"): frozenset(),
    ("POST", f"{DOT}/dan-mau/<int:file_id>/bo"): frozenset(),
    ("GET", f"{DOT}/dan-mau/xoa-lien-he"): MANAGERS,
    ("POST", f"{DOT}/dan-mau/xoa-lien-he"): MANAGERS,
    ("GET", f"{DOT}/han-muc"): FIELDWORK,
    ("POST", f"{DOT}/han-muc"): MANAGERS,
    ("POST", f"{DOT}/han-muc/<int:number>"): MANAGERS,
    ("GET", f"{DOT}/chat-luong"): FIELDWORK,
    ("POST", f"{DOT}/chat-luong/so-sanh"): FIELDWORK,
    ("POST", f"{DOT}/chat-luong/de-rieng"): MANAGERS | {"approver"},
    ("POST", f"{DOT}/chat-luong/de-rieng/<int:number>"): MANAGERS | {"approver"},
    ("GET", f"{DOT}/phuc-tra"): CHECKERS,
    ("POST", f"{DOT}/phuc-tra/boc"): CHECKERS,
    ("POST", f"{DOT}/phuc-tra/<int:case_id>"): CHECKERS,
    ("GET", f"{DOT}/trong-so"): RESULTS,
    ("GET", f"{DOT}/trong-so/buoc-moi"): MANAGERS,
    ("POST", f"{DOT}/trong-so/buoc-moi"): MANAGERS,
    ("POST", f"{DOT}/trong-so/hoan-tac"): MANAGERS,
    ("GET", f"{DOT}/thuc-dia"): FIELDWORK,
    ("GET", f"{DOT}/tien-do.csv"): FIELDWORK,
    ("GET", f"{DOT}/qr.svg"): FIELDWORK,
    ("POST", f"{DOT}/phieu-moi"): INTAKE,
    ("POST", f"{DOT}/phieu-moi/<int:number>/thu-hoi"): INTAKE,
    ("GET", f"{DOT}/duong-dan"): INTAKE,
    ("GET", f"{DOT}/ap-phich.pdf"): FIELDWORK,
    ("GET", f"{DOT}/may-tai-quay"): INTAKE,
    ("POST", f"{DOT}/may-tai-quay"): INTAKE,
    ("POST", f"{DOT}/may-tai-quay/<int:number>"): INTAKE,
    ("GET", f"{DOT}/nhap-phieu"): INTAKE,
    ("POST", f"{DOT}/nhap-phieu"): INTAKE,
    ("GET", f"{DOT}/ket-qua"): RESULTS,
    ("GET", f"{DOT}/ket-qua/yeu-to"): RESULTS,
    ("POST", f"{DOT}/ket-qua/yeu-to"): RESULTS,
    ("GET", f"{DOT}/ket-qua.json"): RESULTS,
    ("GET", f"{DOT}/ket-qua.csv"): RESULTS,
    ("GET", f"{DOT}/ket-qua/noi"): RESULTS,
    ("GET", f"{DOT}/ket-qua/ai"): RESULTS,
    ("GET", f"{DOT}/ket-qua/bang"): RESULTS,
    ("GET", f"{DOT}/ket-qua/bang.json"): RESULTS,
    ("GET", f"{DOT}/ket-qua/bang.csv"): RESULTS,
    ("GET", f"{DOT}/ket-qua/bang.svg"): RESULTS,
    ("GET", f"{DOT}/ket-qua/bang.png"): RESULTS,
    ("POST", f"{DOT}/ket-qua/bang/luu"): RESULTS,
    # what one person keeps: see test_crossing_pages
    ("GET", f"{DOT}/ket-qua/bang/<int:number>"): frozenset(),
    ("POST", f"{DOT}/ket-qua/bang/<int:number>/xoa"): RESULTS,  # everybody kept a table a moment before
    ("GET", f"{DOT}/ket-qua/so-sanh"): RESULTS,
    ("GET", f"{DOT}/ket-qua/y-kien"): RESULTS,
    # what belongs to one answer: see test_opinions
    ("GET", f"{DOT}/ket-qua/y-kien/<mark>"): frozenset(),
    ("POST", f"{DOT}/ket-qua/y-kien/<mark>"): frozenset(),
    ("GET", f"{DOT}/ket-qua/chu-de"): MANAGERS,
    ("POST", f"{DOT}/ket-qua/chu-de"): MANAGERS,
    ("GET", "/quan-ly/bang-so"): RESULTS,
    ("GET", "/quan-ly/bang-so/nhap"): MANAGERS,
    ("POST", "/quan-ly/bang-so/nhap"): MANAGERS,
    # what belongs to one table: see test_counted_surveys
    ("GET", "/quan-ly/bang-so/<slug>"): frozenset(),
    ("POST", "/quan-ly/bang-so/<slug>/bo"): frozenset(),
    ("GET", f"{DOT}/ket-qua/du-lieu"): RESULTS,
    ("POST", f"{DOT}/ket-qua/du-lieu"): MANAGERS,
    ("GET", f"{DOT}/ket-qua/du-lieu/<uuid:job_id>/<name>"): frozenset(),  # of an export, see test_open_data
    ("GET", f"{DOT}/ket-qua/tai-lieu"): RESULTS,
    ("POST", f"{DOT}/ket-qua/tai-lieu"): RESULTS,
    ("POST", f"{DOT}/ket-qua/tai-lieu/mau"): MANAGERS,
    ("GET", f"{DOT}/ket-qua/tai-lieu/mau/<kind>.docx"): RESULTS,
    (
        "GET",
        f"{DOT}/ket-qua/tai-lieu/<uuid:document_id>",
    ): frozenset(),  # of a file that was made: see test_documents_words
    ("GET", f"{DOT}/cong-bo"): RESULTS,
    ("GET", f"{DOT}/cong-bo/<int:number>"): RESULTS,
    ("GET", f"{DOT}/cong-bo/<int:number>/tep/<name>"): frozenset(),  # what a version has: see test_publication_steps
    ("GET", f"{DOT}/cong-bo/<int:number>/ra-soat"): RESULTS,
    ("POST", f"{DOT}/cong-bo/<int:number>/ra-soat"): RESULTS,
    ("POST", f"{DOT}/cong-bo/rut"): frozenset({"approver"}),
    ("POST", f"{DOT}/cong-bo/chot"): MANAGERS,
    ("POST", f"{DOT}/cong-bo/duyet"): frozenset({"approver"}),
    ("GET", "/quan-ly/khoa-api"): ADMINISTRATOR,
    ("POST", "/quan-ly/khoa-api"): ADMINISTRATOR,
    ("POST", "/quan-ly/khoa-api/<int:key_id>/thu-hoi"): ADMINISTRATOR,
    ("GET", "/thu-phieu"): COLLECTORS,
    ("POST", "/thu-phieu/<slug>/<code>"): COLLECTORS,
    ("GET", "/thu-phieu/ho-so"): COLLECTORS,
    ("POST", "/thu-phieu/ho-so/<slug>/<int:case_id>"): COLLECTORS,
    ("POST", "/thu-phieu/gui"): COLLECTORS,
    ("GET", "/thu-phieu/ung-dung"): COLLECTORS,
    ("GET", "/thu-phieu/phien"): COLLECTORS,
    ("GET", "/thu-phieu/goi"): COLLECTORS,
    ("POST", "/thu-phieu/viec"): COLLECTORS,
    ("POST", "/thu-phieu/tep-niem-phong"): COLLECTORS,
    ("GET", f"{DOT}/phieu-giu-lai"): INTAKE,
    ("POST", f"{DOT}/phieu-giu-lai"): INTAKE,
    ("GET", f"{DOT}/phan-cong"): INTAKE,
    ("POST", f"{DOT}/phan-cong"): INTAKE,
    ("GET", f"{DOT}/phan-cong/ho-so"): FIELDWORK,
    ("POST", f"{DOT}/phan-cong/ho-so"): INTAKE,
    # what belongs to one case, collector or office of the area: see test_work_visibility
    ("GET", f"{DOT}/phan-cong/ho-so/<int:case_id>"): frozenset(),
    ("POST", f"{DOT}/phan-cong/ho-so/<int:case_id>"): frozenset(),
    ("POST", f"{DOT}/phan-cong/ho-so/<int:case_id>/lien-he"): frozenset(),
    ("GET", f"{DOT}/phan-cong/nguoi/<int:user_id>"): frozenset(),
    ("POST", f"{DOT}/phan-cong/nguoi/<int:user_id>"): frozenset(),
    ("POST", f"{DOT}/phan-cong/nguoi/<int:user_id>/danh-sach.pdf"): frozenset(),
    ("GET", f"{DOT}/phan-cong/buu-dien/<int:office_id>"): frozenset(),
    ("POST", f"{DOT}/phan-cong/buu-dien/<int:office_id>"): frozenset(),
    ("POST", f"{DOT}/phan-cong/buu-dien/<int:office_id>/danh-sach.pdf"): frozenset(),
    ("GET", "/quan-ly/buu-dien"): INTAKE,
    ("POST", "/quan-ly/buu-dien"): INTAKE,
    ("POST", "/quan-ly/buu-dien/<int:office_id>"): frozenset(),
    ("GET", f"{DOT}/phieu-giay"): FIELDWORK,
    ("POST", f"{DOT}/phieu-giay"): INTAKE,
    ("POST", f"{DOT}/phieu-giay/ghi"): INTAKE,
    ("GET", f"{DOT}/phieu-giay/quet"): KEYERS,
    ("POST", f"{DOT}/phieu-giay/quet"): KEYERS,
    # what belongs to one batch or form: see test_paper_pages
    ("GET", f"{DOT}/phieu-giay/lo/<int:number>"): frozenset(),
    ("POST", f"{DOT}/phieu-giay/lo/<int:number>"): frozenset(),
    ("GET", f"{DOT}/phieu-giay/lo/<int:number>/phieu.pdf"): frozenset(),
    ("GET", f"{DOT}/phieu-giay/nhap-kep"): INTAKE,
    ("GET", f"{DOT}/phieu-giay/nhap-kep/<serial>"): frozenset(),
    ("POST", f"{DOT}/phieu-giay/nhap-kep/<serial>"): frozenset(),
    ("GET", f"{DOT}/phieu-giay/nhap-kep/<serial>/<key>.png"): frozenset(),
    ("GET", "/nhap-phieu-giay"): KEYERS,
    ("POST", "/nhap-phieu-giay"): KEYERS,
    ("GET", "/nhap-phieu-giay/<serial>"): frozenset(),
    ("POST", "/nhap-phieu-giay/<serial>"): frozenset(),
    ("GET", "/quay/<slug>"): COUNTER,
    ("POST", "/quay/<slug>"): COUNTER,
}


def address(app: Flask, rule: str) -> str:
    """The rule with the village's names in its places."""
    with app.app_context():
        code = communes(db.session, db.session.scalars(select(Survey)).one())[0]
    values = {
        "slug": VILLAGE,
        "name": "village",
        "number": "1",
        "code": code,
        "key": "q1",
        "serial": "HL-LPG26-000001-9",
        "job_id": str(UUID(int=1)),
        "user_id": "1",
        "key_id": "1",
        "case_id": "1",
        "office_id": "1",
        "file_id": "1",
        "upload_id": str(UUID(int=1)),
        "mark": "0" * 20,
        "kind": "bao-cao",
        "document_id": str(UUID(int=1)),
    }
    return re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", lambda place: values[place[1]], rule)


def open_village(app: Flask) -> None:
    """A survey with a snapshot, so that every page has something to show."""
    from survey_app.publication.public_choice import PublicChoice
    from survey_app.publication.service import summarize
    from survey_app.publication.snapshot import compute_content
    from survey_app.surveys.service import set_state
    from tests.rooms.test_publication_steps import closed_village

    with app.app_context():
        survey = closed_village(db.session)
        content = compute_content(db.session, survey, PublicChoice(files=())).content | {"files": {}}
        values = {"snapshot": content, "summary": summarize(content), "sha256": "0" * 64, "frozen_by": "tester"}
        db.session.add(Publication(survey=survey, number=1, **values))
        set_state(db.session, survey, "collecting", actor=TESTER, reason="thử")
        db.session.commit()


def body(rule: str, commune: str) -> dict[str, Any]:
    """What a page would send, complete but for the token: done by whoever forgets to ask for one."""
    from tests.rooms.test_new_survey_page import GOOD

    draft = {"text": QUESTIONNAIRE, "do": "save", "version": "1"}
    bodies: dict[str, dict[str, Any]] = {
        "/quan-ly/dia-ban": {"file": (io.BytesIO(TWO_LEVELS.encode()), "a.csv"), "code_system": "new"},
        "/quan-ly/nguoi-dung": {"email": "new@hailong.example", "role": "analyst"},
        "/quan-ly/nguoi-dung/<int:user_id>": {"change": "deactivate"},
        "/quan-ly/dot/moi": GOOD,
        f"{DOT}/sua": GOOD,
        "/quan-ly/bo-phieu/<name>/xem-thu/phieu": {"phan": "1", "go": "next"},
        "/quan-ly/bo-phieu/soan": draft,
        "/quan-ly/bo-phieu/soan/bieu-mau": draft,
        "/quan-ly/bo-phieu/soan/tep": draft,
        "/quan-ly/bo-phieu/soan/xem-thu": draft,
        f"{DOT}/trang-thai": {"state": "closed"},
        f"{DOT}/mau": {"seed": "1", "reason": "x"},
        f"{DOT}/mau/boc-lai": {"seed": "1", "reason": "x"},
        f"{DOT}/mau/duyet": {"decision": "refuse"},
        f"{DOT}/dan-mau": {"kind": "cases", "file": (io.BytesIO(b"a,b\n1,2\n"), "a.csv")},
        f"{DOT}/han-muc": {"goal": "5", "rule": "flag"},
        f"{DOT}/chat-luong/de-rieng": {"collector": "1", "reason": "x"},
        f"{DOT}/trong-so/buoc-moi": {"kind": "trim", "keep": "1"},
        f"{DOT}/trong-so/hoan-tac": {"number": "1"},
        f"{DOT}/phieu-moi": {"per_commune": "1"},
        f"{DOT}/may-tai-quay": {"name": "Quầy", "place": commune, "languages": "vi", "on_wipe": "discard"},
        f"{DOT}/may-tai-quay/<int:number>": {"do": "revoke"},
        f"{DOT}/nhap-phieu": {"file": (io.BytesIO(b"response_id\n"), "a.csv"), "keep": "1"},
        f"{DOT}/phieu-giay": {"unit": commune, "count": "5", "language": "vi"},
        f"{DOT}/phieu-giay/ghi": {"serials": "HL-LPG26-000001-9", "do": "received"},
        "/nhap-phieu-giay": {"serial": "HL-LPG26-000001-9", "do": "open"},
        f"{DOT}/ket-qua/bang/luu": {"name": "x", "query": ""},
        f"{DOT}/ket-qua/du-lieu": {"k": "2", "khoa": "sex"},
        f"{DOT}/cong-bo/duyet": {"sha256": "0" * 64},
        "/quay/<slug>": {"commune": commune, "consent": "1"},
    }
    return bodies.get(rule, {})


def everything(app: Flask) -> dict[str, object]:
    """How many rows each table has, and the state of the survey."""
    with app.app_context():
        rows = {
            name: db.session.scalar(select(func.count()).select_from(t)) for name, t in Base.metadata.tables.items()
        }
        return rows | {"state": db.session.scalars(select(Survey.state)).all()}


def test_the_table_names_every_guarded_route(app: Flask) -> None:
    guarded = {
        (method, str(rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST"}
        if getattr(app.view_functions[rule.endpoint], "guard", "public") != "public"
        and not rule.rule.startswith(("/api/", "/odk/"))  # for keys, not for people: see test_api_keys
    }
    assert guarded == set(DOORS)


def test_each_role_opens_exactly_its_doors_and_nothing_is_done_without_a_token(
    app: Flask, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    open_village(app)
    scopes = {"sector_lead": ["sector:administrative"]}
    people = {role: sign_in(role, *scopes.get(role, [])) for role in PERMISSIONS}
    before = everything(app)
    wrong = []
    for (method, rule), roles in DOORS.items():
        place, commune = address(app, rule), address(app, "<code>")
        stranger = client.open(place, method=method)
        if method == "GET":
            assert stranger.status_code == 302, rule
            assert stranger.headers["Location"].startswith("/dang-nhap"), rule
        else:
            assert stranger.status_code == 403, rule
        for role, person in people.items():
            answer = person.open(place, method=method, data=body(rule, commune) if method == "POST" else None)
            entered = answer.status_code not in (403, 404)
            led_back = method == "GET" or "upload_id" in rule or "tep-niem-phong" in rule
            fitting = answer.status_code in (200, 302) if led_back else answer.status_code == 400
            if entered != (role in roles) or (entered and not fitting):
                wrong.append((method, rule, role, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    assert everything(app) == before


def test_public_pages_that_take_something_refuse_a_missing_token_and_do_nothing(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        code = communes(db.session, make_village(db.session))[0]
    before = everything(app)
    assert client.post(f"/s/{VILLAGE}", data={"commune": code, "consent": "1"}).status_code == 400
    refused = client.post("/dang-nhap", data={"email": "a@b.vn", "password": "x" * 12})
    assert refused.status_code == 200
    assert "csrf_token" in refused.text
    assert client.post("/dang-xuat").status_code == 302
    assert everything(app) == before
