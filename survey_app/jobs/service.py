"""Asking for work, and doing it: each job is claimed by one worker, and taken up again if that worker dies."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from flask_babel import gettext as _
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.database import now
from survey_app.errors import UserError
from survey_app.jobs.models import Job

log = structlog.get_logger(__name__)

SILENT_FOR = timedelta(seconds=60)
MAXIMUM_ATTEMPTS = 3
HEARTBEAT_SECONDS = 1.0

Progress = Callable[[int, int], None]
Work = Callable[[Session, Job, Progress], dict[str, Any]]
KINDS: dict[str, Work] = {}
Chore = Callable[[Session], object]
CHORES: list[Chore] = []


def hourly(function: Chore) -> Chore:
    """Register a chore that the worker does when it starts and every hour after."""
    CHORES.append(function)
    return function


def work_of_kind(kind: str) -> Callable[[Work], Work]:
    """Register a function as the work of a kind of job; it must bear being run again after a crash."""

    def register(function: Work) -> Work:
        KINDS[kind] = function
        return function

    return register


def enqueue(session: Session, kind: str, *, title: str, actor: Actor, return_to: str, **arguments: Any) -> Job:
    """Ask for work of a registered kind; it starts once the present transaction is committed."""
    if kind not in KINDS:
        raise LookupError(f"no work is registered for jobs of kind {kind!r}")
    job = Job(
        kind=kind,
        title=title,
        arguments=arguments,
        user_id=actor.user_id,
        actor=actor.label,
        return_to=return_to,
    )
    session.add(job)
    session.flush()
    return job


def find_unfinished(session: Session, kind: str, **arguments: Any) -> Job | None:
    """The job of a kind with these arguments that waits or runs, so that a second click adds no second one."""
    waiting = session.scalars(
        select(Job).where(Job.kind == kind, Job.state.in_(("queued", "running"))).order_by(Job.created_at)
    )
    return next((job for job in waiting if arguments.items() <= job.arguments.items()), None)


def finished_job(session: Session, kind: str, number: str, **arguments: Any) -> Job | None:
    """The job of a kind with these arguments that has this number and is done; None for any other text."""
    try:
        job = session.get(Job, UUID(number))
    except ValueError:
        return None
    fits = job is not None and job.kind == kind and job.state == "done" and arguments.items() <= job.arguments.items()
    return job if fits else None


def claim_next(session: Session) -> Job | None:
    """Take the oldest waiting job, or one whose worker has been silent for a minute; committed at once."""
    waiting = or_(Job.state == "queued", (Job.state == "running") & (Job.heartbeat_at < now() - SILENT_FOR))
    job = session.scalar(select(Job).where(waiting).order_by(Job.created_at).limit(1).with_for_update(skip_locked=True))
    if job is not None:
        job.state, job.heartbeat_at, job.attempts = "running", now(), job.attempts + 1
    session.commit()
    return job


def perform(session: Session, job: Job) -> None:
    """Do a claimed job; a person's mistake is told in words, an unexpected error by a reference number."""
    try:
        if job.attempts > MAXIMUM_ATTEMPTS:
            raise UserError(_("Việc này đã dừng giữa chừng %(count)s lần. Xin báo quản trị.", count=MAXIMUM_ATTEMPTS))
        result = KINDS[job.kind](session, job, _progress_of(session, job.id))
        _finish(session, job.id, state="done", result=result)
    except UserError as error:
        session.rollback()
        _finish(session, job.id, state="failed", problem=error.message)
    except Exception:
        session.rollback()
        reference = secrets.token_hex(4)
        log.exception("job failed", job=str(job.id), kind=job.kind, reference=reference)
        problem = _("Có lỗi ngoài dự kiến. Xin báo quản trị số tham chiếu %(reference)s.", reference=reference)
        _finish(session, job.id, state="failed", problem=problem)


def _progress_of(session: Session, job_id: UUID) -> Progress:
    """Progress is written at most once a second, in the work's own transactions' gaps: the work commits it."""
    last = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= HEARTBEAT_SECONDS or done == total:
            last = time.monotonic()
            session.execute(update(Job).where(Job.id == job_id).values(progress=done, total=total, heartbeat_at=now()))

    return progress


def _finish(session: Session, job_id: UUID, **values: Any) -> None:
    session.execute(update(Job).where(Job.id == job_id).values(finished_at=now(), **values))
    session.commit()
