"""Stored versions of questionnaires. A version is its content: it can be succeeded, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.accounts.roles import SECTORS
from survey_app.database import Base, now


class Questionnaire(Base):
    """One version of one questionnaire."""

    __tablename__ = "questionnaire"
    __table_args__ = (
        UniqueConstraint("key", "version"),
        CheckConstraint(f"sector IN {tuple(SECTORS)}", name="sector"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(40))
    sector: Mapped[str] = mapped_column(String(20))
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
