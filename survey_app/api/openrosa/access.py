"""Which collector a phone is: HTTP Basic with the account's address and an app password."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.guards import holds
from survey_app.accounts.models import User
from survey_app.accounts.roles import COLLECT
from survey_app.api.access import KeyMissing, TooManyRequests
from survey_app.api.keys import count_request, key_of_text
from survey_app.api.openrosa.envelope import message
from survey_app.api.scopes import OPENROSA
from survey_app.database import db


def requires_collector(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in a collector's phone, and count the request."""

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        try:
            g.odk_collector = _who_asks(db.session)
        except KeyMissing as error:
            answer = message(error.message, error.status)
            answer.headers["WWW-Authenticate"] = 'Basic realm="Hai Long", charset="UTF-8"'
            return answer
        result: ResponseReturnValue = view(*args, **kwargs)
        return result

    guarded.guard = ("key", OPENROSA)  # type: ignore[attr-defined]  # read by test_house
    return guarded


def collector() -> User:
    """Whose phone it is."""
    found: User = g.odk_collector
    return found


def _who_asks(session: Session) -> User:
    given = request.authorization
    if given is None or given.type != "basic":
        raise KeyMissing(_("Xin ghi thư điện tử và mật khẩu ứng dụng ODK trong phần cài đặt máy chủ của ODK Collect."))
    key = key_of_text(session, given.password or "")
    user = key.user if key is not None and OPENROSA in key.scopes else None
    named = (given.username or "").strip().lower()
    if key is None or user is None or user.email != named or not user.active or not holds(user, COLLECT):
        raise KeyMissing(
            _("Thư điện tử hoặc mật khẩu ứng dụng ODK không đúng, hay đã bị thu hồi. Xin xin mã QR mới từ quản trị.")
        )
    if not count_request(session, key):
        raise TooManyRequests(_("Máy này gửi quá nhanh. Xin chờ một phút rồi gửi lại; phiếu vẫn còn trên máy."))
    return user
