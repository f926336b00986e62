"""A document as Word: the template's fields filled, the blocks put where its content goes, annexes behind."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from docx.text.paragraph import Paragraph as DocxParagraph
from docxtpl import DocxTemplate, Listing
from flask_babel import gettext as _
from jinja2.sandbox import ImmutableSandboxedEnvironment

from survey_app.errors import UserError
from survey_app.publication.documents.blocks import Annex, Cell, Document, Front, Heading, Paragraph, Table
from survey_app.publication.documents.word_blocks import Writer
from survey_app.publication.documents.word_fields import MARK, fields_of
from survey_app.publication.documents.word_rules import set_rules
from survey_app.publication.documents.word_styles import ensure_styles
from survey_app.publication.documents.word_template import default_template


def write_word(document: Document, template: bytes | None = None) -> bytes:
    """The Word file; the same document and template give the same bytes.

    Parameters
    ----------
    template : bytes, optional
        One that `check_template` let pass; the shipped one unless given.

    Raises
    ------
    UserError
        The template shows the place of the content not once for this document.
    """
    file = DocxTemplate(io.BytesIO(template or default_template(signed=not document.compact)))
    environment = ImmutableSandboxedEnvironment(autoescape=True)
    environment.globals.clear()
    fields = {
        name: Listing(value) if isinstance(value, str) and "\n" in value else value
        for name, value in fields_of(document).items()
    }
    file.render(fields, jinja_env=environment, autoescape=True)
    word = file.docx
    ensure_styles(word)
    places = [one for one in word.element.body if MARK in "".join(one.itertext())]
    if len(places) != 1:
        raise UserError(
            _(
                "Mẫu này không làm ra được văn bản: đoạn {{ noi_dung }} bị mất hoặc lặp lại khi văn bản thiếu hay đủ "
                "các phần. Xin đặt đoạn ấy ngoài mọi lệnh if và for."
            )
        )
    (place,) = places
    writer = Writer(word, compact=document.compact)
    last = None
    for last in writer.write(document.blocks):
        place.addprevious(last)
    if last is not None:
        DocxParagraph(last, word).paragraph_format.keep_with_next = True  # a signature does not stand on a page alone
    place.getparent().remove(place)
    for annex in document.annexes:
        writer.begin_annex(annex, document.front.annex_reference)
        writer.append(annex.blocks)
    set_rules(word)
    _describe(word, document)
    buffer = io.BytesIO()
    word.save(buffer)
    return _settled(buffer.getvalue())


def try_template(template: bytes) -> None:
    """Write two small documents, one with every field and list filled and one with those empty that may be.

    Raises
    ------
    UserError
        One of them cannot be written.
    """
    for full in (True, False):
        try:
            write_word(_made_up(full=full), template)
        except UserError:
            raise
        except Exception as error:  # whatever a foreign file makes the libraries do
            raise UserError(
                _(
                    "Mẫu này không làm ra được văn bản. Xin mở mẫu trong Word, bỏ các bảng và khung có cấu trúc lạ, "
                    "lưu lại dạng .docx rồi tải lên; hoặc bắt đầu lại từ mẫu có sẵn."
                )
            ) from error


def _made_up(*, full: bool) -> Document:
    word, lines = ("Thử", ("Thử một", "Thử hai")) if full else ("", ())
    front = Front(
        superior=word, issuer="Sở Thử", number=word, place_and_date=word, kind="BÁO CÁO", subject="Thử mẫu",
        grounds=lines, authority=word, recipients=lines, signer_role=lines, signer=word, annex_reference=word,
        labels=lines,
    )  # fmt: skip
    table = Table("Bảng", ("Một", "Hai"), ((Cell("1"), Cell("2")),), (80.0, 80.0))
    blocks = (Heading("Đề mục"), Paragraph("Lời văn."), table)
    annexes = (Annex("Phụ lục", "Thử", blocks),) if full else ()
    return Document(front, blocks, annexes, "vi", "Thử mẫu", "thu", "2026-01-01T00:00:00+07:00", compact=not full)


def _describe(word: Any, document: Document) -> None:
    made = datetime.fromisoformat(document.made_from)
    facts = word.core_properties
    facts.title, facts.subject, facts.language = document.title, document.front.subject, document.language
    facts.author, facts.last_modified_by = " ".join(document.front.issuer.split()), ""
    facts.identifier, facts.comments = document.identifier, "; ".join(document.front.labels)
    facts.keywords, facts.revision = "", 1
    facts.created = facts.modified = made.replace(tzinfo=None)


def _settled(data: bytes) -> bytes:
    """The same file without the moment of its making, so that the same document gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
