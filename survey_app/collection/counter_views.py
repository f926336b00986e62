"""The counter by an account: bound to a commune, it shows the start page again after every form.

Tablets are better paired (`survey_app/collection/kiosk`): they need no password and wipe themselves.
"""

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
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys, find_survey

blueprint = Blueprint("counter", __name__, url_prefix="/quay")


def counter_surveys() -> ResponseReturnValue:
    """The open surveys that the signed-in device may show."""
    shown = [survey for survey in all_surveys(db.session, "collecting") if _units_here(survey)]
    if len(shown) == 1:
        return redirect(url_for("counter.start", slug=shown[0].slug))
    return render_template("respond/open.html", surveys=shown, counter=True, simulated=any(s.simulated for s in shown))


@blueprint.route("/<slug>", methods=["GET", "POST"])
@requires(OPERATE_COUNTER)
def start(slug: str) -> ResponseReturnValue:
    """The start page of the counter."""
    survey = find_survey(db.session, slug)
    units = _units_here(survey)
    if not units:
        raise NotFound(_("Thiết bị này không phục vụ đợt khảo sát „%(slug)s”.", slug=slug[:80]))
    only = units[0].unit.code if len(units) == 1 else None
    return begin_form(survey, channel="kiosk", units=units, fixed_commune=only, kiosk=True)


def _units_here(survey: Survey) -> list[FrameUnit]:
    """The drawn communes that this device serves."""
    found = places(current_user, OPERATE_COUNTER, sector=survey.questionnaire.sector, territory=survey.territory)
    return [entry for entry in drawn_units(db.session, survey) if any(entry.unit.lies_in(place) for place in found)]
