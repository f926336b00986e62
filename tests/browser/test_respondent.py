"""A person and the form: with scripts and without, forward and back, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OPEN
from tests.browser.form import (
    BACK,
    answer_everything,
    answer_section,
    begin,
    choose,
    chosen,
    go_on,
    is_sent,
    questions,
)

pytestmark = pytest.mark.browser
#: The section that asks whether the result was late (n5) and, if so, about the delay (n6, n7).
EXPERIENCE = 6
DELAY = ["n6", "n7"]


def _begin_at(page: Page, commune: str, part: int) -> None:
    """Begin a form and open one of its later sections."""
    begin(page, OPEN, commune)
    page.goto(re.sub(r"/\d+$", f"/{part}", page.url))


def _number_of_part(page: Page) -> int:
    return int(urlsplit(page.url).path.rpartition("/")[2])


def test_a_conditional_question_comes_and_goes_with_the_answer_it_depends_on(scripted: Page, commune: str) -> None:
    _begin_at(scripted, commune, EXPERIENCE)
    assert not set(DELAY) & set(questions(scripted))

    choose(scripted, "n5", 3)
    assert [key for key in questions(scripted) if key in DELAY] == DELAY
    choose(scripted, "n6", 1)
    choose(scripted, "n5", 2)
    assert not set(DELAY) & set(questions(scripted))
    assert scripted.locator("[data-item=n6]").evaluate("question => question.disabled")
    choose(scripted, "n1", 6)
    assert "n1_other" in questions(scripted)


def test_an_answer_that_was_given_and_hidden_again_is_not_sent(scripted: Page, commune: str) -> None:
    _begin_at(scripted, commune, EXPERIENCE)
    choose(scripted, "n5", 3)
    choose(scripted, "n6", 1)
    choose(scripted, "n5", 1)
    go_on(scripted)
    go_on(scripted, BACK)
    choose(scripted, "n5", 3)
    assert chosen(scripted, "n6") == []


def test_without_scripts_the_same_questions_come_after_the_next_button(phone: Page, commune: str) -> None:
    _begin_at(phone, commune, EXPERIENCE)
    choose(phone, "n5", 3)
    assert not set(DELAY) & set(questions(phone))

    go_on(phone)

    assert _number_of_part(phone) == EXPERIENCE
    assert [key for key in questions(phone) if key in DELAY] == DELAY
    assert chosen(phone, "n5") == ["3"]
    choose(phone, "n6", 2)
    go_on(phone)
    assert _number_of_part(phone) == EXPERIENCE + 1


def test_answers_stay_when_a_person_goes_back_and_forward_by_the_buttons(person: Page, commune: str) -> None:
    begin(person, OPEN, commune)
    answer_section(person, rating=4)
    go_on(person)
    choose(person, "b5", 2)
    go_on(person, BACK)
    assert [chosen(person, key) for key in questions(person)] == [["4"]] * 4
    choose(person, "a1", 9)
    go_on(person)
    assert chosen(person, "b5") == ["2"]
    go_on(person, BACK)
    assert chosen(person, "a1") == ["9"]


def test_answers_stay_when_a_person_uses_the_browsers_own_back_button(person: Page, commune: str) -> None:
    begin(person, OPEN, commune)
    answer_section(person, rating=5)
    go_on(person)
    answer_section(person, rating=3)
    go_on(person)

    person.go_back()
    assert {tuple(chosen(person, key)) for key in questions(person)} == {("3",)}
    person.go_back()
    assert {tuple(chosen(person, key)) for key in questions(person)} == {("5",)}
    choose(person, "a1", 1)
    go_on(person)
    assert {tuple(chosen(person, key)) for key in questions(person)} == {("3",)}
    go_on(person, BACK)
    assert chosen(person, "a1") == ["1"]


def test_changing_the_language_in_the_middle_keeps_what_is_chosen(person: Page, commune: str) -> None:
    begin(person, OPEN, commune)
    choose(person, "a1", 2)
    go_on(person, "button[name=lang][value=en]")

    assert person.locator("html").get_attribute("lang") == "en"
    expect(person.locator("h1")).to_have_text("Access to the service")
    assert chosen(person, "a1") == ["2"]
    answer_section(person, rating=5)
    go_on(person)
    assert person.locator("html").get_attribute("lang") == "en"
    go_on(person, "button[name=lang][value=vi]")
    go_on(person, BACK)
    expect(person.locator("h1")).to_have_text("Tiếp cận dịch vụ")
    assert chosen(person, "a1") == ["5"]


def test_the_list_of_errors_has_the_focus_and_its_links_lead_to_the_questions(person: Page, commune: str) -> None:
    begin(person, OPEN, commune)
    choose(person, "a1", 4)
    go_on(person)

    assert _number_of_part(person) == 1
    links = person.locator("#errors a")
    assert [link.get_attribute("href") for link in links.all()] == ["#q-a2", "#q-a3", "#q-a4"]
    expect(person.locator("#errors")).to_be_focused()
    assert chosen(person, "a1") == ["4"]
    links.nth(1).focus()
    person.keyboard.press("Enter")
    person.keyboard.press("Tab")
    expect(person.locator("[name=a3]:focus")).to_have_count(1)
    person.keyboard.press("Space")
    assert chosen(person, "a3") == ["1"]


def test_asking_for_the_receipt_again_sends_nothing_twice(person: Page, commune: str, count: Callable[[], int]) -> None:
    begin(person, OPEN, commune)
    answer_everything(person)
    before = count()
    receipt = person.locator("main").inner_text()

    person.reload()
    assert person.locator("main").inner_text() == receipt
    person.go_back()
    assert is_sent(person)
    assert person.locator("main").inner_text() == receipt
    assert count() == before


def test_two_tabs_of_one_form_are_one_response(scripted: Page, commune: str, count: Callable[[], int]) -> None:
    begin(scripted, OPEN, commune)
    other = scripted.context.new_page()
    other.goto(scripted.url)
    before = count()
    scripted.bring_to_front()
    answer_everything(scripted, rating=4)
    other.bring_to_front()
    answer_section(other, rating=1)
    go_on(other)

    assert is_sent(other)
    assert count() == before + 1
