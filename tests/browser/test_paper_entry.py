"""Keying paper forms in a real browser, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.collection.paper.issuing import issue_batch
from survey_app.collection.paper.models import PaperEntry, PaperForm
from survey_app.collection.paper.queries import forms_of
from survey_app.collection.paper.tracking import move_forms
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.queries import find_survey
from tests.browser.conftest import DESK, OPEN, PASSWORD
from tests.browser.test_accessibility import AXE, TAGS, _run_axe
from tests.browser.watched import shoot
from tests.servers import run_flask
from tests.world import TESTER

pytestmark = pytest.mark.browser

KEYERS = ("nhap.mot@hailong.example", "nhap.hai@hailong.example")
COORDINATOR = "dieu.phoi.giay@hailong.example"
ITEMS = 22
#: How long a hand takes for a key when the eyes are on the paper; slow for people who do this for a living.
SECONDS_A_KEY = 0.9


@pytest.fixture(scope="module")
def serials(instance: dict[str, str], inside: Callable[..., list[str]], commune: str) -> list[str]:
    """Forms in hand, and people to key them."""
    for email, role in ((KEYERS[0], "paper_keyer"), (KEYERS[1], "paper_keyer"), (COORDINATOR, "post_coordinator")):
        run_flask(instance, "user", "add", email, "--role", role, "--password", PASSWORD)

    def settle(session: Session) -> list[str]:
        area = whole_area(find_survey(session, OPEN))
        batch = issue_batch(session, area, unit_code=commune, count=6, actor=TESTER)
        move_forms(session, area, range(batch.first, batch.last + 1), "received", actor=TESTER)
        return [form.serial for form in forms_of(session, batch)]

    return inside(settle)


class Hand:
    """One hand on the number keys; it counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.strokes = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.strokes += 1

    def at(self) -> str:
        return str(self.page.evaluate("document.activeElement.id"))


def open_form(page: Page, serial: str) -> Hand:
    """Come to the desk and scan: a scanner types the code and Enter."""
    page.goto("/nhap-phieu-giay")
    expect(page.locator("#serial")).to_be_focused()
    page.keyboard.type(f"{serial}/1")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{serial}")
    page.wait_for_function("document.activeElement.name?.startsWith('k-')")
    return Hand(page)


def finish(page: Page, hand: Hand) -> None:
    """Leave what is left blank, and save."""
    for _item in range(100):
        if hand.at() == "save":
            break
        hand.press("Enter")
    with page.expect_navigation():
        hand.press("Enter")


def form_of(session: Session, serial: str) -> PaperForm:
    return session.scalars(select(PaperForm).where(PaperForm.serial == serial)).one()


def test_a_form_is_keyed_with_one_hand_at_most_two_keys_an_item(
    sign_in: Callable[..., Page], serials: list[str], inside: Callable[..., object]
) -> None:
    for email in KEYERS:
        page = sign_in(email)
        hand = open_form(page, serials[0])
        hand.press(*"4352914352914352914352"[:ITEMS])
        assert hand.strokes == ITEMS  # one key an item
        assert hand.strokes * SECONDS_A_KEY < 40
        expect(page.locator(".entry.now .entry-number")).to_have_text("23")
        before = hand.strokes
        hand.press("1", "3", "Enter")  # several ways of hearing of it
        expect(page.locator(".entry.now .entry-number")).to_have_text("24")  # 23a is for those who said „another”
        hand.press("2", "2", "2", "1", "2", "Enter", "1", "3")
        rest = page.locator(".entry:not(.off)").count()
        finish(page, hand)
        assert hand.strokes - before <= 2 * (rest - ITEMS)
        expect(page.locator(".flash-ok")).to_be_visible()
        expect(page.locator("#serial")).to_be_focused()  # ready for the next paper

    def look(session: Session) -> tuple[str, object]:
        form = form_of(session, serials[0])
        response = session.get(Response, form.id)
        return form.state, response and (response.channel, response.answers)

    state, response = inside(look)  # type: ignore[misc]
    assert state == "accepted"
    assert response[0] == "paper"
    assert [response[1][f"{key}"] for key in list(response[1])[:6]] == [4, 3, 5, 2, 9, 1]


def test_minus_goes_back_a_wrong_number_stays_and_a_star_means_unclear(
    sign_in: Callable[..., Page], serials: list[str]
) -> None:
    page = sign_in(KEYERS[0])
    hand = open_form(page, serials[1])
    fields = page.locator(".entry input")
    hand.press("4", "7")
    second = page.locator(".entry").nth(1)
    expect(second.locator("output")).to_have_text("không có ô số này")
    assert hand.at() == fields.nth(1).get_attribute("name")
    hand.press("3", "-", "-", "5")  # two back, put right
    expect(fields.nth(0)).to_have_value("5")
    expect(page.locator(".entry").nth(0).locator("output")).to_have_text("Rất hài lòng")
    hand.press("Enter", "*", "Backspace", "Backspace", "Backspace")
    expect(fields.nth(2)).to_have_value("")
    expect(fields.nth(1)).to_have_value("3")
    shoot(page, "nhap-phieu-giay")


