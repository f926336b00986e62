"""A snapshot with all its files and a full report, of Kiên Giang with 4,000 responses, beside the figures alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bench.results.workspace import forget_figures
from bench.results.world import Instance, full_instance
from bench.timing import report
from survey_app.audit.models import SYSTEM
from survey_app.database import db
from survey_app.publication.documents.service import make_document
from survey_app.publication.public_choice import PublicChoice
from survey_app.publication.snapshot import Snapshot, take_snapshot
from survey_app.results.estimates import estimate_survey
from survey_app.results.kept import forget_kept
from survey_app.surveys.queries import find_survey

RESPONSES = 4_000
BREAKDOWNS = ("district", "channel", "sex", "age", "ethnicity", "education", "occupation", "field")
SNAPSHOT_SECONDS, REPORT_SECONDS = 10.0, 20.0


def run() -> None:
    """Print seconds; nothing is kept from one to the next."""
    with full_instance("sqlite", RESPONSES) as instance, instance.app.app_context():
        survey = find_survey(db.session, instance.slug)
        breakdowns = tuple(by for by in BREAKDOWNS if by in estimate_survey(db.session, survey).breakdowns)
        figures, _rows = _timed(instance, lambda: [estimate_survey(db.session, survey, by) for by in ("", *breakdowns)])
        seconds, made = _timed(instance, lambda: take_snapshot(db.session, survey, PublicChoice(breakdowns=breakdowns)))
        report(
            f"a snapshot of {_tables(made)} tables and {len(made.files)} files",
            f"{seconds:.1f} s, the figures alone {figures:.1f} s",
            f"{SNAPSHOT_SECONDS:.0f} s for 30 tables",
            met=seconds < SNAPSHOT_SECONDS,
        )
        for form in ("docx", "pdf"):
            seconds, document = _timed(
                instance,
                lambda form=form: make_document(
                    db.session, survey, kind="report", form=form, language="vi", number=None, actor=SYSTEM
                ),
            )
            report(
                f"the full report as {form}, {document.size / 1000:.0f} kB",
                f"{seconds:.1f} s",
                f"{REPORT_SECONDS:.0f} s",
                met=seconds < REPORT_SECONDS,
            )
            db.session.commit()


def _timed(instance: Instance, work: Callable[[], Any]) -> tuple[float, Any]:
    forget_kept()
    forget_figures(instance)
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


def _tables(made: Snapshot) -> int:
    """Tables that the public page shows: indices, factors, criteria, one a breakdown, one a question about people."""
    kinds = {row["kind"] for row in made.content["figures"][""]}
    return len(kinds) + len(made.content["figures"]) - 1 + len(made.content["choices"])


if __name__ == "__main__":
    run()
