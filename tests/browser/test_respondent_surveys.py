"""Shipped questionnaires on a phone, from the first page to the receipt; axe looks at every kind of page."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page

from survey_app.collection.models import Response
from tests.browser.conftest import DESK, PHONE
from tests.browser.form import begin, go_on, is_sent
from tests.browser.keyboard import fill_section
from tests.browser.shipped import MANY_PAGES, fill_form, fill_page, open_part, open_survey
from tests.browser.test_accessibility import _find_faults

pytestmark = pytest.mark.browser
WITH_SCRIPTS = ("sipas-short", "education-preschool", "enterprise-service-centre")
WITHOUT = ("health-inpatient", "papi-citizen", "pci-enterprise")
#: A section with each layout: faces, long list, yes or no, condition, grid, other line, words beside a number, letters.
PAGES = {
    "sipas-short": (1, 4), "health-inpatient": (3, 7), "papi-citizen": (1, 7, 25), "pci-enterprise": (1, 4, 9),
    "enterprise-service-centre": (1, 9, 10), "sipas-policy-services": (1, 8),
}  # fmt: skip


@pytest.fixture(scope="module")
def places(inside: Callable[..., dict[str, str]]) -> dict[str, str]:
    """Questionnaire, which is also the survey → a commune of its sample."""
    keys = dict.fromkeys((*WITH_SCRIPTS, *WITHOUT, *PAGES))
    return inside(lambda session: {key: open_survey(session, key) for key in keys})


@pytest.fixture
def stored(inside: Callable[..., dict[str, object]]) -> Callable[[str], dict[str, object]]:
    """The answers of the response whose receipt stands at an address."""

    def stored(receipt: str) -> dict[str, object]:
        number = UUID(receipt.split("/")[-2])
        return inside(lambda session: dict(session.get_one(Response, number).answers))

    return stored


@pytest.mark.parametrize("key", [*WITH_SCRIPTS, *WITHOUT])
def test_the_whole_form_is_filled_on_a_phone_and_every_answer_arrives(
    open_browser: Callable[..., BrowserContext],
    places: dict[str, str],
    stored: Callable[[str], dict[str, object]],
    key: str,
) -> None:
    page = open_browser(viewport=PHONE, java_script_enabled=key in WITH_SCRIPTS, has_touch=True).new_page()
    page.set_default_timeout(15_000)
    begin(page, key, places[key])
    answered = fill_form(page)
    assert len(answered) > 8
    assert set(stored(page.url)) == set(answered)


@pytest.mark.parametrize(("key", "viewport"), [("enterprise-service-centre", PHONE), ("pci-enterprise", DESK)])
def test_a_form_with_tables_and_numbers_is_filled_with_a_keyboard_alone(
    open_browser: Callable[..., BrowserContext], places: dict[str, str], key: str, viewport: dict[str, int]
) -> None:
    page = open_browser(viewport=viewport).new_page()
    begin(page, key, places[key])
    for _page in range(MANY_PAGES):
        fill_section(page)
        assert page.locator("#errors").count() == 0
        if is_sent(page):
            return
    raise AssertionError(f"no receipt after {MANY_PAGES} pages")


@pytest.mark.parametrize("key", PAGES)
def test_axe_finds_nothing_on_any_kind_of_page(
    open_browser: Callable[..., BrowserContext], places: dict[str, str], key: str
) -> None:
    page: Page = open_browser(viewport=PHONE, reduced_motion="reduce").new_page()
    page.goto(f"/s/{key}")
    faults = {"start": _find_faults(page, dark=True)}
    begin(page, key, places[key])
    for part in PAGES[key]:
        open_part(page, part)
        faults[f"part {part}"] = _find_faults(page, dark=True)
        fill_page(page)
        faults[f"part {part}, answered"] = _find_faults(page, dark=True)
    assert {name: found for name, found in faults.items() if found} == {}


def test_axe_finds_nothing_where_many_answers_are_missing(
    open_browser: Callable[..., BrowserContext], places: dict[str, str]
) -> None:
    page = open_browser(viewport=PHONE, reduced_motion="reduce").new_page()
    begin(page, "health-inpatient", places["health-inpatient"])
    open_part(page, 3)
    go_on(page)
    assert page.locator("#errors a").count() == 11
    assert _find_faults(page, dark=True) == []
