"""A collector with a telephone: a browser that can be killed and opened again, and what they do in the app."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.collection.models import Response
from survey_app.errors import Conflict
from survey_app.sampling.service import draw_sample
from survey_app.sampling.work.models import Assignment, Case
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import create_survey, set_state
from tests.browser.conftest import CHROMIUM, FLAGS, PASSWORD, PHONE
from tests.cases import make_cases
from tests.village import found_village, village_definition
from tests.world import TESTER

APP = "/thu-phieu/ung-dung"
PIN = "2580"


def give_cases(session: Session, slug: str, email: str, *, each: int, reserves: int = 0, **changes: Any) -> list[int]:
    """A survey of the village with cases in one collector's hands; their numbers."""
    with suppress(Conflict):  # another survey has brought the village
        found_village(session)
    survey = create_survey(session, village_definition(slug=slug, **changes), actor=TESTER)
    draw_sample(session, survey, seed="7", actor=TESTER)
    set_state(session, survey, "collecting", actor=TESTER)
    cases = make_cases(session, survey, each=each, reserves=reserves)
    collector = session.scalars(select(User).where(User.email == email)).one()
    main = [case for case in cases if case.role == "main"]
    session.add_all(Assignment(case_id=case.id, collector_id=collector.id, assigned_by="tester") for case in main)
    session.commit()
    return [case.id for case in main]


def responses_of(session: Session, slug: str) -> list[tuple[UUID, int | None, dict[str, Any]]]:
    """Every response of a survey: id, case, answers."""
    survey = find_survey(session, slug)
    rows = session.execute(
        select(Response.id, Response.case_id, Response.answers).where(Response.survey_id == survey.id)
    )
    return [(number, case, answers) for number, case, answers in rows]


def states_of(session: Session, slug: str) -> dict[int, str]:
    """The state of every case of a survey."""
    survey = find_survey(session, slug)
    return dict(session.execute(select(Case.id, Case.state).where(Case.survey_id == survey.id)).all())  # type: ignore[arg-type]


