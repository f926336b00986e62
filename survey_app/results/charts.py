"""Charts: one style, text kept as text, safe under the content policy; SVG for pages, PNG for documents."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import decimal, percent
from survey_app.results.estimates import Row
from survey_app.results.svg import tidy_svg
from survey_app.results.typesetting import load_pyplot, measure, wrap

INK, MUTED, TRACK, PRIMARY, NOTICE = "#17212B", "#52606D", "#D9D4C7", "#0B5C6B", "#7A4B00"
VERDICT_STYLE = {
    "met": ("o", 8.0, "#1B7F8C"),
    "not_met": ("^", 9.0, "#B5471F"),
    "not_proven": ("D", 7.0, "#6B6F76"),
    "not_drawn": ("o", 7.0, MUTED),
}
WIDTHS = (360, 720, 1200)
NARROW = 480
LABEL_NARROW, LABEL_WIDE, KEY = 15.0, 13.5, 12.5
FIGURES = 236.0
#: The paper of a picture of few colours comes out a shade darker than white.
NEARLY_WHITE = 250
DPI = 96


@dataclass(frozen=True)
class ChartText:
    """What a chart says in words: its title and a description of the same figures for people who do not see it."""

    title: str
    description: str


@dataclass(frozen=True)
class Layout:
    """Where things stand, in pixels; ``unit`` enlarges type and marks on large pictures."""

    width: float
    narrow: bool
    unit: float
    track_left: float
    track_right: float

    def size(self, pixels: float) -> float:
        """A length drawn for a 720 (narrow: 318) pixel chart, on this one."""
        return pixels * self.unit

    def place(self, share: float) -> float:
        """The x of a share between 0 and 1."""
        return self.track_left + share * (self.track_right - self.track_left)


def sort_weakest_first(rows: list[Row]) -> list[Row]:
    """Weakest first; withheld figures last."""
    return sorted(rows, key=lambda row: (row.estimate is None, row.estimate or 0.0))


def dot_chart(
    rows: list[Row], language: str, *, words: ChartText, width: int, simulated: bool, form: str = "svg"
) -> bytes:
    """A dot with its interval for each row, a share, on a common axis from 0 to 100, with the target line.

    Parameters
    ----------
    rows : list of Row
        In the order shown, from the top.
    width : int
        Pixels at 96 per inch; below 480 the labels stand above the lines. Labels are never cut: rows grow.
    form : {"svg", "png"}
        A PNG stands alone, so it carries its title.
    """
    pyplot = load_pyplot()
    margin = width / 50 if form == "png" else 0.0
    layout, labels = _lay_out(width - 2 * margin, [_label(row, language) for row in rows])
    title = wrap(words.title, layout.width - 2, layout.size(16), bold=True) if form == "png" else []
    key = _arrange_key(rows, layout)
    top = layout.size(26 * len(title) + 30 * simulated + 24 * len(key) + (12 if layout.narrow else 34))
    heights = [_row_height(row, label, layout) for row, label in zip(rows, labels, strict=True)]
    height = top + sum(heights) + layout.size(34)

    figure = pyplot.figure(figsize=(width / DPI, (height + 2 * margin) / DPI), dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-margin, width - margin), ylim=(height + margin, -margin))
    axes.axis("off")
    figure.patch.set_visible(form == "png")
    pen = Pen(axes, layout)
    y = _draw_heading(pen, title, key, simulated=simulated)
    if rows and not layout.narrow:
        _draw_columns(pen, rows, y, height - layout.size(30))
    y = top
    for row, label, row_height in zip(rows, labels, heights, strict=True):
        (_draw_narrow_row if layout.narrow else _draw_wide_row)(pen, row, label, y, row_height)
        y += row_height
    _draw_axis(pen, y + layout.size(6))
    buffer = io.BytesIO()
    figure.savefig(buffer, format=form, dpi=DPI * (2 if form == "png" else 1), facecolor="white")
    pyplot.close(figure)
    return (
        few_colours(buffer)
        if form == "png"
        else tidy_svg(buffer.getvalue(), words.title, words.description, width, height)
    )


def few_colours(picture: io.BytesIO) -> bytes:
    """The same PNG at a quarter of its weight: a chart has few colours."""
    from PIL import Image

    smaller = io.BytesIO()
    few = Image.open(picture).convert("RGB").quantize(64, method=Image.Quantize.FASTOCTREE)
    few.putpalette([255 if value >= NEARLY_WHITE else value for value in few.getpalette() or ()])
    few.save(smaller, "png")
    return smaller.getvalue()


def _lay_out(width: float, labels: list[str]) -> tuple[Layout, list[list[str]]]:
    """The layout for a width, and the labels broken into lines; short labels leave their room to the axis."""
    if width < NARROW:
        unit = width / 318
        return Layout(width, True, unit, 5 * unit, width - 5 * unit), [
            wrap(label, width - 2, LABEL_NARROW * unit) for label in labels
        ]
    unit = 1.0 if width <= 720 else 1.3
    figures, gap = FIGURES * unit, 18 * unit
    lines = [wrap(label, 0.54 * (width - figures - 2 * gap), LABEL_WIDE * unit) for label in labels]
    widest = max((measure(line, LABEL_WIDE * unit) for label in lines for line in label), default=0.0)
    return Layout(width, False, unit, widest + gap, width - figures - gap), lines


class Pen:
    """Draws on axes whose units are pixels, y downwards."""

    def __init__(self, axes: Any, layout: Layout) -> None:
        self.axes = axes
        self.layout = layout

    def write(
        self, x: float, y: float, text: str, size: float, *, colour: str = INK, bold: bool = False, end: bool = False
    ) -> None:
        """One line of text whose middle is at y; ``end``: right-aligned at x."""
        self.axes.text(
            x,
            y + 0.36 * size,
            text,
            fontsize=size * 72 / DPI,
            color=colour,
            fontweight="semibold" if bold else "normal",
            ha="right" if end else "left",
            va="baseline",
            parse_math=False,
        )

    def line(self, x: tuple[float, ...], y: tuple[float, ...], colour: str, thick: float, dash: Any = "solid") -> None:
        """A line through the points; its thickness is for a chart of unit 1."""
        self.axes.plot(
            x,
            y,
            color=colour,
            linewidth=self.layout.size(thick) * 72 / DPI,
            linestyle=dash,
            solid_capstyle="butt",
            clip_on=False,
        )

    def mark(self, x: float, y: float, verdict: str | None, *, hollow: bool = False) -> None:
        """The sign of a verdict: shape and colour; hollow where a figure is for reference only."""
        shape, size, colour = VERDICT_STYLE[verdict or "not_proven"]
        self.axes.plot(
            [x],
            [y],
            marker=shape,
            markersize=self.layout.size(size) * 72 / DPI,
            markerfacecolor="white" if hollow else colour,
            markeredgecolor=colour if hollow else "white",
            markeredgewidth=self.layout.size(1.6 if hollow else 0.8) * 72 / DPI,
            linestyle="none",
            clip_on=False,
        )

    def interval(self, low: float, high: float, y: float, colour: str) -> None:
        """A line with upright ends, so that an interval narrower than its dot is still seen."""
        tick, gap = self.layout.size(5.5), float("nan")
        xs = (low, high, gap, low, low, gap, high, high)
        ys = (y, y, gap, y - tick, y + tick, gap, y - tick, y + tick)
        self.line(xs, ys, colour, 1.8)

    def withheld(self, x: float, y: float) -> None:
        """The sign ◌, drawn, because few fonts have it."""
        from matplotlib.patches import Circle

        self._outline(Circle((x, y), self.layout.size(5)), MUTED, (0, (1.5, 1.5)))

    def frame(self, width: float, y: float, height: float) -> None:
        """A thin frame at the left edge."""
        from matplotlib.patches import Rectangle

        self._outline(Rectangle((0.5, y), width, height), NOTICE, "solid")

    def _outline(self, patch: Any, colour: str, dash: Any) -> None:
        patch.set(fill=False, edgecolor=colour, linewidth=self.layout.size(1.2) * 72 / DPI, linestyle=dash)
        patch.set_clip_on(False)
        self.axes.add_patch(patch)


def _draw_heading(pen: Pen, title: list[str], key: list[list[tuple[str, str]]], *, simulated: bool) -> float:
    """Title, the words for simulated data, the key; returns where they end."""
    size = pen.layout.size
    y = 0.0
    for line in title:
        pen.write(0, y + size(12), line, size(16), bold=True)
        y += size(26)
    if simulated:
        text = _("dữ liệu mô phỏng")
        pen.frame(measure(text, size(13), bold=True) + size(16), y + size(1), size(22))
        pen.write(size(8), y + size(12), text, size(13), colour=NOTICE, bold=True)
        y += size(30)
    for line_of_key in key:
        x = 0.0
        for sign, text in line_of_key:
            _draw_sign(pen, sign, x + size(7), y + size(11))
            pen.write(x + size(19), y + size(11), text, size(KEY), colour=MUTED)
            x += _key_width(text, pen.layout)
        y += size(24)
    return y


def _arrange_key(rows: list[Row], layout: Layout) -> list[list[tuple[str, str]]]:
    """The signs that occur, in words, broken into lines that fit."""
    shown = [row for row in rows if row.estimate is not None]
    verdicts = {_sign(row) for row in shown}
    names = {
        "met": _("đạt"),
        "not_met": _("không đạt"),
        "not_proven": _("chưa đủ bằng chứng"),
        "not_drawn": _("không phải mẫu xác suất"),
    }
    entries = [(verdict, name) for verdict, name in names.items() if verdict in verdicts]
    if any("model_assisted" in row.marks for row in shown):
        entries.append(("reference", _("rỗng: chỉ để tham khảo")))
    if shown and shown[0].ci:
        entries.append(("interval", _("khoảng tin cậy %(level)s", level=_short_percent(shown[0].ci["level"]))))
    if rows and layout.narrow and _judged(rows):
        entries.append(("target", _target_words(rows[0])))
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for entry in entries:
        wide = _key_width(entry[1], layout)
        if lines[-1] and used + wide > layout.width:
            lines.append([])
            used = 0.0
        lines[-1].append(entry)
        used += wide
    return [line for line in lines if line]


def _key_width(text: str, layout: Layout) -> float:
    return measure(text, layout.size(KEY)) + layout.size(36)


def _draw_sign(pen: Pen, sign: str, x: float, y: float) -> None:
    half = pen.layout.size(7)
    if sign == "interval":
        pen.interval(x - half, x + half, y, MUTED)
    elif sign == "target":
        pen.line((x, x), (y - half, y + half), PRIMARY, 2)
    else:
        pen.mark(x, y, None if sign == "reference" else sign, hollow=sign == "reference")


def _draw_columns(pen: Pen, rows: list[Row], y: float, bottom: float) -> None:
    """The heads of a wide chart's columns, and its target line; neither interval nor target where nobody drew."""
    layout, size, row = pen.layout, pen.layout.size, rows[0]
    y += size(16)
    pen.write(layout.width, y, _("số người"), size(12), colour=MUTED, end=True)
    if not _judged(rows):
        return
    target = layout.place(_target(row))
    text = _target_words(row)
    half = measure(text, size(12.5), bold=True) / 2
    middle = min(max(target, layout.track_left + half), layout.track_right + size(6) - half)
    pen.write(middle - half, y, text, size(12.5), colour=PRIMARY, bold=True)
    pen.line((target, target), (y + size(10), bottom), PRIMARY, 1.4, (0, (3.5, 2.5)))
    pen.write(layout.width - size(FIGURES) + size(64), y, _("khoảng tin cậy"), size(12), colour=MUTED)


