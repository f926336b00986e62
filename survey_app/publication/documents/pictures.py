"""The charts of a document: pictures of 16 cm from the chart modules, with the words for people who do not see them."""

from __future__ import annotations

import functools
import json
from dataclasses import replace

from flask_babel import gettext as _

from survey_app.publication.documents.blocks import Picture
from survey_app.publication.documents.content import ReportContent
from survey_app.results.charts import ChartText, dot_chart
from survey_app.results.estimates import Row
from survey_app.results.words import weakest_words

#: Of a chart of 16 cm; its letters come out at 8.5 points. The chart modules draw a PNG at twice that.
PIXELS = 720
#: Rows that fit half a page; longer lists become several charts.
ROWS = 11


def dot_pictures(report: ReportContent, rows: list[Row], subject: str) -> list[Picture]:
    """Shares with their intervals and the target; of a long list several charts, none where nothing can be drawn."""
    shown = [row for row in rows if row.unit == "share"]
    if not any(row.estimate is not None for row in shown):
        return []
    caption = (
        _("%(subject)s: tỷ lệ hài lòng, khoảng tin cậy và mục tiêu", subject=subject)
        if report.probability
        else _("%(subject)s: tỷ lệ hài lòng", subject=subject)
    )
    count = -(-len(shown) // ROWS) if len(shown) > ROWS + 5 else 1
    size = -(-len(shown) // count)
    found = []
    for place in range(count):
        part = shown[place * size : (place + 1) * size]
        words = weakest_words(part, report.language, subject)
        if place:
            words = replace(words, title=_("%(subject)s, phần %(part)s", subject=subject, part=place + 1))
        kept = json.dumps([row.as_json() for row in part], sort_keys=True, ensure_ascii=False)
        png = _draw(kept, report.language, words.title, words.description, report.simulated)
        alt = f"{words.title}. {words.description}" + (f" ({_('dữ liệu mô phỏng')})" if report.simulated else "")
        told = _("%(caption)s (phần %(part)s)", caption=caption, part=place + 1) if count > 1 else caption
        found.append(Picture(told, alt, png))
    return found


@functools.lru_cache(maxsize=32)
def _draw(rows: str, language: str, title: str, description: str, simulated: bool) -> bytes:
    """Drawn once for Word and PDF of the same figures."""
    return dot_chart(
        [Row(**row) for row in json.loads(rows)],
        language,
        words=ChartText(title, description),
        width=PIXELS,
        simulated=simulated,
        form="png",
    )
