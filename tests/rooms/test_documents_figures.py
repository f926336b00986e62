"""The figures of Word, PDF and Excel are those of the snapshot, in the state's format, every letter as it should be."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from flask import Flask
from flask_babel import force_locale

from survey_app.database import db
from survey_app.publication.documents.content import ReportContent
from survey_app.publication.documents.drafts import texts_of
from survey_app.publication.documents.microdata import write_responses, write_stretches
from survey_app.publication.documents.outline import build_document
from survey_app.publication.documents.page import write_pdf
from survey_app.publication.documents.service import read_report
from survey_app.publication.documents.sheets import row_as_text
from survey_app.publication.documents.word import write_word
from survey_app.publication.documents.workbook import write_workbook
from survey_app.surveys.queries import find_survey
from tests.rooms.documents_village import LETTERS, TITLE, answered_village
from tests.village import VILLAGE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def report(app: Flask) -> ReportContent:
    with app.app_context():
        answered_village(db.session)
        return read_report(db.session, find_survey(db.session, VILLAGE), "vi", None)


def word_of(app: Flask, report: ReportContent, kind: str = "report") -> Any:
    with app.app_context(), force_locale(report.language):
        return Document(io.BytesIO(write_word(build_document(report, kind, texts_of(report, kind, {})))))


def pdf_text(app: Flask, report: ReportContent, tmp_path: Path, kind: str = "report") -> str:
    path = tmp_path / "a.pdf"
    with app.app_context(), force_locale(report.language):
        path.write_bytes(write_pdf(build_document(report, kind, texts_of(report, kind, {}))))
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def every_text(document: Any) -> str:
    """Headings, paragraphs, cells, headers and footers, as one text."""
    parts = [document.element.body, *(section.footer._element for section in document.sections)]
    return "\n".join("".join(t.text or "" for t in p.iter(f"{W}t")) for part in parts for p in part.iter(f"{W}p"))


def vietnamese(value: float, places: int = 1) -> str:
    """A number as Vietnamese writes it, by hand."""
    text = f"{value:,.{places}f}"
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")


def wanted_figures(report: ReportContent) -> set[str]:
    """Every figure of the whole and of the parts that a report must show, with its limits."""
    shown: set[str] = set()
    for by in report.content["figures"]:
        for row in report.content["figures"][by]:
            if row["estimate"] is None or (by and row["kind"] == "item"):
                continue
            shown.add(f"{vietnamese(row['estimate'] * 100)}%")
            shown.add(f"{vietnamese(row['ci']['low'] * 100)}–{vietnamese(row['ci']['high'] * 100)}")
    for choice in report.content["choices"]:
        shown |= {f"{vietnamese(one['share'] * 100)}%" for one in choice["options"] if one["share"] is not None}
    return shown


def rows_of_tables(document: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]


def test_word_holds_every_figure_of_the_snapshot(app: Flask, report: ReportContent) -> None:
    cells = {cell for row in rows_of_tables(word_of(app, report)) for cell in row}
    assert wanted_figures(report) - cells == set()


def test_each_row_in_word_has_its_own_base_and_missing_answers(app: Flask, report: ReportContent) -> None:
    rows = rows_of_tables(word_of(app, report))
    for row in report.content["figures"][""]:
        tail = [vietnamese(row[name], 0) for name in ("respondents", "n", "missing")]
        rate = f"{vietnamese(row['estimate'] * 100)}%"
        assert any(line[0].endswith(row["title"]["vi"]) and line[1] == rate and line[-3:] == tail for line in rows), row


def test_every_number_in_the_tables_of_word_comes_from_the_snapshot(app: Flask, report: ReportContent) -> None:
    known = wanted_figures(report)
    for by in report.content["figures"]:
        for row in report.content["figures"][by]:
            if row["shares"]:
                known |= {f"{vietnamese(share * 100)}%" for share in row["shares"].values()}
    for row in rows_of_tables(word_of(app, report)):
        for cell in row:
            if re.fullmatch(r"[\d.]+,\d%|[\d,]+–[\d,]+", cell):
                assert cell in known or choice_interval(report, cell), cell


def choice_interval(report: ReportContent, cell: str) -> bool:
    return any(
        option["low"] is not None and cell == f"{vietnamese(option['low'] * 100)}–{vietnamese(option['high'] * 100)}"
        for choice in report.content["choices"]
        for option in choice["options"]
    )


def test_pdf_holds_every_figure_and_is_tagged_and_titled(app: Flask, report: ReportContent, tmp_path: Path) -> None:
    told = pdf_text(app, report, tmp_path)
    assert {figure for figure in wanted_figures(report) if figure not in told} == set()
    raw = (tmp_path / "a.pdf").read_bytes()
    facts = subprocess.run(["pdfinfo", tmp_path / "a.pdf"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Tagged:\s+yes", facts)
    assert re.search(r"Title:\s+BÁO CÁO", facts)
    assert b"/Lang (vi)" in unpacked(raw)
    assert b"pdfuaid" in unpacked(raw)


def unpacked(pdf: bytes) -> bytes:
    """The streams of a PDF, unpacked where they are packed."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, flags=re.S):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            found.append(stream)
    return pdf + b"".join(found)


