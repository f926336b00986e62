"""Every screen of the collector's app: axe finds nothing, narrow or wide, and no screen is wider than 320 pixels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PASSWORD
from tests.browser.field.telephone import Inside, Telephone, give_cases
from tests.browser.test_accessibility import _find_faults
from tests.browser.watched import shoot
from tests.servers import RunningServer, run_flask

pytestmark = pytest.mark.browser

EMAIL = "man.hinh@hailong.example"


@pytest.fixture
def device(chromium: Browser, server: RunningServer, instance: dict[str, str], tmp_path: Path) -> Iterator[Telephone]:
    """A telephone of a collector of the whole province; no script on it broke."""
    run_flask(instance, "user", "add", EMAIL, "--role", "collector", "--password", PASSWORD)
    telephone = Telephone(chromium, tmp_path / "telephone", server.url, reduced_motion="reduce")
    yield telephone
    telephone.close()
    assert telephone.errors == []


def test_axe_finds_nothing_on_any_screen(device: Telephone, inside: Inside) -> None:
    cases = inside(lambda session: give_cases(session, "man-hinh", EMAIL, each=2, reserves=1))
    faults: dict[str, list[str]] = {}
    page = device.page

    def look(name: str) -> None:
        faults[name] = _find_faults(page)
        shoot(page, f"ung-dung-{name}")
        page.set_viewport_size({"width": 360, "height": 740})

    def follow(place: str, until: str) -> None:
        page.evaluate("place => { location.hash = place }", place)
        page.wait_for_selector(until)

    device.sign_in(EMAIL)
    look("danh-sach")
    page.fill("#search", "khong co ai")
    expect(page.locator("#cases")).to_contain_text("Không có hồ sơ nào khớp")
    look("khong-thay")
    page.fill("#search", "")
    device.offline()
    device.open_case("man-hinh", cases[0])
    page.click("#attempt summary")
    page.click("#attempt button")
    look("ho-so-loi")
    page.select_option("#outcome", "moved")
    page.click("#attempt button")
    page.click("#replace summary")
    look("ho-so-thay")
    page.fill("#reason", "đã chuyển đi")
    page.click("#replace button")
    expect(page.locator("main")).to_contain_text("xin thay")
    follow(f"#/ho-so/man-hinh/{cases[1]}", f"h1:has-text('{cases[1]}')")
    page.click("#begin")
    page.wait_for_selector("#handed")
    look("dua-may")
    page.click("#handed")
    page.wait_for_selector("#consent")
    look("bat-dau")
    page.click("#consent")
    page.wait_for_selector("#answers")
    page.click(".onward")
    look("phieu-loi")
    device.finish(rating=2)
    look("danh-sach-cho-gui")
    device.begin("man-hinh", cases[2])
    for item in ("q1", "q2"):
        page.locator(f"[data-item={item}] input[value='9']").check()
    page.locator("[data-item=late] input[value='2']").check()
    page.click(".onward")
    page.wait_for_selector("[data-item=ways]")
    page.click(".onward")
    page.wait_for_selector("#give-back")
    look("cam-on")
    page.click("#give-back")
    page.wait_for_selector("#pin")
    page.fill("#pin", "9999")
    page.click("main form button")
    expect(page.locator(".flash-error")).to_be_visible()
    look("khoa")
    device.unlock()
    follow("#/gui", "details")
    page.click("details:has-text('Xuất') summary")
    look("cho-gui")
    follow("#/may", "#sign-out")
    look("may-nay")
    page.click("#sign-out")
    look("chua-dang-xuat")
    page.click(".site-nav button")
    expect(page.locator("h1")).to_have_text("This device")
    assert page.get_attribute("html", "lang") == "en"
    assert [(name, found) for name, found in faults.items() if found] == []
