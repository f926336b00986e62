"""The type of the state's format in Word: Times New Roman, sizes and spaces as Nghị định 30/2020/NĐ-CP sets them."""

from __future__ import annotations

from typing import Any

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

FONT = "Times New Roman"
BODY_SIZE, TABLE_SIZE = 13, 11
CENTRE, RIGHT, JUSTIFY, LEFT = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
    WD_ALIGN_PARAGRAPH.LEFT,
)
#: name: size, bold, italic, alignment, first line in millimetres, space before and after in points, kept with the next.
STYLES: dict[str, tuple[float, bool, bool, Any, float, float, float, bool]] = {
    "HL Body": (BODY_SIZE, False, False, JUSTIFY, 10, 0, 6, False),
    "HL Lead": (BODY_SIZE, True, False, JUSTIFY, 10, 0, 6, False),
    "HL Note": (TABLE_SIZE, False, True, JUSTIFY, 0, 2, 4, False),
    "HL Caption": (12, True, False, CENTRE, 0, 6, 4, True),
    "HL Picture Caption": (12, True, False, CENTRE, 0, 2, 8, False),
    "HL Picture": (BODY_SIZE, False, False, CENTRE, 0, 6, 0, True),
    "HL Cell": (TABLE_SIZE, False, False, LEFT, 0, 1, 1, False),
    "HL Number": (TABLE_SIZE, False, False, RIGHT, 0, 1, 1, False),
    "HL Head": (TABLE_SIZE, True, False, CENTRE, 0, 1, 1, True),
    "HL Letterhead": (12, False, False, CENTRE, 0, 0, 0, False),
    "HL Letterhead Strong": (12, True, False, CENTRE, 0, 0, 0, False),
    "HL Motto": (13, True, False, CENTRE, 0, 0, 0, False),
    "HL Number Line": (13, False, False, CENTRE, 0, 0, 0, False),
    "HL Date": (13, False, True, CENTRE, 0, 0, 0, False),
    "HL Kind": (14, True, False, CENTRE, 0, 12, 0, True),
    "HL Subject": (14, True, False, CENTRE, 0, 0, 0, True),
    "HL Rule": (2, False, False, CENTRE, 0, 4, 4, False),
    "HL Ground": (BODY_SIZE, False, True, JUSTIFY, 10, 0, 6, False),
    "HL Authority": (BODY_SIZE, True, False, CENTRE, 0, 8, 8, True),
    "HL Recipients Title": (12, True, True, LEFT, 0, 0, 0, True),
    "HL Recipients": (11, False, False, LEFT, 0, 0, 0, False),
    "HL Signer": (BODY_SIZE, True, False, CENTRE, 0, 0, 0, False),
    "HL Annex": (14, True, False, CENTRE, 0, 0, 0, True),
    "HL Annex Reference": (13, False, True, CENTRE, 0, 0, 0, True),
    "HL Page Number": (13, False, False, CENTRE, 0, 0, 0, False),
    "HL Label": (11, True, False, CENTRE, 0, 0, 0, False),
}
HEADINGS = {1: (BODY_SIZE, 12, 6), 2: (BODY_SIZE, 8, 4), 3: (BODY_SIZE, 6, 3)}


def ensure_styles(document: WordDocument) -> None:
    """Add the styles that a template lacks; those it has are the office's own and stay."""
    present = {style.name for style in document.styles}
    for name, (size, bold, italic, align, first, before, after, kept) in STYLES.items():
        if name in present:
            continue
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = None
        set_font(style, size, bold=bold, italic=italic)
        layout = style.paragraph_format
        layout.alignment, layout.space_before, layout.space_after = align, Pt(before), Pt(after)
        layout.first_line_indent = Mm(first)
        layout.keep_with_next, layout.widow_control = kept, True
        if name == "HL Rule":
            layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(3)
        else:
            layout.line_spacing = 1.15 if name in ("HL Body", "HL Lead", "HL Ground") else 1.0
    for level in HEADINGS:
        name = f"Heading {level}"
        if name not in present:
            document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)


def set_headings(document: WordDocument) -> None:
    """The headings of the default template: bold and black, the first in the capitals it is written in."""
    for level, (size, before, after) in HEADINGS.items():
        style = document.styles[f"Heading {level}"]
        set_font(style, size, bold=True, italic=level == 3)
        layout = style.paragraph_format
        layout.space_before, layout.space_after, layout.first_line_indent = Pt(before), Pt(after), Mm(10)
        layout.keep_with_next = True


def set_font(style: Any, size: float, *, bold: bool = False, italic: bool = False) -> None:
    """Times New Roman for every script, in Vietnamese, black."""
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, italic
    style.font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), FONT)
    for name in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), "vi-VN")
    properties.append(spoken)
