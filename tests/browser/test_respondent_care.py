"""The form takes care: nothing typed is lost, nothing is sent twice, and a hint is a hint."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from survey_app.instruments.straight_lines import LONG
from tests.browser.form import BACK, ONWARD, begin, chosen, go_on, is_sent
from tests.browser.shipped import ROWS, fill_page, open_part, open_survey, part_of

pytestmark = pytest.mark.browser
HOSPITAL, ENTERPRISE, SHORT = "health-inpatient", "enterprise-service-centre", "sipas-short"
#: Sections of the hospital's form: eleven questions on one scale; the patient.
FACILITIES, PATIENT = 3, 7
NOTE = ".flash[data-same]"


@pytest.fixture(scope="module")
def places(inside: Callable[..., dict[str, str]]) -> dict[str, str]:
    """Questionnaire, which is also the survey → a commune of its sample."""
    keys = (HOSPITAL, ENTERPRISE, SHORT, "sipas-policy-services")
    return inside(lambda session: {key: open_survey(session, key) for key in keys})


def test_one_level_down_a_long_list_gets_a_word_and_nothing_more(scripted: Page, places: dict[str, str]) -> None:
    begin(scripted, HOSPITAL, places[HOSPITAL])
    open_part(scripted, FACILITIES)
    note = scripted.locator(NOTE)
    *most, last = scripted.locator(ROWS).all()
    assert len(most) >= LONG
    for row in most:
        row.locator("input[value='4']").check()
    expect(note).to_be_hidden()
    last.locator("input[value='4']").check()
    expect(note).to_be_visible()
    last.locator("input[value='5']").check()
    expect(note).to_be_hidden()
    last.locator("input[value='4']").check()
    go_on(scripted)
    assert part_of(scripted) == FACILITIES + 1
    assert scripted.locator("#errors").count() == 0
    go_on(scripted, BACK)
    expect(note).to_be_visible()


def test_nobody_is_pressed_for_an_opinion(scripted: Page, places: dict[str, str]) -> None:
    begin(scripted, HOSPITAL, places[HOSPITAL])
    open_part(scripted, FACILITIES)
    for row in scripted.locator(ROWS).all():
        row.locator(".no-opinion input").check()
    expect(scripted.locator(NOTE)).to_be_hidden()


def test_one_level_down_a_table_gets_the_same_word(
    open_browser: Callable[..., BrowserContext], places: dict[str, str]
) -> None:
    page = open_browser(viewport={"width": 1280, "height": 900}).new_page()
    begin(page, "sipas-policy-services", places["sipas-policy-services"])
    for row in page.locator("tr[data-item]").all():
        row.locator("input").nth(1).check()
    expect(page.locator(NOTE).first).to_be_visible()


def test_an_answer_that_is_not_required_can_be_taken_back(person: Page, places: dict[str, str]) -> None:
    begin(person, HOSPITAL, places[HOSPITAL])
    open_part(person, PATIENT)
    back = person.locator("[data-item=tt1] .take-back")
    expect(back).to_be_hidden()
    person.locator("[data-item=tt1] .option input").first.check()
    go_on(person, "button[name=lang][value=vi]")
    assert chosen(person, "tt1") == ["1"]
    expect(back).to_be_visible()
    back.click()
    go_on(person, "button[name=lang][value=vi]")
    assert chosen(person, "tt1") == []


def test_the_line_for_another_answer_comes_with_the_answer_and_never_hides_words(
    person: Page, places: dict[str, str]
) -> None:
    begin(person, ENTERPRISE, places[ENTERPRISE])
    open_part(person, 9)
    question = person.locator("fieldset", has=person.locator(".option-other")).first
    line = question.locator(".option-other")
    expect(line).to_be_hidden()
    question.locator(".option:has(+ .option-other) input").check()
    expect(line).to_be_visible()
    line.locator("input").fill("Hội nghề cá")
    question.locator(".option input").first.check()
    expect(line).to_be_visible()


def test_many_missing_answers_are_one_sentence_and_a_row_of_numbers(person: Page, places: dict[str, str]) -> None:
    begin(person, HOSPITAL, places[HOSPITAL])
    open_part(person, FACILITIES)
    person.locator("[data-item=c1] input[value='4']").check()
    go_on(person)
    links = person.locator("#errors a")
    assert [link.inner_text() for link in links.all()] == [f"Câu {number}" for number in range(14, 24)]
    expect(person.locator("#errors")).to_be_focused()
    links.nth(2).focus()
    person.keyboard.press("Enter")
    person.keyboard.press("Tab")
    expect(person.locator("[name=c4]:focus")).to_have_count(1)
    assert chosen(person, "c1") == ["4"]


def test_changing_the_language_keeps_what_is_typed(person: Page, places: dict[str, str]) -> None:
    begin(person, ENTERPRISE, places[ENTERPRISE])
    person.fill("input[name=tt3]", "3")
    person.check("input[name=tt4][value=dk]")
    go_on(person, "button[name=lang][value=en]")
    assert person.locator("html").get_attribute("lang") == "en"
    assert person.input_value("input[name=tt3][type=text]") == "3"
    assert chosen(person, "tt4") == ["dk"]


def test_a_double_click_goes_one_page_and_sends_one_form(
    person: Page, places: dict[str, str], count: Callable[[], int]
) -> None:
    begin(person, SHORT, places[SHORT])
    before = count()
    for part in range(1, 5):
        assert part_of(person) == part
        fill_page(person)
        person.dblclick(ONWARD)
        person.wait_for_url("**/cam-on" if part == 4 else f"**/{part + 1}")
    assert is_sent(person)
    assert count() == before + 1


def test_on_a_slow_network_everything_arrives(person: Page, places: dict[str, str]) -> None:
    begin(person, ENTERPRISE, places[ENTERPRISE])
    network = person.context.new_cdp_session(person)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 400, "downloadThroughput": 20_000, "uploadThroughput": 5_000}
    network.send("Network.emulateNetworkConditions", slow)
    answered = fill_page(person)
    person.dblclick(ONWARD)
    person.wait_for_url("**/2")
    go_on(person, BACK)
    assert [key for key in answered if not chosen(person, key) and not _typed(person, key)] == []


def _typed(page: Page, key: str) -> str:
    typed = page.locator(f"[data-item={key}] input.input")
    return typed.input_value() if typed.count() else ""


def test_without_a_network_the_page_stays_and_says_so(scripted: Page, places: dict[str, str]) -> None:
    begin(scripted, ENTERPRISE, places[ENTERPRISE])
    scripted.fill("input[name=tt3]", "3")
    address = scripted.url
    word = scripted.locator(".offline")
    expect(word).to_be_hidden()

    scripted.context.set_offline(True)
    scripted.click(ONWARD)
    expect(word).to_be_visible()
    assert scripted.url == address
    assert scripted.input_value("input[name=tt3][type=text]") == "3"

    scripted.context.set_offline(False)
    expect(word).to_be_hidden()
    go_on(scripted)
    assert part_of(scripted) == 2
