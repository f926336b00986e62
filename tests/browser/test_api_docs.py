"""The page of the API in a real browser: shown whole under the strict policy, from our own host alone."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import PHONE


def test_the_document_is_shown_without_another_host_and_without_a_breach_of_the_policy(scripted: Page) -> None:
    told: list[str] = []
    scripted.on("console", lambda message: told.append(message.text))
    scripted.goto("/api/docs")
    scripted.wait_for_selector("#api-document .opblock")
    assert scripted.locator("#api-document .opblock").count() == 7
    scripted.locator(".opblock-summary").first.click()
    scripted.wait_for_selector(".opblock-body")
    assert told == []
    assert scripted.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
