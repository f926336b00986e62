"""What every page shares: the names in its frame, and errors turned into pages in one place."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from survey_app.accounts.guards import holds
from survey_app.accounts.roles import (
    COLLECT,
    KEY_PAPER,
    MANAGE_GEOGRAPHY,
    MANAGE_USERS,
    OPERATE_COUNTER,
    VIEW_RESULTS,
    VIEW_SURVEYS,
    VIEW_TRAIL,
)
from survey_app.api.problems import (
    is_spoken_to_machines,
    problem,
    problem_of_error,
    problem_of_status,
    unexpected_problem,
)
from survey_app.database import db
from survey_app.errors import LinesRefused, UserError
from survey_app.geography.queries import provinces
from survey_app.i18n import LANGUAGES, language
from survey_app.settings import VERSION

log = structlog.get_logger(__name__)


def init_pages(app: Flask) -> None:
    """Attach the context of templates and the error pages."""
    app.context_processor(_frame)
    app.register_error_handler(UserError, _show_user_error)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(DataError, _show_data_error)
    app.register_error_handler(Exception, _show_unexpected_error)


def _frame() -> dict[str, Any]:
    return {
        "province_name": _province_name,
        "system_name": "Hài Lòng",
        "language": language(),
        "language_links": _language_links(),
        "version": VERSION,
        "nav_links": _navigation(),
        "privacy_href": url_for("landing.privacy"),
        "home_href": url_for("landing.landing"),
    }


class _ProvinceName:
    """The province's name, looked up only where a page shows it."""

    def __str__(self) -> str:
        try:
            found = provinces(db.session)
        except Exception:  # a page about a broken database must still be shown
            log.warning("province name unknown", exc_info=True)
            return _("Tỉnh")
        return found[-1].name if found else _("Tỉnh")

    def __html__(self) -> str:
        from markupsafe import escape

        return str(escape(str(self)))


_province_name = _ProvinceName()


def _language_links() -> list[tuple[str, str, str]]:
    path = request.path if request else "/"
    asked = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"] if request else []
    return [(code, name, f"{path}?{urlencode([*asked, ('lang', code)])}") for code, name in LANGUAGES.items()]


def _navigation() -> list[tuple[str, str, bool]]:
    if not (request and current_user and current_user.is_authenticated):
        return []
    doors = [
        (VIEW_SURVEYS, _("Khảo sát"), "surveys.surveys"),
        (VIEW_SURVEYS, _("Các bộ phiếu"), "instruments.questionnaires"),
        (VIEW_RESULTS, _("Bảng số cũ"), "counts.tables"),
        (MANAGE_GEOGRAPHY, _("Địa bàn"), "geography.units"),
        (COLLECT, _("Thu phiếu"), "collection.work"),
        (KEY_PAPER, _("Nhập phiếu giấy"), "paper_entry.desk"),
        (OPERATE_COUNTER, _("Quầy"), "kiosk.start"),
        (MANAGE_USERS, _("Người dùng"), "accounts.people"),
        (MANAGE_USERS, _("Khóa API"), "api_keys.keys"),
        (VIEW_TRAIL, _("Nhật ký"), "audit.trail"),
    ]
    links = [(label, url_for(endpoint)) for permission, label, endpoint in doors if holds(current_user, permission)]
    above = [href for _label, href in links if f"{request.path}/".startswith(f"{href}/")]
    here = max(above, key=len, default=None)
    return [(label, href, href == here) for label, href in links]


def _show_user_error(error: UserError) -> ResponseReturnValue:
    if is_spoken_to_machines():
        return problem_of_error(error)
    db.session.rollback()
    lines = [{"line": line, "reason": reason} for line, reason in getattr(error, "lines", [])]
    advice = (
        "; ".join(f"{line['line']}: {line['reason']}" for line in lines[:10]) if isinstance(error, LinesRefused) else ""
    )
    return _page(error.status, _TITLES.get(error.status, _TITLES[400])(), error.message, advice)


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error
    message, advice = _HTTP_WORDS.get(code, _HTTP_WORDS[400])()
    if is_spoken_to_machines():
        return problem_of_status(error, code, message)
    return _page(code, _TITLES.get(code, _TITLES[400])(), message, advice)


def _show_data_error(error: DataError) -> ResponseReturnValue:
    """The database cannot hold a value that was sent: a NUL character, a number or a text beyond its column."""
    db.session.rollback()
    log.warning("value refused by the database", endpoint=request.endpoint, reason=type(error.orig).__name__)
    message = _("Nội dung gửi lên có ký tự hoặc con số không lưu được.")
    if is_spoken_to_machines():
        return problem("bad-request", message)
    return _page(400, _TITLES[400](), message, _HTTP_WORDS[400]()[1])


def _show_unexpected_error(error: Exception) -> ResponseReturnValue:
    if is_spoken_to_machines():
        return unexpected_problem()
    db.session.rollback()
    reference = secrets.token_hex(4)
    log.exception("unexpected error", reference=reference, method=request.method, endpoint=request.endpoint)
    _be_nobody_if_unreadable()
    return _page(
        500,
        _("Hệ thống gặp lỗi"),
        _("Việc vừa làm chưa được lưu. Xin thử lại; nếu vẫn lỗi, xin báo mã dưới đây."),
        "",
        reference,
    )


def _be_nobody_if_unreadable() -> None:
    """A page about a broken database must still be shown, though nobody can tell who is signed in."""
    try:
        _ = current_user.is_authenticated
    except Exception:
        log.warning("person unknown", exc_info=True)
        nobody = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # Flask-Login's
        g._login_user = nobody  # where Flask-Login keeps the person of this request


def _page(code: int, title: str, message: str, advice: str = "", reference: str | None = None) -> Response:
    if request.path.endswith(".json"):
        response = jsonify({"error": message, "reference": reference})
    else:
        back = (
            request.referrer if request.method == "POST" and _is_ours(request.referrer) else url_for("landing.landing")
        )
        response = make_response(
            render_template(
                "error.html",
                code=code,
                title=title,
                message=message,
                advice=advice,
                reference=reference,
                back_href=back,
            )
        )
    response.status_code = code
    return response


def _is_ours(address: str | None) -> bool:
    return bool(address) and str(address).startswith(request.host_url)


_TITLES = {
    400: lambda: _("Chưa thực hiện được"),
    403: lambda: _("Không được phép"),
    404: lambda: _("Không tìm thấy"),
    405: lambda: _("Chưa thực hiện được"),
    409: lambda: _("Chưa thực hiện được"),
    410: lambda: _("Đã rút"),
    413: lambda: _("Nội dung quá dài"),
    429: lambda: _("Xin chờ một lát"),
}
_HTTP_WORDS = {
    400: lambda: (_("Máy chủ không hiểu yêu cầu này."), _("Xin tải lại trang rồi làm lại.")),
    403: lambda: (
        _("Trang này không dành cho tài khoản đang dùng."),
        _("Xin đăng nhập bằng tài khoản khác."),
    ),
    404: lambda: (_("Không có trang này."), _("Xin kiểm tra lại đường dẫn, hoặc về trang đầu.")),
    405: lambda: (_("Trang này không nhận cách gửi vừa dùng."), _("Xin quay lại và bấm nút trên trang.")),
    413: lambda: (
        _("Nội dung gửi lên quá dài nên chưa được nhận."),
        _("Các phần đã trả lời trước đó vẫn còn. Xin quay lại và viết ngắn hơn."),
    ),
}
