"""Charts: one style, text kept as text, safe under the content policy; SVG for pages, PNG for documents."""

from __future__ import annotations

import io
import re
import textwrap
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from survey_app.i18n import decimal, percent
from survey_app.results.estimates import Row
from survey_app.settings import ROOT

INK, MUTED, LINE, PRIMARY = "#17212B", "#52606D", "#D9D4C7", "#0B5C6B"
VERDICT_STYLE = {"met": ("o", "#1B7F8C"), "not_met": ("^", "#B5471F"), "not_proven": ("D", "#6B6F76")}
WIDTHS = (360, 720, 1200)
NARROW = 480
DPI = 96
SVG = "http://www.w3.org/2000/svg"
_fonts_ready = False


@dataclass(frozen=True)
class ChartText:
    """What a chart says in words: its title and a description of the same figures for people who do not see it."""

    title: str
    description: str


def sort_weakest_first(rows: list[Row]) -> list[Row]:
    """Weakest first; withheld figures last."""
    return sorted(rows, key=lambda row: (row.estimate is None, row.estimate or 0.0))


def dot_chart(rows: list[Row], language: str, *, words: ChartText, width: int, simulated: bool, form: str = "svg") -> bytes:
    """A dot with its interval for each row on a common axis from 0 to 100, with the target line.

    Parameters
    ----------
    rows : list of Row
        In the order shown, from the top.
    width : int
        Pixels at 96 per inch; below 480 the labels stand above the lines.
    form : {"svg", "png"}
    """
    pyplot = _pyplot()
    narrow = width < NARROW
    labels = [_label(row, language, 34 if narrow else (52 if width > 900 else 38)) for row in rows]
    row_height = 62 if narrow else (44 if width < 900 else 40)
    height = 64 + row_height * max(len(rows), 1) + (22 if simulated else 0)
    figure = pyplot.figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    left, right = (0.03, 0.97) if narrow else (0.40, 0.78)
    axes = figure.add_axes((left, 34 / height, right - left, 1 - (34 + 30 + (22 if simulated else 0)) / height))
    _dress(axes, len(rows), language)
    if rows:
        _draw_target(axes, rows[0], language)
    for place, (row, label) in enumerate(zip(rows, labels, strict=True)):
        _draw_row(axes, place, row, label, narrow=narrow)
    if simulated:
        figure.text(0.5, 1 - 14 / height, _("dữ liệu mô phỏng"), ha="center", va="center", fontsize=10,
                    color="#7A4B00", fontweight="semibold")
    buffer = io.BytesIO()
    figure.savefig(buffer, format=form, dpi=DPI * (2 if form == "png" else 1), facecolor="white" if form == "png" else "none")
    pyplot.close(figure)
    return buffer.getvalue() if form == "png" else _tidy_svg(buffer.getvalue(), words, width, height)


def _pyplot() -> Any:
    """Matplotlib with our fonts, loaded on first use: it takes half a second."""
    global _fonts_ready  # noqa: PLW0603  fonts are registered once in a process
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import font_manager, pyplot

    if not _fonts_ready:
        for path in sorted((ROOT / "survey_app" / "static" / "fonts").glob("*.ttf")):
            font_manager.fontManager.addfont(path)
        matplotlib.rcParams.update(
            {"font.family": "Be Vietnam Pro", "font.size": 10, "svg.fonttype": "none", "svg.hashsalt": "hai-long",
             "text.color": INK, "axes.edgecolor": LINE, "xtick.color": MUTED, "ytick.color": INK}
        )
        _fonts_ready = True
    return pyplot


def _dress(axes: Any, count: int, language: str) -> None:
    axes.set_xlim(0, 100)
    axes.set_ylim(count - 0.4, -0.6)
    axes.set_yticks([])
    axes.set_xticks([0, 20, 40, 60, 80, 100], ["0", "20", "40", "60", "80", "100%"])
    axes.tick_params(axis="x", length=3, width=0.6, labelsize=9)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_linewidth(0.8)
    axes.set_facecolor("none")


