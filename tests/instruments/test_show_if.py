"""The respondent's path, operator by operator; the expected sets are written out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from survey_app.instruments.conditions import condition_to_json, visible_items
from survey_app.instruments.schema import Instrument

ALWAYS = {"rating", "visits", "topics", "day"}


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, set()),
        ({"rating": 1}, {"by_in", "by_no_opinion", "by_any"}),
        ({"rating": 2}, {"by_in", "by_not_in", "by_ge", "by_all"}),
        ({"rating": 3}, {"by_not_in", "by_ge", "by_all"}),
        ({"rating": 9}, {"by_no_opinion"}),
        ({"rating": 3, "topics": [1, 3]}, {"by_not_in", "by_ge"}),
        ({"topics": [2, 3]}, {"by_eq"}),
        ({"visits": 3}, {"by_le"}),
        ({"visits": 4}, set()),
        ({"visits": 10}, {"by_any"}),
        ({"day": "2026-06-01"}, {"by_day"}),
        ({"day": "2026-05-31"}, set()),
        ({"rating": 1, "by_in": 0}, {"by_in", "by_no_opinion", "by_any", "chained"}),
        ({"rating": 3, "by_in": 0}, {"by_not_in", "by_ge", "by_all"}),
        ({"rating": True}, {"by_not_in"}),
        ({"rating": {"x": [1]}}, {"by_not_in"}),
    ],
)
def test_the_path_follows_the_answers(routes: Instrument, answers: dict[str, Any], asked: set[str]) -> None:
    assert {item.key for item in visible_items(routes, answers)} - ALWAYS == asked


def test_the_pages_script_gets_one_shape_for_every_condition(routes: Instrument) -> None:
    condition = routes.item("by_all").show_if
    assert condition is not None

    assert condition_to_json(condition, routes) == {
        "op": "all",
        "of": [
            {"op": "ge", "item": "rating", "values": [2], "missing": [9]},
            {"op": "not", "of": [{"op": "in", "item": "topics", "values": [1], "missing": []}]},
        ],
    }
