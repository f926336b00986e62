"""The thin lines under motto, agency and title: as long as the text or a part of it, as the format draws them."""

from __future__ import annotations

import functools
from typing import Any

from docx.shared import Mm

from survey_app.settings import ROOT

#: Share of the text's width: the motto in full, the others a third to a half.
WHOLE, PART = 1.0, 0.42
FONTS = ROOT / "survey_app" / "static" / "vendor" / "tinos"
MILLIMETRES_PER_POINT = 25.4 / 72


def set_rules(word: Any) -> None:
    """Give every line its length from the paragraph before it."""
    body_width = (word.sections[0].page_width - word.sections[0].left_margin - word.sections[0].right_margin) / Mm(1)
    containers = [(word, body_width)]
    for table in word.tables[:1]:
        containers += [
            (cell, cell.width / Mm(1) if cell.width else body_width) for row in table.rows for cell in row.cells
        ]
    for container, width in containers:
        before = None
        for paragraph in container.paragraphs:
            if paragraph.style.name == "HL Rule" and before is not None:
                size = before.style.font.size.pt if before.style.font.size else 13
                last = before.text.split("\n")[-1]
                share = WHOLE if before.style.name == "HL Motto" else PART
                length = min(text_width(last, size), width) * share
                indent = max((width - length) / 2, 0)
                paragraph.paragraph_format.left_indent = Mm(indent)
                paragraph.paragraph_format.right_indent = Mm(indent)
            before = paragraph


def text_width(text: str, points: float) -> float:
    """Millimetres of a bold line; Tinos has the widths of Times New Roman."""
    return float(_bold().getlength(text)) / 100 * points * MILLIMETRES_PER_POINT


@functools.cache
def _bold() -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONTS / "Tinos_700Bold.ttf"), 100)
