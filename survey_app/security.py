"""Security headers on every answer: a content policy without exceptions, no caching of private pages."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, request
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

from survey_app.characters import is_clean

CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_PRIVATE = HEADERS | {"Cache-Control": "no-store"}
_PRIVATE_SECURE = _PRIVATE | {"Strict-Transport-Security": "max-age=31536000"}
#: A whole questionnaire with long open answers fits many times; a 5 MB answer is refused before it is read.
MAXIMUM_FORM_BYTES = 1_000_000
MAXIMUM_UPLOAD_BYTES = 64_000_000


class KeptSigner(SecureCookieSessionInterface):
    """Flask's sessions in a signed cookie; the signer, which is the same for every request, is made once."""

    def __init__(self) -> None:
        self._kept: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of an application's sessions."""
        if self._kept is None:
            self._kept = super().get_signing_serializer(app)
        return self._kept

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the session, except beside an answer that any cache may give to anybody."""
        if not response.cache_control.public:
            super().save_session(app, session, response)


class CarefulJson(DefaultJSONProvider):
    """Flask's JSON; what is nested too deeply to be read is no JSON, and no error of ours."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value that a text stands for.

        Raises
        ------
        ValueError
        """
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def init_security(app: Flask, *, production: bool) -> None:
    """Attach headers, cookie rules and size limits."""
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=production,
        SESSION_COOKIE_NAME="hai_long",
        PERMANENT_SESSION_LIFETIME=14 * 24 * 3600,  # as long as „Giữ đăng nhập”; a week in the field and some days
        MAX_CONTENT_LENGTH=MAXIMUM_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MAXIMUM_FORM_BYTES,
        MAX_FORM_PARTS=2_000,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
    )
    app.session_interface = KeptSigner()
    app.json_provider_class = CarefulJson  # Flask-Security makes its own `app.json` of it
    app.before_request(_refuse_hidden_characters)
    app.after_request(_add_headers)


def _refuse_hidden_characters() -> None:
    """No page of ours has an address with NUL, controls or turned direction; PostgreSQL cannot even look for one."""
    if not is_clean(request.path) or not all(map(is_clean, request.args.values())):
        abort(404)


def private_headers(*, secure: bool) -> dict[str, str]:
    """The headers of a page that no cache may keep; ``secure``: it came over HTTPS."""
    return _PRIVATE_SECURE if secure else _PRIVATE


def _add_headers(response: Response) -> Response:
    wanted = private_headers(secure=request.is_secure)
    given = {name.lower() for name, _value in response.headers}
    if request.endpoint == "static":
        given.add("cache-control")
    response.headers.extend([(name, value) for name, value in wanted.items() if name.lower() not in given])
    return response
