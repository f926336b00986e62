"""The background work that makes the files of an export, and the folder they wait in."""

from __future__ import annotations

import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.errors import NotFound
from survey_app.instruments.queries import instrument_of
from survey_app.jobs.models import Job
from survey_app.jobs.service import Progress, enqueue, find_unfinished, hourly, work_of_kind
from survey_app.publication.data.package import LIST_NAME
from survey_app.publication.data.service import KIND, export_data
from survey_app.publication.data.settings import DataSettings, check_settings
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

KEPT_SECONDS = 14 * 24 * 3600
SHOWN_EXPORTS = 5


def exports_folder() -> Path:
    """Where the files of exports wait to be fetched."""
    folder = Path(current_app.config["INSTANCE"]) / "open-data"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def ask_for_export(session: Session, survey: Survey, settings: DataSettings, *, actor: Actor, return_to: str) -> Job:
    """Ask for the files with these choices; asked twice they are made once."""
    chosen = settings.as_json()
    running = find_unfinished(session, KIND, slug=survey.slug, **chosen)
    if running is not None and running.user_id == actor.user_id:
        return running
    return enqueue(
        session, KIND, title=_("Làm dữ liệu mở và tệp từng phiếu"), actor=actor, return_to=return_to,
        slug=survey.slug, **chosen,
    )  # fmt: skip


@work_of_kind(KIND)
def do_export(session: Session, job: Job, progress: Progress) -> dict[str, Any]:
    """The work: every file in a folder of the job's own; begun again after a crash it is made anew."""
    survey = find_survey(session, job.arguments["slug"])
    instrument = instrument_of(session, survey.questionnaire_id)
    settings = check_settings(instrument, job.arguments["keys"], job.arguments["k"], communes=job.arguments["communes"])
    folder = exports_folder() / str(job.id)
    shutil.rmtree(folder, ignore_errors=True)

    def told(done: int, total: int) -> None:
        progress(done, total)
        session.commit()  # between two files nothing else is open

    with force_locale("vi"):
        made, report = export_data(
            session, survey, folder, settings, actor=Actor(job.user_id, job.actor), progress=told
        )
    return {"files": [asdict(one) for one in made], "report": asdict(report)}


def exports_of(session: Session, survey: Survey) -> list[Job]:
    """The exports whose files still wait, newest first."""
    done = session.scalars(
        select(Job).where(Job.kind == KIND, Job.state == "done").order_by(Job.finished_at.desc()).limit(200)
    )
    found = [
        job for job in done if job.arguments.get("slug") == survey.slug and (exports_folder() / str(job.id)).exists()
    ]
    return found[:SHOWN_EXPORTS]


def find_file(session: Session, survey: Survey, job_id: UUID, name: str) -> Path:
    """A file of an export of this survey.

    Raises
    ------
    NotFound
        There is none of this name, or it was deleted meanwhile.
    """
    job = session.get(Job, job_id)
    if job is not None and job.kind == KIND and job.state == "done" and job.arguments.get("slug") == survey.slug:
        names = [LIST_NAME, *(one["name"] for one in (job.result or {})["files"])]
        path = exports_folder() / str(job.id) / name
        if name in names and path.exists():
            return path
    raise NotFound(_("Tệp này không còn. Xin làm lại dữ liệu."))


@hourly
def discard_old_exports(session: Session) -> None:
    """Delete files nobody needs any more; they hold responses."""
    for folder in exports_folder().iterdir():
        if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
