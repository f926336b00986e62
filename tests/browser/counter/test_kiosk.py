"""The tablet at a counter in a real browser: nothing of one visitor is left for the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.service import (
    move_device,
    pause_device,
    revoke_device,
)
from survey_app.collection.models import Response
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.queries import find_survey
from tests.browser.conftest import TABLET
from tests.browser.counter.tablet import (
    IDLE,
    SECRET,
    SHORT,
    START,
    Inside,
    begin,
    drafts,
    let_pass,
    no_trace,
    pair,
    path,
    register,
)
from tests.browser.form import ONWARD, answer_everything, answer_section, chosen, go_on, is_sent, questions
from tests.world import TESTER

pytestmark = pytest.mark.browser


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


def test_a_clock_set_back_keeps_nothing_of_a_visitor_for_longer(tablet: Page, inside: Inside) -> None:
    tablet.clock.install()
    before = drafts(inside)
    begin(tablet)
    answer_section(tablet, words=SECRET)
    let_pass(tablet, 5)
    set_back(tablet)
    with tablet.expect_navigation(url="**/quay"):
        let_pass(tablet, IDLE + 25)
    assert drafts(inside) == before
    begin(tablet)
    answer_everything(tablet)
    assert is_sent(tablet)
    set_back(tablet)
    with tablet.expect_navigation(url="**/quay"):
        let_pass(tablet, 12)


def set_back(page: Page) -> None:
    """The clock of the tablet is put right by an hour."""
    present = datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC)
    page.clock.set_system_time(present - timedelta(hours=1))


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
