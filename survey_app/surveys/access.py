"""The survey of a page, if this person may open it; and the frame that every page of a survey shares."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user

from survey_app.accounts.guards import may
from survey_app.accounts.roles import (
    ASSIGN_WORK,
    CHECK_WORK,
    DECIDE_PAPER,
    DRAW_SAMPLE,
    ISSUE_INVITATIONS,
    MANAGE_DEVICES,
    VIEW_FIELDWORK,
    VIEW_RESULTS,
    VIEW_SURVEYS,
)
from survey_app.database import db
from survey_app.errors import NotFound
from survey_app.surveys.models import STATES, Survey
from survey_app.surveys.queries import find_survey

STEPS = {
    "questionnaire": ("surveys.survey", VIEW_SURVEYS),
    "sample": ("sampling.sample", VIEW_FIELDWORK),
    "fieldwork": ("collection.fieldwork", VIEW_FIELDWORK),
    "results": ("results.overview", VIEW_RESULTS),
    "publication": ("publication.publication", VIEW_RESULTS),
}
#: The pages of a step, each with its name and the permission it asks for.
PAGES = {
    "sample": (
        ("listing.lists", _l("Dàn mẫu"), VIEW_FIELDWORK),
        ("calculator.calculator", _l("Cỡ mẫu"), VIEW_FIELDWORK),
        ("sampling.sample", _l("Bốc mẫu"), VIEW_FIELDWORK),
    ),
    "fieldwork": (
        ("collection.fieldwork", _l("Tiến độ"), VIEW_FIELDWORK),
        ("work.board", _l("Phân công"), ASSIGN_WORK),
        ("quotas.quotas", _l("Hạn mức"), VIEW_FIELDWORK),
        ("quality.quality", _l("Chất lượng"), VIEW_FIELDWORK),
        ("call_backs.call_backs", _l("Phúc tra"), CHECK_WORK),
        ("kiosk_office.devices", _l("Máy tại quầy"), MANAGE_DEVICES),
        ("links.links", _l("Đường dẫn"), ISSUE_INVITATIONS),
        ("paper.batches", _l("Phiếu giấy"), VIEW_FIELDWORK),
        ("paper_entry.differences", _l("Nhập kép"), DECIDE_PAPER),
    ),
}
REACHED = {
    "draft": "questionnaire",
    "sampled": "fieldwork",
    "collecting": "fieldwork",
    "closed": "results",
    "published": "publication",
}


def may_on(permission: str, survey: Survey) -> bool:
    """Whether the signed-in person holds a permission for a survey."""
    return may(current_user, permission, sector=survey.questionnaire.sector, territory=survey.territory)


def open_survey(slug: str, permission: str) -> Survey:
    """The survey of this slug for a person who holds the permission for it.

    Raises
    ------
    NotFound
        There is none, or this person may not know of it.
    """
    survey = find_survey(db.session, slug)
    if not may_on(permission, survey):
        raise NotFound(_("Không có đợt khảo sát „%(slug)s”. Xin kiểm tra lại đường dẫn.", slug=slug[:80]))
    return survey


def frame(survey: Survey, step: str) -> dict[str, Any]:
    """What the office layout needs: the way of the survey, and which steps this person may open."""
    return {
        "survey": survey,
        "simulated": survey.simulated,
        "step": step,
        "step_links": {
            name: url_for(endpoint, slug=survey.slug)
            for name, (endpoint, permission) in STEPS.items()
            if may_on(permission, survey)
        },
        "step_pages": [
            (label, url_for(endpoint, slug=survey.slug), endpoint == request.endpoint)
            for endpoint, label, permission in PAGES.get(step, ())
            if endpoint in current_app.view_functions and may_on(permission, survey)
        ],
        "reached": REACHED[survey.state],
        "state_number": STATES.index(survey.state),
        "may_draw": may_on(DRAW_SAMPLE, survey),
    }
