"""The fields of the state's format, drafted: who reports, number, place, grounds, who signs, who receives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from survey_app.i18n import PROVINCE_TIME, day
from survey_app.publication.documents.content import ReportContent

DRAFTING_CODES = {
    "administrative": "SNV",
    "governance": "SNV",
    "health": "SYT",
    "education": "SGDĐT",
    "enterprise": "VP",
}


def draft_front(report: ReportContent, kind: str) -> dict[str, str]:
    """The fields by key; several lines where a field has several parts."""
    territory = str(report.survey["territory"])
    sector = str(report.survey["sector"])
    committee = _("Ủy ban nhân dân %(place)s", place=_lower(territory))
    office = {
        "health": _("Sở Y tế"),
        "education": _("Sở Giáo dục và Đào tạo"),
        "enterprise": _("Văn phòng Ủy ban nhân dân"),
    }.get(sector, _("Sở Nội vụ"))
    code = DRAFTING_CODES.get(sector, "SNV")
    frozen = datetime.fromisoformat(report.content["frozen_at"]).astimezone(PROVINCE_TIME)
    fields = {
        "co-quan-chu-quan": _two_lines(committee),
        "co-quan": office.upper(),
        "so": _("Số: ……/BC-%(code)s", code=code),
        "dia-danh-ngay": _("%(place)s, ngày …… tháng …… năm %(year)s", place=_bare(territory), year=frozen.year),
        "loai": _("Báo cáo").upper(),
        "trich-yeu": _("Kết quả %(title)s", title=_lower(report.title)),
        "can-cu": "",
        "noi-nhan": "\n".join(
            [
                _("Ủy ban nhân dân %(place)s (để báo cáo)", place=_lower(territory)),
                _("Các cơ quan, đơn vị được khảo sát"),
                _("Lưu: VT, %(code)s", code=code),
            ]
        ),
        "chuc-vu": _("Giám đốc").upper() if sector != "enterprise" else _("Chánh Văn phòng").upper(),
        "nguoi-ky": "",
        "kem-theo": _(
            "(Kèm theo Báo cáo số ……/BC-%(code)s ngày …… tháng …… năm %(year)s của %(office)s)",
            code=code,
            year=frozen.year,
            office=office,
        ),
    }
    if kind == "decision":
        fields |= {
            "co-quan-chu-quan": "",
            "co-quan": _two_lines(committee),
            "so": _("Số: ……/QĐ-UBND"),
            "loai": _("Quyết định").upper(),
            "trich-yeu": _("Về việc công bố kết quả %(title)s", title=_lower(report.title)),
            "can-cu": "\n".join(grounds(report)),
            "tham-quyen": _("Chủ tịch %(committee)s", committee=committee).upper(),
            "noi-nhan": "\n".join(
                [_("Như Điều 3"), office, _("Cổng thông tin điện tử của tỉnh"), _("Lưu: VT, %(code)s", code=code)]
            ),
            "chuc-vu": _("Chủ tịch").upper(),
            "kem-theo": _(
                "(Kèm theo Quyết định số ……/QĐ-UBND ngày …… tháng …… năm %(year)s của %(office)s)",
                year=frozen.year,
                office=committee,
            ),
        }
    if kind == "summary":
        fields |= {"loai": _("Tóm tắt kết quả").upper(), "trich-yeu": report.title}
    return fields


def grounds(report: ReportContent) -> list[str]:
    """The texts that the questionnaire and the target rest on, as the survey names them; the office adds the rest."""
    found = []
    for basis in report.instrument.get("basis") or []:
        found.append(_ground(basis))
    if report.survey.get("target_basis"):
        found.append(_("Căn cứ %(document)s", document=report.survey["target_basis"]))
    return found


def _ground(basis: dict[str, Any]) -> str:
    document = str(basis["document"])
    if basis.get("date"):
        document = _("%(document)s ngày %(day)s", document=document, day=day(date.fromisoformat(str(basis["date"]))))
    if basis.get("issuer"):
        document = _("%(document)s của %(issuer)s", document=document, issuer=basis["issuer"])
    return _("Căn cứ %(document)s", document=document)


def _two_lines(committee: str) -> str:
    """In capitals, the name of the place on a line of its own."""
    for word in (" tỉnh ", " thành phố "):
        head, found, tail = committee.partition(word)
        if found:
            return f"{head}\n{found.strip()} {tail}".upper()
    return committee.upper()


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _bare(territory: str) -> str:
    for word in ("Tỉnh ", "Thành phố "):
        if territory.startswith(word):
            return territory.removeprefix(word)
    return territory
