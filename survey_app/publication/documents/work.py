"""Making a document as background work: with progress, and found again by whoever asked."""

from __future__ import annotations

import time
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.jobs.models import Job
from survey_app.jobs.service import Progress, enqueue, find_unfinished, hourly, work_of_kind
from survey_app.publication.documents.models import MadeDocument
from survey_app.publication.documents.queries import documents_folder
from survey_app.publication.documents.service import check_choice, make_document
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

KIND = "document-make"
STRAY_SECONDS = 24 * 3600


def ask_for_document(
    session: Session,
    survey: Survey,
    *,
    kind: str,
    form: str,
    language: str,
    number: int | None,
    actor: Actor,
    back: str,
) -> Job:
    """Ask for a document; asked twice it is made once.

    Raises
    ------
    UserError
        What `service.check_choice` raises.
    """
    check_choice(kind, form, language)
    wanted = {"slug": survey.slug, "document": kind, "form": form, "language": language, "number": number}
    running = find_unfinished(session, KIND, **wanted)
    if running is not None and running.user_id == actor.user_id:
        return running
    return enqueue(
        session,
        KIND,
        title=_("Làm tài liệu của đợt %(title)s", title=survey.title)[:300],
        actor=actor,
        return_to=back,
        **wanted,
    )


@work_of_kind(KIND)
def do_make(session: Session, job: Job, progress: Progress) -> dict[str, Any]:
    """The work; what it makes is kept by the survey's page of documents."""
    wanted = job.arguments

    def told(done: int, total: int) -> None:
        progress(done, total)
        session.commit()

    document = make_document(
        session,
        find_survey(session, wanted["slug"]),
        kind=wanted["document"],
        form=wanted["form"],
        language=wanted["language"],
        number=wanted["number"],
        actor=Actor(job.user_id, job.actor),
        progress=None if wanted["document"] == "responses" else told,
    )
    return {"document": str(document.id), "bytes": document.size, "rows": document.rows, "sha256": document.sha256}


@hourly
def remove_strays(session: Session) -> None:
    """Remove files that no row tells of: their making was cut short."""
    known = {f"{one.id}.{one.form}" for one in session.query(MadeDocument)}
    for path in documents_folder().iterdir():
        if path.is_file() and path.name not in known and time.time() - path.stat().st_mtime > STRAY_SECONDS:
            path.unlink(missing_ok=True)
