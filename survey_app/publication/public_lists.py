"""The list of what is published, and the years of a series side by side."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from survey_app.accounts.roles import SECTORS
from survey_app.i18n import LANGUAGES, decimal, language, percent
from survey_app.publication.models import Publication
from survey_app.publication.queries import Version
from survey_app.publication.snapshot_format import read_content
from survey_app.publication.waves import Difference, comparable, differences, rows_of
from survey_app.results.charts import ChartText, dot_chart
from survey_app.results.estimates import Row
from survey_app.results.words import rate_words

MOST_WAVES = 6
PLACES = {"narrow": 360, "wide": 720}
Series = tuple[str, str]


@dataclass(frozen=True)
class Listing:
    """The public versions, and what of them is asked for: ``nam, linh-vuc, dia-ban``."""

    versions: list[Version]
    wanted: dict[str, str]

    @property
    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What each filter offers: the values that occur, with their names."""
        summaries = [one.summary for one in self.versions]
        return {
            "nam": [(year, year) for year in sorted({_year(one) for one in summaries}, reverse=True)],
            "linh-vuc": [
                (key, str(title)) for key, title in SECTORS.items() if key in {s["sector"] for s in summaries}
            ],
            "dia-ban": sorted({(s["territory_code"], s["territory"]) for s in summaries}, key=lambda pair: pair[1]),
        }

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set to a value that occurs."""
        return {name: self.wanted[name] for name, options in self.choices.items() if self.wanted[name] in dict(options)}

    @property
    def shown(self) -> list[Version]:
        """The versions that pass."""
        chosen = self.chosen
        return [one for one in self.versions if chosen.items() <= _filters(one.summary).items()]


def list_releases(listing: Listing) -> str:
    """The page of the list."""
    shown = listing.shown
    return render_template(
        "public/results.html",
        listing=listing,
        versions=shown,
        rows={one.id: Row(**one.summary["index"]) if one.summary["index"] else None for one in shown},
        series=[
            (series, waves[-1].summary, len(waves))
            for series, waves in find_series(listing.versions).items()
            if len(waves) > 1
        ],
        simulated=any(one.summary["simulated"] for one in shown),
        **_head("public_results.results", _("Kết quả khảo sát mức độ hài lòng đã công bố")),
    )


def find_series(versions: list[Version]) -> dict[Series, list[Version]]:
    """The waves of each series, the earliest first."""
    found: dict[Series, list[Version]] = defaultdict(list)
    for one in sorted(versions, key=lambda one: (one.summary["ends_on"], one.id)):
        found[one.summary["questionnaire"], one.summary["territory_code"]].append(one)
    return found


@dataclass(frozen=True)
class Line:
    """One measure through the years; ``gap`` is the last year against the one before."""

    row: Row
    waves: list[Row | None]
    gap: Difference | None
    level: str


def compare_page(session: Session, versions: list[Version], questionnaire: str, territory: str) -> str:
    """The page of a series, or the series there are."""
    found = find_series(versions)
    waves = found.get((questionnaire, territory), [])[-MOST_WAVES:]
    others = [(series, of[-1].summary, len(of)) for series, of in found.items() if len(of) > 1]
    if len(waves) < 2:
        return render_template(
            "public/comparison.html",
            waves=[],
            others=others,
            answer=_("So sánh các năm"),
            simulated=False,
            **_head("public_results.compare", _("So sánh kết quả khảo sát qua các năm")),
        )
    contents = []
    for one in waves:
        publication = session.get(Publication, one.id)
        assert publication is not None
        contents.append(read_content(publication.snapshot))
    labels = _labels(waves)
    lines = compare_lines(contents)
    first = next((line for line in lines if line.row.kind == "index"), None)
    answer = _sentence(first, labels) if first else _("So sánh các năm")
    return render_template(
        "public/comparison.html",
        waves=waves,
        labels=labels,
        lines=lines,
        answer=answer,
        summary=waves[-1].summary,
        gap_words=gap_words,
        chart=_draw(first, labels, simulated=any(one.summary["simulated"] for one in waves)) if first else None,
        others=[other for other in others if other[0] != (questionnaire, territory)],
        simulated=any(one.summary["simulated"] for one in waves),
        **_head("public_results.compare", answer, bo=questionnaire, **{"dia-ban": territory}),
    )


def compare_lines(contents: list[dict[str, Any]]) -> list[Line]:
    """Every measure of the last wave with what earlier waves measured in the same way."""
    last = contents[-1]
    levels = [comparable(content, last) for content in contents[:-1]]
    tables = [{row.of: row for row in rows_of(content)} for content in contents]
    found: list[tuple[Row, list[Row | None], str]] = []
    pairs = []
    for row in rows_of(last):
        waves: list[Row | None] = [
            table.get(row.of) if row.of in level else None for table, level in zip(tables, levels, strict=False)
        ]
        before = next((wave for wave in reversed(waves) if wave is not None), None)
        if before is None:
            continue
        care = any(level.get(row.of) == "with_care" for level, wave in zip(levels, waves, strict=True) if wave)
        pairs.append((before, row))
        found.append((row, [*waves, row], "with_care" if care else "comparable"))
    gaps = differences(pairs, level=last["survey"]["confidence_level"])
    lines = [Line(row, waves, gap, level) for (row, waves, level), gap in zip(found, gaps, strict=True)]
    order = {"index": 0, "section": 1, "item": 2}
    return sorted(lines, key=lambda line: order.get(line.row.kind, 3))


def _labels(waves: list[Version]) -> list[str]:
    years = [_year(one.summary) for one in waves]
    return [
        year if years.count(year) == 1 else f"{one.summary['ends_on'][5:7]}/{year}"
        for year, one in zip(years, waves, strict=True)
    ]


def gap_words(gap: Difference | None) -> str:
    """A difference in percentage points with its interval: +2,1 (0,3–3,9)."""
    if gap is None:
        return "–"
    sign = "+" if gap.estimate > 0 else "−" if gap.estimate < 0 else ""
    text = f"{sign}{decimal(abs(gap.estimate) * 100)}"
    if gap.low is None or gap.high is None:
        return text
    low, high = (f"{'−' if end < 0 else ''}{decimal(abs(end) * 100)}" for end in (gap.low, gap.high))
    return _("%(gap)s (từ %(low)s đến %(high)s)", gap=text, low=low, high=high)


def _sentence(line: Line, labels: list[str]) -> str:
    before, label = next(
        (wave, label) for wave, label in zip(reversed(line.waves[:-1]), reversed(labels[:-1]), strict=True) if wave
    )
    facts = {
        "before": label,
        "now": labels[-1],
        "then_rate": percent(before.estimate),
        "rate": percent(line.row.estimate),
    }
    if line.gap is None or line.gap.verdict is None:
        return _("Tỷ lệ hài lòng: %(before)s là %(then_rate)s, %(now)s là %(rate)s.", **facts)
    facts["gap"] = decimal(abs(line.gap.estimate) * 100)
    if line.gap.verdict == "up":
        return _("Từ %(before)s đến %(now)s, tỷ lệ hài lòng tăng %(gap)s điểm phần trăm, lên %(rate)s.", **facts)
    if line.gap.verdict == "down":
        return _("Từ %(before)s đến %(now)s, tỷ lệ hài lòng giảm %(gap)s điểm phần trăm, còn %(rate)s.", **facts)
    return _(
        "Từ %(before)s (%(then_rate)s) đến %(now)s (%(rate)s), chưa đủ bằng chứng để nói tỷ lệ hài lòng tăng hay giảm.",
        **facts,
    )


def _draw(line: Line, labels: list[str], *, simulated: bool) -> dict[str, Markup]:
    """The index of each year, the earliest first."""
    rows = []
    for wave, label in zip(line.waves, labels, strict=True):
        if wave is not None and wave.unit == "share":
            rows.append(replace(wave, domain={"year": label}, domain_title=dict.fromkeys(LANGUAGES, label)))
    if not rows:
        return {}
    words = ChartText(
        _("%(title)s qua các năm", title=line.row.title[language()]),
        "; ".join(f"{row.domain_title[language()]}: {rate_words(row)}" for row in rows) + ".",
    )
    return {
        place: Markup(dot_chart(rows, language(), words=words, width=width, simulated=simulated).decode())  # noqa: S704  drawn and escaped by us
        for place, width in PLACES.items()
    }


def _head(endpoint: str, description: str, **values: Any) -> dict[str, Any]:
    alternates = {
        code: url_for(endpoint, **values, lang=None if code == "vi" else code, _external=True) for code in LANGUAGES
    }
    return {"description": description, "alternates": alternates, "canonical": alternates[language()], "card": None}


def _year(summary: dict[str, Any]) -> str:
    return str(summary["ends_on"][:4])


def _filters(summary: dict[str, Any]) -> dict[str, str]:
    return {"nam": _year(summary), "linh-vuc": summary["sector"], "dia-ban": summary["territory_code"]}
