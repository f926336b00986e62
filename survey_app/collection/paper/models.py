"""Batches of paper forms, each form, what was keyed from it, and who decided where two keyers differed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.accounts.models import User
from survey_app.collection.models import LANGUAGES
from survey_app.database import Base, now
from survey_app.geography.models import Unit
from survey_app.sampling.work.models import PostOffice
from survey_app.surveys.models import Survey

STATES = ("issued", "received", "keyed", "accepted", "disputed", "returned", "lost", "void")
#: States of a form that can still bring, or has brought, an answer.
LIVE = ("issued", "received", "keyed", "accepted", "disputed")
#: JSON where nothing is NULL, not the JSON value null: forgotten answers leave nothing.
Kept = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class PaperSeries(Base):
    """The series of a survey's serials and the last number given out; its row is the lock of issuing."""

    __tablename__ = "paper_series"
    __table_args__ = (CheckConstraint("last_number >= 0", name="last_number"),)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    last_number: Mapped[int] = mapped_column(default=0)


class PaperBatch(Base):
    """Forms of one place and language, printed together and handed to an office or a person.

    Attributes
    ----------
    first, last : int
        Numbers of its serials.
    layout : dict or None
        Where each box stands on each side, in millimetres, as it was last printed; scanning reads by it.
    """

    __tablename__ = "paper_batch"
    __table_args__ = (
        CheckConstraint(f"language IN {LANGUAGES}", name="language"),
        CheckConstraint("first >= 1 AND last >= first", name="numbers"),
        CheckConstraint("(office_id IS NULL AND collector_id IS NULL) = (handed_at IS NULL)", name="handed"),
        UniqueConstraint("survey_id", "first"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    language: Mapped[str] = mapped_column(String(5))
    large: Mapped[bool] = mapped_column(default=False)
    first: Mapped[int]
    last: Mapped[int]
    office_id: Mapped[int | None] = mapped_column(ForeignKey("post_office.id"))
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    issued_by: Mapped[str] = mapped_column(String(255))
    issued_at: Mapped[datetime] = mapped_column(default=now)
    handed_at: Mapped[datetime | None]
    layout: Mapped[dict[str, Any] | None] = mapped_column(Kept)

    survey: Mapped[Survey] = relationship()
    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)
    office: Mapped[PostOffice | None] = relationship(lazy="joined")
    collector: Mapped[User | None] = relationship()

    @property
    def count(self) -> int:
        """How many forms it has."""
        return self.last - self.first + 1


class PaperForm(Base):
    """One form; its id is fixed when it is issued and becomes the id of its response, so that it enters once.

    Attributes
    ----------
    case_id : int or None
        The drawn case it was handed out for; forgotten when the survey closes, like every tie.
    refusal : str or None
        Why the door did not take it, in the words of the moment.
    """

    __tablename__ = "paper_form"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("state NOT IN ('lost', 'void') OR length(reason) > 0", name="reason"),
        UniqueConstraint("batch_id", "number"),
        UniqueConstraint("serial"),
        Index(None, "batch_id", "state"),
        Index(
            "uq_paper_form_case",
            "case_id",
            unique=True,
            sqlite_where=text(f"state IN {LIVE}"),
            postgresql_where=text(f"state IN {LIVE}"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"))
    number: Mapped[int]
    serial: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(10), default="issued")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("survey_case.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text, default="")
    refusal: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(default=now)

    batch: Mapped[PaperBatch] = relationship()


class PaperEntry(Base):
    """What one person, or the scanner, read from a form, blind of the other; after a while only the counts are left.

    Attributes
    ----------
    keyer_id : int or None
        None for the scanner, which is always the first.
    answers, unclear : dict and list, or None
        Answers on the path, and the items on which the paper cannot be read; forgotten some days after acceptance.
    compared, agreed : int or None
        Items that either of the two had an answer to, and those on which both said the same.
    decided, won : int or None
        Differences that a third person decided, and those in which this reading was right.
    """

    __tablename__ = "paper_entry"
    __table_args__ = (
        UniqueConstraint("form_id", "pass_number"),
        UniqueConstraint("form_id", "keyer_id"),
        CheckConstraint("pass_number IN (1, 2)", name="pass_number"),
        CheckConstraint("keyer_id IS NOT NULL OR pass_number = 1", name="scan_first"),
        CheckConstraint("seconds >= 0", name="seconds"),
        CheckConstraint("(answers IS NULL) = (sha256 IS NULL)", name="forgotten"),
        CheckConstraint("agreed >= 0 AND agreed <= compared", name="agreed"),
        CheckConstraint("won >= 0 AND won <= decided AND decided <= compared - agreed", name="won"),
        Index(None, "keyer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[UUID] = mapped_column(ForeignKey("paper_form.id"))
    keyer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    pass_number: Mapped[int]
    answers: Mapped[dict[str, Any] | None] = mapped_column(Kept)
    unclear: Mapped[list[Any] | None] = mapped_column(Kept)
    sha256: Mapped[str | None] = mapped_column(String(64))
    seconds: Mapped[float]
    keyed_at: Mapped[datetime] = mapped_column(default=now)
    compared: Mapped[int | None]
    agreed: Mapped[int | None]
    decided: Mapped[int | None]
    won: Mapped[int | None]

    form: Mapped[PaperForm] = relationship()


class PaperDecision(Base):
    """That a third person said what the paper says; the database keeps the keyers themselves from it."""

    __tablename__ = "paper_decision"
    __table_args__ = (
        CheckConstraint("first_id IS NULL OR decider_id IS NULL OR decider_id <> first_id", name="not_first"),
        CheckConstraint("decider_id IS NULL OR decider_id <> second_id", name="not_second"),
        ForeignKeyConstraint(
            ["form_id", "first_id"],
            ["paper_entry.form_id", "paper_entry.keyer_id"],
            name="fk_paper_decision_first",
        ),
        ForeignKeyConstraint(
            ["form_id", "second_id"],
            ["paper_entry.form_id", "paper_entry.keyer_id"],
            name="fk_paper_decision_second",
        ),
    )

    form_id: Mapped[UUID] = mapped_column(ForeignKey("paper_form.id"), primary_key=True)
    first_id: Mapped[int | None]
    second_id: Mapped[int]
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_by: Mapped[str] = mapped_column(String(255))
    decided_at: Mapped[datetime] = mapped_column(default=now)
    items: Mapped[int]
