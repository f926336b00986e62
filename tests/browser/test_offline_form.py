"""form.js, without the server, asks, checks and keeps as the server does under the strict policy."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Browser, Page, Route
from werkzeug.datastructures import MultiDict

from survey_app import create_app
from survey_app.collection.offline.instruments import instrument_as_data
from survey_app.collection.offline.words import form_words, in_every_language
from survey_app.i18n import LANGUAGES
from survey_app.instruments.answers import check_answers
from survey_app.instruments.form import section_form
from survey_app.instruments.loader import load_file
from survey_app.instruments.path import parts_on_path
from survey_app.security import HEADERS
from survey_app.settings import read_settings
from tests.browser.test_accessibility import _find_faults
from tests.servers import ROOT
from tests.walk.made_answers import answer_everything, read_plainly

pytestmark = pytest.mark.browser
STATIC = ROOT / "survey_app" / "static"
PLACE = "https://hailong.example/"
EXAMPLES = sorted((ROOT / "tests" / "questionnaires").glob("*.yaml"))
SHIPPED = sorted((ROOT / "questionnaires").glob("*.yaml"))
KINDS = ROOT / "tests" / "questionnaires" / "item_types.yaml"
CONTENT = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}
SHELL = """<!doctype html><html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>-</title>
<link rel="stylesheet" href="/css/tokens.css"><link rel="stylesheet" href="/css/base.css">
<link rel="stylesheet" href="/css/respondent.css"></head><body class="page-respondent">
<header class="respond-header" id="header"></header><main id="main" tabindex="-1"></main>
{% from "respond/faces.html" import drawings %}{{ drawings() }}</body></html>"""


@pytest.fixture(scope="module")
def flask(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application without a database: it knows the words and the rules."""
    return create_app(read_settings({"HAILONG_INSTANCE": str(tmp_path_factory.mktemp("bare"))}))


def apart(flask: Flask, function: Any, language: str = "vi") -> Any:
    """Run inside a request, in a thread of its own: Playwright keeps an event loop in this one."""

    def run() -> Any:
        with flask.test_request_context(f"/?lang={language}"):
            return function()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


@pytest.fixture(scope="module")
def words(flask: Flask) -> Any:
    """Everything the form says."""
    return apart(flask, lambda: in_every_language(form_words))


