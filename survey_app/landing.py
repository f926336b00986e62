"""The landing page with its four doors, and the page about personal data."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app.accounts.guards import public
from survey_app.database import db
from survey_app.surveys.queries import all_surveys

blueprint = Blueprint("landing", __name__)


@blueprint.get("/")
@public
def landing() -> ResponseReturnValue:
    """Four doors: answer, collect, manage, results."""
    doors = {
        "answer": url_for("respond.open_surveys"),
        "results": url_for("public_results.results"),
        "collect": url_for("collection.work"),
        "manage": url_for("surveys.surveys"),
    }
    return render_template("landing.html", doors=doors, simulated=any(s.simulated for s in all_surveys(db.session)))


@blueprint.get("/du-lieu-ca-nhan")
@public
def privacy() -> ResponseReturnValue:
    """What is collected, why, and for how long."""
    return render_template("privacy.html")
