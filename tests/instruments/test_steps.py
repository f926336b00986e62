"""Where a posted page leads: one decision for respondents and for the preview."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from survey_app.instruments.form import section_form
from survey_app.instruments.loader import load_questionnaire
from survey_app.instruments.path import Step, step_from

THREE_PARTS = load_questionnaire(
    """
key: three-parts
version: "1"
sector: administrative
audience: [citizen]
minutes: 1
title: {vi: Phiếu, en: Form}
sections:
  - key: first
    title: {vi: Một, en: One}
    items:
      - {key: visits, type: number, required: true, min: 0, max: 9, text: {vi: Mấy lần, en: Visits}}
      - {key: why, type: text, show_if: {item: visits, eq: 3}, text: {vi: Vì sao, en: Why}}
      - {key: told, type: information, show_if: {item: visits, eq: 4}, text: {vi: Cảm ơn, en: Thanks}}
  - key: second
    title: {vi: Hai, en: Two}
    items:
      - {key: often, type: text, show_if: {item: visits, eq: 5}, text: {vi: Hay đến, en: Often}}
  - key: third
    title: {vi: Ba, en: Three}
    items:
      - {key: end, type: number, max: 9, text: {vi: Sau cùng, en: Last}}
"""
)
KEYS = {1: "first", 2: "second", 3: "third"}


def step(
    part: int,
    posted: dict[str, str],
    shown: list[str],
    answers: dict[str, object] | None = None,
    go: str | None = "next",
    other_language: bool = False,
) -> Step:
    data = MultiDict([*posted.items(), *(("shown", key) for key in shown)])
    form = section_form(THREE_PARTS, KEYS[part], language="vi", answers=answers or {}, formdata=data)
    return step_from(form, part, go=go, other_language=other_language)


@pytest.mark.parametrize(
    ("part", "posted", "shown", "answers", "expected"),
    [
        (1, {"visits": "5"}, ["visits"], {}, Step("next", 2)),
        (1, {"visits": "4"}, ["visits"], {}, Step("next", 3)),
        (1, {"visits": "3"}, ["visits"], {}, Step("revealed", 1, ("why",))),
        (1, {"visits": "3"}, ["visits", "why"], {}, Step("next", 3)),
        (1, {}, ["visits"], {}, Step("mistakes", 1)),
        (1, {"visits": "99"}, ["visits"], {}, Step("mistakes", 1)),
        (3, {"end": "1"}, ["end"], {"visits": 4}, Step("done", 3)),
        (3, {"end": "1"}, ["end"], {}, Step("skipped", 1)),
        (3, {"end": "99"}, ["end"], {}, Step("mistakes", 3)),
    ],
)  # fmt: skip
def test_the_way_forward_follows_the_answers(
    page: Flask, part: int, posted: dict[str, str], shown: list[str], answers: dict[str, object], expected: Step
) -> None:
    assert step(part, posted, shown, answers) == expected


def test_the_way_back_passes_over_a_part_that_asks_nothing_and_stops_at_the_first(page: Flask) -> None:
    assert step(3, {}, ["end"], {"visits": 4}, go="back") == Step("back", 1)
    assert step(3, {}, ["end"], {"visits": 5}, go="back") == Step("back", 2)
    assert step(1, {}, ["visits"], go="back") == Step("back", 1)


def test_neither_the_way_back_nor_another_language_asks_for_what_is_missing(page: Flask) -> None:
    assert step(1, {}, ["visits"], go=None, other_language=True) == Step("same", 1)
    assert step(1, {}, ["visits"], go="back", other_language=True) == Step("same", 1)


def test_what_cannot_be_stored_keeps_the_page_whatever_the_button(page: Flask) -> None:
    assert step(1, {"visits": "99"}, ["visits"], go="back") == Step("mistakes", 1)
    assert step(1, {"visits": "99"}, ["visits"], go=None, other_language=True) == Step("mistakes", 1)


def test_a_page_that_is_too_old_leads_nowhere_whatever_it_says(app: Flask) -> None:
    with app.test_request_context("/", method="POST"):
        assert step(1, {"visits": "4"}, ["visits"]) == Step("stale", 1)
        assert step(1, {"visits": "4"}, ["visits"], go="back", other_language=True) == Step("stale", 1)
