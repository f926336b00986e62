"""Lists between the office's screen and the job that brings them in: kept for this user alone, and not for long."""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from survey_app.characters import cleaned
from survey_app.jobs.models import Job
from survey_app.jobs.service import hourly

LIFETIME_SECONDS = 24 * 3600
REFUSALS_LIFETIME_SECONDS = 7 * 24 * 3600
_MAXIMUM_NAME = 200


@dataclass(frozen=True)
class Upload:
    """A list that waits: for its columns to be chosen, or for its job."""

    id: UUID
    slug: str
    kind: str
    name: str

    @property
    def path(self) -> Path:
        """The file itself."""
        return _folder() / f"{self.id}.list"

    @property
    def job_id(self) -> UUID | None:
        """The job that was asked to bring it in."""
        try:
            return UUID((_folder() / f"{self.id}.job").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def claim(self, job_id: UUID) -> bool:
        """Name the job that will bring it in; False if another was named before."""
        try:
            with _create(_folder() / f"{self.id}.job") as file:
                file.write(str(job_id).encode())
        except FileExistsError:
            return False
        return True

    def release(self) -> None:
        """Take back the claim of a job that never came to be."""
        (_folder() / f"{self.id}.job").unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete it and all that was noted of it."""
        for ending in ("list", "json", "job"):
            (_folder() / f"{self.id}.{ending}").unlink(missing_ok=True)

    def discard_after_commit(self, session: Session) -> None:
        """Delete it once the present transaction is on disk; a power cut before leaves it for another try."""
        event.listen(session, "after_commit", lambda _session: self.discard(), once=True)


def keep_upload(source: IO[bytes], *, slug: str, kind: str, name: str) -> Upload:
    """Keep a file that was sent, readable by this user alone."""
    shown = " ".join(cleaned(name.replace("\\", "/").rpartition("/")[2]).split())[:_MAXIMUM_NAME]
    upload = Upload(uuid4(), slug, kind, shown or "danh-sach")
    with _create(upload.path) as file:
        shutil.copyfileobj(source, file, 1 << 20)
    with _create(_folder() / f"{upload.id}.json") as file:
        file.write(json.dumps({"slug": slug, "kind": kind, "name": upload.name}).encode())
    return upload


def find_upload(upload_id: UUID, slug: str) -> Upload | None:
    """The list that waits under this id for this survey, if it is still there."""
    try:
        noted = json.loads((_folder() / f"{upload_id}.json").read_text())
    except (FileNotFoundError, ValueError):
        return None
    upload = Upload(upload_id, noted["slug"], noted["kind"], noted["name"])
    return upload if upload.slug == slug and upload.path.exists() else None


def refusals_path(job_id: UUID) -> Path:
    """Where a job leaves the rows that it refused, as CSV."""
    return _folder() / f"{job_id}.refused.csv"


def create_refusals(job_id: UUID) -> IO[bytes]:
    """A fresh file for the refused rows of a job."""
    refusals_path(job_id).unlink(missing_ok=True)
    return _create(refusals_path(job_id))


@hourly
def discard_stale_uploads(session: Session) -> None:
    """Delete lists whose job has ended, or that nobody brought in for a day; they hold names and telephones."""
    for noted in _folder().glob("*.json"):
        upload = Upload(UUID(noted.stem), "", "", "")
        job = session.get(Job, upload.job_id) if upload.job_id else None
        if (job is not None and job.state in ("done", "failed")) or (job is None and _is_old(noted, LIFETIME_SECONDS)):
            upload.discard()
    for path in _folder().glob("*.list"):
        if not path.with_suffix(".json").exists() and _is_old(path, LIFETIME_SECONDS):
            path.unlink(missing_ok=True)
    for path in _folder().glob("*.refused.csv"):
        if _is_old(path, REFUSALS_LIFETIME_SECONDS):
            path.unlink(missing_ok=True)


def _is_old(path: Path, seconds: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime > seconds
    except FileNotFoundError:
        return False


def _folder() -> Path:
    folder = Path(current_app.config["INSTANCE"]) / "uploads" / "frame"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _create(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
