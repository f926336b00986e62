"""Questionnaires in the office: the stored versions, and each as it will be asked."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import SECTORS, VIEW_SURVEYS
from survey_app.database import db
from survey_app.instruments.queries import all_questionnaires, find_questionnaire, instrument_of

blueprint = Blueprint("instruments", __name__)


@blueprint.get("/quan-ly/bo-phieu")
@requires(VIEW_SURVEYS)
def questionnaires() -> ResponseReturnValue:
    """The stored versions."""
    stored = [(one, instrument_of(db.session, one.id)) for one in all_questionnaires(db.session)]
    return render_template("office/questionnaires.html", stored=stored, sectors=SECTORS)


@blueprint.get("/quan-ly/bo-phieu/<name>")
@requires(VIEW_SURVEYS)
def questionnaire(name: str) -> ResponseReturnValue:
    """One version with every question, option and rule; ``name`` is key@version or key."""
    stored = find_questionnaire(db.session, name)
    return render_template(
        "office/questionnaire.html",
        stored=stored,
        instrument=instrument_of(db.session, stored.id),
        sectors=SECTORS,
    )
