"""Charts of a page, drawn once for the same figures: drawing takes a tenth of a second each."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from survey_app.results.charts import ChartText, dot_chart, sort_weakest_first
from survey_app.results.estimates import Row
from survey_app.results.words import weakest_words

PAGE_WIDTHS = (360, 720)
KEPT_PICTURES = 200


@dataclass(frozen=True)
class Picture:
    """The same chart for narrow and wide screens, and what it says in words."""

    narrow: Markup
    wide: Markup
    words: ChartText


_kept: dict[tuple[object, ...], Picture] = {}


def draw_for_page(
    rows: list[Row], subject: str, *, language: str, simulated: bool, key: tuple[object, ...]
) -> Picture | None:
    """The chart of the rows, weakest first; ``key`` names the figures they come from. None without rows."""
    if not rows:
        return None
    key = (*key, subject, language, simulated)
    if key not in _kept:
        while len(_kept) >= KEPT_PICTURES:
            _kept.pop(next(iter(_kept)))
        ordered = sort_weakest_first(rows)
        words = weakest_words(ordered, language, subject[:1].upper() + subject[1:])
        narrow, wide = (
            Markup(dot_chart(ordered, language, words=words, width=width, simulated=simulated).decode())  # noqa: S704  drawn and escaped by us
            for width in PAGE_WIDTHS
        )
        _kept[key] = Picture(narrow, wide, words)
    return _kept[key]
