"""The texts of a document by key, drafted from the figures; the office may write its own in their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey_app.publication.documents import findings, sentences
from survey_app.publication.documents.content import ReportContent
from survey_app.publication.documents.front import draft_front
from survey_app.results.words import answer_sentence

KINDS = {
    "report": _l("Báo cáo đầy đủ"),
    "summary": _l("Tóm tắt một trang"),
    "decision": _l("Quyết định công bố kèm phụ lục"),
}
LONGEST_TEXT = 8000
FRONT_TITLES = {
    "co-quan-chu-quan": _l("Cơ quan chủ quản"),
    "co-quan": _l("Cơ quan ban hành"),
    "so": _l("Số, ký hiệu"),
    "dia-danh-ngay": _l("Địa danh và ngày"),
    "loai": _l("Tên loại văn bản"),
    "trich-yeu": _l("Trích yếu"),
    "can-cu": _l("Căn cứ, mỗi dòng một căn cứ"),
    "tham-quyen": _l("Thẩm quyền ban hành"),
    "chuc-vu": _l("Chức vụ người ký, mỗi dòng một ý"),
    "nguoi-ky": _l("Họ tên người ký"),
    "noi-nhan": _l("Nơi nhận, mỗi dòng một nơi"),
    "kem-theo": _l("Dòng dưới tên phụ lục"),
}
TITLES = {
    "mo-dau": _l("Câu mở đầu"),
    "pham-vi": _l("Phạm vi, thời gian, bộ phiếu"),
    "chon-mau": _l("Chọn mẫu"),
    "thu-phieu": _l("Thu phiếu"),
    "chat-luong": _l("Chất lượng số liệu"),
    "nguoi-tra-loi": _l("Người trả lời"),
    "nhan-dinh": _l("Nhận định khi làm thủ tục"),
    "chi-so": _l("Chỉ số hài lòng chung"),
    "cach-doc": _l("Cách đọc các con số"),
    "yeu-to": _l("Các yếu tố"),
    "tieu-chi": _l("Các tiêu chí"),
    "don-vi": _l("Theo nơi"),
    "nhom": _l("Theo nhóm người trả lời"),
    "mong-doi": _l("Điều người dân mong đợi"),
    "nhan-xet": _l("Nhận xét chung"),
    "han-che": _l("Hạn chế của số liệu"),
    "nguyen-nhan": _l("Nguyên nhân (cơ quan tự viết)"),
    "kien-nghi": _l("Kiến nghị (cơ quan tự viết)"),
    "theo-doi": _l("Lịch theo dõi 6 tháng và năm (cơ quan tự viết)"),
    "dieu-1": _l("Điều 1"),
    "dieu-2": _l("Điều 2"),
    "dieu-3": _l("Điều 3"),
}


@dataclass(frozen=True)
class Text:
    """One text of a document: what the rules draft, and what will stand there."""

    key: str
    title: str
    draft: str
    text: str

    @property
    def edited(self) -> bool:
        """Whether the office has its own words here."""
        return self.text != self.draft

    @property
    def digest(self) -> str:
        """Tells whether a page showed this text or another."""
        return digest_of(self.text)


def tidy(typed: str) -> str:
    """What was typed, without blanks at the ends of its lines and around it."""
    return "\n".join(line.rstrip() for line in typed.replace("\r\n", "\n").strip().split("\n"))


def digest_of(text: str) -> str:
    """A short digest of a text as it is kept."""
    return hashlib.sha256(tidy(text).encode()).hexdigest()[:16]


def texts_of(report: ReportContent, kind: str, own: Mapping[str, str]) -> dict[str, Text]:
    """Every text of a document in its order, the office's own where it has written one."""
    drafts = draft_front(report, kind) | _body(report, kind)
    titles = FRONT_TITLES | TITLES
    return {
        key: Text(key, str(titles[key]), draft, own.get(key, draft))
        for key in titles
        if (draft := drafts.get(key)) is not None
    }


def _body(report: ReportContent, kind: str) -> dict[str, str]:
    if kind == "decision":
        return _articles(report)
    found = {
        "chi-so": findings.answer(report),
        "cach-doc": sentences.how_to_read(report),
        "yeu-to": findings.comparison(report.factors, report, factors=True) if report.factors else "",
        "tieu-chi": findings.comparison(report.items, report, factors=False) if report.items else "",
    }
    if kind == "summary":
        return found | {"pham-vi": sentences.brief_scope(report)}
    groups = [by for by in report.breakdowns if by not in ("district", "commune")]
    spots = [by for by in report.breakdowns if by in ("district", "commune")]
    return found | {
        "mo-dau": _(
            "%(office)s báo cáo kết quả %(title)s. %(answer)s Nội dung cụ thể như sau:",
            answer=answer_sentence(report.index),
            **_who(report),
        ),
        "pham-vi": sentences.scope(report),
        "chon-mau": sentences.sampling(report),
        "thu-phieu": sentences.collection(report),
        "chat-luong": sentences.quality(report),
        "nguoi-tra-loi": sentences.who_answered(report),
        "nhan-dinh": _lines(findings.chosen(report, one) for one in report.choices_of("experience")),
        "don-vi": _lines(findings.places(report, by) for by in spots),
        "nhom": _lines(findings.places(report, by) for by in groups),
        "mong-doi": _lines(findings.ranked_choices(report, one) for one in report.choices_of("expectations")),
        "nhan-xet": findings.remarks(report),
        "han-che": sentences.limits(report),
        "nguyen-nhan": "",
        "kien-nghi": "",
        "theo-doi": "",
    }


def _articles(report: ReportContent) -> dict[str, str]:
    return {
        "dieu-1": _(
            "Công bố kết quả %(title)s (có Phụ lục kèm theo). %(answer)s",
            title=report.title[:1].lower() + report.title[1:],
            answer=findings.answer(report),
        ),
        "dieu-2": _("Quyết định này có hiệu lực kể từ ngày ký."),
        "dieu-3": _(
            "Chánh Văn phòng Ủy ban nhân dân, thủ trưởng các cơ quan, đơn vị có liên quan chịu trách nhiệm thi hành "
            "Quyết định này."
        ),
    }


def _who(report: ReportContent) -> dict[str, str]:
    office = {
        "health": _("Sở Y tế"),
        "education": _("Sở Giáo dục và Đào tạo"),
        "enterprise": _("Văn phòng Ủy ban nhân dân"),
    }
    return {
        "office": office.get(str(report.survey["sector"]), _("Sở Nội vụ")),
        "title": report.title[:1].lower() + report.title[1:],
    }


def _lines(found: Iterable[str]) -> str:
    return "\n".join(found)
