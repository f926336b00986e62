"""The dot chart: rates with their intervals on a common axis; SVG for pages, PNG for documents."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import decimal, percent
from survey_app.results.estimates import Row
from survey_app.results.pen import (
    LABEL_NARROW,
    LABEL_WIDE,
    MUTED,
    NARROW,
    PRIMARY,
    TRACK,
    VERDICT_STYLE,
    ChartText,
    Layout,
    Pen,
    open_picture,
    row_label,
    save_picture,
)
from survey_app.results.typesetting import measure, wrap

__all__ = ["ChartText", "Layout", "Pen", "dot_chart", "sort_weakest_first"]

WIDTHS = (360, 720, 1200)
KEY = 12.5
FIGURES = 236.0


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
    margin = width / 50 if form == "png" else 0.0
    layout, labels = _lay_out(width - 2 * margin, [row_label(row, language) for row in rows])
    title = wrap(words.title, layout.width - 2, layout.size(16), bold=True) if form == "png" else []
    key = _arrange_key(rows, layout)
    top = layout.size(26 * len(title) + 30 * simulated + 24 * len(key) + (12 if layout.narrow else 34))
    heights = [_row_height(row, label, layout) for row, label in zip(rows, labels, strict=True)]
    height = top + sum(heights) + layout.size(34)

    picture = open_picture(layout, width, height, margin, form)
    pen = picture.pen
    y = _draw_heading(pen, title, key, simulated=simulated)
    if rows and not layout.narrow:
        _draw_columns(pen, rows, y, height - layout.size(30))
    y = top
    for row, label, row_height in zip(rows, labels, heights, strict=True):
        (_draw_narrow_row if layout.narrow else _draw_wide_row)(pen, row, label, y, row_height)
        y += row_height
    _draw_axis(pen, y + layout.size(6))
    return save_picture(picture, words, width, height, form)


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


def _draw_heading(pen: Pen, title: list[str], key: list[list[tuple[str, str]]], *, simulated: bool) -> float:
    """Title, the words for simulated data, the key; returns where they end."""
    size = pen.layout.size
    y = pen.heading(title, simulated=simulated)
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
