"""Freezing and approving in the office."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import APPROVE, FREEZE, VIEW_RESULTS
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.publication.pages import result_page
from survey_app.publication.queries import publications_of
from survey_app.publication.service import approve_publication, freeze_publication
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.forms import ActionForm

blueprint = Blueprint("publication", __name__)


class ApprovalForm(FlaskForm):
    """Which snapshot the approver has seen."""

    sha256 = HiddenField(_l("Mã bản chốt"))


@blueprint.get("/quan-ly/dot/<slug>/cong-bo")
@requires(VIEW_RESULTS)
def publication(slug: str) -> ResponseReturnValue:
    """The snapshots of a survey, and what may be done next."""
    survey = open_survey(slug, VIEW_RESULTS)
    snapshots = publications_of(db.session, survey)
    waiting = next((one for one in snapshots if one.state == "frozen"), None)
    form = ApprovalForm(formdata=None, sha256=waiting.sha256 if waiting else "")
    return render_template(
        "office/publication.html",
        snapshots=snapshots,
        waiting=waiting,
        form=ActionForm(),
        approval=form,
        may_freeze=may_on(FREEZE, survey),
        may_approve=may_on(APPROVE, survey),
        me=acting().label,
        **frame(survey, "publication"),
    )


@blueprint.get("/quan-ly/dot/<slug>/cong-bo/<int:number>")
@requires(VIEW_RESULTS)
def preview(slug: str, number: int) -> ResponseReturnValue:
    """A snapshot as the public will read it."""
    survey = open_survey(slug, VIEW_RESULTS)
    found = next((one for one in publications_of(db.session, survey) if one.number == number), None)
    if found is None:
        raise NotFound(_("Không có bản chốt số %(number)s.", number=number))
    return result_page(found, preview=True)


@blueprint.post("/quan-ly/dot/<slug>/cong-bo/chot")
@requires(FREEZE)
def freeze(slug: str) -> ResponseReturnValue:
    """Take a snapshot."""
    survey = open_survey(slug, FREEZE)
    _check_page(ActionForm())
    made = freeze_publication(db.session, survey, actor=acting())
    db.session.commit()
    flash(_("Đã chốt số liệu, bản số %(number)s. Xin mời lãnh đạo duyệt.", number=made.number), "ok")
    return redirect(url_for("publication.publication", slug=slug))


@blueprint.post("/quan-ly/dot/<slug>/cong-bo/duyet")
@requires(APPROVE)
def approve(slug: str) -> ResponseReturnValue:
    """Approve the snapshot that was seen."""
    survey = open_survey(slug, APPROVE)
    form = ApprovalForm()
    _check_page(form)
    approve_publication(db.session, survey, actor=acting(), sha256=form.sha256.data or "")
    db.session.commit()
    flash(_("Đã duyệt. Kết quả đã được công bố."), "ok")
    return redirect(url_for("publication.publication", slug=slug))


def _check_page(form: FlaskForm) -> None:
    if not form.validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
