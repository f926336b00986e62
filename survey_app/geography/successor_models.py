"""Which units took the place of which: the bridge between provinces of three levels and of two."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base
from survey_app.geography.models import Unit

BASES = ("whole", "population", "area", "assumed")


class Succession(Base):
    """The share of an old commune that became part of a new one; the shares of an old commune sum to 1.

    Attributes
    ----------
    basis : {"whole", "population", "area", "assumed"}
        What the share is a share of; ``whole``: all of it, so that nothing had to be estimated.
    """

    __tablename__ = "succession"
    __table_args__ = (
        UniqueConstraint("old_id", "new_id"),
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        CheckConstraint(f"basis IN {BASES}", name="basis"),
        CheckConstraint("(basis = 'whole') = (share = 1)", name="whole"),
        CheckConstraint("old_id <> new_id", name="two_units"),
        CheckConstraint("length(document) > 0", name="document"),
        Index(None, "new_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    old_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    new_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    share: Mapped[float]
    basis: Mapped[str] = mapped_column(String(10))
    effective_on: Mapped[date]
    document: Mapped[str] = mapped_column(String(300))

    old: Mapped[Unit] = relationship(foreign_keys=[old_id], lazy="joined", innerjoin=True)
    new: Mapped[Unit] = relationship(foreign_keys=[new_id], lazy="joined", innerjoin=True)
