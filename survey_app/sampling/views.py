"""Pages of the draw: the plan before it, the report after it, another draw with a second person."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import APPROVE_DRAW, DRAW_SAMPLE, VIEW_FIELDWORK
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.pdf import pdf_response
from survey_app.sampling.forms import DecisionForm, DrawForm, RedrawForm
from survey_app.sampling.plan import DrawPlan, plan_draw
from survey_app.sampling.queries import all_draws, find_draw, open_redraw_request, redraw_requests
from survey_app.sampling.report import by_stratum, count_drawn_cases, draw_report, report_for_print, settings_of
from survey_app.sampling.service import ask_redraw, decide_redraw, draw_sample
from survey_app.sampling.verification import verify_draw
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey

blueprint = Blueprint("sampling", __name__)


@blueprint.route("/quan-ly/dot/<slug>/mau", methods=["GET", "POST"])
@requires(VIEW_FIELDWORK)
def sample(slug: str) -> ResponseReturnValue:
    """The plan of the draw, or its report."""
    survey = open_survey(slug, DRAW_SAMPLE if request.method == "POST" else VIEW_FIELDWORK)
    form = DrawForm()
    if form.validate_on_submit():
        try:
            draw_sample(db.session, survey, seed=form.seed.data or "", actor=acting())
            db.session.commit()
            flash(_("Đã bốc mẫu. Biên bản ở dưới có mọi thứ để ai cũng bốc lại được."), "ok")
            return redirect(url_for("sampling.sample", slug=slug))
        except UserError as error:
            return _told(slug, error, draw_form=form)
    if request.method == "POST":
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(survey, draw_form=form), 400
    return _page(survey)


@blueprint.post("/quan-ly/dot/<slug>/mau/boc-lai")
@requires(DRAW_SAMPLE)
def redraw(slug: str) -> ResponseReturnValue:
    """Ask for another draw."""
    survey = open_survey(slug, DRAW_SAMPLE)
    form = RedrawForm()
    if not form.validate_on_submit():
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(survey, redraw_form=form), 400
    try:
        ask_redraw(db.session, survey, seed=form.seed.data or "", reason=form.reason.data or "", actor=acting())
        db.session.commit()
    except UserError as error:
        return _told(slug, error, redraw_form=form)
    flash(_("Đã ghi đề nghị bốc lại. Mẫu cũ còn hiệu lực cho đến khi người thứ hai duyệt."), "ok")
    return redirect(url_for("sampling.sample", slug=slug))


@blueprint.post("/quan-ly/dot/<slug>/mau/duyet")
@requires(APPROVE_DRAW)
def decide(slug: str) -> ResponseReturnValue:
    """Grant or refuse the request that waits."""
    survey = open_survey(slug, APPROVE_DRAW)
    form = DecisionForm()
    if not form.validate_on_submit() or form.decision.data not in ("grant", "refuse"):
        flash(_("Trang đã mở quá lâu. Xin bấm nút lần nữa."), "error")
        return _page(survey), 400
    try:
        draw = decide_redraw(db.session, survey, granted=form.decision.data == "grant", actor=acting())
        db.session.commit()
    except UserError as error:
        return _told(slug, error)
    flash(_("Đã bốc lại mẫu.") if draw else _("Đã từ chối đề nghị bốc lại; mẫu cũ còn hiệu lực."), "ok")
    return redirect(url_for("sampling.sample", slug=slug))


@blueprint.get("/quan-ly/dot/<slug>/mau.json")
@requires(VIEW_FIELDWORK)
def sample_json(slug: str) -> ResponseReturnValue:
    """The draw report for programs."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    return jsonify(draw_report(survey, find_draw(db.session, survey)))


@blueprint.get("/quan-ly/dot/<slug>/mau.pdf")
@requires(VIEW_FIELDWORK)
def sample_pdf(slug: str) -> ResponseReturnValue:
    """The draw report on paper, with room for signatures."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    draw = find_draw(db.session, survey)
    return pdf_response(report_for_print(survey, draw), f"bien-ban-boc-mau-{slug}")


@blueprint.get("/quan-ly/dot/<slug>/mau/kiem-tra")
@requires(VIEW_FIELDWORK)
def verify(slug: str) -> ResponseReturnValue:
    """Redo a draw and compare: the one in force, or an earlier one by its number."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    number = request.args.get("lan", type=int)
    draws = all_draws(db.session, survey)
    draw = next((one for one in draws if one.number == number or (number is None and one.in_force)), None)
    if draw is None:
        raise NotFound(_("Đợt này không có lần bốc vừa chọn."))
    verification = verify_draw(db.session, survey, draw)
    return render_template(
        "office/sample_verification.html", draw=draw, verification=verification, **frame(survey, "sample")
    )


def _told(slug: str, error: UserError, **forms: DrawForm) -> ResponseReturnValue:
    db.session.rollback()
    flash(error.message, "error")
    return _page(open_survey(slug, VIEW_FIELDWORK), **forms), error.status


def _page(survey: Survey, *, draw_form: DrawForm | None = None, redraw_form: DrawForm | None = None) -> str:
    draw_form, redraw_form = draw_form or DrawForm(formdata=None), redraw_form or RedrawForm(formdata=None)
    for form in (draw_form, redraw_form):
        if not form.seed.data:
            form.seed.data = str(secrets.randbelow(10**9))
    draws = all_draws(db.session, survey)
    draw = find_draw(db.session, survey) if draws else None
    plan, problem = (None, "") if draw else _plan(survey)
    return render_template(
        "office/sample.html",
        form=draw_form,
        redraw_form=redraw_form,
        decision_form=DecisionForm(formdata=None),
        draw=draw,
        draws=draws,
        strata=by_stratum(draw) if draw else [],
        case_counts=count_drawn_cases(draw.units) if draw else {},
        settings=settings_of(draw) if draw else design_of(survey).sample,
        plan=plan,
        problem=problem,
        request_open=open_redraw_request(db.session, survey),
        requests=redraw_requests(db.session, survey),
        may_decide=may_on(APPROVE_DRAW, survey),
        actor=acting().label,
        **frame(survey, "sample"),
    )


def _plan(survey: Survey) -> tuple[DrawPlan | None, str]:
    try:
        return plan_draw(db.session, survey), ""
    except UserError as error:
        return None, error.message
