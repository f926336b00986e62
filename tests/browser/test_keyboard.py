"""The whole real questionnaire with a keyboard alone: Tab, arrows, Space, Enter, and letters in open questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import OPEN
from tests.browser.form import is_sent

pytestmark = pytest.mark.browser
#: More stops than any page has; a person who comes this far is caught in a trap.
MANY = 120
FOCUSED = """() => {
    const it = document.activeElement, seen = it.closest("label") || it, box = seen.getBoundingClientRect();
    const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {tag: it.tagName, type: it.type || "", name: it.name || "", value: it.value || "", text: it.innerText || "",
            hidden: it.getAttribute("aria-hidden") === "true",
            covered: middle !== null && !seen.contains(middle) && !middle.contains(seen)};
}"""


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 740}, {"width": 1280, "height": 720}], ids=str)
def test_the_form_is_filled_from_the_first_page_to_the_receipt(
    open_browser: Callable[..., BrowserContext], viewport: dict[str, int]
) -> None:
    page = open_browser(viewport=viewport).new_page()
    page.goto(f"/s/{OPEN}")
    _tab_to(page, lambda focused: focused["tag"] == "SELECT")
    page.keyboard.press("ArrowDown")
    _tab_to(page, lambda focused: focused["name"] == "consent")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    asked: set[str] = set()
    for _section in range(10):
        asked |= _fill_section(page)
        if is_sent(page):
            break

    assert is_sent(page)
    assert {"a1", "e22", "n1_other", "n2_more", "n6", "m_other", "filing"} <= asked


def _fill_section(page: Page) -> set[str]:
    """From the top of a section to its button onward; every question that took an answer."""
    answered: set[str] = set()
    for _stop in range(MANY):
        page.keyboard.press("Tab")
        focused = _focused(page)
        if focused["name"] == "go" and focused["value"] == "next":
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return answered
        if focused["type"] == "radio" and focused["name"] not in answered:
            page.keyboard.press("Space")
            for _step in range({"n2": 5, "n5": 2}.get(focused["name"], 1)):
                page.keyboard.press("ArrowDown")
        elif focused["type"] == "checkbox":
            page.keyboard.press("Space")
        elif focused["tag"] == "TEXTAREA" or focused["type"] == "text":
            page.keyboard.type("12")
        else:
            continue
        answered.add(focused["name"])
    raise AssertionError("no way out of the section by Tab")


def _tab_to(page: Page, wanted: Callable[[dict[str, Any]], bool]) -> None:
    for _stop in range(MANY):
        page.keyboard.press("Tab")
        if wanted(_focused(page)):
            return
    raise AssertionError("not reached by Tab")


def _focused(page: Page) -> dict[str, Any]:
    """Where the focus is; never in a place that cannot be seen (WCAG 2.4.11)."""
    focused: dict[str, Any] = page.evaluate(FOCUSED)
    assert not focused["hidden"], f"the focus is on something hidden: {focused}"
    assert not focused["covered"], f"something lies over what has the focus: {focused}"
    return focused
