"""The page of call-backs: what is to be checked, what came of it, each collector's rate."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import CHECK_WORK
from survey_app.collection.call_backs.forms import DrawForm, ResultForm
from survey_app.collection.call_backs.queries import (
    PAGE,
    checks_by_collector,
    count_call_backs,
    list_call_backs,
)
from survey_app.collection.call_backs.service import draw_call_backs, record_call_back
from survey_app.collection.call_backs.words import RESULT_WORDS
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.sampling.work.area import area_of
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.design import design_of
from survey_app.surveys.form_values import show_percentage
from survey_app.surveys.models import Survey

blueprint = Blueprint("call_backs", __name__)


@blueprint.get("/quan-ly/dot/<slug>/phuc-tra")
@requires(CHECK_WORK)
def call_backs(slug: str) -> ResponseReturnValue:
    """The cases to check, and the results of each collector."""
    return _page(open_survey(slug, CHECK_WORK))


@blueprint.post("/quan-ly/dot/<slug>/phuc-tra/boc")
@requires(CHECK_WORK)
def draw(slug: str) -> ResponseReturnValue:
    """Choose among the cases answered so far."""
    survey = open_survey(slug, CHECK_WORK)
    form = DrawForm()
    if not form.validate_on_submit():
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(survey, form), 400
    try:
        area = area_of(current_user, survey, CHECK_WORK)
        chosen = draw_call_backs(db.session, area, share=form.read_share(), actor=acting())
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _page(open_survey(slug, CHECK_WORK), form), error.status
    words = ngettext("Đã chọn thêm %(num)s hồ sơ để phúc tra.", "Đã chọn thêm %(num)s hồ sơ để phúc tra.", chosen.new)
    flash(words, "ok")
    return redirect(url_for("call_backs.call_backs", slug=slug))


@blueprint.post("/quan-ly/dot/<slug>/phuc-tra/<int:case_id>")
@requires(CHECK_WORK)
def result(slug: str, case_id: int) -> ResponseReturnValue:
    """Write down what came of one check."""
    survey = open_survey(slug, CHECK_WORK)
    form = ResultForm()
    if not form.validate_on_submit():
        flash(_("Trang đã mở quá lâu. Xin bấm nút lần nữa."), "error")
        return _page(survey), 400
    try:
        area = area_of(current_user, survey, CHECK_WORK)
        record_call_back(db.session, area, case_id, result=form.result.data or "", actor=acting())
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _page(open_survey(slug, CHECK_WORK)), error.status
    flash(_("Đã ghi kết quả phúc tra hồ sơ số %(number)s.", number=case_id), "ok")
    return redirect(url_for("call_backs.call_backs", slug=slug, sau=_after() or None))


def _after() -> int:
    return request.args.get("sau", 0, type=int) or 0


def _page(survey: Survey, form: DrawForm | None = None) -> str:
    area = area_of(current_user, survey, CHECK_WORK)
    share = design_of(survey).work.call_backs
    chosen, waiting = count_call_backs(db.session, area)
    everything = request.args.get("tat-ca") == "1"
    lines = list_call_backs(db.session, area, open_only=not everything, after=max(0, min(_after(), 2**31 - 1)))
    return render_template(
        "office/call_backs.html",
        chosen=chosen,
        waiting=waiting,
        lines=lines,
        next_after=lines[-1].case_id if len(lines) == PAGE else None,
        after=_after(),
        everything=everything,
        checks=checks_by_collector(db.session, area),
        results=RESULT_WORDS,
        me=current_user.id,
        actor=acting(),
        has_case_pages="cases.case" in current_app.view_functions,
        is_open=survey.state in ("collecting", "closed"),
        share=share,
        form=form or DrawForm(formdata=None, data={"share": show_percentage(share)}),
        result_form=ResultForm(formdata=None),
        **frame(survey, "fieldwork"),
    )
