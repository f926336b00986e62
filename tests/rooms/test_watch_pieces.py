"""Pace, working days, completeness and the map: pure pieces against calendars and squares worked by hand."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.collection.completeness import completeness_of
from survey_app.collection.watch.counts import Work
from survey_app.collection.watch.map import lay_tiles, place_bubbles, step_of, whole_percent
from survey_app.collection.watch.pace import measure_pace, presence, working_days
from survey_app.collection.watch.tally import Place, PlaceGroup, Tally
from survey_app.geography.bubbles import WIDTH
from survey_app.instruments.loader import load_file
from tests.village import QUESTIONNAIRE

MONDAY = date(2026, 8, 3)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def place(name: str, received: int, planned: int, at: tuple[float, float] | None = None) -> Place:
    latitude, longitude = at or (None, None)
    tally = Tally(planned=planned, received=received)
    return Place("commune", name, name, f"x/{name}", "", "", "", latitude, longitude, tally)


def test_pace_is_that_of_the_last_two_weeks() -> None:
    daily = {day(0): 100, day(20): 14, day(26): 14}  # the hundred are three weeks old
    pace = measure_pace(daily, left=10, on=day(27))
    assert pace is not None
    assert (pace.per_day, pace.days) == (2.0, 14)
    assert pace.done_on == day(32)


def test_pace_of_a_young_survey_counts_from_its_first_form() -> None:
    pace = measure_pace({day(0): 3, day(1): 5}, left=9, on=day(1))
    assert pace is not None
    assert (pace.per_day, pace.days, pace.done_on) == (4.0, 2, day(4))


def test_no_form_no_pace_and_a_standstill_never_ends() -> None:
    assert measure_pace({}, left=10, on=day(1)) is None
    still = measure_pace({day(0): 5}, left=10, on=day(60))
    assert still is not None
    assert (still.per_day, still.done_on) == (0, None)
    done = measure_pace({day(0): 5}, left=0, on=day(1))
    assert done is not None
    assert done.done_on is None


def test_weekends_and_the_national_day_are_no_working_days() -> None:
    # 2 September 2025 is a Tuesday, and the Monday before it is off with it
    assert working_days(date(2025, 8, 28), date(2025, 9, 5)) == [
        date(2025, 8, 28),
        date(2025, 8, 29),
        date(2025, 9, 3),
        date(2025, 9, 4),
    ]


def test_days_without_work_count_from_the_day_the_work_was_given() -> None:
    calendar = [day(number) for number in (0, 1, 2, 3, 4, 7, 8)]
    found = presence({day(1), day(3)}, calendar, start=day(1))
    assert (found.idle, found.idle_since, found.last) == (4, 3, day(3))  # idle on 2, then 4, 7 and 8
    assert presence(set(), calendar, start=day(3)).idle_since == 4
    assert presence(set(), calendar, start=None).idle == 0


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_median_from_counts_is_the_median(values: list[int]) -> None:
    import statistics

    work = Work()
    for value in values:
        work.add(value, 1)
    assert work.minutes == pytest.approx(statistics.median(values) / 10)


def test_completeness_has_its_limits_at_80_and_50_percent() -> None:
    instrument = load_file(QUESTIONNAIRE)
    keys = [item.key for item in instrument.items() if item.type == "scale" and item.show_if is None]
    assert len(keys) >= 2
    assert completeness_of(instrument, dict.fromkeys(keys, 3)) == "complete"
    assert completeness_of(instrument, {keys[0]: 3}) == ("partial" if len(keys) == 2 else "broken_off")
    assert completeness_of(instrument, {}) == "broken_off"
    half = SimpleNamespace(items=lambda: [])
    assert completeness_of(half, {}) == "complete"


def test_colours_say_nothing_and_everything_only_where_it_is_true() -> None:
    assert [step_of(share, 1) for share in (0.001, 0.25, 0.5, 0.75, 0.999, 1)] == [1, 2, 3, 4, 4, 5]
    assert step_of(0, 0) == 0
    assert [whole_percent(share) for share in (0, 0.001, 0.5, 0.9999, 1)] == [0, 1, 50, 99, 100]


def test_tiles_carry_names_without_their_kind() -> None:
    (block,) = lay_tiles([PlaceGroup("Huyện A", [place("Xã Tân Hiệp A", 10, 40), place("Phường 2", 0, 40)])])
    assert (block.name, block.percent) == ("Huyện A", 12)
    assert [(tile.short_name, tile.percent, tile.step) for tile in block.tiles] == [
        ("Tân Hiệp A", 25, 2),
        ("Phường 2", 0, 0),
    ]


def test_map_needs_a_position_of_every_place() -> None:
    here = [place("A", 1, 10, (10.0, 105.0)), place("B", 1, 10, (10.1, 105.2))]
    assert place_bubbles(here) is not None
    assert place_bubbles([*here, place("C", 1, 10)]) is None
    assert place_bubbles([place("A", 1, 10, (10.0, 105.0)), place("B", 1, 10, (10.0, 105.0))]) is None


def test_map_is_true_to_scale_at_its_middle_latitude() -> None:
    # at 60° north a degree of longitude is half as long as one of latitude
    corners = [(59.5, 10.0), (60.5, 10.0), (59.5, 12.0), (60.5, 12.0)]
    drawn = place_bubbles([place(str(number), 1, 10, at) for number, at in enumerate(corners)])
    assert drawn is not None
    xs, ys = {bubble.x for bubble in drawn.bubbles}, {bubble.y for bubble in drawn.bubbles}
    assert max(xs) - min(xs) == pytest.approx(max(ys) - min(ys), abs=0.3)
    north = [bubble for bubble in drawn.bubbles if bubble.name in ("1", "3")]
    assert all(bubble.y == min(ys) for bubble in north)


def test_ring_is_as_large_as_the_plan_and_disc_as_what_has_come() -> None:
    drawn = place_bubbles([place("A", 25, 100, (10.0, 105.0)), place("B", 25, 25, (10.5, 105.5))])
    assert drawn is not None
    large, small = drawn.bubbles
    assert large.radius == pytest.approx(2 * small.radius, abs=0.1)
    assert large.disc == pytest.approx(small.disc, abs=0.1)
    assert small.disc == small.radius


POINTS = st.tuples(st.floats(8.0, 23.0), st.floats(102.0, 110.0))


@given(st.lists(st.tuples(POINTS, st.integers(0, 500), st.integers(1, 500)), min_size=2, max_size=40))
def test_every_bubble_lies_within_the_picture(values: list[tuple[tuple[float, float], int, int]]) -> None:
    drawn = place_bubbles([place(str(n), got, plan, at) for n, (at, got, plan) in enumerate(values)])
    for bubble in drawn.bubbles if drawn else ():
        assert bubble.radius <= bubble.x <= WIDTH - bubble.radius
        assert bubble.radius <= bubble.y <= drawn.height - bubble.radius
        assert 0 <= bubble.disc <= bubble.radius
