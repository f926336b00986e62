"""Cross tables that somebody wants to find again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, now


class SavedView(Base):
    """The address of a cross table under a name of its owner's choice; nothing that anybody answered.

    Attributes
    ----------
    query : str
        The part of the address after „?”.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("survey_id", "owner_id", "name"),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name"),
        CheckConstraint("length(query) > 0", name="query"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(2000))
    saved_at: Mapped[datetime] = mapped_column(default=now)
