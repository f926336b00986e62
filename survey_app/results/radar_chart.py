"""Rates of the factors around a circle, for those who ask: lengths on spokes are harder to compare than on a line."""

from __future__ import annotations

import math

from survey_app.i18n import percent
from survey_app.results.estimates import Row
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
    row_label,
    save_picture,
)
from survey_app.results.typesetting import measure, wrap

RINGS = (0.2, 0.4, 0.6, 0.8, 1.0)


def radar_chart(
    rows: list[Row], language: str, *, words: ChartText, width: int, simulated: bool, form: str = "svg"
) -> bytes:
    """A spoke from 0 to 100% for each row with its interval, the points joined; the target is a dashed ring.

    Parameters
    ----------
    rows : list of Row
        Shares in the order of the questionnaire; three at least, none withheld.
    """
    margin = width / 50 if form == "png" else 0.0
    inside = width - 2 * margin
    narrow = inside < NARROW
    unit = inside / 318 if narrow else 1.0 if inside <= 720 else 1.3
    layout = Layout(inside, narrow, unit, 0.0, inside)
    size = layout.size
    title = wrap(words.title, layout.width - 2, size(16), bold=True) if form == "png" else []
    radius = size(78 if narrow else 150)
    top = size(26 * len(title) + 30 * simulated)
    height = top + 2 * radius + size(150 if narrow else 120)
    centre = layout.width / 2, top + radius + size(75 if narrow else 60)
    picture = open_picture(layout, width, height, margin, form)
    pen = picture.pen
    pen.heading(title, simulated=simulated)
    for ring in RINGS:
        _ring(pen, centre, radius * ring, TRACK, "solid")
    if rows and rows[0].target is not None and rows[0].ci:
        _ring(pen, centre, radius * rows[0].target, PRIMARY, (0, (3.5, 2.5)))
    turns = [2 * math.pi * place / len(rows) - math.pi / 2 for place in range(len(rows))]
    points = []
    for row, turn in zip(rows, turns, strict=True):
        pen.line(
            (centre[0], centre[0] + radius * math.cos(turn)), (centre[1], centre[1] + radius * math.sin(turn)), TRACK, 1
        )
        if row.ci:
            ends = [_at(centre, radius * (row.ci[end] or 0.0), turn) for end in ("low", "high")]
            pen.line((ends[0][0], ends[1][0]), (ends[0][1], ends[1][1]), MUTED, 4)
        points.append(_at(centre, radius * (row.estimate or 0.0), turn))
    closed = [*points, points[0]]
    pen.line(tuple(x for x, _y in closed), tuple(y for _x, y in closed), INK, 1.4)
    for row, turn, point in zip(rows, turns, points, strict=True):
        pen.point(*point, "o", INK, 7)
        _label(pen, row, language, turn, _at(centre, radius + size(12), turn))
    return save_picture(picture, words, width, height, form)


def _at(centre: tuple[float, float], length: float, turn: float) -> tuple[float, float]:
    return centre[0] + length * math.cos(turn), centre[1] + length * math.sin(turn)


def _ring(pen: Pen, centre: tuple[float, float], radius: float, colour: str, dash: object) -> None:
    turns = [2 * math.pi * step / 90 for step in range(91)]
    pen.line(
        tuple(centre[0] + radius * math.cos(turn) for turn in turns),
        tuple(centre[1] + radius * math.sin(turn) for turn in turns),
        colour,
        1,
        dash,
    )


def _label(pen: Pen, row: Row, language: str, turn: float, at: tuple[float, float]) -> None:
    """The name and rate of a spoke, within the picture."""
    size = pen.layout.size
    lines = [
        *wrap(row_label(row, language), size(104 if pen.layout.narrow else 180), size(12.5)),
        percent(row.estimate or 0),
    ]
    upright = abs(math.cos(turn)) < 0.2
    above = math.sin(turn) < -0.2
    first = at[1] - (len(lines) - 1) * size(17) if above and upright else at[1] - (len(lines) - 1) * size(17) / 2
    if upright and not above:
        first = at[1] + size(4)
    for number, line in enumerate(lines):
        bold = number == len(lines) - 1
        wide = measure(line, size(12.5), bold=bold)
        left = at[0] - wide / 2 if upright else at[0] - (wide if math.cos(turn) < 0 else 0)
        left = min(max(left, 0.0), pen.layout.width - wide)
        pen.write(left, first + number * size(17), line, size(12.5), bold=bold)
