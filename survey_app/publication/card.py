"""The picture that social networks show beside a link: the answer on 1200 by 630 pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from survey_app.i18n import LANGUAGES, decimal, number, percent
from survey_app.publication.waves import rows_of
from survey_app.results.charts import DPI, INK, MUTED, NOTICE, PRIMARY, TRACK, VERDICT_STYLE, Layout, Pen, few_colours
from survey_app.results.estimates import Row
from survey_app.results.typesetting import load_pyplot, measure, wrap

WIDTH, HEIGHT, MARGIN = 1200, 630, 72.0
LARGEST, SMALLEST = 66.0, 30.0
LINES = 4


def make_cards(content: dict[str, Any]) -> Iterator[tuple[str, str, bytes]]:
    """One picture in each language."""
    for language in LANGUAGES:
        with force_locale(language):
            data = draw_card(content, language)
        yield f"anh-chia-se-{language}.png", "image/png", data


def draw_card(content: dict[str, Any], language: str) -> bytes:
    """The title, the answer in one sentence, the line from 0 to 100, and who was asked."""
    pyplot = load_pyplot()
    figure = pyplot.figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    axes.axis("off")
    pen = Pen(axes, Layout(WIDTH, False, 1.0, MARGIN, WIDTH - MARGIN))
    pen.line((0, WIDTH), (8, 8), PRIMARY, 16)
    survey, room = content["survey"], WIDTH - 2 * MARGIN
    y = 62.0
    for line in wrap(survey["title"][language], room, 25)[:2]:
        pen.write(MARGIN, y, line, 25, colour=MUTED)
        y += 36
    answer = content["texts"][language]["answer"]
    size = next(
        (size for size in range(int(LARGEST), int(SMALLEST), -2) if len(wrap(answer, room, size, bold=True)) <= LINES),
        SMALLEST,
    )
    y += size * 0.75
    for line in wrap(answer, room, size, bold=True)[: LINES + 1]:
        pen.write(MARGIN, y, line, size, bold=True)
        y += size * 1.32
    index = next((row for row in rows_of(content) if row.kind == "index"), None)
    if index is not None and index.estimate is not None and index.unit == "share":
        _draw_line(pen, index)
    asked = _("%(responses)s phiếu", responses=number(content["responses"]))
    pen.write(MARGIN, HEIGHT - 48, f"{survey['territory']} · {asked}", 25, colour=MUTED)
    if survey["simulated"]:
        pen.write(WIDTH - MARGIN, HEIGHT - 48, _("dữ liệu mô phỏng"), 25, colour=NOTICE, bold=True, end=True)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor="white")
    pyplot.close(figure)
    return few_colours(buffer)


def _draw_line(pen: Pen, row: Row) -> None:
    layout, y = pen.layout, HEIGHT - 138.0
    pen.line((layout.track_left, layout.track_right), (y, y), TRACK, 5)
    verdict = "not_drawn" if "non_probability" in row.marks else row.verdict or "not_proven"
    colour = VERDICT_STYLE[verdict][2]
    if row.target is not None and row.ci:
        at = layout.place(row.target)
        pen.line((at, at), (y - 40, y + 22), PRIMARY, 3, (0, (3, 2)))
        words = _("mục tiêu %(rate)s", rate=_whole(row.target))
        pen.write(at - 12, y - 32, words, 22, colour=PRIMARY, bold=True, end=True)
    if row.ci:
        low, high = (layout.place(row.ci[end] or 0.0) for end in ("low", "high"))
        pen.line((low, high), (y, y), colour, 8)
        for end in (low, high):
            pen.line((end, end), (y - 16, y + 16), colour, 4)
    at = layout.place(row.estimate or 0.0)
    large = Pen(pen.axes, Layout(layout.width, False, 3.2, layout.track_left, layout.track_right))
    large.mark(at, y, verdict)
    text = percent(row.estimate)
    half = measure(text, 28, bold=True) / 2
    pen.write(min(max(at - half, MARGIN), WIDTH - MARGIN - 2 * half), y + 42, text, 28, colour=colour or INK, bold=True)


def _whole(share: float) -> str:
    """A set value, not a measured one: 80%, 82,5%."""
    places = 0 if abs(share * 100 - round(share * 100)) < 1e-9 else 1
    return f"{decimal(share * 100, places)}%"
