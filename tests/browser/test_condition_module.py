"""conditions.js, for pages that hold a whole questionnaire: it decides as the server does, under the strict policy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Route
from pydantic import TypeAdapter

from survey_app.instruments.condition_models import Condition
from survey_app.instruments.conditions import condition_to_json, path_to_json, visible_items
from survey_app.instruments.loader import load_file
from survey_app.security import HEADERS
from tests.instruments.generated import as_instrument, questionnaires
from tests.servers import ROOT
from tests.walk.made_answers import answer_everything, on_path

pytestmark = pytest.mark.browser
EXAMPLES = ROOT / "tests" / "questionnaires"
CASES = json.loads((EXAMPLES / "show_if_cases.json").read_text(encoding="utf-8"))
TWINS = load_file(EXAMPLES / "show_if_twins.yaml")
ROUTES = load_file(EXAMPLES / "show_if_operators.yaml")
STATIC = ROOT / "survey_app" / "static"
PLACE = "http://hailong.example/"


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page that may load our own scripts and nothing else."""
    page = chromium.new_page()

    def answer(route: Route) -> None:
        address = route.request.url.removeprefix(PLACE)
        if address:
            body = (STATIC / address).read_text(encoding="utf-8")
            route.fulfill(body=body, content_type="text/javascript", headers=HEADERS)
        else:
            route.fulfill(body="<!doctype html><title>-</title>", content_type="text/html", headers=HEADERS)

    page.route(f"{PLACE}**", answer)
    page.goto(PLACE)
    yield page
    page.close()


def run(page: Page, function: str, calls: list[list[Any]]) -> list[Any]:
    """What a function of the module gives for each list of arguments."""
    script = """async ([name, calls]) => {
        const module = await import("/js/conditions.js");
        return calls.map((values) => module[name](...values));
    }"""
    return page.evaluate(script, [function, calls])


def test_the_module_decides_every_case_as_the_server_does(page: Page) -> None:
    reader = TypeAdapter(Condition)
    rules = [reader.validate_json(json.dumps(case["show_if"])) for case in CASES]

    told = run(page, "holds", [
        [condition_to_json(rule, TWINS), case["answers"]] for rule, case in zip(rules, CASES, strict=True)
    ])  # fmt: skip

    assert len(CASES) >= 60
    assert {case["name"]: found for case, found in zip(CASES, told, strict=True)} == {
        case["name"]: case["holds"] for case in CASES
    }


def test_the_module_walks_the_path_as_the_server_does(page: Page) -> None:
    people: list[dict[str, Any]] = [
        {}, {"rating": 1}, {"rating": 2}, {"rating": 9}, {"rating": 1, "by_in": 0}, {"rating": 3, "by_in": 0},
        {"rating": 3, "topics": [1, 3]}, {"visits": 10}, {"day": "2026-06-01"}, {"by_in": 0},
    ]  # fmt: skip

    told = run(page, "path", [[path_to_json(ROUTES), answers] for answers in people])

    assert told == [[item.key for item in visible_items(ROUTES, answers)] for answers in people]
    assert len({tuple(keys) for keys in told}) > 5


@given(plain=questionnaires(), chance=st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_module_walks_any_questionnaire_as_the_server_and_a_third_reader_do(
    page: Page, plain: dict[str, Any], chance: Random
) -> None:
    instrument = as_instrument(plain)
    people = [answer_everything(plain, chance, blanks=blanks) for blanks in (0, 0, 0.3, 0.3, 0.8)]

    told = run(page, "path", [[path_to_json(instrument), answers] for answers in people])

    assert told == [[item.key for item in visible_items(instrument, answers)] for answers in people]
    questions = {item.key for item in instrument.questions()}
    assert [questions.intersection(keys) for keys in told] == [on_path(plain, answers)[1] for answers in people]


def test_the_module_is_alone_and_runs_no_text() -> None:
    source = (STATIC / "js" / "conditions.js").read_text(encoding="utf-8")

    assert not any(word in source for word in ("import ", "eval(", "Function(", "document", "window", "fetch("))
