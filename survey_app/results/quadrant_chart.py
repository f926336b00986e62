"""Importance against satisfaction: which criterion to work on first."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flask_babel import gettext as _

from analysis.models.quadrants import Measured, QuadrantChart
from survey_app.i18n import decimal
from survey_app.results.pen import (
    INK,
    MUTED,
    NARROW,
    PRIMARY,
    TRACK,
    ChartText,
    Layout,
    Pen,
    open_picture,
    save_picture,
)
from survey_app.results.typesetting import measure, wrap

STYLE = {
    "concentrate_here": ("^", "#B5471F"),
    "keep_up": ("o", "#1B7F8C"),
    "low_priority": ("D", "#6B6F76"),
    "possible_overkill": ("s", "#52606D"),
}


@dataclass(frozen=True)
class _Axes:
    """Where the field of the chart stands, and what its edges are worth."""

    left: float
    right: float
    top: float
    bottom: float
    low: tuple[float, float]
    high: tuple[float, float]

    def x(self, value: float) -> float:
        return self.left + (value - self.low[0]) / (self.high[0] - self.low[0]) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low[1]) / (self.high[1] - self.low[1]) * (self.bottom - self.top)


def quadrant_names() -> dict[str, str]:
    """The four quadrants in words."""
    return {
        "concentrate_here": _("làm trước"),
        "keep_up": _("giữ vững"),
        "low_priority": _("làm sau"),
        "possible_overkill": _("đã đủ"),
    }


def quadrant_chart(
    chart: QuadrantChart,
    signs: dict[str, str],
    *,
    words: ChartText,
    width: int,
    simulated: bool,
    form: str = "svg",
) -> bytes:
    """Each criterion at its satisfaction (across) and importance (up), with both intervals and a short sign.

    Parameters
    ----------
    chart : QuadrantChart
        Performance as shares.
    signs : dict of str to str
        What stands beside each point, a few characters; the table beside the chart says what they stand for.
    """
    margin = width / 50 if form == "png" else 0.0
    inside = width - 2 * margin
    narrow = inside < NARROW
    unit = inside / 318 if narrow else 1.0 if inside <= 720 else 1.3
    layout = Layout(inside, narrow, unit, 0.0, inside)
    title = wrap(words.title, layout.width - 2, layout.size(16), bold=True) if form == "png" else []
    top = layout.size(26 * len(title) + 30 * simulated + 26)
    field = layout.size(300 if narrow else 400)
    height = top + field + layout.size(48)
    low, high = _bounds(chart)
    axes = _Axes(layout.size(4), layout.width - layout.size(4), top, top + field, low, high)
    picture = open_picture(layout, width, height, margin, form)
    pen = picture.pen
    y = pen.heading(title, simulated=simulated)
    pen.write(0, y + layout.size(11), _("lên cao: quan trọng hơn"), layout.size(12.5), colour=MUTED)
    _draw_field(pen, axes, chart)
    _draw_points(pen, axes, chart, signs)
    return save_picture(picture, words, width, height, form)


def _bounds(chart: QuadrantChart) -> tuple[tuple[float, float], tuple[float, float]]:
    """The least and the most of both axes, with room around the points."""
    low, high = [], []
    for cut, found in (
        (chart.performance_cut, [one.performance for one in chart.criteria]),
        (chart.importance_cut, [one.importance for one in chart.criteria]),
    ):
        values = [cut, *(edge for one in found for edge in _edges(one))]
        room = max(max(values) - min(values), 0.02) * 0.08
        low.append(min(values) - room)
        high.append(max(values) + room)
    return (low[0], low[1]), (min(high[0], 1.02), high[1])


def _edges(measured: Measured) -> list[float]:
    return [value for value in (measured.low, measured.value, measured.high) if not math.isnan(value)]


def _draw_field(pen: Pen, axes: _Axes, chart: QuadrantChart) -> None:
    size = pen.layout.size
    pen.line((axes.left, axes.right), (axes.bottom, axes.bottom), MUTED, 1)
    x, y = axes.x(chart.performance_cut), axes.y(chart.importance_cut)
    pen.line((x, x), (axes.top, axes.bottom), PRIMARY, 1.4, (0, (3.5, 2.5)))
    pen.line((axes.left, axes.right), (y, y), MUTED, 1.2, (0, (3.5, 2.5)))
    names = quadrant_names()
    for name, at_right, at_bottom in (
        ("concentrate_here", False, False),
        ("keep_up", True, False),
        ("low_priority", False, True),
        ("possible_overkill", True, True),
    ):
        shape, colour = STYLE[name]
        text = names[name]
        wide = measure(text, size(13), bold=True)
        start = axes.right - wide if at_right else axes.left + size(16)
        level = axes.bottom - size(14) if at_bottom else axes.top + size(10)
        pen.point(start - size(10), level, shape, colour, 8)
        pen.write(start, level, text, size(13), bold=True)
    step = _step(axes.high[0] - axes.low[0])
    value = math.ceil(axes.low[0] / step) * step
    while value <= min(axes.high[0], 1.0) + 1e-9:
        place = axes.x(value)
        pen.line((place, place), (axes.bottom, axes.bottom + size(4)), MUTED, 1)
        text = f"{decimal(value * 100, 0)}%"
        half = measure(text, size(12)) / 2
        pen.write(
            min(max(place - half, 0), pen.layout.width - 2 * half), axes.bottom + size(13), text, size(12), colour=MUTED
        )
        value += step
    pen.write(
        pen.layout.width, axes.bottom + size(33), _("sang phải: hài lòng hơn"), size(12.5), colour=MUTED, end=True
    )


def _step(span: float) -> float:
    return next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if span / step <= 6 or step == 1.0)


def _draw_points(pen: Pen, axes: _Axes, chart: QuadrantChart, signs: dict[str, str]) -> None:
    size = pen.layout.size
    for one in chart.criteria:
        x, y = axes.x(one.performance.value), axes.y(one.importance.value)
        if not math.isnan(one.performance.low):
            pen.line((axes.x(one.performance.low), axes.x(one.performance.high)), (y, y), TRACK, 1.6)
        if not math.isnan(one.importance.low):
            pen.line((x, x), (axes.y(one.importance.low), axes.y(one.importance.high)), TRACK, 1.6)
    taken: list[tuple[float, float, float, float]] = [
        (axes.x(one.performance.value) - size(6), axes.y(one.importance.value) - size(6), size(12), size(12))
        for one in chart.criteria
    ]
    for one in sorted(chart.criteria, key=lambda found: found.performance.value):
        shape, colour = STYLE[one.quadrant]
        x, y = axes.x(one.performance.value), axes.y(one.importance.value)
        pen.point(x, y, shape, colour, 8, hollow=not one.certain)
        text = signs[one.name]
        wide = measure(text, size(12), bold=True)
        spots = [
            (x + size(8), y), (x - size(8) - wide, y), (x - wide / 2, y - size(13)), (x - wide / 2, y + size(13)),
            (x + size(7), y - size(12)), (x + size(7), y + size(12)), (x - size(7) - wide, y - size(12)),
            (x - size(7) - wide, y + size(12)),
        ]  # fmt: skip
        boxes = [(left, level - size(6.5), wide, size(13)) for left, level in spots]
        free = [
            place
            for place, box in enumerate(boxes)
            if box[0] >= 0 and box[0] + wide <= pen.layout.width and not any(_overlap(box, other) for other in taken)
        ]
        place = free[0] if free else 0
        taken.append(boxes[place])
        pen.write(*spots[place], text, size(12), colour=INK, bold=True)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
