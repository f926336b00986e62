"""What the tests of tablets share: a browser as it is on a tablet, a short survey, a tablet freshly paired."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, TABLET
from tests.browser.counter.tablet import SHORT, Inside, pair, register
from tests.browser.shipped import open_survey


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser as it is on a tablet: pages left behind stay in memory for the Back button."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def place(inside: Inside) -> str:
    """A commune of a short survey."""
    return str(inside(lambda session: open_survey(session, SHORT)))


@pytest.fixture
def tablet(
    request: pytest.FixtureRequest, open_browser: Callable[..., BrowserContext], inside: Inside, place: str
) -> Page:
    """A tablet at the counter, freshly paired."""
    _number, code = register(inside, place, request.node.name[:90])
    return pair(open_browser(viewport=TABLET), code)
