"""Who is signed in on the device: signing out, somebody else, and the end of the session."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.field.telephone import DUMP, Inside, Telephone, give_cases, responses_of
from tests.cutting_proxy import CuttingProxy
from tests.servers import run_flask

pytestmark = pytest.mark.browser

COLLECTOR, OTHER = "giu.may@hailong.example", "muon.may@hailong.example"


@pytest.fixture(scope="module", autouse=True)
def crew(instance: dict[str, str]) -> None:
    """Two collectors of the whole province."""
    for email in (COLLECTOR, OTHER):
        run_flask(instance, "user", "add", email, "--role", "collector", "--password", PASSWORD)


def test_signing_out_with_unsent_answers_is_refused_with_a_way_out(
    telephone: Callable[..., Telephone], inside: Inside, tmp_path: Path
) -> None:
    cases = inside(lambda session: give_cases(session, "may-ra", COLLECTOR, each=1))
    device = telephone(accept_downloads=True)
    device.sign_in(COLLECTOR)
    device.offline()
    device.interview("may-ra", cases[0], remark="BÍ MẬT")
    page = device.page
    page.evaluate("location.hash = '#/may'")
    page.click("#sign-out")
    expect(page.locator("#sign-out-refused")).to_contain_text("chưa gửi")
    with page.expect_download() as download:
        page.click("#export")
    file = json.loads(Path(download.value.path()).read_text())
    assert len(file["forms"]) == 1
    assert "BÍ MẬT" not in json.dumps(file, ensure_ascii=False)

    device.offline(False)
    page.evaluate("location.hash = '#/'")
    device.send()
    page.evaluate("location.hash = '#/may'")
    page.wait_for_selector("h1:has-text('Máy này')")
    page.click("#sign-out")
    expect(page.locator("h1")).to_have_text("Đã đăng xuất")
    page.wait_for_timeout(800)
    page.goto("/thu-phieu/ho-so")
    assert "/dang-nhap" in page.url
    kept = page.evaluate(DUMP)
    assert "bundle" not in kept
    assert len(inside(lambda session: responses_of(session, "may-ra"))) == 1


def test_somebody_else_on_the_device_neither_sends_nor_sees_what_the_first_one_left(
    telephone: Callable[..., Telephone], inside: Inside
) -> None:
    cases = inside(lambda session: give_cases(session, "may-khac", COLLECTOR, each=1))
    device = telephone()
    device.sign_in(COLLECTOR)
    device.offline()
    device.interview("may-khac", cases[0])
    device.context.clear_cookies()
    device.offline(False)
    device.page.click("#send")
    expect(device.page.locator("#bar")).to_contain_text("Cần đăng nhập lại")
    device.sign_in_again(OTHER)
    expect(device.page.locator("#notices")).to_contain_text("đang giữ phiếu của")
    device.page.click("#send")
    device.page.wait_for_timeout(500)
    assert device.waiting() == 1
    assert inside(lambda session: responses_of(session, "may-khac")) == []

    device.context.clear_cookies()
    device.sign_in_again(COLLECTOR)
    device.send()
    assert len(inside(lambda session: responses_of(session, "may-khac"))) == 1


def test_the_end_of_the_session_is_told_before_it_comes(
    telephone: Callable[..., Telephone], network: CuttingProxy, inside: Inside
) -> None:
    inside(lambda session: give_cases(session, "may-han", COLLECTOR, each=1))

    def soon(path: str, body: bytes) -> bytes:
        if path != "/thu-phieu/phien":
            return body
        found = json.loads(body)
        return json.dumps(found | {"session_ends": found["server_time"]}).encode()

    network.change = soon
    device = telephone()
    device.sign_in(COLLECTOR)
    expect(device.page.locator("#notices")).to_contain_text("Phiên đăng nhập hết hạn ngày")
    device.offline()
    device.page.goto("/thu-phieu")  # any page of the work leads to the app
    device.unlock()
    expect(device.page.locator("#notices")).to_contain_text("Phiên đăng nhập hết hạn ngày")