def _draw_wide_row(pen: Pen, row: Row, label: list[str], top: float, height: float) -> None:
    layout, size = pen.layout, pen.layout.size
    y = top + height / 2
    for number, line in enumerate(label):
        pen.write(0, y + (number - (len(label) - 1) / 2) * size(18), line, size(LABEL_WIDE))
    column = layout.width - size(FIGURES)
    if row.estimate is None:
        pen.withheld(column + size(6), y)
        pen.write(column + size(18), y, _("không công bố: dưới 10 phiếu"), size(12.5), colour=MUTED)
        return
    _draw_estimate(pen, row, y)
    pen.write(column + size(56), y, percent(row.estimate), size(13.5), bold=True, end=True)
    pen.write(column + size(64), y, _interval_words(row), size(13), colour=MUTED)
    pen.write(layout.width, y, decimal(row.respondents, 0), size(13), colour=MUTED, end=True)


def _draw_narrow_row(pen: Pen, row: Row, label: list[str], top: float, height: float) -> None:
    layout, size = pen.layout, pen.layout.size
    for number, line in enumerate(label):
        pen.write(0, top + size(11 + 20 * number), line, size(LABEL_NARROW))
    y = top + size(12 + 20 * len(label))
    if row.estimate is None:
        pen.withheld(size(7), y)
        pen.write(size(19), y, _("không công bố: dưới 10 phiếu"), size(14), colour=MUTED)
    else:
        rate = percent(row.estimate)
        pen.write(0, y, rate, size(15), bold=True)
        column = max(measure(text, size(15), bold=True) for text in (rate, "88,8%")) + size(8)
        if row.ci is not None:
            pen.write(column, y, f"({_interval_words(row)})", size(14), colour=MUTED)
        people = ngettext("%(count)s người", "%(count)s người", row.respondents, count=decimal(row.respondents, 0))
        pen.write(layout.width, y, people, size(14), colour=MUTED, end=True)
        _draw_estimate(pen, row, top + height - size(24))


