"""Satisfied, neutral and dissatisfied side by side: stacked bars that share the middle of the neutral answers."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from survey_app.i18n import decimal
from survey_app.results.estimates import Row
from survey_app.results.pen import (
    INK,
    LABEL_NARROW,
    LABEL_WIDE,
    MUTED,
    NARROW,
    ChartText,
    Layout,
    Pen,
    open_picture,
    row_label,
    save_picture,
)
from survey_app.results.typesetting import measure, wrap

SIDES = ("dissatisfied", "neutral", "satisfied")
FILL = {"dissatisfied": "#B5471F", "neutral": "#D8D8D4", "satisfied": "#1B7F8C"}
WORDS_ON = {"dissatisfied": "white", "neutral": INK, "satisfied": "white"}
PEOPLE = 76.0
BAR_WIDE, BAR_NARROW = 22.0, 24.0


@dataclass(frozen=True)
class Reach:
    """How far the bars of one chart go to the left and to the right of the middle, in shares."""

    left: float
    right: float

    @classmethod
    def of(cls, rows: list[Row]) -> Reach:
        """The furthest of any row."""
        shares = [row.shares for row in rows if row.shares]
        return cls(
            max((one["dissatisfied"] + one["neutral"] / 2 for one in shares), default=0.5),
            max((one["satisfied"] + one["neutral"] / 2 for one in shares), default=0.5),
        )


def likert_chart(
    rows: list[Row], language: str, *, words: ChartText, width: int, simulated: bool, form: str = "svg"
) -> bytes:
    """A bar for each row: dissatisfied to the left, neutral across the middle, satisfied to the right.

    Parameters
    ----------
    rows : list of Row
        In the order shown, from the top; of a withheld row only the reason is drawn.
    width : int
        Pixels at 96 per inch; below 480 the labels stand above the bars.
    form : {"svg", "png"}
        A PNG stands alone, so it carries its title.
    """
    margin = width / 50 if form == "png" else 0.0
    inside = width - 2 * margin
    narrow = inside < NARROW
    unit = inside / 318 if narrow else 1.0 if inside <= 720 else 1.3
    labels, layout = _lay_out(rows, language, inside, unit, narrow=narrow)
    title = wrap(words.title, layout.width - 2, layout.size(16), bold=True) if form == "png" else []
    key = _key_lines(layout)
    top = layout.size(26 * len(title) + 30 * simulated + 24 * len(key) + 10)
    bar = layout.size(BAR_NARROW if narrow else BAR_WIDE)
    heights = [_row_height(label, layout, bar) for label in labels]
    height = top + sum(heights) + layout.size(8)
    picture = open_picture(layout, width, height, margin, form)
    pen = picture.pen
    y = pen.heading(title, simulated=simulated)
    _draw_key(pen, key, y)
    y = top
    reach = Reach.of(rows)
    for row, label, row_height in zip(rows, labels, heights, strict=True):
        _draw_row(pen, row, label, y, row_height, bar, reach)
        y += row_height
    middle = _place(layout, reach, 0.0)
    pen.line((middle, middle), (top - layout.size(2), y), INK, 1.0)
    return save_picture(picture, words, width, height, form)


def _lay_out(
    rows: list[Row], language: str, width: float, unit: float, *, narrow: bool
) -> tuple[list[list[str]], Layout]:
    texts = [row_label(row, language) for row in rows]
    if narrow:
        return [wrap(text, width - 2, LABEL_NARROW * unit) for text in texts], Layout(width, True, unit, 0.0, width)
    lines = [wrap(text, 0.42 * width, LABEL_WIDE * unit) for text in texts]
    widest = max((measure(line, LABEL_WIDE * unit) for label in lines for line in label), default=0.0)
    return lines, Layout(width, False, unit, widest + 18 * unit, width - PEOPLE * unit)


def _row_height(label: list[str], layout: Layout, bar: float) -> float:
    if layout.narrow:
        return layout.size(20 * len(label) + 16) + bar
    return max(layout.size(18 * len(label) + 12), bar + layout.size(12))


def _place(layout: Layout, reach: Reach, share: float) -> float:
    """The x of a share counted from the middle of the neutral answers."""
    return layout.track_left + (share + reach.left) / (reach.left + reach.right) * (
        layout.track_right - layout.track_left
    )


def _key_lines(layout: Layout) -> list[list[tuple[str, str]]]:
    names = {"dissatisfied": _("không hài lòng"), "neutral": _("bình thường"), "satisfied": _("hài lòng")}
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for side in SIDES:
        wide = measure(names[side], layout.size(12.5)) + layout.size(38)
        if lines[-1] and used + wide > layout.width:
            lines.append([])
            used = 0.0
        lines[-1].append((side, names[side]))
        used += wide
    return lines


def _draw_key(pen: Pen, key: list[list[tuple[str, str]]], y: float) -> None:
    size = pen.layout.size
    for line in key:
        x = 0.0
        for side, text in line:
            pen.block(x, y + size(4), size(15), size(14), FILL[side], hatched=side == "dissatisfied")
            pen.write(x + size(21), y + size(11), text, size(12.5), colour=MUTED)
            x += measure(text, size(12.5)) + size(38)
        y += size(24)


def _draw_row(pen: Pen, row: Row, label: list[str], top: float, height: float, bar: float, reach: Reach) -> None:
    layout, size = pen.layout, pen.layout.size
    if layout.narrow:
        for number, line in enumerate(label):
            pen.write(0, top + size(11 + 20 * number), line, size(LABEL_NARROW))
        start = top + size(20 * len(label) + 4)
    else:
        y = top + height / 2
        for number, line in enumerate(label):
            pen.write(0, y + (number - (len(label) - 1) / 2) * size(18), line, size(LABEL_WIDE))
        start = y - bar / 2
        if row.shares:
            pen.write(layout.width, y, decimal(row.respondents, 0), size(13), colour=MUTED, end=True)
    if not row.shares:
        x = layout.track_left
        pen.withheld(x + size(7), start + bar / 2)
        pen.write(x + size(19), start + bar / 2, _("không công bố: dưới 10 phiếu"), size(12.5), colour=MUTED)
        return
    at = -row.shares["neutral"] / 2 - row.shares["dissatisfied"]
    for side in SIDES:
        share = row.shares[side]
        left, right = _place(layout, reach, at), _place(layout, reach, at + share)
        at += share
        if share <= 0:
            continue
        pen.block(left, start, right - left, bar, FILL[side], hatched=side == "dissatisfied")
        text = decimal(share * 100, 0)
        if right - left >= measure(text, size(12.5), bold=True) + size(8):
            middle = (left + right) / 2 - measure(text, size(12.5), bold=True) / 2
            if side == "dissatisfied":
                wide = measure(text, size(12.5), bold=True)
                pen.block(middle - size(3), start + size(3), wide + size(6), bar - size(6), FILL[side])
            pen.write(middle, start + bar / 2, text, size(12.5), colour=WORDS_ON[side], bold=True)
