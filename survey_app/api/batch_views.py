"""Pushing finished dossiers, and fetching tokens for those who are to answer."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from survey_app.api.access import Caller, caller, open_for_key, requires_scope
from survey_app.api.blueprint import blueprint
from survey_app.api.idempotency import done_once
from survey_app.api.schemas import CaseBatch, CaseReport, FinishedCase, Token, TokenRequest, Tokens
from survey_app.api.scopes import ISSUE_TOKENS, PUSH_CASES
from survey_app.collection.drafts import MAXIMUM_DAYS, issue_invitations
from survey_app.database import db
from survey_app.errors import NotFound
from survey_app.i18n import day, today
from survey_app.sampling.listing.columns import Columns
from survey_app.sampling.listing.complaints import Complaints
from survey_app.sampling.listing.queries import frame_units
from survey_app.sampling.listing.reading import shown_code
from survey_app.sampling.listing.service import check_new_digest, import_case_table
from survey_app.sampling.listing.table_file import Row, TableFile
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey

FIELDS = ("unit", "reference", "name", "phone", "address")


@blueprint.post("/surveys/<slug>/cases")
@requires_scope(PUSH_CASES)
@blueprint.input(CaseBatch)
@blueprint.output(CaseReport, 201)
@blueprint.doc(operation_id="pushCases")
@done_once
def push_cases(slug: str, json_data: CaseBatch) -> tuple[dict[str, Any], int]:
    """Bring a batch in through the checks of lists; all of it or nothing."""
    survey = open_for_key(db.session, slug)
    who = caller()
    content = json.dumps([case.model_dump() for case in json_data.cases], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(content.encode()).hexdigest()
    check_new_digest(db.session, survey, digest)
    complaints = Complaints()
    complaints.add(_outside(survey, who, json_data.cases))
    table, columns = _as_table(json_data.cases)
    name = " ".join(json_data.name.split()) or f"{who.key.name}, {day(today())}"
    report = import_case_table(db.session, survey, table, digest, name, columns, actor=who.actor, complaints=complaints)
    shown = CaseReport(
        batch=report.file_id,
        cases=report.rows,
        units=report.places,
        repeated_persons=report.repeated_persons,
        restored_phones=report.restored_phones,
    )
    return shown.model_dump(mode="json"), 201


def _outside(survey: Survey, who: Caller, cases: list[FinishedCase]) -> list[tuple[int, str]]:
    """Complaints about units of the frame that lie outside the place of the key."""
    if who.key.unit is None:
        return []
    outside = {unit.code for unit in frame_units(db.session, survey) if not who.holds(unit)}
    return [
        (number, _("Mã %(code)s nằm ngoài phạm vi của khóa.", code=shown_code(case.unit)))
        for number, case in enumerate(cases, start=1)
        if case.unit in outside
    ]


def _as_table(cases: list[FinishedCase]) -> tuple[TableFile, Columns]:
    """The batch as the table that an office would have sent; rows are counted from 1."""
    attributes = list(dict.fromkeys(name for case in cases for name in case.attributes))
    used = [name for name in FIELDS if name in ("unit", "reference") or any(getattr(case, name) for case in cases)]
    rows: list[Row] = [
        (number, [*(getattr(case, name) for name in used), *(case.attributes.get(name, "") for name in attributes)])
        for number, case in enumerate(cases, start=1)
    ]
    columns = Columns({name: name for name in used}, {name: name for name in attributes})
    return TableFile([*used, *attributes], iter(rows), lambda: 1.0), columns


@blueprint.post("/surveys/<slug>/invitations")
@requires_scope(ISSUE_TOKENS)
@blueprint.input(TokenRequest)
@blueprint.output(Tokens, 201)
@blueprint.doc(operation_id="issueInvitations")
@done_once
def issue_tokens(slug: str, json_data: TokenRequest) -> tuple[dict[str, Any], int]:
    """Make single-use tokens for a unit of the sample."""
    survey = open_for_key(db.session, slug)
    who = caller()
    units = [
        entry
        for entry in drawn_units(db.session, survey)
        if entry.unit.code == json_data.unit and who.holds(entry.unit)
    ]
    if not units:
        raise NotFound(_("%(slug)s: không có xã nào trong mẫu khớp.", slug=slug))
    made = issue_invitations(db.session, survey, units, json_data.count, actor=who.actor)
    shown = Tokens(
        unit=json_data.unit,
        expires_on=today() + timedelta(days=MAXIMUM_DAYS),
        invitations=[Token(token=token, path=f"/s/{survey.slug}/t/{token}") for _entry, token in made],
    )
    return shown.model_dump(mode="json"), 201
