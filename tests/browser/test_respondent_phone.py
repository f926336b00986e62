"""The form on a cheap phone: few bytes, quick on a slow processor, targets for a thumb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy.orm import Session

from tests.browser.conftest import PHONE
from tests.browser.form import begin, go_on
from tests.browser.shipped import fill_page, open_part, open_survey, part_of, store_long_form

pytestmark = pytest.mark.browser
LIMIT = 60 * 1024
LONG_FORM, MANY = "phieu-dai", 150
ELEMENTS = 45  # of the page for each question; the time they take is measured by bench/phone.py
FORMS = ("sipas-commune", "papi-citizen", "pci-enterprise", "health-inpatient")
#: Everything a thumb may aim at, with what is smaller than 44 pixels. A radio button is reached through its row.
SMALL = """() => [...document.querySelectorAll("label.option, label.take-back, a, button, select, textarea, input")]
    .filter(it => it.checkVisibility({visibilityProperty: true}) && it.type !== "hidden")
    .filter(it => !it.closest(".visually-hidden, .skip-link"))
    .filter(it => it.matches("label") || !it.closest("label.option, label.take-back"))
    .map(it => [(it.querySelector(".option-fill") ?? it).getBoundingClientRect(), it])
    .filter(([box]) => box.width < 44 || box.height < 44)
    .map(([box, it]) => `${box.width} x ${box.height}: ${it.outerHTML.slice(0, 120)}`)"""


@pytest.fixture(scope="module")
def places(inside: Callable[..., dict[str, str]]) -> dict[str, str]:
    """Questionnaire, which is also the survey → a commune of its sample; one has a page of 150 questions."""

    def make(session: Session) -> dict[str, str]:
        store_long_form(session, LONG_FORM, MANY)
        return {key: open_survey(session, key) for key in (*FORMS, LONG_FORM)}

    return inside(make)


@pytest.fixture
def phone(open_browser: Callable[..., BrowserContext]) -> Page:
    """A phone that has never been here."""
    return open_browser(viewport=PHONE, has_touch=True, is_mobile=True).new_page()


class Wire:
    """The bytes that came over the network, by address; headers count."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.addresses: dict[str, str] = {}
        self.bytes: dict[str, int] = {}
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.responseReceived", self._note)
        network.on("Network.loadingFinished", self._count)

    def _note(self, event: dict[str, Any]) -> None:
        self.addresses[event["requestId"]] = event["response"]["url"]

    def _count(self, event: dict[str, Any]) -> None:
        address = self.addresses.get(event["requestId"], "")
        self.bytes[address] = self.bytes.get(address, 0) + int(event["encodedDataLength"])

    def total(self) -> int:
        self.page.wait_for_load_state("networkidle")
        return sum(self.bytes.values())


@pytest.mark.parametrize("key", FORMS)
def test_the_first_load_is_under_60_kilobytes_with_everything(phone: Page, places: dict[str, str], key: str) -> None:
    wire = Wire(phone)
    phone.goto(f"/s/{key}")
    assert 30_000 < wire.total() < LIMIT, wire.bytes  # the fonts alone are more than the lower figure
    phone.select_option("select[name=commune]", places[key])
    go_on(phone, "button[name=consent]")
    assert wire.total() < LIMIT, f"with the first section: {wire.bytes}"


@pytest.mark.parametrize("key", FORMS)
def test_the_longest_section_opened_first_is_under_60_kilobytes(
    open_browser: Callable[..., BrowserContext], phone: Page, places: dict[str, str], key: str
) -> None:
    begin(phone, key, places[key])
    first = phone.url[:-1]
    longest = max(range(1, 30), key=lambda part: len(phone.request.get(f"{first}{part}").body()))
    fresh = open_browser(viewport=PHONE).new_page()
    fresh.context.add_cookies(phone.context.cookies())
    wire = Wire(fresh)
    answer = fresh.goto(f"{first}{longest}")
    assert answer is not None
    assert 30_000 < wire.total() < LIMIT, wire.bytes
    assert len(answer.body()) < 28_000, f"part {longest} before compression"


def test_150_questions_on_one_page_stay_light_and_every_one_answers(phone: Page, places: dict[str, str]) -> None:
    begin(phone, LONG_FORM, places[LONG_FORM])
    assert phone.locator("fieldset").count() == MANY
    assert phone.locator("*").count() < ELEMENTS * MANY
    phone.evaluate(
        """() => document.querySelectorAll("fieldset .option:first-child input").forEach(it => it.click())"""
    )
    assert phone.locator("fieldset:has(.option:first-child input:checked)").count() == MANY


@pytest.mark.parametrize("key", FORMS)
def test_everything_that_a_thumb_aims_at_is_44_pixels(phone: Page, places: dict[str, str], key: str) -> None:
    phone.goto(f"/s/{key}")
    small = {"start": phone.evaluate(SMALL)}
    begin(phone, key, places[key])
    for _section in range(4):
        part = part_of(phone)
        small[f"part {part}"] = phone.evaluate(SMALL)
        fill_page(phone)
        small[f"part {part}, answered"] = phone.evaluate(SMALL)
        go_on(phone)
    assert {place: found for place, found in small.items() if found} == {}


def test_every_cell_of_a_table_is_a_target_as_large_as_it_looks(
    open_browser: Callable[..., BrowserContext], places: dict[str, str]
) -> None:
    page = open_browser(viewport={"width": 768, "height": 1024}, has_touch=True).new_page()
    begin(page, "pci-enterprise", places["pci-enterprise"])
    assert page.evaluate(SMALL) == []
    cell = page.locator("tr[data-item] td").nth(2)
    box = cell.bounding_box()
    assert box is not None
    cell.click(position={"x": 3, "y": box["height"] - 3})
    assert cell.locator("input").is_checked()


def test_links_of_an_error_summary_are_44_pixels(phone: Page, places: dict[str, str]) -> None:
    begin(phone, "health-inpatient", places["health-inpatient"])
    open_part(phone, 3)
    go_on(phone)
    assert phone.locator("#errors a").count() == 11
    assert phone.evaluate(SMALL) == []
    begin(phone, "sipas-commune", places["sipas-commune"])
    fill_page(phone)
    go_on(phone)
    fill_page(phone)
    go_on(phone)
    open_part(phone, 4)
    go_on(phone)
    assert phone.locator("#errors a").count() == 3
    assert phone.evaluate(SMALL) == []
