"""A document as PDF, set from an HTML twin of the same blocks: tagged, titled, in its language (PDF/UA-1)."""

from __future__ import annotations

from typing import Any

from survey_app.pdf import page_for_print, render_accessible_pdf
from survey_app.publication.documents.blocks import Block, Document, Heading, Paragraph, Picture
from survey_app.publication.documents.word_fields import fields_of


def write_pdf(document: Document) -> bytes:
    """The PDF.

    Raises
    ------
    UserError
        The system lacks Pango.
    """
    pictures: dict[str, bytes] = {}
    annexes = [
        {"label": annex.label, "title": annex.title, "blocks": _described(annex.blocks, pictures)}
        for annex in document.annexes
    ]
    html = page_for_print(
        "documents/document.html",
        document=document,
        fields=fields_of(document),
        blocks=_described(document.blocks, pictures),
        annexes=annexes,
    )
    return render_accessible_pdf(html, pictures)


def _described(blocks: tuple[Block, ...], pictures: dict[str, bytes]) -> list[dict[str, Any]]:
    """The blocks with the name of their kind; pictures are put aside under a name of their own."""
    found: list[dict[str, Any]] = []
    for block in blocks:
        if isinstance(block, Picture):
            name = f"{len(pictures)}.png"
            pictures[name] = block.png
            found.append({"is": "picture", "block": block, "name": name})
        elif isinstance(block, Heading):
            found.append({"is": "heading", "block": block})
        elif isinstance(block, Paragraph):
            head, _stop, rest = block.text.partition(". ")
            found.append(
                {
                    "is": "article" if block.kind == "article" else "paragraph",
                    "block": block,
                    "head": head,
                    "rest": rest,
                }
            )
        else:
            found.append({"is": "table", "block": block, "width": sum(block.widths)})
    return found
