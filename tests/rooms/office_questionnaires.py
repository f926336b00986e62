"""What the tests of questionnaires in the office share."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from survey_app.database import db
from survey_app.instruments.draft_actions import Changed, change_draft
from survey_app.instruments.drafts import next_version
from survey_app.instruments.loader import load_file
from survey_app.instruments.models import Questionnaire
from survey_app.settings import ROOT
from tests.conftest import token_in

SignIn = Callable[..., FlaskClient]
LIST = "/quan-ly/bo-phieu"
WRITE, EDIT, DRAFT_PREVIEW = f"{LIST}/soan", f"{LIST}/soan/bieu-mau", f"{LIST}/soan/xem-thu"
FILES = sorted((ROOT / "questionnaires").glob("*.yaml"))
SHIPPED = load_file(ROOT / "questionnaires" / "sipas-commune.yaml")
SIPAS = f"{SHIPPED.key}@{SHIPPED.version}"
NEXT = next_version(SHIPPED.version, {SHIPPED.version})
SMALL = (ROOT / "tests" / "questionnaires" / "item_types.yaml").read_text(encoding="utf-8")


def token(person: FlaskClient) -> str:
    return token_in(person.get(f"{LIST}/moi").text)


def post(person: FlaskClient, address: str, **data: object) -> object:
    return person.post(address, data={"csrf_token": token(person), **data}, content_type="multipart/form-data")


def text_in(page: str, name: str = "text") -> str:
    """The draft that a page carries, as a browser would send it."""
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', page, re.S)
    assert found, f"the page carries no {name}"
    return unescape(found[1])


def change(posted: dict[str, str]) -> Changed:
    return change_draft(MultiDict(posted))


def stored_names(app: Flask) -> set[str]:
    with app.app_context():
        return {f"{one.key}@{one.version}" for one in db.session.scalars(select(Questionnaire))}


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page, the shown questions as a list."""
    fields: dict[str, object] = {"shown": []}
    for tag in re.findall(r'<input[^>]*type="hidden"[^>]*>', page):
        name, value = re.search(r'name="([^"]*)"', tag)[1], re.search(r'value="([^"]*)"', tag)
        fields[name] = unescape(value[1]) if value else ""
    shown = re.findall(r'<fieldset class="question[^>]*data-item="([^"]+)"([^>]*)>', page, re.S)
    fields["shown"] = [key for key, rest in shown if "hidden" not in rest]
    return fields
