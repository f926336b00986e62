"""Devices that many people use: the counter's tablet, the postman's phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.surveys.queries import find_survey
from tests.browser.conftest import OPEN, TABLET
from tests.browser.form import answer_everything, chosen, questions

pytestmark = pytest.mark.browser
SECRET = "điều chỉ một người biết"


def test_the_counter_returns_to_its_start_by_itself_and_keeps_no_trace(sign_in: Callable[..., Page]) -> None:
    page = sign_in("counter_device", viewport=TABLET)
    start = f"/quay/{OPEN}"
    page.goto("/quay")
    if not page.url.endswith(start):  # other tests may have opened surveys, which the device then offers as well
        page.click(f"a[href='{start}']")
    page.wait_for_url(f"**{start}")
    expect(page.locator("select[name=commune]")).to_have_count(0)  # the device is bound to its commune
    with page.expect_navigation():
        page.click("button[name=consent]")
    answer_everything(page, words=SECRET)

    page.wait_for_url(f"**{start}", timeout=20_000)

    for _step in range(12):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(300)
        assert [key for key in questions(page) if chosen(page, key)] == [], f"Back shows answers at {page.url}"
        assert SECRET not in page.content()
    page.goto(start)
    expect(page.locator("button[name=consent]")).to_be_visible()


def test_a_collector_hands_the_phone_over_and_gets_it_back_at_the_list(
    sign_in: Callable[..., Page], commune: str, inside: Callable[..., list[tuple[str, int | None]]]
) -> None:
    page = sign_in("collector", viewport={"width": 360, "height": 740})
    page.goto("/thu-phieu")
    button = page.locator(f"form[action='/thu-phieu/{OPEN}/{commune}'] button")
    expect(page.locator(f"form[action^='/thu-phieu/{OPEN}/']")).to_have_count(1)  # nothing outside the own commune
    with page.expect_navigation():
        button.click()
    answer_everything(page)
    page.click("main a[href$='/thu-phieu']")
    page.wait_for_url("**/thu-phieu")
    expect(button).to_be_visible()

    def stored(session: Session) -> list[tuple[str, int | None]]:
        own = select(Response).where(Response.survey_id == find_survey(session, OPEN).id, Response.channel == "field")
        return [(one.channel, one.collector_id) for one in session.scalars(own)]

    (one,) = inside(stored)
    assert one[1] is not None
