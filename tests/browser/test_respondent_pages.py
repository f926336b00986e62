"""Every kind of question in a browser: axe finds nothing, and answers show and hide what depends on them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy.orm import Session

from survey_app.instruments.loader import load_file
from survey_app.instruments.service import store_questionnaire
from survey_app.sampling.service import draw_sample
from survey_app.surveys.service import create_survey, set_state
from tests.browser.conftest import DESK
from tests.browser.form import begin
from tests.browser.test_accessibility import _find_faults
from tests.servers import ROOT
from tests.village import communes, found_village, village_definition
from tests.world import TESTER

pytestmark = pytest.mark.browser
NAMES = ("scale_displays", "scale_missing", "other_option", "missing_words", "ranking", "piping")
Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def places(inside: Callable[..., dict[str, str]]) -> dict[str, str]:
    """A survey with each example questionnaire; a commune of its sample."""

    def make(session: Session) -> dict[str, str]:
        found_village(session)
        found = {}
        for name in NAMES:
            stored, _new = store_questionnaire(
                session, load_file(ROOT / "tests" / "questionnaires" / f"{name}.yaml"), actor=TESTER
            )
            survey = create_survey(session, village_definition(slug=stored.key, questionnaire=stored.key), actor=TESTER)
            draw_sample(session, survey, seed="7", actor=TESTER)
            set_state(session, survey, "collecting", actor=TESTER)
            found[name] = communes(session, survey)[0]
        return found

    return inside(make)


@pytest.fixture
def open_form(open_browser: Callable[..., BrowserContext], places: dict[str, str]) -> Open:
    """The first section of an example's form."""
    page = open_browser(viewport=DESK, reduced_motion="reduce").new_page()

    def open_form(name: str) -> Page:
        begin(page, name.replace("_", "-"), places[name])
        return page

    return open_form


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_in_any_kind_of_question(open_form: Open, name: str) -> None:
    page = open_form(name)
    assert _find_faults(page, dark=True) == []
    page.evaluate("document.querySelectorAll('[data-show-if]').forEach(it => it.hidden = it.disabled = false)")
    assert _find_faults(page) == []


def test_a_word_in_place_of_a_number_decides_as_the_server_would(open_form: Open) -> None:
    page = open_form("missing_words")
    page.check("#share-dk")
    assert (page.is_visible("#q-unsure"), page.is_visible("#q-low")) == (True, False)
    page.uncheck("#share-dk")
    page.fill("#share", "30")
    assert (page.is_visible("#q-unsure"), page.is_visible("#q-low")) == (False, True)
    page.check("#day-forgot")
    page.check("#day-no")
    assert not page.is_checked("#day-forgot")


def test_an_option_put_in_order_brings_up_its_question(open_form: Open) -> None:
    page = open_form("ranking")
    page.get_by_label("Thứ nhì").first.select_option("2")
    assert page.is_visible("#q-cost")


def test_a_row_of_a_table_brings_up_a_question_and_is_named_by_its_texts(open_form: Open) -> None:
    page = open_form("scale_displays")
    page.get_by_role("radio", name="1.Ghế ngồi Kém").check()
    assert page.is_visible("#q-g3")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.get_by_role("radio", name="1.Ghế ngồi Kém").is_checked()
    assert page.get_by_role("columnheader").count() == 0
    assert page.get_by_role("rowheader").count() == 2


def test_a_missing_option_unticks_the_others(open_form: Open) -> None:
    page = open_form("other_option")
    page.get_by_label("Nhanh hơn").check()
    page.get_by_label("Không biết").check()
    assert not page.get_by_label("Nhanh hơn").is_checked()


def test_an_answer_shows_a_paragraph(open_form: Open) -> None:
    page = open_form("piping")
    assert not page.is_visible("#q-more")
    page.get_by_label("Phải").check()
    assert page.is_visible("#q-more")
