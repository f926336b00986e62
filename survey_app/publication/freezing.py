"""Freezing as background work: it may be left and found again."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.errors import Conflict
from survey_app.i18n import language
from survey_app.jobs.models import Job
from survey_app.jobs.service import Progress, enqueue, find_unfinished, work_of_kind
from survey_app.publication.public_choice import PublicChoice
from survey_app.publication.service import check_freezable, freeze_publication
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

KIND = "publication-freeze"


def ask_to_freeze(session: Session, survey: Survey, choice: PublicChoice, reason: str, *, actor: Actor) -> Job:
    """Ask for a snapshot; a second click while one is being made finds the first.

    Raises
    ------
    Conflict, UserError
        What `freeze_publication` would refuse, said at once; or one is being made with another choice or by somebody
        else.
    """
    session.refresh(survey, with_for_update={"of": Survey})
    check_freezable(session, survey, choice, reason)
    if running := find_unfinished(session, KIND, slug=survey.slug):
        asked = PublicChoice.of(running.arguments), running.arguments["reason"], running.user_id
        if asked != (choice, reason, actor.user_id):
            raise Conflict(_("Số liệu đang được chốt theo một lựa chọn khác. Xin chờ xong rồi chốt lại nếu cần."))
        return running
    return enqueue(
        session,
        KIND,
        title=_("Chốt số liệu: %(title)s", title=survey.title)[:300],
        actor=actor,
        return_to=url_for("publication.publication", slug=survey.slug, viec=""),
        slug=survey.slug,
        reason=reason,
        language=language(),
        **choice.as_arguments(),
    )


def freezing_job(session: Session, survey: Survey) -> Job | None:
    """The snapshot of a survey that is being made."""
    return find_unfinished(session, KIND, slug=survey.slug)


@work_of_kind(KIND)
def do_freeze(session: Session, job: Job, progress: Progress) -> dict[str, Any]:
    """Take the snapshot; done again after a crash it makes one version, for nothing was kept of the first try."""
    asked = job.arguments
    with force_locale(asked["language"]):
        made = freeze_publication(
            session,
            find_survey(session, asked["slug"]),
            actor=Actor(job.user_id, job.actor),
            choice=PublicChoice.of(asked),
            reason=asked["reason"],
            progress=progress,
        )
    return {"number": made.number}
