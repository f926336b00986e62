"""Bringing in a CSV file from the office: rehearsed first, then for real, as background work with progress."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import IMPORT_RESPONSES
from survey_app.audit.models import Actor
from survey_app.collection.file_import import FIXED_COLUMNS, import_responses
from survey_app.collection.forms import ImportForm
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.i18n import language
from survey_app.instruments.queries import instrument_of
from survey_app.jobs.models import Job
from survey_app.jobs.service import Progress, enqueue, find_unfinished, finished_job, hourly, work_of_kind
from survey_app.security import MAXIMUM_UPLOAD_BYTES
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.queries import find_survey

blueprint = Blueprint("response_import", __name__)
KIND = "response-import"
UPLOAD_LIFETIME_SECONDS = 7 * 24 * 3600


@blueprint.before_request
def _allow_large_files() -> None:
    request.max_content_length = MAXIMUM_UPLOAD_BYTES


@blueprint.route("/quan-ly/dot/<slug>/nhap-phieu", methods=["GET", "POST"])
@requires(IMPORT_RESPONSES)
def import_file(slug: str) -> ResponseReturnValue:
    """Choose a file; checking and keeping it is a job whose page shows the report."""
    survey = open_survey(slug, IMPORT_RESPONSES)
    form = ImportForm()
    if form.validate_on_submit():
        upload = _named_upload(request.args.get("tep")) or _keep_upload(form)
        if upload is not None:
            dry_run = not form.keep.data
            job = find_unfinished(db.session, KIND, slug=slug, file=upload.name, dry_run=dry_run) or enqueue(
                db.session,
                KIND,
                actor=acting(),
                slug=slug,
                file=upload.name,
                dry_run=dry_run,
                language=language(),
                title=_("Kiểm tra tệp phiếu") if dry_run else _("Nhập phiếu từ tệp"),
                return_to=url_for("response_import.import_file", slug=slug, viec=""),
            )
            db.session.commit()
            return redirect(url_for("jobs.job", job_id=job.id))
        flash(_("Xin chọn một tệp CSV."), "error")
    elif request.method == "POST":
        flash(_("Trang đã mở quá lâu. Xin chọn lại tệp rồi bấm nút lần nữa."), "error")
    instrument = instrument_of(db.session, survey.questionnaire_id)
    columns = [*FIXED_COLUMNS, *(item.key for item in instrument.questions())]
    page = render_template(
        "office/import.html",
        form=form,
        columns=columns,
        job=finished_job(db.session, KIND, request.args.get("viec", ""), slug=slug),
        **frame(survey, "fieldwork"),
    )
    return page, 400 if request.method == "POST" else 200


def _uploads() -> Path:
    folder = Path(current_app.config["INSTANCE"]) / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _keep_upload(form: ImportForm) -> Path | None:
    upload = form.file.data
    if not upload or not upload.filename:
        return None
    path = _uploads() / f"{uuid4()}.csv"
    upload.save(path)
    return path


def _named_upload(name: str | None) -> Path | None:
    """A file that was rehearsed already; named by its id alone, so no path can be smuggled in."""
    if not name:
        return None
    try:
        path = _uploads() / f"{UUID(name)}.csv"
    except ValueError:
        abort(404)
    return path if path.exists() else None


@hourly
def discard_old_uploads(session: Session) -> None:
    """Delete files that were rehearsed and never brought in; they hold answers."""
    for path in _uploads().glob("*.csv"):
        if time.time() - path.stat().st_mtime > UPLOAD_LIFETIME_SECONDS:
            path.unlink(missing_ok=True)


@work_of_kind(KIND)
def do_import(session: Session, job: Job, progress: Progress) -> dict[str, Any]:
    """The work: through the same door as every other channel; its report is in the language of who asked."""
    with force_locale(job.arguments.get("language", "vi")):
        return _import_kept_file(session, job, progress)


def _import_kept_file(session: Session, job: Job, progress: Progress) -> dict[str, Any]:
    survey = find_survey(session, job.arguments["slug"])
    path = _uploads() / job.arguments["file"]
    if not path.exists():
        raise UserError(_("Tệp đã được nhập hoặc đã bị xóa. Xin gửi lại tệp."))
    with path.open("rb") as counted:
        total = sum(1 for _line in counted)
    with path.open("rb") as file:
        report = import_responses(
            session,
            survey,
            file,
            actor=Actor(job.user_id, job.actor),
            dry_run=job.arguments["dry_run"],
            progress=lambda done: progress(min(done, total), total),
        )
    if not report.dry_run:
        path.unlink(missing_ok=True)
    return report.as_json() | {"file": path.stem}
