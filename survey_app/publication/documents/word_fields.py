"""The fields of a Word template: their names, what stands in them, and whether a template uses only these."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from lxml import etree

from survey_app.errors import UserError
from survey_app.publication.documents.blocks import Document

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FIELDS = (
    "quoc_hieu",
    "tieu_ngu",
    "co_quan_chu_quan",
    "co_quan",
    "so",
    "dia_danh_ngay",
    "loai",
    "trich_yeu",
    "tham_quyen",
    "noi_dung",
    "chu_noi_nhan",
    "nguoi_ky",
    "nhan",
)
LISTS = ("can_cu", "noi_nhan", "chuc_vu")
LARGEST_TEMPLATE = 5_000_000
LARGEST_UNPACKED = 40_000_000
MARK = "\ue000NOI-DUNG\ue000"

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
_NAME = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_STATEMENT = re.compile(r"\{%\s*(?:p|tr)?\s*(for (\w+) in (\w+)|if (?:not )?(\w+)|endfor|endif|else)\s*%\}")
_SEEN = re.compile(r"word/(document|header\d*|footer\d*)\.xml")


def fields_of(document: Document) -> dict[str, Any]:
    """What stands in each field of a document."""
    front = document.front
    grounds = [
        line.rstrip(".;") + (";" if place + 1 < len(front.grounds) else ".") for place, line in enumerate(front.grounds)
    ]
    recipients = [
        line.rstrip(".;") + (";" if place + 1 < len(front.recipients) else ".")
        for place, line in enumerate(front.recipients)
    ]
    return {
        "quoc_hieu": _("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        "tieu_ngu": _("Độc lập - Tự do - Hạnh phúc"),
        "co_quan_chu_quan": front.superior,
        "co_quan": front.issuer,
        "so": front.number,
        "dia_danh_ngay": front.place_and_date,
        "loai": front.kind,
        "trich_yeu": front.subject,
        "can_cu": grounds,
        "tham_quyen": front.authority,
        "noi_dung": MARK,
        "chu_noi_nhan": _("Nơi nhận:"),
        "noi_nhan": recipients,
        "chuc_vu": list(front.signer_role),
        "nguoi_ky": front.signer,
        "nhan": " · ".join(front.labels),
    }


def check_template(data: bytes) -> None:
    """Refuse a template that cannot be used, in a sentence that names the place.

    Raises
    ------
    UserError
        It is no Word document, carries more than text and pictures of its own, lacks the place of the content, or
        has a field or a statement that is not known.
    """
    if len(data) > LARGEST_TEMPLATE:
        raise UserError(_("Tệp mẫu lớn hơn 5 MB. Xin bỏ bớt ảnh rồi tải lên lại."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise UserError(_("Tệp mẫu lớn hơn 40 MB khi giải nén. Xin bỏ bớt ảnh rồi tải lên lại."))
            parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise UserError(
            _("Tệp mẫu không phải tệp Word (.docx). Xin mở tệp trong Word, lưu dạng .docx rồi tải lên lại.")
        ) from error
    if "word/document.xml" not in parts:
        raise UserError(
            _("Tệp mẫu không phải tệp Word (.docx). Xin mở tệp trong Word, lưu dạng .docx rồi tải lên lại.")
        )
    if any("vbaProject" in name or "/embeddings/" in name or "/activeX/" in name for name in names):
        raise UserError(_("Tệp mẫu có macro hoặc tệp nhúng. Xin bỏ chúng rồi tải lên lại."))
    trees = {name: _read(name, part) for name, part in parts.items()}
    _check_links(trees)
    open_statements: list[tuple[str, str]] = []
    for name, tree in trees.items():
        if _SEEN.fullmatch(name):
            known = set(FIELDS)
            for text in _paragraphs(tree):
                _check_paragraph(text, known, open_statements)
            if open_statements:
                _kind, where = open_statements[-1]
                raise UserError(_("Mẫu có lệnh for hoặc if chưa khép, ở đoạn „%(place)s”.", place=where))
        elif b"{{" in parts[name] or b"{%" in parts[name]:
            raise UserError(
                _("Mẫu có trường ngoài thân văn bản, đầu trang và chân trang (%(part)s). Xin bỏ đi.", part=name[:60])
            )
    _check_content_place(trees["word/document.xml"])


def _read(name: str, part: bytes) -> Any:
    try:
        return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise UserError(_("Tệp mẫu hỏng ở phần %(part)s. Xin lưu lại trong Word.", part=name[:60])) from error


def _check_links(trees: dict[str, Any]) -> None:
    for name, tree in trees.items():
        if not name.endswith(".rels"):
            continue
        for relation in tree:
            outside = relation.get("TargetMode") == "External"
            if outside and not relation.get("Type", "").endswith("/hyperlink"):
                target = relation.get("Target", "")[:80]
                raise UserError(_("Mẫu lấy nội dung từ nơi khác: „%(target)s”. Xin nhúng hẳn vào tệp.", target=target))


def _paragraphs(tree: Any) -> Iterator[str]:
    for paragraph in tree.iter(f"{WORD}p"):
        yield "".join(part.text or "" for part in paragraph.iter(f"{WORD}t"))


def _check_paragraph(text: str, known: set[str], open_statements: list[tuple[str, str]]) -> None:
    place = " ".join(text.split())[:90]
    for found in _TAG.findall(text):
        if name := _NAME.fullmatch(found):
            if name[1] not in known:
                raise UserError(
                    _(
                        "Mẫu có trường không biết „%(name)s” ở đoạn „%(place)s”. Xin dùng: %(names)s.",
                        name=name[1][:40],
                        place=place,
                        names=", ".join(FIELDS),
                    )
                )
            continue
        statement = _STATEMENT.fullmatch(found)
        if statement is None:
            raise UserError(
                _(
                    "Mẫu có lệnh „%(found)s” không dùng được ở đoạn „%(place)s”. Chỉ dùng trường trong hai ngoặc "
                    "nhọn, for … in … và if ….",
                    found=found[:60],
                    place=place,
                )
            )
        _check_statement(statement, place, known, open_statements)
    rest = _TAG.sub("", text)
    if "{{" in rest or "}}" in rest or "{%" in rest or "%}" in rest:
        raise UserError(_("Mẫu có ngoặc chưa khép ở đoạn „%(place)s”.", place=place))


def _check_statement(found: re.Match[str], place: str, known: set[str], open_statements: list[tuple[str, str]]) -> None:
    words, target, source, condition = found.groups()
    if target is not None:
        if source not in LISTS:
            raise UserError(
                _(
                    "Mẫu lặp qua „%(name)s” ở đoạn „%(place)s”. Chỉ lặp được qua: %(names)s.",
                    name=source[:40],
                    place=place,
                    names=", ".join(LISTS),
                )
            )
        if any(kind == "for" for kind, _place in open_statements):
            raise UserError(_("Mẫu có lệnh for lồng nhau ở đoạn „%(place)s”. Xin tách ra.", place=place))
        known.add(target)
        open_statements.append(("for", place))
    elif condition is not None:
        if condition not in (*FIELDS, *LISTS):
            raise UserError(
                _(
                    "Mẫu có trường không biết „%(name)s” ở đoạn „%(place)s”. Xin dùng: %(names)s.",
                    name=condition[:40],
                    place=place,
                    names=", ".join(FIELDS),
                )
            )
        open_statements.append(("if", place))
    elif words != "else":
        wanted = words.removeprefix("end")
        if not open_statements or open_statements[-1][0] != wanted:
            raise UserError(_("Mẫu có lệnh %(words)s thừa ở đoạn „%(place)s”.", words=words, place=place))
        open_statements.pop()


def _check_content_place(tree: Any) -> None:
    body = tree.find(f"{WORD}body")
    own = [
        paragraph
        for paragraph in body.findall(f"{WORD}p")
        if re.fullmatch(r"\{\{\s*noi_dung\s*\}\}", "".join(t.text or "" for t in paragraph.iter(f"{WORD}t")).strip())
    ]
    every = sum(len(re.findall(r"\{\{\s*noi_dung\s*\}\}", text)) for text in _paragraphs(tree))
    if len(own) != 1 or every != 1:
        raise UserError(
            _("Mẫu cần đúng một đoạn chỉ có {{ noi_dung }}, ngoài mọi bảng, để đặt nội dung văn bản vào đó.")
        )
