"""The links that change the language of a page and keep all else that its address says."""

from __future__ import annotations

from flask import request, url_for

from survey_app.i18n import LANGUAGES


def same_page_links() -> list[tuple[str, str, str]]:
    """Code, name and address of this page in each language."""
    asked = {**(request.view_args or {}), **request.args.to_dict()}
    return [
        (code, name, url_for(request.endpoint or "", **{**asked, "lang": code})) for code, name in LANGUAGES.items()
    ]
