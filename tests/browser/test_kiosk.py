"""The tablet at a counter in a real browser: nothing of one visitor is left for the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.service import (
    DeviceSettings,
    NewDevice,
    add_device,
    move_device,
    pause_device,
    renew_pin,
    revoke_device,
)
from survey_app.collection.models import Draft, Response
from survey_app.collection.submission import receipt_code
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.queries import find_survey
from tests.browser.conftest import CHROMIUM, FLAGS, TABLET
from tests.browser.form import ONWARD, answer_everything, answer_section, chosen, go_on, is_sent, questions
from tests.browser.shipped import open_survey
from tests.servers import run_flask
from tests.world import TESTER

pytestmark = pytest.mark.browser
SECRET = "điều chỉ một người biết"
SHORT = "sipas-short"
IDLE = 60
START = "form button.huge"
Inside = Callable[..., object]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser as it is on a tablet: pages left behind stay in memory for the Back button."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def place(inside: Inside) -> str:
    """A commune of a short survey."""
    return str(inside(lambda session: open_survey(session, SHORT)))


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


@pytest.fixture
def tablet(
    request: pytest.FixtureRequest, open_browser: Callable[..., BrowserContext], inside: Inside, place: str
) -> Page:
    """A tablet at the counter, freshly paired."""
    _number, code = register(inside, place, request.node.name[:90])
    return pair(open_browser(viewport=TABLET), code)


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


def test_nobody_touches_it_so_it_warns_counts_down_and_wipes_everything(tablet: Page, inside: Inside) -> None:
    tablet.clock.install()
    before = drafts(inside)
    first = begin(tablet)
    answer_section(tablet, words=SECRET)
    go_on(tablet)
    answer_section(tablet, words=SECRET)
    second = tablet.url
    dialog = tablet.locator("#idle")
    let_pass(tablet, IDLE - 2)
    expect(dialog).to_be_hidden()
    let_pass(tablet, 4)
    expect(dialog).to_be_visible()
    left = int(tablet.inner_text("#idle-left"))
    assert 15 <= left <= 20
    let_pass(tablet, 5)
    assert int(tablet.inner_text("#idle-left")) == left - 5
    with tablet.expect_navigation(url="**/quay"):
        let_pass(tablet, 20)
    expect(tablet.locator(START)).to_be_visible()
    assert drafts(inside) == before
    no_trace(tablet)
    for address in (first, second):
        tablet.goto(address)
        assert path(tablet) == "/quay"


def test_a_touch_brings_the_visitor_back_to_what_was_chosen(tablet: Page) -> None:
    tablet.clock.install()
    begin(tablet)
    answered = answer_section(tablet)
    let_pass(tablet, IDLE + 5)
    expect(tablet.locator("#idle")).to_be_visible()
    tablet.click("#idle-stay")
    expect(tablet.locator("#idle")).to_be_hidden()
    assert all(chosen(tablet, item) for item in answered)
    let_pass(tablet, IDLE - 5)
    expect(tablet.locator("#idle")).to_be_hidden()
    tablet.mouse.move(40, 300)  # whoever is there is there
    let_pass(tablet, IDLE - 5)
    expect(tablet.locator("#idle")).to_be_hidden()
    go_on(tablet)
    assert path(tablet).endswith("/2")


def test_the_thanks_count_down_and_the_next_visitor_begins_clean(
    tablet: Page, inside: Inside, count: Callable[[], int]
) -> None:
    before = count()
    tablet.goto("/quay")
    tablet.click("a:has-text('English')")
    tablet.wait_for_url("**lang=en**")
    tablet.click(".looks a:nth-child(2)")
    expect(tablet.locator("body.large")).to_have_count(1)
    begin(tablet)
    expect(tablet.locator("html[lang=en] body.large")).to_have_count(1)
    answer_everything(tablet, words=SECRET)
    assert is_sent(tablet)
    words = tablet.locator("[data-countdown]")
    assert "10" in words.inner_text() or "9" in words.inner_text()
    expect(words).to_contain_text("7", timeout=6_000)
    tablet.wait_for_url("**/quay", timeout=20_000)
    assert count() == before + 1
    expect(tablet.locator("html[lang=vi] body.kiosk:not(.large)")).to_have_count(1)
    no_trace(tablet)
    begin(tablet)
    assert [key for key in questions(tablet) if chosen(tablet, key)] == []
    answer_everything(tablet)
    assert count() == before + 2


def test_whoever_wishes_to_stop_deletes_the_form(tablet: Page, inside: Inside) -> None:
    before = drafts(inside)
    begin(tablet)
    answer_section(tablet, words=SECRET)
    go_on(tablet)
    assert drafts(inside) == before + 1  # type: ignore[operator]  # a number
    tablet.click(".leave summary")
    tablet.click(".leave-box button")
    tablet.wait_for_url("**/quay")
    assert drafts(inside) == before
    no_trace(tablet)


def test_no_field_offers_what_somebody_typed_before(tablet: Page) -> None:
    begin(tablet)
    for _page in range(8):
        if is_sent(tablet):
            break
        typed = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea"
        for field in tablet.locator(f"form#answers {typed}").all():
            assert field.evaluate("(one) => one.form.autocomplete") == "off"
        answer_section(tablet, words=SECRET)
        go_on(tablet)


def test_a_form_left_in_a_broken_network_is_wiped_from_the_screen_and_then_from_the_server(
    tablet: Page, inside: Inside
) -> None:
    expect(tablet.locator("html[data-ready]")).to_have_count(1)
    before = drafts(inside)
    tablet.clock.install()
    begin(tablet)
    answer_section(tablet, words=SECRET)
    tablet.context.set_offline(True)
    with tablet.expect_navigation(url="**/quay"):
        let_pass(tablet, IDLE + 25)
    expect(tablet.locator("#begin")).to_be_visible()
    assert SECRET not in tablet.content()
    tablet.context.set_offline(False)
    with tablet.expect_navigation(url="**/quay"):
        let_pass(tablet, 11)
    begin(tablet)
    assert drafts(inside) == before + 1  # type: ignore[operator]  # the one just begun
    tablet.goto("/quay")
    no_trace(tablet)


def test_without_scripts_the_button_ends_it_and_the_start_screen_shuts_the_form(
    open_browser: Callable[..., BrowserContext], inside: Inside, place: str
) -> None:
    _number, code = register(inside, place, "không có script")
    page = pair(open_browser(viewport=TABLET, java_script_enabled=False), code)
    begin(page)
    answer_section(page, words=SECRET)
    go_on(page)
    page.click(".leave summary")
    page.click(".leave-box button")
    page.wait_for_url("**/quay")
    begin(page)
    answer_section(page, words=SECRET)
    go_on(page, ONWARD)
    page.goto("/quay")
    for _step in range(6):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(150)
        assert page.locator("fieldset[data-item]:visible").count() == 0
        assert SECRET not in page.content()


def test_a_change_from_the_office_reaches_the_screen(
    open_browser: Callable[..., BrowserContext], inside: Inside, place: str
) -> None:
    number, code = register(inside, place, "đổi từ văn phòng")
    page = pair(open_browser(viewport=TABLET), code)
    page.clock.install()
    page.goto("/quay")

    def act(verb: Callable[..., Device], **more: object) -> None:
        inside(lambda session: verb(session, whole_area(find_survey(session, SHORT)), number, actor=TESTER, **more).id)

    other = inside(
        lambda session: next(
            entry.unit.code for entry in drawn_units(session, find_survey(session, SHORT)) if entry.unit.code != place
        )
    )
    act(move_device, unit_code=other)
    with page.expect_navigation():
        let_pass(page, 61)
    expect(page.locator(".flash")).to_contain_text("Máy vừa được chuyển")
    act(pause_device)
    with page.expect_navigation():
        let_pass(page, 61)
    expect(page.locator("h1")).to_have_text("Máy này đang tạm dừng")
    act(revoke_device)
    page.goto("/quay")
    expect(page.locator("h1")).to_have_text("Máy này đã bị thu hồi")
    rows = inside(lambda session: len(session.scalars(select(Response).where(Response.device_id == number)).all()))
    assert rows == 0


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


ONWARD_OFFLINE = ".bottom-bar .onward"


def test_it_works_through_a_broken_network_and_sends_when_it_is_back(
    open_browser: Callable[..., BrowserContext], inside: Inside, place: str, count: Callable[[], int]
) -> None:
    number, code = register(inside, place, "mất mạng")
    page = pair(open_browser(viewport=TABLET), code)
    expect(page.locator("html[data-ready]")).to_have_count(1)
    before = count()
    page.context.set_offline(True)
    page.goto("/quay")
    expect(page.locator("#begin")).to_be_visible()
    answer_offline(page)
    expect(page.locator(".receipt dd")).to_have_text(re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}"))
    receipt = page.inner_text(".receipt dd")
    page.click(".thanks button")
    answer_offline(page)
    expect(page.locator("#begin")).to_be_visible(timeout=15_000)  # the thanks count down by themselves
    assert sealed_here(page) == 2
    no_trace_offline(page)
    assert count() == before
    page.context.set_offline(False)
    expect(page.locator(START)).to_be_visible(timeout=20_000)
    wait_until(page, lambda: sealed_here(page) == 0)
    assert count() == before + 2
    kept = inside(
        lambda session: [
            receipt_code(one) for one in session.scalars(select(Response.id).where(Response.device_id == number))
        ]
    )
    assert receipt in kept  # type: ignore[operator]  # a list


def test_nobody_touches_it_in_a_broken_network_and_the_form_is_gone(
    open_browser: Callable[..., BrowserContext], inside: Inside, place: str
) -> None:
    _number, code = register(inside, place, "mất mạng, bỏ đi")
    page = pair(open_browser(viewport=TABLET), code)
    expect(page.locator("html[data-ready]")).to_have_count(1)
    page.context.set_offline(True)
    page.clock.install()
    page.goto("/quay")
    page.click("#begin")
    answer_section(page, words=SECRET)
    let_pass(page, IDLE + 5)
    expect(page.locator("#idle")).to_be_visible()
    let_pass(page, 20)
    expect(page.locator("#begin")).to_be_visible()
    no_trace_offline(page)
    page.click("#begin")
    assert [key for key in questions(page) if chosen(page, key)] == []
    page.click(".leave summary")
    page.click(".leave-box button")
    expect(page.locator("#begin")).to_be_visible()
    assert sealed_here(page) == 0


def test_the_staff_see_how_many_wait_and_export_what_they_cannot_read(
    open_browser: Callable[..., BrowserContext],
    inside: Inside,
    instance: dict[str, str],
    place: str,
    count: Callable[[], int],
    tmp_path: Path,
) -> None:
    number, code = register(inside, place, "góc cán bộ")
    page = pair(open_browser(viewport=TABLET), code)
    expect(page.locator("html[data-ready]")).to_have_count(1)
    pin = str(inside(lambda session: renew_pin(session, whole_area(find_survey(session, SHORT)), number, actor=TESTER)))
    page.context.set_offline(True)
    page.goto("/quay/can-bo")
    expect(page.locator("main")).to_contain_text("chỉ mở được nếu đã mở một lần lúc có mạng")
    page.context.set_offline(False)
    page.goto("/quay/can-bo")
    page.fill("#pin", pin)
    page.click("main form button")
    expect(page.locator("#queue")).to_contain_text("Không có phiếu nào chờ gửi")
    page.context.set_offline(True)
    page.goto("/quay")
    answer_offline(page)
    page.goto("/quay/can-bo")
    page.fill("#pin", "111111" if pin != "111111" else "222222")
    page.click("main form button")
    expect(page.locator("#pin-error")).to_be_visible()
    page.fill("#pin", pin)
    page.click("main form button")
    expect(page.locator("#queue")).to_contain_text("Phiếu đang chờ gửi: 1")
    with page.expect_download() as download:
        page.click("#export")
    file = tmp_path / "phieu.json"
    download.value.save_as(file)
    assert SECRET not in file.read_text()
    before = count()
    told = run_flask(instance, "response", "import-sealed", str(file), "--device", str(number))
    assert "1 forms: 1 accepted" in told
    assert "1 repeated" in run_flask(instance, "response", "import-sealed", str(file), "--device", str(number))
    assert count() == before + 1
    page.context.set_offline(False)
    page.goto("/quay")
    wait_until(page, lambda: sealed_here(page) == 0)
    assert count() == before + 1


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
