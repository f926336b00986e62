"""What a snapshot holds: figures, method, questionnaire, draw report, pictures and tables, with their hashes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.collection.queries import count_self_selected, count_undrawn, progress_by_channel, set_aside_count
from survey_app.database import now
from survey_app.i18n import LANGUAGES
from survey_app.instruments.queries import instrument_of
from survey_app.results.charts import WIDTHS, dot_chart, sort_weakest_first
from survey_app.results.choices import describe_choices
from survey_app.results.estimates import Figures, Row, estimate_survey
from survey_app.results.tables import rows_as_csv, rows_as_json
from survey_app.results.weighting.describe import weighting_of
from survey_app.results.words import weakest_words
from survey_app.sampling.queries import find_draw
from survey_app.sampling.report import draw_report
from survey_app.settings import VERSION
from survey_app.surveys.models import Survey

#: Breakdowns that are public when the questionnaire and the territory have them.
PUBLIC_BREAKDOWNS = ("district", "channel", "sex", "age")


@dataclass(frozen=True)
class Snapshot:
    """A snapshot's content and its files, before it is stored."""

    content: dict[str, Any]
    files: dict[str, tuple[str, bytes]]

    @property
    def sha256(self) -> str:
        """The hash of the content in canonical form."""
        text = json.dumps(self.content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def take_snapshot(session: Session, survey: Survey) -> Snapshot:
    """Compute everything a publication shows; nothing is read from the responses afterwards."""
    whole = estimate_survey(session, survey)
    tables = {"": whole} | {
        by: estimate_survey(session, survey, by) for by in PUBLIC_BREAKDOWNS if by in whole.breakdowns
    }
    files = _make_files(survey, tables, set_aside=set_aside_count(session, survey)[0])
    content = {
        "format": 1,
        "survey": _describe_survey(survey),
        "questionnaire": _describe_questionnaire(session, survey),
        "draw": draw_report(survey, find_draw(session, survey)),
        "responses": whole.responses,
        "set_aside": set_aside_count(session, survey)[0],
        "self_selected": count_self_selected(session, survey),
        "undrawn": count_undrawn(session, survey),
        "probability": whole.probability,
        "weighting": weighting_of(session, survey),
        "channels": progress_by_channel(session, survey),
        "fingerprint": whole.fingerprint,
        "figures": {by: [row.as_json() for row in _own_rows(figures)] for by, figures in tables.items()},
        "choices": describe_choices(session, survey),
        "files": {name: hashlib.sha256(data).hexdigest() for name, (_kind, data) in sorted(files.items())},
        "version": VERSION,
        "frozen_at": now().isoformat(timespec="seconds"),
    }
    return Snapshot(json.loads(json.dumps(content)), files)


def _own_rows(figures: Figures) -> list[Row]:
    return [row for row in figures.rows if bool(row.domain) == bool(figures.by)]


def _describe_survey(survey: Survey) -> dict[str, Any]:
    return {
        "slug": survey.slug,
        "title": {"vi": survey.title_vi, "en": survey.title_en},
        "sector": survey.questionnaire.sector,
        "territory": survey.territory.name,
        "territory_code": survey.territory.code,
        "starts_on": survey.starts_on.isoformat(),
        "ends_on": survey.ends_on.isoformat(),
        "target_rate": survey.target_rate,
        "target_operator": survey.target_operator,
        "target_basis": survey.target_basis,
        "confidence_level": survey.confidence_level,
        "cases_per_commune": survey.cases_per_commune,
        "simulated": survey.simulated,
    }


def _describe_questionnaire(session: Session, survey: Survey) -> dict[str, Any]:
    instrument = instrument_of(session, survey.questionnaire_id)
    return {
        "key": instrument.key,
        "version": instrument.version,
        "sha256": instrument.content_hash,
        "content": json.loads(instrument.canonical_json()),
    }


def _make_files(survey: Survey, tables: dict[str, Figures], *, set_aside: int) -> dict[str, tuple[str, bytes]]:
    rows = [row for figures in tables.values() for row in _own_rows(figures)]
    text = rows_as_csv(rows, simulated=survey.simulated)
    document = {
        "survey": _describe_survey(survey),
        "probability": tables[""].probability,
        "set_aside": set_aside,
        "rows": rows_as_json(rows, simulated=survey.simulated),
    }
    files = {
        "so-lieu.csv": ("text/csv; charset=utf-8", b"\xef\xbb\xbf" + text.encode()),
        "so-lieu.json": ("application/json", json.dumps(document, ensure_ascii=False, indent=1).encode()),
    }
    for language in LANGUAGES:
        with force_locale(language):
            files |= _draw_charts(survey, tables, language)
    return files


def _draw_charts(survey: Survey, tables: dict[str, Figures], language: str) -> dict[str, tuple[str, bytes]]:
    whole = _own_rows(tables[""])
    charts = {
        "yeu-to": (_("Các yếu tố"), [row for row in whole if row.kind == "section"]),
        "tieu-chi": (_("Các tiêu chí"), [row for row in whole if row.kind == "item"]),
    }
    if "district" in tables:
        index = [row for row in _own_rows(tables["district"]) if row.kind == "index" and row.unit == "share"]
        first = index[0].of if index else None
        charts["huyen"] = (_("Các huyện, thành phố"), [row for row in index if row.of == first])
    files: dict[str, tuple[str, bytes]] = {}
    for name, (subject, rows) in charts.items():
        ordered = sort_weakest_first(rows)
        words = weakest_words(ordered, language, subject)
        for width in WIDTHS:
            form, kind = ("png", "image/png") if width == WIDTHS[-1] else ("svg", "image/svg+xml")
            data = dot_chart(ordered, language, words=words, width=width, simulated=survey.simulated, form=form)
            files[f"{name}-{language}-{width}.{form}"] = (kind, data)
    return files
