"""Blocks as Word's own elements; tables are written as XML, for reports have thousands of cells."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.enum.section import WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from survey_app.publication.documents.blocks import Annex, Block, Cell, Heading, Paragraph, Picture, Table
from survey_app.publication.documents.word_template import rule

TWIPS_PER_MILLIMETRE = 1440 / 25.4
SHADES = ("FFFFFF", "EAF3F4", "D2E7E9", "B3D6DA", "8FC3C9")
HEAD_FILL = "F0EEE8"
PICTURE_WIDTH, COMPACT_PICTURE_WIDTH = 160, 128
COMPACT = '<w:spacing w:before="0" w:after="40" w:line="240" w:lineRule="auto"/>'
PARAGRAPH_STYLES = {"body": "HL Body", "lead": "HL Lead", "note": "HL Note", "article": "HL Body"}


class Writer:
    """Writes blocks for one Word document."""

    def __init__(self, word: Any, *, compact: bool = False) -> None:
        self._word = word
        self._compact = compact
        self._styles = {style.name: style.style_id for style in word.styles}
        self._pictures = 0

    def write(self, blocks: Iterable[Block]) -> Iterator[Any]:
        """The elements of the blocks, in their order."""
        for block in blocks:
            if isinstance(block, Heading):
                yield self._paragraph(block.text, f"Heading {block.level}")
            elif isinstance(block, Paragraph):
                yield (
                    self._article(block.text)
                    if block.kind == "article"
                    else self._paragraph(block.text, PARAGRAPH_STYLES[block.kind])
                )
            elif isinstance(block, Table):
                yield self._paragraph(block.caption, "HL Caption")
                yield parse_xml(self._table(block))
                notes = " ".join(block.notes)
                yield self._paragraph(notes, "HL Note")
            else:
                yield self._picture(block)
                yield self._paragraph(block.caption, "HL Picture Caption")

    def append(self, blocks: Iterable[Block]) -> None:
        """Put the blocks at the end, before the properties of the last section."""
        last = self._word.element.body.sectPr
        for element in self.write(blocks):
            last.addprevious(element)

    def begin_annex(self, annex: Annex, reference: str) -> None:
        """Begin a part on pages of its own, with its own numbers."""
        section = self._word.add_section(WD_SECTION.NEW_PAGE)
        properties = section._sectPr
        for old in properties.findall(qn("w:pgNumType")):
            properties.remove(old)
        numbers = parse_xml(f'<w:pgNumType {nsdecls("w")} w:start="1"/>')
        properties.insert_element_before(
            numbers, "w:cols", "w:formProt", "w:vAlign", "w:noEndnote", "w:titlePg", "w:textDirection", "w:bidi",
            "w:rtlGutter", "w:docGrid", "w:printerSettings", "w:sectPrChange",
        )  # fmt: skip
        last = self._word.element.body.sectPr
        heading = self._paragraph(annex.label, "Heading 1")
        heading.pPr.append(parse_xml(f'<w:jc {nsdecls("w")} w:val="center"/>'))
        heading.pPr.append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>'))
        indent = parse_xml(f'<w:ind {nsdecls("w")} w:firstLine="0"/>')
        heading.pPr.insert_element_before(indent, "w:jc", "w:outlineLvl")
        last.addprevious(heading)
        last.addprevious(self._paragraph(annex.title, "HL Annex"))
        last.addprevious(self._paragraph(reference, "HL Annex Reference"))
        line = _Before(self._word, last)
        rule(line)

    def _paragraph(self, text: str, style: str) -> Any:
        return parse_xml(
            f"<w:p {nsdecls('w')}><w:pPr><w:pStyle w:val={quoteattr(self._styles[style])}/>"
            f"{COMPACT if self._compact else ''}</w:pPr>{_runs(text)}</w:p>"
        )

    def _article(self, text: str) -> Any:
        """„Điều 1.” in bold, the rest as running text."""
        head, stop, rest = text.partition(". ")
        style = quoteattr(self._styles["HL Body"])
        return parse_xml(
            f"<w:p {nsdecls('w')}><w:pPr><w:pStyle w:val={style}/></w:pPr>{_runs(head + stop.strip(), bold=True)}"
            f"{_runs(' ' + rest)}</w:p>"
        )

    def _picture(self, picture: Picture) -> Any:
        self._pictures += 1
        width = COMPACT_PICTURE_WIDTH if self._compact else PICTURE_WIDTH
        inline = self._word.part.new_pic_inline(io.BytesIO(picture.png), width=Mm(width))
        inline.docPr.set("descr", picture.alt)
        inline.docPr.set("title", picture.caption)
        inline.docPr.set("name", f"chart-{self._pictures}")
        style = quoteattr(self._styles["HL Picture"])
        paragraph = parse_xml(
            f"<w:p {nsdecls('w')}><w:pPr><w:pStyle w:val={style}/></w:pPr><w:r><w:drawing/></w:r></w:p>"
        )
        paragraph.find(f".//{qn('w:drawing')}").append(inline)
        return paragraph

    def _table(self, table: Table) -> str:
        widths = [round(width * TWIPS_PER_MILLIMETRE) for width in table.widths]
        numeric = set(table.numeric)
        head = "".join(
            self._cell(Cell(text), "HL Head", width, fill=HEAD_FILL)
            for text, width in zip(table.head, widths, strict=True)
        )
        body = "".join(
            "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
            + "".join(
                self._cell(
                    cell,
                    "HL Number" if place in numeric else "HL Cell",
                    widths[place],
                    fill=_fill(cell),
                    kept=table.whole and line < len(table.rows),
                )
                for place, cell in enumerate(row)
            )
            + "</w:tr>"
            for line, row in enumerate(table.rows, start=1)
        )
        return (
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblBorders>{_borders()}</w:tblBorders><w:tblLayout w:type="fixed"/>'
            '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
            f'<w:tblLook w:val="0020" w:firstRow="1"/><w:tblCaption w:val={quoteattr(table.caption)}/></w:tblPr>'
            f"<w:tblGrid>{''.join(f'<w:gridCol w:w={quoteattr(str(width))}/>' for width in widths)}</w:tblGrid>"
            f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{body}</w:tbl>"
        )

    def _cell(self, cell: Cell, style: str, width: int, *, fill: str = "", kept: bool = False) -> str:
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>'
            f"<w:p><w:pPr><w:pStyle w:val={quoteattr(self._styles[style])}/>{'<w:keepNext/>' if kept else ''}</w:pPr>"
            f"{_runs(cell.text, bold=cell.strong)}</w:p></w:tc>"
        )


class _Before:
    """Adds paragraphs before an element, as a container does at its end."""

    def __init__(self, word: Any, place: Any) -> None:
        self._word, self._place = word, place

    def add_paragraph(self, text: str = "", style: str | None = None) -> Any:
        """A paragraph of a style."""
        paragraph = self._word.add_paragraph(text, style=style)
        self._place.addprevious(paragraph._p)
        return paragraph


def _runs(text: str, *, bold: bool = False) -> str:
    strong = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{strong}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def _fill(cell: Cell) -> str:
    return "" if cell.shade is None else SHADES[cell.shade]


def _borders() -> str:
    return "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="7A7A7A"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
