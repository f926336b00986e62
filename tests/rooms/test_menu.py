"""The menu of the office: the rooms a person may enter, and the one they are in."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import login_user

from survey_app.accounts.service import add_user
from survey_app.audit.models import SYSTEM
from survey_app.database import db
from survey_app.pages import _navigation

SignIn = Callable[..., FlaskClient]
ROOMS = {"surveys": "/quan-ly", "questionnaires": "/quan-ly/bo-phieu", "trail": "/quan-ly/nhat-ky",
         "people": "/quan-ly/nguoi-dung", "keys": "/quan-ly/khoa-api", "geography": "/quan-ly/dia-ban"}  # fmt: skip

TABLES = "/quan-ly/bang-so"


def menu(page: str) -> dict[str, bool]:
    """The address of each room in the menu, and whether it is marked as the one the page is in."""
    nav = re.search(r'<ul class="site-nav">(.*?)</ul>', page, re.S)
    assert nav, "the page has no menu"
    return {
        unescape(href): bool(mark) for href, mark in re.findall(r'<a href="([^"]+)"( aria-current="page")?>', nav[1])
    }


@pytest.mark.parametrize(
    ("address", "room"),
    [
        ("/quan-ly", "surveys"),
        ("/quan-ly/dot/{survey}", "surveys"),
        ("/quan-ly/dot/{survey}/mau", "surveys"),
        ("/quan-ly/bo-phieu", "questionnaires"),
        ("/quan-ly/bo-phieu?linh-vuc=health&lang=en", "questionnaires"),
        ("/quan-ly/bo-phieu/sipas-commune", "questionnaires"),
        ("/quan-ly/bo-phieu/so-sanh?truoc=sipas-commune&sau=sipas-short", "questionnaires"),
        ("/quan-ly/nhat-ky", "trail"),
    ],
)
def test_the_menu_marks_the_one_room_the_page_is_in(sign_in: SignIn, collecting: str, address: str, room: str) -> None:
    answer = sign_in("survey_manager").get(address.format(survey=collecting))

    assert answer.status_code == 200
    marked = menu(answer.text)
    assert set(marked) == {ROOMS["surveys"], ROOMS["questionnaires"], TABLES, ROOMS["trail"]}
    assert [href for href, here in marked.items() if here] == [ROOMS[room]]


def test_the_menu_holds_the_rooms_of_the_role(sign_in: SignIn) -> None:
    administrator = menu(sign_in("administrator").get(ROOMS["people"]).text)
    coordinator = menu(sign_in("post_coordinator", "unit:899").get("/thu-phieu").text)

    assert administrator == {href: href == ROOMS["people"] for href in ROOMS.values()}
    assert coordinator == {
        ROOMS["surveys"]: False,
        ROOMS["questionnaires"]: False,
        "/thu-phieu": True,
        "/nhap-phieu-giay": False,
    }


@pytest.mark.parametrize(
    ("address", "marked"),
    [("/quan-ly/", "/quan-ly"), ("/quan-ly/bo-phieu-moi", "/quan-ly"), ("/quan-ly-khac", None), ("/", None)],
)
def test_an_address_that_only_begins_like_a_room_is_not_in_it(app: Flask, address: str, marked: str | None) -> None:
    with app.test_request_context(address):
        person, _password = add_user(db.session, "x@hailong.example", role="observer", scopes=[], actor=SYSTEM)
        login_user(person)
        links = _navigation()

    assert len(links) == 2
    assert [href for _label, href, here in links if here] == ([marked] if marked else [])


def test_nobody_signed_in_has_no_menu(client: FlaskClient) -> None:
    assert "site-nav" not in client.get("/").text