def _draw_estimate(pen: Pen, row: Row, y: float) -> None:
    """The row's own line from 0 to 100, the interval and the dot."""
    layout, size = pen.layout, pen.layout.size
    pen.line((layout.track_left, layout.track_right), (y, y), TRACK, 1)
    if layout.narrow and _sign(row) != "not_drawn":
        target = layout.place(_target(row))
        pen.line((target, target), (y - size(8), y + size(8)), PRIMARY, 2)
    if row.ci is not None:
        low, high = (layout.place(row.ci.get(end) or 0.0) for end in ("low", "high"))
        pen.interval(low, high, y, VERDICT_STYLE[_sign(row)][2])
    pen.mark(layout.place(row.estimate or 0.0), y, _sign(row), hollow="model_assisted" in row.marks)


def _sign(row: Row) -> str:
    """What the mark of a row tells: its verdict, or that nobody drew the sample."""
    return "not_drawn" if "non_probability" in row.marks else row.verdict or "not_proven"


def _judged(rows: list[Row]) -> bool:
    return not any(_sign(row) == "not_drawn" for row in rows)


def _draw_axis(pen: Pen, y: float) -> None:
    layout, size = pen.layout, pen.layout.size
    pen.line((layout.track_left, layout.track_right), (y, y), MUTED, 1)
    for value in range(0, 101, 20):
        x = layout.place(value / 100)
        pen.line((x, x), (y, y + size(4)), MUTED, 1)
        text = "100%" if value == 100 else str(value)
        wide = measure(text, size(12))
        left = min(x - measure(text.rstrip("%"), size(12)) / 2, layout.width - wide - size(4))
        pen.write(left, y + size(14), text, size(12), colour=MUTED)


def _row_height(row: Row, label: list[str], layout: Layout) -> float:
    if layout.narrow:
        return layout.size(20 * len(label) + (36 if row.estimate is None else 62))
    return layout.size(max(18 * len(label) + 14, 34))


def _label(row: Row, language: str) -> str:
    if row.domain:
        return row.domain_title.get(language, "")
    title = row.title.get(language, "")
    return f"{row.criterion}. {title}" if row.criterion else title


def _interval_words(row: Row) -> str:
    if row.ci is None:
        return ""
    limits = row.ci
    return f"{decimal((limits.get('low') or 0) * 100)}–{decimal((limits.get('high') or 0) * 100)}"


def _target(row: Row) -> float:
    """The target of a share; nothing else is drawn on an axis from 0 to 100."""
    assert row.target is not None
    return row.target


def _target_words(row: Row) -> str:
    rate = _short_percent(_target(row))
    return _("mục tiêu trên %(rate)s", rate=rate) if row.target_operator == "gt" else _("mục tiêu %(rate)s", rate=rate)


def _short_percent(share: float) -> str:
    """A set value, not a measured one: 80%, 82,5%."""
    return f"{decimal(share * 100, 0 if abs(share * 100 - round(share * 100)) < 1e-9 else 1)}%"
