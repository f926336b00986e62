"""The three documents as blocks: the full report of facts and findings, one page, a decision with its annex."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from survey_app.publication.documents import tables
from survey_app.publication.documents.annexes import report_annexes, result_annex
from survey_app.publication.documents.blocks import Annex, Block, Document, Front, Heading, Paragraph
from survey_app.publication.documents.content import ReportContent
from survey_app.publication.documents.drafts import Text
from survey_app.publication.documents.front import grounds
from survey_app.publication.documents.numbering import Captions
from survey_app.publication.documents.pictures import dot_pictures

GROUPS_SHOWN = 6


def build_document(report: ReportContent, kind: str, texts: Mapping[str, Text]) -> Document:
    """The document of a kind (``report``, ``summary``, ``decision``) with these texts."""
    words = {key: text.text.strip() for key, text in texts.items()}
    captions = Captions()
    body = {"report": _report, "summary": _summary, "decision": _decision}[kind](report, words, captions)
    annexes: tuple[Annex, ...] = ()
    if kind == "report":
        annexes = report_annexes(report, captions)
    elif kind == "decision":
        annexes = (result_annex(report, captions),)
    return Document(
        front=_front(report, words),
        blocks=tuple(body),
        annexes=annexes,
        language=report.language,
        title=f"{words['loai']}: {words['trich-yeu']}",
        identifier=f"{report.survey['slug']} {report.sha256}",
        made_from=report.content["frozen_at"],
        compact=kind == "summary",
    )


def _front(report: ReportContent, words: Mapping[str, str]) -> Front:
    labels = [_("dữ liệu mô phỏng")] if report.simulated else []
    if not report.frozen:
        labels.append(_("bản dự thảo: số liệu chưa chốt"))
    lines = {key: tuple(line.strip() for line in words.get(key, "").splitlines() if line.strip()) for key in words}
    return Front(
        superior=words["co-quan-chu-quan"],
        issuer=words["co-quan"],
        number=words["so"],
        place_and_date=words["dia-danh-ngay"],
        kind=words["loai"],
        subject=words["trich-yeu"],
        grounds=lines.get("can-cu", ()),
        authority=words.get("tham-quyen", ""),
        recipients=lines["noi-nhan"],
        signer_role=lines["chuc-vu"],
        signer=words["nguoi-ky"],
        annex_reference=words["kem-theo"],
        labels=tuple(labels),
    )


def paragraphs(text: str, kind: str = "body") -> list[Block]:
    """One paragraph a line."""
    return [Paragraph(line.strip(), kind) for line in text.splitlines() if line.strip()]


def _summary(report: ReportContent, words: Mapping[str, str], captions: Captions) -> list[Block]:
    blocks: list[Block] = paragraphs(words["chi-so"], "lead")
    blocks += [captions.picture(one) for one in dot_pictures(report, report.factors, _("Các yếu tố"))]
    blocks += paragraphs(words["yeu-to"]) + paragraphs(words["tieu-chi"])
    blocks += paragraphs(words["pham-vi"]) + paragraphs(words["cach-doc"], "note")
    return blocks


def _decision(report: ReportContent, words: Mapping[str, str], captions: Captions) -> list[Block]:
    return [
        block
        for number in ("1", "2", "3")
        if words.get(f"dieu-{number}")
        for block in paragraphs(_("Điều %(number)s. %(text)s", number=number, text=words[f"dieu-{number}"]), "article")
    ]


def _report(report: ReportContent, words: Mapping[str, str], captions: Captions) -> list[Block]:
    blocks: list[Block] = paragraphs(words["mo-dau"])
    blocks += _carrying_out(report, words, captions)
    blocks.append(Heading(_("II. KẾT QUẢ")))
    parts = [
        (_("Người trả lời"), _about_people(report, words, captions)),
        (_("Nhận định khi làm thủ tục"), _experience(report, words, captions)),
        (_("Mức độ hài lòng"), _satisfaction(report, words, captions)),
        (_("Kết quả theo nơi"), _by_place(report, words, captions)),
        (_("Kết quả theo nhóm người trả lời"), _by_group(report, words, captions)),
        (_("Điều người dân mong đợi"), _expectations(report, words, captions)),
    ]
    blocks += _numbered(parts)
    blocks.append(Heading(_("III. KẾT LUẬN")))
    blocks += _numbered(
        [
            (_("Nhận xét"), paragraphs(words["nhan-xet"])),
            (_("Hạn chế của số liệu"), paragraphs(words["han-che"])),
            (_("Nguyên nhân"), paragraphs(words["nguyen-nhan"])),
            (_("Kiến nghị"), paragraphs(words["kien-nghi"])),
            (_("Việc giao cho nơi và nội dung dưới mục tiêu"), _tasks(report, captions)),
            (_("Lịch theo dõi"), paragraphs(words["theo-doi"])),
        ]
    )
    return blocks


def _numbered(parts: list[tuple[str, list[Block]]]) -> list[Block]:
    """The parts that have something to say, numbered."""
    blocks: list[Block] = []
    number = 0
    for title, inside in parts:
        if inside:
            number += 1
            blocks += [Heading(f"{number}. {title}", 2), *inside]
    return blocks


def _carrying_out(report: ReportContent, words: Mapping[str, str], captions: Captions) -> list[Block]:
    strata = tables.strata_table(report, _("Đơn vị trong dàn mẫu, đơn vị đã bốc và người trả lời"))
    sample = paragraphs(words["chon-mau"])
    collected = paragraphs(words["thu-phieu"])
    if strata:
        collected.append(captions.table(strata))
    found = grounds(report)
    based = [Paragraph("; ".join(found) + ".")] if found else []
    return [
        Heading(_("I. TRIỂN KHAI")),
        *_numbered(
            [
                (_("Căn cứ"), list(based)),
                (_("Phạm vi, thời gian, bộ phiếu"), paragraphs(words["pham-vi"])),
                (_("Chọn mẫu"), sample),
                (_("Thu phiếu"), collected),
                (_("Chất lượng số liệu"), paragraphs(words["chat-luong"])),
            ]
        ),
    ]


def _about_people(report: ReportContent, words: Mapping[str, str], captions: Captions) -> list[Block]:
    return paragraphs(words["nguoi-tra-loi"]) + _choice_tables(report, "background", captions)


def _experience(report: ReportContent, words: Mapping[str, str], captions: Captions) -> list[Block]:
    return paragraphs(words["nhan-dinh"]) + _choice_tables(report, "experience", captions)


def _expectations(report: ReportContent, words: Mapping[str, str], captions: Captions) -> list[Block]:
    return paragraphs(words["mong-doi"]) + _choice_tables(report, "expectations", captions)


def _choice_tables(report: ReportContent, kind: str, captions: Captions) -> list[Block]:
    return [
        captions.table(tables.choice_table(report, choice, report.words(choice["title"]).rstrip("?.:")))
        for choice in report.choices_of(kind)
    ]


def _satisfaction(report: ReportContent, words: Mapping[str, str], captions: Captions) -> list[Block]:
    blocks: list[Block] = paragraphs(words["chi-so"], "lead") + paragraphs(words["cach-doc"], "note")
    if report.indices:
        blocks.append(
            captions.table(tables.figure_table(report, report.indices, _("Chỉ số hài lòng chung"), _("Chỉ số")))
        )
    for rows, key, subject, head in (
        (report.factors, "yeu-to", _("Các yếu tố"), _("Yếu tố")),
        (report.items, "tieu-chi", _("Các tiêu chí"), _("Tiêu chí")),
    ):
        if not rows:
            continue
        blocks += paragraphs(words[key])
        blocks += [captions.picture(one) for one in dot_pictures(report, rows, subject)]
        blocks.append(
            captions.table(tables.figure_table(report, rows, _("%(subject)s, từ thấp đến cao", subject=subject), head))
        )
        if any(row.shares for row in rows):
            caption = _("%(subject)s: hài lòng, bình thường, không hài lòng", subject=subject)
            blocks.append(captions.table(tables.sides_table(report, rows, caption, head)))
    return blocks


def _by_place(report: ReportContent, words: Mapping[str, str], captions: Captions) -> list[Block]:
    blocks: list[Block] = paragraphs(words["don-vi"])
    for by in (by for by in report.breakdowns if by in ("district", "commune")):
        blocks += _parts(report, by, captions)
        heat = tables.heat_table(report, by, _("Tỷ lệ hài lòng theo %(by)s và yếu tố", by=report.breakdown_title(by)))
        if heat:
            blocks.append(captions.table(heat))
    return blocks


def _by_group(report: ReportContent, words: Mapping[str, str], captions: Captions) -> list[Block]:
    blocks: list[Block] = paragraphs(words["nhom"])
    for by in [by for by in report.breakdowns if by not in ("district", "commune")][:GROUPS_SHOWN]:
        blocks += _parts(report, by, captions, drawn=False)
    return blocks


def _parts(report: ReportContent, by: str, captions: Captions, *, drawn: bool = True) -> list[Block]:
    rows = report.parts(by)
    if not rows:
        return []
    name = report.breakdown_title(by)
    subject = name[:1].upper() + name[1:]
    blocks: list[Block] = []
    if drawn:
        blocks += [captions.picture(one) for one in dot_pictures(report, rows, subject)]
    blocks.append(captions.table(tables.figure_table(report, rows, _("Chỉ số hài lòng theo %(by)s", by=name), subject)))
    return blocks


def _tasks(report: ReportContent, captions: Captions) -> list[Block]:
    """What lies under the target for certain, with empty columns for who does what until when."""
    table = tables.task_table(report, _("Nội dung dưới mục tiêu và việc giao"))
    return [captions.table(table)] if table else []
