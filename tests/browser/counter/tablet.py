"""A tablet at a counter in a real browser: pairing, time that goes by, and what is left on it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.collection.kiosk.service import (
    DeviceSettings,
    NewDevice,
    add_device,
)
from survey_app.collection.models import Draft
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.queries import find_survey
from tests.browser.form import answer_section, chosen, questions
from tests.browser.test_accessibility import AXE, TAGS
from tests.world import TESTER

SECRET = "điều chỉ một người biết"
SHORT = "sipas-short"
IDLE = 60
START = "form button.huge"
Inside = Callable[..., object]
ONWARD_OFFLINE = ".bottom-bar .onward"


def register(inside: Inside, place: str, name: str, **settings: object) -> tuple[int, str]:
    """A new tablet: its number and its code."""

    def add(session: Session) -> tuple[int, str]:
        made: NewDevice = add_device(
            session,
            whole_area(find_survey(session, SHORT)),
            name=name,
            unit_code=place,
            settings=DeviceSettings(idle_seconds=IDLE, **settings),  # type: ignore[arg-type]  # as the test gives them
            actor=TESTER,
        )
        return made.device.id, made.code

    return inside(add)  # type: ignore[return-value]  # what add returns


def pair(context: BrowserContext, code: str) -> Page:
    """Type the code, as the staff do once."""
    page = context.new_page()
    page.goto("/quay")
    page.fill("#code", code)
    page.click("main form button")
    expect(page.locator(START)).to_be_visible()
    return page


def begin(page: Page) -> str:
    page.click(START)
    page.wait_for_url("**/1")
    return page.url


def path(page: Page) -> str:
    return urlsplit(page.url).path


def let_pass(page: Page, seconds: int) -> None:
    """Time goes by on the tablet, and nobody touches it."""
    page.clock.run_for(seconds * 1000)


def drafts(inside: Inside) -> object:
    return inside(lambda session: session.scalar(select(func.count()).select_from(Draft).where(Draft.device_id > 0)))


def stored(page: Page) -> list[object]:
    """Everything a page of ours could have left in the browser."""
    return page.evaluate(
        """async () => {
          const held = [];
          for (const { name } of await indexedDB.databases()) {
            const db = await new Promise((done) => {
              indexedDB.open(name).onsuccess = ({ target }) => done(target.result);
            });
            for (const store of db.objectStoreNames) {
              const all = db.transaction(store).objectStore(store).getAll();
              await new Promise((done) => { all.onsuccess = done; });
              held.push(store, JSON.stringify(all.result), String(all.result.length));
            }
            db.close();
          }
          for (const name of await caches.keys()) {
            for (const request of await (await caches.open(name)).keys()) held.push(request.url);
          }
          return [localStorage.length, sessionStorage.length, held.join(" "), document.cookie, history.state];
        }"""
    )


def no_trace(page: Page, *, steps: int = 12) -> None:
    """Back, as often as one likes, and a refresh show the start screen and no answer."""
    for _step in range(steps):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(150)
        if page.url == "about:blank":
            break
        assert [key for key in questions(page) if chosen(page, key)] == [], f"Back shows answers at {page.url}"
        assert SECRET not in page.content()
        assert page.locator("fieldset[data-item]:visible").count() == 0, f"Back shows a form at {page.url}"
    page.goto("/quay")
    page.reload()
    expect(page.locator(START)).to_be_visible()
    assert SECRET not in page.content()
    local, session, held, cookies, state = stored(page)
    assert (local, session, cookies, state) == (0, 0, "", None)
    assert SECRET not in str(held)
    assert "/s/" not in str(held)


def check(page: Page, name: str) -> None:
    """Nothing that axe finds, and nothing beside the screen."""
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE})
    found = page.evaluate("async (tags) => (await axe.run(document, {runOnly: tags})).violations", TAGS)
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name


def sealed_here(page: Page) -> int:
    """How many sealed forms wait on the tablet."""
    return int(
        page.evaluate(
            """async () => {
              const db = await new Promise((done) => {
                indexedDB.open("hai-long-quay").onsuccess = ({ target }) => done(target.result);
              });
              const count = db.transaction("forms").objectStore("forms").count();
              await new Promise((done) => { count.onsuccess = done; });
              db.close();
              return count.result;
            }"""
        )
    )


def answer_offline(page: Page) -> None:
    """Fill in the form that the tablet shows by itself, to the thanks."""
    page.click("#begin")
    for _page in range(12):
        answer_section(page, words=SECRET)
        page.click(ONWARD_OFFLINE)
        page.wait_for_timeout(200)
        if page.locator(".thanks").count():
            return
    raise AssertionError("no thanks")


def no_trace_offline(page: Page) -> None:
    """What stays on the tablet is sealed."""
    assert SECRET not in page.content()
    local, session, held, cookies, _state = stored(page)
    assert (local, session, cookies) == (0, 0, "")
    assert SECRET not in str(held)


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    for _time in range(60):
        if is_so():
            return
        page.wait_for_timeout(250)
    raise AssertionError("it never was")
