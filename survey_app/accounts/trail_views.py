"""The trail, for those who may read it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import VIEW_TRAIL
from survey_app.audit.queries import latest_entries
from survey_app.audit.words import VERB_WORDS
from survey_app.database import db

blueprint = Blueprint("audit", __name__)
PAGE = 100
LARGEST_ID = 2**31 - 1


@blueprint.get("/quan-ly/nhat-ky")
@requires(VIEW_TRAIL)
def trail() -> ResponseReturnValue:
    """The newest lines, page by page."""
    before = request.args.get("truoc", type=int)
    if before is not None:
        before = max(0, min(before, LARGEST_ID))
    entries = latest_entries(db.session, before=before, limit=PAGE)
    return render_template(
        "office/trail.html",
        entries=entries,
        more=entries[-1].id if len(entries) == PAGE else None,
        verbs=VERB_WORDS,
    )
