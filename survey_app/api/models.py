"""Keys of other systems, what each may do and where, and the answers kept for repeated requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.accounts.models import User
from survey_app.accounts.roles import SECTORS
from survey_app.api.scopes import SCOPES
from survey_app.database import Base, now
from survey_app.geography.models import Unit
from survey_app.surveys.models import Survey


class ApiKey(Base):
    """A key of another system, or the app password of a collector; only the hash of its secret is stored.

    Attributes
    ----------
    prefix : str
        The part of the key that people may read, to tell keys apart.
    user_id : int or None
        The collector whose app password it is.
    unit_id, sector : int or None, str or None
        Where it ends; None: it reaches everywhere.
    minute, calls : int
        The minute since 1970 of its last request, and how many came in it.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint(f"sector IS NULL OR sector IN {tuple(SECTORS)}", name="sector"),
        CheckConstraint("per_minute > 0", name="per_minute"),
        CheckConstraint("calls >= 0", name="calls"),
        CheckConstraint("length(name) > 0", name="name"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        Index(None, "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    prefix: Mapped[str] = mapped_column(String(8), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    sector: Mapped[str | None] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    per_minute: Mapped[int]
    minute: Mapped[int] = mapped_column(BigInteger, default=0)
    calls: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(255))

    unit: Mapped[Unit | None] = relationship()
    user: Mapped[User | None] = relationship()
    granted: Mapped[list[ApiKeyScope]] = relationship(lazy="selectin", order_by="ApiKeyScope.scope")
    limits: Mapped[list[ApiKeySurvey]] = relationship(lazy="selectin")

    @property
    def scopes(self) -> list[str]:
        """What it may do."""
        return [one.scope for one in self.granted]

    @property
    def survey_slugs(self) -> list[str]:
        """The only surveys it may touch; empty: those its sector and unit allow."""
        return sorted(one.survey.slug for one in self.limits)

    @property
    def state(self) -> str:
        """``active``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now() else "active"


class ApiKeyScope(Base):
    """One thing a key may do."""

    __tablename__ = "api_key_scope"
    __table_args__ = (CheckConstraint(f"scope IN {tuple(SCOPES)}", name="scope"),)

    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(30), primary_key=True)


class ApiKeySurvey(Base):
    """One survey a key is limited to."""

    __tablename__ = "api_key_survey"

    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)

    survey: Mapped[Survey] = relationship(lazy="joined", innerjoin=True)


class ApiIdempotency(Base):
    """A request that named itself with ``Idempotency-Key``, and its answer once there is one.

    Attributes
    ----------
    request_sha256 : str
        Method, path and body; the same name with another request is refused.
    status : int or None
        None while the first request is being answered.
    body : bytes or None
        The answer, sealed with the caller's own secret: it may hold tokens that are stored nowhere else.
    """

    __tablename__ = "api_idempotency"
    __table_args__ = (
        CheckConstraint("(status IS NULL) = (body IS NULL)", name="answered"),
        Index(None, "created_at"),
    )

    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=now)
