"""A file brought to the office, YAML or XLSForm in whatever encoding, as the text of a draft and what it lost."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from flask_babel import gettext as _

from survey_app.errors import UserError
from survey_app.instruments.loader import MAX_BYTES
from survey_app.instruments.problems import QuestionnaireProblems
from survey_app.instruments.written import write_plain, write_questionnaire

_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
#: What stands in Vietnamese and English writing beside letters, as Windows-1258 has it.
_SIGNS = frozenset("„“”‘’–—…·«»°§±×÷€₫•‹›\u00a0½¼¾²³©®™†‡‰")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b")


@dataclass(frozen=True)
class Upload:
    """The text of a file; ``losses`` must be agreed to before it is stored, ``notes`` are worth knowing."""

    text: str
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def read_upload(data: bytes, *, name: str) -> Upload:
    """The draft in an uploaded file.

    Raises
    ------
    UserError
        The file is too large, or it is a workbook in which no questionnaire can be found.
    """
    if data.startswith(b"PK\x03\x04"):
        return _read_workbook(data, name)
    if data.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf")):
        raise UserError(
            _("Tệp này không phải YAML hay XLSForm. Xin lưu bộ phiếu thành tệp .yaml hoặc .xlsx rồi gửi lại.")
        )
    upload = decoded(data) if len(data) <= 2 * MAX_BYTES + 2 else None  # UTF-16 takes up to two bytes for one
    if upload is None or len(upload.text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise UserError(
            _(
                "Tệp lớn hơn %(limit)s MB nên không phải là một bộ phiếu. Xin chọn lại tệp, hoặc chia thành nhiều bộ "
                "phiếu.",
                limit=MAX_BYTES // 1_000_000,
            )
        )
    return upload


def decoded(data: bytes) -> Upload:
    """The text of a file: UTF-8, UTF-16 or Windows-1258; else with U+FFFD for what cannot be read."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Upload(data.decode(encoding, "replace"))
    if b"\0" in data[:400]:
        return Upload(data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace"))
    try:
        return Upload(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    old = unicodedata.normalize("NFC", data.decode("cp1258", "replace"))
    if all(map(_is_vietnamese, old)):
        told = _("Tệp dùng bảng mã Windows-1258 và đã được đổi sang UTF-8. Xin đọc lại các chữ có dấu trước khi lưu.")
        return Upload(old, notes=(told,))
    return Upload(data.decode("utf-8", "replace"))


def _is_vietnamese(sign: str) -> bool:
    """Whether a sign is one of Vietnamese or English writing; other encodings show others in every word."""
    if sign.isascii() or sign in _SIGNS or sign in "đĐ":
        return True
    parts = unicodedata.normalize("NFD", sign)
    return parts[0].isascii() and parts[0].isalpha() and len(parts) > 1 and _TONES.issuperset(parts[1:])


def _read_workbook(data: bytes, name: str) -> Upload:
    from survey_app.instruments.xlsform.losses import Remarks  # with openpyxl, which nothing else here needs
    from survey_app.instruments.xlsform.service import import_xlsform, workbook_tree

    remarks = Remarks()
    try:
        text = write_questionnaire(import_xlsform(data, remarks, name=name))
    except QuestionnaireProblems:
        remarks = Remarks()
        text = write_plain(workbook_tree(data, remarks, name=name).value)
    told = [(f"{_place(one.sheet, one.row)}: {one.message} {one.advice}", one.lost) for one in remarks]
    return Upload(text, tuple(words for words, lost in told if lost), tuple(words for words, lost in told if not lost))


def _place(sheet: str, row: int | None) -> str:
    if row is None:
        return str(_("Trang %(sheet)s", sheet=sheet))
    return str(_("Trang %(sheet)s, dòng %(row)s", sheet=sheet, row=row))
