"""Forms that could not enter, kept as they came until a person decides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.accounts.models import User
from survey_app.collection.models import CHANNELS
from survey_app.database import Base, now
from survey_app.geography.models import Unit

SETTLEMENTS = ("entered", "discarded")


class HeldForm(Base):
    """A sealed form that the door refused; its bytes go when somebody lets it in or puts it away.

    Attributes
    ----------
    case_number : int or None
        The case it says it answers; there may be none of this number.
    """

    __tablename__ = "held_form"
    __table_args__ = (
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        CheckConstraint(f"settlement IS NULL OR settlement IN {SETTLEMENTS}", name="settlement"),
        CheckConstraint("(settlement IS NULL) = (settled_at IS NULL)", name="settled"),
        CheckConstraint("(settlement IS NULL) = (sealed IS NOT NULL)", name="sealed"),
        Index("uq_held_form_form_id_sha256", "form_id", "sha256", unique=True),
        Index(None, "survey_id", "settled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[UUID]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    case_number: Mapped[int | None]
    channel: Mapped[str] = mapped_column(String(10))
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime] = mapped_column(default=now)
    settlement: Mapped[str | None] = mapped_column(String(9))
    settled_by: Mapped[str | None] = mapped_column(String(255))
    settled_at: Mapped[datetime | None]
    settle_reason: Mapped[str] = mapped_column(Text, default="")

    unit: Mapped[Unit | None] = relationship()
    collector: Mapped[User | None] = relationship()
