"""The page of quotas: what is counted, how far it is, what happens beyond."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import acting, places, requires
from survey_app.accounts.roles import EDIT_SURVEYS, VIEW_FIELDWORK, VIEW_RESULTS
from survey_app.collection.models import Quota
from survey_app.collection.quotas.forms import GoalForm, QuotaForm
from survey_app.collection.quotas.service import add_quota, all_quotas, change_quota, remove_quota
from survey_app.collection.quotas.words import RULE_WORDS, part_words
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.instruments.queries import instrument_of
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.models import Survey

blueprint = Blueprint("quotas", __name__)


@blueprint.route("/quan-ly/dot/<slug>/han-muc", methods=["GET", "POST"])
@requires(VIEW_FIELDWORK)
def quotas(slug: str) -> ResponseReturnValue:
    """The quotas of a survey, and the form for one more."""
    survey = open_survey(slug, EDIT_SURVEYS if request.method == "POST" else VIEW_FIELDWORK)
    form = QuotaForm()
    if form.validate_on_submit():
        item, value = form.read_answer()
        try:
            add_quota(
                db.session,
                survey,
                goal=form.read_goal(),
                rule=form.rule.data or "",
                place=form.place.data or "",
                channel=form.channel.data or "",
                item=item,
                value=value,
                actor=acting(),
            )
            db.session.commit()
        except UserError as error:
            db.session.rollback()
            flash(error.message, "error")
            return _page(open_survey(slug, EDIT_SURVEYS), form), error.status
        flash(_("Đã đặt hạn mức. Những phiếu đã nhận được tính ngay."), "ok")
        return redirect(url_for("quotas.quotas", slug=slug))
    if request.method == "POST":
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(survey, form), 400
    return _page(survey, form)


@blueprint.post("/quan-ly/dot/<slug>/han-muc/<int:number>")
@requires(EDIT_SURVEYS)
def change(slug: str, number: int) -> ResponseReturnValue:
    """Give a quota another goal or rule, or remove it: the button says which."""
    survey = open_survey(slug, EDIT_SURVEYS)
    form = GoalForm()
    if not form.validate_on_submit():
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(survey, changed=(number, form)), 400
    try:
        if request.form.get("change") == "remove":
            remove_quota(db.session, survey, number, actor=acting())
            done = _("Đã bỏ hạn mức. Các phiếu đã nhận giữ nguyên.")
        else:
            change_quota(db.session, survey, number, goal=form.read_goal(), rule=form.rule.data or "", actor=acting())
            done = _("Đã sửa hạn mức.")
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _page(open_survey(slug, EDIT_SURVEYS), changed=(number, form)), error.status
    flash(done, "ok")
    return redirect(url_for("quotas.quotas", slug=slug))


def _page(survey: Survey, form: QuotaForm | None = None, *, changed: tuple[int, GoalForm] | None = None) -> str:
    """``changed``: what was typed for a quota and could not be taken yet."""
    instrument = instrument_of(db.session, survey.questionnaire_id)
    form = form or QuotaForm(formdata=None)
    form.offer(db.session, survey)
    rows = []
    for quota in filter(_shown_to(survey), all_quotas(db.session, survey)):
        own = GoalForm(formdata=None, data={"goal": str(quota.goal), "rule": quota.rule})
        rows.append((quota, part_words(quota, instrument), changed[1] if changed and changed[0] == quota.id else own))
    return render_template(
        "office/quotas.html",
        rows=rows,
        full=sum(quota.received >= quota.goal for quota, _words, _form in rows),
        form=form,
        action_form=ActionForm(formdata=None),
        rules=RULE_WORDS,
        may_edit=may_on(EDIT_SURVEYS, survey) and survey.state not in ("closed", "published"),
        open_number=changed[0] if changed else None,
        **frame(survey, "fieldwork"),
    )


def _shown_to(survey: Survey) -> Callable[[Quota], bool]:
    """Which quotas this person may see: those of their places, and counts of answers only if they may see results."""
    sees_answers = may_on(VIEW_RESULTS, survey)
    found = places(current_user, VIEW_FIELDWORK, sector=survey.questionnaire.sector, territory=survey.territory)
    return lambda quota: (
        (sees_answers or quota.item is None) and any((quota.unit or survey.territory).lies_in(place) for place in found)
    )
