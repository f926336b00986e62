"""The page of the calculator: a question in the address, so that it can be kept and sent."""

from __future__ import annotations

import math

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import VIEW_FIELDWORK
from survey_app.database import db
from survey_app.sampling.calculator import words
from survey_app.sampling.calculator.at_hand import form_for, reckon, take_up
from survey_app.sampling.calculator.size import sizes_by_margin, sizes_by_true_rate
from survey_app.surveys.access import frame, open_survey

blueprint = Blueprint("calculator", __name__)


@blueprint.get("/quan-ly/dot/<slug>/co-mau")
@requires(VIEW_FIELDWORK)
def calculator(slug: str) -> ResponseReturnValue:
    """How many answers are needed, and what the survey at hand will give."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    at_hand = take_up(db.session, survey)
    form = form_for(at_hand, request.args)
    question = form.read()
    shown = {"form": form, "at_hand": at_hand, "words": words, "reckoning": None, **frame(survey, "sample")}
    if question is None:
        return render_template("office/calculator.html", **shown), 400
    reckoning = reckon(question, at_hand)
    outlook = reckoning.outlook
    places = outlook.whole.places if outlook is not None and outlook.probability else 0
    return render_template(
        "office/calculator.html",
        **shown | {"reckoning": reckoning},
        by_margin=sizes_by_margin(question),
        by_true_rate=sizes_by_true_rate(question) if question.goal == "prove" else [],
        each=lambda invited: math.ceil(invited / places) if places else None,
    )
