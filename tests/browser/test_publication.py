"""From a closed survey to the public page, with approval, a correction and a withdrawal, by people in Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from survey_app.sampling.queries import drawn_units
from survey_app.surveys.service import set_state
from tests.browser.test_accessibility import _find_faults as find_faults
from tests.browser.watched import shoot
from tests.world import TESTER, answer, make_survey

pytestmark = pytest.mark.browser
SLUG = "tu-dong-den-cong-bo"
OFFICE, PUBLIC = f"/quan-ly/dot/{SLUG}/cong-bo", f"/ket-qua/{SLUG}"
MADE_WITHIN = 180_000
CORRECTION = "Bản đầu công bố nhầm phần so sánh theo kênh"
WITHDRAWAL = "Phát hiện phiếu của một xã nhập hai lần"


@pytest.fixture
def closed(inside: Callable[..., None]) -> None:
    """A closed survey with answers from every commune."""

    def make(session: Session) -> None:
        survey = make_survey(session, state="collecting", slug=SLUG)
        for place, unit in enumerate(drawn_units(session, survey)):
            for number in range(3):
                answers = dict.fromkeys(("a1", "b5", "c10", "d16", "e19"), 1 + (place * 3 + number * 2) % 5)
                answer(session, survey, commune=unit.unit.code, answers=answers | {"sex": 1 + number % 2})
        set_state(session, survey, "closed", actor=TESTER)

    inside(make)


def test_a_closed_survey_is_published_corrected_and_withdrawn(
    closed: None, sign_in: Callable[..., Page], open_browser: Callable[..., BrowserContext]
) -> None:
    manager, leader = sign_in("survey_manager"), sign_in("approver")
    stranger = open_browser(viewport={"width": 360, "height": 740}, java_script_enabled=False).new_page()
    reader = open_browser(viewport={"width": 1280, "height": 900}).new_page()

    manager = _freeze(manager, number=1)
    assert stranger.goto(PUBLIC).status == 404
    leader.goto(OFFICE)
    expect(leader.locator("form[action$='/cong-bo/duyet']")).to_have_count(0)
    faults = {"waiting": find_faults(leader)}
    _review(leader, number=1, faults=faults)
    leader.click("form[action$='/cong-bo/duyet'] button")
    expect(leader.locator(f"main a[href$='{PUBLIC}']")).to_be_visible()

    assert stranger.goto(PUBLIC).status == 200
    expect(stranger.locator("h1")).to_contain_text("Tỷ lệ hài lòng")
    expect(stranger.locator("#theo-channel")).to_be_visible()
    assert stranger.goto(f"{PUBLIC}?lang=en").status == 200
    expect(stranger.locator("html")).to_have_attribute("lang", "en")
    reader.goto(PUBLIC)
    shoot(reader, "cong-bo-trang-cong-khai")
    described = json.loads(reader.locator("script[type='application/ld+json']").text_content())
    assert described["@type"] == "Dataset"
    assert {reader.request.get(one["contentUrl"]).status for one in described["distribution"]} == {200}
    card = reader.locator("meta[property='og:image']").get_attribute("content")
    assert reader.request.get(card).headers["content-type"] == "image/png"
    faults["public"] = find_faults(reader, dark=True)

    manager.goto(OFFICE)
    manager.fill("form[action$='/cong-bo/chot'] input[name=reason]", CORRECTION)
    manager.click("form[action$='/cong-bo/chot'] summary")
    manager.uncheck("input[name=breakdowns][value=channel]")
    faults["correcting"] = find_faults(manager)
    manager.set_viewport_size({"width": 1280, "height": 900})
    _freeze(manager, number=2, open_first=False)
    stranger.goto(PUBLIC)
    expect(stranger.locator("#theo-channel")).to_be_visible()
    _review(leader, number=2)
    leader.click("form[action$='/cong-bo/duyet'] button")
    stranger.goto(PUBLIC)
    stranger.reload()  # a page read a moment ago may be shown again from the browser's own store
    expect(stranger.locator("main")).to_contain_text(CORRECTION)
    expect(stranger.locator("#theo-channel")).to_have_count(0)
    stranger.goto(f"{PUBLIC}/ban/1")
    expect(stranger.locator(".old-version")).to_contain_text(CORRECTION)
    expect(stranger.locator("#theo-channel")).to_be_visible()
    stranger.click(".old-version a")
    stranger.wait_for_url(f"**{PUBLIC}")
    reader.goto(f"{PUBLIC}/ban/1")
    faults["old version"] = find_faults(reader, dark=True)
    reader.set_viewport_size({"width": 1280, "height": 900})
    shoot(reader, "cong-bo-ban-cu")

    leader.goto(OFFICE)
    leader.click("summary:has-text('Rút bản công bố')")
    leader.fill("input[name=withdrawal]", " ")
    leader.click("form[action$='/cong-bo/rut'] button")
    expect(leader.locator("[role=alert]")).to_contain_text("lý do")
    leader.fill("input[name=withdrawal]", WITHDRAWAL)
    faults["withdrawing"] = find_faults(leader)
    leader.click("form[action$='/cong-bo/rut'] button")
    expect(leader.locator("main")).to_contain_text(WITHDRAWAL)
    stranger.goto(PUBLIC)
    assert stranger.reload().status == 410
    expect(stranger.locator("main")).to_contain_text(WITHDRAWAL)
    stranger.goto("/ket-qua/")
    stranger.reload()
    expect(stranger.locator(f"a[href='{PUBLIC}']")).to_have_count(0)
    assert [place for place, found in faults.items() if found] == [], faults


def _freeze(page: Page, *, number: int, open_first: bool = True) -> Page:
    """Ask for a snapshot, leave, and find the work again in another page."""
    if open_first:
        page.goto(OFFICE)
    page.click("form[action$='/cong-bo/chot'] button")
    page.wait_for_url("**/viec/*")
    elsewhere = page.context.new_page()
    elsewhere.goto(page.url)
    page.close()
    elsewhere.click("main a[href*='viec=']", timeout=MADE_WITHIN)
    page = elsewhere
    expect(page.locator(f"a[href$='/cong-bo/{number}']").first).to_be_visible()
    return page


def _review(page: Page, *, number: int, faults: dict[str, list[str]] | None = None) -> None:
    """Tick every line but one, which gets a comment."""
    page.goto(OFFICE)
    page.click(f"a[href$='/cong-bo/{number}/ra-soat']")
    for line in ("coverage", "response_rate", "quality", "withheld"):
        page.check(f"#{line}-ok")
    page.fill("#comparison-comment", "Chưa có đợt trước để so")
    if faults is not None:
        faults["checklist"] = find_faults(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        shoot(page, "cong-bo-ra-soat")
    page.click("form:has(textarea) button")
    page.wait_for_url(f"**{OFFICE}")
