"""The whole real questionnaire with a keyboard alone: Tab, arrows, Space, Enter, and letters in open questions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import OPEN
from tests.browser.form import is_sent
from tests.browser.keyboard import fill_section, tab_to

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 740}, {"width": 1280, "height": 720}], ids=str)
def test_the_form_is_filled_from_the_first_page_to_the_receipt(
    open_browser: Callable[..., BrowserContext], viewport: dict[str, int]
) -> None:
    page = open_browser(viewport=viewport).new_page()
    page.goto(f"/s/{OPEN}")
    tab_to(page, lambda focused: focused["tag"] == "SELECT")
    page.keyboard.press("ArrowDown")
    tab_to(page, lambda focused: focused["name"] == "consent")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    asked: set[str] = set()
    for _section in range(10):
        asked |= fill_section(page, down=lambda name: {"n2": 5, "n5": 2}.get(name, 1), every_box=True, words="12")
        if is_sent(page):
            break

    assert is_sent(page)
    assert {"a1", "e22", "n1_other", "n2_more", "n6", "m_other", "filing"} <= asked
