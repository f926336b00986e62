"""The annexes: figures in full, the drawn units, the method, the questionnaire, hashes by which all can be checked."""

from __future__ import annotations

from flask_babel import gettext as _

from survey_app.i18n import decimal, number
from survey_app.publication.documents import tables
from survey_app.publication.documents.blocks import Annex, Block, Cell, Paragraph, Table
from survey_app.publication.documents.content import ReportContent
from survey_app.publication.documents.numbering import Captions
from survey_app.publication.documents.pictures import dot_pictures
from survey_app.publication.documents.sentences import how_to_read
from survey_app.results.words import not_drawn_words

ROMAN = ("I", "II", "III", "IV", "V", "VI")


def report_annexes(report: ReportContent, captions: Captions) -> tuple[Annex, ...]:
    """The annexes of the full report, those that have something to show, numbered."""
    parts: list[tuple[str, list[Block]]] = [
        (_("Số liệu theo nơi, nhóm và yếu tố"), _all_figures(report, captions)),
        (_("Các đơn vị đã bốc vào mẫu"), _drawn_units(report, captions)),
        (_("Cách tính"), _method(report)),
        (_("Bộ phiếu"), _questionnaire(report, captions)),
        (_("Nguồn số liệu và mã băm"), source(report, captions)),
    ]
    kept = [part for part in parts if part[1]]
    return tuple(
        Annex(_("Phụ lục %(number)s", number=ROMAN[place]), title.upper(), tuple(blocks))
        for place, (title, blocks) in enumerate(kept)
    )


def result_annex(report: ReportContent, captions: Captions) -> Annex:
    """The annex of a decision: index, factors, criteria, places, how to read them and by what to check them."""
    blocks: list[Block] = [Paragraph(how_to_read(report), "note")]
    for rows, caption, head in (
        (report.indices, _("Chỉ số hài lòng chung"), _("Chỉ số")),
        (report.factors, _("Các yếu tố, từ thấp đến cao"), _("Yếu tố")),
        (report.items, _("Các tiêu chí, từ thấp đến cao"), _("Tiêu chí")),
    ):
        if rows:
            blocks.append(captions.table(tables.figure_table(report, rows, caption, head)))
    blocks[2:2] = [captions.picture(one) for one in dot_pictures(report, report.factors, _("Các yếu tố"))]
    for by in report.breakdowns:
        rows = report.parts(by)
        if rows:
            name = report.breakdown_title(by)
            caption = _("Chỉ số hài lòng theo %(by)s", by=name)
            blocks.append(captions.table(tables.figure_table(report, rows, caption, name[:1].upper() + name[1:])))
    blocks += source(report, captions)
    title = _("Kết quả %(title)s", title=report.title[:1].lower() + report.title[1:])
    return Annex(_("Phụ lục"), title.upper(), tuple(blocks))


def facts_of(report: ReportContent) -> list[tuple[str, str]]:
    """What a document was made from, by which anyone can check it."""
    draw = report.content.get("draw") or {}
    return [
        (_("Đợt khảo sát"), report.title),
        (
            _("Bản chốt số liệu"),
            _("chưa chốt") if not report.frozen else _("đã chốt") if report.number is None else number(report.number),
        ),
        (_("Thời điểm của số liệu"), report.moment),
        (_("Số phiếu tính vào kết quả"), number(report.content["responses"])),
        (_("Mã băm SHA-256 của số liệu trong bản chốt (content_sha256)"), report.sha256),
        (_("Mã băm của các phiếu đã tính"), report.content["fingerprint"]),
        (_("Mã băm của bộ phiếu"), report.content["questionnaire"]["sha256"]),
        *([(_("Mã băm của dàn mẫu"), draw["frame_sha256"])] if draw.get("frame_sha256") else []),
        (_("Phiên bản phần mềm"), report.content["version"]),
    ]


def source(report: ReportContent, captions: Captions) -> list[Block]:
    """The facts as a table."""
    rows = tuple((Cell(name), Cell(value)) for name, value in facts_of(report))
    return [captions.table(Table(_("Nguồn của các số liệu"), (_("Mục"), _("Giá trị")), rows, (62.0, 98.0)))]


def _all_figures(report: ReportContent, captions: Captions) -> list[Block]:
    blocks: list[Block] = []
    for by in report.breakdowns:
        for factor in [row for row in report.whole if row.kind == "section"]:
            rows = [row for row in report.tables[by] if row.of == factor.of]
            if rows:
                name = report.breakdown_title(by)
                caption = _("Yếu tố „%(factor)s” theo %(by)s", factor=factor.title[report.language], by=name)
                blocks.append(captions.table(tables.figure_table(report, rows, caption, name[:1].upper() + name[1:])))
    if blocks:
        note = _("Số liệu của từng tiêu chí theo nơi và nhóm có trong tệp Excel và dữ liệu mở của cùng bản chốt.")
        blocks.append(Paragraph(note, "note"))
    return blocks


def _drawn_units(report: ReportContent, captions: Captions) -> list[Block]:
    draw = report.content.get("draw") or {}
    if not report.probability or not draw.get("units"):
        return []
    names = {stratum["stratum"]: stratum["name"] for stratum in draw["strata"]}
    rows = tuple(
        (
            Cell(unit["code"]),
            Cell(unit["name"]),
            Cell(names.get(unit["stratum"]) or unit["stratum"]),
            Cell("–" if unit["inclusion_probability"] is None else decimal(unit["inclusion_probability"], 4)),
        )
        for unit in draw["units"]
        if unit["drawn"]
    )
    head = (_("Mã"), _("Tên"), _("Tầng"), _("Xác suất được bốc"))
    table = Table(_("Các đơn vị trong mẫu"), head, rows, (22.0, 56.0, 54.0, 28.0), (3,))
    return [captions.table(table)]


def _method(report: ReportContent) -> list[Block]:
    level = f"{decimal(report.survey['confidence_level'] * 100, 0)}%"
    told = [
        _(
            "Tỷ lệ hài lòng của một tiêu chí là tổng trọng số của các câu trả lời hài lòng chia cho tổng trọng số của "
            "các câu trả lời có ý kiến. Yếu tố và chỉ số chung gộp mọi câu trả lời của các tiêu chí trong đó."
        ),
    ]
    if not report.probability:
        return [Paragraph(text) for text in [*told, not_drawn_words()]]
    told += [
        _(
            "Phương sai tính theo tuyến tính hóa Taylor với tầng, đơn vị chọn mẫu bậc một và hiệu chỉnh tổng thể hữu "
            "hạn. Khoảng tin cậy %(level)s là khoảng Wilson với cỡ mẫu hiệu dụng và phân phối t.",
            level=level,
        ),
        _("Số có dưới 10 người trả lời không công bố. So sánh với mục tiêu dùng giới hạn chưa làm tròn."),
        _("Danh sách những nơi đạt được chỉnh theo Holm để xác suất nêu nhầm dù chỉ một nơi vẫn nhỏ."),
    ]
    return [Paragraph(text) for text in told]


def _questionnaire(report: ReportContent, captions: Captions) -> list[Block]:
    rows = []
    for section in report.instrument.get("sections", []):
        rows.append((Cell("", strong=True), Cell(report.words(section["title"]), strong=True)))
        rows += [
            (Cell(str(item.get("criterion") or "")), Cell(report.words(item["text"])))
            for item in section.get("items", [])
        ]
    table = Table(_("Các câu hỏi"), (_("Tiêu chí"), _("Câu hỏi")), tuple(rows), (24.0, 136.0))
    return [captions.table(table)]
