"""The background work that brings in a list, and what its page tells afterwards."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.database import may_write
from survey_app.errors import LinesRefused, UserError
from survey_app.jobs.models import Job
from survey_app.jobs.service import Progress, work_of_kind
from survey_app.sampling.listing.columns import Columns
from survey_app.sampling.listing.complaints import Complaints
from survey_app.sampling.listing.queries import IMPORT_KIND
from survey_app.sampling.listing.service import import_case_list, import_unit_list
from survey_app.sampling.listing.uploads import Upload, create_refusals, find_upload, refusals_path
from survey_app.surveys.queries import find_survey


@work_of_kind(IMPORT_KIND)
def bring_in_list(session: Session, job: Job, progress: Progress) -> dict[str, Any]:
    """Bring in the list that the job names; it is stored together with the job's end, then its file is deleted."""
    with force_locale(job.arguments.get("language", "vi")):
        upload = find_upload(UUID(job.arguments["upload"]), job.arguments["slug"])
        if upload is None:
            raise UserError(_("Tệp đã được nhập hoặc đã bị xóa. Xin gửi lại tệp."))
        try:
            return _bring_in(session, job, upload, progress)
        finally:
            upload.discard_after_commit(session)


def _bring_in(session: Session, job: Job, upload: Upload, progress: Progress) -> dict[str, Any]:
    survey = find_survey(session, upload.slug)
    columns = Columns(job.arguments["columns"]["fields"], job.arguments["columns"]["attributes"])
    verb = import_unit_list if upload.kind == "units" else import_case_list

    def tell(done: int, share: float) -> None:
        session.commit()
        token = may_write.set(True)
        try:
            progress(done, max(done, round(done / share)) if share else done)
            session.commit()
        finally:
            may_write.reset(token)

    result: dict[str, Any] = {}
    with io.TextIOWrapper(create_refusals(job.id), encoding="utf-8", newline="") as file:
        complaints = Complaints(file)
        try:
            result = verb(
                session, survey, upload.path, upload.name, columns,
                actor=Actor(job.user_id, job.actor), complaints=complaints, progress=tell,
            ).as_json()  # fmt: skip
        except LinesRefused as error:
            session.rollback()
            refusals = [{"line": line, "reason": reason} for line, reason in error.lines]
            result = {"refused": complaints.count, "refusals": refusals}
        finally:
            if "refused" not in result:
                refusals_path(job.id).unlink(missing_ok=True)
    return result | {"kind": upload.kind, "name": upload.name}
