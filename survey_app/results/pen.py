"""What every chart is drawn with: one style, text kept as text, safe under the content policy."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from survey_app.results.estimates import Row
from survey_app.results.svg import tidy_svg
from survey_app.results.typesetting import load_pyplot, measure

INK, MUTED, TRACK, PRIMARY, NOTICE = "#17212B", "#52606D", "#D9D4C7", "#0B5C6B", "#7A4B00"
VERDICT_STYLE = {
    "met": ("o", 8.0, "#1B7F8C"),
    "not_met": ("^", 9.0, "#B5471F"),
    "not_proven": ("D", 7.0, "#6B6F76"),
    "not_drawn": ("o", 7.0, MUTED),
}
NARROW = 480
LABEL_NARROW, LABEL_WIDE = 15.0, 13.5
DPI = 96
#: The paper of a picture of few colours comes out a shade darker than white.
NEARLY_WHITE = 250


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
        self.point(x, y, shape, colour, size, hollow=hollow)

    def point(self, x: float, y: float, shape: str, colour: str, size: float, *, hollow: bool = False) -> None:
        """A mark of any shape; hollow where what it tells is not certain."""
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

    def block(self, x: float, y: float, width: float, height: float, colour: str, *, hatched: bool = False) -> None:
        """A filled rectangle from its upper left corner; hatched so that it is told from others in grey."""
        from matplotlib.patches import Rectangle

        patch = Rectangle((x, y), width, height, facecolor=colour, linewidth=0)
        if hatched:
            patch.set(hatch="////", edgecolor="#FFFFFF")
        patch.set_clip_on(False)
        self.axes.add_patch(patch)

    def heading(self, title: list[str], *, simulated: bool) -> float:
        """Title and the words for simulated data; returns where they end."""
        size = self.layout.size
        y = 0.0
        for line in title:
            self.write(0, y + size(12), line, size(16), bold=True)
            y += size(26)
        if simulated:
            text = _("dữ liệu mô phỏng")
            self.frame(measure(text, size(13), bold=True) + size(16), y + size(1), size(22))
            self.write(size(8), y + size(12), text, size(13), colour=NOTICE, bold=True)
            y += size(30)
        return y

    def _outline(self, patch: Any, colour: str, dash: Any) -> None:
        patch.set(fill=False, edgecolor=colour, linewidth=self.layout.size(1.2) * 72 / DPI, linestyle=dash)
        patch.set_clip_on(False)
        self.axes.add_patch(patch)


@dataclass(frozen=True, eq=False)
class Picture:
    """A drawing begun, and the pen for it."""

    figure: Any
    pen: Pen


def open_picture(layout: Layout, width: int, height: float, margin: float, form: str) -> Picture:
    """An empty drawing whose units are pixels; a PNG has a margin and a ground."""
    pyplot = load_pyplot()
    figure = pyplot.figure(figsize=(width / DPI, (height + 2 * margin) / DPI), dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-margin, width - margin), ylim=(height + margin, -margin))
    axes.axis("off")
    figure.patch.set_visible(form == "png")
    return Picture(figure, Pen(axes, layout))


def save_picture(picture: Picture, words: ChartText, width: int, height: float, form: str) -> bytes:
    """The drawing as a PNG, or as an SVG with its words."""
    buffer = io.BytesIO()
    picture.figure.savefig(buffer, format=form, dpi=DPI * (2 if form == "png" else 1), facecolor="white")
    load_pyplot().close(picture.figure)
    if form == "png":
        return few_colours(buffer)
    return tidy_svg(buffer.getvalue(), words.title, words.description, width, height)


def few_colours(picture: io.BytesIO) -> bytes:
    """The same PNG at a quarter of its weight: a chart has few colours."""
    from PIL import Image

    smaller = io.BytesIO()
    few = Image.open(picture).convert("RGB").quantize(64, method=Image.Quantize.FASTOCTREE)
    few.putpalette([255 if value >= NEARLY_WHITE else value for value in few.getpalette() or ()])
    few.save(smaller, "png")
    return smaller.getvalue()


def row_label(row: Row, language: str) -> str:
    """What a row is of: its part, or its criterion with its number."""
    if row.domain:
        return row.domain_title.get(language, "")
    title = row.title.get(language, "")
    return f"{row.criterion}. {title}" if row.criterion else title
