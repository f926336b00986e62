"""Fifty phones send the form of one personal link at the same moment to the real server: exactly one is received."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import func, select

from survey_app import create_app
from survey_app.audit.models import SYSTEM
from survey_app.collection.drafts import issue_invitations
from survey_app.collection.models import Draft, Invitation, Response
from survey_app.database import db
from survey_app.instruments.loader import load_file
from survey_app.instruments.service import store_questionnaire
from survey_app.sampling.queries import drawn_units
from survey_app.settings import read_settings
from tests.conftest import token_in
from tests.servers import RunningServer, flask_environment
from tests.world import TESTER, make_survey

PHONES = 50
SLUG = "tranh-phieu-moi"
QUESTIONNAIRE = Path(__file__).parents[1] / "questionnaires" / "small.yaml"


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[RunningServer]:
    """The real server on each database."""
    variables = flask_environment(Path(environment["HAILONG_INSTANCE"])) | environment
    server = RunningServer(variables, tmp_path / "server.log")
    try:
        yield server.wait_until_ready()
    finally:
        server.kill_everything()


@pytest.fixture
def token(environment: dict[str, str]) -> str:
    """A personal link of a survey of one section."""
    app = create_app(read_settings(environment))
    with app.app_context():
        key = store_questionnaire(db.session, load_file(QUESTIONNAIRE), actor=SYSTEM)[0].key
        survey = make_survey(db.session, state="collecting", slug=SLUG, questionnaire=key)
        units = list(drawn_units(db.session, survey))[:1]
        ((_unit, token),) = issue_invitations(db.session, survey, units, 1, actor=TESTER)
        db.session.commit()
        db.session.close()
        db.engine.dispose()
    return token


class Phone:
    """A browser without scripts that keeps its cookies."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, address: str, fields: Sequence[tuple[str, str]] = ()) -> tuple[int, str, str]:
        """Status, page, where to go next."""
        connection = HTTPConnection(self.host, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request(method, address, urlencode(fields), headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer.status, page, answer.headers["Location"] or ""


def test_of_fifty_at_once_exactly_one_wins_and_all_others_are_told(
    server: RunningServer, token: str, environment: dict[str, str]
) -> None:
    address = f"/s/{SLUG}/t/{token}"

    def begin(_number: int) -> tuple[Phone, str, str]:
        phone = Phone(server.url)
        csrf = token_in(phone.ask("GET", address)[1])
        status, page, part = phone.ask("POST", address, [("csrf_token", csrf), ("consent", "1")])
        assert status == 302, page
        return phone, part, token_in(phone.ask("GET", part)[1])

    with ThreadPoolExecutor(8) as pool:
        phones = list(pool.map(begin, range(PHONES)))
    answers = first_answers(phones[0][0].ask("GET", phones[0][1])[1])
    together = threading.Barrier(PHONES)

    def send(one: tuple[Phone, str, str]) -> int:
        phone, part, csrf = one
        together.wait(timeout=60)
        return phone.ask("POST", part, [("csrf_token", csrf), ("go", "next"), *answers])[0]

    with ThreadPoolExecutor(PHONES) as pool:
        statuses = list(pool.map(send, phones))

    assert sorted(statuses) == [302] + [409] * (PHONES - 1)
    app = create_app(read_settings(environment))
    with app.app_context():
        assert db.session.scalar(select(func.count(Response.id))) == 1
        assert db.session.scalar(select(func.count(Draft.id))) == PHONES - 1
        assert db.session.scalars(select(Invitation.used)).all() == [True]
        db.session.close()
        db.engine.dispose()
    assert "unexpected error" not in server.logged()


def first_answers(page: str) -> list[tuple[str, str]]:
    """The questions of a page, each with its first choice."""
    found: dict[str, str] = {}
    for name, value in re.findall(r'<input type="radio"[^>]*name="([^"]+)" value="([^"]+)"', page):
        found.setdefault(name, value)
    assert found
    return [("shown", name) for name in found] + list(found.items())
