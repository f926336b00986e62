"""The quality page: flags, figures of each collector, work set aside."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user

from survey_app.accounts.guards import acting, places, requires
from survey_app.accounts.roles import SET_ASIDE, VIEW_FIELDWORK
from survey_app.collection.quality import comparisons
from survey_app.collection.quality.flags import FLAGS
from survey_app.collection.quality.forms import EndForm, SetAsideForm
from survey_app.collection.quality.report import read_quality
from survey_app.collection.quality.words import unusual_words
from survey_app.collection.queries import set_aside_count
from survey_app.collection.set_aside.queries import all_set_asides
from survey_app.collection.set_aside.service import approve_set_aside, ask_set_aside, lift_set_aside
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.instruments.queries import instrument_of
from survey_app.jobs.service import enqueue, find_unfinished
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.models import Survey

blueprint = Blueprint("quality", __name__)


@blueprint.get("/quan-ly/dot/<slug>/chat-luong")
@requires(VIEW_FIELDWORK)
def quality(slug: str) -> ResponseReturnValue:
    """Flags in all and by collector, what is unusual, what is set aside."""
    return _page(open_survey(slug, VIEW_FIELDWORK))


@blueprint.post("/quan-ly/dot/<slug>/chat-luong/so-sanh")
@requires(VIEW_FIELDWORK)
def compare(slug: str) -> ResponseReturnValue:
    """Compare the answers of all collectors anew, in the background."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    if not ActionForm().validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
    running = find_unfinished(db.session, comparisons.KIND, slug=survey.slug)
    if running is not None and running.user_id != current_user.id:
        flash(_("Một người khác vừa cho so sánh, chưa xong. Xin xem lại trang này sau ít phút."), "ok")
        return redirect(url_for("quality.quality", slug=slug))
    job = running or enqueue(
        db.session,
        comparisons.KIND,
        title=_("So sánh câu trả lời giữa các điều tra viên"),
        actor=acting(),
        return_to=url_for("quality.quality", slug=slug, viec=""),
        slug=survey.slug,
    )
    db.session.commit()
    return redirect(url_for("jobs.job", job_id=job.id))


@blueprint.post("/quan-ly/dot/<slug>/chat-luong/de-rieng")
@requires(SET_ASIDE)
def ask(slug: str) -> ResponseReturnValue:
    """Ask that a collector's forms be left out."""
    survey = open_survey(slug, SET_ASIDE)
    form = SetAsideForm()
    if not form.validate_on_submit():
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(survey, form), 400
    number = form.collector.data or ""
    try:
        ask_set_aside(
            db.session,
            survey,
            int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0,
            reason=form.reason.data or "",
            actor=acting(),
        )
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _page(open_survey(slug, SET_ASIDE), form), error.status
    flash(_("Đã ghi đề nghị. Phiếu vẫn được tính cho đến khi người thứ hai duyệt."), "ok")
    return redirect(url_for("quality.quality", slug=slug, _anchor="set-aside"))


@blueprint.post("/quan-ly/dot/<slug>/chat-luong/de-rieng/<int:number>")
@requires(SET_ASIDE)
def decide(slug: str, number: int) -> ResponseReturnValue:
    """Approve a request, withdraw it, or lift what was set aside."""
    survey = open_survey(slug, SET_ASIDE)
    form = EndForm()
    if not form.validate_on_submit() or form.change.data not in ("approve", "lift"):
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(survey, ended=(number, form)), 400
    try:
        if form.change.data == "approve":
            count = approve_set_aside(db.session, survey, number, actor=acting())
            done = ngettext("Đã để riêng %(num)s phiếu.", "Đã để riêng %(num)s phiếu.", count)
        else:
            back, late = lift_set_aside(db.session, survey, number, reason=form.reason.data or "", actor=acting())
            done = lifted_words(back, late)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _page(open_survey(slug, SET_ASIDE), ended=(number, form)), error.status
    flash(done, "ok")
    return redirect(url_for("quality.quality", slug=slug, _anchor="set-aside"))


def lifted_words(back: int, late: int) -> str:
    """What became of the forms."""
    words = ngettext("%(num)s phiếu được tính lại.", "%(num)s phiếu được tính lại.", back)
    if late:
        words += " " + _("%(count)s phiếu không trở lại vì hồ sơ đã được làm lại hoặc thay.", count=late)
    return words


def _page(survey: Survey, form: SetAsideForm | None = None, *, ended: tuple[int, EndForm] | None = None) -> str:
    """``ended``: what was typed for a request and could not be taken yet."""
    reach = places(current_user, VIEW_FIELDWORK, sector=survey.questionnaire.sector, territory=survey.territory)
    whole = survey.territory in reach
    report = read_quality(db.session, survey, places=None if whole else reach)
    instrument = instrument_of(db.session, survey.questionnaire_id)
    may_set_aside = may_on(SET_ASIDE, survey) and survey.state in ("collecting", "closed")
    form = form or SetAsideForm(formdata=None, data={"collector": request.args.get("dieu-tra-vien", "")})
    form.collector.choices = [("", _("xin chọn")), *((str(one.collector_id), one.name) for one in report.collectors)]
    return render_template(
        "office/quality.html",
        report=report,
        shown=[flag for flag in FLAGS if flag in report.flags],
        flags=FLAGS,
        unusual={
            one.collector_id: [unusual_words(instrument, share) for share in one.unusual] for one in report.collectors
        },
        set_aside=set_aside_count(db.session, survey),
        asides=all_set_asides(db.session, survey) if whole else [],
        may_set_aside=may_set_aside,
        actor=acting(),
        form=form,
        end_form=EndForm(formdata=None),
        ended=ended,
        action_form=ActionForm(formdata=None),
        is_kept=(report.compared_forms or comparisons.LIVE_FORMS + 1) > comparisons.LIVE_FORMS,
        **frame(survey, "fieldwork"),
    )