class Telephone:
    """One device: a browser with a folder of its own, so that it can be killed and opened again."""

    def __init__(self, chromium: Browser, folder: Path, url: str, **options: Any) -> None:
        self.chromium, self.folder, self.url, self.options = chromium, folder, url, options
        self.context: BrowserContext
        self.page: Page
        self.errors: list[str] = []
        self.open()

    def open(self) -> Page:
        """Start the browser on its folder."""
        self.context = self.chromium.browser_type.launch_persistent_context(
            str(self.folder), executable_path=CHROMIUM, args=list(FLAGS), base_url=self.url, locale="vi-VN",
            **({"viewport": PHONE} | self.options),
        )  # fmt: skip
        self.context.set_default_timeout(30_000)
        self.context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.page = self.context.pages[0]
        return self.page

    def kill(self) -> None:
        """kill -9 of every process of the browser."""
        mark = f"--user-data-dir={self.folder}".encode()
        for name in filter(str.isdigit, os.listdir("/proc")):
            with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                if mark in Path(f"/proc/{name}/cmdline").read_bytes():
                    os.kill(int(name), signal.SIGKILL)
        with suppress(Exception):
            self.context.close()
        for name in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
            (self.folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the browser gently."""
        with suppress(Exception):
            self.context.close()

    def offline(self, gone: bool = True) -> None:
        """Take the network away, or bring it back."""
        self.context.set_offline(gone)

    # --- What a collector does ------------------------------------------------------------------------------------

    def sign_in(self, email: str) -> None:
        """Sign in, open the app for the first time, set the PIN, wait until it works without network."""
        page = self.page
        page.goto(f"/dang-nhap?next={APP}")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[name=submit]")
        page.wait_for_selector("#pin-again")
        page.fill("#pin", PIN)
        page.fill("#pin-again", PIN)
        page.click("main form button")
        page.wait_for_selector(".answer")
        page.wait_for_function("navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)")

    def sign_in_again(self, email: str) -> None:
        """A browser that was killed may have lost its cookie; the work is still there."""
        page = self.page
        page.goto(f"/dang-nhap?next={APP}")
        if page.locator("input[name=password]").count():
            page.fill("input[name=email]", email)
            page.fill("input[name=password]", PASSWORD)
            page.click("main button[name=submit]")
        self.open_app()

    def unlock(self, page: Page | None = None) -> None:
        """Type the PIN."""
        page = page or self.page
        page.wait_for_selector("#pin")
        page.fill("#pin", PIN)
        page.click("main form button")
        page.wait_for_selector("#bar:not([hidden])")

    def open_app(self) -> None:
        """Open the app anew and unlock it."""
        self.page.goto(APP)
        self.unlock()

    def open_case(self, slug: str, number: int) -> None:
        """The page of a case."""
        self.page.evaluate("hash => { location.hash = hash }", f"#/ho-so/{slug}/{number}")
        self.page.wait_for_selector(f"h1:has-text('{number}')")

    def begin(self, slug: str, number: int) -> None:
        """Hand the device over and agree, up to the first question."""
        self.open_case(slug, number)
        self.page.click("#begin")
        self.page.click("#handed")
        self.page.click("#consent")
        self.page.wait_for_selector("#answers")

    def finish(self, *, rating: int = 3, remark: str = "") -> None:
        """Answer the village form from the section it stands at, send it and take the device back."""
        page = self.page
        if page.locator("[data-item=q1]").count():
            for item, value in (("q1", rating), ("q2", rating), ("late", 2)):
                page.locator(f"[data-item={item}] input[value='{value}']").check()
            page.click(".onward")
            page.wait_for_selector("[data-item=ways]")
        if remark:
            page.fill("[data-item=words] textarea", remark)
        page.click(".onward")
        page.click("#give-back")
        self.unlock()

    def interview(self, slug: str, number: int, **how: Any) -> None:
        """A whole interview."""
        self.begin(slug, number)
        self.finish(**how)

    def waiting(self) -> int:
        """How much is not yet confirmed, counted in the device's database."""
        counted: int = self.page.evaluate(COUNT)
        return counted

    def send(self, seconds: float = 30) -> None:
        """Press the button until nothing waits."""
        deadline = time.monotonic() + seconds
        while self.waiting():
            assert time.monotonic() < deadline, f"still waiting: {self.page.inner_text('#bar')}"
            button = self.page.locator("#send:not([disabled])")
            if button.count():
                button.first.click()
            self.page.wait_for_timeout(200)


COUNT = """() => new Promise((done, fail) => {
  const asked = indexedDB.open("hai-long-field");
  asked.onerror = fail;
  asked.onsuccess = () => {
    const read = asked.result.transaction(["forms", "actions"]);
    const counts = ["forms", "actions"].map((name) => read.objectStore(name).count());
    read.oncomplete = () => { asked.result.close(); done(counts[0].result + counts[1].result); };
  };
})"""

Inside = Callable[..., Any]


#: Everything that the app keeps on the device, as text.
DUMP = """async () => {
  const end = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const db = await end(indexedDB.open("hai-long-field"));
  const bytes = (value) => {
    if (value instanceof CryptoKey) return { extractable: value.extractable };
    if (value instanceof ArrayBuffer) return new TextDecoder().decode(value);
    if (value instanceof Uint8Array) return new TextDecoder().decode(value);
    if (Array.isArray(value)) return value.map(bytes);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, bytes(part)]));
    }
    return value;
  };
  const all = [];
  for (const name of db.objectStoreNames) {
    const store = db.transaction(name).objectStore(name);
    const [names, values] = await Promise.all([end(store.getAllKeys()), end(store.getAll())]);
    all.push(name, names, values.map(bytes));
  }
  db.close();
  return JSON.stringify([all, { ...localStorage }, { ...sessionStorage }]);
}"""
