"""Pages on paper: HTML to PDF with our own fonts, without a network."""

from __future__ import annotations

from collections.abc import Mapping
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app
from flask_babel import gettext as _

from survey_app.errors import UserError
from survey_app.i18n import language
from survey_app.settings import ROOT

_STATIC = ROOT / "survey_app" / "static"


def page_for_print(template: str, **context: object) -> str:
    """A template that stands alone, without the frame of the site, as the command line can render it too."""
    return current_app.jinja_env.get_template(template).render(language=language(), **context)


def render_pdf(html: str) -> bytes:
    """A PDF of a page; raises as `typeset`."""
    return bytes(typeset(html).write_pdf())


def render_accessible_pdf(html: str, pictures: Mapping[str, bytes]) -> bytes:
    """A tagged PDF (PDF/UA-1) that screen readers read in order; raises as `typeset`.

    Parameters
    ----------
    pictures : mapping of str to bytes
        PNG by name; the page shows one by the address ``picture:NAME``.
    """
    return bytes(typeset(html, pictures).write_pdf(pdf_variant="pdf/ua-1", custom_metadata=True))


def typeset(html: str, pictures: Mapping[str, bytes] | None = None) -> Any:
    """A page set in lines and pages, WeasyPrint's ``Document``.

    Addresses in it may only point into the static folder, or name one of the pictures.

    Raises
    ------
    UserError
        The system lacks Pango, which sets the text.
    """
    try:
        from weasyprint import HTML  # loaded on first use: it takes a second, and needs Pango of the system
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise UserError(
            _("Máy chủ chưa có thư viện Pango nên chưa in PDF được. Xin báo quản trị cài gói libpangoft2-1.0-0.")
        ) from error

    class StaticOnly(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            parts = urlsplit(url)
            if parts.scheme == "picture" and parts.path in (pictures or {}):
                return URLFetcherResponse(url, (pictures or {})[parts.path], {"Content-Type": "image/png"})
            path = (_STATIC / parts.path.lstrip("/")).resolve()
            if parts.scheme != "static" or not path.is_relative_to(_STATIC):
                raise ValueError(f"{url} is not in the static folder")
            kind = guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return HTML(string=html, url_fetcher=StaticOnly()).render(font_config=FontConfiguration())


def pdf_response(html: str, name: str) -> Response:
    """The PDF as a download."""
    return Response(
        render_pdf(html),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"},
    )
