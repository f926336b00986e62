"""The public site: approved snapshots, and nothing else."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from survey_app.accounts.guards import public
from survey_app.database import db
from survey_app.publication.pages import result_page
from survey_app.publication.queries import approved_publications, find_approved, find_file

blueprint = Blueprint("public_results", __name__, url_prefix="/ket-qua")
CACHE_SECONDS = 300


@blueprint.get("/")
@public
def results() -> ResponseReturnValue:
    """The published results, newest first."""
    found = approved_publications(db.session)
    simulated = any(one.snapshot["survey"]["simulated"] for one in found)
    return render_template("public/results.html", publications=found, simulated=simulated)


@blueprint.get("/<slug>")
@public
def result(slug: str) -> ResponseReturnValue:
    """One published result."""
    return make_response(result_page(find_approved(db.session, slug)))


@blueprint.get("/<slug>/tep/<name>")
@public
def file(slug: str, name: str) -> ResponseReturnValue:
    """A file of a published result."""
    publication = find_approved(db.session, slug)
    found = find_file(db.session, publication, name)
    response = Response(found.content, content_type=found.media_type)
    response.set_etag(publication.snapshot["files"][name])
    response.headers["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    if not name.endswith(".svg"):
        response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{name}"'
    return response.make_conditional(request)
