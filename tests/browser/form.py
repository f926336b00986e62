"""Filling the form as a person does: one section after the other, by what the page shows."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from playwright.sync_api import Page

#: The visible button onward; another, unseen one in the header answers the Enter key.
ONWARD = "main button[name=go][value=next]"
BACK = "main button[name=go][value=back]"


def begin(page: Page, slug: str, commune: str) -> None:
    """Choose the commune, agree and begin."""
    page.goto(f"/s/{slug}")
    page.select_option("select[name=commune]", commune)
    page.click("button[name=consent]")
    page.wait_for_url("**/1")


def questions(page: Page) -> list[str]:
    """Keys of the questions that are shown, in order."""
    return [
        fieldset.get_attribute("data-item") or "" for fieldset in page.locator("fieldset[data-item]:visible").all()
    ]


def choose(page: Page, item: str, *values: int) -> None:
    """Choose one answer, or several where that is possible."""
    for value in values:
        page.locator(f'fieldset[data-item="{item}"] input[value="{value}"]').check()


def chosen(page: Page, item: str) -> list[str]:
    """What is chosen."""
    return [field.get_attribute("value") or "" for field in page.locator(f'[data-item="{item}"] input:checked').all()]


def go_on(page: Page, button: str = ONWARD) -> None:
    """Press a button of the form and see the page that comes."""
    with page.expect_navigation():
        page.click(button)


def is_sent(page: Page) -> bool:
    """Whether this is the page with the receipt."""
    return urlsplit(page.url).path.endswith("/cam-on")


def answer_section(page: Page, *, rating: int = 4, answers: Mapping[str, int] | None = None) -> list[str]:
    """Answer every shown question; the last of its options where nothing else is said."""
    given = answers or {}
    shown = questions(page)
    for item in shown:
        fieldset = page.locator(f'fieldset[data-item="{item}"]')
        if fieldset.locator("input[type=radio], input[type=checkbox]").count() == 0:
            fieldset.locator("input[type=text], textarea").fill("7")
        elif item in given:
            choose(page, item, given[item])
        elif fieldset.locator(".no-opinion").count():
            choose(page, item, rating)
        else:
            fieldset.locator("input[type=radio], input[type=checkbox]").last.check()
    return shown


def answer_everything(page: Page, *, rating: int = 4, answers: Mapping[str, int] | None = None) -> list[str]:
    """Answer from the present section to the receipt; every question that was asked, in order."""
    asked: list[str] = []
    for _page in range(12):
        asked += [item for item in answer_section(page, rating=rating, answers=answers) if item not in asked]
        go_on(page)
        if is_sent(page):
            return asked
    raise AssertionError(f"no receipt after 12 pages: {page.url}")
