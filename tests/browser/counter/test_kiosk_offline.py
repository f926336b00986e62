"""The tablet in a broken network: sealed forms, the staff corner; and every screen of it with axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from survey_app.collection.kiosk.service import (
    renew_pin,
)
from survey_app.collection.models import Response
from survey_app.collection.submission import receipt_code
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.queries import find_survey
from tests.browser.conftest import PHONE, TABLET
from tests.browser.counter.tablet import (
    IDLE,
    SECRET,
    SHORT,
    START,
    Inside,
    answer_offline,
    begin,
    check,
    drafts,
    let_pass,
    no_trace,
    no_trace_offline,
    pair,
    register,
    sealed_here,
    wait_until,
)
from tests.browser.form import answer_section, chosen, questions
from tests.servers import run_flask
from tests.world import TESTER

pytestmark = pytest.mark.browser


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


def test_every_screen_of_a_tablet_is_clear_to_everybody(
    open_browser: Callable[..., BrowserContext], inside: Inside, place: str
) -> None:
    number, code = register(inside, place, "cho mọi người")
    pin = str(inside(lambda session: renew_pin(session, whole_area(find_survey(session, SHORT)), number, actor=TESTER)))
    page = pair(open_browser(viewport=PHONE), code)
    expect(page.locator("html[data-ready]")).to_have_count(1)
    for look in ("", "night", "contrast", "night,large,contrast"):
        page.goto(f"/quay?xem={look}")
        check(page, f"start {look}")
        page.click(START)
        page.wait_for_url("**/1")
        page.click(".leave summary")
        check(page, f"form {look}")
        page.evaluate("document.getElementById('idle').showModal()")
        check(page, f"idle {look}")
    page.goto("/quay/can-bo")
    check(page, "PIN")
    page.fill("#pin", pin)
    page.click("main form button")
    expect(page.locator("#queue")).to_be_visible()
    check(page, "staff")
    page.context.set_offline(True)
    page.goto("/quay")
    expect(page.locator("#begin")).to_be_visible()
    check(page, "offline start")
    page.click("#begin")
    check(page, "offline form")
    page.goto("/quay/can-bo")
    check(page, "offline PIN")


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


def test_two_touches_in_a_broken_network_begin_one_form(tablet: Page) -> None:
    expect(tablet.locator("html[data-ready]")).to_have_count(1)
    tablet.context.set_offline(True)
    tablet.goto("/quay")
    tablet.clock.install()
    tablet.evaluate("() => { const begin = document.getElementById('begin'); begin.click(); begin.click(); }")
    expect(tablet.locator("fieldset[data-item]").first).to_be_visible()
    tablet.click("details.leave summary")
    tablet.click("details.leave button")
    expect(tablet.locator("#begin")).to_be_visible()
    let_pass(tablet, IDLE + 5)
    expect(tablet.locator("#idle")).to_be_hidden()  # nobody asks an empty screen whether somebody is there


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
