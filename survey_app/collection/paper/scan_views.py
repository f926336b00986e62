"""Sending scanned forms in: the files are kept for a moment, a job reads them, its page tells what came of each."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.models import User
from survey_app.accounts.roles import KEY_PAPER
from survey_app.audit.models import Actor
from survey_app.characters import cleaned
from survey_app.collection.paper.batch_views import BASE
from survey_app.collection.paper.forms import ScanForm
from survey_app.collection.paper.scanning.pages import can_scan
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.i18n import language
from survey_app.jobs.models import Job
from survey_app.jobs.service import Progress, enqueue, finished_job, hourly, work_of_kind
from survey_app.sampling.work.area import area_of
from survey_app.sampling.work.forms import check_token
from survey_app.security import MAXIMUM_UPLOAD_BYTES
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.queries import find_survey

blueprint = Blueprint("paper_scan", __name__)
KIND = "paper-scan"
KEPT_SECONDS = 24 * 3600
#: Bytes of a file's own name that are kept, of the 255 that a name on disk may have.
LONGEST_NAME = 200


@blueprint.before_request
def _allow_large_files() -> None:
    request.max_content_length = MAXIMUM_UPLOAD_BYTES


@blueprint.route(f"{BASE}/quet", methods=["GET", "POST"])
@requires(KEY_PAPER)
def scan(slug: str) -> ResponseReturnValue:
    """Choose the files of a scanner; reading them is a job whose page shows the report."""
    survey = open_survey(slug, KEY_PAPER)
    if not can_scan():
        raise NotFound(_("Máy chủ này chưa cài phần đọc phiếu quét. Xin báo quản trị, hoặc nhập phiếu bằng tay."))
    form = ScanForm()
    status = 200
    if request.method == "POST":
        try:
            check_token(form)
            folder = _keep([file for file in request.files.getlist("files") if file.filename])
            job = enqueue(
                db.session, KIND, actor=acting(), slug=slug, folder=folder, language=language(),
                title=_("Đọc phiếu quét"), return_to=url_for("paper_scan.scan", slug=slug, viec=""),
            )  # fmt: skip
            db.session.commit()
            return redirect(url_for("jobs.job", job_id=job.id))
        except UserError as error:
            db.session.rollback()
            flash(error.message, "error")
            status = error.status
    done = finished_job(db.session, KIND, request.args.get("viec", ""), slug=slug)
    report = done.result if done else None
    return render_template("paper/scan.html", form=form, report=report, **frame(survey, "fieldwork")), status


def _folder_of(name: str) -> Path:
    return Path(current_app.config["INSTANCE"]) / "uploads" / "scans" / str(UUID(name))


def _keep(files: list[FileStorage]) -> str:
    if not files:
        raise UserError(_("Xin chọn ít nhất một tệp ảnh hoặc PDF của phiếu đã quét."))
    name = str(uuid4())
    folder = _folder_of(name)
    folder.mkdir(mode=0o700, parents=True)
    for number, file in enumerate(files, 1):
        own = Path(cleaned(file.filename or "")).name.encode()[-LONGEST_NAME:].decode(errors="ignore")
        file.save(folder / f"{number:05d} {own}")
    return name


def _files(folder: Path, progress: Progress) -> Iterator[tuple[str, bytes]]:
    paths = sorted(folder.iterdir())
    for number, path in enumerate(paths, 1):
        yield path.name.partition(" ")[2] or path.name, path.read_bytes()
        progress(number, len(paths))


@work_of_kind(KIND)
def do_scan(session: Session, job: Job, progress: Progress) -> dict[str, Any]:
    """The work: the verb of `paper scan`, in the name of who sent the files; they go when it is done."""
    from survey_app.collection.paper.scanning.service import scan_forms

    folder = _folder_of(job.arguments["folder"])
    with force_locale(job.arguments.get("language", "vi")):
        if not folder.exists():
            raise UserError(_("Các tệp quét đã được đọc hoặc đã bị xóa. Xin gửi lại."))
        survey = find_survey(session, job.arguments["slug"])
        area = area_of(session.get_one(User, job.user_id), survey, KEY_PAPER)
        report = scan_forms(session, area, _files(folder, progress), actor=Actor(job.user_id, job.actor))
    session.commit()
    shutil.rmtree(folder, ignore_errors=True)
    return {"read": report.read, "refused": report.refused}


@hourly
def discard_old_scans(session: Session) -> None:
    """Delete scans that no job read; they hold answers."""
    folder = Path(current_app.config["INSTANCE"]) / "uploads" / "scans"
    for path in folder.glob("*") if folder.exists() else ():
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
