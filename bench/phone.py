"""A cheap phone: a page of 150 questions on a processor four times slower, beside the same questions as plain HTML."""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.forms import begin, with_22_items_on_one_page
from bench.served import serving
from bench.timing import report
from bench.world import small_world
from survey_app.instruments.schema import Instrument

QUESTIONS = 150
SLOWER = 4
RUNS = 5
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
READY = """() => {
    const [load] = performance.getEntriesByType("navigation");
    return load.domContentLoadedEventEnd - load.responseEnd;
}"""
ANSWER = """() => {
    const begun = performance.now(), inputs = [...document.querySelectorAll("fieldset input[type=radio]")];
    inputs.filter((_input, place) => place % 6 === 0).slice(0, 20).forEach((input) => input.click());
    document.body.getBoundingClientRect();
    return (performance.now() - begun) / 20;
}"""


def run() -> None:
    """Print the time until the page answers and the time of an answer, with the plain page's."""
    with small_world(_with_many_questions()) as (app, slug), tempfile.NamedTemporaryFile(suffix=".html") as file:
        address, cookie = begin(app, app.test_client(), slug)
        Path(file.name).write_text(_plain_page(), encoding="utf-8")
        with (
            serving("wsgi:app", HAILONG_INSTANCE=app.config["INSTANCE"]) as our_port,
            serving("bench.bare:app", BARE_PAGE=file.name) as bare_port,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True)
            name, _equals, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{our_port}"}])
            page = context.new_page()
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            ours = _measure(page, f"http://127.0.0.1:{our_port}{address}")
            plain = _measure(page, f"http://127.0.0.1:{bare_port}/")
            browser.close()
    for what, our_time, plain_time in zip(("until the page answers", "for one answer"), ours, plain, strict=True):
        report(what, f"{our_time:.0f} ms, plain HTML {plain_time:.0f} ms ({our_time / max(plain_time, 0.1):.1f} times)")


def _measure(page: Page, address: str) -> tuple[float, float]:
    ready, answered = [], []
    for _run in range(RUNS):
        page.goto(address)
        if page.locator("fieldset").count() != QUESTIONS:
            raise RuntimeError(f"{address} does not show {QUESTIONS} questions")
        ready.append(float(page.evaluate(READY)))
        answered.append(float(page.evaluate(ANSWER)))
    return statistics.median(ready), statistics.median(answered)


def _with_many_questions() -> Instrument:
    content = json.loads(with_22_items_on_one_page().canonical_json())
    section = content["sections"][0]
    items = [section["items"][place % 22] | {"key": f"q{place}"} for place in range(QUESTIONS)]
    content["sections"] = [section | {"items": items}]
    return Instrument.model_validate_json(json.dumps(content))


def _plain_page() -> str:
    questions = "".join(
        f"<fieldset><legend>{place}</legend>{_plain_options(place)}</fieldset>" for place in range(QUESTIONS)
    )
    return f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>plain</title><form>{questions}</form></html>'


def _plain_options(place: int) -> str:
    return "".join(f'<label><input type="radio" name="q{place}" value="{n}">{n}</label>' for n in range(6))


if __name__ == "__main__":
    run()
