"""The counter: a device account, bound to a commune, shows the start page again after every form."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import places, requires
from survey_app.accounts.roles import OPERATE_COUNTER
from survey_app.collection.begin import begin_form
from survey_app.database import db
from survey_app.errors import NotFound
from survey_app.geography.models import Unit
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys, find_survey

blueprint = Blueprint("counter", __name__, url_prefix="/quay")


@blueprint.get("")
@requires(OPERATE_COUNTER)
def surveys() -> ResponseReturnValue:
    """The open surveys this device may show."""
    shown = [survey for survey in all_surveys(db.session, "collecting") if _places(survey)]
    if len(shown) == 1:
        return redirect(url_for("counter.start", slug=shown[0].slug))
    return render_template("respond/open.html", surveys=shown, counter=True, simulated=any(s.simulated for s in shown))


@blueprint.route("/<slug>", methods=["GET", "POST"])
@requires(OPERATE_COUNTER)
def start(slug: str) -> ResponseReturnValue:
    """The start page of the counter."""
    survey = find_survey(db.session, slug)
    found = _places(survey)
    if not found:
        raise NotFound(_("Thiết bị này không phục vụ đợt khảo sát „%(slug)s”.", slug=slug[:80]))
    inside = [entry.unit.code for entry in drawn_units(db.session, survey) if any(entry.unit.lies_in(p) for p in found)]
    return begin_form(survey, channel="kiosk", fixed_commune=inside[0] if len(inside) == 1 else None, kiosk=True)


def _places(survey: Survey) -> list[Unit]:
    return places(current_user, OPERATE_COUNTER, sector=survey.questionnaire.sector, territory=survey.territory)
