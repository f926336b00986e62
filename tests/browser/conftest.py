"""A real server, real people on it, and real browsers: a citizen's phone without scripts, an office desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import create_app
from survey_app.collection.models import Response
from survey_app.database import db
from survey_app.sampling.queries import drawn_units
from survey_app.settings import read_settings
from tests.browser.watched import Watch
from tests.servers import RunningServer, flask_environment, run_flask
from tests.world import make_survey

T = TypeVar("T")
PASSWORD = "một mật khẩu để thử"
#: A survey that takes answers, for every test that needs no survey of its own.
OPEN = "dang-mo"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
TABLET = {"width": 1024, "height": 768}


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an instance made by `flask init`."""
    environment = flask_environment(tmp_path_factory.mktemp("browser") / "instance")
    run_flask(environment, "init")
    return environment


@pytest.fixture(scope="session")
def inside(instance: dict[str, str]) -> Callable[[Callable[[Session], T]], T]:
    """Run a function on the instance's database; what it wrote is committed.

    In a thread of its own: Playwright keeps an event loop in the main one, where Flask would refuse to work.
    """

    def run(function: Callable[[Session], T]) -> T:
        with create_app(read_settings(instance)).app_context():
            result = function(db.session)
            db.session.commit()
            db.session.close()
            db.engine.dispose()
        return result

    def inside(function: Callable[[Session], T]) -> T:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(run, function).result()

    return inside


@pytest.fixture(scope="session")
def commune(inside: Callable[..., str]) -> str:
    """The code of a commune in the sample of the survey that takes answers."""

    def make(session: Session) -> str:
        survey = make_survey(session, state="collecting", slug=OPEN)
        return drawn_units(session, survey)[0].unit.code

    return inside(make)


@pytest.fixture(scope="session")
def people(instance: dict[str, str], commune: str) -> dict[str, str]:
    """Role → e-mail of somebody who holds it, added by `flask user add`; the post and the counter in one commune."""
    scopes = {"collector": ["--scope", f"unit:{commune}"], "counter_device": ["--scope", f"unit:{commune}"]}
    roles = ("survey_manager", "approver", "administrator", "collector", "counter_device")
    emails = {role: f"{role.replace('_', '.')}@hailong.example" for role in roles}

    def add(role: str) -> None:
        run_flask(instance, "user", "add", emails[role], "--role", role, "--password", PASSWORD, *scopes.get(role, []))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, roles))
    return emails


@pytest.fixture(scope="session")
def server(instance: dict[str, str], people: dict[str, str]) -> Iterator[RunningServer]:
    """The server as people start it; what it logged is kept with the pictures of the pages."""
    log = Path(instance["HAILONG_INSTANCE"]).parent / "server.log"
    server = RunningServer(instance, log)
    try:
        yield server.wait_until_ready()
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test in whose time the server met an error that it did not expect."""
    if "server" not in request.fixturenames:
        yield
        return
    server: RunningServer = request.getfixturevalue("server")
    before = len(server.logged())
    yield
    during = server.logged()[before:]
    assert "unexpected error" not in during, during
    assert "job failed" not in during, during
    assert "Traceback" not in during, during


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of the machine; gone before other modules use the application in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


Open = Callable[..., BrowserContext]


@pytest.fixture
def open_browser(chromium: Browser, server: RunningServer) -> Iterator[Open]:
    """Open a fresh browser (no cookies, no history) whose pages are watched until the test ends."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def open_browser(**options: Any) -> BrowserContext:
        context = chromium.new_context(base_url=server.url, locale="vi-VN", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        watches.append(Watch(context, server.url))
        return context

    yield open_browser
    for context in contexts:
        context.close()
    assert [complaint for watch in watches for complaint in watch.complaints] == []


@pytest.fixture
def phone(open_browser: Open) -> Page:
    """A citizen's phone that runs no scripts."""
    return open_browser(viewport=PHONE, java_script_enabled=False, has_touch=True).new_page()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def person(request: pytest.FixtureRequest, open_browser: Open) -> Page:
    """A citizen on a phone, with scripts and without."""
    return open_browser(viewport=PHONE, java_script_enabled=request.param).new_page()


@pytest.fixture
def scripted(open_browser: Open) -> Page:
    """A citizen's phone that runs scripts."""
    return open_browser(viewport=PHONE).new_page()


@pytest.fixture
def count(inside: Callable[..., int]) -> Callable[[], int]:
    """How many responses there are."""

    def query(session: Session) -> int:
        return session.scalar(select(func.count()).select_from(Response)) or 0

    return lambda: inside(query)


@pytest.fixture
def desk(open_browser: Open) -> Page:
    """Somebody at a desk who is not signed in."""
    return open_browser(viewport=DESK).new_page()


@pytest.fixture
def sign_in(open_browser: Open, people: dict[str, str]) -> Callable[..., Page]:
    """A page of a fresh browser in which the holder of a role, or of an address, has signed in through the form."""

    def sign_in(role: str, **options: Any) -> Page:
        page = open_browser(**({"viewport": DESK} | options)).new_page()
        page.goto("/dang-nhap")
        page.fill("input[name=email]", people.get(role, role))
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[name=submit]")
        page.wait_for_url(lambda address: "/dang-nhap" not in address)
        return page

    return sign_in
