"""What a snapshot holds: figures, texts, charts, method, questionnaire, draw report, and the hashes of all of it.

The keys of the content are described in docs/snapshot.md.
"""

from __future__ import annotations

import hashlib
import json
import platform
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey_app.collection.queries import count_self_selected, count_undrawn, progress_by_channel, set_aside_count
from survey_app.database import now
from survey_app.i18n import LANGUAGES
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.publication import review_facts
from survey_app.publication.attachments import ATTACHMENTS, Attachment, Content, bytes_of
from survey_app.publication.card import make_cards
from survey_app.publication.figure_files import count_charts, make_charts, make_tables
from survey_app.publication.public_choice import PublicChoice
from survey_app.publication.snapshot_format import FORMAT, KINDS, breakdown_titles, hash_of
from survey_app.publication.texts import write_texts
from survey_app.results.choices import describe_choices
from survey_app.results.estimates import Figures, Row, estimate_survey
from survey_app.results.weighting.describe import weighting_of
from survey_app.sampling.queries import find_draw
from survey_app.sampling.report import draw_report
from survey_app.settings import VERSION
from survey_app.surveys.models import Survey

Progress = Callable[[int, int], None]
Files = dict[str, tuple[str, bytes]]


@dataclass(frozen=True)
class Snapshot:
    """A snapshot's content and its files, before it is stored."""

    content: Content
    files: Files

    @property
    def sha256(self) -> str:
        """The hash of the content in canonical form."""
        return hash_of(self.content)


@dataclass(frozen=True)
class Computed:
    """The content of a snapshot, and the files that were read with it; the others are made from the content."""

    content: Content
    files: Files
    wanted: list[Attachment]


def take_snapshot(session: Session, survey: Survey, choice: PublicChoice | None = None) -> Snapshot:
    """Compute everything a publication shows; nothing is read from the responses afterwards."""
    return finish_snapshot(compute_content(session, survey, choice or PublicChoice()))


def compute_content(session: Session, survey: Survey, choice: PublicChoice) -> Computed:
    """All that is read from the database; what is not chosen is not in it.

    Raises
    ------
    UserError
        A section, breakdown or file was chosen that does not exist.
    """
    instrument = instrument_of(session, survey.questionnaire_id)
    choice.check(instrument)
    whole = estimate_survey(session, survey)
    tables = {"": whole} | {
        by: estimate_survey(session, survey, by) for by in choice.breakdowns_among(whole.breakdowns)
    }
    draw = draw_report(survey, find_draw(session, survey))
    coverage = review_facts.coverage(session, survey, draw, probability=whole.probability)
    wanted = [
        one
        for one in ATTACHMENTS
        if (choice.files is None or one.name in choice.files) and (whole.probability or not one.only_drawn)
    ]
    content: Content = {
        "format": FORMAT,
        "survey": _describe_survey(survey),
        "public": {
            "sections": sorted(choice.sections),
            "breakdowns": [by for by in tables if by],
            "files": [one.name for one in wanted],
            "open_text": False,
        },
        "questionnaire": _describe_questionnaire(instrument),
        "draw": draw,
        "responses": whole.responses,
        "set_aside": set_aside_count(session, survey)[0],
        "self_selected": count_self_selected(session, survey),
        "undrawn": count_undrawn(session, survey),
        "probability": whole.probability,
        "weighting": weighting_of(session, survey),
        "channels": progress_by_channel(session, survey),
        "fingerprint": whole.fingerprint,
        "figures": {by: [row.as_json() for row in _own_rows(figures, choice)] for by, figures in tables.items()},
        "breakdowns": {by: breakdown_titles(instrument, by) for by in tables if by},
        "choices": describe_choices(session, survey) if "choices" in choice.sections else [],
        "review": {
            "coverage": coverage,
            "response_rate": review_facts.response_rate(session, survey, coverage),
            "quality": review_facts.quality(session, survey),
            "withheld": review_facts.withheld(tables),
        },
        "code": {"version": VERSION, "python": platform.python_version()},
        "version": VERSION,
        "frozen_at": now().isoformat(timespec="seconds"),
    }
    content = json.loads(json.dumps(content))
    content["review"]["comparison"] = review_facts.comparison(session, survey, content)
    content["texts"] = {language: write_texts(content, language) for language in LANGUAGES}
    content["content_sha256"] = hash_of(content)
    files: Files = {}
    for one in wanted:
        if one.reader is not None:
            with tempfile.TemporaryDirectory() as folder:
                made = one.reader(session, survey, content, Path(folder))
                files[one.name] = (one.media_type, bytes_of(made))
    return Computed(content, files, wanted)


def finish_snapshot(computed: Computed, progress: Progress | None = None) -> Snapshot:
    """Make the files from the content, and put the hashes of all into it."""
    content = computed.content
    makers = [one for one in computed.wanted if one.maker is not None]
    total = 2 + count_charts(content) + len(LANGUAGES) + len(makers)
    files = dict(computed.files)
    for done, (name, kind, data) in enumerate(_make_files(content, makers), start=1):
        files[name] = (kind, data)
        if progress is not None:
            progress(done, total)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, (_kind, data) in sorted(files.items())}
    return Snapshot(content | {"files": hashes}, files)


def _make_files(content: Content, makers: list[Attachment]) -> Iterator[tuple[str, str, bytes]]:
    yield from make_tables(content)
    yield from make_charts(content)
    yield from make_cards(content)
    for one in makers:
        assert one.maker is not None
        with tempfile.TemporaryDirectory() as folder:
            yield one.name, one.media_type, bytes_of(one.maker(content, Path(folder)))


def _own_rows(figures: Figures, choice: PublicChoice) -> list[Row]:
    """The rows of the whole, or of the parts, that were chosen; indices always are."""
    left_out = {kind for kind, section in KINDS.items() if section not in choice.sections}
    return [row for row in figures.rows if bool(row.domain) == bool(figures.by) and row.kind not in left_out]


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


def _describe_questionnaire(instrument: Instrument) -> dict[str, Any]:
    return {
        "key": instrument.key,
        "version": instrument.version,
        "sha256": instrument.content_hash,
        "content": json.loads(instrument.canonical_json()),
    }
