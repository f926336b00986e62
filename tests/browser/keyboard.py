"""A page with a keyboard alone: where Tab leads, and a section filled with Space, arrows and letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

#: More stops than any page has; a person who comes this far is caught in a trap.
MANY = 200
FOCUSED = """() => {
    const it = document.activeElement, seen = it.closest("label") || it, box = seen.getBoundingClientRect();
    const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {tag: it.tagName, type: it.type || "", name: it.name || "", value: it.value || "", text: it.innerText || "",
            hidden: it.getAttribute("aria-hidden") === "true",
            covered: middle !== null && !seen.contains(middle) && !middle.contains(seen)};
}"""


def focused(page: Page) -> dict[str, Any]:
    """Where the focus is; never in a place that cannot be seen (WCAG 2.4.11)."""
    found: dict[str, Any] = page.evaluate(FOCUSED)
    assert not found["hidden"], f"the focus is on something hidden: {found}"
    assert not found["covered"], f"something lies over what has the focus: {found}"
    return found


def tab_to(page: Page, wanted: Callable[[dict[str, Any]], bool]) -> None:
    """Press Tab until the focus is on what is wanted."""
    for _stop in range(MANY):
        page.keyboard.press("Tab")
        if wanted(focused(page)):
            return
    raise AssertionError("not reached by Tab")


def fill_section(
    page: Page, *, down: Callable[[str], int] = lambda name: 0, every_box: bool = False, words: str = "2"
) -> set[str]:
    """From the top of a section to its button onward; every question that took an answer.

    ``down`` is how many steps below the first answer one is chosen, ``every_box`` whether all boxes are ticked or one.
    """
    answered: set[str] = set()
    for _stop in range(MANY):
        page.keyboard.press("Tab")
        here = focused(page)
        name = here["name"]
        if name == "go" and here["value"] == "next":
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return answered
        if name in answered and not (every_box and here["type"] == "checkbox"):
            continue
        if here["type"] == "radio":
            page.keyboard.press("Space")
            for _step in range(down(name)):
                page.keyboard.press("ArrowDown")
        elif here["type"] == "checkbox":
            page.keyboard.press("Space")
        elif here["tag"] == "TEXTAREA" or here["type"] == "text":
            page.keyboard.type(words)
        else:
            continue
        answered.add(name)
    raise AssertionError("no way out of the section by Tab")
