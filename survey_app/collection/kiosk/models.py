"""The tablet at a counter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, now
from survey_app.geography.models import Unit
from survey_app.surveys.models import Survey

ON_WIPE = ("discard", "partial")
IDLE_SECONDS = (20, 600)
COUNTDOWN_SECONDS = (5, 60)
HOURLY_LIMIT = (1, 1000)


class Device(Base):
    """A tablet that shows one survey at one place. It is known by a token in its cookie; only hashes are stored.

    Attributes
    ----------
    languages : list of str
        What it offers; the first is the one it starts in.
    on_wipe : {"discard", "partial"}
        What becomes of the answers when somebody leaves in the middle.
    night, large_text, high_contrast : bool
        How its start screen looks before anybody chooses otherwise.
    code_mark : str or None
        Keyed mark of the pairing code that waits to be typed in; gone once it was.
    moved : bool
        It was given another place or survey, and nobody has begun a form there yet.
    hour_started_at, hour_count
        Forms begun within the present hour; the limit is the device's own, since many share one address.
    """

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name"),
        CheckConstraint(f"on_wipe IN {ON_WIPE}", name="on_wipe"),
        CheckConstraint(f"idle_seconds BETWEEN {IDLE_SECONDS[0]} AND {IDLE_SECONDS[1]}", name="idle_seconds"),
        CheckConstraint(
            f"countdown_seconds BETWEEN {COUNTDOWN_SECONDS[0]} AND {COUNTDOWN_SECONDS[1]}", name="countdown_seconds"
        ),
        CheckConstraint(f"hourly_limit BETWEEN {HOURLY_LIMIT[0]} AND {HOURLY_LIMIT[1]}", name="hourly_limit"),
        CheckConstraint("(code_mark IS NULL) = (code_expires_at IS NULL)", name="code"),
        CheckConstraint("hour_count >= 0", name="hour_count"),
        CheckConstraint("pin_failures >= 0", name="pin_failures"),
        Index(
            "uq_device_name",
            "survey_id",
            "name",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(100))
    languages: Mapped[list[Any]]
    idle_seconds: Mapped[int] = mapped_column(default=60)
    countdown_seconds: Mapped[int] = mapped_column(default=10)
    on_wipe: Mapped[str] = mapped_column(String(8), default="discard")
    night: Mapped[bool] = mapped_column(default=False)
    large_text: Mapped[bool] = mapped_column(default=False)
    high_contrast: Mapped[bool] = mapped_column(default=False)
    pin_hash: Mapped[str] = mapped_column(String(255))
    pin_failures: Mapped[int] = mapped_column(default=0)
    pin_locked_until: Mapped[datetime | None]
    code_mark: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_expires_at: Mapped[datetime | None]
    token_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    paired_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    paused: Mapped[bool] = mapped_column(default=False)
    moved: Mapped[bool] = mapped_column(default=False)
    revoked_at: Mapped[datetime | None]
    hourly_limit: Mapped[int] = mapped_column(default=60)
    hour_started_at: Mapped[datetime | None]
    hour_count: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)

    survey: Mapped[Survey] = relationship(lazy="joined", innerjoin=True)
    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)

    @property
    def look(self) -> list[str]:
        """The ways of showing that are on by default."""
        chosen = {"night": self.night, "large": self.large_text, "contrast": self.high_contrast}
        return [name for name, is_on in chosen.items() if is_on]
