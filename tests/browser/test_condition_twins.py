"""The page's script and the server decide alike which questions are asked; both read the same cases."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pydantic import TypeAdapter

from survey_app.instruments.condition_models import Condition
from survey_app.instruments.conditions import condition_to_json, holds
from survey_app.instruments.loader import load_file
from survey_app.instruments.typed_values import TypedValueError, parse_number
from tests.servers import ROOT

pytestmark = pytest.mark.browser
HERE = ROOT / "tests" / "questionnaires"
CASES = json.loads((HERE / "show_if_cases.json").read_text(encoding="utf-8"))
INSTRUMENT = load_file(HERE / "show_if_twins.yaml")
SCRIPT = ROOT / "survey_app" / "static" / "js" / "form.js"
#: Cases about stored values that no question of a page can hold are for conditions.js alone.
ON_PAGE = [case for case in CASES if not case.get("stored")]
by_name = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
on_page = pytest.mark.parametrize("case", ON_PAGE, ids=[case["name"] for case in ON_PAGE])


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Page:
    return chromium.new_page()


@by_name
def test_the_server_decides_as_the_case_says(case: dict[str, Any]) -> None:
    assert holds(_condition(case), case["answers"], INSTRUMENT) is case["holds"]


@by_name
def test_the_server_reads_what_was_typed_as_the_case_says(case: dict[str, Any]) -> None:
    for item, text in case.get("typed", {}).items():
        try:
            value: object = parse_number(text)
        except TypedValueError:
            value = None
        assert value == case["answers"].get(item)


@on_page
def test_the_page_decides_as_the_case_says_about_its_own_questions(case: dict[str, Any], blank: Page) -> None:
    given = {item: _as_inputs(value) for item, value in (case["answers"] | case.get("typed", {})).items()}
    _show(blank, case, "".join(_question(item.key, given.get(item.key, [])) for item in INSTRUMENT.items()), {})

    assert blank.is_visible("#q-asked") is case["holds"]
    assert blank.locator("#q-asked").evaluate("asked => asked.disabled") is not case["holds"]


@on_page
def test_the_page_decides_as_the_case_says_about_earlier_pages(case: dict[str, Any], blank: Page) -> None:
    _show(blank, case, "", case["answers"])

    assert blank.is_visible("#q-asked") is case["holds"]


def test_the_page_decides_anew_with_every_change(blank: Page) -> None:
    case = {"show_if": {"all": [{"item": "visits", "ge": 3}, {"item": "topics", "in": [10]}]}}
    _show(blank, case, _question("visits", []) + _question("topics", []), {})
    assert not blank.is_visible("#q-asked")
    blank.check("[name=topics][value='10']")
    assert not blank.is_visible("#q-asked")
    blank.locator("[name=visits]").press_sequentially("12")
    assert blank.is_visible("#q-asked")
    blank.fill("[name=visits]", "2,5")
    assert not blank.is_visible("#q-asked")


def _condition(case: dict[str, Any]) -> Any:
    return TypeAdapter(Condition).validate_json(json.dumps(case["show_if"]))


def _as_inputs(value: object) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def _show(page: Page, case: dict[str, Any], questions: str, earlier: dict[str, Any]) -> None:
    """The page of a section, in the markup of templates/respond/section.html and question.html."""
    rule = escape(json.dumps(condition_to_json(_condition(case), INSTRUMENT)))
    page.set_content(
        f"<form data-questions data-answers='{escape(json.dumps(earlier))}'>{questions}"
        f'<fieldset class="question" id="q-asked" data-item="asked" data-show-if="{rule}"><legend>?</legend>'
        '<input type="hidden" name="shown" value="asked"><input name="asked"></fieldset></form>'
    )
    page.add_script_tag(path=SCRIPT)


def _question(key: str, given: list[str]) -> str:
    item: Any = INSTRUMENT.item(key)
    if item.type in ("scale", "single", "multiple"):
        options = INSTRUMENT.scale_of(item).answers if item.type == "scale" else item.options
        kind = "checkbox" if item.type == "multiple" else "radio"
        inputs = "".join(
            f'<label><input type="{kind}" name="{key}" value="{option.value}"'
            f"{' checked' if str(option.value) in given else ''}></label>"
            for option in options
        )
    else:
        value = escape(given[0]) if given else ""
        kind = 'type="date"' if item.type == "date" else 'type="text" inputmode="decimal"'
        inputs = f'<input {kind} name="{key}" value="{value}">'
    return (
        f'<fieldset class="question" data-item="{key}"><legend>?</legend>'
        f'<input type="hidden" name="shown" value="{key}">{inputs}</fieldset>'
    )
