"""People and their grants. A grant is a role within a sector and a place; without them it reaches everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_security import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.accounts.roles import GENERAL, PERMISSIONS, SECTORS
from survey_app.database import Base, now
from survey_app.geography.models import Unit


class Role(Base, RoleMixin):
    """A role by its name; what it may do stands in roles.py."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)


class User(Base, UserMixin):
    """An account. Citizens have none."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("failed_sign_ins >= 0", name="failed_sign_ins"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    grants: Mapped[list[Grant]] = relationship(back_populates="user", lazy="selectin")

    @property
    def roles(self) -> list[Any]:  # type: ignore[override]  # read from the grants, never assigned
        """The roles granted, as Flask-Security asks for them."""
        return [grant.role for grant in self.grants]


class Grant(Base):
    """A role given to a person, for a sector and a place."""

    __tablename__ = "role_grant"
    __table_args__ = (CheckConstraint(f"sector IS NULL OR sector IN {tuple(SECTORS)}", name="sector"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id"))
    sector: Mapped[str | None] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    user: Mapped[User] = relationship(back_populates="grants")
    role: Mapped[Role] = relationship(lazy="joined")
    unit: Mapped[Unit | None] = relationship(lazy="joined")

    @property
    def permissions(self) -> frozenset[str]:
        """What the role may do; some of it only where it was given for all sectors and the whole province."""
        given = PERMISSIONS.get(self.role.name, frozenset())
        general = self.sector is None and (self.unit is None or self.unit.level == "province")
        return given if general else given - GENERAL


# Two NULLs are never equal to a unique constraint; an index over expressions knows that "everywhere" is one place.
Index(
    "uq_role_grant_scope",
    Grant.user_id,
    Grant.role_id,
    func.coalesce(Grant.sector, ""),
    func.coalesce(Grant.unit_id, 0),
    unique=True,
)
