"""The pages of a survey's results: the overview and what leads on from it, in the order of the row of links."""

from __future__ import annotations

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l

from survey_app.accounts.roles import VIEW_RESULTS
from survey_app.surveys.access import may_on
from survey_app.surveys.models import Survey

#: The endpoint of each page and its title; whoever may see the results may open every one of them.
PAGES = (
    ("results.overview", _l("Tổng quan")),
    ("results.factors", _l("Yếu tố, tiêu chí")),
    ("crossing.where", _l("Ở đâu")),
    ("crossing.who", _l("Ai")),
    ("crossing.table", _l("Bảng chéo")),
    ("change.change", _l("So với trước")),
    ("opinions.opinions", _l("Ý kiến")),
    ("open_data.data", _l("Dữ liệu")),
    ("weighting.weights", _l("Trọng số")),
    ("documents.documents", _l("Tài liệu")),
)


def results_pages(survey: Survey) -> list[tuple[object, str, bool]]:
    """The row of links of a survey's results: title, address, and whether it is the page shown."""
    if not may_on(VIEW_RESULTS, survey):
        return []
    return [
        (title, url_for(endpoint, slug=survey.slug), endpoint == request.endpoint)
        for endpoint, title in PAGES
        if endpoint in current_app.view_functions
    ]
