"""The page of weights: what it shows, a step looked at and put into force, undone, and who may."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.database import db
from survey_app.results.weighting.models import WeightStep
from tests.conftest import token_in
from tests.rooms.weighing import answer_all, drawn_from_lists
from tests.village import VILLAGE, make_village

PAGE = f"/quan-ly/dot/{VILLAGE}/trong-so"


def weighed(app: Flask) -> None:
    with app.app_context():
        answer_all(db.session, drawn_from_lists(db.session), fewer=1)


def send(client: FlaskClient, address: str, page: str, data: dict[str, Any]) -> Any:
    return client.post(address, data={"csrf_token": token_in(page)} | data, content_type="multipart/form-data")


def steps_in_force(app: Flask) -> list[str]:
    with app.app_context():
        query = select(WeightStep.kind).where(WeightStep.undone_at.is_(None)).order_by(WeightStep.position)
        return list(db.session.scalars(query))


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", page)))


def test_the_page_says_what_the_forms_stand_for_and_what_each_step_did(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    weighed(app)
    page = sign_in("analyst", "unit:92").get(PAGE)
    assert page.status_code == 200
    shown = words(page.text)
    assert "đại diện cho 2.130 hồ sơ" in shown
    for part in ("Trọng số gốc", "Chỉnh không trả lời", "Cân theo tổng của từng nhóm", "1.020"):
        assert part in shown
    assert "Thêm bước" not in shown  # who only reads is offered nothing to do


def test_a_step_is_looked_at_first_and_what_was_typed_stays(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    weighed(app)
    manager = sign_in("survey_manager", "unit:92")
    page = manager.get(PAGE).text
    assert "Thêm bước" in words(page)
    assert page.count('name="csrf_token"') > 1  # one for each step that can be undone
    assert page.count('id="csrf_token"') == 0
    address = f"{PAGE}/buoc-moi?buoc=rake&theo=stratum&theo=item:sex"
    form = manager.get(address).text
    assert "(1.020)" in words(form)  # the frame's own total, to be left alone
    fields = dict(re.findall(r'<label class="label" for="(t-1-\d)">([^<]+)', form))
    by_name = {title.strip(): name for name, title in fields.items()}
    data: dict[str, Any] = {"buoc": "rake", "theo": ["stratum", "item:sex"], by_name["Nam"]: "900"}

    refused = send(manager, address, form, data | {"go": "preview"})
    assert refused.status_code == 400
    assert "Thiếu tổng" in words(refused.text)
    assert 'value="900"' in refused.text

    looked = send(manager, address, refused.text, data | {by_name["Nữ"]: "1230", "go": "preview"})
    assert looked.status_code == 200
    assert "Đưa vào dùng" in looked.text
    assert 'value="1230"' in looked.text
    assert steps_in_force(app) == []

    done = send(manager, address, looked.text, data | {by_name["Nữ"]: "1230", "go": "apply"})
    assert (done.status_code, done.headers["Location"]) == (302, PAGE)
    assert steps_in_force(app) == ["nonresponse", "poststratify", "rake"]
    page = manager.get(PAGE).text
    assert "Hoàn tác bước 3" in page

    undone = manager.post(f"{PAGE}/hoan-tac", data={"csrf_token": token_in(page), "position": "3"})
    assert undone.status_code == 302
    assert steps_in_force(app) == ["nonresponse", "poststratify"]
    assert "Các bước đã hoàn tác" in manager.get(PAGE).text


def test_totals_of_a_file_fill_the_form(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    weighed(app)
    manager = sign_in("survey_manager", "unit:92")
    address = f"{PAGE}/buoc-moi?buoc=poststratify&theo=item:sex"
    form = manager.get(address).text
    file = io.BytesIO(b"variable,level,total\nitem:sex,1,900\nitem:sex,2,1230\n")
    data: dict[str, Any] = {"buoc": "poststratify", "theo": "item:sex", "go": "preview"}
    looked = send(manager, address, form, data | {"tep": (file, "tong.csv")})
    assert looked.status_code == 200, words(looked.text)
    assert 'value="900"' in looked.text
    bad = io.BytesIO(b"variable,level,total\nitem:sex,1,nhieu\n")
    refused = send(manager, address, form, data | {"tep": (bad, "tong.csv")})
    assert refused.status_code == 400
    assert "dòng 2" in words(refused.text)


def test_a_step_that_cannot_be_done_is_told_on_the_form(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    weighed(app)
    manager = sign_in("survey_manager", "unit:92")
    for query, extra, said in (
        ("buoc=trim", {"times_mean": "0,5"}, "Mức cắt phải lớn hơn 1"),
        ("buoc=trim", {"times_mean": "ba"}, "Mức cắt chưa đúng"),
        ("buoc=rake", {}, "ít nhất một biến"),
        ("buoc=nonresponse&theo=kind", {"theo": "kind"}, "Đã có bước chỉnh không trả lời"),
    ):
        address = f"{PAGE}/buoc-moi?{query}"
        form = manager.get(address).text
        refused = send(manager, address, form, {"buoc": query[5:].split("&")[0], "go": "apply"} | extra)
        assert refused.status_code == 400
        assert said in words(refused.text), query
    assert steps_in_force(app) == []
    assert manager.get(f"{PAGE}/buoc-moi").status_code == 302
    for query in ("?buoc=melt", "?buoc=rake&theo=nothing", "?buoc=rake&theo=item:q1"):
        assert manager.get(f"{PAGE}/buoc-moi{query}").status_code == 400


def test_only_those_who_freeze_figures_may_weigh(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    weighed(app)
    analyst, observer = sign_in("analyst", "unit:92"), sign_in("observer", "unit:92")
    stranger = sign_in("survey_manager", "unit:91")
    page = analyst.get(PAGE).text
    token = {"csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', analyst.get("/quan-ly").text)}
    assert analyst.get(f"{PAGE}/buoc-moi?buoc=trim").status_code == 403
    assert analyst.post(f"{PAGE}/hoan-tac", data={"position": "1"}).status_code in (400, 403)
    assert observer.get(PAGE).status_code == 403
    assert stranger.get(PAGE).status_code == 404
    assert "Hoàn tác" not in page
    assert token is not None
    assert steps_in_force(app) == []


def test_without_lists_the_page_says_that_the_sum_is_no_number_of_people(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        answer_all(db.session, make_village(db.session))
    page = words(sign_in("survey_manager", "unit:92").get(PAGE).text)
    assert "Tổng trọng số vì vậy không phải là số người" in page
    assert "Chỉnh không trả lời" not in page


def test_before_the_first_form_the_page_says_what_will_stand_there(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        drawn_from_lists(db.session)
    page = sign_in("survey_manager", "unit:92").get(PAGE)
    assert page.status_code == 200
    assert "Chưa có phiếu" in words(page.text)


def test_the_page_speaks_english(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    weighed(app)
    manager = sign_in("survey_manager", "unit:92")
    page = manager.get(f"{PAGE}/buoc-moi?buoc=rake&theo=item:sex&lang=en")
    assert "Female" in page.text
