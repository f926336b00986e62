"""The pages „Ở đâu”, „Ai” and „Bảng chéo” by page and by command; tables kept under a name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit.models import AuditEntry
from survey_app.database import db
from survey_app.results.crossing.models import SavedView
from survey_app.surveys.queries import find_survey
from tests.conftest import token_in
from tests.rooms.work_village import make_person
from tests.village import VILLAGE, communes, make_village, respond

PAGE = f"/quan-ly/dot/{VILLAGE}/ket-qua"
QUERY = "hang=late&cot=channel&cua=q1&loc=channel%3Dkiosk&loc=channel%3Dfield"


@pytest.fixture
def village(app: Flask) -> None:
    """Six communes: late ones (late = 1) are dissatisfied, the others satisfied; counter, post and two on paper."""
    with app.app_context():
        session = db.session
        survey = make_village(session, sample={"share": 0.5, "stratify_by": "none"}, simulated=True)
        for place, commune in enumerate(communes(session, survey)):
            for number in range(12):
                late = 1 + number % 2
                good = number % 5 != 4 if late == 2 else number % 4 == 0 and place % 2 == 0
                channel = "paper" if place < 2 and number == 11 else ("kiosk", "field")[number % 3 == 0]
                respond(session, survey, commune, answers={"q1": 3 if good else 1, "late": late}, channel=channel)
        session.commit()


def post(client: FlaskClient, address: str, **data: str) -> Any:
    return client.post(address, data={"csrf_token": token_in(client.get(f"{PAGE}/bang").text)} | data)


def test_the_three_pages_open_and_stand_in_the_row_of_links(village: None, sign_in: Callable[..., FlaskClient]) -> None:
    analyst = sign_in("analyst")
    for address, title in (("noi", "Ở đâu"), ("ai", "Ai"), ("bang", "Bảng chéo")):
        page = analyst.get(f"{PAGE}/{address}")
        assert page.status_code == 200, page.text
        assert f'href="{PAGE}/{address}" aria-current="page">{title}</a>' in page.text
        assert "mô phỏng" in page.text
        assert "nan" not in page.text.lower().replace("nang", "")
    for name in ("observer", "collector"):
        assert sign_in(name).get(f"{PAGE}/bang").status_code in (403, 404)


def test_before_any_answer_the_pages_say_what_comes(session: Session, sign_in: Callable[..., FlaskClient]) -> None:
    make_village(session)
    analyst = sign_in("analyst")
    for address in ("noi", "ai", "bang"):
        page = analyst.get(f"{PAGE}/{address}")
        assert page.status_code == 200, page.text
        assert "Chưa có phiếu nào" in page.text
    assert analyst.get(f"{PAGE}/bang.csv").status_code == 400


def test_the_table_of_an_address_and_its_files_hold_the_same_figures(
    village: None, sign_in: Callable[..., FlaskClient], app: Flask
) -> None:
    analyst = sign_in("analyst")
    page = analyst.get(f"{PAGE}/bang?{QUERY}").text
    found = json.loads(analyst.get(f"{PAGE}/bang.json?{QUERY}").text)
    assert found["note"] == "dữ liệu mô phỏng"
    assert [one["value"] for one in found["filters"]] == ["kiosk", "field"]
    whole = next(cell for cell in found["cells"] if cell["domain"] == {"late": "", "channel": ""})
    assert whole["respondents"] == found["among"] == 70  # 72 less the two on paper
    assert f"{whole['estimate'] * 100:.1f}%".replace(".", ",") in page
    csv = analyst.get(f"{PAGE}/bang.csv?{QUERY}")
    assert csv.text.startswith("\ufeffmeasure,late,row_vi")
    assert f"{whole['estimate']!r}" in csv.text
    svg, png = (analyst.get(f"{PAGE}/bang.{form}?{QUERY}") for form in ("svg", "png"))
    assert svg.mimetype == "image/svg+xml"
    assert "dữ liệu mô phỏng" in svg.text
    assert "<desc>" in svg.text
    assert "style=" not in svg.text
    assert png.data.startswith(b"\x89PNG")
    command = app.test_cli_runner().invoke(args=["results", "cross", VILLAGE, "--query", QUERY])
    assert command.exit_code == 0, command.output
    assert json.loads(command.output)["cells"] == found["cells"]


def test_two_answers_on_paper_are_withheld_on_the_page_in_the_files_and_the_picture(
    village: None, sign_in: Callable[..., FlaskClient]
) -> None:
    analyst = sign_in("analyst")
    found = json.loads(analyst.get(f"{PAGE}/bang.json?hang=late&cot=channel&cua=q1").text)
    hidden = [cell for cell in found["cells"] if cell["withheld"] == "protected"]
    assert {("1", "paper"), ("2", "paper")} & {(c["domain"]["late"], c["domain"]["channel"]) for c in hidden}
    assert len(hidden) >= 4
    page = analyst.get(f"{PAGE}/bang?hang=late&cot=channel&cua=q1").text
    assert page.count("◌<span") == len(hidden)
    assert "tính ngược ra" in page


def test_a_wrong_address_says_why_and_keeps_the_rest(village: None, sign_in: Callable[..., FlaskClient]) -> None:
    analyst = sign_in("analyst")
    page = analyst.get(f"{PAGE}/bang?hang=late&cot=khong-co&cua=q1&loc=channel%3Dkiosk")
    assert page.status_code == 400
    assert "„khong-co”" in page.text
    assert '<option value="late" selected>' in page.text
    assert '<option value="channel=kiosk" selected>' in page.text
    assert analyst.get(f"{PAGE}/bang.svg?hang=khong-co").status_code == 400


def test_a_table_is_kept_opened_and_deleted_by_its_owner_alone(
    app: Flask, village: None, sign_in: Callable[..., FlaskClient]
) -> None:
    analyst, other = sign_in("analyst"), sign_in("analyst")
    done = post(analyst, f"{PAGE}/bang/luu", name="  Trễ hẹn  theo kênh ", query=QUERY)
    assert done.status_code == 302, done.text
    with app.app_context():
        view = db.session.scalars(select(SavedView)).one()
        assert (view.name, view.survey_id) == ("Trễ hẹn theo kênh", find_survey(db.session, VILLAGE).id)
        number = view.id
    opened = analyst.get(f"{PAGE}/bang/{number}", follow_redirects=True)
    assert "Trễ hẹn theo kênh" in opened.text
    assert '<option value="channel=kiosk" selected>' in opened.text
    assert "Trễ hẹn theo kênh" not in other.get(f"{PAGE}/bang").text
    assert other.get(f"{PAGE}/bang/{number}").status_code == 404
    assert post(other, f"{PAGE}/bang/{number}/xoa").status_code == 404
    assert post(analyst, f"{PAGE}/bang/{number}/xoa").status_code == 302
    with app.app_context():
        assert db.session.scalars(select(SavedView)).all() == []
        trail = db.session.scalars(
            select(AuditEntry).where(AuditEntry.verb.startswith("view.")).order_by(AuditEntry.id)
        ).all()
        assert [entry.verb for entry in trail] == ["view.save", "view.delete"]
        assert "Trễ hẹn" not in json.dumps([entry.detail for entry in trail], ensure_ascii=False)


@pytest.mark.parametrize(("name", "words"), [("", "đặt tên"), ("x" * 81, "80"), ("a\u202eb", "ký tự")])
def test_a_name_that_cannot_be_is_refused_and_stays_typed(
    session: Session, village: None, sign_in: Callable[..., FlaskClient], name: str, words: str
) -> None:
    page = post(sign_in("analyst"), f"{PAGE}/bang/luu", name=name, query=QUERY)
    assert page.status_code == 400
    assert words in page.text
    assert f'value="{name}"' in page.text
    assert session.scalars(select(SavedView)).all() == []


def test_the_same_name_twice_is_refused_by_verb_and_by_database(
    session: Session, village: None, sign_in: Callable[..., FlaskClient]
) -> None:
    analyst = sign_in("analyst")
    assert post(analyst, f"{PAGE}/bang/luu", name="Một", query=QUERY).status_code == 302
    again = post(analyst, f"{PAGE}/bang/luu", name="Một", query=QUERY)
    assert again.status_code == 409
    assert "Đã có bảng tên „Một”" in again.text
    view = session.scalars(select(SavedView)).one()
    session.add(SavedView(survey_id=view.survey_id, owner_id=view.owner_id, name="Một", query="x"))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_tables_are_kept_by_command_for_a_person_with_the_same_rights(
    app: Flask, session: Session, village: None
) -> None:
    make_person(session, "phan-tich", role="analyst")
    make_person(session, "quan-sat", role="observer")
    session.commit()
    run = app.test_cli_runner().invoke
    by = ["--by", "phan-tich@hailong.example"]
    saved = run(args=["results", "view", "save", VILLAGE, "--name", "Một", "--query", QUERY, *by])
    assert saved.exit_code == 0, saved.output
    number = saved.output.split("\t")[0]
    assert "Một" in run(args=["results", "view", "list", VILLAGE, *by]).output
    assert run(args=["results", "view", "list", VILLAGE]).output == ""
    nobody = run(args=["results", "view", "save", VILLAGE, "--name", "Hai", "--query", QUERY])
    assert (nobody.exit_code, "--by" in nobody.output) == (1, True)
    refused = run(args=["results", "view", "delete", VILLAGE, number, "--by", "quan-sat@hailong.example"])
    assert refused.exit_code == 1
    assert run(args=["results", "view", "delete", VILLAGE, number, *by]).exit_code == 0
    wrong = run(args=["results", "cross", VILLAGE, "--rows", "khong-co"])
    assert (wrong.exit_code, "khong-co" in wrong.output) == (1, True)
    owner = session.scalars(select(User).where(User.email == "phan-tich@hailong.example")).one()
    assert owner.id


def test_groups_that_differ_are_named_and_the_others_are_not(
    village: None, sign_in: Callable[..., FlaskClient], app: Flask
) -> None:
    page = sign_in("analyst").get(f"{PAGE}/ai?cua={quote('q1')}").text
    assert "Người dân tự chọn cách trả lời" in page
    assert "Rao–Scott" in page
    told = app.test_cli_runner().invoke(args=["results", "differences", VILLAGE, "--of", "q1"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert all(one["adjusted_p"] is None or one["adjusted_p"] >= one["p"] for one in found)


def test_places_without_a_proven_difference_are_never_put_in_an_order(
    village: None, sign_in: Callable[..., FlaskClient], app: Flask
) -> None:
    page = sign_in("analyst").get(f"{PAGE}/noi?theo=commune&cua=q1").text
    assert "Không xếp hạng được" in page
    assert "không xếp hạng" in page
    ranks = app.test_cli_runner().invoke(args=["results", "ranks", VILLAGE, "--by", "commune", "--of", "q1"])
    found = json.loads(ranks.output)
    assert found["ranked"] == []  # one commune alone has no degrees of freedom
    assert len(found["unranked"]) == 6
