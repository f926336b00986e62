"""The files that every snapshot has: its figures as CSV and JSON, its charts; made from the content alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from survey_app.i18n import LANGUAGES
from survey_app.publication.waves import rows_of
from survey_app.results.charts import WIDTHS, ChartText, dot_chart, sort_weakest_first
from survey_app.results.estimates import Row
from survey_app.results.tables import NOTE, records_as_csv
from survey_app.results.words import weakest_words

File = tuple[str, str, bytes]
CHARTS = ("yeu-to", "tieu-chi", "huyen")


def make_tables(content: dict[str, Any]) -> Iterator[File]:
    """All figures, for spreadsheets and for programs."""
    simulated = content["survey"]["simulated"]
    records = [row | (NOTE if simulated else {}) for rows in content["figures"].values() for row in rows]
    document = {
        "survey": content["survey"],
        "probability": content["probability"],
        "set_aside": content["set_aside"],
        "rows": records,
    }
    text = records_as_csv(records, simulated=simulated)
    yield "so-lieu.csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf" + text.encode()
    yield "so-lieu.json", "application/json", json.dumps(document, ensure_ascii=False, indent=1).encode()


def make_charts(content: dict[str, Any]) -> Iterator[File]:
    """Every chart in each language and size; the largest is a picture that stands alone."""
    for language in LANGUAGES:
        for name, (rows, words) in describe_charts(content, language).items():
            for width in WIDTHS:
                form, kind = ("png", "image/png") if width == WIDTHS[-1] else ("svg", "image/svg+xml")
                with force_locale(language):
                    data = dot_chart(
                        rows, language, words=words, width=width, simulated=content["survey"]["simulated"], form=form
                    )
                yield f"{name}-{language}-{width}.{form}", kind, data


def count_charts(content: dict[str, Any]) -> int:
    """How many pictures `make_charts` gives."""
    return len(describe_charts(content, "vi")) * len(WIDTHS) * len(LANGUAGES)


def describe_charts(content: dict[str, Any], language: str) -> dict[str, tuple[list[Row], ChartText]]:
    """The rows of each chart, weakest first, and what it says."""
    whole = rows_of(content)
    with force_locale(language):
        subjects = {
            "yeu-to": (_("Các yếu tố"), [row for row in whole if row.kind == "section"]),
            "tieu-chi": (_("Các tiêu chí"), [row for row in whole if row.kind == "item"]),
            "huyen": (_("Các huyện, thành phố"), _first_index(rows_of(content, "district"))),
        }
        found = {}
        for name, (subject, rows) in subjects.items():
            if rows:
                ordered = sort_weakest_first(rows)
                found[name] = (ordered, weakest_words(ordered, language, subject))
    return found


def _first_index(rows: list[Row]) -> list[Row]:
    index = [row for row in rows if row.kind == "index" and row.unit == "share"]
    return [row for row in index if row.of == index[0].of]
