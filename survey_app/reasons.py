"""Reasons that people write beside what they do: kept in the trail and read by many, so never about a person."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from survey_app.characters import is_clean
from survey_app.errors import UserError

LONGEST_REASON = 500
#: A telephone number, however it is spaced, the number of a paper, or an address of electronic mail.
CONTACT = re.compile(r"(?<!\d)(?:\+84|0)(?:[\s.-]?\d){8,10}(?!\d)|\d{9,}|\S@\S+\.\S", re.ASCII)


def read_reason(text: str, *, longest: int = LONGEST_REASON) -> str:
    """The reason as it is kept.

    Raises
    ------
    UserError
        None was written, it is too long, it holds characters that nobody sees, or contact data of somebody.
    """
    reason = text.strip()
    if not any(letter.isalnum() for letter in reason):
        raise UserError(_("Việc này cần ghi lý do bằng chữ. Xin ghi rồi bấm lại."))
    if len(reason) > longest:
        raise UserError(_("Lý do dài quá %(limit)s ký tự. Xin viết ngắn hơn.", limit=longest))
    if not is_clean(reason):
        raise UserError(_("Lý do có ký tự ẩn. Xin gõ lại."))
    if CONTACT.search(reason):
        raise UserError(
            _(
                "Lý do được lưu lâu và nhiều người đọc, nên không ghi số điện thoại, số giấy tờ hay thư điện tử của "
                "ai. Xin bỏ phần ấy rồi bấm lại."
            )
        )
    return reason
