"""Errors as other programs read them: RFC 9457, in the language asked for, each kind with a page of its own."""

from __future__ import annotations

import json
import secrets
from typing import Any

import structlog
from apiflask import HTTPError, settings
from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException

from survey_app.api.access import TooManyRequests
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.i18n import language

log = structlog.get_logger(__name__)

PREFIX = "/api/v1"
MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 500
#: Every kind: its status, its title, and what to do about it. The page of each is the type of the problem.
KINDS: dict[str, tuple[int, Any, Any]] = {
    "bad-request": (
        400,
        _l("Không làm được như yêu cầu"),
        _l("Yêu cầu đúng dạng nhưng không làm được. Câu „detail” và danh sách „errors” nói rõ chỗ cần sửa."),
    ),
    "key-missing": (
        401,
        _l("Thiếu khóa hoặc khóa không dùng được"),
        _l("Gửi tiêu đề Authorization: Bearer KHÓA. Khóa mất hoặc hết hạn: xin quản trị tạo khóa mới."),
    ),
    "not-allowed": (
        403,
        _l("Khóa không có quyền này"),
        _l("Xin quản trị tạo khóa có quyền cần dùng."),
    ),
    "not-found": (
        404,
        _l("Không tìm thấy"),
        _l("Địa chỉ sai, hoặc thứ cần tìm nằm ngoài phạm vi của khóa."),
    ),
    "wrong-method": (405, _l("Phương thức không dùng được"), _l("Tiêu đề Allow nói phương thức nào dùng được.")),
    "conflict": (
        409,
        _l("Tình trạng hiện thời không cho phép"),
        _l("Ví dụ: đã bốc mẫu, đợt chưa mở, lô đã nhập. Đọc „detail”, không gửi lại y nguyên."),
    ),
    "in-progress": (
        409,
        _l("Yêu cầu trước cùng Idempotency-Key chưa xong"),
        _l("Chờ số giây ở tiêu đề Retry-After rồi gửi lại y nguyên."),
    ),
    "too-large": (413, _l("Nội dung quá dài"), _l("Chia thành nhiều lần gửi.")),
    "wrong-media-type": (415, _l("Kiểu nội dung không dùng được"), _l("Gửi JSON với Content-Type: application/json.")),
    "invalid": (
        422,
        _l("Yêu cầu không đúng dạng"),
        _l("Danh sách „errors” nói từng chỗ; dạng đúng ở /api/docs."),
    ),
    "key-reused": (
        422,
        _l("Idempotency-Key đã dùng cho yêu cầu khác"),
        _l("Mỗi yêu cầu mới một khóa mới, ví dụ một UUID."),
    ),
    "too-many-requests": (
        429,
        _l("Quá nhiều yêu cầu"),
        _l("Chờ số giây ở tiêu đề Retry-After rồi gửi lại."),
    ),
    "unexpected": (
        500,
        _l("Hệ thống gặp lỗi"),
        _l("Chưa lưu gì. Gửi lại; nếu vẫn lỗi, báo quản trị số tham chiếu „reference”."),
    ),
}
_KIND_OF_STATUS = {status: kind for kind, (status, _title, _advice) in reversed(KINDS.items())}


class InProgress(UserError):
    """The first request of this Idempotency-Key is still being answered."""

    status = 409


class KeyReused(UserError):
    """The Idempotency-Key named another request before."""

    status = 422


_KIND_OF_ERROR: dict[type[UserError], str] = {InProgress: "in-progress", KeyReused: "key-reused"}


def is_spoken_to_machines() -> bool:
    """Whether errors of this request are problems rather than pages."""
    return request.path.startswith(PREFIX + "/") or request.path == PREFIX


def problem(kind: str, detail: str, *, status: int | None = None, **more: Any) -> Response:
    """An error as a problem document."""
    usual, title, _advice = KINDS[kind]
    body = {
        "type": f"/api/problems/{kind}",
        "title": str(title),
        "status": status or usual,
        "detail": detail,
        "instance": request.path,
        **more,
    }
    response = Response(json.dumps(body, ensure_ascii=False), status=status or usual, content_type=MEDIA_TYPE)
    response.headers["Content-Language"] = language()
    return response