def test_what_a_quick_hand_types_before_the_script_has_come_is_not_lost(
    sign_in: Callable[..., Page], serials: list[str]
) -> None:
    page = sign_in(KEYERS[0])
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/paper-entry.js", hold)
    page.goto(f"/nhap-phieu-giay/{serials[5]}", wait_until="commit")
    fields = page.locator(".entry input")
    expect(fields.nth(0)).to_be_focused()
    page.keyboard.type("4352")
    expect(fields.nth(0)).to_have_value("4352")
    waiting[0].continue_()
    expect(fields.nth(4)).to_be_focused()
    assert [fields.nth(number).input_value() for number in range(5)] == ["4", "3", "5", "2", ""]
    page.keyboard.type("1")
    expect(fields.nth(4)).to_have_value("1")


def test_the_second_keyer_sees_nothing_of_the_first_and_a_third_person_decides(
    sign_in: Callable[..., Page], serials: list[str], inside: Callable[..., object]
) -> None:
    first, second, third = (sign_in(email) for email in (*KEYERS, COORDINATOR))
    hand = open_form(first, serials[2])
    hand.press(*"4444")
    finish(first, hand)
    hand = open_form(second, serials[2])
    assert {field.input_value() for field in second.locator(".entry input").all()} == {""}
    assert second.locator("output:not(:empty)").all_inner_texts() == ["không hỏi người này"] * len(
        second.locator(".entry.off").all()
    )
    hand.press(*"4424")
    finish(second, hand)
    answer = second.goto(f"/nhap-phieu-giay/{serials[2]}")
    assert answer is not None
    assert answer.status == 403
    third.goto(f"/quan-ly/dot/{OPEN}/phieu-giay/nhap-kep")
    third.click(f"a[href$='{serials[2]}']")
    expect(third.locator(".readings")).to_contain_text("Hài lòng")
    shoot(third, "quyet-dinh-phieu-giay")
    expect(third.locator(".entry input")).to_be_focused()
    third.keyboard.type("5")
    third.keyboard.press("Enter")
    expect(third.locator(".flash-ok")).to_contain_text(serials[2])
    shoot(third, "nhap-kep")

    def look(session: Session) -> list[object]:
        form = form_of(session, serials[2])
        return list(session.get_one(Response, form.id).answers.values())

    assert inside(look) == [4, 4, 5, 4]


def test_without_scripts_the_page_is_a_plain_form_and_enter_saves_nothing_half_keyed(
    sign_in: Callable[..., Page], serials: list[str], inside: Callable[..., object]
) -> None:
    page = sign_in(KEYERS[0], java_script_enabled=False)
    page.goto(f"/nhap-phieu-giay/{serials[3]}")
    fields = page.locator(".entry input")
    fields.nth(0).fill("7")
    fields.nth(0).press("Enter")
    expect(page.locator(".error-summary")).to_contain_text("Câu 1")
    expect(fields.nth(0)).to_have_value("7")
    fields.nth(0).fill("4")
    fields.nth(0).press("Enter")
    expect(page.locator(".flash-info")).to_be_visible()

    def entries(session: Session) -> int:
        return len(
            session.scalars(select(PaperEntry).where(PaperEntry.form_id == form_of(session, serials[3]).id)).all()
        )

    assert inside(entries) == 0
    with page.expect_navigation():
        page.click("#save")
    assert inside(entries) == 1


def test_the_pages_have_no_faults_for_people_who_use_aids(sign_in: Callable[..., Page], serials: list[str]) -> None:
    keyer, coordinator = sign_in(KEYERS[1]), sign_in(COORDINATOR)
    for page, address in (
        (keyer, "/nhap-phieu-giay"),
        (keyer, f"/nhap-phieu-giay/{serials[4]}"),
        (coordinator, f"/quan-ly/dot/{OPEN}/phieu-giay"),
        (coordinator, f"/quan-ly/dot/{OPEN}/phieu-giay/nhap-kep"),
    ):
        page.goto(address)
        page.evaluate(AXE)
        assert _run_axe(page, {"type": "tag", "values": TAGS}) == [], address


def test_nobody_reads_what_was_keyed_but_those_who_decide(open_browser: Callable[..., BrowserContext]) -> None:
    page = open_browser(viewport=DESK).new_page()
    page.goto(f"/quan-ly/dot/{OPEN}/phieu-giay/nhap-kep")
    assert "/dang-nhap" in page.url
