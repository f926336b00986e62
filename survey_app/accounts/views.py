"""People in the office: who there is and in which role; adding one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.models import User
from survey_app.accounts.roles import MANAGE_USERS, SECTORS, TITLES
from survey_app.accounts.service import add_user, renew_password, set_active
from survey_app.database import db
from survey_app.errors import NotFound, UserError

blueprint = Blueprint("accounts", __name__)


def _choices(titles: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=title) for value, title in titles.items()]


class PersonForm(FlaskForm):
    """A person, a role and its reach."""

    email = StringField(_l("Thư điện tử"))
    name = StringField(_l("Họ tên"))
    role = SelectField(_l("Vai trò"), validate_choice=False, choices=_choices(TITLES))
    sector = SelectField(_l("Lĩnh vực"), validate_choice=False, choices=_choices({"": _l("mọi lĩnh vực")} | SECTORS))
    unit = StringField(_l("Mã đơn vị hành chính"), description=_l("Để trống: mọi nơi. Ví dụ 899 là Rạch Giá."))


@blueprint.route("/quan-ly/nguoi-dung", methods=["GET", "POST"])
@requires(MANAGE_USERS)
def people() -> ResponseReturnValue:
    """The accounts, and the form to add one; a new password is shown once, on the page that made it."""
    form = PersonForm()
    made: tuple[User, str] | None = None
    status = 200
    if form.validate_on_submit():
        scopes = [f"sector:{form.sector.data}"] if form.sector.data else []
        scopes += [f"unit:{form.unit.data.strip()}"] if form.unit.data and form.unit.data.strip() else []
        try:
            made = add_user(
                db.session,
                form.email.data or "",
                role=form.role.data or "",
                scopes=scopes,
                actor=acting(),
                name=(form.name.data or "").strip() or None,
            )
            db.session.commit()
            flash(_("Đã lưu vai trò của %(email)s.", email=made[0].email), "ok")
        except UserError as error:
            db.session.rollback()
            flash(error.message, "error")
            status = error.status
    elif request.method == "POST":
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        status = 400
    return _people_page(form, made), status


def _people_page(form: PersonForm, made: tuple[User, str] | None) -> str:
    users = db.session.scalars(select(User).order_by(User.email)).all()
    return render_template(
        "office/people.html", form=form, users=users, made=made, titles=TITLES, sectors=SECTORS, me=current_user.id
    )


@blueprint.post("/quan-ly/nguoi-dung/<int:user_id>")
@requires(MANAGE_USERS)
def change_person(user_id: int) -> ResponseReturnValue:
    """Shut an account, open it again, or give it a new password."""
    if not FlaskForm().validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound(_("Không có tài khoản này."))
    change = request.form.get("change")
    made: tuple[User, str] | None = None
    if change == "password":
        made = (user, renew_password(db.session, user, actor=acting()))
    elif change in ("activate", "deactivate"):
        set_active(db.session, user, change == "activate", actor=acting())
    else:
        raise UserError(_("Không rõ việc cần làm với tài khoản. Xin bấm một nút trên trang."))
    db.session.commit()
    flash(_("Đã lưu thay đổi của %(email)s.", email=user.email), "ok")
    return _people_page(PersonForm(formdata=None), made)
