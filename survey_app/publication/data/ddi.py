"""A description of the study and its file as DDI Codebook 2.5 (DDI Alliance 2012), in Vietnamese and English.

Children stand in the order of the schema, which is a sequence everywhere used here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from flask_babel import gettext as _

from survey_app.i18n import LANGUAGES
from survey_app.publication.data.columns import Column, in_languages

NAMESPACE = "ddi:codebook:2_5"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = f"{NAMESPACE} http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
INTERVALS = {"weight": "contin", "stratum_size": "contin", "list_size": "contin"}

register_namespace("", NAMESPACE)
register_namespace("xsi", XSI)


def write_ddi(
    content: Mapping[str, Any], columns: Sequence[Column], *, rows: int, file_sha256: str, keys: Sequence[str], k: int
) -> bytes:
    """The codebook of phieu.csv.

    Parameters
    ----------
    content
        Of the snapshot.
    columns : sequence of Column
    rows : int
    file_sha256 : str
        Of phieu.csv.
    keys, k
        Of the disclosure check.
    """
    root = Element(_name("codeBook"), {"version": "2.5", f"{{{XSI}}}schemaLocation": SCHEMA, XML_LANGUAGE: "vi"})
    _document(root, content)
    _study(root, content, keys, k)
    _file(root, rows, len(columns), file_sha256)
    data = _add(root, "dataDscr")
    for kind, label in _groups():
        members = [_id(column) for column in columns if (column.kind == "design") == (kind == "design")]
        if members:
            group = _add(data, "varGrp", ID=f"G-{kind}", type="subject", var=" ".join(members))
            _both(group, "labl", label)
    for column in columns:
        _variable(data, column)
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    found = SubElement(parent, _name(tag), attributes)
    found.text = text
    return found


def _both(parent: Element, tag: str, words: Mapping[str, str], **attributes: str) -> None:
    """The same element once in each language."""
    for language in LANGUAGES:
        _add(parent, tag, words[language], **attributes).set(XML_LANGUAGE, language)


def _id(column: Column) -> str:
    return f"V-{column.name}"


def _groups() -> Iterator[tuple[str, dict[str, str]]]:
    yield "design", in_languages(lambda: _("Thiết kế mẫu"))
    yield "answers", in_languages(lambda: _("Câu trả lời"))


def _title(parent: Element, content: Mapping[str, Any], suffix: str) -> None:
    survey = content["survey"]
    citation = _add(parent, "citation")
    statement = _add(citation, "titlStmt")
    _add(statement, "titl", survey["title"]["vi"]).set(XML_LANGUAGE, "vi")
    _add(statement, "parTitl", survey["title"]["en"]).set(XML_LANGUAGE, "en")
    _add(statement, "IDNo", f"{survey['slug']}{suffix}", agency="hai-long")
    production = _add(citation, "prodStmt")
    _add(production, "prodDate", content["frozen_at"][:10], date=content["frozen_at"][:10])
    _add(production, "software", "Hài Lòng", version=str(content["version"]))
    version = _add(citation, "verStmt")
    _add(version, "version", content["fingerprint"][:16], date=content["frozen_at"][:10])


def _document(root: Element, content: Mapping[str, Any]) -> None:
    _title(_add(root, "docDscr"), content, "-ddi")


def _study(root: Element, content: Mapping[str, Any], keys: Sequence[str], k: int) -> None:
    survey, draw = content["survey"], content["draw"]
    study = _add(root, "stdyDscr")
    _title(study, content, "")
    information = _add(study, "stdyInfo")
    subject = _add(information, "subject")
    _both(subject, "keyword", in_languages(lambda: _("sự hài lòng về dịch vụ công")))
    title = content["questionnaire"]["content"]["title"]
    _both(information, "abstract", {language: title[language] for language in LANGUAGES})
    summary = _add(information, "sumDscr")
    for event in ("start", "end"):
        day = survey[f"{event}s_on"]
        _add(summary, "collDate", day[:7], date=day[:7], event=event)
    _add(summary, "nation", "Việt Nam", abbr="VN")
    _add(summary, "geogCover", f"{survey['territory']} ({survey['territory_code']})")
    _both(summary, "anlyUnit", in_languages(lambda: _("Người trả lời phiếu")))
    _both(summary, "universe", in_languages(lambda: _("Người dân, tổ chức đã dùng dịch vụ trong kỳ khảo sát")))
    _both(summary, "dataKind", in_languages(lambda: _("Dữ liệu khảo sát chọn mẫu")))
    collection = _add(_add(study, "method"), "dataColl")
    _both(collection, "sampProc", _sampling(content))
    _both(collection, "collMode", _channels(content))
    _add(collection, "resInstru", f"{content['questionnaire']['key']} {content['questionnaire']['version']}")
    _both(collection, "weight", _weights(content))
    if draw["probability_sample"]:
        notes = _add(study[-1], "notes", f"frame_sha256={draw['frame_sha256']} seed={draw['seed']}")
        notes.set("type", "draw")
    access = _add(study, "dataAccs")
    use = _add(access, "useStmt")
    _both(use, "confDec", _confidentiality(keys, k))
    if survey["simulated"]:
        _both(use, "disclaimer", {"vi": "Dữ liệu mô phỏng.", "en": "Simulated data."})


def _sampling(content: Mapping[str, Any]) -> dict[str, str]:
    draw = content["draw"]
    if not draw["probability_sample"]:
        return in_languages(lambda: _("Mẫu không chọn ngẫu nhiên: không có khoảng tin cậy."))
    return in_languages(
        lambda: _(
            "Bốc %(drawn)s trong %(size)s đơn vị của dàn mẫu, phương pháp %(method)s, phân tầng theo %(by)s; quy tắc "
            "rút trong biên bản bốc mẫu, ai cũng làm lại được.",
            drawn=draw["drawn"], size=draw["frame_size"], method=draw["method"], by=draw["stratify_by"],
        )
    )  # fmt: skip


def _channels(content: Mapping[str, Any]) -> dict[str, str]:
    return in_languages(
        lambda: _("Tại quầy, qua đường dẫn hoặc mã QR, Bưu điện đến nhà, phiếu giấy; cột channel cho biết từng phiếu.")
    )


def _weights(content: Mapping[str, Any]) -> dict[str, str]:
    steps = ", ".join(one["kind"] for one in content["weighting"])
    if not steps:
        return in_languages(lambda: _("Cột weight: nghịch đảo xác suất được chọn."))
    return in_languages(lambda: _("Cột weight: nghịch đảo xác suất được chọn, rồi các bước %(steps)s.", steps=steps))


def _confidentiality(keys: Sequence[str], k: int) -> dict[str, str]:
    if k < 2:
        return in_languages(lambda: _("Tệp nội bộ: chưa ẩn ô nào, không được công bố."))
    return in_languages(
        lambda: _(
            "Ít nhất %(k)s phiếu giống nhau theo %(keys)s; ô lẻ được ẩn (mã -9). Không có ngày, chữ viết hay số hiệu "
            "của người trả lời. Không được tìm cách nhận ra ai.",
            k=k, keys=", ".join(keys) or "–",
        )
    )  # fmt: skip


def _file(root: Element, rows: int, columns: int, sha256: str) -> None:
    text = _add(_add(root, "fileDscr", ID="F1"), "fileTxt")
    _add(text, "fileName", "phieu.csv")
    fingerprint = _add(text, "dataFingerprint", type="dataFile")
    _add(fingerprint, "digitalFingerprintValue", sha256)
    _add(fingerprint, "algorithmSpecification", "SHA-256")
    _both(text, "fileCont", in_languages(lambda: _("Một dòng một phiếu, thứ tự ngẫu nhiên")))
    size = _add(text, "dimensns")
    _add(size, "caseQnty", str(rows))
    _add(size, "varQnty", str(columns))
    _add(text, "fileType", "CSV, UTF-8", charset="UTF-8")


def _variable(data: Element, column: Column) -> None:
    attributes = {"ID": _id(column), "name": column.name, "files": "F1"}
    attributes["intrvl"] = INTERVALS.get(column.name, "contin" if column.kind == "number" else "discrete")
    if column.name == "weight":
        attributes["wgt"] = "wgt"
    elif column.kind != "design":
        attributes["wgt-var"] = "V-weight"
    variable = _add(data, "var", **attributes)
    _both(variable, "labl", column.label)
    if column.kind != "design":
        _both(_add(variable, "qstn", responseDomainType=_domain(column)), "qstnLit", column.label)
    if column.missing:
        invalid = _add(variable, "invalrng")
        for one in column.missing:
            _add(invalid, "item", VALUE=str(one.code))
    for one in column.categories:
        category = _add(variable, "catgry", **({"missing": "Y", "missType": one.missing} if one.missing else {}))
        _add(category, "catValu", str(one.code))
        _both(category, "labl", one.label)
    text = column.kind == "design" and column.name not in (*INTERVALS, "row")
    text = text or (bool(column.categories) and not column.numeric)
    _add(variable, "varFormat", type="character" if text else "numeric", schema="other")


def _domain(column: Column) -> str:
    return {"number": "numeric", "option": "multiple"}.get(column.kind, "category")
