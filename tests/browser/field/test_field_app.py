"""The collector's app on a real server: offline, killed, cut off, set back, updated; nothing lost, nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.collection.models import Dispute
from survey_app.sampling.work.models import Attempt, Case
from tests.browser.conftest import PASSWORD
from tests.browser.field.telephone import APP, DUMP, Inside, Telephone, give_cases, responses_of, states_of
from tests.cutting_proxy import CuttingProxy
from tests.servers import run_flask

pytestmark = pytest.mark.browser

COLLECTOR = "di.thu@hailong.example"


@pytest.fixture(scope="module", autouse=True)
def collector(instance: dict[str, str]) -> None:
    """A collector of the whole province."""
    run_flask(instance, "user", "add", COLLECTOR, "--role", "collector", "--password", PASSWORD)


def test_a_case_is_done_without_network_and_arrives_once(telephone: Callable[..., Telephone], inside: Inside) -> None:
    cases = inside(lambda session: give_cases(session, "may-mot", COLLECTOR, each=1))
    device = telephone()
    device.sign_in(COLLECTOR)
    device.offline()
    device.page.reload()
    device.unlock()

    device.interview("may-mot", cases[0], rating=2, remark="Cần thêm ghế")

    assert device.waiting() == 1
    assert inside(lambda session: responses_of(session, "may-mot")) == []
    expect(device.page.locator("#bar")).to_contain_text("1 phiếu")
    device.offline(False)
    device.send()
    ((_number, case, answers),) = inside(lambda session: responses_of(session, "may-mot"))
    assert (case, answers) == (cases[0], {"q1": 2, "q2": 2, "late": 2, "words": "Cần thêm ghế"})
    assert inside(lambda session: states_of(session, "may-mot"))[cases[0]] == "answered"


def test_nobody_on_the_device_can_read_what_was_sent_or_is_in_progress(
    telephone: Callable[..., Telephone], inside: Inside
) -> None:
    cases = inside(lambda session: give_cases(session, "may-kin", COLLECTOR, each=1))
    device = telephone()
    device.sign_in(COLLECTOR)
    device.offline()
    device.interview("may-kin", cases[0], remark="BÍ MẬT GỬI RỒI")
    device.begin("may-kin", cases[1])
    for item in ("q1", "q2"):
        device.page.locator(f"[data-item={item}] input[value='3']").check()
    device.page.locator("[data-item=late] input[value='2']").check()
    device.page.click(".onward")
    device.page.fill("[data-item=words] textarea", "BÍ MẬT LÀM DỞ")
    device.page.wait_for_timeout(500)

    kept = device.page.evaluate(DUMP)
    assert "MẬT" not in kept
    assert "words" not in kept
    assert "extractable" in kept
    assert '"extractable":true' not in kept
    device.page.go_back()
    device.page.wait_for_timeout(300)
    expect(device.page.locator(".task, #bar:not([hidden]) #send")).to_have_count(0)
    device.page.goto(f"{APP}#/ho-so/may-kin/{cases[0]}")
    device.page.reload()
    device.page.wait_for_selector("#answers")  # the form again, not the collector's list
    expect(device.page.locator("body")).not_to_contain_text("Hồ sơ số")


def test_a_form_goes_on_after_the_browser_was_killed(telephone: Callable[..., Telephone], inside: Inside) -> None:
    cases = inside(lambda session: give_cases(session, "may-chet", COLLECTOR, each=1))
    device = telephone()
    device.sign_in(COLLECTOR)
    device.offline()
    device.begin("may-chet", cases[0])
    device.page.locator("[data-item=q1] input[value='1']").check()
    device.page.locator("[data-item=late] input[value='1']").check()
    device.page.wait_for_timeout(400)

    device.kill()
    page = device.open()
    device.offline()
    page.goto(APP)

    page.wait_for_selector("#answers")
    expect(page.locator("[data-item=q1] input[value='1']")).to_be_checked()
    expect(page.locator("[data-item=q3]")).to_be_visible()
    page.locator("[data-item=q3] input[value='1']").check()
    device.finish(rating=1)
    device.offline(False)
    device.sign_in_again(COLLECTOR)
    device.send()
    ((_number, case, answers),) = inside(lambda session: responses_of(session, "may-chet"))
    assert (case, answers) == (cases[0], {"q1": 1, "q2": 1, "late": 2})


def test_a_network_that_breaks_after_the_server_committed_doubles_nothing(
    telephone: Callable[..., Telephone], network: CuttingProxy, inside: Inside
) -> None:
    cases = inside(lambda session: give_cases(session, "may-dut", COLLECTOR, each=1))
    device = telephone()
    device.sign_in(COLLECTOR)
    network.cut_every = 1
    device.interview("may-dut", cases[0])
    device.page.wait_for_timeout(500)
    assert network.cut >= 1
    assert device.waiting() == 1  # the server has it, the device does not know
    network.cut_every = 3
    for number in cases[1:4]:
        device.interview("may-dut", number)
    device.send()
    found = inside(lambda session: responses_of(session, "may-dut"))
    assert sorted(case for _number, case, _answers in found) == sorted(cases[:4])
    assert len({number for number, _case, _answers in found}) == 4


def test_tries_and_a_replacement_wait_on_the_device_and_are_carried_out_in_order(
    telephone: Callable[..., Telephone], network: CuttingProxy, inside: Inside
) -> None:
    cases = inside(lambda session: give_cases(session, "may-thu", COLLECTOR, each=1, reserves=1))
    device = telephone()
    device.sign_in(COLLECTOR)
    device.offline()
    page = device.page
    device.open_case("may-thu", cases[0])
    page.click("#attempt summary")
    page.click("#attempt button")
    expect(page.locator("#attempt .flash-error")).to_contain_text("chọn một kết quả")
    page.select_option("#outcome", "refused")
    page.click("#attempt button")
    expect(page.locator(".chip")).to_contain_text("từ chối")
    page.click("#replace summary")
    page.fill("#reason", "từ chối hẳn")
    page.click("#replace button")
    expect(page.locator("main")).to_contain_text("xin thay")
    assert device.waiting() == 2

    network.cut_every = 2
    device.offline(False)
    device.send()
    states = inside(lambda session: states_of(session, "may-thu"))
    assert states[cases[0]] == "replaced"

    def look(session: Session) -> tuple[int, int | None]:
        tries = session.scalars(select(Attempt).where(Attempt.case_id == cases[0])).all()
        return len(tries), session.scalar(select(Case.id).where(Case.replaces_id == cases[0]))

    tries, reserve = inside(look)
    assert tries == 1
    page.goto(APP)
    device.unlock()
    expect(page.locator("#cases")).to_contain_text(f"Hồ sơ số {reserve}")
    expect(page.locator(f"a[href$='/{cases[0]}']")).to_have_count(0)


def test_a_clock_that_was_set_back_loses_and_misorders_nothing(
    telephone: Callable[..., Telephone], inside: Inside
) -> None:
    cases = inside(lambda session: give_cases(session, "may-gio", COLLECTOR, each=1))
    device = telephone()
    device.sign_in(COLLECTOR)
    device.offline()
    device.interview("may-gio", cases[0])
    device.context.add_init_script("const real = Date.now; Date.now = () => real() - 400 * 86400000;")
    device.page.reload()
    device.unlock()
    expect(device.page.locator("#notices")).to_contain_text("Đồng hồ của máy chạy sai")
    device.interview("may-gio", cases[1])
    device.offline(False)
    device.send()
    found = inside(lambda session: responses_of(session, "may-gio"))
    assert sorted(case for _number, case, _answers in found) == cases[:2]


def test_a_new_version_waits_for_the_form_and_then_takes_over(
    telephone: Callable[..., Telephone], network: CuttingProxy, inside: Inside
) -> None:
    cases = inside(lambda session: give_cases(session, "may-moi", COLLECTOR, each=1))
    device = telephone()
    device.sign_in(COLLECTOR)
    device.begin("may-moi", cases[0])
    version = device.page.locator("#app-data").get_attribute("data-version") or ""
    network.change = lambda path, body: body.replace(version.encode(), b"9.9.9-new")

    device.page.evaluate("navigator.serviceWorker.getRegistration().then((kept) => kept.update())")
    device.page.wait_for_function("navigator.serviceWorker.getRegistration().then((kept) => kept.waiting !== null)")
    device.finish(rating=1)

    page = device.page
    expect(page.locator("#notices")).to_contain_text("Có bản mới")
    with page.expect_navigation():
        page.click("#apply-version")
    device.unlock()
    assert page.locator("#app-data").get_attribute("data-version") == "9.9.9-new"
    device.offline()
    page.reload()
    device.unlock()
    device.interview("may-moi", cases[1])
    device.offline(False)
    device.send()
    assert len(inside(lambda session: responses_of(session, "may-moi"))) == 2


def test_a_form_in_progress_keeps_its_version_of_the_questionnaire(
    telephone: Callable[..., Telephone], network: CuttingProxy, inside: Inside
) -> None:
    cases = inside(lambda session: give_cases(session, "may-phieu", COLLECTOR, each=1))

    def older(path: str, body: bytes) -> bytes:
        if path != "/thu-phieu/goi":
            return body
        found = json.loads(body)
        for survey in found["surveys"]:
            if survey["slug"] == "may-phieu":
                instrument = deepcopy(found["instruments"][survey["questionnaire"]])
                instrument["sections"][0]["title"]["vi"] = "Bản cũ"
                found["instruments"]["0" * 64], survey["questionnaire"] = instrument, "0" * 64
        return json.dumps(found | {"mark": "older"}).encode()

    network.change = older
    device = telephone()
    device.sign_in(COLLECTOR)
    page = device.page
    device.begin("may-phieu", cases[0])
    expect(page.locator("h1")).to_have_text("Bản cũ")
    page.locator("[data-item=q1] input[value='1']").check()
    network.change = lambda _path, body: body
    page.click(".give-back button")
    device.unlock()
    expect(page.locator("#notices")).to_contain_text("Bộ phiếu có bản mới")

    device.open_case("may-phieu", cases[0])
    page.click("#begin")
    page.click("#handed")
    expect(page.locator("h1")).to_have_text("Bản cũ")
    expect(page.locator("[data-item=q1] input[value='1']")).to_be_checked()
    device.finish(rating=1)
    device.begin("may-phieu", cases[1])
    expect(page.locator("h1")).to_have_text("Phục vụ")
    device.finish(rating=2)
    device.send()
    assert len(inside(lambda session: responses_of(session, "may-phieu"))) == 2


def test_of_two_devices_with_one_case_the_first_wins_and_the_second_goes_to_the_coordinator(
    telephone: Callable[..., Telephone], inside: Inside
) -> None:
    cases = inside(lambda session: give_cases(session, "may-hai", COLLECTOR, each=1))
    first, second = telephone(), telephone()
    for device in (first, second):
        device.sign_in(COLLECTOR)
        device.offline()
    first.interview("may-hai", cases[0], rating=1)
    second.interview("may-hai", cases[0], rating=3)
    for device in (second, first):
        device.offline(False)
        device.send()
    ((_number, _case, answers),) = inside(lambda session: responses_of(session, "may-hai"))
    assert answers["q1"] == 3  # of the one that came first
    assert len(inside(lambda session: session.scalars(select(Dispute)).all())) >= 1
    first.page.evaluate("location.hash = '#/gui'")
    first.page.click("details:has-text('Đã gửi gần đây') summary")
    expect(first.page.locator("main")).to_contain_text("điều phối xem")
