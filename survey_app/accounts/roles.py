"""Roles and what each may do. A closed list in code: the trail of changes to it is the history of this file."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

VIEW_SURVEYS = "survey.view"
EDIT_SURVEYS = "survey.edit"
DRAW_SAMPLE = "sample.draw"
APPROVE_DRAW = "sample.approve"
VIEW_FIELDWORK = "fieldwork.view"
ASSIGN_WORK = "work.assign"
CHECK_WORK = "work.check"
VIEW_CONTACTS = "contact.view"
SET_ASIDE = "response.set_aside"
COLLECT = "response.collect"
KEY_PAPER = "paper.key"
DECIDE_PAPER = "paper.decide"
OPERATE_COUNTER = "counter.operate"
IMPORT_RESPONSES = "response.import"
ISSUE_INVITATIONS = "invitation.issue"
MANAGE_DEVICES = "device.manage"
VIEW_RESULTS = "results.view"
VIEW_OPINIONS = "opinion.view"
REVIEW_OPINIONS = "opinion.review"
EXPORT_DATA = "data.export"
FREEZE = "publication.freeze"
REVIEW = "publication.review"
APPROVE = "publication.approve"
MANAGE_USERS = "user.manage"
MANAGE_GEOGRAPHY = "geography.manage"
VIEW_TRAIL = "audit.view"

#: What coordinators do in their area.
COORDINATE = frozenset(
    {
        VIEW_SURVEYS,
        VIEW_FIELDWORK,
        ASSIGN_WORK,
        CHECK_WORK,
        VIEW_CONTACTS,
        COLLECT,
        ISSUE_INVITATIONS,
        MANAGE_DEVICES,
        KEY_PAPER,
        DECIDE_PAPER,
    }
)
#: What a person of a district may do within it, though the survey is the whole province's; the rest, such as reading
#: the province's figures, needs a grant that holds the whole territory.
PLACE_BOUND = COORDINATE | {OPERATE_COUNTER}
#: What tells of every sector and place.
GENERAL = frozenset({VIEW_TRAIL})

MANAGER = frozenset(
    {
        VIEW_SURVEYS,
        EDIT_SURVEYS,
        DRAW_SAMPLE,
        APPROVE_DRAW,
        VIEW_FIELDWORK,
        ASSIGN_WORK,
        CHECK_WORK,
        VIEW_CONTACTS,
        DECIDE_PAPER,
        SET_ASIDE,
        IMPORT_RESPONSES,
        ISSUE_INVITATIONS,
        MANAGE_DEVICES,
        VIEW_RESULTS,
        VIEW_OPINIONS,
        REVIEW_OPINIONS,
        EXPORT_DATA,
        FREEZE,
        REVIEW,
    }
)
PERMISSIONS: dict[str, frozenset[str]] = {
    "survey_manager": MANAGER | {VIEW_TRAIL},
    "analyst": frozenset({VIEW_SURVEYS, VIEW_FIELDWORK, VIEW_RESULTS, VIEW_OPINIONS, REVIEW}),
    "approver": frozenset({VIEW_SURVEYS, VIEW_FIELDWORK, VIEW_RESULTS, REVIEW, APPROVE, APPROVE_DRAW, SET_ASIDE}),
    "sector_lead": MANAGER,
    "post_coordinator": COORDINATE | {IMPORT_RESPONSES},
    "collector": frozenset({COLLECT}),
    "paper_keyer": frozenset({KEY_PAPER}),
    "counter_device": frozenset({OPERATE_COUNTER}),
    "observer": frozenset({VIEW_SURVEYS, VIEW_FIELDWORK, CHECK_WORK}),
    "administrator": frozenset({VIEW_SURVEYS, MANAGE_USERS, MANAGE_GEOGRAPHY, VIEW_TRAIL}),
}
TITLES = {
    "survey_manager": _l("Phụ trách khảo sát (Sở Nội vụ)"),
    "analyst": _l("Phân tích số liệu"),
    "approver": _l("Lãnh đạo duyệt công bố"),
    "sector_lead": _l("Phụ trách lĩnh vực (Sở Y tế, Sở Giáo dục và Đào tạo)"),
    "post_coordinator": _l("Điều phối bưu điện"),
    "collector": _l("Điều tra viên bưu điện"),
    "paper_keyer": _l("Nhập phiếu giấy (Bưu điện)"),
    "counter_device": _l("Thiết bị tại quầy"),
    "observer": _l("Giám sát (Mặt trận Tổ quốc)"),
    "administrator": _l("Quản trị hệ thống"),
}
SECTORS = {
    "administrative": _l("Hành chính"),
    "health": _l("Y tế"),
    "education": _l("Giáo dục"),
    "governance": _l("Quản trị công"),
    "enterprise": _l("Doanh nghiệp"),
}
