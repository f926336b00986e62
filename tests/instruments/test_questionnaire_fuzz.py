"""Whatever is in a file, the reader gives an instrument or problems, never another exception."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from survey_app.instruments.loader import instrument_from_tree, load_questionnaire
from survey_app.instruments.problems import QuestionnaireProblems
from survey_app.instruments.yaml_tree import Tree

SMALL = (Path(__file__).parents[1] / "questionnaires" / "small.yaml").read_text(encoding="utf-8")
KEYS = [
    *("key", "scales", "sections", "items", "points", "show_if", "in", "all", "not", "item", "options", "of"),
    *("indices", "targets", "type", "scale", "min", "max", "vi", "en", "satisfied", "no_opinion", "value"),
]
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=15,
)


def read(data: bytes | str) -> None:
    with suppress(QuestionnaireProblems):
        load_questionnaire(data)


@given(st.text(max_size=200))
@example("<key: x")
@example("<all>: x")
@example("scales: {<all>: {points: 1}, '[key]': 3}")
@example('a: "\\U00110000"')
@example('a: "\\xZZ"')
@example("%YAML 9.9\n---\na")
@example("%TAG ! x\n---\n!a b")
@example("? [a, b]\n: c")
@example("- *")
@example("'")
@example("\ufeff")
def test_any_text_is_read_or_refused(text: str) -> None:
    read(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read(data)


@given(st.integers(0, len(SMALL) - 1), st.text(max_size=4), st.integers(0, 12))
@settings(max_examples=300, deadline=None)
def test_a_good_file_with_a_damaged_place_is_read_or_refused(place: int, put: str, cut: int) -> None:
    read(SMALL[:place] + put + SMALL[place + cut :])


@given(PLAIN)
@settings(max_examples=400, deadline=None)
def test_any_tree_of_known_keys_is_refused_without_another_exception(value: object) -> None:
    with pytest.raises(QuestionnaireProblems):
        instrument_from_tree(Tree(value), name="x")