@pytest.fixture(scope="module")
def page(chromium: Browser, flask: Flask) -> Iterator[Page]:
    """An empty respondent's page that may load our own files and nothing else; no script of it broke."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    shell = apart(flask, lambda: render_template_string(SHELL))

    def answer(route: Route) -> None:
        address = Path(route.request.url.removeprefix(PLACE))
        if address.suffix in CONTENT:
            body = (STATIC / address).read_bytes()
            route.fulfill(body=body, content_type=CONTENT[address.suffix], headers=HEADERS)
        elif str(address) == ".":
            route.fulfill(body=shell, content_type="text/html; charset=utf-8", headers=HEADERS)
        else:
            route.fulfill(status=204, body="")

    page.route(f"{PLACE}**", answer)
    page.goto(PLACE)
    yield page
    context.close()
    assert complaints == []


OPEN = """async ({ instrument, words, languages, draft, names }) => {
  window.sent = null;
  window.form?.close();
  const { openForm } = await import("/js/offline/form.js");
  window.form = openForm({
    main: document.getElementById("main"), header: document.getElementById("header"),
    instrument, words, languages, names, title: instrument.title, draft,
    onKeep: (kept) => { window.kept = structuredClone(kept); },
    onSend: async (done) => { window.sent = structuredClone(done); },
  });
}"""
#: Put answers into the inputs of the page as a hand would: only into those that are there.
FILL = """(answers) => {
  const say = (node) => ["input", "change"].map((name) => node.dispatchEvent(new Event(name, { bubbles: true })));
  for (const [key, value] of Object.entries(answers)) {
    const node = document.querySelector(`[data-item="${key}"], [data-line="${key}"]`);
    if (!node || node.closest("[hidden]") || getComputedStyle(node).display === "none") continue;
    const list = [value].flat().map(String);
    const ticks = [...node.querySelectorAll("input[type=radio], input[type=checkbox]")];
    const selects = [...node.querySelectorAll("select")];
    const typed = node.querySelector(".answer-input .input, :scope > .input");
    for (const tick of ticks) {
      if (tick.value === "" || list.includes(tick.value) === tick.checked) continue;
      tick.checked = list.includes(tick.value);
      say(tick);
    }
    selects.forEach((select, place) => { select.value = list[place] ?? ""; say(select); });
    if (typed && !ticks.some((tick) => list.includes(tick.value))) { typed.value = list[0]; say(typed); }
  }
}"""


def open_form(page: Page, flask: Flask, words: Any, path: Path, **draft: Any) -> Any:
    instrument = load_file(path)
    data = apart(flask, lambda: instrument_as_data(instrument, "hash"))
    names = {code: {"agency": "Cơ quan A", "commune": "Xã B", "province": "Tỉnh C"} for code in LANGUAGES}
    page.evaluate(
        OPEN,
        {"instrument": data, "words": words, "languages": dict(LANGUAGES), "draft": draft, "names": names},
    )
    return instrument


@pytest.mark.parametrize("path", [*EXAMPLES, *SHIPPED], ids=lambda path: path.stem)
def test_what_is_sent_is_what_the_server_would_keep(page: Page, flask: Flask, words: Any, path: Path) -> None:
    plain = read_plainly(path)
    for seed in range(3):
        instrument = open_form(page, flask, words, path)
        answers = answer_everything(plain, random.Random(seed), blanks=0)
        expected = apart(flask, lambda answers=answers, instrument=instrument: check_answers(instrument, answers))
        for _section in range(3 * len(instrument.sections)):
            for _round in range(4):  # answers bring up questions, which wait for their own
                page.evaluate(FILL, answers)
            page.click(".onward")
            assert page.locator(".error-summary").count() == 0, page.inner_text(".error-summary")
            if page.evaluate("window.sent") is not None:
                break
        assert page.evaluate("window.sent.answers") == json.loads(json.dumps(expected.answers))


BAD: list[dict[str, str | list[str]]] = [
    {},
    {"visits": "0", "hours": "0,3", "remark": "x" * 20, "day": "2025-12-31"},
    {"visits": "21", "hours": "abc", "one_of": "two", "rating": "9", "day": "2027-01-01"},
    {"visits": "2,5", "hours": "1.234", "many_of": ["1", "2"], "rating": "2", "one_of": "1"},
    {"visits": "1.234.567", "hours": "9" * 16, "rating": "2"},
    {"hours": "1" * 15 + ",5", "visits": "+3", "rating": "2", "one_of": "1", "day": "2026-02-28"},
    {"visits": "-1", "hours": "2.5", "name_of_office": "a\u202eb", "rating": "1"},
]


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("typed", BAD, ids=range(len(BAD)))
def test_mistakes_are_told_in_the_servers_words(
    page: Page, flask: Flask, words: Any, typed: dict[str, Any], language: str
) -> None:
    instrument = open_form(page, flask, words, KINDS, language=language)
    section = instrument.sections[0]

    def on_server() -> tuple[dict[str, list[str]], dict[str, object]]:
        flask.config["WTF_CSRF_ENABLED"] = False
        posted = [("shown", item.key) for item in section.items]
        posted += [(key, one) for key, value in typed.items() for one in ([value] if isinstance(value, str) else value)]
        form = section_form(instrument, section.key, language=language, answers={}, formdata=MultiDict(posted))
        form.validate()
        return form.answer_errors, form.checked.answers

    errors, answers = apart(flask, on_server, language)
    page.evaluate(FILL, typed)
    page.click(".onward")

    told = {
        node.get_attribute("data-item"): [node.locator(".error").inner_text()]
        for node in page.locator(".question-invalid").all()
    }
    assert told == errors
    assert page.evaluate("window.kept.answers") == json.loads(json.dumps(answers))
    assert page.evaluate("document.activeElement.id") == (
        "errors" if errors else page.evaluate("document.activeElement.id")
    )


def test_questions_come_and_go_with_their_answers_and_the_parts_are_those_on_the_path(
    page: Page, flask: Flask, words: Any
) -> None:
    path = ROOT / "tests" / "rooms" / "village.yaml"
    instrument = open_form(page, flask, words, path)
    assert not page.is_visible("#q-q3")
    page.check("[data-item=late] input[value='1']")
    assert page.is_visible("#q-q3")
    page.evaluate(FILL, {"q1": 3, "q2": 3, "q3": 1})
    page.check("[data-item=late] input[value='2']")
    assert "q3" not in page.evaluate("window.kept.answers")
    page.click(".onward")
    assert page.evaluate("window.kept.part") == parts_on_path(instrument, {"late": 2})[1]
    page.get_by_role("button", name="Quay lại").click()
    assert page.locator("[data-item=late] input[value='2']").is_checked()


def test_switching_the_language_keeps_what_is_chosen_and_what_cannot_be_kept_yet(
    page: Page, flask: Flask, words: Any
) -> None:
    open_form(page, flask, words, KINDS)
    page.evaluate(FILL, {"rating": 2, "visits": "nhiều"})
    page.click(".onward")
    page.click("#header button[lang=en]")
    assert page.locator("[data-item=rating] input[value='2']").is_checked()
    assert page.input_value("#visits") == "nhiều"
    assert "not a number" in page.inner_text("#q-visits-error")
    assert page.get_attribute("html", "lang") == "en"


def test_names_stand_where_the_texts_have_a_place_for_them(page: Page, flask: Flask, words: Any) -> None:
    open_form(page, flask, words, ROOT / "tests" / "questionnaires" / "piping.yaml")
    text = page.inner_text("main")
    assert not re.search(r"\{(agency|commune|province)\}", text)
    assert "Cơ quan A" in text or "Xã B" in text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_axe_finds_nothing_in_any_kind_of_question(page: Page, flask: Flask, words: Any, path: Path) -> None:
    open_form(page, flask, words, path)
    page.click(".onward")  # with its mistakes, where there are any
    assert _find_faults(page) == []
