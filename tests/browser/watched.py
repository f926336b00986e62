"""A browser whose pages are watched: what goes wrong unseen (scripts, policy, foreign hosts) is written down."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

SCREENS = Path(__file__).parents[2] / "test-output" / "screens"
WIDTHS = (360, 768, 1280)
HEIGHT = 740


class Watch:
    """What was wrong on the pages of one context; tests end with it empty."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.complaints: list[str] = []
        self._refusals: set[str] = set()
        context.on("request", self._check_request)
        context.on("response", self._note_refusal)
        context.on("console", self._check_console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))

    def _check_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self.host:
            self.complaints.append(f"a page asked another host: {request.url}")

    def _note_refusal(self, response: Response) -> None:
        """A page that refuses (400, 404, 409) is a page all the same; the browser's own note of it is no fault."""
        if response.request.is_navigation_request() and 400 <= response.status < 500:
            self._refusals.add(response.url)
        elif response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def _check_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if message.text.startswith("Failed to load resource") and message.location["url"] in self._refusals:
            return
        self.complaints.append(f"console {message.type}: {message.text} ({message.location['url']})")


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page in each width, for people to look at."""
    before = page.viewport_size
    SCREENS.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True)
    if before:
        page.set_viewport_size(before)
