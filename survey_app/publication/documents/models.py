"""Documents that were made, the office's own words in them, and the office's own Word templates."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, now

KINDS = ("report", "summary", "decision", "tables", "responses")
FORMS = ("docx", "pdf", "xlsx")
LANGUAGES = ("vi", "en")


class DocumentText(Base):
    """One edition of one text; the newest stands, the earlier ones stay with who wrote them.

    Attributes
    ----------
    text : str, optional
        None: back to the draft.
    draft : str
        What the rules drafted when it was edited; another draft since means that the figures have changed.
    """

    __tablename__ = "document_text"
    __table_args__ = (
        CheckConstraint("kind IN ('report', 'summary', 'decision')", name="kind"),
        CheckConstraint(f"language IN {LANGUAGES}", name="language"),
        Index("ix_document_text_survey", "survey_id", "kind", "language"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    kind: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(5))
    key: Mapped[str] = mapped_column(String(30))
    text: Mapped[str | None] = mapped_column(Text)
    draft: Mapped[str] = mapped_column(Text)
    edited_by: Mapped[str] = mapped_column(String(255))
    edited_at: Mapped[datetime] = mapped_column(default=now)


class DocumentTemplate(Base):
    """A Word template of a sector's office for one kind of document; the newest is used.

    Attributes
    ----------
    content : bytes, optional
        None: back to the template that is shipped.
    """

    __tablename__ = "document_template"
    __table_args__ = (
        CheckConstraint("kind IN ('report', 'summary', 'decision')", name="kind"),
        CheckConstraint("(content IS NULL) = (sha256 IS NULL)", name="content"),
        Index("ix_document_template_sector", "sector", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sector: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str | None] = mapped_column(String(64))
    uploaded_by: Mapped[str] = mapped_column(String(255))
    uploaded_at: Mapped[datetime] = mapped_column(default=now)


class MadeDocument(Base):
    """A file that was made; it lies in the instance folder under its id.

    Attributes
    ----------
    number : int, optional
        Of the snapshot it was made from; None: figures of the moment.
    content_sha256 : str
        The hash of the figures it was made from.
    rows : int, optional
        Of a workbook.
    """

    __tablename__ = "made_document"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"form IN {FORMS}", name="form"),
        CheckConstraint(f"language IN {LANGUAGES}", name="language"),
        CheckConstraint("size > 0", name="size"),
        Index("ix_made_document_survey", "survey_id", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    kind: Mapped[str] = mapped_column(String(10))
    form: Mapped[str] = mapped_column(String(5))
    language: Mapped[str] = mapped_column(String(5))
    number: Mapped[int | None]
    content_sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(160))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int | None]
    made_by: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(default=now)
