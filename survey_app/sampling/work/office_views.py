"""Post offices: which there are, who collects for them; adding one, its members coming and going."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import ASSIGN_WORK
from survey_app.accounts.service import find_user
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.geography.queries import find_unit
from survey_app.sampling.work.forms import OfficeForm, check_token
from survey_app.sampling.work.models import PostOffice
from survey_app.sampling.work.offices import add_member, add_office, all_offices, may_manage, members_of, remove_member
from survey_app.sampling.work.queries import LARGEST_ID

blueprint = Blueprint("offices", __name__)


@blueprint.route("/quan-ly/buu-dien", methods=["GET", "POST"])
@requires(ASSIGN_WORK)
def offices() -> ResponseReturnValue:
    """The post offices where this person gives out work, and the form to add one."""
    if request.method == "GET":
        return _offices_page(OfficeForm(formdata=None)), 200
    form = OfficeForm()
    try:
        check_token(form)
        code, _at, system = (form.unit.data or "").strip().partition("@")
        unit = find_unit(db.session, code, code_system=system or None)
        if not may_manage(current_user, unit):
            raise NotFound(_("Địa bàn mang mã „%(code)s” không thuộc phần việc của Ông/Bà.", code=code[:30]))
        made = add_office(db.session, code=form.code.data or "", name=form.name.data or "", unit=unit, actor=acting())
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _offices_page(form), error.status
    flash(_("Đã thêm %(name)s.", name=made.name), "ok")
    return redirect(url_for("offices.offices"))


@blueprint.post("/quan-ly/buu-dien/<int:office_id>")
@requires(ASSIGN_WORK)
def change_office(office_id: int) -> ResponseReturnValue:
    """Make somebody a member, or end it."""
    office = db.session.get(PostOffice, office_id) if office_id <= LARGEST_ID else None
    if office is None or not may_manage(current_user, office.unit):
        raise NotFound(_("Không có bưu điện này trong địa bàn của Ông/Bà."))
    try:
        check_token(OfficeForm())
        user = find_user(db.session, request.form.get("email", ""))
        if request.form.get("do") == "remove":
            remove_member(db.session, office, user, actor=acting(), giver=current_user)
            words = _("%(name)s không còn thuộc bưu điện này. Hồ sơ đang giữ vẫn ở chỗ người ấy.", name=user.name)
        else:
            add_member(db.session, office, user, actor=acting(), giver=current_user)
            words = _("Đã đưa %(name)s vào bưu điện.", name=user.name)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _offices_page(OfficeForm(formdata=None), email=request.form.get("email", "")), error.status
    flash(words, "ok")
    return redirect(url_for("offices.offices"))


def _offices_page(form: OfficeForm, *, email: str = "") -> str:
    mine = [one for one in all_offices(db.session) if may_manage(current_user, one.unit)]
    return render_template(
        "office/work_offices.html",
        form=form,
        offices=mine,
        members=members_of(db.session, seen_by=current_user),
        email=email,
    )
