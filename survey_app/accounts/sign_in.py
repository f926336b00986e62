"""Sign-in by Flask-Security: our form, our words, our lockout."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import FSQLALiteUserDatastore, LoginForm, Security
from sqlalchemy import select
from wtforms import BooleanField, EmailField, PasswordField, SubmitField

from survey_app.accounts.models import Role, User
from survey_app.accounts.service import MAXIMUM_PASSWORD, is_locked, note_failed_sign_in, note_sign_in
from survey_app.characters import is_clean
from survey_app.database import db


class SignInForm(LoginForm):
    """E-mail and password; one message whatever was wrong, so that nobody learns which accounts exist."""

    email = EmailField(_l("Thư điện tử"), render_kw={"autocomplete": "username"})
    password = PasswordField(_l("Mật khẩu"), render_kw={"autocomplete": "current-password"})
    remember = BooleanField(_l("Giữ đăng nhập trên máy này"))
    submit = SubmitField(_l("Đăng nhập"))

    def validate(self, **kwargs: Any) -> bool:
        """Check lockout first, then the password; count what fails."""
        address = (self.email.data or "").strip().lower()
        self.email.data = address
        password = self.password.data or ""
        if not is_clean(address + password) or len(password) > MAXIMUM_PASSWORD:
            return self._refuse(_("Thư điện tử hoặc mật khẩu chưa đúng. Xin kiểm tra rồi thử lại."))
        user = db.session.scalar(select(User).where(User.email == address))
        if user is not None and is_locked(user):
            return self._refuse(
                _("Tài khoản tạm khóa 15 phút vì nhập sai mật khẩu nhiều lần. Xin thử lại sau hoặc liên hệ quản trị.")
            )
        if self.csrf_token.errors or not super().validate(**kwargs):
            if user is not None and self.password.data and not self.csrf_token.errors:
                note_failed_sign_in(db.session, user)
            if self.csrf_token.errors:
                return self._refuse(_("Trang đăng nhập đã mở quá lâu. Xin bấm Đăng nhập lần nữa."))
            return self._refuse(_("Thư điện tử hoặc mật khẩu chưa đúng. Xin kiểm tra rồi thử lại."))
        if user is not None:
            note_sign_in(db.session, user)
        return True

    def _refuse(self, message: str) -> bool:
        self.email.errors, self.password.errors = [], [message]
        return False


def init_sign_in(app: Flask) -> None:
    """Attach Flask-Security with sign-in and sign-out only."""
    app.config.update(
        SECURITY_LOGIN_URL="/dang-nhap",
        SECURITY_LOGOUT_URL="/dang-xuat",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/ban-lam-viec",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  the name of a method
        SECURITY_PASSWORD_SINGLE_HASH=True,  # argon2 salts by itself, so a new secret key locks nobody out
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKC",  # noqa: S106  the name of a form
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_STATIC_FOLDER=None,
        SECURITY_CLI_USERS_NAME=False,  # `flask user` is ours and writes the trail
        SECURITY_CLI_ROLES_NAME=False,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=app.config["SESSION_COOKIE_SECURE"],
        REMEMBER_COOKIE_DURATION=14 * 24 * 3600,
    )
    store = FSQLALiteUserDatastore(db, User, Role)
    security = Security(app, store, login_form=SignInForm)
    # It would read the account for every page and picture; our guards read it where somebody has to be known.
    app.before_request_funcs[None].remove(security.principal._on_before_request)
