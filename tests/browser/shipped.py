"""Surveys with the shipped questionnaires, and a person who fills any of them by what the page shows."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.instruments.loader import load_questionnaire
from survey_app.instruments.service import store_questionnaire
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey
from tests.browser.form import go_on, is_sent
from tests.servers import ROOT
from tests.world import TESTER, make_survey

#: More than the sections of any questionnaire, each shown again when its answers bring up questions.
MANY_PAGES = 60
ROWS = "fieldset[data-item]:visible, tr[data-item]:visible"


def open_survey(session: Session, key: str) -> str:
    """A survey with a stored questionnaire that takes answers, made once; the code of a commune of its sample."""
    survey = session.scalar(select(Survey).where(Survey.slug == key))
    if survey is None:
        survey = make_survey(session, state="collecting", slug=key, questionnaire=key)
    return drawn_units(session, survey)[0].unit.code


def store_long_form(session: Session, key: str, count: int) -> None:
    """Store a questionnaire of one section with so many questions with faces."""
    source = (ROOT / "questionnaires" / "sipas-short.yaml").read_text(encoding="utf-8")
    head, _mark, _sections = source.replace("key: sipas-short", f"key: {key}").partition("sections:\n")
    questions = "".join(
        f"      - {{key: q{number}, scale: satisfaction5, text: {{vi: Việc thứ {number}, en: Step {number}}}}}\n"
        for number in range(1, count + 1)
    )
    section = f"sections:\n  - key: all\n    title: {{vi: Tất cả, en: All}}\n    items:\n{questions}"
    store_questionnaire(session, load_questionnaire(head + section), actor=TESTER)


def part_of(page: Page) -> int:
    """The number of the section in the address."""
    return int(urlsplit(page.url).path.rpartition("/")[2])


def open_part(page: Page, part: int) -> None:
    """Another section of the form that was begun."""
    page.goto(f"{page.url.rpartition('/')[0]}/{part}")


def fill_page(page: Page, *, place: int = 0) -> list[str]:
    """Answer every shown question, and those that the answers bring up: the option of a place, or words."""
    answered: list[str] = []
    while waiting := [row for row in page.locator(ROWS).all() if row.get_attribute("data-item") not in answered]:
        for row in waiting:
            _fill(row, place)
            answered.append(row.get_attribute("data-item") or "")
    return answered


def _fill(row: Locator, place: int) -> None:
    selects = row.locator("select")
    chosen = row.locator(".options:not(.no-opinion) .option input, td .option input")
    if selects.count():
        for number, choice in enumerate(selects.all(), start=1):
            choice.select_option(index=number)
    elif chosen.count():
        chosen.nth(min(place, chosen.count() - 1)).check()
    else:
        typed = row.locator("input.input, textarea")
        typed.fill({"date": "2026-11-02"}.get(typed.get_attribute("type") or "", "2"))


def fill_form(page: Page, *, place: int = 0) -> list[str]:
    """Answer from the present section to the receipt; every question that was answered."""
    answered: dict[str, None] = {}
    for _page in range(MANY_PAGES):
        answered |= dict.fromkeys(fill_page(page, place=place))
        go_on(page)
        assert page.locator("#errors").count() == 0, page.locator("#errors").inner_text()
        if is_sent(page):
            return list(answered)
    raise AssertionError(f"no receipt after {MANY_PAGES} pages: {page.url}")