def _draw_target(axes: Any, row: Row, language: str) -> None:
    target = row.target * 100
    axes.axvline(target, color=PRIMARY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1, clip_on=False)
    sign = ">" if row.target_operator == "gt" else "≥"
    places = 0 if abs(target - round(target)) < 1e-9 else 1
    axes.text(target, -0.68, _("mục tiêu %(sign)s %(rate)s%%", sign=sign, rate=decimal(target, places)), color=PRIMARY,
              ha="right" if target > 60 else "center", va="bottom", fontsize=9)


def _draw_row(axes: Any, place: int, row: Row, label: str, *, narrow: bool) -> None:
    line = place + (0.22 if narrow else 0)
    if narrow:
        axes.text(0, place - 0.02, label, ha="left", va="bottom", fontsize=9.5)
    else:
        axes.text(-2.5, line, label, ha="right", va="center", fontsize=9.5)
    if row.estimate is None or row.ci is None:
        axes.text(2, line, _("◌ không công bố: dưới 10 phiếu"), ha="left", va="center", fontsize=9, color=MUTED)
        return
    marker, colour = VERDICT_STYLE[row.verdict or "not_proven"]
    low, high = (row.ci["low"] or 0) * 100, (row.ci["high"] or 0) * 100
    axes.plot([low, high], [line, line], color=colour, linewidth=2, solid_capstyle="round", clip_on=False, zorder=2)
    axes.plot([row.estimate * 100], [line], marker=marker, color=colour, markersize=8, clip_on=False, zorder=3,
              markeredgecolor="white", markeredgewidth=1)
    figure_text = f"{percent(row.estimate)} ({decimal(low)}–{decimal(high)})"
    if narrow:
        axes.text(100, place + 0.36, f"{figure_text} · n={decimal(row.respondents, 0)}", ha="right", va="top",
                  fontsize=8.5, color=MUTED)
    else:
        axes.text(103, line, figure_text, ha="left", va="center", fontsize=9.5, clip_on=False)
        axes.text(159, line, f"n={decimal(row.respondents, 0)}", ha="right", va="center", fontsize=8.5, color=MUTED,
                  clip_on=False)


def _label(row: Row, language: str, characters: int) -> str:
    name = row.domain_title.get(language, "") if row.domain else row.title.get(language, "")
    if row.criterion and not row.domain:
        name = f"{row.criterion}. {name}"
    lines = textwrap.wrap(name, characters)
    if len(lines) > 2:
        lines = [lines[0], textwrap.shorten(" ".join(lines[1:]), characters, placeholder=" …")]
    return "\n".join(lines)


def _tidy_svg(data: bytes, words: ChartText, width: int, height: float) -> bytes:
    """Styles become attributes (the content policy allows no inline style), the chart gets a title and a description."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ET.fromstring(data)  # noqa: S314  our own drawing
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        _style_to_attributes(element)
    root.attrib.pop("height", None)
    root.set("width", "100%")
    root.set("viewBox", f"0 0 {width * 0.75:g} {height * 0.75:g}")
    root.set("role", "img")
    root.set("stroke-linejoin", "round")
    title = ET.Element(f"{{{SVG}}}title")
    title.text = words.title
    description = ET.Element(f"{{{SVG}}}desc")
    description.text = words.description
    root.insert(0, title)
    root.insert(1, description)
    text = ET.tostring(root, encoding="unicode")
    return _unique_ids(text, width).encode()


FONT = re.compile(r"(?:(?P<weight>\d+|bold|normal) )?(?P<size>[\d.]+)px (?P<family>.+)")


def _style_to_attributes(element: ET.Element) -> None:
    style = element.attrib.pop("style", "")
    for part in filter(None, (piece.strip() for piece in style.split(";"))):
        name, _colon, value = (piece.strip() for piece in part.partition(":"))
        if name == "font":
            found = FONT.fullmatch(value)
            if found:
                element.set("font-size", found["size"])
                element.set("font-family", "'Be Vietnam Pro', sans-serif")
                if found["weight"]:
                    element.set("font-weight", found["weight"])
        else:
            element.set(name, value)


def _unique_ids(svg: str, width: int) -> str:
    """Two charts on one page must not share ids."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="c{width}-\1"', svg)
    svg = re.sub(r'xlink:href="#([^"]+)"', rf'xlink:href="#c{width}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#c{width}-\1)", svg)
