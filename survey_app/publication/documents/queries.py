"""Reading documents: the office's words, its templates, the files that were made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from survey_app.errors import NotFound
from survey_app.publication.documents.models import DocumentTemplate, DocumentText, MadeDocument
from survey_app.surveys.models import Survey


def editions(session: Session, survey: Survey, kind: str, language: str) -> dict[str, DocumentText]:
    """The newest edition of each text that was ever edited, by its key."""
    found = session.scalars(
        select(DocumentText)
        .where(DocumentText.survey_id == survey.id, DocumentText.kind == kind, DocumentText.language == language)
        .order_by(DocumentText.id)
    )
    return {edition.key: edition for edition in found}


def own_texts(session: Session, survey: Survey, kind: str, language: str) -> dict[str, str]:
    """The office's own words by key; texts that went back to the draft are not among them."""
    found = editions(session, survey, kind, language)
    return {key: edition.text for key, edition in found.items() if edition.text is not None}


def template_in_force(session: Session, sector: str, kind: str, *, content: bool = False) -> DocumentTemplate | None:
    """The office's own template; None where the shipped one is used."""
    query = select(DocumentTemplate).where(DocumentTemplate.sector == sector, DocumentTemplate.kind == kind)
    if content:
        query = query.options(undefer(DocumentTemplate.content))
    found = session.scalar(query.order_by(DocumentTemplate.id.desc()).limit(1))
    return None if found is None or found.sha256 is None else found


def made_documents(session: Session, survey: Survey) -> Sequence[MadeDocument]:
    """The files that were made of a survey, newest first."""
    return session.scalars(
        select(MadeDocument)
        .where(MadeDocument.survey_id == survey.id)
        .order_by(MadeDocument.made_at.desc(), MadeDocument.id)
    ).all()


def find_document(session: Session, survey: Survey, document_id: UUID) -> MadeDocument:
    """A file that was made.

    Raises
    ------
    NotFound
        This survey has none of this id, or its file is no longer there.
    """
    found = session.scalar(
        select(MadeDocument).where(MadeDocument.id == document_id, MadeDocument.survey_id == survey.id)
    )
    if found is None or not path_of(found).exists():
        raise NotFound(_("Tài liệu này không còn. Xin mở trang Tài liệu và làm lại."))
    return found


def path_of(document: MadeDocument) -> Path:
    """Where a file lies."""
    return documents_folder() / f"{document.id}.{document.form}"


def documents_folder() -> Path:
    """The folder of made files, for this user alone."""
    folder = Path(current_app.config["INSTANCE"]) / "documents"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
