"""The one verb of the trail."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from survey_app.audit.models import Actor, AuditEntry


def record(session: Session, actor: Actor, verb: str, subject: str, **detail: Any) -> None:
    """Write a line in the trail, in the transaction of what it tells of.

    Parameters
    ----------
    subject : str
        Kind and name, for example ``survey:kien-giang-2020``.
    detail
        Plain JSON values; never personal data, never answers.
    """
    session.add(AuditEntry(actor_id=actor.user_id, actor=actor.label, verb=verb, subject=subject, detail=detail))
