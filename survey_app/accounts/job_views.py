"""The page of a job, for the person who asked for it: how far it is; it may be left and found again."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import signed_in
from survey_app.database import db
from survey_app.errors import NotFound
from survey_app.jobs.models import Job

blueprint = Blueprint("jobs", __name__)
REFRESH_SECONDS = 2


@blueprint.get("/viec/<uuid:job_id>")
@signed_in
def job(job_id: UUID) -> ResponseReturnValue:
    """Progress, refreshed every two seconds until it is done."""
    found = db.session.get(Job, job_id)
    if found is None or found.user_id != current_user.id:
        raise NotFound(_("Không có việc này."))
    response = make_response(render_template("office/job.html", job=found))
    if found.state in ("queued", "running"):
        response.headers["Refresh"] = str(REFRESH_SECONDS)
    return response
