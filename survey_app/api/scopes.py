"""What a key may be allowed. A closed list in code: the trail of changes to it is the history of this file."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

PUSH_CASES = "cases.push"
ISSUE_TOKENS = "invitations.issue"
PUSH_RESPONSES = "responses.push"
NAME_CHANNEL = "responses.channel"
READ_PROGRESS = "progress.read"
READ_RESULTS = "results.read"
OPENROSA = "openrosa"

SCOPES = {
    PUSH_CASES: _l("Gửi hồ sơ đã giải quyết"),
    ISSUE_TOKENS: _l("Lấy mã mời"),
    PUSH_RESPONSES: _l("Gửi phiếu trả lời"),
    NAME_CHANNEL: _l("Ghi kênh của phiếu (nếu không: kênh tệp)"),
    READ_PROGRESS: _l("Xem tiến độ"),
    READ_RESULTS: _l("Xem kết quả đã công bố"),
    OPENROSA: _l("Thu phiếu bằng ODK Collect (mật khẩu ứng dụng của một điều tra viên)"),
}
