"""The shipped Word template: letterhead, title, grounds, content, recipients, signature; offices replace it."""

from __future__ import annotations

import functools
import io
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from survey_app.publication.documents.word_styles import ensure_styles, set_font, set_headings

MARGINS = {"top": 20, "bottom": 20, "left": 30, "right": 20}
LEFT_COLUMN, RIGHT_COLUMN = 62, 98
CONTENT = "{{ noi_dung }}"


@functools.cache
def default_template(*, signed: bool = True) -> bytes:
    """The template as a Word file; fields stand in double braces, named as `word_fields.FIELDS`.

    Parameters
    ----------
    signed : bool
        Whether recipients and a signature stand at its end; a summary has neither.
    """
    document = Document()
    for paragraph in list(document.paragraphs):
        paragraph._p.getparent().remove(paragraph._p)
    set_font(document.styles["Normal"], 13)
    set_headings(document)
    ensure_styles(document)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, width in MARGINS.items():
        setattr(section, f"{side}_margin", Mm(width))
    section.header_distance, section.footer_distance = Mm(9), Mm(9)
    _head_pages(section)
    _letterhead(document)
    _write(document, "{{ loai }}", "HL Kind")
    _write(document, "{{ trich_yeu }}", "HL Subject")
    for one in document.paragraphs[-1:]:
        one.paragraph_format.left_indent = one.paragraph_format.right_indent = Mm(16)
    rule(document)
    _loop(document, "can_cu", "{{ mot_can_cu }}", "HL Ground")
    _write(document, "{%p if tham_quyen %}", "HL Body")
    _write(document, "{{ tham_quyen }}", "HL Authority")
    _write(document, "{{ loai }}:", "HL Authority")
    _write(document, "{%p endif %}", "HL Body")
    _write(document, CONTENT, "HL Body")
    if signed:
        _signature(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def rule(container: Any) -> None:
    """A thin line under the paragraph before; its length is set once that text is known."""
    paragraph = container.add_paragraph(style="HL Rule")
    paragraph._p.get_or_add_pPr().append(
        parse_xml(f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>')
    )


def _write(container: Any, text: str, style: str) -> None:
    container.add_paragraph(text, style=style)


def _loop(container: Any, name: str, line: str, style: str) -> None:
    _write(container, "{%p for mot_" + name + " in " + name + " %}", style)
    _write(container, line, style)
    _write(container, "{%p endfor %}", style)


def _letterhead(document: Any) -> None:
    table = _plain_table(document)
    left, right = table.rows[0].cells
    _first(left, "{{ co_quan_chu_quan }}", "HL Letterhead")
    _write(left, "{{ co_quan }}", "HL Letterhead Strong")
    rule(left)
    _first(right, "{{ quoc_hieu }}", "HL Letterhead Strong")
    _write(right, "{{ tieu_ngu }}", "HL Motto")
    rule(right)
    left, right = table.add_row().cells
    _first(left, "{{ so }}", "HL Number Line")
    _first(right, "{{ dia_danh_ngay }}", "HL Date")


def _signature(document: Any) -> None:
    document.add_paragraph(style="HL Recipients")
    table = _plain_table(document, left=80, right=80)
    left, right = table.rows[0].cells
    _first(left, "{{ chu_noi_nhan }}", "HL Recipients Title")
    _loop(left, "noi_nhan", "- {{ mot_noi_nhan }}", "HL Recipients")
    _first(right, "{%p for mot_chuc_vu in chuc_vu %}", "HL Signer")
    _write(right, "{{ mot_chuc_vu }}", "HL Signer")
    _write(right, "{%p endfor %}", "HL Signer")
    for _line in range(4):
        _write(right, "", "HL Signer")
    _write(right, "{{ nguoi_ky }}", "HL Signer")
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _plain_table(document: Any, *, left: float = LEFT_COLUMN, right: float = RIGHT_COLUMN) -> Any:
    table = document.add_table(rows=1, cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    properties = table._tbl.tblPr
    properties.append(
        parse_xml(
            f'<w:tblCellMar {nsdecls("w")}><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
        )
    )
    for column, width in zip(table.columns, (left, right), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    return table


def _first(cell: Any, text: str, style: str) -> None:
    cell.paragraphs[0].text = text
    cell.paragraphs[0].style = style


def _head_pages(section: Any) -> None:
    """The page's number over every page but the first, and at the foot of all what the data is."""
    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = section.first_page_header.is_linked_to_previous = False
    section.first_page_header.paragraphs[0].style = "HL Page Number"
    paragraph = section.header.paragraphs[0]
    paragraph.style = "HL Page Number"
    paragraph._p.append(page_field())
    for footer in (section.footer, section.first_page_footer):
        footer.is_linked_to_previous = False
        footer.paragraphs[0].text = "{{ nhan }}"
        footer.paragraphs[0].style = "HL Label"


def page_field() -> Any:
    """The field that Word fills with the page's number."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "2"
    run.append(text)
    field.append(run)
    return field
