"""Pages of the draw: the plan before it, the report after it."""

from __future__ import annotations

import secrets
from itertools import groupby

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import DRAW_SAMPLE, VIEW_FIELDWORK
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.sampling.forms import DrawForm
from survey_app.sampling.plan import plan_draw
from survey_app.sampling.queries import all_draws, find_draw
from survey_app.sampling.report import draw_report
from survey_app.sampling.service import draw_sample
from survey_app.surveys.access import frame, open_survey

blueprint = Blueprint("sampling", __name__)


@blueprint.route("/quan-ly/dot/<slug>/mau", methods=["GET", "POST"])
@requires(VIEW_FIELDWORK)
def sample(slug: str) -> ResponseReturnValue:
    """The plan of the draw, or its report."""
    survey = open_survey(slug, DRAW_SAMPLE if request.method == "POST" else VIEW_FIELDWORK)
    form = DrawForm()
    status = 200
    if form.validate_on_submit():
        try:
            draw_sample(db.session, survey, seed=form.seed.data or "", actor=acting(), reason=form.reason.data or "")
            db.session.commit()
            flash(_("Đã bốc mẫu. Biên bản ở dưới có mọi thứ để ai cũng bốc lại được."), "ok")
            return redirect(url_for("sampling.sample", slug=slug))
        except UserError as error:
            db.session.rollback()
            survey = open_survey(slug, DRAW_SAMPLE)
            flash(error.message, "error")
            status = error.status
    elif request.method == "POST":
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        status = 400
    if not form.seed.data:
        form.seed.data = str(secrets.randbelow(10**9))
    draws = all_draws(db.session, survey)
    draw = find_draw(db.session, survey) if draws else None
    strata = [(key, list(units)) for key, units in groupby(draw.units if draw else [], key=lambda unit: unit.stratum)]
    page = render_template(
        "office/sample.html",
        form=form,
        draw=draw,
        draws=draws,
        strata=strata,
        plan=None if draw else plan_draw(db.session, survey),
        **frame(survey, "sample"),
    )
    return page, status


@blueprint.get("/quan-ly/dot/<slug>/mau.json")
@requires(VIEW_FIELDWORK)
def sample_json(slug: str) -> ResponseReturnValue:
    """The draw report for programs."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    return jsonify(draw_report(survey, find_draw(db.session, survey)))
