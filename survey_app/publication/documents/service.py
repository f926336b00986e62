"""The verbs of documents: edit a text, replace a template, make a file."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.collection.queries import count_responses
from survey_app.database import read_only
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.i18n import LANGUAGES
from survey_app.publication.documents.content import ReportContent
from survey_app.publication.documents.drafts import KINDS as WRITTEN
from survey_app.publication.documents.drafts import LONGEST_TEXT, Text, texts_of, tidy
from survey_app.publication.documents.microdata import write_responses
from survey_app.publication.documents.models import DocumentTemplate, DocumentText, MadeDocument
from survey_app.publication.documents.outline import build_document
from survey_app.publication.documents.page import write_pdf
from survey_app.publication.documents.queries import (
    documents_folder,
    made_documents,
    own_texts,
    path_of,
    template_in_force,
)
from survey_app.publication.documents.word import try_template, write_word
from survey_app.publication.documents.word_fields import check_template
from survey_app.publication.documents.workbook import write_workbook
from survey_app.publication.public_choice import PublicChoice
from survey_app.publication.queries import publications_of
from survey_app.publication.snapshot import compute_content
from survey_app.surveys.models import Survey

FORMS_OF = {
    "report": ("docx", "pdf"),
    "summary": ("docx", "pdf"),
    "decision": ("docx", "pdf"),
    "tables": ("xlsx",),
    "responses": ("xlsx",),
}
FILE_NAMES = {
    "report": "bao-cao",
    "summary": "tom-tat",
    "decision": "quyet-dinh",
    "tables": "so-lieu",
    "responses": "phieu",
}
#: Files kept of a survey; the oldest go when more are made.
KEPT = 20
Told = Callable[[int, int], None]


def read_report(session: Session, survey: Survey, language: str, number: int | None) -> ReportContent:
    """The content of a frozen snapshot, or, without a number, the figures of the moment.

    Raises
    ------
    NotFound
        There is no snapshot of this number.
    Conflict
        Nothing was answered yet.
    """
    if number is not None:
        found = next((one for one in publications_of(session, survey) if one.number == number), None)
        if found is None:
            raise NotFound(_("Không có bản chốt số %(number)s.", number=number))
        return ReportContent(found.snapshot, language, number=number)
    if count_responses(session, survey) == 0:
        raise Conflict(_("Chưa có phiếu nào nên chưa làm được tài liệu."))
    content = compute_content(session, survey, PublicChoice(files=())).content
    return ReportContent(content, language, frozen=False)


def edit_texts(
    session: Session,
    survey: Survey,
    *,
    kind: str,
    language: str,
    texts: Mapping[str, Text],
    changes: Mapping[str, str],
    actor: Actor,
) -> list[str]:
    """Keep the texts that differ from what stood there; the keys of those.

    A text that is the draft again goes back to following the figures.

    Raises
    ------
    UserError
        A text is too long, holds characters that no document can hold, or has a key that is not known.
    """
    check_choice(kind, None, language)
    changed = []
    for key, given in changes.items():
        text = tidy(given)
        if key not in texts:
            raise UserError(_("Không có đoạn „%(key)s” trong văn bản này.", key=key[:40]))
        if len(text) > LONGEST_TEXT:
            raise UserError(
                _(
                    "Đoạn „%(title)s” dài %(count)s ký tự, nhiều nhất %(most)s. Xin rút gọn.",
                    title=texts[key].title,
                    count=len(text),
                    most=LONGEST_TEXT,
                )
            )
        if not is_clean(text):
            raise UserError(_("Đoạn „%(title)s” có ký tự không dùng được. Xin gõ lại.", title=texts[key].title))
        if text == texts[key].text.strip():
            continue
        draft = texts[key].draft
        session.add(
            DocumentText(
                survey_id=survey.id,
                kind=kind,
                language=language,
                key=key,
                text=None if text == draft.strip() else text,
                draft=draft,
                edited_by=actor.label,
            )
        )
        changed.append(key)
    if changed:
        session.flush()
        record(session, actor, "document.edit", f"survey:{survey.slug}", kind=kind, language=language, texts=changed)
    return changed


def replace_template(
    session: Session, survey: Survey, *, kind: str, name: str, content: bytes | None, actor: Actor
) -> DocumentTemplate:
    """Put a Word template in force for the sector of a survey; None: the shipped one again.

    Raises
    ------
    UserError
        It cannot be used, and the sentence names the place; or no document comes out of it.
    """
    if kind not in WRITTEN:
        raise UserError(_("Không có loại văn bản „%(kind)s”.", kind=kind[:20]))
    if content is not None:
        check_template(content)
        try_template(content)
    sha256 = None if content is None else hashlib.sha256(content).hexdigest()
    template = DocumentTemplate(
        sector=survey.questionnaire.sector,
        kind=kind,
        name=Path(name).name[:200],
        content=content,
        sha256=sha256,
        uploaded_by=actor.label,
    )
    session.add(template)
    session.flush()
    record(session, actor, "document.template", f"sector:{survey.questionnaire.sector}", kind=kind, sha256=sha256 or "")
    return template


def make_document(
    session: Session,
    survey: Survey,
    *,
    kind: str,
    form: str,
    language: str,
    number: int | None,
    actor: Actor,
    progress: Told | None = None,
) -> MadeDocument:
    """Make a file and keep it; it ends the present transaction, for it takes some seconds.

    Parameters
    ----------
    kind : {"report", "summary", "decision", "tables", "responses"}
    form : {"docx", "pdf", "xlsx"}
    number : int, optional
        Of the snapshot; None: the figures of the moment, which the document says on every page.

    Raises
    ------
    UserError
        The kind is not made in this form, or what `read_report` raises.
    """
    check_choice(kind, form, language)
    told = progress or (lambda done, total: None)
    with tempfile.TemporaryDirectory(dir=documents_folder()) as folder:
        path = Path(folder) / f"made.{form}"
        with read_only(session), force_locale(language):
            rows, content_sha256 = _write(session, survey, kind, form, language, number, path, told)
        digest = _digest(path)
        document = MadeDocument(
            survey_id=survey.id,
            kind=kind,
            form=form,
            language=language,
            number=number if kind != "responses" else None,
            content_sha256=content_sha256,
            name=f"{FILE_NAMES[kind]}-{survey.slug}{f'-ban-{number}' if number else ''}-{language}.{form}"[-160:],
            size=path.stat().st_size,
            sha256=digest,
            rows=rows,
            made_by=actor.label,
        )
        session.add(document)
        session.flush()
        _forget_oldest(session, survey)
        shutil.move(path, path_of(document))
    record(
        session,
        actor,
        "document.make",
        f"survey:{survey.slug}",
        kind=kind,
        form=form,
        language=language,
        number=document.number,
        sha256=digest,
    )
    return document


def check_choice(kind: str, form: str | None, language: str) -> None:
    """Refuse a kind, form or language that there is not."""
    if kind not in FORMS_OF:
        raise UserError(
            _("Không có loại tài liệu „%(kind)s”. Xin chọn: %(kinds)s.", kind=kind[:20], kinds=", ".join(FORMS_OF))
        )
    if form is not None and form not in FORMS_OF[kind]:
        raise UserError(
            _(
                "Loại này không làm được ở dạng „%(form)s”. Xin chọn: %(forms)s.",
                form=form[:10],
                forms=", ".join(FORMS_OF[kind]),
            )
        )
    if language not in LANGUAGES:
        raise UserError(_("Không có ngôn ngữ „%(language)s”. Xin chọn: vi, en.", language=language[:10]))


def _write(
    session: Session,
    survey: Survey,
    kind: str,
    form: str,
    language: str,
    number: int | None,
    path: Path,
    told: Told,
) -> tuple[int | None, str]:
    """Write the file; its rows where it is a workbook, and the hash of the figures in it."""
    if kind == "responses":
        from survey_app.results.extract import read_extract

        return write_responses(session, survey, path, told), read_extract(session, survey).fingerprint
    told(0, 3)
    report = read_report(session, survey, language, number)
    told(1, 3)
    if kind == "tables":
        rows = write_workbook(report, path)
        told(3, 3)
        return rows, report.sha256
    document = build_document(report, kind, texts_of(report, kind, own_texts(session, survey, kind, language)))
    told(2, 3)
    if form == "pdf":
        path.write_bytes(write_pdf(document))
    else:
        template = template_in_force(session, survey.questionnaire.sector, kind, content=True)
        path.write_bytes(write_word(document, template.content if template else None))
    told(3, 3)
    return None, report.sha256


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _forget_oldest(session: Session, survey: Survey) -> None:
    for old in made_documents(session, survey)[KEPT:]:
        path_of(old).unlink(missing_ok=True)
        session.delete(old)
