"""The landing page with its four doors, and the page about personal data."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from survey_app.accounts.guards import holds, public, signed_in
from survey_app.accounts.roles import COLLECT, KEY_PAPER, MANAGE_USERS, OPERATE_COUNTER, VIEW_SURVEYS
from survey_app.database import db
from survey_app.surveys.queries import all_surveys

blueprint = Blueprint("landing", __name__)
DESKS = {
    OPERATE_COUNTER: "kiosk.start",
    MANAGE_USERS: "accounts.people",
    VIEW_SURVEYS: "surveys.surveys",
    COLLECT: "collection.work",
    KEY_PAPER: "paper_entry.desk",
}


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


@blueprint.get("/ban-lam-viec")
@signed_in
def desk() -> ResponseReturnValue:
    """The first page after sign-in: where this person's work is."""
    for permission, endpoint in DESKS.items():
        if holds(current_user, permission):
            return redirect(url_for(endpoint))
    return redirect(url_for("landing.landing"))


@blueprint.get("/du-lieu-ca-nhan")
@public
def privacy() -> ResponseReturnValue:
    """What is collected, why, and for how long."""
    return render_template("privacy.html")
