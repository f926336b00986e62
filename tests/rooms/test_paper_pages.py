"""The pages and commands of paper forms: who may do what, the same at the screen and at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.accounts.service import add_user
from survey_app.collection.models import Response
from survey_app.collection.paper.models import PaperEntry, PaperForm
from survey_app.database import db
from tests.conftest import token_in
from tests.rooms.paper_desk import TYPED, key, keyers, open_area, received
from tests.rooms.work_village import post, user_of
from tests.village import VILLAGE, communes
from tests.world import TESTER

BASE = f"/quan-ly/dot/{VILLAGE}/phieu-giay"
DESK = "/nhap-phieu-giay"
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def serials(app: Flask) -> list[str]:
    """Forms in hand."""
    with app.app_context():
        return [form.serial for form in received(db.session)]


def form_of(serial: str) -> PaperForm:
    return db.session.scalars(select(PaperForm).where(PaperForm.serial == serial)).one()


def fill(changes: dict[str, str] | None = None) -> dict[str, Any]:
    """What a keyer sends for the form of the village."""
    return {"do": "save", **{f"k-{name}": text for name, text in (TYPED | (changes or {})).items()}}


def test_a_batch_goes_from_the_order_to_the_office_and_back(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        code = communes(db.session, open_area(db.session).survey)[0]
    coordinator, collector = sign_in("post_coordinator"), sign_in("collector")
    made = post(coordinator, BASE, {"unit": code, "count": "12", "language": "vi"})
    assert made.status_code == 302, made.text
    page = made.headers["Location"]
    with app.app_context():
        who = user_of(app, collector)
        first = db.session.scalars(select(PaperForm.serial).order_by(PaperForm.number)).first()
    assert post(coordinator, page, {"do": "hand", "to": who.email}).status_code == 302
    assert who.name in coordinator.get(page).text
    wrong = post(coordinator, BASE, {"do": "received", "serials": "HL-XX-1\n"}, to=f"{BASE}/ghi")
    assert wrong.status_code == 400
    assert "HL-XX-1" in wrong.text  # nothing typed is lost
    assert post(coordinator, BASE, {"do": "received", "serials": first}, to=f"{BASE}/ghi").status_code == 302
    assert post(coordinator, page, {"do": "print"}).headers["Location"].startswith("/viec/")
    assert coordinator.get(f"{page}/phieu.pdf").status_code == 404  # not yet printed
    overview = sign_in("observer").get(BASE)
    assert overview.status_code == 200
    assert "12" in overview.text
    assert "<form" not in overview.text.split("<main", 1)[1]


def test_keying_on_the_page_enters_the_form_and_tells_nothing_of_the_other(
    app: Flask, sign_in: SignIn, serials: list[str]
) -> None:
    first, second = sign_in("paper_keyer"), sign_in("paper_keyer")
    assert post(first, DESK, {"serial": f"{serials[0]}/2", "do": "open"}).headers["Location"] == f"{DESK}/{serials[0]}"
    words = "Chữ của người thứ nhất"
    page = f"{DESK}/{serials[0]}"
    wrong = post(first, page, fill({"q1": "8", "words": words}))
    assert wrong.status_code == 400
    assert words in wrong.text
    assert post(first, page, fill({"words": words})).status_code == 302
    shown = second.get(page)
    assert shown.status_code == 200
    assert words not in shown.text
    done = post(second, page, fill({"words": words, "q3": "1"}))
    told = second.get(done.headers["Location"]).text
    assert "khớp nhau" in told
    assert "Không tính câu" in told
    with app.app_context():
        assert db.session.get_one(Response, form_of(serials[0]).id).channel == "paper"


def test_a_second_click_meets_what_the_first_has_done(app: Flask, sign_in: SignIn, serials: list[str]) -> None:
    first, second, coordinator = sign_in("paper_keyer"), sign_in("paper_keyer"), sign_in("post_coordinator")
    page, decision = f"{DESK}/{serials[0]}", f"{BASE}/nhap-kep/{serials[0]}"
    data = {"csrf_token": token_in(first.get(page).text), **fill()}
    assert [first.post(page, data=data).headers["Location"] for _click in range(2)] == [DESK] * 2
    assert "Lần thứ hai phải là người khác" in first.get(DESK).text
    post(second, page, fill({"q1": "1"}))
    data = {"csrf_token": token_in(coordinator.get(decision).text), "k-q1": "3"}
    clicks = [coordinator.post(decision, data=data).headers["Location"] for _click in range(2)]
    assert clicks == [f"{BASE}/nhap-kep"] * 2
    assert "đã vào hệ thống" in coordinator.get(f"{BASE}/nhap-kep").text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PaperEntry)) == 2
        assert db.session.get_one(Response, form_of(serials[0]).id).answers["q1"] == 3


def test_who_may_see_and_decide_what_was_keyed(app: Flask, sign_in: SignIn, serials: list[str]) -> None:
    with app.app_context():
        people = keyers(db.session)
        key(db.session, form_of(serials[1]), people[0], words="Bí mật một")
        key(db.session, form_of(serials[1]), people[1], words="Bí mật hai")
    page = f"{BASE}/nhap-kep/{serials[1]}"
    for role in ("observer", "analyst", "approver", "collector", "paper_keyer", "administrator"):
        person = sign_in(role)
        for address in (page, f"{BASE}/nhap-kep"):
            assert person.get(address).status_code in (403, 404), (role, address)
        assert "Bí mật" not in person.get(BASE).text
    coordinator = sign_in("post_coordinator")
    assert "Bí mật một" in coordinator.get(page).text
    assert post(coordinator, page, {"k-words": "Bí mật hai"}).status_code == 302
    assert "1/1" in coordinator.get(f"{BASE}/nhap-kep").text
    with app.app_context():
        assert db.session.get_one(Response, form_of(serials[1]).id).answers["words"] == "Bí mật hai"


def test_forms_of_another_place_do_not_exist(app: Flask, sign_in: SignIn, serials: list[str]) -> None:
    with app.app_context():
        elsewhere = communes(db.session, form_of(serials[0]).batch.survey)[1]
    keyer, coordinator = (sign_in(role, f"unit:{elsewhere}") for role in ("paper_keyer", "post_coordinator"))
    assert keyer.get(f"{DESK}/{serials[0]}").status_code == 404
    assert post(keyer, DESK, {"do": "receive", "serials": serials[0]}).status_code == 404
    assert coordinator.get(f"{BASE}/lo/1").status_code == 404
    assert serials[0] not in coordinator.get(BASE).text


def test_commands_do_the_same_for_the_same_people(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        area = open_area(db.session)
        code = communes(db.session, area.survey)[0]
        elsewhere = communes(db.session, area.survey)[1]
        keyers(db.session)
        for name, role, scopes in (
            ("chi", "post_coordinator", []),
            ("xa", "post_coordinator", [f"unit:{elsewhere}"]),
            ("gs", "observer", []),
        ):
            add_user(db.session, f"{name}@hailong.example", role=role, scopes=scopes, actor=TESTER, password="x" * 12)
        db.session.commit()
    run = app.test_cli_runner()

    def paper(verb: str, *arguments: str, by: str | None = "chi", code: int = 0) -> str:
        extra = ["--by", f"{by}@hailong.example"] if by else []
        done = run.invoke(args=["paper", verb, VILLAGE, *arguments, *extra])
        assert done.exit_code == code, (verb, done.output)
        return done.output

    for stranger in ("gs", "xa", "an"):
        paper("issue", "--in", code, "--count", "3", by=stranger, code=1)
    assert "batch 1: HL-LPG26-000001-9" in paper("issue", "--in", code, "--count", "3")
    serial = "HL-LPG26-000001-9"
    paper("print", "1", "--file", str(tmp_path / "a.pdf"))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    assert "1 received" in paper("receive", serial, by="an")
    file, decision = tmp_path / "typed.json", tmp_path / "decision.json"
    file.write_text(json.dumps(TYPED))
    paper("key", serial, "--file", str(file), by=None, code=1)
    assert "received, pass 1" in paper("key", serial, "--file", str(file), by="an")
    file.write_text(json.dumps(TYPED | {"q1": "1"}))
    paper("key", serial, "--file", str(file), by="an", code=1)
    assert "keyed, pass 2" in paper("key", serial, "--file", str(file), by="binh")
    paper("differences", by="gs", code=1)
    listed = json.loads(paper("differences", "--format", "json"))
    assert listed[0]["items"] == [{"item": "q1", "first": 3, "second": 1}]
    decision.write_text(json.dumps({"q1": "1"}))
    paper("decide", serial, "--file", str(decision), by="binh", code=1)
    assert "accepted" in paper("decide", serial, "--file", str(decision))
    rates = {one["name"]: (one["won"], one["agreement"]) for one in json.loads(paper("rates", "--format", "json"))}
    assert rates == {"An": (0, 0.875), "Binh": (1, 0.875)}
    states = json.loads(paper("list", "--format", "json", by="gs"))["batches"][0]["states"]
    assert states == {"accepted": 1, "issued": 2}
    paper("void", "HL-LPG26-000002-3..HL-LPG26-000003-6", "--reason", "rách", code=1)  # wrong check digits


def test_a_page_from_another_time_does_nothing(app: Flask, sign_in: SignIn, serials: list[str]) -> None:
    keyer = sign_in("paper_keyer")
    answer = keyer.post(f"{DESK}/{serials[0]}", data=fill())
    assert answer.status_code == 400
    assert 'value="Tốt"' in answer.text
    with app.app_context():
        assert db.session.scalars(select(PaperEntry)).all() == []
