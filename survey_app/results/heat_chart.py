"""A table drawn: units by factors, or any rows by columns, the number in every cell and a shade that says it again.

The shades differ in lightness alone, so that they keep their order in grey and for every eye.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask_babel import gettext as _

from survey_app.i18n import decimal
from survey_app.results.estimates import Row
from survey_app.results.pen import DPI, INK, MUTED, NARROW, NOTICE, ChartText, Layout, Pen, open_picture, save_picture
from survey_app.results.typesetting import measure, wrap

SHADES = ("#EAF3F4", "#C9E1E4", "#9CC8CD", "#2F7883", "#083F4A")
DARK = 3
"""From this step on the number is written in white."""

SHARE_LIMITS = (0.6, 0.7, 0.8, 0.9)
LABEL, NUMBER, SMALL = 13.5, 14.0, 11.5
ROOMY = 92.0
"""Pixels a column needs to hold an interval."""


@dataclass(frozen=True)
class Heat:
    """What a heat chart shows; cells ``[row][column]``."""

    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[Row]]


def find_limits(cells: Sequence[Row]) -> tuple[float, ...]:
    """Where one shade ends and the next begins: fixed for satisfaction rates, else equal steps over what is shown."""
    values = [cell.estimate for cell in cells if cell.estimate is not None]
    if not values or all(cell.unit == "share" and cell.kind in ("index", "section", "item") for cell in cells):
        return SHARE_LIMITS
    low, high = min(values), max(values)
    return tuple(low + (high - low) * step / len(SHADES) for step in range(1, len(SHADES)))


def step_of(cell: Row, limits: Sequence[float]) -> int:
    """The shade of a figure, 0 to 4."""
    return sum((cell.estimate or 0.0) >= limit for limit in limits)


def value_words(cell: Row) -> str:
    """The figure as a cell has it: 82,4 for a rate in per cent, 4,12 for a score; „*” where only for reference."""
    if cell.estimate is None:
        return ""
    words = decimal(cell.estimate * 100) if cell.unit == "share" else decimal(cell.estimate, _places(cell))
    return f"{words}*" if "model_assisted" in cell.marks else words


def limit_words(cell: Row) -> str:
    """The interval without words."""
    if cell.ci is None:
        return ""
    scale = 100 if cell.unit == "share" else 1
    return "–".join(decimal((cell.ci[end] or 0.0) * scale, _places(cell)) for end in ("low", "high"))


def shade_words(limits: Sequence[float], cell: Row) -> list[str]:
    """What each shade means, the lightest first."""
    scale, places = (100, 0) if cell.unit == "share" else (1, 2)
    if cell.unit == "share" and tuple(limits) != SHARE_LIMITS:
        places = 1
    ends = [decimal(limit * scale, places) for limit in limits]
    unit = "%" if cell.unit in ("share", "percent") else ""
    between = [f"{low}–{high}{unit}" for low, high in pairwise(ends)]
    return [_("dưới %(end)s", end=ends[0] + unit), *between, _("từ %(end)s", end=ends[-1] + unit)]


def heat_chart(heat: Heat, *, words: ChartText, width: int, simulated: bool, form: str = "svg") -> bytes:
    """The cells as shaded fields with their numbers, and where there is room their intervals and people.

    Parameters
    ----------
    width : int
        Pixels at 96 per inch. Where columns are too narrow for their names they are numbered, and named above.
    form : {"svg", "png"}
        A PNG stands alone, so it carries its title.
    """
    margin = width / 50 if form == "png" else 0.0
    plan = _Plan.of(heat, words, width - 2 * margin, simulated=simulated, titled=form == "png")
    picture = open_picture(plan.layout, width, plan.height, margin, form)
    _draw(picture.pen, heat, plan)
    return save_picture(picture, words, width, plan.height, form)


@dataclass(frozen=True)
class _Plan:
    """Where everything stands."""

    layout: Layout
    head: list[list[str]]
    key: list[tuple[str, str]]
    names: list[list[str]]
    labels: list[list[str]]
    left: float
    column: float
    heights: list[float]
    roomy: bool
    people: bool
    number: float
    simulated: bool
    limits: tuple[float, ...]
    top: float
    height: float

    @classmethod
    def of(cls, heat: Heat, words: ChartText, width: float, *, simulated: bool, titled: bool) -> _Plan:
        unit = width / 318 if width < NARROW else 1.0 if width <= 720 else 1.3
        layout = Layout(width, width < NARROW, unit, 0, width)
        size = layout.size
        left = min(
            0.36 * width,
            size(12) + max((measure(label, size(LABEL)) for label in heat.rows), default=0.0),
        )
        column = (width - left) / max(len(heat.columns), 1)
        flat = [cell for line in heat.cells for cell in line]
        limits = find_limits(flat)
        numbered = any(
            measure(word, size(SMALL), bold=True) > column - size(6) for name in heat.columns for word in name.split()
        ) or (layout.narrow and len(heat.columns) > 2)
        names = [
            [str(number)] if numbered else wrap(name, column - size(6), size(SMALL), bold=True)
            for number, name in enumerate(heat.columns, start=1)
        ]
        head = [wrap(words.title, width - 2, size(16), bold=True)] if titled else []
        key = _key_entries(flat, limits)
        if numbered:
            listed = [f"{number}. {name}" for number, name in enumerate(heat.columns, start=1)]
            head += [line for name in listed if (line := wrap(name, width - 2, size(SMALL + 1)))]
        roomy = column >= size(ROOMY)
        widest = max((measure(value_words(cell), 1.0, bold=True) for cell in flat), default=1.0) or 1.0
        people = max(measure(_people(cell), size(SMALL)) for cell in flat) < column - size(4) if flat else False
        number = min(size(NUMBER), (column - size(6)) / widest)
        labels = [wrap(label, left - size(10), size(LABEL)) for label in heat.rows]
        tall = 54.0 if roomy else 40.0
        heights = [size(max(tall, 18 * len(label) + 8)) for label in labels]
        lines = sum(len(block) for block in head)
        top = size(
            24 * lines + 30 * simulated + 24 * len(_key_lines(key, layout)) + 17 * max(map(len, names), default=1) + 10
        )
        return cls(
            layout,
            head,
            key,
            names,
            labels,
            left,
            column,
            heights,
            roomy,
            people,
            number,
            simulated,
            limits,
            top,
            top + sum(heights) + size(4),
        )


def _key_entries(cells: Sequence[Row], limits: Sequence[float]) -> list[tuple[str, str]]:
    """The signs in the picture and their words."""
    shown = [cell for cell in cells if cell.estimate is not None]
    if not shown:
        return [("withheld", _("không công bố"))]
    named = shade_words(limits, shown[0])
    used = {step_of(cell, limits) for cell in shown}
    entries = [(str(step), named[step]) for step in sorted(used)]
    if len(shown) < len(cells):
        entries.append(("withheld", _("không công bố")))
    if any("model_assisted" in cell.marks for cell in shown):
        entries.append(("star", _("chỉ để tham khảo")))
    return entries


def _key_lines(key: list[tuple[str, str]], layout: Layout) -> list[list[tuple[str, str]]]:
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for entry in key:
        wide = measure(entry[1], layout.size(SMALL + 0.5)) + layout.size(36)
        if lines[-1] and used + wide > layout.width:
            lines.append([])
            used = 0.0
        lines[-1].append(entry)
        used += wide
    return lines


def _draw(pen: Pen, heat: Heat, plan: _Plan) -> None:
    size = plan.layout.size
    y = _draw_head(pen, plan)
    for number, name in enumerate(plan.names):
        for place, line in enumerate(name):
            middle = plan.left + (number + 0.5) * plan.column
            below = plan.top - size(10) - size(17) * (len(name) - 1 - place)
            half = measure(line, size(SMALL), bold=True) / 2
            pen.write(middle - half, below, line, size(SMALL), colour=MUTED, bold=True)
    y = plan.top
    for label, height, cells in zip(plan.labels, plan.heights, heat.cells, strict=True):
        for number, words in enumerate(label):
            pen.write(0, y + height / 2 + (number - (len(label) - 1) / 2) * size(18), words, size(LABEL))
        for number, cell in enumerate(cells):
            _draw_cell(pen, plan, cell, plan.left + number * plan.column, y, height)
        y += height


def _draw_head(pen: Pen, plan: _Plan) -> float:
    size, y = plan.layout.size, 0.0
    titled = bool(plan.head) and not plan.head[0][0].startswith("1. ")
    for place, block in enumerate(plan.head):
        for line in block:
            bold = titled and place == 0
            pen.write(0, y + size(12), line, size(16 if bold else SMALL + 1), bold=bold, colour=INK if bold else MUTED)
            y += size(24)
    if plan.simulated:
        text = _("dữ liệu mô phỏng")
        pen.frame(measure(text, size(13), bold=True) + size(16), y + size(1), size(22))
        pen.write(size(8), y + size(12), text, size(13), colour=NOTICE, bold=True)
        y += size(30)
    for line_of_key in _key_lines(plan.key, plan.layout):
        x = 0.0
        for sign, words in line_of_key:
            _draw_sign(pen, sign, x, y)
            pen.write(x + size(20), y + size(11), words, size(SMALL + 0.5), colour=MUTED)
            x += measure(words, size(SMALL + 0.5)) + size(36)
        y += size(24)
    return y


def _draw_sign(pen: Pen, sign: str, x: float, y: float) -> None:
    size = pen.layout.size
    if sign == "withheld":
        pen.withheld(x + size(7), y + size(11))
    elif sign == "star":
        pen.write(x + size(4), y + size(12), "*", size(NUMBER), bold=True)
    else:
        _field(pen, x, y + size(4), size(14), size(14), int(sign))


def _draw_cell(pen: Pen, plan: _Plan, cell: Row, x: float, y: float, height: float) -> None:
    size, gap = plan.layout.size, plan.layout.size(1.5)
    middle = x + plan.column / 2
    if cell.estimate is None:
        if cell.withheld == "nobody":
            pen.write(middle - size(3), y + height / 2, "–", size(NUMBER), colour=MUTED)
        else:
            pen.withheld(middle, y + height / 2)
        return
    step = step_of(cell, plan.limits)
    _field(pen, x + gap, y + gap, plan.column - 2 * gap, height - 2 * gap, step)
    colour = "#FFFFFF" if step >= DARK else INK
    lines = [(value_words(cell), plan.number, True)]
    if plan.roomy and (limits := limit_words(cell)):
        lines.append((f"({limits})", size(SMALL), False))
    if plan.people:
        lines.append((_people(cell), size(SMALL - 0.5), False))
    top = y + height / 2 - size(16) * (len(lines) - 1) / 2
    for number, (words, points, bold) in enumerate(lines):
        half = measure(words, points, bold=bold) / 2
        pen.write(middle - half, top + number * size(16), words, points, colour=colour, bold=bold)


def _field(pen: Pen, x: float, y: float, width: float, height: float, step: int) -> None:
    from matplotlib.patches import Rectangle

    edge = pen.layout.size(0.8) * 72 / DPI
    patch = Rectangle((x, y), width, height, facecolor=SHADES[step], edgecolor="#9AA5AE", linewidth=edge)
    patch.set_clip_on(False)
    pen.axes.add_patch(patch)


def _people(cell: Row) -> str:
    return f"n = {decimal(cell.respondents, 0)}"


def _places(cell: Row) -> int:
    return 2 if cell.unit == "points" else 1
