"""The trail: who did what to what, and when. Triggers in the database refuse to change or delete a line."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, now


class Actor(NamedTuple):
    """Who acts: a person (by account) or the operator of the command line."""

    user_id: int | None
    label: str


SYSTEM = Actor(None, "system")


class AuditEntry(Base):
    """One line of the trail."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(255))
    verb: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]]
