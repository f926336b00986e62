"""Reading the trail."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import AuditEntry


def entries_about(session: Session, subject: str, limit: int = 200) -> Sequence[AuditEntry]:
    """The newest lines about one subject, newest first."""
    return session.scalars(
        select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id.desc()).limit(limit)
    ).all()


def latest_entries(session: Session, *, before: int | None = None, limit: int = 100) -> Sequence[AuditEntry]:
    """The newest lines, or those before a given one, newest first."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return session.scalars(query).all()