def test_excel_holds_every_figure_unrounded_with_rows_and_checksums(
    app: Flask, report: ReportContent, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    with app.app_context(), force_locale("vi"):
        count = write_workbook(report, path)
    book = openpyxl.load_workbook(path)
    contents = book.worksheets[0]
    listed = {row[0].value: row for row in contents.iter_rows() if row[0].hyperlink}
    assert sum(row[2].value for row in listed.values()) == count
    seen: set[tuple[str, float, int, int, int]] = set()
    for name, listing in listed.items():
        sheet = book[name]
        rows = [list(row) for row in sheet.iter_rows(min_row=4, max_row=3 + listing[2].value, values_only=True)]
        assert sheet.freeze_panes == "B4"
        assert hashlib.sha256("".join(row_as_text(row) for row in rows).encode()).hexdigest() == listing[3].value
        if sheet["D3"].value == "Kết quả":
            seen |= {(row[0] + "|" + row[2], row[3], row[11], row[12], row[14]) for row in rows}
    for by in report.content["figures"]:
        for row in report.content["figures"][by]:
            value = "◌" if row["estimate"] is None else row["estimate"]
            found = [one for one in seen if one[2:] == (row["respondents"], row["n"], row["missing"])]
            assert any(one[1] == value or one[1] == pytest.approx(value, abs=1e-12) for one in found), row
    assert report.sha256 in {cell.value for row in contents.iter_rows() for cell in row}


def test_every_letter_of_the_language_is_in_word_pdf_and_excel_as_one_character(
    app: Flask, report: ReportContent, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    with app.app_context(), force_locale("vi"):
        write_workbook(report, path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    excel = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)
    word = every_text(word_of(app, report))
    pdf = pdf_text(app, report, tmp_path)
    assert TITLE in excel
    assert TITLE in word
    for told in (excel, word, pdf):
        assert unicodedata.normalize("NFC", told) == told
        assert [letter for letter in LETTERS if letter not in told] == []


def test_word_is_set_as_the_state_s_format_says(app: Flask, report: ReportContent) -> None:
    document = word_of(app, report)
    for section in document.sections:
        assert (round(section.page_width / Mm(1)), round(section.page_height / Mm(1))) == (210, 297)
        assert 20 <= round(section.top_margin / Mm(1), 1) <= 25
        assert 20 <= round(section.bottom_margin / Mm(1), 1) <= 25
        assert 30 <= round(section.left_margin / Mm(1), 1) <= 35
        assert 15 <= round(section.right_margin / Mm(1), 1) <= 20
        assert section.different_first_page_header_footer, "the first page has no number"
    body = document.styles["HL Body"]
    assert body.font.name == "Times New Roman"
    assert 13 <= body.font.size.pt <= 14
    told = every_text(document)
    order = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: ……/BC-SNV", "BÁO CÁO",
             "I. TRIỂN KHAI", "II. KẾT QUẢ", "III. KẾT LUẬN", "Nơi nhận:", "Phụ lục I"]  # fmt: skip
    places = [told.index(words) for words in order]
    assert places == sorted(places)
    for table in document.tables[1:-1]:
        if table.style is None or table._tbl.find(f".//{W}tblHeader") is not None:
            continue
        assert "Nơi nhận:" in table.cell(0, 0).text


def test_every_picture_says_what_it_shows_and_is_sixteen_centimetres_wide(app: Flask, report: ReportContent) -> None:
    document = word_of(app, report)
    pictures = list(document.inline_shapes)
    assert pictures
    for shape in pictures:
        words = shape._inline.docPr.get("descr")
        assert re.search(r"\d,\d%", words), words
        assert shape.width == Mm(160)


def test_headings_and_table_heads_are_what_screen_readers_look_for(app: Flask, report: ReportContent) -> None:
    document = word_of(app, report)
    styles = {paragraph.style.name for paragraph in document.paragraphs}
    assert {"Heading 1", "Heading 2"} <= styles
    assert document.core_properties.language == "vi"
    assert document.core_properties.title.startswith("BÁO CÁO")
    assert document.styles["HL Body"].element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "vi-VN"


def test_figures_not_frozen_and_simulated_data_say_so_on_every_page(
    app: Flask, report: ReportContent, tmp_path: Path
) -> None:
    content = json.loads(json.dumps(report.content))
    content["survey"]["simulated"] = True
    simulated = ReportContent(content, "vi", frozen=False)
    pages = pdf_text(app, simulated, tmp_path, "decision").split("\f")[:-1]
    assert len(pages) > 1
    for page in pages:
        assert "dữ liệu mô phỏng · bản dự thảo: số liệu chưa chốt" in page
    frozen = ReportContent(report.content, "vi", number=1)
    assert "dự thảo" not in every_text(word_of(app, frozen))


def test_the_summary_is_one_page(app: Flask, report: ReportContent, tmp_path: Path) -> None:
    assert pdf_text(app, report, tmp_path, "summary").count("\f") == 1


def test_nothing_withheld_is_told(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        answered_village(db.session, 15)
        few = read_report(db.session, find_survey(db.session, VILLAGE), "vi", None)
    withheld = [row for row in few.content["figures"]["sex"] if row["estimate"] is None]
    assert withheld, "half of fifteen is fewer than ten"
    document = word_of(app, few)
    for line in rows_of_tables(document):
        if line[0] in ("Nam", "Nữ") and len(line) == 7:
            assert line[1] == "◌"
            assert line[2] == "–"
    assert "◌: không công bố" in every_text(document)


def test_text_never_runs_as_a_formula(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    cells = {"commune": ["=1+1", "+1", "-1", "@SUM(A1)", "http://other.example", "\tx"], "q1": [1, 2, 3, 4, 5, None]}
    with app.app_context():
        assert write_stretches(path, "=HYPERLINK(1)", list(cells), iter([cells])) == 6
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    assert [sheet.cell(row, 1).value for row in range(4, 10)] == cells["commune"]
    assert {sheet.cell(row, 1).data_type for row in range(4, 10)} == {"s"}
    with zipfile.ZipFile(path) as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)


def test_the_workbook_of_responses_holds_what_the_exported_file_holds(app: Flask, tmp_path: Path) -> None:
    import csv

    from survey_app.results.export import export_responses

    path = tmp_path / "a.xlsx"
    with app.app_context():
        survey = answered_village(db.session, 30)
        assert write_responses(db.session, survey, path) == 30
        exported = list(csv.reader(io.StringIO(export_responses(db.session, survey).responses)))
    sheet = openpyxl.load_workbook(path).worksheets[1]
    rows = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert rows[0] == exported[0]
    for ours, theirs in zip(rows[1:], exported[1:], strict=True):
        assert [one if isinstance(one, str) else float(one) for one in ours] == [
            one if isinstance(mine, str) else float(one) for mine, one in zip(ours, theirs, strict=True)
        ]
    assert "words" not in rows[0]
