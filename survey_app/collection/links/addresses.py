"""Where links lead to, for pages, posters and commands alike."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from flask_babel import gettext as _

from survey_app.errors import UserError
from survey_app.surveys.models import Survey


def read_base(text: str) -> str:
    """The address of this service as people type it, without a slash at its end.

    Raises
    ------
    UserError
        It is no address of a site.
    """
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise UserError(
            _("Địa chỉ „%(text)s” không dùng được. Xin ghi như https://khaosat.tinh.gov.vn.", text=text[:80])
        )
    return text.strip().rstrip("/")


def open_link(base: str, survey: Survey, code: str | None = None) -> str:
    """The open link of a survey, for one place where its code is given."""
    return f"{base}/s/{survey.slug}" + (f"?xa={quote(code)}" if code else "")


def personal_link(base: str, survey: Survey, token: str) -> str:
    """The link of a single-use token."""
    return f"{base}/s/{survey.slug}/t/{token}"
