"""Questionnaires and answers made up at random: checked twice they are the same, and no form falls over them."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from survey_app.instruments.answers import CellError, check_answers, parse_cell
from survey_app.instruments.conditions import visible_items
from survey_app.instruments.form import SectionForm, section_form
from survey_app.instruments.schema import Instrument
from tests.instruments.generated import as_instrument, questionnaires
from tests.instruments.test_answer_checks import some_answers
from tests.walk.made_answers import answer_everything, as_cell, on_path

by_chance = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
CHANCE = st.randoms(use_true_random=False)
#: What a broken page, an old one or somebody with a grudge posts.
JUNK = [
    *("", " ", "0", "1", "9", "9" * 20, "-1", "2,5", "1.234", "nan", "1e400", "31/02/2026", "2026-13-01", "dk", "none"),
    *("constructor", "__proto__", "x" * 3000, "<script>", "\u202e", "\x00", "\ud800", "ế" * 25),
]


@given(plain=questionnaires(), chance=CHANCE)
@by_chance
def test_accepted_answers_are_those_on_the_path_and_pass_again_unchanged(plain: dict[str, Any], chance: Random) -> None:
    instrument, given_answers = as_instrument(plain), answer_everything(plain, chance)
    kept, _asked = on_path(plain, given_answers)

    checked = check_answers(instrument, given_answers)

    assert checked.problems == []
    assert {key: _sorted(instrument, key, value) for key, value in kept.items()} == checked.answers
    assert set(checked.dropped) == given_answers.keys() - kept.keys()
    again = check_answers(instrument, checked.answers)
    assert (again.answers, again.problems, again.dropped) == (checked.answers, [], [])
    assert kept.keys() <= {item.key for item in visible_items(instrument, checked.answers)}
    assert as_instrument(plain).content_hash == instrument.content_hash


@given(plain=questionnaires(), chance=CHANCE)
@by_chance
def test_answers_written_into_cells_are_read_back_the_same(plain: dict[str, Any], chance: Random) -> None:
    instrument = as_instrument(plain)
    kept = check_answers(instrument, answer_everything(plain, chance)).answers

    cells = {key: parse_cell(instrument.item(key), as_cell(value)) for key, value in kept.items()}

    assert check_answers(instrument, cells).answers == kept


@given(data=st.data())
@by_chance
def test_any_answers_are_answered_and_what_is_taken_passes_again(data: st.DataObject) -> None:
    instrument = as_instrument(data.draw(questionnaires()))

    checked = check_answers(instrument, data.draw(some_answers(instrument)))

    again = check_answers(instrument, checked.answers)
    assert (again.answers, again.problems, again.dropped) == (checked.answers, [], [])
    assert not {problem.item for problem in checked.problems} & checked.answers.keys()


@pytest.mark.parametrize("language", ["vi", "en"])
@given(plain=questionnaires(), chance=CHANCE)
@settings(by_chance, max_examples=40)
def test_every_section_takes_valid_answers_as_a_page_posts_them(
    page: Flask, language: str, plain: dict[str, Any], chance: Random
) -> None:
    instrument = as_instrument(plain)
    kept = check_answers(instrument, answer_everything(plain, chance, blanks=0)).answers
    so_far: dict[str, object] = {}
    for section in instrument.sections:
        keys = {item.key for item in instrument.items_in(section.key)}
        posted = MultiDict(
            [("shown", key) for key in keys]
            + [(key, _typed(one)) for key in keys & kept.keys() for one in _as_list(kept[key])]
        )
        form = section_form(instrument, section.key, language=language, answers=so_far, formdata=posted)
        form.validate()
        unanswered = {item.key for item in instrument.items_in(section.key) if item.required} - kept.keys()
        assert set(form.answer_errors) <= unanswered, form.answer_errors
        so_far = form.checked.answers
        _draw(form)
        assert section_form(instrument, section.key, language=language, answers=so_far).checked.answers == so_far
    assert so_far == kept


@given(plain=questionnaires(), chance=CHANCE)
@settings(by_chance, max_examples=60)
def test_whatever_is_posted_comes_back_as_a_page(page: Flask, plain: dict[str, Any], chance: Random) -> None:
    instrument = as_instrument(plain)
    so_far: dict[str, object] = {}
    keys = [*(item.key for item in instrument.items()), "shown", "section", "items", "nothing"]
    for section in instrument.sections:
        posted = MultiDict([(chance.choice(keys), chance.choice(JUNK)) for _ in range(chance.randint(0, 12))])
        posted.setlistdefault("shown").extend(keys)
        form = section_form(instrument, section.key, language="vi", answers=so_far, formdata=posted)
        form.validate()
        _draw(form)
        so_far = form.checked.answers
        again = check_answers(instrument, so_far)
        assert (again.answers, again.problems) == (so_far, [])


@given(plain=questionnaires(), cell=st.sampled_from(JUNK) | st.text(max_size=12))
@settings(by_chance, max_examples=60)
def test_any_cell_is_read_or_refused(plain: dict[str, Any], cell: str) -> None:
    instrument = as_instrument(plain)
    for item in instrument.questions():
        with suppress(CellError):
            check_answers(instrument, {item.key: parse_cell(item, cell)})


def _draw(form: SectionForm) -> None:
    """Every input of the page; paragraphs and rankings are drawn by the template alone."""
    assert all(str(field) for block in form.blocks for field in block if field.widget is not None)


def _sorted(instrument: Instrument, key: str, value: Any) -> Any:
    """Chosen options in the order of the file."""
    item = instrument.item(key)
    return [option.value for option in item.options if option.value in value] if item.type == "multiple" else value


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _typed(value: Any) -> str:
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)
