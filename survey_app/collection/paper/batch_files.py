"""The PDF of a batch: made by a background job, kept beside the database, made again when it is gone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.collection.names import names_at
from survey_app.collection.paper.issuing import series_of
from survey_app.collection.paper.models import PaperBatch
from survey_app.collection.paper.printing import Progress, lay_out, print_forms
from survey_app.database import by_number
from survey_app.errors import NotFound
from survey_app.instruments.queries import instrument_of
from survey_app.jobs.models import Job
from survey_app.jobs.service import enqueue, find_unfinished, work_of_kind

KIND = "paper-print"


def print_batch(session: Session, batch: PaperBatch, *, progress: Progress | None = None) -> bytes:
    """The PDF of a batch; where its boxes stand is kept with it. It ends the present transaction, for it takes long."""
    series = series_of(session, batch.survey)
    instrument = instrument_of(session, batch.survey.questionnaire_id)
    names = names_at(batch.unit)
    session.commit()
    with force_locale(batch.language):
        sheet = lay_out(
            instrument, names, language=batch.language, place=batch.unit.name, large=batch.large, survey=batch.survey
        )
        pdf = print_forms(sheet, series=series, numbers=range(batch.first, batch.last + 1), progress=progress)
    batch.layout = sheet.layout
    session.commit()
    return pdf


def file_of(batch: PaperBatch) -> Path:
    """Where the PDF of a batch is kept; nobody's data is in it."""
    folder = Path(current_app.config["INSTANCE"]) / "paper"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{batch.id}.pdf"


def ask_for_print(session: Session, batch: PaperBatch, *, actor: Actor, return_to: str) -> Job:
    """Ask for the PDF of a batch; asked twice it is made once."""
    return find_unfinished(session, KIND, batch=batch.id) or enqueue(
        session, KIND, title=_("In lô phiếu số %(number)s", number=batch.id), actor=actor, return_to=return_to,
        batch=batch.id,
    )  # fmt: skip


@work_of_kind(KIND)
def do_print(session: Session, job: Job, progress: Progress) -> dict[str, Any]:
    """The work: set, print, and put in its place whole."""
    batch = by_number(session, PaperBatch, int(job.arguments["batch"]))
    if batch is None:
        raise NotFound(_("Lô phiếu này không còn."))

    def told(done: int, total: int) -> None:
        progress(done, total)
        session.commit()  # between two sides nothing else is open

    pdf = print_batch(session, batch, progress=told)
    path = file_of(batch)
    made = path.with_suffix(f".{os.getpid()}.tmp")
    made.write_bytes(pdf)
    made.replace(path)
    return {"batch": batch.id, "bytes": len(pdf)}
