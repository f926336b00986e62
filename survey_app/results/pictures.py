"""Charts of a page, drawn once for the same figures and kept: drawing takes a tenth of a second each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from survey_app.results.charts import dot_chart, sort_weakest_first
from survey_app.results.estimates import Row
from survey_app.results.extract import Extract
from survey_app.results.kept import keep
from survey_app.results.pen import ChartText
from survey_app.results.words import weakest_words

PAGE_WIDTHS = (360, 720)


@dataclass(frozen=True)
class Picture:
    """The same chart for narrow and wide screens, and what it says in words."""

    narrow: Markup
    wide: Markup
    words: ChartText


def picture_of(extract: Extract, name: tuple[object, ...], words: ChartText, draw: Callable[[int], bytes]) -> Picture:
    """A chart at the widths of pages, drawn once; ``name`` tells all it depends on beside the extract and its words.

    Parameters
    ----------
    draw : callable
        Gives the SVG of a width.
    """
    key = ("picture", *name, words.title, words.description)
    narrow, wide = keep(extract, key, lambda: [draw(width).decode() for width in PAGE_WIDTHS])
    return Picture(Markup(narrow), Markup(wide), words)  # noqa: S704  drawn and escaped by us


def draw_for_page(
    extract: Extract, rows: list[Row], subject: str, *, language: str, simulated: bool, key: tuple[object, ...]
) -> Picture | None:
    """The dot chart of the rows, weakest first; ``key`` names which rows of the extract they are. None without rows."""
    if not rows:
        return None
    ordered = sort_weakest_first(rows)
    words = weakest_words(ordered, language, subject[:1].upper() + subject[1:])
    return picture_of(
        extract,
        ("dots", *key, subject, language, simulated),
        words,
        lambda width: dot_chart(ordered, language, words=words, width=width, simulated=simulated),
    )


def draw_apart(rows: list[Row], subject: str, *, language: str) -> Picture:
    """The dot chart of rows that no responses stand behind, weakest first, drawn anew each time."""
    ordered = sort_weakest_first(rows)
    words = weakest_words(ordered, language, subject)
    narrow, wide = (
        Markup(dot_chart(ordered, language, words=words, width=width, simulated=False).decode())  # noqa: S704  ours
        for width in PAGE_WIDTHS
    )
    return Picture(narrow, wide, words)
