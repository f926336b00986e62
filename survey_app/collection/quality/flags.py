"""The closed list of quality flags. A flag is a reason to look again: no response is left out because of one."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

OUTSIDE_PERIOD = "outside_period"
TOO_FAST = "too_fast"
STRAIGHT_LINE = "straight_line"
SAME_ANSWERS = "same_answers"
NIGHT = "night"
FAR_AWAY = "far_away"
OVER_QUOTA = "over_quota"
BROKEN_OFF = "broken_off"
OPEN_LINK = "open_link"


class FlagWords(NamedTuple):
    """The name of a flag and what it says, in one sentence."""

    name: Any
    sentence: Any


FLAGS: dict[str, FlagWords] = {
    TOO_FAST: FlagWords(
        _l("Quá nhanh"),
        _l("Phiếu làm dưới một phần tư số phút dự kiến của bộ phiếu, hoặc dưới một nửa trung vị của kênh."),
    ),
    STRAIGHT_LINE: FlagWords(
        _l("Chọn thẳng hàng"),
        _l("Trong cả phiếu, hoặc trong một phần, có từ 7 câu trở lên trên cùng thang đo và mọi câu chọn một mức."),
    ),
    SAME_ANSWERS: FlagWords(
        _l("Trùng hết câu trả lời"),
        _l("Mọi câu trả lời giống hệt một phiếu khác cùng ngày của điều tra viên này, với ít nhất 8 câu."),
    ),
    NIGHT: FlagWords(_l("Giờ khuya"), _l("Phiếu tại nhà làm sau 21 giờ hoặc trước 6 giờ; hệ thống không giữ giờ làm.")),
    FAR_AWAY: FlagWords(
        _l("Xa nơi khảo sát"), _l("Vị trí lúc làm phiếu cách trung tâm xã hơn 20 km; hệ thống không giữ vị trí.")
    ),
    OUTSIDE_PERIOD: FlagWords(_l("Ngoài thời gian"), _l("Phiếu nhận trước hoặc sau thời gian của đợt.")),
    BROKEN_OFF: FlagWords(
        _l("Bỏ dở ở quầy"),
        _l("Người trả lời rời máy giữa chừng; thiết bị được đặt để giữ những câu đã trả lời."),
    ),
    OPEN_LINK: FlagWords(
        _l("Đường dẫn mở"),
        _l("Phiếu đến qua đường dẫn hoặc mã QR mở: người trả lời tự tìm đến, không ai bốc hay mời."),
    ),
    OVER_QUOTA: FlagWords(_l("Vượt hạn mức"), _l("Phiếu đến sau khi hạn mức của nhóm đã đủ.")),
}
