"""Shutting an account and giving a new password, by the page and at the command line."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.accounts.models import User
from survey_app.database import db
from tests.conftest import token_in

PAGE = "/quan-ly/nguoi-dung"


def number_of(app: Flask, person: FlaskClient) -> int:
    with app.app_context():
        return db.session.scalars(select(User.id).where(User.email == person.email)).one()


def change(administrator: FlaskClient, number: int, what: str) -> str:
    token = token_in(administrator.get(PAGE).text)
    answer = administrator.post(f"{PAGE}/{number}", data={"csrf_token": token, "change": what})
    return f"{answer.status_code} {answer.text}"


def test_a_shut_account_is_out_at_once_and_in_again_when_opened(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    administrator, analyst = sign_in("administrator"), sign_in("analyst")
    number = number_of(app, analyst)
    assert analyst.get("/quan-ly").status_code == 200
    assert change(administrator, number, "deactivate").startswith("200")
    assert analyst.get("/quan-ly").status_code == 302
    assert change(administrator, number, "activate").startswith("200")
    with app.app_context():
        assert db.session.get_one(User, number).active


def test_a_new_password_is_shown_once_and_ends_old_sessions(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    administrator, analyst = sign_in("administrator"), sign_in("analyst")
    page = change(administrator, number_of(app, analyst), "password")
    made = re.search(r"<code>([^<]+)</code>", page)
    assert made
    assert made[1] not in administrator.get(PAGE).text
    assert analyst.get("/quan-ly").status_code == 302
    data = {"email": analyst.email, "password": made[1], "csrf_token": token_in(analyst.get("/dang-nhap").text)}
    assert analyst.post("/dang-nhap", data=data).status_code == 302
    assert analyst.get("/quan-ly").status_code == 200


def test_nobody_shuts_the_account_they_use(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    administrator = sign_in("administrator")
    assert change(administrator, number_of(app, administrator), "deactivate").startswith("409")
    assert administrator.get(PAGE).status_code == 200


def test_the_command_line_does_the_same(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    analyst = sign_in("analyst")
    run = app.test_cli_runner().invoke
    assert run(args=["user", "deactivate", analyst.email]).exit_code == 0
    assert analyst.get("/quan-ly").status_code == 302
    assert run(args=["user", "activate", analyst.email]).exit_code == 0
    assert "password:" in run(args=["user", "password", analyst.email]).stdout
    assert run(args=["user", "deactivate", "khong@co.example"]).exit_code == 1
