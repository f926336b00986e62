"""The chart of change: two dots joined, before and now, with the interval of the difference written beside them."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from survey_app.results.change.figures import Change
from survey_app.results.change.words import short_words
from survey_app.results.pen import (
    DPI,
    INK,
    LABEL_NARROW,
    LABEL_WIDE,
    MUTED,
    NARROW,
    NOTICE,
    PRIMARY,
    TRACK,
    ChartText,
    Layout,
    Pen,
)
from survey_app.results.pictures import PAGE_WIDTHS, Picture
from survey_app.results.svg import tidy_svg
from survey_app.results.typesetting import load_pyplot, measure, wrap

WRITTEN = 172.0
"""Room for the difference in words at the right of a wide chart."""


@dataclass(frozen=True)
class Axis:
    """A part of the axis from 0 to 100 that holds every dot: dots may be looked at closely, bars could not."""

    low: float
    high: float

    @classmethod
    def around(cls, changes: Sequence[Change]) -> Axis:
        """Whole tens around all shares, three at least."""
        shares = [
            one for change in changes for one in (change.earlier.estimate, change.later.estimate) if one is not None
        ]
        low, high = math.floor(min(shares, default=0.0) * 10), math.ceil(max(shares, default=1.0) * 10)
        low = max(min(low, high - 3), 0)
        return cls(low / 10, min(max(high, low + 3), 10) / 10)

    def place(self, layout: Layout, share: float) -> float:
        """The x of a share."""
        return layout.place((share - self.low) / (self.high - self.low))


@dataclass(frozen=True)
class WaveNames:
    """What the two dots are called: „2019” and „2026”."""

    earlier: str
    later: str


def change_chart(
    changes: Sequence[Change],
    labels: Sequence[str],
    names: WaveNames,
    *,
    words: ChartText,
    width: int,
    simulated: bool,
    form: str = "svg",
) -> bytes:
    """A row for each change of a share: a ring for before, a dot for now, the line between, the difference in words.

    Parameters
    ----------
    labels : sequence of str
        What each row is, in the language of the reader.
    width : int
        Pixels at 96 per inch; below 480 labels and differences stand above the lines.
    form : {"svg", "png"}
        A PNG stands alone, so it carries its title.
    """
    pyplot = load_pyplot()
    margin = width / 50 if form == "png" else 0.0
    layout, lines = _lay_out(width - 2 * margin, labels)
    size = layout.size
    title = wrap(words.title, layout.width - 2, size(16), bold=True) if form == "png" else []
    top = size(26 * len(title) + 30 * simulated + 30)
    heights = [size(20 * len(line) + 60) if layout.narrow else size(max(18 * len(line) + 16, 38)) for line in lines]
    height = top + sum(heights) + size(34)
    figure = pyplot.figure(figsize=(width / DPI, (height + 2 * margin) / DPI), dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-margin, width - margin), ylim=(height + margin, -margin))
    axes.axis("off")
    figure.patch.set_visible(form == "png")
    pen = Pen(axes, layout)
    _draw_heading(pen, title, names, simulated=simulated)
    axis = Axis.around(changes)
    y = top
    for change, line, row_height in zip(changes, lines, heights, strict=True):
        _draw_row(pen, axis, change, line, y, row_height)
        y += row_height
    _draw_axis(pen, axis, y + size(6))
    buffer = io.BytesIO()
    figure.savefig(buffer, format=form, dpi=DPI * (2 if form == "png" else 1), facecolor="white")
    pyplot.close(figure)
    if form == "png":
        return buffer.getvalue()
    return tidy_svg(buffer.getvalue(), words.title, words.description, width, height)


def _lay_out(width: float, labels: Sequence[str]) -> tuple[Layout, list[list[str]]]:
    if width < NARROW:
        unit = width / 318
        lines = [wrap(label, width - 2, LABEL_NARROW * unit) for label in labels]
        return Layout(width, True, unit, 6 * unit, width - 6 * unit), lines
    unit = 1.0 if width <= 720 else 1.3
    lines = [wrap(label, 0.40 * width, LABEL_WIDE * unit) for label in labels]
    widest = max((measure(line, LABEL_WIDE * unit) for label in lines for line in label), default=0.0)
    return Layout(width, False, unit, widest + 18 * unit, width - (WRITTEN + 18) * unit), lines


def _draw_heading(pen: Pen, title: list[str], names: WaveNames, *, simulated: bool) -> None:
    size, y = pen.layout.size, 0.0
    for line in title:
        pen.write(0, y + size(12), line, size(16), bold=True)
        y += size(26)
    if simulated:
        text = _("dữ liệu mô phỏng")
        pen.frame(measure(text, size(13), bold=True) + size(16), y + size(1), size(22))
        pen.write(size(8), y + size(12), text, size(13), colour=NOTICE, bold=True)
        y += size(30)
    x = size(7)
    for text, hollow in ((names.earlier, True), (names.later, False)):
        _dot(pen, x, y + size(11), hollow=hollow)
        pen.write(x + size(12), y + size(11), text, size(13), colour=MUTED)
        x += size(12 + 24) + measure(text, size(13))
    if not pen.layout.narrow:
        pen.write(pen.layout.width, y + size(11), _("thay đổi, điểm phần trăm"), size(12), colour=MUTED, end=True)


def _dot(pen: Pen, x: float, y: float, *, hollow: bool) -> None:
    size = pen.layout.size
    pen.axes.plot(
        [x],
        [y],
        marker="o",
        markersize=size(9.5) * 72 / DPI,
        markerfacecolor="white" if hollow else PRIMARY,
        markeredgecolor=PRIMARY,
        markeredgewidth=size(1.8) * 72 / DPI,
        linestyle="none",
        clip_on=False,
        zorder=4,
    )


def _draw_row(pen: Pen, axis: Axis, change: Change, label: list[str], top: float, height: float) -> None:
    layout, size = pen.layout, pen.layout.size
    text = short_words(change)
    if layout.narrow:
        for number, line in enumerate(label):
            pen.write(0, top + size(11 + 20 * number), line, size(LABEL_NARROW))
        pen.write(0, top + size(12 + 20 * len(label)), text, size(14), colour=INK, bold=change.proven)
        y = top + height - size(22)
    else:
        y = top + height / 2
        for number, line in enumerate(label):
            pen.write(0, y + (number - (len(label) - 1) / 2) * size(18), line, size(LABEL_WIDE))
        pen.write(layout.width, y, text, size(13), bold=change.proven, end=True)
    pen.line((layout.track_left, layout.track_right), (y, y), TRACK, 1)
    before, after = change.earlier.estimate, change.later.estimate
    if before is not None and after is not None:
        pen.line((axis.place(layout, before), axis.place(layout, after)), (y, y), PRIMARY, 4 if change.proven else 1.8)
    for value, hollow in ((before, True), (after, False)):
        if value is None:
            continue
        _dot(pen, axis.place(layout, value), y, hollow=hollow)
    if before is None and after is None:
        pen.withheld(layout.track_left + size(7), y)


def _draw_axis(pen: Pen, axis: Axis, y: float) -> None:
    layout, size = pen.layout, pen.layout.size
    pen.line((layout.track_left, layout.track_right), (y, y), MUTED, 1)
    tens = range(round(axis.low * 10), round(axis.high * 10) + 1)
    for ten in tens if len(tens) <= 7 else [one for one in tens if one % 2 == 0]:
        x = axis.place(layout, ten / 10)
        pen.line((x, x), (y, y + size(4)), MUTED, 1)
        text = f"{ten * 10}%" if ten == tens[-1] else str(ten * 10)
        wide = measure(text, size(12))
        left = min(x - measure(text.rstrip("%"), size(12)) / 2, layout.width - wide - size(4))
        pen.write(max(left, 0.0), y + size(14), text, size(12), colour=MUTED)


_kept: dict[tuple[object, ...], Picture] = {}
KEPT_PICTURES = 60


def draw_changes(
    changes: Sequence[Change],
    labels: Sequence[str],
    names: WaveNames,
    *,
    words: ChartText,
    simulated: bool,
) -> Picture | None:
    """The chart for narrow and wide screens; only shares have a place on its axis. None without any."""
    pairs = [pair for pair in zip(changes, labels, strict=True) if pair[0].later.unit == "share"]
    if not pairs:
        return None
    key = (words.title, words.description, names, simulated)
    if key not in _kept:
        while len(_kept) >= KEPT_PICTURES:
            _kept.pop(next(iter(_kept)))
        narrow, wide = (
            Markup(  # noqa: S704  drawn and escaped by us
                change_chart(
                    [one for one, _label in pairs],
                    [label for _one, label in pairs],
                    names,
                    words=words,
                    width=width,
                    simulated=simulated,
                ).decode()
            )
            for width in PAGE_WIDTHS
        )
        _kept[key] = Picture(narrow, wide, words)
    return _kept[key]
