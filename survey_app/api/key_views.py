"""Keys in the office: which there are, making one, revoking one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import MANAGE_USERS, SECTORS
from survey_app.accounts.service import find_user
from survey_app.api.key_forms import KeyForm
from survey_app.api.keys import all_keys, issue_key, revoke_key
from survey_app.api.models import ApiKey
from survey_app.api.openrosa.setting_up import collect_settings_code
from survey_app.api.scopes import SCOPES
from survey_app.database import by_number, db
from survey_app.errors import NotFound, UserError

blueprint = Blueprint("api_keys", __name__)


@blueprint.route("/quan-ly/khoa-api", methods=["GET", "POST"])
@requires(MANAGE_USERS)
def keys() -> ResponseReturnValue:
    """The keys, and the form to make one; its text is shown once, on the page that made it."""
    form = KeyForm()
    made: tuple[ApiKey, str] | None = None
    status = 200
    if form.validate_on_submit() or (request.method == "POST" and not form.csrf_token.errors):
        try:
            made = _make(form)
            db.session.commit()
            form = KeyForm(formdata=None)
        except UserError as error:
            db.session.rollback()
            flash(error.message, "error")
            status = error.status
    elif request.method == "POST":
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        status = 400
    return _keys_page(form, made), status


def _make(form: KeyForm) -> tuple[ApiKey, str]:
    form.check_typed()
    address = (form.collector.data or "").strip()
    return issue_key(
        db.session,
        form.name.data or "",
        form.scopes.data or [],
        actor=acting(),
        reach=form.reach(),
        user=find_user(db.session, address) if address else None,
        expires_on=form.expires_on.data,
        per_minute=form.per_minute.data,
    )


def _keys_page(form: KeyForm, made: tuple[ApiKey, str] | None) -> str:
    found = all_keys(db.session)
    return render_template(
        "api/keys.html",
        form=form,
        keys=found,
        active=sum(key.state == "active" for key in found),
        made=made,
        code=collect_settings_code(made[0], made[1]) if made else None,
        scopes=SCOPES,
        sectors=SECTORS,
    )


@blueprint.post("/quan-ly/khoa-api/<int:key_id>/thu-hoi")
@requires(MANAGE_USERS)
def revoke(key_id: int) -> ResponseReturnValue:
    """End a key for good."""
    if not FlaskForm().validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
    key = by_number(db.session, ApiKey, key_id)
    if key is None:
        raise NotFound(_("Không có khóa này. Xin tải lại trang."))
    revoke_key(db.session, key, actor=acting())
    db.session.commit()
    flash(_("Đã thu hồi khóa „%(name)s”.", name=key.name), "ok")
    return redirect(url_for("api_keys.keys"))