def kind_of_status(status: int) -> str:
    """The usual kind of a status."""
    return _KIND_OF_STATUS.get(status, "unexpected" if status >= 500 else "bad-request")


def problem_of_error(error: UserError) -> Response:
    """A person's error as a problem; refused rows one by one."""
    db.session.rollback()
    kind = _KIND_OF_ERROR.get(type(error)) or kind_of_status(error.status)
    lines = getattr(error, "lines", [])
    more = {"errors": [{"row": row, "reason": reason} for row, reason in lines[:MOST_ERRORS]]} if lines else {}
    response = problem(kind, error.message, status=error.status, **more)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Hai Long"'
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, InProgress):
        response.headers["Retry-After"] = "1"
    return response


def problem_of_status(error: HTTPException, status: int, detail: str) -> Response:
    """What the framework refused, as a problem with the headers that belong to it."""
    response = problem(kind_of_status(status), detail, status=status)
    response.headers.extend([(name, value) for name, value in error.get_headers() if name == "Allow"])
    return response


def unexpected_problem() -> Response:
    """An error of ours: told by a number that stands in the log as well."""
    db.session.rollback()
    reference = secrets.token_hex(4)
    log.exception("unexpected error", reference=reference, method=request.method, endpoint=request.endpoint)
    return problem(
        "unexpected",
        _("Việc vừa làm chưa được lưu. Xin gửi lại; nếu vẫn lỗi, xin báo quản trị số tham chiếu."),
        reference=reference,
    )


def init_problems(app: Flask) -> None:
    """Say in our words what a request lacks that does not fit its model."""
    for name, value in vars(settings).items():
        if name.isupper():
            app.config.setdefault(name, value)  # what APIFlask's decorators look up
    app.register_error_handler(HTTPError, _invalid)


def _invalid(error: HTTPError) -> ResponseReturnValue:
    cause = error.__cause__
    found = cause.errors(include_url=False, include_context=True) if isinstance(cause, ValidationError) else []
    return problem(
        "invalid",
        _("Yêu cầu không đúng dạng. Xin sửa các chỗ trong danh sách errors rồi gửi lại."),
        errors=[{"field": _place(one), "reason": _reason(one)} for one in found[:MOST_ERRORS]],
    )


def _place(error: ErrorDetails) -> str:
    """Where, without what an attribute or an answer is called by the sender beyond a few words."""
    return ".".join(str(part)[:60] for part in error["loc"][:6]) or "body"


def _reason(error: ErrorDetails) -> str:
    limits = error.get("ctx", {})
    words = {
        "missing": lambda: _("thiếu trường này"),
        "extra_forbidden": lambda: _("không có trường này"),
        "string_type": lambda: _("phải là chữ"),
        "int_type": lambda: _("phải là số nguyên"),
        "int_parsing": lambda: _("phải là số nguyên"),
        "list_type": lambda: _("phải là danh sách"),
        "dict_type": lambda: _("phải là đối tượng JSON"),
        "model_type": lambda: _("phải là đối tượng JSON"),
        "string_too_long": lambda: _("dài quá %(limit)s ký tự", limit=limits.get("max_length")),
        "string_too_short": lambda: _("ngắn hơn %(limit)s ký tự", limit=limits.get("min_length")),
        "too_long": lambda: _("nhiều hơn %(limit)s phần tử", limit=limits.get("max_length")),
        "too_short": lambda: _("ít hơn %(limit)s phần tử", limit=limits.get("min_length")),
        "greater_than_equal": lambda: _("phải từ %(limit)s trở lên", limit=limits.get("ge")),
        "less_than_equal": lambda: _("không quá %(limit)s", limit=limits.get("le")),
        "literal_error": lambda: _("phải là một trong: %(values)s", values=limits.get("expected")),
        "string_pattern_mismatch": lambda: _("có ký tự không dùng được"),
    }
    return words.get(error["type"], lambda: _("không đúng dạng"))()
