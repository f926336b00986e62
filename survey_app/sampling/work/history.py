"""All that happened to one case, as its page and its command tell it; never with contact data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit.models import AuditEntry
from survey_app.audit.queries import entries_about
from survey_app.i18n import PROVINCE_TIME
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.models import Assignment, Attempt, PostOffice
from survey_app.sampling.work.queries import (
    CaseLine,
    assignments_of,
    attempts_of,
    find_line,
    offices_of,
    people_of,
    replacement_of,
)
from survey_app.surveys.design import design_of

#: What the trail tells of a case beside its tries and its holders.
DECISIONS = ("case.replace", "case.close", "case.reopen")


@dataclass(frozen=True)
class CaseHistory:
    """A case with its tries, its holders and what was decided, each in the order it happened.

    Attributes
    ----------
    replaced_by : int or None
        The reserve that took its place.
    people, offices : dict
        Everybody named in it, by number.
    """

    line: CaseLine
    held: Sequence[Assignment]
    tries: Sequence[Attempt]
    decisions: Sequence[AuditEntry]
    replaced_by: int | None
    people: dict[int | None, User]
    offices: dict[int | None, PostOffice]


def read_history(session: Session, area: Area, case_id: int) -> CaseHistory:
    """What happened to a case of an area.

    Raises
    ------
    NotFound
        There is none of this number in it.
    """
    line = find_line(session, area, case_id)
    held = assignments_of(session, case_id)
    tries = attempts_of(session, [case_id]).get(case_id, [])
    told = [entry for entry in entries_about(session, f"case:{case_id}") if entry.verb in DECISIONS]
    return CaseHistory(
        line,
        held,
        tries,
        told[::-1],
        replacement_of(session, case_id),
        people_of(session, {one.collector_id for one in held} | {one.collector_id for one in tries}),
        offices_of(session, {one.office_id for one in held}),
    )


def history_as_json(area: Area, history: CaseHistory) -> dict[str, Any]:
    """The history as plain values, with the names that the page shows; hours are the province's."""
    line = history.line
    rule = design_of(area.survey).work
    return {
        "case": line.id,
        "unit": line.unit_code,
        "place": line.unit_name,
        "role": line.role,
        "rank": line.rank,
        "state": line.state if line.is_live else "unused",
        "outcome": line.outcome,
        "due_on": line.due_on.isoformat() if line.due_on else None,
        "overdue": line.is_overdue,
        "tries_counted": line.attempts,
        "tries_needed": rule.attempts,
        "replaces": line.replaces_id,
        "replaced_by": history.replaced_by,
        "reason": line.reason,
        "tries": [
            {"at": _hour(one.tried_at), "outcome": one.outcome, "who": history.people[one.collector_id].name}
            for one in history.tries
        ],
        "decisions": [
            {
                "at": _hour(one.at),
                "decision": one.verb.removeprefix("case."),
                "who": one.actor,
                "reason": one.detail.get("reason", ""),
            }
            for one in history.decisions
        ],
        "held_by": [
            {
                "from": _hour(one.assigned_at),
                "to": _hour(one.ended_at) if one.ended_at else None,
                "who": _holder(history, one),
                "given_by": one.assigned_by,
                "end_reason": one.end_reason,
            }
            for one in history.held
        ],
    }


def _holder(history: CaseHistory, one: Assignment) -> str:
    return (history.people[one.collector_id] if one.collector_id else history.offices[one.office_id]).name


def _hour(moment: datetime) -> str:
    return moment.astimezone(PROVINCE_TIME).isoformat(timespec="minutes")
