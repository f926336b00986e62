"""Pages of surveys: the list, a new one, its settings and its states."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.accounts.guards import acting, holds, requires
from survey_app.accounts.roles import EDIT_SURVEYS, VIEW_SURVEYS
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.geography.queries import provinces, units_below
from survey_app.i18n import language
from survey_app.instruments.queries import all_questionnaires, instrument_of
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.forms import SettingsForm, StateForm, SurveyForm
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys
from survey_app.surveys.service import STEPS, KeyRefused, change_design, create_survey, set_state
from survey_app.surveys.words import describe_design

blueprint = Blueprint("surveys", __name__)


@blueprint.get("/quan-ly")
@requires(VIEW_SURVEYS)
def surveys() -> ResponseReturnValue:
    """The surveys this person may see."""
    shown = [survey for survey in all_surveys(db.session) if may_on(VIEW_SURVEYS, survey)]
    return render_template(
        "office/surveys.html",
        surveys=shown,
        may_create=holds(current_user, EDIT_SURVEYS),
        simulated=any(survey.simulated for survey in shown),
    )


@blueprint.route("/quan-ly/dot/moi", methods=["GET", "POST"])
@requires(EDIT_SURVEYS)
def new_survey() -> ResponseReturnValue:
    """A new survey."""
    form = SurveyForm()
    form.questionnaire.choices = [
        SelectChoice(
            value=f"{stored.key}@{stored.version}",
            label=f"{instrument_of(db.session, stored.id).title.get(language())} ({stored.version})",
        )
        for stored in all_questionnaires(db.session)
    ]
    form.territory.choices = [
        SelectChoice(value=f"{unit.code}@{unit.code_system}", label=f"{name} ({unit.code_system})")
        for province in provinces(db.session)
        for unit, name in [(province, province.name)]
        + [(district, f"— {district.name}") for district in units_below(db.session, province, "district")]
    ]
    if form.validate_on_submit():
        definition = form.read(form.identity())
        if definition is None:
            return render_template("office/survey_new.html", form=form), 400
        try:
            survey = create_survey(db.session, definition, actor=acting())
            _check_scope(survey)
        except UserError as error:
            db.session.rollback()
            _tell(form, error)
            return render_template("office/survey_new.html", form=form), error.status
        db.session.commit()
        flash(_("Đã tạo đợt khảo sát. Bước tiếp theo: bốc mẫu."), "ok")
        return redirect(url_for("sampling.sample", slug=survey.slug))
    status = _unsent(form)
    return render_template("office/survey_new.html", form=form), status


def _unsent(form: FlaskForm) -> int:
    """The status of a form that is shown again or for the first time, with a word about a page open for too long."""
    if form.csrf_token.errors:
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
    return 400 if request.method == "POST" else 200


def _tell(form: SettingsForm, error: UserError) -> None:
    if isinstance(error, KeyRefused):
        form.tell(error.key, error.message)
    else:
        flash(error.message, "error")


def _check_scope(created: Survey) -> None:
    if not may_on(EDIT_SURVEYS, created):
        raise UserError(_("Tài khoản này không được lập đợt khảo sát cho lĩnh vực hoặc địa bàn đã chọn."))


@blueprint.route("/quan-ly/dot/<slug>/sua", methods=["GET", "POST"])
@requires(EDIT_SURVEYS)
def change_survey(slug: str) -> ResponseReturnValue:
    """The settings of a draft, to be changed."""
    found = open_survey(slug, EDIT_SURVEYS)
    if found.state != "draft" and request.method == "GET":
        flash(_("Đợt khảo sát đã bốc mẫu nên thiết kế không sửa được nữa."), "info")
        return redirect(url_for("surveys.survey", slug=slug))
    form = SettingsForm()
    if request.method == "GET":
        form.fill(found)
    identity = {
        "slug": found.slug,
        "questionnaire": f"{found.questionnaire.key}@{found.questionnaire.version}",
        "territory": {"code": found.territory.code, "code_system": found.territory.code_system},
    }
    if form.validate_on_submit():
        definition = form.read(identity)
        if definition is None:
            return _change_page(form, found), 400
        try:
            changed = change_design(db.session, found, definition, actor=acting())
        except UserError as error:
            db.session.rollback()
            _tell(form, error)
            return _change_page(form, open_survey(slug, EDIT_SURVEYS)), error.status
        db.session.commit()
        flash(_("Đã lưu thiết kế.") if changed else _("Không có gì thay đổi."), "ok")
        return redirect(url_for("surveys.survey", slug=slug))
    status = _unsent(form)
    return _change_page(form, found), status


def _change_page(form: SettingsForm, found: Survey) -> str:
    instrument = instrument_of(db.session, found.questionnaire_id)
    return render_template(
        "office/survey_change.html", form=form, instrument=instrument, **frame(found, "questionnaire")
    )


@blueprint.get("/quan-ly/dot/<slug>")
@requires(VIEW_SURVEYS)
def survey(slug: str) -> ResponseReturnValue:
    """The settings of a survey and its questionnaire."""
    found = open_survey(slug, VIEW_SURVEYS)
    instrument = instrument_of(db.session, found.questionnaire_id)
    return render_template(
        "office/survey.html",
        instrument=instrument,
        parts=describe_design(found),
        may_change=found.state == "draft" and may_on(EDIT_SURVEYS, found),
        **frame(found, "questionnaire"),
    )


@blueprint.post("/quan-ly/dot/<slug>/trang-thai")
@requires(EDIT_SURVEYS)
def change_state(slug: str) -> ResponseReturnValue:
    """Open, close or reopen a survey."""
    found = open_survey(slug, EDIT_SURVEYS)
    form = StateForm()
    if not form.validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
    if form.state.data == found.state and form.state.data in STEPS:
        return redirect(url_for("collection.fieldwork", slug=slug))  # a second click finds it done
    set_state(db.session, found, form.state.data or "", actor=acting(), reason=form.reason.data or "")
    db.session.commit()
    messages = {
        "collecting": _("Đợt khảo sát đã mở, bắt đầu nhận phiếu."),
        "closed": _("Đợt khảo sát đã đóng, không nhận thêm phiếu."),
    }
    flash(messages[found.state], "ok")
    return redirect(url_for("results.overview" if found.state == "closed" else "collection.fieldwork", slug=slug))
