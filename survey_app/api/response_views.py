"""Pushing filled-in forms: each through the one door, each with its own result."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.api.access import Caller, caller, open_for_key, requires_scope
from survey_app.api.blueprint import blueprint
from survey_app.api.idempotency import done_once
from survey_app.api.schemas import AnswerError, PushedResponse, PushedResult, PushedResults, ResponseBatch
from survey_app.api.scopes import NAME_CHANNEL, PUSH_RESPONSES
from survey_app.audit.service import record
from survey_app.collection.file_import import BROUGHT
from survey_app.collection.service import AnswersRefused, DisputedResponse, Submission, accept_response
from survey_app.database import db
from survey_app.errors import Forbidden, UserError
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.queries import holders_of_cases
from survey_app.surveys.models import Survey


@blueprint.post("/surveys/<slug>/responses")
@requires_scope(PUSH_RESPONSES)
@blueprint.input(ResponseBatch)
@blueprint.output(PushedResults)
@blueprint.doc(operation_id="pushResponses")
@done_once
def push_responses(slug: str, json_data: ResponseBatch) -> tuple[dict[str, Any], int]:
    """Hand every form to the door; one refused does not stop the others."""
    survey = open_for_key(db.session, slug)
    who = caller()
    if not who.may(NAME_CHANNEL) and any(form.channel != "file" for form in json_data.responses):
        raise Forbidden(_("Khóa này không có quyền %(scope)s. Xin liên hệ quản trị.", scope=NAME_CHANNEL))
    outside = _codes_outside(db.session, survey, who)
    holders = holders_of_cases(db.session, survey.id) if any(form.case for form in json_data.responses) else {}
    results = [_take(db.session, survey, form, outside, holders) for form in json_data.responses]
    states = [result.state for result in results]
    counts = {state: states.count(state) for state in ("accepted", "repeated", "disputed", "refused")}
    record(db.session, who.actor, "response.push", f"survey:{survey.slug}", **counts)
    shown = PushedResults(accepted=counts["accepted"], results=results)
    return shown.model_dump(mode="json"), 200


def _codes_outside(session: Session, survey: Survey, who: Caller) -> set[str]:
    if who.key.unit is None:
        return set()
    return {entry.unit.code for entry in drawn_units(session, survey) if not who.holds(entry.unit)}


def _take(
    session: Session, survey: Survey, form: PushedResponse, outside: set[str], holders: dict[int, int]
) -> PushedResult:
    try:
        if form.unit in outside:
            raise Forbidden(_("Mã %(code)s nằm ngoài phạm vi của khóa.", code=form.unit))
        receipt = accept_response(
            session,
            survey,
            Submission(
                response_id=form.id,
                unit_code=form.unit,
                channel=form.channel,
                language=form.language,
                day=form.day,
                minutes=form.minutes,
                answers=form.answers,
                case_id=form.case,
                collector_id=holders.get(form.case or 0) if form.channel in BROUGHT else None,
            ),
        )
    except AnswersRefused as error:
        errors = [AnswerError(item=one.item, reason=one.message) for one in error.problems]
        return PushedResult(id=form.id, state="refused", reason=error.message, errors=errors)
    except DisputedResponse as error:
        return PushedResult(id=form.id, state="disputed", reason=error.message)
    except UserError as error:
        return PushedResult(id=form.id, state="refused", reason=error.message)
    return PushedResult(
        id=form.id, state="repeated" if receipt.repeated else "accepted", code=receipt.code, dropped=receipt.dropped
    )
