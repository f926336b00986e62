"""Filling the form as a person does: one section after the other, by what the page shows."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from playwright.sync_api import Page

#: The visible button onward; another, unseen one in the header answers the Enter key.
ONWARD = "main button[name=go][value=next]"
#: More than the sections of any questionnaire, each shown again when its answers bring up questions.
MANY_PAGES = 16
BACK = "main button[name=go][value=back]"


def begin(page: Page, slug: str, commune: str) -> None:
    """Choose the commune, agree and begin."""
    page.goto(f"/s/{slug}")
    page.select_option("select[name=commune]", commune)
    page.click("button[name=consent]")
    page.wait_for_url("**/1")


def questions(page: Page) -> list[str]:
    """Keys of the questions that are shown, in order."""
    return [fieldset.get_attribute("data-item") or "" for fieldset in page.locator("fieldset[data-item]:visible").all()]


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


def answer_section(
    page: Page, *, rating: int = 4, answers: Mapping[str, int] | None = None, words: str = "7"
) -> list[str]:
    """Answer every shown question, and those that the answers bring up; the last option where nothing else is said."""
    answered: list[str] = []
    while waiting := [item for item in questions(page) if item not in answered]:
        for item in waiting:
            _answer(page, item, rating, (answers or {}).get(item), words)
        answered += waiting
    return answered


def _answer(page: Page, item: str, rating: int, given: int | None, words: str) -> None:
    fieldset = page.locator(f'fieldset[data-item="{item}"]')
    options = fieldset.locator(".option input[type=radio], .option input[type=checkbox]")
    if options.count() == 0:
        typed = fieldset.locator("input[type=text], textarea")
        typed.fill("7" if typed.get_attribute("inputmode") else words)
    elif given is not None:
        choose(page, item, given)
    elif fieldset.locator(".no-opinion").count() and fieldset.locator(f'input[value="{rating}"]').count():
        choose(page, item, rating)
    else:
        fieldset.locator(".options:not(.no-opinion) .option input").last.check()


def answer_everything(
    page: Page, *, rating: int = 4, answers: Mapping[str, int] | None = None, words: str = "7"
) -> list[str]:
    """Answer from the present section to the receipt; every question that was asked, in order."""
    asked: list[str] = []
    for _page in range(MANY_PAGES):
        section = answer_section(page, rating=rating, answers=answers, words=words)
        asked += [item for item in section if item not in asked]
        go_on(page)
        if is_sent(page):
            return asked
    raise AssertionError(f"no receipt after {MANY_PAGES} pages: {page.url}")
